"""Calls that are surely right, as most are: it takes less to see that than to say what is wrong.

Where nothing here is sure, the check of a call decides. It finds nothing wrong in what is sure.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from typedxcom.airflow.private import CALLBACK_KEYS, PlainXComArg
from typedxcom.airflow.wiring.flows import describe
from typedxcom.airflow.wiring.readers import gets_list
from typedxcom.contracts import Contract
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    Scalar,
    SequenceOf,
    UnionOf,
    Unknown,
    members_of,
)

__all__ = ["SureCalls", "sure_calls"]

_SURE = "_sure_calls"
_PLAIN = frozenset({str, int, float, bool})
_BY_POSITION = inspect.Parameter.POSITIONAL_OR_KEYWORD
_KINDS = (_BY_POSITION, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True, slots=True)
class SureCalls:
    """What is sure about the calls of one task.

    Attributes:
        positional: What each argument by position is read as.
        named: What each argument by name is read as, of all that an author may give.
        required: The names without a default.
        is_typed: Whether every parameter has an annotation.
    """

    positional: tuple[Schema, ...]
    named: Mapping[str, Schema]
    required: frozenset[str]
    is_typed: bool

    def takes(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call, or ``partial``, is surely right."""
        if len(args) > len(self.positional) or not all(map(_fits, args, self.positional)):
            return False
        for name, value in kwargs.items():
            if name not in self.named or not _fits(value, self.named[name]):
                return False
        return True

    def takes_each(self, partial: Mapping[str, Any], mapped: Mapping[str, Any]) -> bool:
        """Whether ``partial(...).expand(...)`` is surely right: with outputs alone, each once."""
        if not partial.keys().isdisjoint(mapped) or not self.takes((), partial):
            return False
        for name, value in mapped.items():
            if name not in self.named or not _item_fits(value, self.named[name]):
                return False
        return all(name in partial or name in mapped for name in self.required)


def sure_calls(contract: Contract) -> SureCalls | None:
    """What is sure about the calls of a task whose contract was checked; None if nothing is."""
    kept = vars(contract)
    if _SURE not in kept:
        kept[_SURE] = _read(contract) if contract.is_resolved else None
    known: SureCalls | None = kept[_SURE]
    return known


def _read(contract: Contract) -> SureCalls | None:
    parameters, promises = contract.signature.parameters, contract.parameters
    if contract.loops or not CALLBACK_KEYS.isdisjoint(parameters):
        return None
    named: dict[str, Schema] = {}
    required, positional, is_typed = set(), [], True
    is_before = True  # all that takes values by position and Airflow does not fill
    for name, parameter in parameters.items():
        kind = parameter.kind
        if kind not in _KINDS:
            return None
        if name in contract.injected:
            is_before = False
            continue
        promise = promises.get(name)
        if promise is not None and not promise.is_surely_read:
            return None
        named[name] = UNKNOWN if promise is None else promise.schema
        is_typed = is_typed and promise is not None
        if parameter.default is inspect.Parameter.empty:
            required.add(name)
        if is_before and kind is _BY_POSITION:
            positional.append(named[name])
    return SureCalls(tuple(positional), named, frozenset(required), is_typed)


def _fits(value: Any, schema: Schema) -> bool:
    if type(value) in _PLAIN:
        return schema is UNKNOWN or (type(schema) is Scalar and schema.type is type(value))
    if not isinstance(value, PlainXComArg):
        return False
    written: Any = getattr(value, "schema", None)
    if written is UNKNOWN:
        return _may_be(describe(value), schema)
    if schema is UNKNOWN:
        return False
    if gets_list(value.operator):
        return _is_list_of(schema, written)
    return written is schema


def _item_fits(value: Any, schema: Schema) -> bool:
    """Whether each item of an output fits."""
    if not isinstance(value, PlainXComArg):
        return False
    written: Any = getattr(value, "schema", None)
    if written is UNKNOWN:
        whole = describe(value)
        return isinstance(whole, Unknown) or _may_be_list(whole, schema)
    if schema is UNKNOWN:
        return False
    if gets_list(value.operator):
        return written is schema
    return _is_list_of(written, schema)


def _is_list_of(schema: Schema, item: Schema) -> bool:
    return type(schema) is SequenceOf and schema.type is list and schema.item is item


def _may_be_list(schema: Schema, item: Schema) -> bool:
    """Whether some type that code shows is a list whose items may be read as *item*."""
    if isinstance(schema, Inferred):
        return any(_may_be_list(one, item) for one in members_of(schema.inner))
    return type(schema) is SequenceOf and schema.type is list and _may_be(schema.item, item)


def _may_be(up: Schema, down: Schema) -> bool:
    """Whether what code shows may surely be read as *down*. Without code, *up* is unknown."""
    if up is down or isinstance(up, Unknown):
        return True
    if down is UNKNOWN:
        return False  # what the code of the reader needs decides
    if isinstance(up, (Inferred, UnionOf)):
        members = members_of(up.inner if isinstance(up, Inferred) else up)
        return any(_may_be(one, down) for one in members)
    if isinstance(down, Scalar):
        kind = type(up.values[0]) if isinstance(up, LiteralOf) else getattr(up, "type", None)
        return kind is down.type and isinstance(up, (LiteralOf, Scalar))
    return (
        isinstance(up, SequenceOf) and isinstance(down, SequenceOf) and _may_be(up.item, down.item)
    )
