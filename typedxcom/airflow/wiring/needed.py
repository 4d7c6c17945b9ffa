"""What the code of a task needs of a parameter that nobody annotated."""

from __future__ import annotations

from typedxcom.annotations import VARIADIC
from typedxcom.contracts import Contract
from typedxcom.inference.needed import needed_of
from typedxcom.needs import Needs

__all__ = ["needs_of_parameter"]


def needs_of_parameter(contract: Contract, name: str) -> Needs:
    """Returns what the code needs of the argument *name*; nothing if an annotation says it."""
    parameter = contract.signature.parameters.get(name)
    if parameter is None or parameter.annotation is not parameter.empty:
        return Needs()
    is_one = parameter.kind not in VARIADIC
    is_given = is_one and not contract.is_injected(name) and contract.inputs is None
    return needed_of(contract.function, name) if is_given else Needs()
