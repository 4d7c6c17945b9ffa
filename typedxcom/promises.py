"""What a function's annotations promise: each parameter, what is pushed, what the body gives."""

from __future__ import annotations

import collections.abc as abc
import functools
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args, get_origin

import typing_extensions as te

from typedxcom.annotations import read_hints
from typedxcom.codecs import is_surely_read, known_codec, make_codec, refuse_unsupported
from typedxcom.schema import UNKNOWN, Schema, Unknown, schema_of
from typedxcom.schema.build import is_lax
from typedxcom.schema.kinds import SCALARS
from typedxcom.schema.nodes import Scalar, UnionOf, Unsupported, Var, bare, walk
from typedxcom.schema.refusals import SECRET_CURE
from typedxcom.stored import AnyCodec, has_stored, stored_codec

__all__ = [
    "ANYTHING",
    "RETURN_PLACE",
    "Promise",
    "Promises",
    "context_promise",
    "holds_secret",
    "parameter_place",
    "read_promises",
]

RETURN_PLACE = "the return value"
_RETURN = "return"  # in __annotations__, where no parameter can have this name
_NEVER = (te.NoReturn, te.Never)
_UNPACK = (te.Unpack, getattr(typing, "Unpack", te.Unpack))


@dataclass(frozen=True)
class Promise:
    """One value of a contract: a parameter, or what is returned.

    Attributes:
        annotation: What the author wrote, resolved; ``Any`` where nothing was.
        schema: The same, described.
    """

    annotation: Any = Any
    schema: Schema = UNKNOWN

    @property
    def known(self) -> bool:
        """Whether there is anything to check."""
        return not isinstance(self.schema, Unknown)

    @property
    def is_open(self) -> bool:
        """Whether it takes any value as it is: unknown, or a type variable without a bound."""
        schema = self.schema.bound if isinstance(self.schema, Var) else self.schema
        return isinstance(schema, Unknown)

    @cached_property
    def is_local(self) -> bool:
        """Whether no XCom can hold its values, so that only the DAG file itself can give them.

        For example an Asset or a function, which Airflow hands over as it is, but no secret.
        """
        if is_surely_read(self.schema):
            return False
        foreign = [node for _, node in walk(self.schema) if isinstance(node, Unsupported)]
        return bool(foreign) and all(map(_is_of_a_class, foreign))

    def may_be(self, value: object) -> bool:
        """Whether *value*, of the DAG file, may be what a local parameter takes."""
        return _is_one_of(value, self.schema)

    @cached_property
    def codec(self) -> AnyCodec:
        """Reads and writes the value. Raises UnsupportedTypeError."""
        return self._make(lax=is_lax(self.annotation))

    @cached_property
    def lax_codec(self) -> AnyCodec:
        """Reads what Jinja rendered, by lax rules."""
        return self._make(lax=True)

    def refuse_unsupported(self) -> None:
        """Raise ContractError where such a value could not come back, or is no good table."""
        if not self.known or is_surely_read(self.schema):
            return
        if self.annotation is Any:  # one field of the model that reads it
            refuse_unsupported(self.schema)
        else:
            self.codec  # noqa: B018 (what no codec reads is found by building it)

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
    """Whether objects of what cannot travel exist, so that a DAG file may hold one."""
    kind = get_origin(node.annotation) or node.annotation
    return isinstance(kind, type) and node.cure != SECRET_CURE


def holds_secret(schema: Schema) -> bool:
    """Whether a class in *schema* holds a secret, which is never let through."""
    nodes = (node for _, node in walk(schema))
    return any(isinstance(node, Unsupported) and node.cure == SECRET_CURE for node in nodes)


ANYTHING = Promise()


@dataclass(frozen=True)
class Promises:
    """What a function's annotations say, and what nobody can say yet.

    A parameter may have any name, also one that we would choose for something else: so each kind
    of thing has a field of its own.

    Attributes:
        parameters: Parameter to what it requires; names that ``Unpack`` gives to ``**kwargs`` too.
        rest: What ``*args`` requires of each argument that it takes.
        others: What ``**kwargs`` requires of each argument that it takes.
        returned: What the task pushes as its return value.
        body: What the function's own ``return`` gives, also where that is not what is pushed.
        unresolved: Parameter to the name in its annotation that has no meaning yet.
        unresolved_return: The same for the annotation of what is returned.
    """

    parameters: dict[str, Promise] = field(default_factory=dict)
    rest: Promise = ANYTHING
    others: Promise = ANYTHING
    returned: Promise = ANYTHING
    body: Promise = ANYTHING
    unresolved: dict[str, str] = field(default_factory=dict)
    unresolved_return: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether every annotation has a meaning."""
        return not self.unresolved and self.unresolved_return is None

    def places(self) -> Iterator[tuple[str | None, str, Promise]]:
        """Each promise that is kept for an XCom: its parameter, if any, and its name for people."""
        for name, promise in self.parameters.items():
            yield name, parameter_place(name), promise
        yield None, "the parameter `*args`", self.rest
        yield None, "the parameter `**kwargs`", self.others
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
    """Read the annotations of *function*.

    Args:
        function: The author's function.
        signature: Its signature.
        injected: Parameters that Airflow fills, whose annotations nobody asks for.
        local_names: As for `read_hints`.
        importing: As for `read_hints`.
        before: What an earlier reading found, with the codecs that it made.
    """
    hints = read_hints(function, local_names=local_names, importing=importing)
    found, unresolved = dict(hints.found), dict(hints.missing)
    returns, annotation = _RETURN in found, found.pop(_RETURN, Any)
    missing_return = unresolved.pop(_RETURN, None)
    parameters, rest, others, body = {}, ANYTHING, ANYTHING, ANYTHING
    for name, written in found.items():
        if name in injected:
            continue
        kind = signature.parameters[name].kind if name in signature.parameters else None
        try:
            if kind is inspect.Parameter.VAR_POSITIONAL:
                rest = _promise(_each(written), before.rest)
            elif kind is inspect.Parameter.VAR_KEYWORD and not _is_unpacked(written):
                others = _promise(written, before.others)
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
    return Promises(parameters, rest, others, body, body, unresolved, missing_return)


def context_promise(
    function: Callable[..., Any], name: str, *, local_names: Mapping[str, Any]
) -> Promise:
    """What a parameter that Airflow fills from its context requires of the author's own argument.

    Returns:
        Anything where the annotation names an object of Airflow's, which no XCom can hold.
    """
    found = read_hints(function, local_names=local_names, importing=False).found
    try:
        promise = Promise(found.get(name, Any), schema_of(found.get(name, Any)))
        promise.refuse_unsupported()
    except (NameError, TypeError):
        return ANYTHING
    return promise


def parameter_place(name: str) -> str:
    """What a message calls the parameter *name*."""
    return f"the parameter `{name}`"


def _promise(annotation: Any, before: Promise | None) -> Promise:
    """The promise of *annotation*, or the one that is known from before."""
    if type(annotation) is type and annotation in SCALARS:  # the most of them
        return _scalar(annotation)
    known = before if before is not None and before.known else None
    return known or Promise(annotation, schema_of(annotation))


@functools.cache
def _scalar(kind: type) -> Promise:
    """The promise of a class of the standard library, one for all tasks."""
    return Promise(kind, schema_of(kind))


def _missing_name(error: NameError) -> str:
    return str(getattr(error, "name", None) or error)


def _result(function: Callable[..., Any], annotation: Any) -> Any:
    """What the task's result is, where the annotation speaks of what the call itself gives."""
    origin, args = get_origin(annotation), get_args(annotation)
    if inspect.isgeneratorfunction(function):  # Airflow takes what it returns in the end
        return args[2] if origin is abc.Generator and len(args) == 3 else Any
    if inspect.isasyncgenfunction(function):
        return Any
    if origin in (abc.Coroutine, abc.Awaitable):
        return args[-1]
    return Any if any(annotation is one for one in _NEVER) else annotation


def _is_unpacked(annotation: Any) -> bool:
    return get_origin(annotation) in _UNPACK


def _unpacked(name: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    """The names and types that an annotation speaks for: several in `**kwargs: Unpack[Options]`."""
    if _is_unpacked(annotation):
        yield from te.get_type_hints(get_args(annotation)[0], include_extras=True).items()
    else:
        yield name, annotation


def _each(annotation: Any) -> Any:
    """What `*args: annotation` requires of each: `int` of `*tuple[int, ...]`."""
    if not _is_unpacked(annotation):
        return annotation
    items = get_args(get_args(annotation)[0])
    return items[0] if len(items) == 2 and items[1] is ... else Any
