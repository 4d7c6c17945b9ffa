"""What the code of a task needs of a parameter, where no annotation says all of it."""

from __future__ import annotations

from typedxcom.annotations import VARIADIC
from typedxcom.contracts import Contract
from typedxcom.inference.needed import needed_of
from typedxcom.needs import Needs
from typedxcom.schema.vague import is_vague

__all__ = ["needs_of_parameter"]


def needs_of_parameter(contract: Contract, name: str) -> Needs:
    """Returns what the code needs of the argument *name*; nothing if an annotation says it.

    An annotation such as ``dict`` leaves open which keys there are.
    """
    parameter = contract.signature.parameters.get(name)
    if parameter is None or not (
        parameter.annotation is parameter.empty or is_vague(contract.parameter(name).schema)
    ):
        return Needs()
    is_one = parameter.kind not in VARIADIC
    is_given = is_one and not contract.is_injected(name) and contract.inputs is None
    return needed_of(contract.function, name) if is_given else Needs()
