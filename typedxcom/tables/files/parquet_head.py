"""A parquet file's footer, looked at before Arrow builds a schema of it.

A footer lists its groups and columns one after the other, each with its number of children. Arrow
follows them by recursion. Before version 26 nothing bounds that, so that a schema some thousands of
groups deep, in a footer of a few kilobytes, ends the process with SIGSEGV. The layout is that of
parquet.thrift in Thrift's compact protocol, of which only nesting is read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typedxcom.errors import DecodeError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["checked_footer", "refuse_deep"]

_MAGIC = b"PAR1"
_TAIL = 8  # bytes: the footer's length and the magic
_DEEPEST = 100  # groups around a column, from which on Arrow 26 refuses a schema, too
_NESTED = 64  # values inside each other, from which on Thrift refuses them
_SCHEMA, _CHILDREN = 2, 5  # numbers of fields in FileMetaData and in SchemaElement
_I32, _LIST, _SET, _MAP, _STRUCT = 5, 9, 10, 11, 12  # Thrift's types
_STOP = 0
_WIDTHS = {1: 1, 2: 1, 3: 1, 7: 8}  # bytes of a bool in a list, a byte, a double
_VARINT = re.compile(rb"[\x80-\xff]{0,9}[\x00-\x7f]")


def _headers(*kinds: int) -> bytes:
    """A set of the bytes that begin a field of these types, for a regular expression."""
    found = bytes(step << 4 | kind for step in range(1, 16) for kind in kinds)
    return b"[" + re.escape(found) + b"]"


# Fields in a row that hold numbers: most of a footer, and skipped at once. Sixty, because the
# expression takes memory for each.
_NUMBERS = re.compile(
    rb"(?:%b|%b.|%b.{8}|%b[\x80-\xff]{0,9}[\x00-\x7f]){0,60}"
    % (_headers(1, 2), _headers(3), _headers(7), _headers(4, 5, 6)),
    re.DOTALL,
)


def checked_footer(file: Any) -> pa.parquet.FileMetaData | None:
    """The footer of a parquet file, or None where Arrow can be left to read it.

    Args:
        file: A ``pyarrow.NativeFile``.

    Raises:
        DecodeError: There is none, or its schema is too deep.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if int(pa.__version__.partition(".")[0]) >= 26:
        return None
    footer = _footer(file)
    refuse_deep(footer)
    tail = struct.pack("<I", len(footer)) + _MAGIC
    return parquet.read_metadata(pa.BufferReader(b"".join([_MAGIC, footer, tail])))


def refuse_deep(footer: bytes) -> None:
    """Refuse a footer whose schema Arrow could not follow.

    Args:
        footer: A FileMetaData in Thrift's compact protocol.

    Raises:
        DecodeError: Its schema is too deep, or it is no such thing.
    """
    open_groups: list[int] = []  # how many children each of them has yet to come
    try:
        for children in FooterWalk(footer).children():
            if len(open_groups) >= _DEEPEST:
                raise _damaged(f"its schema has more than {_DEEPEST - 1} groups inside each other")
            if open_groups:
                open_groups[-1] -= 1
            open_groups.append(max(children, 0))
            while open_groups and not open_groups[-1]:
                open_groups.pop()
    except (IndexError, struct.error) as error:
        raise _damaged("its footer ends too early") from error


def _footer(file: Any) -> bytes:
    end = file.size() - _TAIL
    if end < len(_MAGIC):
        raise _damaged("it is too short")
    tail = file.read_at(_TAIL, end)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or length > end - len(_MAGIC):
        raise _damaged("it does not end in a footer")
    return bytes(file.read_at(length, end - length))


def _damaged(why: str) -> DecodeError:
    return DecodeError(f"The stored table is not a complete parquet file: {why}")


class FooterWalk:
    """A position in a footer, which moves over one value after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def children(self) -> Iterator[int]:
        """How many children each group and column says it has, of every schema in the footer.

        A reader takes the last one, where a footer has more.
        """
        for number, kind in self._fields():
            if (number, kind) == (_SCHEMA, _LIST):
                item, count = self._list()
                if item != _STRUCT:
                    raise _damaged("its schema is no list of groups and columns")
                for _ in range(count):
                    yield self._own_children()
            else:
                self._skip(kind, _NESTED)

    def _own_children(self) -> int:
        found = 0
        for number, kind in self._fields():
            if (number, kind) == (_CHILDREN, _I32):
                raw = self._varint() & 0xFFFFFFFF
                found = raw >> 1 ^ -(raw & 1)
            else:
                self._skip(kind, _NESTED)
        return found

    def _fields(self) -> Iterator[tuple[int, int]]:
        """Number and type of each field of a struct; whoever asks moves over the field."""
        number = 0
        while kind := (head := self._byte()) & 0x0F:
            if step := head >> 4:
                number += step
            else:
                raw = self._varint()
                number = raw >> 1 ^ -(raw & 1)
            if not 0 < number < 2**15:  # it would come round
                raise _damaged("its footer has a field of an impossible number")
            yield number, kind

    def _list(self) -> tuple[int, int]:
        """Type and number of a list's items, each of which takes a byte or more."""
        head = self._byte()
        count = head >> 4
        return head & 0x0F, self._count() if count == 15 else count

    def _count(self) -> int:
        count = self._varint()
        if count > len(self._data) - self._at:
            raise IndexError
        return count

    def _skip(self, kind: int, nested: int, *, is_item: bool = False) -> None:
        """Move over one value of a type.

        Args:
            nested: How many values may be inside each other in it.
            is_item: Of a list or a map, where a bool is a byte.
        """
        if not nested:
            raise _damaged("its footer is nested too deep")
        if kind in (1, 2) and not is_item:
            return
        if kind in _WIDTHS:
            self._at += _WIDTHS[kind]
        elif kind in (4, _I32, 6):
            self._varint()
        elif kind == 8:
            length = self._count()
            self._at += length
        elif kind in (_LIST, _SET):
            item, count = self._list()
            for _ in range(count):
                self._skip(item, nested - 1, is_item=True)
        elif kind == _MAP:
            self._skip_map(nested - 1)
        elif kind == _STRUCT:
            self._skip_struct(nested - 1)
        else:
            raise _damaged("its footer has a field of no known type")

    def _skip_map(self, nested: int) -> None:
        if count := self._count():
            kinds = self._byte()
            for _ in range(count):
                self._skip(kinds >> 4, nested, is_item=True)
                self._skip(kinds & 0x0F, nested, is_item=True)

    def _skip_struct(self, nested: int) -> None:
        while True:
            numbers = _NUMBERS.match(self._data, self._at)
            self._at = self._at if numbers is None else numbers.end()
            head = self._byte()
            if head & 0x0F == _STOP:
                return
            if not head >> 4:
                self._varint()
            self._skip(head & 0x0F, nested)

    def _byte(self) -> int:
        found = self._data[self._at]
        self._at += 1
        return found

    def _varint(self) -> int:
        found = _VARINT.match(self._data, self._at)
        if found is None:
            raise IndexError
        self._at = found.end()
        value = 0
        for byte in reversed(found.group()):
            value = value << 7 | byte & 0x7F
        return value
