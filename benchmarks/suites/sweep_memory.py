"""Sweep up to a million objects and as many references to them, and delete half of the objects.

On disk, each folder has ten objects, and files are empty. The bucket is a server on this machine
that makes each page of a listing when it is asked for, so it holds no objects. Two entries point to
every second object. They are made when the sweep reads them. The others are orphans, and are
deleted. Each sweep is a process of its own. We measure its memory on top of what was used before.

The list of objects is a file without a name. A sweep of a bucket lists each page twice: for all
objects, and again right before it deletes some.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks.endless_s3 import OWNER, path_of
from benchmarks.running import ROOT, Case, Found, Services

TITLE = "The memory of the sweep"
METRICS = [
    {"key": "peak", "title": "memory", "unit": "B"},
    {"key": "seconds", "title": "time", "unit": "s"},
]
FRESH = True


def cases(size: str) -> list[Case]:
    """Ten and a hundred times as many objects, in both places."""
    counts = {"full": (10_000, 100_000, 1_000_000), "quick": (1_000, 10_000), "tiny": (20,)}[size]
    return [
        Case(
            f"{count:,} objects {where}",
            {"count": count, "where": where},
            ("typedxcom",),
            rounds=1,
            least=0,
            warm=False,
        )
        for where in ("on disk", "in a bucket")
        for count in counts
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder, and the server."""
    command = [sys.executable, "-m", "benchmarks.endless_s3"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as server,
    ):
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            yield Services({"BENCH_SWEEP": folder, "BENCH_S3": f"http://127.0.0.1:{port}"})
        finally:
            server.kill()


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One sweep of a store that is filled anew."""
    from typedxcom.cli.terminal.bar import Bar
    from typedxcom.sweep import SweepRules, sweep

    count = params["count"]
    store = _on_disk(count) if params["where"] == "on disk" else _in_bucket(count)
    rules = SweepRules(grace=timedelta(days=1))
    later = datetime.now(timezone.utc) + timedelta(days=2)
    options = {"owner": OWNER, "delete": True, "all_orphans": True, "now": later}

    def run() -> Found:
        with Bar(sys.stderr) as bar:  # seen with BENCH_DEBUG=1 on a terminal
            report = sweep([store], _entries(count), rules, **options, progress=bar.show)
        [swept] = report.stores
        found = (report.entries, swept.found.objects, swept.named.objects, swept.deleted.objects)
        if found != (count, count, count // 2, count // 2) or report.errors:
            raise RuntimeError(f"{found} {report.errors}")
        return Found()

    return run


def _entries(count: int) -> Any:
    from typedxcom.pointer import Pointer
    from typedxcom.sweep import Entry, EntrySource

    class Rows(EntrySource):
        """Two rows for every second object, and no run in flight."""

        def owner(self) -> str:
            return OWNER

        def in_flight(self) -> Iterable[tuple[str, str]]:
            return ()

        def count(self) -> int:
            return count

        def entries(self) -> Iterator[Entry]:
            for number in range(count):
                pointer = Pointer(
                    about="text",
                    codec="json",
                    path=path_of(number - number % 2),
                    store="default",
                    size=1,
                    digest=f"xxh3:{number - number % 2:032x}",
                )
                yield Entry("entry", json.dumps(pointer.to_entry()).encode())

    return Rows()


def _on_disk(count: int) -> Any:
    from typedxcom.stores import LocalStore
    from typedxcom.stores.owners import bind

    folder = Path(os.environ["BENCH_SWEEP"], "store")
    shutil.rmtree(folder, ignore_errors=True)
    store = LocalStore(folder, name="default")
    bind(store, OWNER)
    for number in range(count):
        file = folder / path_of(number)
        if number % 10 == 0:
            file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    os.sync()
    return store


def _in_bucket(count: int) -> Any:
    import s3fs

    from typedxcom.stores import ObjectStore

    def filesystem() -> Any:
        return s3fs.S3FileSystem(endpoint_url=os.environ["BENCH_S3"], key="any", secret="any")

    return ObjectStore(filesystem, f"b{count}/xcom", name="default", url=f"s3://b{count}/xcom")
