"""What a reader without an annotation gets: the value that its upstream promised.

An entry is plain JSON, so a ``datetime`` is a text there. Where the task that pushed it is known,
that task's contract says what the text is: a class of the DAG's own code, never a name in the data.
Where it is not known, the reader gets the JSON.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import typing_extensions as te

from typedxcom.airflow.raw import as_airflow, raw_rows
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.wiring.flows import RETURN_KEY
from typedxcom.contracts import Promise, contract_of
from typedxcom.errors import ContractError
from typedxcom.exchange import load
from typedxcom.exchange.forms import is_envelope
from typedxcom.exchange.unannotated import Unread
from typedxcom.exchange.unwrap import for_reader
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import SequenceOf, bare

__all__ = [
    "Output",
    "as_keywords",
    "as_unread",
    "as_unread_items",
    "as_value",
    "as_value_items",
    "promised_under",
]

_QUALIFIERS = (te.Required, te.NotRequired, te.ReadOnly)


@dataclass(frozen=True, slots=True)
class Output:
    """What was pulled for one reference.

    Attributes:
        row: The entry, or those of a mapped task.
        promise: What one instance promised.
        is_many: Whether *row* holds one entry for each instance.
    """

    row: Any
    promise: Promise
    is_many: bool = False


def promised_under(operator: Any, key: str, path: Sequence[int] = ()) -> Promise:
    """What one instance of a task of ours pushes under *key*; unknown for any other task.

    Args:
        operator: The task that pushes.
        key: The XCom key.
        path: Indexes into what it pushes.
    """
    contract = contract_of(getattr(operator, "python_callable", None))
    if contract is None:
        return Promise()
    with contextlib.suppress(ContractError):  # then it is not known, and JSON is what there is
        contract.resolve()
    promise = contract.returned
    if key != RETURN_KEY:
        has_keys = getattr(operator, "multiple_outputs", False)
        promise = part_promise(promise, key) if has_keys else Promise()
    return functools.reduce(part_promise, path, promise)


def as_value(output: Output) -> Any:
    """The whole value.

    Raises:
        ValidationError, DecodeError: It is not what its task promises. No retry helps.
        StoreError: The store refused. A retry may help.
    """
    row, promise = output.row, output.promise
    if not promise.known or row is None:
        return for_reader(row, stores(), airflow=as_airflow)
    if not output.is_many:
        return load(row, promise.codec, stores=stores(), airflow=as_airflow)
    each = _Each(row, lambda _, one: as_value(Output(one, promise)))
    return each[:] if isinstance(row, list) else each


def as_unread(output: Output) -> Unread:
    """The whole, read when the body is about to run."""
    promise, is_many = output.promise, output.is_many
    return Unread(output.row, lambda row: as_value(Output(row, promise, is_many)))


def as_unread_items(output: Output) -> Any:
    """What Airflow maps over: it takes one item, which is read when the body is about to run."""
    return _items(output, lambda row, promise: as_unread(Output(row, promise)))


def as_value_items(output: Output) -> Any:
    """What Airflow zips and chains: each item is read when it is taken."""
    return _items(output, lambda row, promise: as_value(Output(row, promise)))


def as_keywords(output: Output, known: frozenset[str]) -> Any:
    """What ``expand_kwargs`` maps over: keywords with an annotation stay entries."""

    def keywords(row: Any, promise: Promise) -> Any:
        if not isinstance(row, dict) or is_envelope(row):
            return row
        return {
            name: value if name in known else as_unread(Output(value, part_promise(promise, name)))
            for name, value in row.items()
        }

    return _items(output, keywords)


def _items(output: Output, make: Callable[[Any, Promise], Any]) -> Any:
    row, promise = output.row, output.promise
    if row is None:
        return None
    if output.is_many:
        return _Each(row, lambda _, one: make(one, promise))
    if is_envelope(row):
        return as_value(output)
    parts = _parts(promise)
    if isinstance(row, dict):
        return {key: make(one, parts(key)) for key, one in row.items()}
    if not isinstance(row, Sequence) or isinstance(row, (str, bytes)):
        return row  # Airflow says that it cannot be mapped over
    return _Each(row, lambda index, one: make(one, parts(index)))


class _Each(Sequence[Any]):
    """A sequence of entries, each read when it is taken."""

    def __init__(self, rows: Sequence[Any], read: Callable[[int, Any], Any]) -> None:
        self._rows, self._read = rows, read

    def __getitem__(self, index: Any) -> Any:
        with raw_rows():
            found = self._rows[index]
            if not isinstance(index, slice):
                return self._read(index, found)
            numbers = range(len(self._rows))[index] if index != slice(None) else range(len(found))
            return [self._read(at, one) for at, one in zip(numbers, found, strict=True)]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return repr(self._rows)


def _parts(promise: Promise) -> Callable[[Any], Promise]:
    """Index or key to what is promised there; a list promises one thing for all."""
    if isinstance(bare(promise.schema), SequenceOf):
        item = part_promise(promise, 0)
        return lambda key: item
    return lambda key: part_promise(promise, key)


def part_promise(promise: Promise, key: Any) -> Promise:
    """What is promised under an index, a dict's key or the name of a field; unknown if unsure."""
    if not promise.known:
        return Promise()
    annotation = _part(promise.annotation, key)
    try:
        return Promise(annotation, schema_of(annotation))
    except NameError:
        return Promise()


def _part(annotation: Any, key: Any) -> Any:
    annotation = _peeled(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    kind = origin or annotation
    if not isinstance(kind, type):
        return Any
    if not args:
        return _field(kind, key)
    if issubclass(kind, tuple):
        if args[-1] is Ellipsis:
            return args[0]
        return args[key] if isinstance(key, int) and -len(args) <= key < len(args) else Any
    if issubclass(kind, Mapping):
        return args[1] if len(args) == 2 else Any
    return args[0] if issubclass(kind, Sequence) else Any


def _peeled(annotation: Any) -> Any:
    """*annotation* without constraints, names of its own, and None beside it."""
    while True:
        if get_origin(annotation) in (te.Annotated, *_QUALIFIERS):
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__") and not get_args(annotation):
            annotation = annotation.__value__
        elif type(None) in get_args(annotation) and len(get_args(annotation)) == 2:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _field(kind: type, key: Any) -> Any:
    """The annotation of a field.

    A model with serializers or validators of its own may write a field as anything, so what it
    pushes under its keys stays JSON.
    """
    names = getattr(kind, "_fields", ())
    if issubclass(kind, tuple) and isinstance(key, int) and -len(names) <= key < len(names):
        key = names[key]
    own = getattr(kind, "__pydantic_decorators__", None)
    if not isinstance(key, str) or (own is not None and any(_own_ways(own))):
        return Any
    return _qualified(te.get_type_hints(kind, include_extras=True).get(key, Any))


def _own_ways(decorators: Any) -> Iterator[Any]:
    """Each kind of decorator that a pydantic model has inside."""
    for kind in ("serializers", "validators"):
        for where in ("field", "model", "root"):
            yield getattr(decorators, f"{where}_{kind}", None)


def _qualified(annotation: Any) -> Any:
    while get_origin(annotation) in _QUALIFIERS:
        annotation = get_args(annotation)[0]
    return annotation
