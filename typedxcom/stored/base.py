"""The base classes of stored codecs and stored formats.

A stored codec knows an annotation: it writes the values of a parameter or a result, and reads them.
A stored format knows one name that a pointer's `codec` can have: it opens the object behind such a
pointer, for any reader. All formats are registered in `typedxcom.stored`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from typedxcom.errors import DecodeError, Problem, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import Pointer
from typedxcom.schema.nodes import Schema, Unknown
from typedxcom.stored.access import Placement, Stores

if TYPE_CHECKING:
    from typedxcom.tables.row.nodes import TableSchema

__all__ = [
    "NO_STORE",
    "StoredCodec",
    "StoredFormat",
    "format_named",
    "format_of",
    "known_formats",
    "no_table",
    "typed_line",
]

_NAME = 80  # characters of a type
NO_STORE = (
    "A table or file needs a store that every worker can reach, but no store is set. Set "
    "[typedxcom] store to "
    "a folder that all workers share, or to an object store: s3://connection_id@bucket/xcom"
)


class StoredCodec:  # not an ABC: its isinstance is slow, and every push and pull calls it
    """Reads and writes values that live in a store; the entry only points to them.

    Attributes:
        schema: The schema of the values.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @abstractmethod
    def check(self, value: Any) -> Any:
        """Validates *value*. Raises ValidationError."""

    @abstractmethod
    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Stores *value* and returns its entry.

        Raises:
            ValidationError, EncodeError: It breaks the contract. A retry does not help.
            ConfigurationError: There is no store.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read(self, entry: Any, stores: Stores | None) -> Any:
        """Reads the value of *entry*, in the form that the annotation asks for.

        Raises:
            ValidationError, DecodeError: It is not such a value. A retry does not help.
            StoreError: The store refused. A retry may help.
        """

    def table_schemas(self) -> Iterator[TableSchema]:
        """Yields the schema of each table in the annotation."""
        return iter(())


class StoredFormat:
    """The meaning of one name that a pointer's `codec` can have.

    A method that a format does not support raises DecodeError: a retry does not help. All methods
    raise StoreError if the store refuses: a retry may help.

    Attributes:
        name: The name in pointers.
        is_passed_on: Whether a task may return the value that it got, so that a second entry may
            name the object. Purge leaves such an object to the sweep, which reads all entries.
    """

    name: ClassVar[str] = ""
    is_passed_on: ClassVar[bool] = False

    def text(self, entry: dict[str, Any], stores: Stores) -> bytes:
        """Returns the JSON text that a reader with an annotation decodes."""
        raise DecodeError(f"An XCom holds a {stores.pointer(entry).about}, which is not JSON")

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """Returns the value for a reader without a contract."""
        raise DecodeError(f"An XCom holds a {stores.pointer(entry).about}, which is not JSON")

    def unfolded(self, entry: dict[str, Any], stores: Stores, read: Callable[[Any], Any]) -> Any:
        """Returns the value for our XCom backend, which stored an entry that was too large.

        Args:
            entry: The pointer.
            stores: The stores that it leads to.
            read: How the backend reads an entry.
        """
        return read(entry)


class UnknownFormat(StoredFormat):
    """A name that nobody registered. Purge never deletes the objects behind it."""

    is_passed_on = True


_UNKNOWN = UnknownFormat()
_known: dict[str, StoredFormat] = {}


def known_formats(*formats: StoredFormat) -> Mapping[str, StoredFormat]:
    """Registers *formats*, each with its name."""
    _known.update((one.name, one) for one in formats)
    return _known


def typed_line(schema: Schema | None, line: str) -> str:
    """Puts the type that the writer promised before *line*, for people who look at an entry."""
    if schema is None or isinstance(schema, Unknown):
        return line
    name = "".join(char for char in str(schema) if char.isprintable())
    return f"{name if len(name) <= _NAME else name[: _NAME - 1] + '…'}: {line}"


def format_of(pointer: Pointer) -> StoredFormat:
    """Returns the format of *pointer*. If its name is unknown, the format reads nothing."""
    return _known.get(pointer.codec, _UNKNOWN)


def format_named(name: str) -> StoredFormat:
    """Returns the format called *name*. Raises KeyError."""
    return _known[name]


def no_table(schema: Schema | str, got: str) -> ValidationError:
    """Returns the error of a reader that gets something other than a table."""
    return ValidationError("No table", [Problem("$", f"expected `{schema}`, got `{got}`")])
