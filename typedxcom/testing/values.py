"""`strategy` makes a Hypothesis strategy for the values of any contract type.

It draws JSON that fits the schema, and reads it with the codec of the contract. So each value is
one that a task with this annotation could really get.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any, get_args, get_origin

from hypothesis import reject
from hypothesis import strategies as st

from typedxcom.codecs import ValueCodec
from typedxcom.errors import CodecError, UnsupportedTypeError, ValidationError
from typedxcom.evolution.facts import facts_of
from typedxcom.exchange import dump
from typedxcom.promises import Promise, promise_of
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    Constraints,
    EnumOf,
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
    Var,
)
from typedxcom.settings import Settings
from typedxcom.stored.table import TableCodec

__all__ = ["strategy"]

_Json = st.SearchStrategy[Any]
# For classes that Hypothesis does not know, such as pydantic's URLs and its dates in the future:
# those that the class reads are drawn.
_HOSTS = ("https://example.org/a?b=1", "http://example.org", "ftp://example.org/a", "file:///a/b")
_SOCKETS = ("ws://example.org/a", "wss://example.org")
_SCHEMES = (
    "postgresql", "cockroachdb", "mysql", "mariadb", "clickhouse", "amqp", "redis", "mongodb",
    "kafka", "nats", "snowflake",
)  # fmt: skip
_TEXTS = (
    *_HOSTS,
    *_SOCKETS,
    *(f"{scheme}://user:word@example.org:1234/name" for scheme in _SCHEMES),
    *("192.0.2.1", "2001:db8::1", "192.0.2.0/24", "2001:db8::/32"),
    *("2001-02-03", "2999-02-03", "2001-02-03T04:05:06", "2999-02-03T04:05:06.5"),
    *("2001-02-03T04:05:06Z", "2999-02-03T04:05:06+02:00"),
)


def strategy(annotation: Any) -> st.SearchStrategy[Any]:
    """Returns a Hypothesis strategy for the values of *annotation*.

    Each value keeps the constraints of the type, passes its validators and comes back equal from an
    XCom. If a validator rejects most values, Hypothesis says so: narrow the type, or write a
    strategy of your own.

    Args:
        annotation: What a task takes or returns, for example ``list[Order]`` or ``Table[Trip]``.

    Raises:
        ContractError: No XCom can hold values of this type.
        UnsupportedTypeError: There is no strategy for it, for example for `File`. pydantic's
            `FilePath` and `NewPath`, which depend on what is on the disk, draw no value.
    """
    promise = promise_of(annotation)
    codec = promise.codec
    if isinstance(codec, TableCodec):
        seeds, counts = st.integers(0, 2**31 - 1), st.integers(0, 5)
        return st.builds(lambda seed, count: _table(codec, count, seed), seeds, counts)
    if isinstance(codec, ValueCodec):
        return _Drawing().json(codec.schema).map(lambda tree: _value(tree, codec))
    return _container(annotation)


def _table(codec: TableCodec, count: int, seed: int) -> Any:
    from typedxcom.tables.marks import rows_of
    from typedxcom.tables.sample.rows import sample

    return sample(rows_of(codec.annotation), count, seed=seed)


def _container(annotation: Any) -> st.SearchStrategy[Any]:
    """Returns lists and dicts of stored values."""
    match get_origin(annotation), get_args(annotation):
        case origin, (item,) if origin is list:
            return st.lists(strategy(item), max_size=3)
        case origin, (key, value) if origin is dict and key is str:
            return st.dictionaries(st.text(max_size=5), strategy(value), max_size=3)
    raise UnsupportedTypeError(
        f"There is no strategy for `{schema_of(annotation)}`. Draw its parts, and make the value in "
        "a function with @st.composite.",
        annotation=annotation,
    )


def _value(tree: Any, codec: ValueCodec) -> Any:
    """Reads *tree*. A value that its own validators reject, or that cannot travel, is not drawn."""
    try:
        value = codec.decode_tree(tree)
        dump(value, codec, settings=Settings())
    except (ValidationError, CodecError):
        reject()
    return value


class _Drawing:
    """Makes strategies of JSON, each record once: a class may contain itself."""

    def __init__(self) -> None:
        self._known: dict[int, _Json] = {}

    def json(self, schema: Schema) -> _Json:
        """Returns a strategy for the JSON of values of *schema*."""
        match schema:
            case Constrained(inner=inner, constraints=limits):
                return _limited(inner, limits, self.json)
            case Named(inner=inner):
                return self.json(inner)
            case Scalar(type=kind) | Opaque(type=kind):
                return _leaf(kind, schema)
            case LiteralOf(values=values):
                return st.sampled_from(values).map(lambda one: getattr(one, "value", one))
            case EnumOf(type=kind):
                members: Any = kind
                return st.sampled_from(list(members)).map(lambda one: one.value)
            case SequenceOf(type=kind, item=item):
                unique = repr if issubclass(kind, (set, frozenset)) else None
                return st.lists(self.json(item), max_size=4, unique_by=unique)
            case TupleOf(items=items):
                return st.tuples(*map(self.json, items)).map(list)
            case MappingOf(key=key, value=value):
                return st.dictionaries(self.json(key).map(_as_key), self.json(value), max_size=3)
            case UnionOf(members=members):
                return st.one_of([self.json(member) for member in members])
            case Record() | Alias():
                return self._once(schema)
            case Var(bound=bound):
                return self.json(bound)
        return _anything()

    def _once(self, schema: Record | Alias) -> _Json:
        if id(schema) not in self._known:
            self._known[id(schema)] = st.deferred(lambda: self._made(schema))
        return self._known[id(schema)]

    def _made(self, schema: Record | Alias) -> _Json:
        if isinstance(schema, Alias):
            return self.json(schema.target[0])
        if getattr(schema.type, "__pydantic_root_model__", False):
            return self.json(schema.fields["root"].schema)
        facts = facts_of(schema)
        needed: dict[str, _Json] = {}
        free: dict[str, _Json] = {}
        for name, part in schema.fields.items():
            key = next(one for one in facts.fields[name].reads if isinstance(one, str))
            (needed if part.required else free)[key] = self.json(part.schema)
        tag = dict([facts.tag] if facts.tag else [])
        if facts.is_array:
            parts = st.tuples(*needed.values(), *free.values())
            return parts.map(lambda drawn: [*tag.values(), *drawn])
        return st.fixed_dictionaries(needed, optional=free).map(lambda drawn: {**tag, **drawn})


def _leaf(kind: Any, schema: Schema) -> _Json:
    """Returns the JSON of values of one class."""
    if kind is float:
        return st.floats(allow_nan=False, allow_infinity=False)
    if kind is str:
        return _text()
    if kind is type(None):
        return st.none()
    if isinstance(kind, type) and issubclass(kind, PurePath):
        return st.lists(st.text("abc", min_size=1), max_size=3).map("/".join)
    promise = Promise(kind, schema)
    if isinstance(schema, Opaque) and (texts := [one for one in _TEXTS if _is_read(one, promise)]):
        return st.sampled_from(texts)
    return st.from_type(kind).map(lambda value: _entry(value, promise))


def _is_read(text: str, promise: Promise) -> bool:
    try:
        _codec(promise).decode_tree(text)
    except (ValidationError, CodecError):
        return False
    return True


def _codec(promise: Promise) -> Any:
    return promise.codec


def _entry(value: Any, promise: Promise) -> Any:
    try:
        return dump(value, promise.codec, settings=Settings(threshold=2**31))
    except (ValidationError, CodecError):
        reject()


def _limited(inner: Schema, limits: Constraints, json: Callable[[Schema], _Json]) -> _Json:
    """Keeps the limits that can be aimed at. The codec rejects what breaks the others."""
    low = limits.ge if limits.ge is not None else limits.gt
    high = limits.le if limits.le is not None else limits.lt
    match inner:
        case Scalar(type=kind) if kind is int:
            step = limits.multiple_of if isinstance(limits.multiple_of, int) else 1
            found = st.integers(_whole(low, step, up=True), _whole(high, step, up=False))
            return found.map(lambda number: number * step)
        case Scalar(type=kind) if kind is float:
            return st.floats(_float(low), _float(high), allow_nan=False, allow_infinity=False)
        case Scalar(type=kind) if kind is str and limits.pattern is not None:
            return st.from_regex(limits.pattern)
        case Scalar(type=kind) if kind is str:
            return _text(limits.min_length or 0, limits.max_length)
        case SequenceOf(item=item):
            least, most = limits.min_length or 0, limits.max_length
            return st.lists(json(item), min_size=least, max_size=min(most or 4, least + 4))
    return json(inner)


def _whole(limit: Any, step: int, *, up: bool) -> int | None:
    if limit is None:
        return None
    return -(-int(limit) // step) if up else int(limit) // step


def _float(limit: Any) -> float | None:
    return None if limit is None else float(limit)


def _text(least: int = 0, most: int | None = None) -> _Json:
    characters = st.characters(exclude_categories=["Cs"])
    return st.text(characters, min_size=least, max_size=min(most or 10**9, least + 20))


def _as_key(made: Any) -> str:
    return made if isinstance(made, str) else str(made)


def _anything() -> _Json:
    leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _text()
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text(), inner, max_size=3),
    )
