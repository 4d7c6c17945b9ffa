"""What an operator takes by name, so that a misspelt setting of a task finds the right one."""

from __future__ import annotations

import inspect

from typedxcom.annotations import VARIADIC
from typedxcom.caches import by_class

__all__ = ["settings_of"]


@by_class
def settings_of(operator_class: type) -> frozenset[str]:
    """The names of what the operator and its bases take, as ``@task(...)`` is given it."""
    initializers = [vars(one).get("__init__") for one in operator_class.__mro__]
    return frozenset(
        name
        for one in filter(inspect.isfunction, initializers)
        for name, parameter in inspect.signature(one).parameters.items()
        if parameter.kind not in VARIADIC and name != "self" and not name.startswith("_")
    )
