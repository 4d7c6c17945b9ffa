"""Refuses XCom keys that Airflow would take for others: its client does not quote them in URLs.

A key ``"ok?"`` is written and read as ``"ok"``, and ``"../victim/return_value"`` replaces what
another task has returned. Such a key is refused before anything is pushed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from typedxcom.contracts import Contract
from typedxcom.errors import ContractError, EncodeError, shorten
from typedxcom.key_faults import key_fault
from typedxcom.schema import Schema
from typedxcom.schema.nodes import EnumOf, LiteralOf, MappingOf, Record, bare

__all__ = ["key_fault", "key_sentence", "refuse_declared_keys", "refuse_pushed_keys"]

_CURE = "Rename it, or return all of it as one XCom: @task(multiple_outputs=False)."


def key_sentence(key: object) -> str | None:
    """The clause that refuses *key*, with its name. None for a good one."""
    fault = key_fault(key) if isinstance(key, str) else None
    return None if fault is None else f"the key `{shorten(key)}` cannot name an XCom: {fault}"


def refuse_declared_keys(operator: Any, contract: Contract) -> None:
    """Refuse the keys that a task with multiple outputs declares.

    Args:
        operator: The operator, mapped or not, or the decorated task.
        contract: The contract of its function.

    Raises:
        ContractError: One of the names cannot be a key.
    """
    if not getattr(operator, "multiple_outputs", False):
        return
    if found := _first(_names(bare(contract.returned.schema))):
        raise ContractError(f"Task function {contract.name!r}: {found}. {_CURE}", is_grave=True)


def refuse_pushed_keys(value: object) -> None:
    """Refuse the keys of a result whose parts are about to be pushed, each under its key.

    Raises:
        EncodeError: One of the keys cannot name an XCom. Nothing has been pushed yet.
    """
    found = _first(value) if isinstance(value, Mapping) else None
    if found is not None:
        raise EncodeError(f"{found}. {_CURE}", is_grave=True)


def _first(keys: Iterable[object]) -> str | None:
    return next(filter(None, map(key_sentence, keys)), None)


def _names(schema: Schema) -> Iterable[object]:
    match schema:
        case Record(fields=fields):
            return [field.key or name for name, field in fields.items()]
        case MappingOf(key=LiteralOf(values=values)):
            return values
        case MappingOf(key=EnumOf() as key):
            kind: Any = key.type
            return [member.value for member in kind]
    return ()
