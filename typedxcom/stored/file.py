"""`file`: a `File`, which is unchanged bytes with a media type, such as an image."""

from __future__ import annotations

import mimetypes
import os
import re
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from typedxcom.errors import ConfigurationError, EncodeError, Problem, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import Pointer, is_pointer
from typedxcom.sizes import amount
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.base import NO_STORE, StoredCodec, StoredFormat, format_of
from typedxcom.stores.opened import OpenedFile
from typedxcom.stores.staged import CHUNK

__all__ = ["FILE", "File", "FileCodec"]

_OTHER = "application/octet-stream"


class File:
    """A file that one task returns and another one reads.

    The writer makes it from a path. The reader gets one whose bytes are fetched and verified only
    when they are needed.

    Attributes:
        media_type: For example ``image/png``. If you do not give it, it is guessed from the name.
        size: Bytes.
    """

    __typedxcom_file__ = True

    def __init__(self, path: str | os.PathLike[str], *, media_type: str | None = None) -> None:
        self._path: Path | None = Path(path)
        self._stored: FileInStore | None = None
        self.media_type = media_type or mimetypes.guess_type(str(path))[0] or _OTHER

    @property
    def size(self) -> int:
        """How many bytes the file has. This does not read them."""
        if self._stored is not None:
            return self._stored.pointer.size
        return os.stat(self.path).st_size

    @property
    def path(self) -> Path:
        """A local path to read from. Never write there.

        A stored file is verified by size and digest. The path leads to exactly the file that was
        verified, or to a copy if the store is far away. It is a link that disappears with this
        object. Some programs follow links themselves, such as SQLite, and find no name at the
        link's end. Copy the file for them first, with ``shutil.copyfile``.

        Raises:
            StoreError: The store refused. A retry may help.
            IntegrityError: It is not what was written. A retry does not help.
        """
        if self._stored is not None:
            return self._stored.path
        assert self._path is not None
        return self._path

    def open(self) -> IO[bytes]:
        """Opens the file for reading. Raises errors as `path` does."""
        return self.path.open("rb") if self._stored is None else self._stored.open()

    def read_bytes(self) -> bytes:
        """Reads all bytes. Raises errors as `path` does."""
        with self.open() as opened:
            return opened.read()

    def serialize(self) -> str:
        """Returns what Airflow shows in the rendered fields. Reads nothing."""
        return repr(self)

    def __repr__(self) -> str:
        """The media type and the size, but no content."""
        size = amount(self._stored.pointer.size) if self._stored else "not stored yet"
        return f"File({self.media_type}, {size})"


class FileInStore:
    """The object behind a file that was read."""

    def __init__(self, entry: dict[str, Any], pointer: Pointer, stores: Stores) -> None:
        self.entry, self.pointer = entry, pointer
        self._stores = stores
        self._state: tuple[int, ...] | None = None
        self._copy: OpenedFile | None = None

    def open(self) -> IO[bytes]:
        """Opens the verified file. In a local store, the reader keeps it open, not this object."""
        return self._file().open()

    @cached_property
    def path(self) -> Path:
        """Returns a path to the verified file, which stays open for this."""
        self._lasting = self._file()
        return self._lasting.path

    def _file(self) -> OpenedFile:
        if self._copy is not None:
            return self._copy
        opened = self._stores.file(self.entry, self._state)
        self._state = opened.state
        if opened.is_copy:
            self._copy = opened
        return opened


class FileFormat(StoredFormat):
    """The bytes of a file, with its media type in the pointer."""

    name = "file"
    is_passed_on = True

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """Returns all bytes of the file."""
        return bytes(stores.read(entry))


FILE = FileFormat()


class FileCodec(StoredCodec):
    """A file as one object, byte for byte."""

    def check(self, value: Any) -> Any:
        """Checks that *value* is a `File` whose path exists."""
        if not isinstance(value, File):
            problem = Problem("$", f"expected `File`, got `{type(value).__name__}`")
            raise ValidationError("No file", [problem])
        if value._stored is None and not value.path.is_file():
            raise EncodeError(
                f"`{value.path.name}` is not a file. Write it before the task returns it."
            )
        return value

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Copies the file to the store in pieces. Passes on the pointer of a file that came in."""
        file: File = self.check(value)
        if file._stored is not None:
            entry = file._stored.entry
            return entry if placement is None else placement.passed_on(entry)
        if placement is None:
            raise ConfigurationError(NO_STORE)
        with placement.writer(_extension(file.path)) as out, file.open() as source:
            while chunk := source.read(CHUNK):
                out.write(chunk)
            return placement.commit(
                out,
                codec=FILE.name,
                about=f"file {file.media_type}, {amount(out.size)}",
                media_type=file.media_type,
            )

    def read(self, entry: Any, stores: Stores | None) -> Any:
        """Returns a `File` over the object. Fetches nothing yet."""
        if stores is None or not is_pointer(entry):
            return self.check(entry)
        pointer, _ = stores.open(entry)
        if format_of(pointer) is not FILE:
            problem = Problem("$", f"expected `File`, got `{pointer.about}`")
            raise ValidationError("No file", [problem])
        file = File(pointer.path, media_type=pointer.media_type)
        file._path, file._stored = None, FileInStore(entry, pointer, stores)
        return file


def _extension(path: Path) -> str:
    """Returns the file's own extension if an object may have it."""
    found = path.suffix.removeprefix(".").lower()
    return found if re.fullmatch(r"[a-z0-9]{1,16}", found) else "bin"
