"""Turns values into JSON and back, with msgspec and pydantic-core."""

from __future__ import annotations

import collections
import re
import warnings
from collections.abc import Iterator
from typing import Any

from typedxcom.codecs.base import ValueCodec
from typedxcom.codecs.concrete import lowered
from typedxcom.codecs.known import known_codec, remember
from typedxcom.codecs.plain import is_surely_read
from typedxcom.codecs.unreadable import refuse_unread
from typedxcom.errors import UnsupportedTypeError
from typedxcom.registry import registered
from typedxcom.schema.kinds import TEXT_SCALARS
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unsupported,
    peeled,
    walk,
)
from typedxcom.schema.records import extra_items

__all__ = [
    "ValueCodec",
    "is_foreign",
    "is_surely_read",
    "known_codec",
    "make_codec",
    "refuse_unsupported",
]

_OTHER_TYPE = "Instead: annotate that part with a type of docs/reference/types.md"
_PYDANTIC_ONLY = {
    collections.deque,
    collections.OrderedDict,
    collections.defaultdict,
    collections.Counter,
}


def make_codec(annotation: Any, schema: Schema, *, lax: bool = False) -> ValueCodec:
    """Returns the codec for values of *annotation*: pydantic's if it contains a pydantic type.

    Args:
        annotation: What the author wrote, with every forward reference resolved.
        schema: The description of the annotation.
        lax: Read by lax rules: ``"5"`` is an int.

    Raises:
        UnsupportedTypeError: Neither library can read such a value back.
    """
    found = known_codec(annotation, schema, lax=lax)
    if found is None:
        refuse_unsupported(schema)
        found = _build(lowered(annotation), schema, lax=lax)
        remember(annotation, found, lax=lax)
    return found


def _build(annotation: Any, schema: Schema, *, lax: bool) -> ValueCodec:
    from typedxcom.codecs.json_native import NativeCodec

    native, foreign = _needs_native(schema), _needs_pydantic(schema)
    if native and foreign:
        msg = (
            f"`{schema}` mixes {native} with {foreign}, and no codec reads both. Use one of the "
            "two libraries, for example a pydantic model or a dataclass instead of a Struct."
        )
        raise UnsupportedTypeError(msg, annotation=annotation)
    _refuse_unsafe(schema, annotation)
    _refuse_merged(schema, annotation)
    if native or not (foreign or _has_model(schema)):
        try:
            return NativeCodec(annotation, schema, lax=lax)
        except Exception as error:  # pydantic may read it: a union, a recursive alias
            if native:
                msg = f"msgspec cannot read `{schema}`: {error}. {_OTHER_TYPE}"
                raise UnsupportedTypeError(msg, annotation=annotation) from error
    return _pydantic_codec(annotation, schema, lax=lax)


def is_foreign(schema: Schema) -> bool:
    """Whether pydantic reads *schema*, as far as its parts say."""
    return bool(_needs_pydantic(schema)) or _has_model(schema)


def refuse_unsupported(schema: Schema) -> None:
    """Raises UnsupportedTypeError, with place and cure, if a value could not come back."""
    wrong = [(path, node) for path, node in walk(schema) if isinstance(node, Unsupported)]
    if wrong:
        path, node = next((one for one in wrong if one[1].is_secret), wrong[0])
        msg = f"`{node}` cannot travel through an XCom - at `{path}`. Instead: {node.cure}."
        raise UnsupportedTypeError(msg, annotation=node.annotation, is_grave=node.is_secret)


def _refuse_unsafe(schema: Schema, annotation: Any) -> None:
    """Raises UnsupportedTypeError if msgspec (0.19 to 0.22) would read beyond its memory."""
    for path, node in walk(schema):
        if not isinstance(node, UnionOf):
            continue
        limits = [one.constraints for member in node.members for one in _msgspec_limits(member)]
        if not limits:
            continue
        members = list(map(peeled, node.members))
        if any(isinstance(one, TupleOf) for one in members):
            what = "a limit beside a tuple of fixed length"
            cure = "use a NamedTuple, or limits of pydantic, such as pydantic.Field(ge=0)"
        elif any(one.pattern for one in limits) and any(
            isinstance(one, (SequenceOf, MappingOf)) for one in members
        ):
            what = "a pattern beside a collection"
            cure = "remove the pattern, or use pydantic.Field(pattern=...)"
        else:
            continue
        msg = (
            f"`{node}` cannot travel through an XCom - at `{path}`: msgspec crashes on {what}. "
            f"Instead: {cure}."
        )
        raise UnsupportedTypeError(msg, annotation=annotation)


def _refuse_merged(schema: Schema, annotation: Any) -> None:
    """Raises UnsupportedTypeError if msgspec would ask limits of values that they are not about.

    It keeps one set of limits for all members of a union that have one type.
    """
    for path, node in walk(schema):
        limits: dict[type, list[Any]] = {}
        for member in node.members if isinstance(node, UnionOf) else ():
            if isinstance(scalar := peeled(member), Scalar):
                found = [(one.constraints, one.marks) for one in _msgspec_limits(member)]
                limits.setdefault(scalar.type, []).append(found)
        for kind, each in limits.items():
            if any(one != each[0] for one in each):
                msg = (
                    f"`{node}` cannot travel through an XCom - at `{path}`: msgspec asks every "
                    f"limit of each `{kind.__name__}`. Instead: use one `{kind.__name__}` with the "
                    "limits that hold for all, or limits of pydantic, such as pydantic.Field(ge=0)."
                )
                raise UnsupportedTypeError(msg, annotation=annotation)


def _msgspec_limits(member: Schema) -> Iterator[Constrained]:
    """Yields what has the limits that msgspec keeps for a *member* of a union."""
    while isinstance(member, (Named, Constrained, Alias)):
        if isinstance(member, Alias):
            member = member.target[0]
            continue
        if isinstance(member, Constrained) and member.engine == "msgspec":
            yield member
        member = member.inner


def _pydantic_codec(annotation: Any, schema: Schema, *, lax: bool) -> ValueCodec:
    from typedxcom.codecs.json_pydantic import ModelCodec

    try:
        with warnings.catch_warnings():  # an XCom is a copy, so nobody can change the original
            warnings.filterwarnings("ignore", message=".*`ReadOnly` qualifier")
            codec = ModelCodec(annotation, schema, lax=lax)
    except Exception as error:  # a class may give pydantic a schema that its author wrote
        words = re.split(r"\n\n|For further|\. Set `arbitrary", str(error))[0].strip().rstrip(".")
        msg = f"pydantic cannot read `{schema}`: {words}. {_OTHER_TYPE}"
        raise UnsupportedTypeError(msg, annotation=annotation) from error
    refuse_unread(schema, annotation)
    return codec


def _needs_native(schema: Schema) -> str:
    """Names in words what only msgspec can read in *schema*; empty if there is no such part."""
    for _, node in walk(schema):
        match node:
            case Record(style="struct"):
                return f"the Struct `{node}`"
            case Constrained(engine="msgspec"):
                return "msgspec.Meta"
            case Opaque(type=kind) if registered(kind):
                return f"the registered codec of `{node}`"
    return ""


def _needs_pydantic(schema: Schema) -> str:
    """Names in words what only pydantic can read, outside of models; empty if there is nothing."""
    for _, node in walk(schema, into_models=False):
        match node:
            case Constrained(engine="pydantic"):
                return "a pydantic constraint (msgspec has msgspec.Meta)"
            case Opaque(type=kind) if not registered(kind):
                return f"`{node}`"
            case SequenceOf(type=kind) | MappingOf(type=kind) if kind in _PYDANTIC_ONLY:
                return f"`{node}`"
            case MappingOf(key=key) if _has_foreign_key(key):
                return f"`{node}`"
            case Record(style="typeddict", type=kind) if extra_items(kind) is not None:
                return f"the TypedDict `{node}`, which says what other keys it has"
            case Record(style="dataclass", type=kind) if hasattr(kind, "__pydantic_validator__"):
                return f"the pydantic dataclass `{node}`"
    return ""


def _has_foreign_key(key: Schema) -> bool:
    """Whether msgspec reads keys of this class as text, or cannot read them."""
    kinds = [node.type for _, node in walk(key) if isinstance(node, (Scalar, Opaque))]
    literals = [type(value) for _, node in walk(key) if isinstance(node, LiteralOf) for value in node.values]  # fmt: skip
    kinds.extend(literals)
    return any(kind is bool or kind in TEXT_SCALARS or registered(kind) for kind in kinds)


def _has_model(schema: Schema) -> bool:
    return any(isinstance(node, Record) and node.style == "model" for _, node in walk(schema))
