"""A large table that is sent while it is encoded, to a real S3 server (Ceph) that fails."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.faultproxy import FaultProxy
from tests.sweep.support import OWNER, FakeEntries, swept
from typedxcom.pointer import Coordinates, Pointer, parse
from typedxcom.stores import ObjectStore, open_object, read_verified, spool
from typedxcom.stores import object as object_module
from typedxcom.stores.deadline import Patience
from typedxcom.stores.owners import bind

pytestmark = pytest.mark.services
AT = Coordinates("dag", "run", "task")
PART = 5 * 2**20  # bytes: S3 takes no smaller ones
PIECE = 2**20
DATA = os.urandom(2 * PART + 1000)
PATIENT = Patience(timeout=60, deadline=300, tries=4, backoff=0)
QUICK = Patience(timeout=3, deadline=300, rate=10.0**9, backoff=0)  # for what hangs once
_numbers = itertools.count()


@pytest.fixture(scope="module")
def proxy(ceph: Any) -> Iterator[FaultProxy]:
    """One proxy for all; each test sets its own fault."""
    with FaultProxy(ceph.port) as running:
        yield running


@pytest.fixture
def store(ceph: Any, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """An empty bucket behind the proxy, and parts as small as S3 takes."""
    import s3fs

    proxy.pass_on()
    proxy.met.clear()
    monkeypatch.setattr(object_module, "UPLOAD_PART", PART)
    monkeypatch.setattr(spool, "SPOOL", PIECE)
    made = s3fs.S3FileSystem(
        key=ceph.access_key,
        secret=ceph.secret_key,
        endpoint_url=proxy.url,
        skip_instance_cache=True,
        config_kwargs={"retries": {"total_max_attempts": 1, "mode": "standard"}},
    )
    bucket = ceph.bucket(f"early-{next(_numbers)}")
    found = ObjectStore(lambda: made, f"{bucket}/xcom", name="s3", patience=PATIENT)
    list(found.list())  # the client is made, which takes its time
    return found


def write(store: ObjectStore, before_end: Any = lambda: None) -> Pointer:
    """A table of small pieces, say, and something that happens before the last one."""
    with open_object(store, AT, ext="bin", owner=OWNER, is_slow=True) as out:
        for at in range(0, len(DATA), PIECE):
            if at + PIECE >= len(DATA):
                before_end()
            out.write(DATA[at : at + PIECE])
        return out.commit(codec="bytes", about="bytes")


@pytest.mark.parametrize("fault", ["unavailable", "reset", "cut", "lost", "hang"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("when", ["at the start", "at the end"])
def test_a_write_survives_a_fault_that_passes(
    store: ObjectStore, proxy: FaultProxy, fault: str, method: str, when: str
) -> None:
    """The value arrives, early or sent again; every object is whole; the rest is found.

    PUT is a part, or the whole object. POST begins the upload and completes it.
    """
    if fault == "hang":
        store.patience = QUICK
    if when == "at the start":
        proxy.fail(method, fault, 1)
        pointer = write(store)
    else:
        pointer = write(store, lambda: proxy.fail(method, fault, 1))
    assert proxy.met == [fault]
    proxy.pass_on()
    assert bytes(read_verified(store, pointer)) == DATA
    assert pointer.path in {one.path for one in store.list()}
    assert {one.size for one in store.list()} == {len(DATA)}
    for left in store.partials():
        assert store.delete_partial(left.path)


ATTEMPT = """
import json, os, signal, sys, threading
import s3fs
from typedxcom.pointer import Coordinates
from typedxcom.stores import ObjectStore, open_object, spool
from typedxcom.stores import object as object_module

options, bucket, owner, point, row = json.loads(sys.argv[1])
object_module.UPLOAD_PART, spool.SPOOL = 5 * 2**20, 2**20
made = s3fs.S3FileSystem(**options)
real, arrived = made._call_s3, threading.Event()

def die():
    os.kill(os.getpid(), signal.SIGKILL)

async def call(method, *args, **asked):
    if point == f"before {method}":
        die()
    answer = await real(method, *args, **asked)
    if point == f"after {method}":
        die()
    if method == "upload_part":
        arrived.set()
    return answer

made._call_s3 = call
store = ObjectStore(lambda: made, f"{bucket}/xcom", name="s3")
at = Coordinates("dag", "run", "task")
with open_object(store, at, ext="bin", owner=owner, is_slow=True) as out:
    for number in range(12):
        out.write(bytes([number]) * 2**20)
    arrived.wait(60)
    pointer = out.commit(codec="bytes", about="bytes")
with open(row, "w") as file:
    json.dump(pointer.to_entry(), file)
"""
WRITTEN = b"".join(bytes([number]) * 2**20 for number in range(12))


@pytest.mark.parametrize(
    ("point", "objects", "partials"),
    [
        ("before create_multipart_upload", 0, 0),
        ("after create_multipart_upload", 0, 1),
        ("after upload_part", 0, 1),
        ("before complete_multipart_upload", 0, 1),
        ("after complete_multipart_upload", 1, 0),
    ],
)
def test_a_killed_attempt_leaves_nothing_that_is_read_and_the_sweep_finds_it(
    ceph: Any, store: ObjectStore, tmp_path: Path, point: str, objects: int, partials: int
) -> None:
    """No row, and nothing partial under a name. The retry brings the value, which stays."""
    bind(store, OWNER)
    options = {
        "key": ceph.access_key,
        "secret": ceph.secret_key,
        "endpoint_url": ceph.endpoint,
    }
    bucket, row = store.root.partition("/")[0], tmp_path / "row"

    def attempt(point: str) -> int:
        given = json.dumps([options, bucket, OWNER, point, str(row)])
        return subprocess.run([sys.executable, "-c", ATTEMPT, given], check=False).returncode

    assert attempt(point) == -signal.SIGKILL
    assert not row.exists()
    left = [one for one in store.list() if one.path.startswith("dag/")]
    assert [one.size for one in left] == [len(WRITTEN)] * objects
    rests = list(store.partials())
    assert [one.path.rpartition("/")[0] for one in rests] == [
        "dag/run/task/-1/return_value"
    ] * partials

    assert attempt("none") == 0
    entry = json.loads(row.read_text())
    assert bytes(read_verified(store, parse(entry))) == WRITTEN
    flying = swept(store, FakeEntries(entry, flying=[("dag", "run")])).stores[0]
    assert (flying.deleted.objects, flying.deleted_partials.objects) == (0, 0)
    told = swept(store, FakeEntries(entry)).stores[0]
    assert (told.deleted.objects, told.deleted_partials.objects) == (objects, partials)
    assert bytes(read_verified(store, parse(entry))) == WRITTEN
    assert not list(store.partials())
