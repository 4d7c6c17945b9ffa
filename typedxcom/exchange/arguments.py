"""Reads all arguments of one task for its body, and reports all their problems in one error."""

from __future__ import annotations

import ast
import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import msgspec

from typedxcom.codecs.serde import AirflowReader
from typedxcom.contracts import Argument, Contract, Place
from typedxcom.errors import (
    CodecError,
    ContractError,
    DecodeError,
    EncodeError,
    StoreError,
    ValidationError,
)
from typedxcom.exchange import load
from typedxcom.exchange.unannotated import for_body
from typedxcom.pointer import Origin
from typedxcom.promises import Promise
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import Record
from typedxcom.stored.access import Stores
from typedxcom.stores import verified

__all__ = ["Forgive", "is_typed_params", "load_arguments", "parse_rendered"]

# A Python literal takes some 500 times its length in memory while it is read.
_MAX_LITERAL = 2**18
Forgive: TypeAlias = "Callable[[Argument, Exception, Stores | None], Any]"
"""A function that returns a value for an argument that breaks its contract, and reports it."""
_Read: TypeAlias = Callable[[Any, "Stores | None"], Any]


def load_arguments(
    contract: Contract,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    *,
    task_id: str,
    rendered: Collection[Place] = frozenset(),
    sources: Mapping[Any, str] | None = None,
    origins: Mapping[Place, Sequence[Origin]] | None = None,
    only_given: bool = False,
    lax: bool = False,
    stores: Stores | None = None,
    airflow: AirflowReader | None = None,
    forgive: Forgive | None = None,
) -> tuple[list[Any], dict[str, Any]]:
    """Reads the arguments for the body of a task.

    Args:
        contract: The task's contract.
        args: Positional arguments, with every XCom resolved.
        kwargs: Keyword arguments, likewise.
        task_id: The task, for messages.
        rendered: Places of arguments that were a Jinja template. They are read by lax rules.
        sources: Place of an argument to the task that pushed it, for messages.
        origins: Place of an argument to the XComs that its signed pointers may belong to.
        only_given: Whether the author gave all arguments, and Airflow none.
        lax: Whether every parameter is read by lax rules.
        stores: The stores that pointers lead to.
        airflow: Reads Airflow's own forms if there is no annotation for them.
        forgive: Returns a value for an argument that breaks its contract, if that is no error.

    Raises:
        ValidationError, DecodeError, StoreError: As for `exchange.load`.
    """
    with _forgiven(forgive, contract.name):
        contract.resolve()
    reader = ArgumentReader(
        task_id, rendered, sources or {}, origins or {}, lax, stores, airflow, forgive
    )
    given = list(contract.bind(args, kwargs))
    known: dict[Place, Any] = {}
    if contract.inputs:
        with _forgiven(forgive, "inputs"):
            known = _loaded_together(contract.inputs, given, reader)
    if not only_given:
        known |= {
            one.place: one.value for one in given if one.injected and not is_typed_params(one)
        }
    loaded = _load_each(given, known, reader)
    return loaded[: len(args)], dict(zip(kwargs, loaded[len(args) :], strict=True))


def is_typed_params(argument: Argument) -> bool:
    """Returns whether *argument* is ``params`` with a model of the DAG's parameters."""
    return argument.name == "params" and isinstance(argument.promise.schema, Record)


class ArgumentReader(NamedTuple):
    """Reads the arguments of one task, each in its own way; see `load_arguments`."""

    task_id: str
    rendered: Collection[Place]
    sources: Mapping[Place, str]
    origins: Mapping[Place, Sequence[Origin]]
    is_lax: bool
    stores: Stores | None
    airflow: AirflowReader | None
    forgive: Forgive | None

    def stores_for(self, *places: Place) -> Stores | None:
        """Returns the stores for the arguments at *places*: they know whose pointers to follow."""
        if self.stores is None or not all(place in self.origins for place in places):
            return self.stores
        found = [origin for place in places for origin in self.origins[place]]
        return replace(self.stores, origins=found)

    def about(self, argument: Argument) -> str:
        """Says whose value an error is about."""
        source = self.sources.get(argument.place)
        pushed = f" (pushed by {source!r})" if source else ""
        return f"Task {self.task_id!r}, argument `{argument.name}`{pushed}"

    def way_of(self, argument: Argument) -> _Read:
        """Returns how to read one argument. Without a type, that is as in an untyped task."""
        promise, airflow = argument.promise, self.airflow
        is_pulled = bool(self.sources.get(argument.place))
        if promise.is_local and not is_pulled:
            return lambda value, _: (
                value if promise.may_be(value) else load(value, promise.codec, upcasting=False)
            )
        if promise.is_open:
            return functools.partial(for_body, is_pulled=is_pulled, airflow=airflow)
        if argument.place in self.rendered:
            return functools.partial(_load_rendered, promise=promise, airflow=airflow)
        codec = promise.lax_codec if self.is_lax else promise.codec
        return lambda value, stores: load(value, codec, stores=stores, airflow=airflow)


def _load_each(
    given: Iterable[Argument], known: Mapping[Place, Any], reader: ArgumentReader
) -> list[Any]:
    """Reads every argument, except those in *known*, which were read before."""
    loaded: list[Any] = []
    wrong: list[ValidationError | CodecError] = []
    for argument in given:
        if argument.place in known:
            loaded.append(known[argument.place])
            continue
        try:
            loaded.append(_load_one(argument, reader))
        except (ValidationError, CodecError, ContractError) as error:
            if reader.forgive is not None and not isinstance(error, DecodeError):
                loaded.append(reader.forgive(argument, error, reader.stores_for(argument.place)))
            elif isinstance(error, ContractError):
                raise
            else:
                wrong.append(error)
        except StoreError:  # a retry may help this argument, but not those that are wrong already
            if wrong:
                break
            raise
    _raise_all(wrong)
    return loaded


def _load_one(argument: Argument, reader: ArgumentReader) -> Any:
    about = reader.about(argument)
    try:
        with verified.named(about):
            return reader.way_of(argument)(argument.value, reader.stores_for(argument.place))
    except (ValidationError, CodecError) as error:
        raise error.about(about) from error.__cause__


def _loaded_together(
    inputs: Any, given: Sequence[Argument], reader: ArgumentReader
) -> dict[Place, Any]:
    """Validates the arguments that the model *inputs* names, all together."""
    promise = Promise(inputs, schema_of(inputs))
    fields = promise.schema.fields if isinstance(promise.schema, Record) else {}
    together = {one.name: one for one in given if one.name in fields}
    values = {name: argument.value for name, argument in together.items()}
    about = f"Task {reader.task_id!r}, inputs `{inputs.__name__}`"
    stores = reader.stores_for(*(argument.place for argument in together.values()))
    try:
        with verified.named(about):
            model = load(values, promise.codec, stores=stores, airflow=reader.airflow)
    except (ValidationError, CodecError) as error:
        raise error.about(about) from error.__cause__
    return {argument.place: getattr(model, name) for name, argument in together.items()}


@contextlib.contextmanager
def _forgiven(forgive: Forgive | None, what: str) -> Iterator[None]:
    """Lets *forgive* report a problem of all arguments together."""
    try:
        yield
    except (ValidationError, EncodeError, ContractError) as error:
        if forgive is None:
            raise
        forgive(Argument(what, what, None), error, None)


def _raise_all(wrong: list[ValidationError | CodecError]) -> None:
    """Raises all problems of a task's arguments as one error."""
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise ValidationError.together(wrong)


def _load_rendered(
    value: Any, stores: Stores | None, *, promise: Promise, airflow: AirflowReader | None
) -> Any:
    """Tries a rendered string as it is, then as the JSON or Python literal that it spells."""
    codecs = [promise.lax_codec] if isinstance(value, str) else [promise.codec, promise.lax_codec]
    for codec in codecs:
        with contextlib.suppress(ValidationError):
            return load(value, codec, stores=stores, airflow=airflow)
    try:
        return load(_as_literals(value), promise.lax_codec, stores=stores, airflow=airflow)
    except ValidationError:  # the error shows the text as it was written
        return load(value, promise.lax_codec, stores=stores, airflow=airflow)


def _as_literals(value: Any) -> Any:
    """Replaces each string in *value* that spells a JSON value or Python literal by that value."""
    if isinstance(value, str):
        found = parse_rendered(value)
        return value if isinstance(found, str) else found
    if isinstance(value, dict):
        return {key: _as_literals(part) for key, part in value.items()}
    return type(value)(map(_as_literals, value)) if type(value) in (list, tuple, set) else value


def parse_rendered(text: str) -> Any:
    """Reads the value in a string that Jinja rendered, because Jinja can only make strings.

    Returns:
        The JSON value that the text spells, or the Python literal, if that has at most 262,144
        characters; otherwise the text itself.
    """
    parsers = (msgspec.json.decode, ast.literal_eval)
    for parse in parsers if len(text) <= _MAX_LITERAL else parsers[:1]:
        try:
            return parse(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, msgspec.DecodeError):
            continue
    return text
