"""Decides for each output whether a task gets its entry, or the value that its upstream promised.

A parameter with an annotation decodes the entry itself. If a parameter has none, its outputs are
marked while the DAG is parsed, at any depth of containers. The contract of the task that pushed
them then reads them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from typedxcom.airflow.authoring.outputs import BatchesArg, FirstRowsArg, XComArg, typed_arg
from typedxcom.airflow.params import dag_param
from typedxcom.airflow.private import (
    ConcatXComArg,
    DictOfListsExpandInput,
    ListOfDictsExpandInput,
    MappedArgument,
    PlainXComArg,
    ZipXComArg,
)
from typedxcom.airflow.running.params import ReadParam
from typedxcom.airflow.running.promised import (
    Output,
    as_keywords,
    as_unread,
    as_unread_items,
    as_value_items,
)
from typedxcom.airflow.wiring.sure import sure_calls
from typedxcom.contracts import Argument, Contract, contract_of
from typedxcom.schema import UNKNOWN

__all__ = ["marked_in_call", "marked_in_expand", "marked_in_expand_kwargs"]

_Reads: TypeAlias = Callable[[Output], Any]
_PLAIN = (str, int, float, type(None))  # most arguments that hold no output


def marked_in_call(
    contract: Contract, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a call, or of ``partial``, with their outputs marked."""
    sure = sure_calls(contract)
    is_typed = sure is not None and sure.is_typed
    if is_typed or not contract.says_nothing_somewhere():
        return tuple(args), dict(kwargs)
    found = [_argument(contract, one) for one in contract.bind(args, kwargs)]
    return tuple(found[: len(args)]), dict(zip(kwargs, found[len(args) :], strict=True))


def marked_in_expand(contract: Contract, mapped: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of ``expand`` with their outputs marked. Airflow maps over these."""
    given = contract.bind((), mapped)
    return {one.name: _argument(contract, one, items=as_unread_items) for one in given}


def marked_in_expand_kwargs(contract: Contract, value: Any) -> Any:
    """What you give to ``expand_kwargs``, with its outputs marked."""
    given = contract.bind((), dict.fromkeys(contract.signature.parameters))
    known = frozenset(one.name for one in given if not contract.says_nothing_of(one))
    if isinstance(value, PlainXComArg):
        return _reference(value, functools.partial(as_keywords, known=known))
    if type(value) not in (list, tuple):
        return value
    return _same_or(value, [_keywords(contract, item) for item in value])


def _keywords(contract: Contract, item: Any) -> Any:
    if type(item) is not dict or not all(type(name) is str for name in item):
        return item
    return {one.name: _argument(contract, one) for one in contract.bind((), item)}


def _argument(contract: Contract, argument: Argument, items: _Reads | None = None) -> Any:
    value = argument.value
    if isinstance(value, _PLAIN) or not contract.says_nothing_of(argument):
        return value
    return _marked(value, items)


def _marked(value: Any, items: _Reads | None = None) -> Any:
    """*value* with its outputs marked, or the same object if it has none.

    Args:
        value: An argument, or a part of one.
        items: How the items of an output are read, where Airflow maps over it.
    """
    if dag_param(value) is not None:
        return ReadParam(value)
    match value:
        case PlainXComArg():
            return _reference(value, items or as_unread)
        case ZipXComArg(args=args, fillvalue=filler):
            parts = _joined(args, items)
            return value if parts is args else type(value)(list(parts), fillvalue=filler)
        case ConcatXComArg(args=args):
            parts = _joined(args, items)
            return value if parts is args else type(value)(list(parts))
        case MappedArgument():
            return _group_argument(value, as_value_items if items else as_unread_items)
    if type(value) is dict:
        made = {name: _marked(part) for name, part in value.items()}
        return made if any(made[name] is not value[name] for name in made) else value
    if type(value) in (list, tuple):
        return _same_or(value, [_marked(part) for part in value])
    return value


def _reference(arg: Any, reads: _Reads) -> Any:
    """One output. Airflow reads what its own tasks wrote."""
    if isinstance(arg, (BatchesArg, FirstRowsArg)):
        return arg  # slices, which every body gets as tables
    if not isinstance(arg, XComArg):
        if contract_of(getattr(arg.operator, "python_callable", None)) is None:
            return arg
        arg = typed_arg(arg, UNKNOWN)
    return arg._read_by(reads)


def _joined(args: Sequence[Any], items: _Reads | None) -> Sequence[Any]:
    """What is zipped or chained. If nothing maps over it, the body itself takes the items."""
    return _same_or(args, [_marked(arg, items or as_value_items) for arg in args])


def _group_argument(value: Any, items: _Reads) -> Any:
    """One parameter of a mapped task group: an item of what the group maps over."""
    given: Any = value._input
    if isinstance(given, DictOfListsExpandInput):
        made = {name: _marked(part, items) for name, part in given.value.items()}
        return MappedArgument(input=DictOfListsExpandInput(made), key=value._key)
    if isinstance(given, ListOfDictsExpandInput) and isinstance(given.value, PlainXComArg):
        keywords = functools.partial(as_keywords, known=frozenset())
        inner = ListOfDictsExpandInput(_reference(given.value, keywords))
        return MappedArgument(input=inner, key=value._key)
    return value


def _same_or(before: Sequence[Any], parts: list[Any]) -> Sequence[Any]:
    if all(new is old for new, old in zip(parts, before, strict=True)):
        return before
    return tuple(parts) if isinstance(before, tuple) else parts
