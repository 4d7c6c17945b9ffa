"""Codecs of values that always go to a store: what is common, and containers of tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from typedxcom.errors import Problem, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.objects import Objects, Placement
from typedxcom.schema.nodes import MappingOf, Opaque, Schema, SequenceOf, TableOf, TupleOf

__all__ = ["NO_STORE", "ObjectCodec", "no_table", "object_codec"]

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
    def read(self, row: Any, objects: Objects | None) -> Any:
        """The value of *row*, as the annotation asks for it.

        Raises:
            ValidationError, DecodeError: It is something else. A retry does not help.
            StoreError: The store refused. A retry may help.
        """


def object_codec(annotation: Any, schema: Schema) -> ObjectCodec | None:
    """The codec of a file, a table, or a list, tuple or dict of tables; None for other types."""
    from typedxcom.tabular import TableCodec

    args = get_args(annotation)
    match schema:
        case Opaque(type=kind) if getattr(kind, "__typedxcom_file__", False):
            from typedxcom.files import FileCodec

            return FileCodec(schema)
        case TableOf():
            return TableCodec(annotation, schema)
        case SequenceOf(type=kind, item=TableOf() as item) if args:
            return _EachCodec(schema, kind, [TableCodec(args[0], item)])
        case TupleOf(items=items) if items and all(isinstance(one, TableOf) for one in items):
            return _EachCodec(schema, tuple, list(map(TableCodec, args, items)))
        case MappingOf(value=TableOf() as item) if args:
            return _DictCodec(schema, TableCodec(args[1], item))
    return None


def no_table(schema: Schema | str, got: str) -> ValidationError:
    """The error of a reader that gets something else than a table."""
    return ValidationError("No table", [Problem("$", f"expected `{schema}`, got `{got}`")])


class _EachCodec(ObjectCodec):
    """A list or tuple of tables: as many pointers."""

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

    def read(self, row: Any, objects: Objects | None) -> Any:
        """The tables of a list, or of all that a mapped task pushed."""
        parts = self._parts(row)
        return self._kind(self._of(at).read(part, objects) for at, part in enumerate(parts))

    def _parts(self, value: Any) -> Sequence[Any]:
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            raise no_table(self.schema, type(value).__name__)
        parts = value if isinstance(value, (list, tuple)) else value[:]
        if len(self._items) > 1 and len(parts) != len(self._items):
            raise no_table(self.schema, f"{len(parts)} items")
        return parts


class _DictCodec(ObjectCodec):
    """A dict of tables: a dict of pointers."""

    def __init__(self, schema: Schema, item: ObjectCodec) -> None:
        super().__init__(schema)
        self._item = item

    def check(self, value: Any) -> Any:
        """Each table, checked."""
        return {key: self._item.check(part) for key, part in self._parts(value).items()}

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """A dict of rows under the same keys."""
        return {key: self._item.write(part, placement) for key, part in self._parts(value).items()}

    def read(self, row: Any, objects: Objects | None) -> Any:
        """The tables by their keys."""
        return {key: self._item.read(part, objects) for key, part in self._parts(row).items()}

    def _parts(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise no_table(self.schema, type(value).__name__)
        return value
