"""The pointer: the marked, verified address of bytes in a store.

Entries are untrusted, because every task may write any XCom. So a pointer is parsed strictly, its
path cannot leave the store, and its size and digest are compared with the bytes that are read. With
a signing key, it must carry a MAC. docs/explanation/integrity.md explains the reason for each rule.
"""

from __future__ import annotations

from typedxcom.pointer.digests import (
    ALGORITHMS,
    BLOCK,
    BLOCKS,
    Digester,
    block_digest,
    digest_of,
)
from typedxcom.pointer.origins import Origin
from typedxcom.pointer.paths import (
    NAMES_OTHERS,
    Coordinates,
    confine,
    coordinates_prefix,
    folder_of,
    is_object_path,
    object_path,
    owner_of,
    paths_in,
)
from typedxcom.pointer.pointer import LINE, MARKER, VERSION, Pointer, is_pointer, line_in, parse
from typedxcom.pointer.signing import sign, verify

__all__ = [
    "ALGORITHMS",
    "BLOCK",
    "BLOCKS",
    "LINE",
    "MARKER",
    "NAMES_OTHERS",
    "VERSION",
    "Coordinates",
    "Digester",
    "Origin",
    "Pointer",
    "block_digest",
    "confine",
    "coordinates_prefix",
    "digest_of",
    "folder_of",
    "is_object_path",
    "is_pointer",
    "line_in",
    "object_path",
    "owner_of",
    "parse",
    "paths_in",
    "sign",
    "verify",
]
