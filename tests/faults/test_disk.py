"""The law on real file systems that are full or read-only: small ones, mounted for a test."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from typedxcom.codecs import make_codec
from typedxcom.errors import StoreError
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore, ObjectStore, spool

CODEC = make_codec(str, schema_of(str))
SMALL, LARGE = "a" * 200_000, "b" * 2_000_000  # the disk holds one of the small ones


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a file system, and not everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def place(store: Any) -> Placement:
    """Where a task's large value goes."""
    return Placement(Stores(lambda name: store), Coordinates("dag", "run", "task"), store.name)


def push(value: str, placement: Placement) -> Any:
    """The row of *value*."""
    return dump(value, CODEC, settings=Settings(), placement=placement)


def test_a_full_disk_is_an_error_and_leaves_nothing(disk: Path) -> None:
    """A retry may mend it; what fits still arrives, and what was there still does."""
    store = LocalStore(disk / "store")
    placement = place(store)
    row = push(SMALL, placement)
    before = list(store.list())
    with pytest.raises(StoreError, match="No space left") as told:
        push(LARGE, placement)
    assert type(told.value) is StoreError
    assert list(store.list()) == before
    assert not list(store.partials())
    assert load(row, CODEC, stores=placement.stores) == SMALL
    assert load(push(SMALL[1:], placement), CODEC, stores=placement.stores) == SMALL[1:]


def test_a_read_only_store_reads_and_refuses_the_rest(disk: Path) -> None:
    """A write and a delete are errors that a retry may mend; a read is none."""
    store = LocalStore(disk / "store")
    placement = place(store)
    row = push(SMALL, placement)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert load(row, CODEC, stores=placement.stores) == SMALL
    for use in (lambda: push(SMALL[1:], placement), lambda: store.delete(row["path"])):
        with pytest.raises(StoreError, match="Read-only file system") as told:
            use()
        assert type(told.value) is StoreError
    assert [stored.path for stored in store.list()] == [row["path"]]


def test_a_full_temporary_folder_is_an_error_and_sends_nothing(
    disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large object for a bucket waits there until it is whole, and half of one is not sent."""
    from fsspec.implementations.memory import MemoryFileSystem

    filesystem = MemoryFileSystem(skip_instance_cache=True)
    monkeypatch.setattr(filesystem, "store", {}, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    monkeypatch.setattr(spool, "SPOOL", 100_000)
    store = ObjectStore(lambda: filesystem, "/bucket", name="memory")
    with pytest.raises(StoreError, match="It may be full"):
        push(LARGE, place(store))
    assert not filesystem.store
    assert not list(disk.iterdir())
