"""Codecs of values that always go to a store: what is common, and containers of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from typedxcom.codecs.serde import with_length
from typedxcom.errors import Problem, UnsupportedTypeError, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.nodes import (
    Alias,
    MappingOf,
    Named,
    Opaque,
    Scalar,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    walk,
)
from typedxcom.stored.access import Placement, Stores

__all__ = ["NO_STORE", "ObjectCodec", "has_objects", "no_table", "object_codec"]

NO_STORE = (
    "A table or file needs a store that every worker reaches, and there is none. Set [typedxcom] store to "
    "a folder that all workers share, or to an object store: s3://connection_id@bucket/xcom"
)


class ObjectCodec(ABC):
    """Values that a row only points to.

    Attributes:
        schema: What the values are.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @abstractmethod
    def check(self, value: Any) -> Any:
        """*value* as the schema has it. Raises ValidationError."""

    @abstractmethod
    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Store *value* and give its row.

        Raises:
            ValidationError, EncodeError: It breaks the contract. A retry does not help.
            ConfigurationError: There is no store.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read(self, row: Any, stores: Stores | None) -> Any:
        """The value of *row*, as the annotation asks for it.

        Raises:
            ValidationError, DecodeError: It is something else. A retry does not help.
            StoreError: The store refused. A retry may help.
        """


def has_objects(schema: Schema) -> bool:
    """Whether a table or file is anywhere in *schema*."""
    return any(_is_object(node) for _, node in walk(schema))


def _is_object(node: Schema) -> bool:
    match node:
        case TableOf():
            return True
        case Opaque(type=kind):
            return bool(getattr(kind, "__typedxcom_file__", False))
    return False


def object_codec(annotation: Any, schema: Schema) -> ObjectCodec | None:
    """The codec of tables and files, alone, optional, or in lists, tuples and dicts of such.

    Returns:
        None for a type that has neither.

    Raises:
        UnsupportedTypeError: One stands beside something else, or its row cannot be a table's.
    """
    found = _codec(annotation, schema)
    if found is None:
        for path, node in walk(schema):
            if _is_object(node):
                msg = (
                    f"`{schema}` cannot travel through an XCom: `{node}` - at `{path}` - stands "
                    "beside other values. Instead: return it by itself, or in a list, tuple or "
                    "dict of tables and files only."
                )
                raise UnsupportedTypeError(msg, annotation=annotation)
    return found


def _codec(annotation: Any, schema: Schema) -> ObjectCodec | None:
    from typedxcom.stored.table import TableCodec

    args = get_args(annotation)
    match schema:
        case Named(inner=inner) if hasattr(annotation, "__supertype__"):
            return _codec(annotation.__supertype__, inner)
        case Alias(target=[inner]) if hasattr(annotation, "__value__") and not args:
            return _codec(annotation.__value__, inner)
        case Opaque() if _is_object(schema):
            from typedxcom.stored.file import FileCodec

            return FileCodec(schema)
        case TableOf():
            return TableCodec(annotation, schema)
        case UnionOf(members=members) if len(members) == len(args) == 2:
            return _optional(list(zip(args, members, strict=True)), schema)
        case SequenceOf(type=kind, item=item) if args:
            return _each(schema, kind, [(args[0], item)])
        case TupleOf(items=items) if items:
            return _each(schema, tuple, list(zip(args, items, strict=False)))
        case MappingOf(value=value) if args:
            codec = _codec(args[1], value)
            return None if codec is None else _DictCodec(schema, codec)
    return None


def _optional(parts: list[tuple[Any, Schema]], schema: Schema) -> ObjectCodec | None:
    given = [(one, part) for one, part in parts if part != Scalar(type(None))]
    codec = _codec(*given[0]) if len(given) == 1 else None
    return None if codec is None else _OptionalCodec(schema, codec)


def _each(schema: Schema, kind: type, parts: list[tuple[Any, Schema]]) -> ObjectCodec | None:
    codecs = [_codec(one, part) for one, part in parts]
    known = [codec for codec in codecs if codec is not None]
    return _EachCodec(schema, kind, known) if len(known) == len(codecs) else None


def no_table(schema: Schema | str, got: str) -> ValidationError:
    """The error of a reader that gets something else than a table."""
    return ValidationError("No table", [Problem("$", f"expected `{schema}`, got `{got}`")])


class _OptionalCodec(ObjectCodec):
    """A table or file, or None."""

    def __init__(self, schema: Schema, some: ObjectCodec) -> None:
        super().__init__(schema)
        self._some = some

    def check(self, value: Any) -> Any:
        """What is there, checked."""
        return None if value is None else self._some.check(value)

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """The row of what is there."""
        return None if value is None else self._some.write(value, placement)

    def read(self, row: Any, stores: Stores | None) -> Any:
        """What the row points to, where there is one."""
        return None if row is None else self._some.read(row, stores)


class _EachCodec(ObjectCodec):
    """A list or tuple of tables or files: as many pointers."""

    def __init__(self, schema: Schema, kind: type, items: list[ObjectCodec]) -> None:
        super().__init__(schema)
        self._kind = tuple if kind is tuple else list
        self._items = items

    def _of(self, index: int) -> ObjectCodec:
        return self._items[index] if len(self._items) > 1 else self._items[0]

    def check(self, value: Any) -> Any:
        """Each table, checked."""
        parts = self._parts(value)
        return self._kind(self._of(at).check(part) for at, part in enumerate(parts))

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """A list of rows, of the same length."""
        return [self._of(at).write(part, placement) for at, part in enumerate(self._parts(value))]

    def read(self, row: Any, stores: Stores | None) -> Any:
        """The tables of a list, or of all that a mapped task pushed."""
        parts = self._parts(row)
        return self._kind(self._of(at).read(part, stores) for at, part in enumerate(parts))

    def _parts(self, value: Any) -> Sequence[Any]:
        value = with_length(value)
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            raise no_table(self.schema, type(value).__name__)
        parts = value if isinstance(value, (list, tuple)) else value[:]
        if len(self._items) > 1 and len(parts) != len(self._items):
            raise no_table(self.schema, f"{len(parts)} items")
        return parts


class _DictCodec(ObjectCodec):
    """A dict of tables or files: a dict of pointers."""

    def __init__(self, schema: Schema, item: ObjectCodec) -> None:
        super().__init__(schema)
        self._item = item

    def check(self, value: Any) -> Any:
        """Each table, checked."""
        return {key: self._item.check(part) for key, part in self._parts(value).items()}

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """A dict of rows under the same keys."""
        return {key: self._item.write(part, placement) for key, part in self._parts(value).items()}

    def read(self, row: Any, stores: Stores | None) -> Any:
        """The tables by their keys."""
        return {key: self._item.read(part, stores) for key, part in self._parts(row).items()}

    def _parts(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise no_table(self.schema, type(value).__name__)
        return value
