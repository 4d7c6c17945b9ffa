"""Stores keep the bytes that pointers point to."""

from __future__ import annotations

from typedxcom.stores.base import Store, StoredObject
from typedxcom.stores.deadline import Patience
from typedxcom.stores.local import LocalStore
from typedxcom.stores.memory import MemoryStore
from typedxcom.stores.object import ObjectStore
from typedxcom.stores.reading import StoreFile
from typedxcom.stores.staged import Staged, chunks_of
from typedxcom.stores.transfers import Transfer
from typedxcom.stores.verified import (
    Limits,
    ObjectWriter,
    check_declared,
    open_object,
    purge,
    read_verified,
    read_verified_chunks,
    write_object,
)

__all__ = [
    "Limits",
    "LocalStore",
    "MemoryStore",
    "ObjectStore",
    "ObjectWriter",
    "Patience",
    "Staged",
    "Store",
    "StoreFile",
    "StoredObject",
    "Transfer",
    "check_declared",
    "chunks_of",
    "open_object",
    "purge",
    "read_verified",
    "read_verified_chunks",
    "write_object",
]
