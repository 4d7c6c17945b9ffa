"""An Arrow table goes from task to task: one task writes it, and the next one reads it.

"write" ends when the pointer or path is there, and "read" touches every value. typedxcom checks the
columns against the row model on both sides, and proves every byte by its digest. "2 of 10 columns"
compares `LazyTable` with reading the same columns by hand.

"common.io" is Airflow's own backend with a pandas frame. "parquet" is what tutorials teach: a file,
and its path as the XCom. "limit" is `cp` on disk, and a PUT and GET of the raw bytes for an object
store. We measure wall time, and memory on top of the table itself. The imports of a first call do
not count.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import handoff
from benchmarks.running import Case, Services

TITLE = "Tables"
METRICS = [
    {"key": "seconds", "title": "time", "unit": "s", "beside": "limit"},
    {"key": "peak", "title": "memory", "unit": "B"},
    {"key": "row", "title": "entry", "unit": "B"},
    {"key": "stored", "title": "stored", "unit": "B"},
]
FRESH = True
_ALL = ("limit", "typedxcom", "parquet", "pickle", "common.io")
_LAZY = ("typedxcom", "parquet")


def cases(size: str) -> list[Case]:
    """Each size on each store: write, read, and read two columns."""
    megabytes = {"full": (1, 100, 1_000), "quick": (20,), "tiny": (1,)}[size]
    stores = {"full": ("local", "ceph", "moto"), "quick": ("local",), "tiny": ("local",)}[size]
    return [
        Case(
            f"{mb:,} MB, {store}, {way}",
            {"mb": mb, "store": store, "way": way},
            _LAZY if way == "2 of 10 columns" else _ALL,
            rounds={"full": _rounds(mb, store), "quick": 1, "tiny": 1}[size],
            least=0,
            warm=False,
            size=mb,
        )
        for store in stores
        for mb in megabytes
        for way in ("write", "read", "2 of 10 columns")
    ]


def _rounds(mb: int, store: str) -> int:
    """Fewer for what takes minutes."""
    return {1: 5, 100: 3}.get(mb, 2 if store == "local" else 1)


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder, and in full size the object stores that can run here."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environ = {"BENCH_TABLES": folder, "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}
        if size == "full":
            from tests.harness import env

            env.prepare()
            stores = {"ceph": _ceph(stack), "moto": _moto(stack)}
            environ["BENCH_S3"] = json.dumps(stores)
        yield Services(environ)


def _ceph(stack: contextlib.ExitStack) -> dict[str, Any] | None:
    from tests.harness.ceph import Ceph, has_ceph

    if not has_ceph():
        return None
    server = Ceph(memory=10 * 2**30)
    stack.callback(server.stop)
    server.start()
    server.bucket("tables")
    return {"key": server.access_key, "secret": server.secret_key, "endpoint_url": server.endpoint}


def _moto(stack: contextlib.ExitStack) -> dict[str, Any]:
    import subprocess
    import sys
    import time
    import urllib.request

    from tests.harness.processes import free_port

    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(server.wait)
    stack.callback(server.kill)
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/moto-api/").close()
            break
        time.sleep(0.1)
    import boto3

    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)
    client.create_bucket(Bucket="tables")
    return {"key": "key", "secret": "secret", "endpoint_url": url}


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One write, or one read of what was written before."""
    place = handoff.Place(Path(os.environ["BENCH_TABLES"]), params["store"])
    place.clear()  # each process is asked once: those before it have ended
    table = handoff.make_table(params["mb"])
    way = handoff.WAYS[contender](place)
    columns = handoff.TWO if params["way"] == "2 of 10 columns" else None
    way.read(way.write(table.slice(0, 1_000)), columns)
    if params["way"] == "write":
        return lambda: way.write(table)
    row = way.write(table)
    return lambda: way.read(row, columns)
