"""The pointer as it is stored in an entry."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from typedxcom.errors import DecodeError, IntegrityError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer.paths import MAX_PATH, confine

__all__ = ["LINE", "MARKER", "MAX_SIZE", "VERSION", "Pointer", "is_pointer", "line_in", "parse"]

MARKER: Final = "$typedxcom"
VERSION: Final = 1
# The key of the line for people. PostgreSQL and MySQL sort keys by length, so this one is first.
LINE: Final = "is"
_OLD_LINE = "about"  # the key in old entries, and still the name of the field
MAX_SIZE: Final = 2**50  # bytes, and rows: beyond what any store holds in one object

_Name = Annotated[str, Meta(max_length=64, pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z")]
_Amount = Annotated[int, Meta(ge=0, le=MAX_SIZE)]
_Digest = Annotated[
    str, Meta(max_length=76, pattern=r"\A(?:xxh3:[0-9a-f]{32}|sha256(?:-256k)?:[0-9a-f]{64})\Z")
]
_Fingerprint = Annotated[str, Meta(max_length=64, pattern=r"\A[0-9a-f]{64}\Z")]
_MediaType = Annotated[str, Meta(max_length=127, pattern=r"\A[a-z]+/[ -~]+\Z")]
_Mac = Annotated[str, Meta(max_length=76, pattern=r"\Ahmac-sha256:[0-9a-f]{64}\Z")]


class Pointer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The verified address of bytes in a store.

    Attributes:
        about: One line for the people who look at the entry: ``table 1,000 x 3, 17 kB``.
        codec: The codec that wrote the bytes: ``json``, ``bytes``, ``file``, ``arrow``,
            ``parquet``.
        store: The name of the store.
        path: The path in the store, relative to its root; see `confine`.
        size: Bytes.
        digest: ``xxh3:<32 hex>`` or ``sha256:<64 hex>`` of the bytes; ``sha256-256k:<64 hex>`` of
            the digests of their blocks.
        schema: Fingerprint of the schema with which they were written.
        rows: How many rows a table has.
        media_type: The media type of a file, such as ``image/png``.
        compression: The compression inside the bytes, such as ``zstd``.
        blocks_at: Where the digests of the blocks begin, in bytes from the object's start.
        passed_to: The XCom whose entry this is, as the folder of its objects. It is set only if
            a task passed on the pointer of another XCom, and pointers are signed.
        mac: ``hmac-sha256:<hex>`` over all other fields, if a signing key is set.
    """

    about: Annotated[str, Meta(max_length=200)]
    codec: _Name
    store: _Name
    path: Annotated[str, Meta(max_length=MAX_PATH)]
    size: _Amount
    digest: _Digest
    schema: _Fingerprint | None = None
    rows: _Amount | None = None
    media_type: _MediaType | None = None
    compression: _Name | None = None
    blocks_at: _Amount | None = None
    passed_to: Annotated[str, Meta(max_length=MAX_PATH)] | None = None
    mac: _Mac | None = None

    @property
    def home(self) -> str:
        """The XCom for whose entry it was made, as the folder of that XCom's objects."""
        return self.passed_to or self.path.rpartition("/")[0]

    def to_entry(self) -> dict[str, JsonValue]:
        """Returns the entry. The line for people comes first, however the database sorts keys."""
        fields: dict[str, JsonValue] = msgspec.to_builtins(self)
        return {LINE: fields.pop("about"), MARKER: VERSION, **fields}


_KEYS = frozenset({MARKER, LINE, *Pointer.__struct_fields__})


def line_in(entry: dict[str, Any]) -> str:
    """Returns the line for people from an entry in one of our own forms. It is not verified."""
    return str(entry.get(LINE, entry.get(_OLD_LINE, "")))


def is_pointer(value: object) -> bool:
    """Whether *value* is meant as a pointer of any version. `parse` checks if it is valid."""
    return (
        isinstance(value, dict)
        and type(value.get(MARKER)) is int
        and ("path" in value or "digest" in value)
    )


def parse(value: dict[str, Any]) -> Pointer:
    """Reads the pointer in an entry.

    It accepts only known keys, and each field in only one form. So a MAC covers the whole entry,
    and an old version can never get a later meaning. The length of the longest pointer bounds time
    and memory, whatever the entry contains.

    Raises:
        DecodeError: The entry is forged, damaged, or of a newer version. A retry does not help.
    """
    _check_version(value.get(MARKER))
    if not _KEYS.issuperset(value) or (LINE in value and _OLD_LINE in value):
        raise DecodeError("An XCom pointer has a key that pointers do not have")
    names = {LINE: _OLD_LINE}
    fields = {names.get(name, name): part for name, part in value.items() if name != MARKER}
    try:
        pointer = msgspec.convert(fields, Pointer)
        confine(pointer.path)
        if pointer.passed_to is not None:
            confine(pointer.passed_to)
    except (msgspec.ValidationError, IntegrityError) as error:
        # msgspec's message names the field and the rule, never the value.
        raise DecodeError(f"An XCom pointer is forged or damaged: {error}") from None
    if not pointer.about.isprintable():
        raise DecodeError("An XCom pointer is forged or damaged: its `about` is not printable")
    return pointer


def _check_version(version: object) -> None:
    if type(version) is not int or version < 1:
        raise DecodeError(
            f"An XCom pointer is marked {MARKER!r} with a version that does not exist"
        )
    if version > VERSION:
        raise DecodeError(
            "An XCom pointer was written in a newer form than this typedxcom reads, which is "
            f"{VERSION}. Upgrade typedxcom where this task runs."
        )
