"""The law on a real S3 server (Ceph) behind a proxy that fails.

The value arrives, or the right error is raised; nothing wrong is ever returned; every object that
can be seen is whole; and what an unfinished write left is found as a partial.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.harness.faultproxy import FaultProxy
from typedxcom.codecs import make_codec
from typedxcom.errors import IntegrityError, PointerNotFoundError, StoreError
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates, digest_of
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import ObjectStore
from typedxcom.stores.deadline import Patience

pytestmark = pytest.mark.services
ALWAYS = float("inf")
VALUE = list(range(50_000))  # about 340 kB of JSON
CODEC = make_codec(list[int], schema_of(list[int]))
AT = Coordinates("dag", "run", "task")
PATIENT = Patience(timeout=60, deadline=300, tries=4, backoff=0)
STUBBORN = Patience(timeout=60, deadline=300, tries=2, backoff=0)
QUICK = Patience(timeout=5, deadline=300, tries=4, backoff=0)  # for what hangs and then passes
HURRIED = Patience(timeout=2, deadline=300, tries=2, backoff=0)  # for what hangs for ever
_numbers = itertools.count()


class Bench:
    """One bucket behind a proxy, and a task's two sides: `push` and `pull`."""

    def __init__(self, ceph: Any, proxy: FaultProxy) -> None:
        self.ceph, self.proxy = ceph, proxy
        self.bucket = ceph.bucket(f"faults-{next(_numbers)}")
        self.store = ObjectStore(self._client, f"{self.bucket}/xcom", name="s3", patience=PATIENT)
        self.stores = Stores(lambda name: self.store)
        list(self.store.list())  # the client is made, which takes its time

    def _client(self) -> Any:
        import s3fs

        # No tries of the client's own, so that the faults are counted by ours.
        return s3fs.S3FileSystem(
            key=self.ceph.access_key,
            secret=self.ceph.secret_key,
            endpoint_url=self.proxy.url,
            skip_instance_cache=True,
            config_kwargs={"retries": {"total_max_attempts": 1, "mode": "standard"}},
        )

    def push(self, value: Any = VALUE) -> Any:
        placement = Placement(self.stores, AT, "s3")
        return dump(value, CODEC, settings=Settings(), placement=placement)

    def pull(self, row: Any) -> Any:
        return load(row, CODEC, stores=self.stores)

    def key_of(self, row: Any) -> str:
        return f"xcom/{row['path']}"

    def is_clean(self) -> bool:
        """Every object is what its name says, and every rest can be found and removed."""
        client = self.ceph.client()
        for key in self.ceph.keys(self.bucket):
            data = client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
            assert digest_of(data).partition(":")[2] == key.rpartition("/")[2].partition(".")[0]
        for partial in list(self.store.partials()):
            assert self.store.delete_partial(partial.path)
        return not client.list_multipart_uploads(Bucket=self.bucket).get("Uploads")


@pytest.fixture(scope="module")
def proxy(ceph: Any) -> Iterator[FaultProxy]:
    """One proxy for all; each test sets its own fault."""
    with FaultProxy(ceph.port) as running:
        yield running


@pytest.fixture
def bench(ceph: Any, proxy: FaultProxy) -> Iterator[Bench]:
    """An empty bucket; afterwards what is in it is whole."""
    proxy.pass_on()
    proxy.met.clear()
    made = Bench(ceph, proxy)
    yield made
    proxy.pass_on()
    made.store.patience = PATIENT
    assert made.is_clean()


@pytest.mark.parametrize(
    ("fault", "times", "patience"),
    [
        ("unavailable", 2, PATIENT),
        ("reset", 2, PATIENT),
        ("cut", 2, PATIENT),
        ("lost", 1, PATIENT),
        ("hang", 1, QUICK),
    ],
)
def test_a_write_survives_a_fault_that_passes(
    bench: Bench, fault: str, times: int, patience: Patience
) -> None:
    """The value arrives."""
    bench.store.patience = patience
    bench.proxy.fail("PUT", fault, times)
    row = bench.push()
    assert bench.proxy.met == [fault] * times
    assert bench.pull(row) == VALUE


@pytest.mark.parametrize("fault", ["unavailable", "reset", "cut", "lost", "hang"])
def test_a_write_that_never_works_is_an_error_that_a_retry_may_mend(
    bench: Bench, fault: str
) -> None:
    """The task fails, nothing partial is visible, and the next try of the task writes the value."""
    bench.store.patience = HURRIED if fault == "hang" else STUBBORN
    bench.proxy.fail("PUT", fault)
    with pytest.raises(StoreError, match=r"Could not write .*/dag/run/task/") as told:
        bench.push()
    assert type(told.value) is StoreError
    assert len(bench.proxy.met) >= bench.store.patience.tries
    assert len(bench.ceph.keys(bench.bucket)) == (1 if fault == "lost" else 0)
    bench.proxy.pass_on()
    bench.store.patience = PATIENT
    assert bench.pull(bench.push()) == VALUE


@pytest.mark.parametrize(
    ("fault", "times", "patience"),
    [
        ("unavailable", 2, PATIENT),
        ("reset", 2, PATIENT),
        ("truncated", 2, PATIENT),
        ("lost", 1, PATIENT),
        ("short", 1, PATIENT),
        ("flipped", 1, PATIENT),
        ("hang", 1, QUICK),
    ],
)
def test_a_read_survives_a_fault_that_passes(
    bench: Bench, fault: str, times: int, patience: Patience
) -> None:
    """The value arrives, also where no client of S3 notices the fault."""
    row = bench.push()
    bench.store.patience = patience
    bench.proxy.fail("GET", fault, times)
    assert bench.pull(row) == VALUE
    assert bench.proxy.met == [fault] * times


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("unavailable", StoreError),
        ("reset", StoreError),
        ("truncated", StoreError),
        ("hang", StoreError),
        ("short", IntegrityError),
        ("flipped", IntegrityError),
    ],
)
def test_a_read_that_never_works_is_the_right_error(
    bench: Bench, fault: str, error: type[StoreError]
) -> None:
    """Waiting may mend some, which Airflow retries; wrong bytes are not, and are never a value."""
    row = bench.push()
    bench.store.patience = HURRIED if fault == "hang" else STUBBORN
    bench.proxy.fail("GET", fault)
    with pytest.raises(StoreError, match="dag/run/task") as told:
        bench.pull(row)
    assert type(told.value) is error
    assert bench.proxy.met


@pytest.mark.parametrize(
    ("meanwhile", "error"),
    [
        (lambda data: None, PointerNotFoundError),
        (lambda data: data.replace(b"1", b"2"), IntegrityError),
        (lambda data: data + b" ", IntegrityError),
        (lambda data: data[:-1], IntegrityError),
        (lambda data: b"", IntegrityError),
    ],
    ids=["deleted", "replaced", "longer", "shorter", "emptied"],
)
def test_an_object_that_was_deleted_or_replaced_is_the_right_error(
    bench: Bench, meanwhile: Callable[[bytes], bytes | None], error: type[StoreError]
) -> None:
    """Never the other bytes, never the address in place of the value."""
    row, client = bench.push(), bench.ceph.client()
    at = {"Bucket": bench.bucket, "Key": bench.key_of(row)}
    changed = meanwhile(client.get_object(**at)["Body"].read())
    if changed is None:
        client.delete_object(**at)
    else:
        client.put_object(**at, Body=changed)
    with pytest.raises(error, match=r"[Cc]lear the task") as told:
        bench.pull(row)
    assert type(told.value) is error
    client.delete_object(**at)  # what purge does when the task that wrote it is cleared
    assert bench.pull(bench.push()) == VALUE


def test_revoked_credentials_are_an_error_and_come_back(bench: Bench) -> None:
    """Neither side gets through, the secret is in no message, and granted again it goes on."""
    row = bench.push()
    bench.ceph.admin("user", "suspend", "--uid=airflow")
    try:
        for use in (lambda: bench.pull(row), lambda: bench.push([*VALUE, 1])):
            with pytest.raises(StoreError, match="dag/run/task") as told:
                use()
            assert type(told.value) is StoreError
            assert bench.ceph.secret_key not in str(told.value)
    finally:
        bench.ceph.admin("user", "enable", "--uid=airflow")
    assert bench.pull(row) == VALUE


def test_a_thousand_objects_are_deleted_with_two_requests(ceph: Any) -> None:
    """2,500 objects on Ceph: about three listings and three requests. No other object goes."""
    import s3fs

    bucket = ceph.bucket("sweep-bulk")
    made = s3fs.S3FileSystem(
        key=ceph.access_key,
        secret=ceph.secret_key,
        endpoint_url=ceph.endpoint,
        skip_instance_cache=True,
    )
    client = ceph.client()
    for number in range(2500):
        client.put_object(Bucket=bucket, Key=f"xcom/d/r/t/-1/k/{number:032x}.bin", Body=b"x")
    client.put_object(Bucket=bucket, Key="xcom/kept", Body=b"x")
    asked: list[str] = []
    call = made._call_s3

    async def counted(method: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(method)
        return await call(method, *args, **kwargs)

    made._call_s3 = counted
    store = ObjectStore(lambda: made, f"{bucket}/xcom", name="s3")
    objects = [one for one in store.list() if one.path != "kept"]
    asked.clear()
    done: list[Any] = []
    for start in range(0, 2500, 1000):
        done += store.delete_all_unchanged(objects[start : start + 1000])
    assert done == [True] * 2500
    # A page may be shorter than it was asked for, and Ceph's sometimes are.
    assert asked == ["list_objects_v2", "delete_objects"] * (len(asked) // 2)
    assert len(asked) <= 2 * 6
    assert ceph.keys(bucket) == {"xcom/kept"}
