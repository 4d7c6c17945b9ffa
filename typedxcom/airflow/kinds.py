"""What the function of a ``@task.branch``, ``@task.sensor`` or ``@task.bash`` may return."""

from __future__ import annotations

from typedxcom.contracts import Contract
from typedxcom.errors import ContractError
from typedxcom.schema import Schema, Unknown
from typedxcom.schema.nodes import (
    EnumOf,
    LiteralOf,
    Scalar,
    SequenceOf,
    TupleOf,
    UnionOf,
    bare,
)

__all__ = ["refuse_result"]

_TASK_IDS = "the ids of tasks: a `str`, a `list[str]`, or None"
_BRANCHES = ("branch", "branch_virtualenv", "branch_external_python")
_ALLOWED = {
    **{f"@task.{kind}": _TASK_IDS for kind in _BRANCHES},
    "@task.sensor": "a `bool` or a `PokeReturnValue`",
    "@task.bash": "the command: a `str`",
}


def refuse_result(decorator: str, contract: Contract) -> None:
    """Raise ContractError where the function returns what its kind of task cannot use.

    Args:
        decorator: The name of the kind, as ``@task.branch``.
        contract: The contract of the function.
    """
    allowed, returned = _ALLOWED.get(decorator), contract.body_returns.schema
    if allowed is None or _may_be(decorator, returned):
        return
    raise ContractError(
        f"Task function {contract.name!r} is a {decorator}: it must return {allowed}, "
        f"not `{returned}`."
    )


def _may_be(decorator: str, schema: Schema) -> bool:
    schema = bare(schema)
    if isinstance(schema, UnionOf):
        return all(_may_be(decorator, member) for member in schema.members)
    if decorator == "@task.sensor":
        is_other = not isinstance(schema, (Scalar, LiteralOf, EnumOf, SequenceOf, TupleOf))
        return is_other or (isinstance(schema, Scalar) and schema.type is bool)
    if decorator == "@task.bash":
        return _is_text(schema)
    if isinstance(schema, SequenceOf):
        return _is_text(bare(schema.item))
    if isinstance(schema, TupleOf):
        return all(_is_text(bare(item)) for item in schema.items)
    return schema == Scalar(type(None)) or _is_text(schema)


def _is_text(schema: Schema) -> bool:
    match schema:
        case Unknown():
            return True
        case LiteralOf(values=values):
            return all(isinstance(value, str) for value in values)
        case Scalar(type=kind) | EnumOf(type=kind):
            return issubclass(kind, str)
        case UnionOf(members=members):
            return all(_is_text(bare(member)) for member in members)
    return False
