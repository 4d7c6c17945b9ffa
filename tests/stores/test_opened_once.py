"""A local file is opened once: what was checked is what is read, whoever swaps it meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import pyarrow as pa
import pytest
from pydantic import BaseModel

from typedxcom import File, Table
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError, StoreError
from typedxcom.exchange import load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored import TableSlice
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore, MemoryStore, Store
from typedxcom.tables import LazyTable, Rows

RIGHT, CANARY = 5, 777
CALLS = ("open", "close", "dup", "fstat", "pread", "stat")


class Row(BaseModel):
    id: int


def codec(annotation: Any) -> Any:
    return Promise(annotation, schema_of(annotation)).codec


def table(number: int) -> pa.Table:
    return pa.table({"id": [number] * 20_000})


class Place:
    """A store, an object in it, and the like of it outside of the root."""

    def __init__(self, folder: Path, *, keys: tuple[bytes, ...] = (), copies: bool = False) -> None:
        self.store = LocalStore(folder / "store", name="s", copies=copies)
        self.stores = Stores(lambda name: self.store, keys=keys)
        outside = folder / "outside"
        outside.mkdir()
        self.rows: dict[str, Any] = {}
        self._files: list[tuple[Path, Path, Path]] = []
        for kind in ("arrow", "parquet", "file"):
            self.rows[kind] = self._put(folder, kind, RIGHT)
            canary = self.store.root / self._put(folder, kind, CANARY, "x")["path"]
            there, good = self.store.root / self.rows[kind]["path"], folder / f"good-{kind}"
            shutil.copy(there, good)
            self._files.append((there, good, canary.rename(outside / kind)))

    def _put(self, folder: Path, kind: str, number: int, task: str = "t") -> Any:
        at = Coordinates("d", "r", task)
        if kind != "file":
            return codec(Table[Row]).write(
                table(number),
                Placement(self.stores, at, "s", kind),  # type: ignore[arg-type]
            )
        source = folder / "in.txt"
        source.write_text(f"{number:08}" * 10_000)
        return codec(File).write(File(source), Placement(self.stores, at, "s"))

    def swap(self) -> None:
        """Put a symlink to the canary in the place of each object."""
        for there, _, canary in self._files:
            there.unlink(missing_ok=True)
            there.symlink_to(canary)

    def mend(self) -> None:
        """Put the objects back."""
        for there, good, _ in self._files:
            there.unlink(missing_ok=True)
            shutil.copy(good, there)


def head(file: Any) -> int:
    with file.open() as opened:
        return int(opened.read(8))


STREAM: Any = Annotated[pa.RecordBatchReader, Rows(Row)]
FRAME: Any = Annotated[pl.LazyFrame, Rows(Row)]
READERS: dict[str, tuple[str, Any, Callable[[Any], Any]]] = {
    "Table": ("arrow", Table[Row], lambda value: value["id"][9].as_py()),
    "LazyTable": ("arrow", LazyTable[Row], lambda value: value.to_arrow()["id"][9].as_py()),
    "LazyTable of parquet": (
        "parquet",
        LazyTable[Row],
        lambda value: value.filter("id > 0").to_arrow()["id"][9].as_py(),
    ),
    "RecordBatchReader": ("arrow", STREAM, lambda value: value.read_all()["id"][9].as_py()),
    "LazyFrame": ("parquet", FRAME, lambda value: value.collect()["id"][9]),
    "batches": ("arrow", Table[Row], lambda value: value["id"][9].as_py()),
    "File.read_bytes": ("file", File, lambda value: int(value.read_bytes()[:8])),
    "File.open": ("file", File, head),
    "File.path": ("file", File, lambda value: int(value.path.read_bytes()[:8])),
}


def read(place: Place, reader: str) -> Any:
    kind, annotation, number = READERS[reader]
    row = place.rows[kind]
    if reader == "batches":
        row = TableSlice(row, 100, 50)
    return number(load(row, codec(annotation), stores=place.stores))


@pytest.fixture
def after_call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, Any], list[str]]]:
    """Runs something right after the call number *n* of this process to the operating system."""
    seen: list[str] = []
    wanted: list[Any] = [-1, lambda: None]

    def watched(name: str) -> Any:
        real = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            seen.append(name)
            if len(seen) == wanted[0]:
                wanted[1]()
            return result

        return call

    for name in CALLS:
        monkeypatch.setattr(os, name, watched(name))

    def prepare(number: int, what: Any) -> list[str]:
        seen.clear()
        wanted[:] = [number, what]
        return seen

    yield prepare
    wanted[0] = -1


@pytest.mark.parametrize("keys", [(), (b"k" * 32,)], ids=["unsigned", "signed"])
@pytest.mark.parametrize("reader", READERS)
def test_no_swap_at_any_moment_is_read(
    tmp_path: Path, after_call: Any, reader: str, keys: tuple[bytes, ...]
) -> None:
    """A symlink out of the root, put there after any one of the calls, is refused or comes late."""
    place = Place(tmp_path, keys=keys)
    calls = after_call(-1, None)
    assert read(place, reader) == RIGHT
    refused = 0
    for number in range(1, len(calls) + 1):
        place.mend()
        after_call(number, place.swap)
        try:
            assert read(place, reader) == RIGHT
        except IntegrityError:
            refused += 1
    assert refused


def test_a_file_is_verified_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    """A handle that was read keeps nothing that it did not prove."""
    place = Place(tmp_path)
    file = load(place.rows["file"], codec(File), stores=place.stores)
    before = file.read_bytes()
    told: list[Any] = []
    place.store.observe = told.append
    assert file.read_bytes() == before
    assert not told  # nothing was read to prove it
    place.mend()
    assert file.read_bytes() == before
    assert len(told) == 1
    place.swap()
    with pytest.raises(IntegrityError):
        file.read_bytes()


def test_the_path_of_a_file_leads_to_the_file_that_was_verified(tmp_path: Path) -> None:
    """It keeps its extension, works in a child process, and follows no later swap."""
    place = Place(tmp_path)
    file = load(place.rows["file"], codec(File), stores=place.stores)
    path = file.path
    assert path.suffix == ".txt"
    place.swap()
    assert int(path.read_bytes()[:8]) == RIGHT
    child = subprocess.run(["head", "-c", "8", path], capture_output=True, check=True)
    assert int(child.stdout) == RIGHT
    folder = path.parent
    del file
    assert not folder.exists()


def test_thousands_of_files_keep_no_file_open(tmp_path: Path) -> None:
    """A reduce over many files is not stopped by the limit of open files."""
    place = Place(tmp_path)
    files = load([place.rows["file"]] * 300, codec(list[File]), stores=place.stores)
    before = len(os.listdir("/proc/self/fd"))
    assert all(int(file.read_bytes()[:8]) == RIGHT for file in files)
    assert len(os.listdir("/proc/self/fd")) <= before


@pytest.mark.parametrize("reader", READERS)
def test_a_copied_object_is_not_changed_by_who_writes_to_its_file(
    tmp_path: Path, reader: str
) -> None:
    """With ``copies`` a write in place, or a cut, comes too late for who has read it."""
    place = Place(tmp_path, keys=(b"k" * 32,), copies=True)
    assert read(place, reader) == RIGHT
    value = load(place.rows["arrow"], codec(Table[Row]), stores=place.stores)
    os.truncate(place.store.root / place.rows["arrow"]["path"], 4096)
    assert value["id"][9].as_py() == RIGHT
    kept = load(place.rows["file"], codec(File), stores=place.stores)
    assert int(kept.path.read_bytes()[:8]) == RIGHT
    os.truncate(place.store.root / place.rows["file"]["path"], 0)
    assert int(kept.read_bytes()[:8]) == RIGHT


# The temporary folder


def far() -> tuple[Any, Stores]:
    """The row of a file in a store that is far away, and the stores."""
    store: Store = MemoryStore(name="s")
    stores = Stores(lambda name: store)
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    return place.put(b"secret", codec="file", ext="txt", about="file"), stores


def test_a_read_copy_has_no_name_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is there for its reader alone; only the link of `path` shows, without data."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    row, stores = far()
    file = load(row, codec(File), stores=stores)
    assert file.read_bytes() == b"secret"
    assert not list(tmp_path.iterdir())
    assert file.path.read_bytes() == b"secret"
    assert all(path.is_dir() or path.is_symlink() for path in tmp_path.rglob("*"))
    del file
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "use",
    [lambda file: file.read_bytes(), lambda file: file.open(), lambda file: file.path],
    ids=["read_bytes", "open", "path"],
)
def test_a_missing_temporary_folder_is_a_store_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Any], Any]
) -> None:
    """It says what the folder is for and what to set, and a retry may help."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    row, stores = far()
    with pytest.raises(StoreError, match=r"temporary folder.*set TMPDIR") as told:
        use(load(row, codec(File), stores=stores))
    assert type(told.value) is StoreError


SPOOLING = """
import os, signal
import fsspec
from typedxcom.stored.access import Placement, Stores
from typedxcom.pointer import Coordinates
from typedxcom.stores import MemoryStore, ObjectStore, open_object, spool
spool.SPOOL = 1000
far = ObjectStore(lambda: fsspec.filesystem("memory"), "bucket/xcom", name="default")
out = open_object(far, Coordinates("d", "r", "t"), ext="bin")
out.write(b"SECRET" * 1000)
store = MemoryStore("default")
stores = Stores(lambda name: store)
row = Placement(stores, Coordinates("d", "r", "t"), "default").put(
    b"SECRET" * 1000, codec="file", ext="bin", about="f")
kept = stores.file(row)
print(out.size, kept.size, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    """Neither what it was about to send nor what it had fetched."""
    run = subprocess.run(
        [sys.executable, "-c", SPOOLING],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "6000 6000\n"
    assert not list(tmp_path.iterdir())
