"""Reads promises from a function's annotations: for parameters, the pushed result and the body."""

from __future__ import annotations

import collections.abc as abc
import functools
import inspect
import types
import typing
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Union, get_args, get_origin

import typing_extensions as te

from typedxcom.annotations import fields_hints, never_yields, read_hints
from typedxcom.caches import kept_on
from typedxcom.codecs import is_surely_read, known_codec, make_codec, refuse_unsupported
from typedxcom.loops import state_in
from typedxcom.schema import UNKNOWN, Schema, Unknown, schema_of
from typedxcom.schema.build import is_lax
from typedxcom.schema.kinds import SCALARS
from typedxcom.schema.nodes import Scalar, UnionOf, Unsupported, Var, bare, walk
from typedxcom.stored import AnyCodec, has_stored, stored_codec

__all__ = [
    "ANYTHING",
    "RETURN_PLACE",
    "Promise",
    "Promises",
    "context_promise",
    "holds_secret",
    "parameter_place",
    "promise_of",
    "read_promises",
]

RETURN_PLACE = "the return value"
_PROMISE = "promise"
_RETURN = "return"  # in __annotations__, where no parameter can have this name
_SINGLE = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_NEVER = (te.NoReturn, te.Never)
_UNPACK = (te.Unpack, getattr(typing, "Unpack", te.Unpack))


@dataclass(frozen=True)
class Promise:
    """The promise about one value: a parameter, or the result.

    Attributes:
        annotation: The author's annotation, resolved; ``Any`` if there was none.
        schema: The description of the annotation.
    """

    annotation: Any = Any
    schema: Schema = UNKNOWN

    @property
    def known(self) -> bool:
        """Whether there is anything to check."""
        return not isinstance(self.schema, Unknown)

    @cached_property
    def text(self) -> str:
        """The type in words, as the UI shows it. Classes keep their promises, and so this text."""
        return str(self.schema)

    @property
    def is_open(self) -> bool:
        """Whether it takes any value as it is: unknown, or a type variable without a bound."""
        schema = self.schema.bound if isinstance(self.schema, Var) else self.schema
        return isinstance(schema, Unknown)

    @cached_property
    def is_surely_read(self) -> bool:
        """Whether its codec can surely be built, so that parsing a DAG need not build it."""
        return is_surely_read(self.schema)

    @cached_property
    def is_local(self) -> bool:
        """Whether no XCom can hold its values, so that only the DAG file itself can give them.

        For example, Airflow hands over an Asset or a function as it is. A secret does not count.
        """
        if self.is_surely_read:
            return False
        foreign = [node for _, node in walk(self.schema) if isinstance(node, Unsupported)]
        return bool(foreign) and all(map(_is_of_a_class, foreign))

    def may_be(self, value: object) -> bool:
        """Whether a local parameter may accept *value* from the DAG file."""
        return _is_one_of(value, self.schema)

    @cached_property
    def codec(self) -> AnyCodec:
        """The codec that reads and writes the value. Raises UnsupportedTypeError."""
        return self._make(lax=is_lax(self.annotation))

    @cached_property
    def lax_codec(self) -> AnyCodec:
        """The codec that reads rendered Jinja templates, by lax rules."""
        return self._make(lax=True)

    def refuse_unsupported(self) -> None:
        """Raises ContractError if such a value could not come back, or its table type is wrong."""
        if not self.known or self.is_surely_read:
            return
        if self.annotation is Any:  # one field of the model that reads it
            refuse_unsupported(self.schema)
        else:
            self.codec  # noqa: B018 (building the codec shows whether there is one)

    def _make(self, *, lax: bool) -> AnyCodec:
        known = known_codec(self.annotation, self.schema, lax=lax)
        if known is not None:
            return known
        refuse_unsupported(self.schema)
        stored = stored_codec(self.annotation, self.schema) if has_stored(self.schema) else None
        return stored or make_codec(self.annotation, self.schema, lax=lax)


def _is_one_of(value: object, schema: Schema) -> bool:
    schema = bare(schema)
    if isinstance(schema, UnionOf):
        return any(_is_one_of(value, one) for one in schema.members)
    if schema == Scalar(type(None)):
        return value is None
    if not isinstance(schema, Unsupported):
        return True
    try:
        return isinstance(value, get_origin(schema.annotation) or schema.annotation)
    except TypeError:  # a protocol that is not checked at run time
        return True


def _is_of_a_class(node: Unsupported) -> bool:
    """Whether a type that cannot travel is a class, so that a DAG file may hold an object of it."""
    kind = get_origin(node.annotation) or node.annotation
    return isinstance(kind, type) and not node.is_secret


def holds_secret(schema: Schema) -> bool:
    """Whether a class in *schema* holds a secret, which may never travel."""
    return any(isinstance(node, Unsupported) and node.is_secret for _, node in walk(schema))


ANYTHING = Promise()


@dataclass(frozen=True)
class Promises:
    """The promises in a function's annotations, and the names that cannot be resolved yet.

    A parameter may have any name, for example ``returned``. So each kind of promise has a field of
    its own.

    Attributes:
        parameters: The promise of each parameter, and of each name that ``Unpack`` gives to
            ``**kwargs``.
        rest: The promise of each argument that ``*args`` takes.
        others: The promise of each argument that ``**kwargs`` takes.
        returned: The promise of what the task pushes as its return value.
        body: The promise of the function's own ``return``, even if the task pushes something else.
        loops: The promise of what each iteration of the loop gives the next, for a parameter that
            is annotated ``Loop[T]``.
        unresolved: Parameter to the name in its annotation that has no meaning yet.
        unresolved_return: The name in the return annotation that has no meaning yet.
    """

    parameters: dict[str, Promise] = field(default_factory=dict)
    rest: Promise = ANYTHING
    others: Promise = ANYTHING
    returned: Promise = ANYTHING
    body: Promise = ANYTHING
    loops: dict[str, Promise] = field(default_factory=dict)
    unresolved: dict[str, str] = field(default_factory=dict)
    unresolved_return: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every name in the annotations could be resolved."""
        return not self.unresolved and self.unresolved_return is None

    def doubtful(self) -> Iterator[tuple[str | None, str, Promise]]:
        """Yields each promise that may be impossible to keep, with its place in words.

        First comes the name of its parameter, if it has one.
        """
        for name, promise in self.parameters.items():
            if not promise.is_surely_read:
                yield name, parameter_place(name), promise
        if self.rest.known:
            yield None, "the parameter `*args`", self.rest
        if self.others.known:
            yield None, "the parameter `**kwargs`", self.others
        for name, promise in self.loops.items():
            yield None, parameter_place(name), promise
        if not self.returned.is_surely_read:
            yield None, RETURN_PLACE, self.returned


def read_promises(
    function: Callable[..., Any],
    signature: inspect.Signature,
    *,
    injected: frozenset[str],
    local_names: Mapping[str, Any],
    importing: bool,
    before: Promises,
) -> Promises:
    """Reads the annotations of *function*.

    Args:
        function: The author's function.
        signature: Its signature.
        injected: Parameters that Airflow fills. Their annotations are not needed.
        local_names: As for `read_hints`.
        importing: As for `read_hints`.
        before: The promises of an earlier reading, with the codecs that it made.
    """
    hints = read_hints(function, local_names=local_names, importing=importing)
    found, unresolved = hints.found, hints.missing
    returns, annotation = _RETURN in found, found.pop(_RETURN, Any)
    missing_return = unresolved.pop(_RETURN, None)
    parameters, rest, others, body = {}, ANYTHING, ANYTHING, ANYTHING
    loops: dict[str, Promise] = {}
    own = signature.parameters
    for name, written in found.items():
        if name in injected:
            continue
        kind = own[name].kind if name in own else None
        if kind in _SINGLE and own[name].default is None:
            written = _or_none(written)
        is_shared = type(written) is type and written in SCALARS and kind in _SINGLE
        state = None if is_shared else state_in(written)
        try:
            if is_shared:  # the most of them
                parameters[name] = _scalar(written)
            elif state is not None:
                loops[name] = _promise(state, before.loops.get(name))
            elif kind is inspect.Parameter.VAR_POSITIONAL:
                rest = _promise(_each(written), before.rest)
            elif kind is inspect.Parameter.VAR_KEYWORD and not _is_unpacked(written):
                others = _promise(written, before.others)
            elif _is_class(written):
                parameters[name] = _promise(written, before.parameters.get(name))
            else:
                for each, one in _unpacked(name, written):
                    parameters[each] = _promise(one, before.parameters.get(each))
        except NameError as error:
            unresolved[name] = _missing_name(error)
    if returns:
        try:
            body = _promise(_result(function, annotation), before.body)
        except NameError as error:
            missing_return = _missing_name(error)
    return Promises(parameters, rest, others, body, body, loops, unresolved, missing_return)


def _or_none(annotation: Any) -> Any:
    """Returns the type of a parameter such as ``name: str = None``, which takes None too."""
    is_open = annotation is Any or annotation is object
    if is_open or state_in(annotation) is not None:
        return annotation
    return Union[annotation, None]  # noqa: UP007  # a string has no `|`


def promise_of(annotation: Any) -> Promise:
    """Returns the promise of an annotation. Raises ContractError if no XCom can hold its values."""
    promise = Promise(annotation, schema_of(annotation))
    promise.refuse_unsupported()
    return promise


def context_promise(
    function: Callable[..., Any], name: str, *, local_names: Mapping[str, Any]
) -> Promise:
    """Returns the promise of a parameter that Airflow fills, if the author fills it anyway.

    Returns:
        `ANYTHING` if the annotation names an object of Airflow's, which no XCom can hold.
    """
    found = read_hints(function, local_names=local_names, importing=False).found
    try:
        return promise_of(found.get(name, Any))
    except (NameError, TypeError):
        return ANYTHING


def parameter_place(name: str) -> str:
    """Names the parameter *name* in a message."""
    return f"the parameter `{name}`"


def _promise(annotation: Any, before: Promise | None) -> Promise:
    """Returns the promise of *annotation*, or the one of an earlier reading if it is known."""
    if type(annotation) is type and annotation in SCALARS:  # the most of them
        return _scalar(annotation)
    if before is not None and before.known:
        return before
    kept, key = _keeper(annotation), (_PROMISE, annotation)
    known: Promise | None = None if kept is None else kept.get(key)
    if known is None:
        known = Promise(annotation, schema_of(annotation))
        if kept is not None and known.is_surely_read:
            kept[key] = known
    return known


def _keeper(annotation: Any) -> dict[Hashable, Any] | None:
    """Returns what keeps the promise of a class, or of a list of its instances."""
    while type(annotation) is types.GenericAlias and annotation.__origin__ is list:
        annotation = annotation.__args__[0]
    if not _is_class(annotation):
        return None
    return kept_on(None if annotation in SCALARS else annotation)


def _is_class(annotation: Any) -> bool:
    """Whether it is a class. In Python 3.10, ``list[int]`` says that it is one, too."""
    return isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias)


@functools.cache
def _scalar(kind: type) -> Promise:
    """Returns the promise of a class of the standard library, which all tasks share."""
    return Promise(kind, schema_of(kind))


def _missing_name(error: NameError) -> str:
    return str(getattr(error, "name", None) or error)


def _result(function: Callable[..., Any], annotation: Any) -> Any:
    """Returns the type of the task's result, for example `int` for `Coroutine[Any, Any, int]`."""
    yields = not never_yields(function)
    if not yields and _is_class(annotation):  # the most of them
        return annotation
    origin, args = get_origin(annotation), get_args(annotation)
    if yields:
        if inspect.isgeneratorfunction(function):  # Airflow takes the value that it returns last
            return args[2] if origin is abc.Generator and len(args) == 3 else Any
        if inspect.isasyncgenfunction(function):
            return Any
    if origin in (abc.Coroutine, abc.Awaitable):
        return args[-1]
    return Any if any(annotation is one for one in _NEVER) else annotation


def _is_unpacked(annotation: Any) -> bool:
    return get_origin(annotation) in _UNPACK


def _unpacked(name: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    """Yields the names and types of an annotation: several for `**kwargs: Unpack[Options]`."""
    if _is_unpacked(annotation):
        yield from fields_hints(get_args(annotation)[0]).items()
    else:
        yield name, annotation


def _each(annotation: Any) -> Any:
    """Returns the type of each argument in `*args: annotation`: `int` for `*tuple[int, ...]`."""
    if not _is_unpacked(annotation):
        return annotation
    items = get_args(get_args(annotation)[0])
    return items[0] if len(items) == 2 and items[1] is ... else Any
