"""A task writes a table of 300 MB to Ceph, over a network that carries so many bytes per second.

"typedxcom" sends the parts that are encoded while it encodes the rest. "sent after" is typedxcom
when it encodes the whole table first. "parquet" is `pyarrow.parquet.write_table` on s3fs, as
tutorials write it, without checks or a digest. Answers come without a limit. In the row "no limit",
nothing is limited, and the server takes a good part of the machine, on which it runs as well.

"stream" is a task that returns record batches which it gets at 60 MB per second, as from a
database. We measure wall time until the pointer or path is there. The imports do not count.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from benchmarks import handoff
from benchmarks.running import Case, Found, Services
from benchmarks.slow_link import slow_link

TITLE = "Sending a table while it is encoded"
METRICS = [{"key": "seconds", "title": "time", "unit": "s", "beside": "sent after"}]
FRESH = True
_MB = 1_000_000
_RATES = (20, 50, 100)  # MB per second
_SOURCE = 60  # MB per second


def cases(size: str) -> list[Case]:
    """Each network; a whole table, and a stream."""
    megabytes, rounds = {"full": (300, 3), "quick": (100, 1), "tiny": (1, 1)}[size]
    both = ("sent after", "typedxcom")
    found = [
        (f"{rate} MB/s" if rate else "no limit", rate, False, (*both, "parquet"))
        for rate in (*_RATES, 0)
    ]
    found.append(("stream, 50 MB/s", 50, True, both))
    return [
        Case(
            name,
            {"mb": megabytes, "rate": rate, "stream": is_stream},
            contenders,
            rounds=rounds,
            least=0,
            warm=False,
        )
        for name, rate, is_stream, contenders in found
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """Ceph if it is installed, and slow links to it."""
    from benchmarks.suites.tables import _ceph
    from tests.harness import env

    env.prepare()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ceph = _ceph(stack)
        stores = {"0": ceph}
        for rate in _RATES:
            stores[str(rate)] = ceph and {**ceph, "endpoint_url": _behind(stack, ceph, rate)}
        environ = {"BENCH_TABLES": folder, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}
        yield Services({**environ, "BENCH_S3": json.dumps(stores)})


def _behind(stack: contextlib.ExitStack, ceph: dict[str, Any], rate: int) -> str:
    port = int(ceph["endpoint_url"].rpartition(":")[2])
    return f"http://127.0.0.1:{stack.enter_context(slow_link(port, rate * _MB))}"


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One write, in a process that has written something small before."""
    place = handoff.Place(Path(os.environ["BENCH_TABLES"]), str(params["rate"]))
    place.clear()
    table = handoff.make_table(params["mb"])
    way = handoff.Parquet(place) if contender == "parquet" else _typed(place, contender)
    way.write(table.slice(0, 1_000))

    def run() -> Found:
        value = _slowly(table) if params["stream"] else table
        start = time.perf_counter()
        way.write(value)
        return Found(seconds=time.perf_counter() - start)

    return run


def _typed(place: handoff.Place, contender: str) -> handoff.Typed:
    from typedxcom.stored.access import Stores
    from typedxcom.stores import ObjectStore, Staged

    class SentAfter(ObjectStore):
        def stage_early(self, path: str) -> Staged:
            return self.stage()

    kind = SentAfter if contender == "sent after" else ObjectStore
    store = kind(place.filesystem, f"tables/{os.getpid()}", name="default", url="s3://tables")
    return handoff.Typed(place, Stores(lambda name: store))


def _slowly(table: pa.Table) -> pa.RecordBatchReader:
    """The batches of *table*, as slowly as its source gives them."""

    def batches() -> Iterator[pa.RecordBatch]:
        due = time.perf_counter()
        for batch in table.to_batches(max_chunksize=20_000):
            due += batch.nbytes / (_SOURCE * _MB)
            time.sleep(max(0, due - time.perf_counter()))
            yield batch

    return pa.RecordBatchReader.from_batches(table.schema, batches())
