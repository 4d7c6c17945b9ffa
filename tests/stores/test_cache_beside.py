"""What a task writes is copied into the cache of its worker while it is on its way to the store."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stores.far import FarStore, placed, through
from typedxcom.cache import Filling
from typedxcom.pointer import BLOCK
from typedxcom.stored.bytes import BYTES
from typedxcom.stores import spool
from typedxcom.stores.spool import SpooledStage

DATA = os.urandom(3 * BLOCK)
SECONDS = 60


@pytest.fixture(params=["in memory", "in a file"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store whose objects wait in memory, or in a temporary file, until they are sent."""
    if request.param == "in a file":
        monkeypatch.setattr(spool, "SPOOL", len(DATA) // 2)
    return FarStore(tmp_path / "far")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder of the cache."""
    return tmp_path / "cache"


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set as soon as a file of the cache has its bytes."""
    event, write = threading.Event(), Filling.write

    def noticed(self: Filling, data: Any) -> int:
        count = write(self, data)
        event.set()
        return count

    monkeypatch.setattr(Filling, "write", noticed)
    return event


@pytest.fixture(autouse=True)
def _no_thread_and_no_file_is_left() -> Any:
    """Whatever happens, the push leaves no thread and no open file behind."""
    threads, files = threading.enumerate(), len(os.listdir("/proc/self/fd"))
    yield
    assert threading.enumerate() == threads
    assert len(os.listdir("/proc/self/fd")) == files


def files(kept: Path) -> list[Path]:
    return sorted(one for one in kept.glob("boot-*/*/*") if one.name != "total")


def before_writing(store: FarStore, do: Callable[[], None]) -> None:
    """Let the store do something at the start of an upload."""
    write = store.write

    def writing(path: str, data: Any) -> None:
        do()
        write(path, data)

    store.write = writing  # type: ignore[method-assign]


def test_the_copy_does_not_wait_for_the_upload(
    store: FarStore, kept: Path, filled: threading.Event
) -> None:
    """The upload can end only when the copy has been written, and the copy appears after it."""
    seen: list[bool] = []

    def do() -> None:
        seen.append(filled.wait(SECONDS))
        seen.append(any(one.parent.name == "files" for one in files(kept)))

    before_writing(store, do)
    stores = through(store, kept)
    entry: Any = BYTES.write(DATA, placed(stores))
    assert seen == [True, False]
    assert BYTES.value(entry, stores) == DATA
    assert store.fetched == []


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_an_upload_that_fails_drops_the_copy(
    error: type[BaseException], store: FarStore, kept: Path, filled: threading.Event
) -> None:
    """Nothing is kept of an object that did not reach its store, though its copy was whole."""

    def do() -> None:
        assert filled.wait(SECONDS)
        raise error("no")

    before_writing(store, do)
    with pytest.raises(error, match="no"):
        BYTES.write(DATA, placed(through(store, kept)))
    assert files(kept) == []


@pytest.mark.parametrize("error", [RuntimeError, MemoryError, OSError])
@pytest.mark.parametrize(
    ("owner", "name"), [(Filling, "write"), (Filling, "commit"), (threading.Thread, "start")]
)
def test_no_error_of_the_cache_reaches_the_task(
    owner: type,
    name: str,
    error: type[Exception],
    store: FarStore,
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without its copy, the object is stored all the same."""

    def fail(*args: Any) -> None:
        raise error("no")

    stores = through(store, kept)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fail)
        entry: Any = BYTES.write(DATA, placed(stores))
    assert files(kept) == []
    assert BYTES.value(entry, stores) == DATA
    assert store.fetched == [len(DATA)]


def test_a_copy_that_differs_is_not_kept(
    store: FarStore, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If what waits for the upload is not what was digested, it is not kept."""
    pieces, is_first = SpooledStage.pieces, itertools.chain([True], itertools.repeat(False))

    def altered(self: SpooledStage) -> Any:
        return iter([DATA[::-1]]) if next(is_first) else pieces(self)

    monkeypatch.setattr(SpooledStage, "pieces", altered)
    entry: Any = BYTES.write(DATA, placed(through(store, kept)))
    assert files(kept) == []
    assert BYTES.value(entry, through(store, None)) == DATA
