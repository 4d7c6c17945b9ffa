"""A long transfer tells how far it is, in time and in bytes; a short one says nothing."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from typedxcom.pointer import Coordinates
from typedxcom.stored.access import Stores
from typedxcom.stores import LocalStore, MemoryStore, ObjectStore, Store, progress, write_object
from typedxcom.stores.progress import Progress

AT = Coordinates("dag", "run", "task")


class Ticks:
    """A clock that goes on by so many seconds whenever it is looked at."""

    def __init__(self, seconds: float) -> None:
        self.now, self.seconds = 0.0, seconds

    def __call__(self) -> float:
        self.now += self.seconds
        return self.now


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged of progress."""
    caplog.set_level(logging.INFO, "typedxcom.stores.progress")

    class Lines(list[str]):
        def __iter__(self):
            return iter([record.getMessage() for record in caplog.records])

    return Lines()


def test_a_slow_transfer_tells_every_ten_seconds(lines: list[str]) -> None:
    """However few bytes have come; the last line is not the end, which is told elsewhere."""
    slow = Progress("Read", "s3://bucket/object", 60, clock=Ticks(4))
    for _ in range(6):
        slow.add(10)
    assert list(lines) == ["Read 30 of 60 bytes in 12 s: s3://bucket/object"]


def test_a_fast_transfer_tells_by_its_bytes(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of a gigabyte at a time."""
    monkeypatch.setattr(progress, "EVERY_BYTES", 100)
    fast = Progress("Wrote", "an object", clock=Ticks(0))
    for _ in range(5):
        fast.add(60)
    assert list(lines) == [
        "Wrote 120 bytes in 0 s: an object",
        "Wrote 240 bytes in 0 s: an object",
    ]


def test_a_short_transfer_is_silent(lines: list[str], tmp_path: Path) -> None:
    """Writing and reading a small object writes no line."""
    store = LocalStore(tmp_path)
    pointer = write_object(store, AT, b"small", codec="bytes", ext="bin", about="bytes")
    Stores(lambda name: store).file(pointer.to_entry())
    assert list(lines) == []


@pytest.mark.parametrize("kind", ["local", "memory", "object"])
def test_every_store_tells(
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    memory_filesystem: object,
    kind: str,
) -> None:
    """While a large object is written, and while its pieces are read."""
    monkeypatch.setattr(progress, "EVERY_BYTES", 2**23)
    store: Store = {
        "local": lambda: LocalStore(tmp_path, name="s"),
        "memory": lambda: MemoryStore(name="s"),
        "object": lambda: ObjectStore(memory_filesystem, "root", name="s"),  # type: ignore[arg-type]
    }[kind]()
    pieces = [bytes(2**22)] * 5
    pointer = write_object(store, AT, iter(pieces), codec="bytes", ext="bin", about="bytes")
    Stores(lambda name: store).file(pointer.to_entry())
    told = [line.partition(" bytes")[0] for line in lines]
    assert told == ["Wrote 8,388,608", "Wrote 16,777,216"] + [
        f"Read {count:,} of 20,971,520" for count in (8_388_608, 16_777_216)
    ]


@pytest.mark.services
def test_an_upload_tells_while_it_is_under_way(
    lines: list[str], monkeypatch: pytest.MonkeyPatch, s3: object, bucket: str, tmp_path: Path
) -> None:
    """A multipart upload tells of its parts."""
    monkeypatch.setattr(progress, "EVERY_BYTES", 1)
    file = tmp_path / "large"
    file.write_bytes(bytes(48 * 2**20))
    ObjectStore(s3, bucket, name="s3").put_file("a/b", file)  # type: ignore[arg-type]
    told = [line.partition(" bytes")[0] for line in lines]
    assert told
    assert set(told) <= {f"Sent {count * 2**24:,} of {3 * 2**24:,}" for count in (1, 2)}
