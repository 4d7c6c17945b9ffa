"""Sweep a store that is a folder: entries point to half of the objects, the other half are orphans.

"dry run" lists objects, reads the entries and counts. "delete" then deletes the orphans, and the
folders that are empty then: three for each object here. "limit" walks the same folders, asks for
the size and date of each file, deletes the same files and removes the same folders. A script that
does not know the entries could do no more. "files only" is the same script, but it leaves the empty
folders there, which need an inode and 4 kB each.

The store is in memory (`/dev/shm`) where there is such a folder, so that the calls count, and not
what a disk does beside them: on ext4, removing a folder takes longer than all the rest, for the
script as for us. The entries come from memory, as JSON. To read them from a database or by REST
takes a time that depends on the deployment. We measure wall time, CPU time, and the memory on top
of what was used before.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.running import Case, Found, Services

TITLE = "The sweep"
METRICS = [
    {"key": "seconds", "title": "time", "unit": "s", "beside": "limit"},
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "limit"},
    {"key": "peak", "title": "memory", "unit": "B"},
]
FRESH = True
_CONTENDERS = ("files only", "limit", "typedxcom")
_OWNER = "0123456789ab"  # whose objects they are
_PER_RUN = 10  # objects


def cases(size: str) -> list[Case]:
    """Few and many objects."""
    counts = {"full": (10_000, 100_000), "quick": (1_000,), "tiny": (20,)}[size]
    return [
        Case(
            f"{count:,} objects: {way}",
            {"count": count, "way": way},
            _CONTENDERS if way == "delete" else _CONTENDERS[1:],
            rounds=3 if count == 10_000 else 1,
            least=0,
            warm=False,
        )
        for count in counts
        for way in ("dry run", "delete")
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder for the stores."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Services({"BENCH_SWEEP": folder})


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One sweep of a store that is filled anew."""
    import time

    folder = Path(os.environ["BENCH_SWEEP"], contender)
    shutil.rmtree(folder, ignore_errors=True)
    orphans, rows = _fill(folder, params["count"])
    delete = params["way"] == "delete"
    if contender == "typedxcom":
        sweep = _sweep(folder, rows)
    else:
        sweep = _walk(folder, orphans, folders=contender == "limit")

    def run() -> Found:
        wall, cpu = time.perf_counter(), time.process_time()
        removed = sweep(delete)
        found = Found(seconds=time.perf_counter() - wall, cpu=time.process_time() - cpu)
        if removed != (len(orphans) if delete else 0):
            raise RuntimeError(f"{removed} of {len(orphans)} objects were removed")
        return found

    return run


def _fill(folder: Path, count: int) -> tuple[list[Path], list[bytes]]:
    """Objects as tasks leave them; the orphans among them, and the rows of the others."""
    from typedxcom.pointer import Coordinates, Pointer, digest_of, object_path
    from typedxcom.stores import LocalStore
    from typedxcom.stores.owners import bind

    bind(LocalStore(folder), _OWNER)
    orphans, rows = [], []
    for number in range(count):
        data = f"object {number}".encode()
        run, task = f"manual__{number // _PER_RUN:06}", f"task_{number % _PER_RUN}"
        digest = digest_of(data)
        path = object_path(Coordinates("shop", run, task), digest, "json", _OWNER)
        pointer = Pointer(
            about="text", codec="json", path=path, store="default", size=len(data), digest=digest
        )
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        if number % 2:
            orphans.append(file)
        else:
            rows.append(json.dumps(pointer.to_entry()).encode())
    return orphans, rows


def _walk(folder: Path, orphans: list[Path], *, folders: bool) -> Callable[[bool], int]:
    wanted = set(map(str, orphans))

    def walk(delete: bool) -> int:
        removed = 0
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                os.stat(path)
                if delete and path in wanted:
                    os.unlink(path)
                    removed += 1
                    if folders:
                        remove_empty(place)
        return removed

    def remove_empty(place: str) -> None:
        with contextlib.suppress(OSError):
            while place != str(folder):
                os.rmdir(place)
                place = os.path.dirname(place)

    return walk


def _sweep(folder: Path, texts: list[bytes]) -> Callable[[bool], int]:
    from typedxcom.stores import LocalStore
    from typedxcom.sweep import Entry, EntrySource, SweepRules, sweep

    class Rows(EntrySource):
        """Rows in memory, and no run in flight."""

        def owner(self) -> str:
            return _OWNER

        def in_flight(self) -> Iterable[tuple[str, str]]:
            return ()

        def entries(self) -> Iterator[Entry]:
            return (Entry("entry", text) for text in texts)

    store = LocalStore(folder, name="default")
    rules, later = (
        SweepRules(grace=timedelta(days=1)),
        datetime.now(timezone.utc) + timedelta(days=2),
    )

    def run(delete: bool) -> int:
        options = {"owner": _OWNER, "delete": delete, "all_orphans": True, "now": later}
        report = sweep([store], Rows(), rules, **options)
        return report.stores[0].deleted.objects

    return run
