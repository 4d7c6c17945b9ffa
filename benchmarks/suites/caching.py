"""One table of 100 MB in an object store, and 40 tasks on one worker that read all of it.

Each reader is a process of its own that has read nothing before, as a mapped instance is. It checks
the rows against the row model and touches every value. The readers run one after the other. "cache"
is typedxcom as it is. "off" is typedxcom with `cache = off`, where each reader fetches the table.
"local" is a store that is a folder, from which each reader maps the table. "fetched" is what went
over the network.

"1 reader" is where the cache costs time: nobody reads the table again. "write" is what a task waits
for until its table is stored. The cache gets its copy during the upload. The imports do not count.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import handoff
from benchmarks.running import Case, Found, Services

TITLE = "The cache of a worker"
METRICS = [
    {"key": "seconds", "title": "time of all readers", "unit": "s", "beside": "off"},
    {"key": "first", "title": "the first", "unit": "s"},
    {"key": "later", "title": "a later one", "unit": "s"},
    {"key": "fetched", "title": "fetched", "unit": "B"},
]
FRESH = True
_CONTENDERS = ("off", "cache", "local")


def cases(size: str) -> list[Case]:
    """Writing, one reader, and many."""
    megabytes, readers = {"full": (100, 40), "quick": (20, 10), "tiny": (1, 2)}[size]
    return [
        Case(
            f"{megabytes} MB, {name}",
            {"mb": megabytes, "readers": count},
            _CONTENDERS,
            rounds={"full": 7 if count < 2 else 1, "quick": 1, "tiny": 1}[size],
            least=0,
            warm=False,
        )
        for name, count in (("write", 0), ("1 reader", 1), (f"{readers} readers", readers))
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder, and Ceph if it is installed."""
    from benchmarks.suites.tables import _ceph

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environ = {"BENCH_TABLES": folder, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}
        from tests.harness import env

        env.prepare()
        environ["BENCH_S3"] = json.dumps({"ceph": _ceph(stack)})
        yield Services(environ)


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One write, or all readers of a table that another worker wrote."""
    folder = Path(os.environ["BENCH_TABLES"])
    place = handoff.Place(folder, "local" if contender == "local" else "ceph")
    place.clear()
    table = handoff.make_table(params["mb"])
    cache = str(folder / "cache") if contender == "cache" else None
    if not params["readers"]:
        way = _way(place, cache)
        way.write(table.slice(0, 1_000))
        return lambda: Found(seconds=_timed(lambda: way.write(table)))
    entry = _way(place, None).write(table).value
    work = (place.folder, place.store, os.getpid(), cache, entry)
    return lambda: _readers(work, params["readers"])


def _readers(work: Any, count: int) -> Found:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.suites.caching", "s3fs", "typedxcom.tables.api"])
    with context.Pool(1, maxtasksperchild=1) as pool:
        pool.apply(_warm)  # the server has its imports now
        found = [pool.apply(_read, work) for _ in range(count)]
    seconds = [one for one, _ in found]
    later = {"later": statistics.median(seconds[1:])} if count > 1 else {}
    fetched = sum(size for _, size in found)
    return Found(seconds=sum(seconds), first=seconds[0], fetched=fetched, **later)


def _warm() -> None:
    """Nothing."""


def _read(folder: Path, store: str, owner: int, cache: str | None, entry: Any) -> tuple[float, int]:
    """The seconds of one read in a process that has read nothing yet, and the bytes fetched."""
    way = _way(handoff.Place(folder, store), cache, owner)
    seconds = _timed(lambda: way.read(handoff.Row(entry), None))
    return seconds, sum(_fetched)


_fetched: list[int] = []


def _way(place: handoff.Place, cache: str | None, owner: int | None = None) -> handoff.Typed:
    """typedxcom, with a cache in the folder *cache*, in the store of the process *owner*."""
    from typedxcom.cache import Cache
    from typedxcom.stored.access import Stores
    from typedxcom.stores import LocalStore
    from typedxcom.stores.object import ObjectStore

    class CountedStore(ObjectStore):
        def _cat(self, path: str, start: int, stop: int) -> bytes:
            data = super()._cat(path, start, stop)
            _fetched.append(len(data))
            return data

    owner = owner or os.getpid()
    if place.is_local:
        store: Any = LocalStore(place.folder / f"store-{owner}", name="default")
    else:
        store = CountedStore(place.filesystem, f"tables/{owner}", name="default", url="s3://tables")
    kept = None if cache is None else Cache(cache, limit=2 * 2**30)
    return handoff.Typed(place, Stores(lambda name: store, cache=kept))


def _timed(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
