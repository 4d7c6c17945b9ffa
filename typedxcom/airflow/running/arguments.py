"""Pulls the arguments of a typed task as they are stored, whoever pushed them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from typedxcom.airflow.private import (
    AirflowXComArg,
    ConcatXComArg,
    DictOfListsExpandInput,
    ListOfDictsExpandInput,
    MappedArgument,
    MapXComArg,
    ZipXComArg,
)
from typedxcom.airflow.raw import as_airflow, raw_entries
from typedxcom.airflow.running.stores import stores
from typedxcom.exchange.unwrap import for_reader

__all__ = ["expanded_raw", "pulled_raw", "reads_entries"]

_READS_ENTRIES = "__typedxcom_reads_entries__"


def pulled_raw(value: Any) -> Any:
    """*value* with each output in it as one that is pulled as it is stored.

    Args:
        value: The arguments of a task. Only containers that hold outputs are copied.
    """
    if isinstance(value, (AirflowXComArg, MappedArgument)):
        return RawArgument(value)
    kind = type(value)
    if kind is dict:
        made = {key: pulled_raw(part) for key, part in value.items()}
        return made if any(made[key] is not value[key] for key in made) else value
    if kind in (list, tuple):
        parts = [pulled_raw(part) for part in value]
        same = all(one is other for one, other in zip(parts, value, strict=True))
        return value if same else kind(parts)
    return value


class RawArgument:
    """An output that Airflow's renderer resolves to the entry."""

    def __init__(self, arg: Any) -> None:
        self._arg = arg

    def resolve(self, context: Any) -> Any:
        """Pull the entry as it is stored."""
        with raw_entries():
            return _with_values(self._arg).resolve(context)


def expanded_raw(expand_input: Any) -> Any:
    """The input of `expand` or `expand_kwargs` with its outputs pulled as they are stored."""
    if isinstance(expand_input, DictOfListsExpandInput):
        return RawLists(expand_input.value)
    return RawDicts(expand_input.value)


class RawLists(DictOfListsExpandInput):
    """What `expand` maps over."""

    def resolve(self, context: Any) -> Any:
        """The arguments of one instance."""
        value: Any = {key: _with_values(part) for key, part in self.value.items()}
        with raw_entries():
            return DictOfListsExpandInput(value).resolve(context)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DictOfListsExpandInput) and self.value == other.value

    __hash__ = None  # as in Airflow's own class


class RawDicts(ListOfDictsExpandInput):
    """What `expand_kwargs` maps over."""

    def resolve(self, context: Any) -> Any:
        """The arguments of one instance."""
        with raw_entries():
            return ListOfDictsExpandInput(_with_values(self.value)).resolve(context)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ListOfDictsExpandInput) and self.value == other.value

    __hash__ = None  # as in Airflow's own class


def reads_entries(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Mark *f*, a function given to `map`, as one that decodes the entry that it gets."""
    setattr(f, _READS_ENTRIES, True)
    return f


def _with_values(arg: Any) -> Any:
    """*arg* whose functions given to `map` get values instead of entries, as without types."""
    if isinstance(arg, MapXComArg):
        first, *rest = arg.callables
        made = copy.copy(arg)
        made.arg = _with_values(arg.arg)
        if not hasattr(first, _READS_ENTRIES):
            made.callables = [_on_values(first), *rest]
        return made
    if isinstance(arg, (ZipXComArg, ConcatXComArg)):
        made_of = copy.copy(arg)
        made_of.args = [_with_values(one) for one in arg.args]
        return made_of
    return arg


def _on_values(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def call(entry: Any) -> Any:
        return f(for_reader(entry, stores(), airflow=as_airflow))

    call.__name__ = getattr(f, "__name__", "f")
    return call
