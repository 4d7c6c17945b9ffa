"""What all values in stores have in common: how one is written, and what a pointer's `codec` means.

A stored codec knows an annotation: it writes the values of a parameter or a result, and reads them.
A stored format knows one name that a pointer's `codec` can have: it opens what lies behind such a
pointer, whoever asks. All formats are registered in `typedxcom.stored`.
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
    "A table or file needs a store that every worker reaches, and there is none. Set [typedxcom] store to "
    "a folder that all workers share, or to an object store: s3://connection_id@bucket/xcom"
)


class StoredCodec:  # no ABC, whose isinstance is slow: every push and pull asks
    """Reads and writes values that live in a store; the entry only points to them.

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
        """Store *value* and give its entry.

        Raises:
            ValidationError, EncodeError: It breaks the contract. A retry does not help.
            ConfigurationError: There is no store.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read(self, entry: Any, stores: Stores | None) -> Any:
        """The value of *entry*, as the annotation asks for it.

        Raises:
            ValidationError, DecodeError: It is something else. A retry does not help.
            StoreError: The store refused. A retry may help.
        """

    def table_schemas(self) -> Iterator[TableSchema]:
        """What the annotation says of the rows of each table in it."""
        return iter(())


class StoredFormat:
    """What one name that a pointer's `codec` can have means.

    A method that a format does not have raises DecodeError: a retry does not help. All of them
    raise StoreError where the store refuses: a retry may help.

    Attributes:
        name: The name, as pointers have it.
        is_passed_on: Whether a task may return what it got as it is, so that a second entry may
            name the object. Purge leaves such an object to the sweep, which reads all entries.
    """

    name: ClassVar[str] = ""
    is_passed_on: ClassVar[bool] = False

    def text(self, entry: dict[str, Any], stores: Stores) -> bytes:
        """The JSON text that a reader with an annotation decodes."""
        raise DecodeError(f"An XCom holds a {stores.pointer(entry).about}, which is no JSON")

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """What a reader without a contract gets."""
        raise DecodeError(f"An XCom holds a {stores.pointer(entry).about}, which is no JSON")

    def unfolded(self, entry: dict[str, Any], stores: Stores, read: Callable[[Any], Any]) -> Any:
        """What our XCom backend gives for *entry*: what was an entry before it grew too large.

        Args:
            entry: The pointer.
            stores: Where it leads.
            read: How the backend reads an entry.
        """
        return read(entry)


class UnknownFormat(StoredFormat):
    """A name that nobody registered; what is behind it is never deleted in passing."""

    is_passed_on = True


_UNKNOWN = UnknownFormat()
_known: dict[str, StoredFormat] = {}


def known_formats(*formats: StoredFormat) -> Mapping[str, StoredFormat]:
    """Make *formats* known, each by its name."""
    _known.update((one.name, one) for one in formats)
    return _known


def typed_line(schema: Schema | None, line: str) -> str:
    """*line*, for the people who look at an entry, with the type that the writer promised first."""
    if schema is None or isinstance(schema, Unknown):
        return line
    name = "".join(char for char in str(schema) if char.isprintable())
    return f"{name if len(name) <= _NAME else name[: _NAME - 1] + '…'}: {line}"


def format_of(pointer: Pointer) -> StoredFormat:
    """The format of what *pointer* leads to; one that reads nothing where the name is unknown."""
    return _known.get(pointer.codec, _UNKNOWN)


def format_named(name: str) -> StoredFormat:
    """The format called *name*. Raises KeyError."""
    return _known[name]


def no_table(schema: Schema | str, got: str) -> ValidationError:
    """The error of a reader that gets something else than a table."""
    return ValidationError("No table", [Problem("$", f"expected `{schema}`, got `{got}`")])
