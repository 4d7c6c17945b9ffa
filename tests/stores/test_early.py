"""Parts of a large table are on their way while the rest of it is encoded."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from typedxcom.cache import Cache
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError, StoreError
from typedxcom.pointer import Coordinates, Pointer, is_object_path, owner_of, parse
from typedxcom.schema import schema_of
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import ObjectStore, open_object, read_verified, spool
from typedxcom.stores import object as object_module
from typedxcom.stores.deadline import Patience
from typedxcom.stores.early import EarlyUpload
from typedxcom.tables import Table

pytestmark = pytest.mark.services
AT = Coordinates("dag", "run", "task")
OWNER = "0123456789ab"
PART = 5 * 2**20  # bytes: S3 takes no smaller ones
DATA = os.urandom(2 * PART + 1000)
PIECE = 2**20
PATIENT = Patience(timeout=60, deadline=300, tries=1)


@pytest.fixture
def filesystem(s3: Any) -> Any:
    """A client of its own, so that a test may change it."""
    made = s3()
    return type(made)(**{**made.storage_options, "skip_instance_cache": True})


@pytest.fixture
def store(filesystem: Any, bucket: str, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """Small parts, and objects that wait in a file from a megabyte on."""
    monkeypatch.setattr(object_module, "UPLOAD_PART", PART)
    monkeypatch.setattr(spool, "SPOOL", PIECE)
    return ObjectStore(lambda: filesystem, f"{bucket}/xcom", name="s3", patience=PATIENT)


@pytest.fixture(autouse=True)
def _no_file_is_left_open() -> Iterator[None]:
    before = open_files()
    yield
    assert not [path for path in open_files() - before if "typedxcom-" in path]


def open_files() -> set[str]:
    with os.scandir("/proc/self/fd") as found:
        return {os.path.realpath(one.path) for one in found}


def pieces(data: bytes = DATA) -> Iterator[bytes]:
    return (data[at : at + PIECE] for at in range(0, len(data), PIECE))


def write(store: ObjectStore, data: Any = DATA) -> Pointer:
    """Write slowly made pieces, as a table is written."""
    given_pieces = pieces(data) if isinstance(data, bytes) else data
    with open_object(store, AT, ext="bin", owner=OWNER, is_slow=True) as out:
        for piece in given_pieces:
            out.write(piece)
        return out.commit(codec="bytes", about="bytes")


def spied(
    filesystem: Any, do: Callable[[str, dict[str, Any]], Any] = lambda method, asked: None
) -> list[str]:
    """The methods that a client calls from now on. *do* is awaited before each."""
    real, asked_for = filesystem._call_s3, []

    async def call(method: str, *args: Any, **asked: Any) -> Any:
        asked_for.append(method)
        found = do(method, asked)
        if found is not None:
            await found
        return await real(method, *args, **asked)

    filesystem._call_s3 = call
    return asked_for


def is_named_by_digest(pointer: Pointer) -> bool:
    return pointer.digest.partition(":")[2] in pointer.path


def test_parts_are_sent_before_the_object_is_whole(store: ObjectStore, filesystem: Any) -> None:
    """The last piece is made when the first part has arrived, and is waited for by nobody."""
    arrived = threading.Event()
    real = filesystem._call_s3

    async def call(method: str, *args: Any, **asked: Any) -> Any:
        answer = await real(method, *args, **asked)
        if method == "upload_part":
            arrived.set()
        return answer

    filesystem._call_s3 = call

    def made() -> Iterator[bytes]:
        yield from pieces()
        assert arrived.wait(60)
        yield b"the end"

    pointer = write(store, made())
    assert bytes(read_verified(store, pointer)) == DATA + b"the end"
    assert [one.path for one in store.list()] == [pointer.path]
    assert not list(store.partials())


def test_its_name_says_whose_it_is_and_is_new(store: ObjectStore) -> None:
    """The digest is not known when the name is. A retry does not touch what others may read."""
    first, second = write(store), write(store)
    assert first.digest == second.digest
    assert first.path != second.path
    for one in (first, second):
        assert not is_named_by_digest(one)
        assert is_object_path(one.path)
        assert owner_of(one.path) == OWNER
        assert one.path.startswith("dag/run/task/-1/return_value/")
        assert bytes(read_verified(store, one)) == DATA
    assert {one.path for one in store.list()} == {first.path, second.path}


def test_a_small_object_is_one_request(store: ObjectStore, filesystem: Any) -> None:
    """Under the name with its digest."""
    calls = spied(filesystem)
    pointer = write(store, b"x" * PIECE)
    assert is_named_by_digest(pointer)
    assert calls == ["put_object"]


def test_an_object_that_is_not_slow_is_sent_when_it_is_whole(
    store: ObjectStore, filesystem: Any
) -> None:
    """There is nothing to win, and it keeps the name with its digest."""
    with open_object(store, AT, ext="bin") as out:
        out.write(DATA)
        pointer = out.commit(codec="bytes", about="bytes")
    assert is_named_by_digest(pointer)


def test_a_failure_in_the_middle_leaves_nothing(store: ObjectStore, filesystem: Any) -> None:
    """A row that breaks the contract, say: the upload is aborted."""

    def made() -> Iterator[bytes]:
        yield from pieces()
        raise ZeroDivisionError

    calls = spied(filesystem)
    with pytest.raises(ZeroDivisionError):
        write(store, made())
    assert "abort_multipart_upload" in calls
    assert not list(store.list())
    assert not list(store.partials())


METHODS = ("create_multipart_upload", "upload_part", "complete_multipart_upload")


@pytest.mark.parametrize("method", METHODS)
def test_a_refusal_costs_time_only(
    store: ObjectStore, filesystem: Any, method: str, caplog: Any
) -> None:
    """The object is sent again, whole, under the name with its digest; nothing else stays."""
    refused = []

    def refuse(asked: str, options: dict[str, Any]) -> None:
        if asked == method and not refused:
            refused.append(asked)
            raise PermissionError("Access Denied")

    calls = spied(filesystem, refuse)
    pointer = write(store)
    assert refused == [method]
    assert ("abort_multipart_upload" in calls) is (method != METHODS[0])
    assert is_named_by_digest(pointer)
    assert bytes(read_verified(store, pointer)) == DATA
    assert [one.path for one in store.list()] == [pointer.path]
    assert not list(store.partials())
    assert "will be sent again, whole: PermissionError: Access Denied" in caplog.text


def test_a_refusal_for_ever_is_the_error_of_the_whole(store: ObjectStore, filesystem: Any) -> None:
    """As if nothing had been sent early."""

    def refuse(asked: str, options: dict[str, Any]) -> None:
        if asked in ("upload_part", "put_object"):
            raise PermissionError("Access Denied")

    spied(filesystem, refuse)
    with pytest.raises(
        StoreError, match=r"Could not write `s3/dag/run/task.*Access Denied"
    ) as told:
        write(store)
    assert type(told.value) is StoreError
    assert not list(store.list())
    assert not list(store.partials())


def test_a_part_that_hangs_is_given_up(
    store: ObjectStore, filesystem: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the deadline of any request; then the whole object is sent."""
    uploads, hung = [], []

    async def hang() -> None:
        await asyncio.Event().wait()

    def first(method: str, asked: dict[str, Any]) -> Any:
        if method != "upload_part":
            return None
        uploads.append(asked["UploadId"])
        if hung or asked["UploadId"] != uploads[0]:
            return None
        hung.append(asked["PartNumber"])
        return hang()

    spied(filesystem, first)
    send, quick = store.send_early, Patience(timeout=4, rate=10.0**9)

    def sent(path: str, file: int) -> EarlyUpload | None:
        with monkeypatch.context() as patched:
            patched.setattr(store, "patience", quick)
            return send(path, file)

    monkeypatch.setattr(store, "send_early", sent)
    pointer = write(store)
    assert hung
    assert is_named_by_digest(pointer)
    assert bytes(read_verified(store, pointer)) == DATA
    assert not list(store.partials())


def test_a_signal_aborts_the_upload(
    store: ObjectStore, filesystem: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's task timeout raises while the rest is waited for."""
    begun = threading.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    spied(filesystem, lambda method, asked: hang() if method == "upload_part" else None)

    def interrupted(self: EarlyUpload, size: int) -> bool:
        assert begun.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(EarlyUpload, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(store)
    assert not list(store.list())
    assert not list(store.partials())


def test_an_upload_that_is_dropped_while_it_begins_is_aborted(
    store: ObjectStore, filesystem: Any
) -> None:
    """Its id is waited for, because nobody could abort it otherwise."""
    asked, go = threading.Event(), asyncio.Event()

    async def slowly() -> None:
        asked.set()
        await go.wait()

    spied(filesystem, lambda method, _: slowly() if method == "create_multipart_upload" else None)

    def made() -> Iterator[bytes]:
        yield from pieces()
        assert asked.wait(60)
        filesystem.loop.call_later(0.05, go.set)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(store, made())
    assert not list(store.partials())


def test_memory_is_bounded(store: ObjectStore, filesystem: Any) -> None:
    """However slow the network is, only some parts are read from the file at once."""
    under_way, most = [0], [0]
    real = filesystem._call_s3

    async def call(method: str, *args: Any, **asked: Any) -> Any:
        if method != "upload_part":
            return await real(method, *args, **asked)
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        try:
            await asyncio.sleep(0)
            return await real(method, *args, **asked)
        finally:
            under_way[0] -= 1

    filesystem._call_s3 = call
    data = os.urandom(7 * PART)
    assert bytes(read_verified(store, write(store, data))) == data
    assert 1 < most[0] <= object_module.UPLOADS


def test_options_of_the_file_system_apply(store: ObjectStore, filesystem: Any) -> None:
    """Encryption, say: the requests are those of an object that is sent whole."""
    filesystem.s3_additional_kwargs = {
        "ServerSideEncryption": "AES256",
        "StorageClass": "STANDARD_IA",
    }
    pointer = write(store)
    bucket, _, prefix = store.root.partition("/")
    found = filesystem.call_s3("head_object", Bucket=bucket, Key=f"{prefix}/{pointer.path}")
    assert not is_named_by_digest(pointer)
    assert (found["ServerSideEncryption"], found["StorageClass"]) == ("AES256", "STANDARD_IA")


@pytest.fixture(scope="module")
def lasting(s3_endpoint: str) -> Any:
    """A client with the bucket ``examples``, for all examples of a property."""
    import s3fs

    made = s3fs.S3FileSystem(key="key", secret="secret", endpoint_url=s3_endpoint)
    made.mkdir("examples")
    return made


@settings(max_examples=10, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 4_000_000), max_size=12),
    seed=st.integers(0, 2**32),
)
def test_whatever_the_pieces_the_bytes_are_equal(lasting: Any, sizes: list[int], seed: Any) -> None:
    """Of every size, also of some whole parts, and a byte more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(object_module, "UPLOAD_PART", PART)
        patch.setattr(spool, "SPOOL", PIECE)
        store = ObjectStore(lambda: lasting, "examples/xcom", name="s3", patience=PATIENT)
        random = Random(seed)
        made = [random.randbytes(size) for size in (*sizes, PART - sum(sizes) % PART)]
        for data in (made, [*made, b"1"]):
            pointer = write(store, iter(data))
            assert bytes(read_verified(store, pointer)) == b"".join(data)
            assert store.delete(pointer.path)
        assert not list(store.partials())


@pytest.mark.parametrize("path", ["../x", "/x", "+partial/x"])
def test_a_path_that_leads_elsewhere_is_refused(store: ObjectStore, path: str) -> None:
    """As by every other method."""
    with pytest.raises(IntegrityError):
        store.stage_early(path)


class Reading(BaseModel):
    number: int
    value: float


@pytest.mark.parametrize("keys", [(), (b"k" * 32,)], ids=["unsigned", "signed"])
@pytest.mark.parametrize("table_format", ["arrow", "parquet"])
def test_a_table_comes_back_and_the_cache_has_it(
    store: ObjectStore, filesystem: Any, tmp_path: Path, keys: Any, table_format: Any
) -> None:
    """It is copied into the cache of its worker as any other, so the next task fetches nothing."""
    cache = Cache(tmp_path / "cache", limit=10**9)
    far = Stores(lambda name: store, keys=keys)
    near = replace(far, cache=cache)
    random = Random(1)
    table = pa.table(
        {"number": range(1_200_000), "value": [random.random() for _ in range(1_200_000)]}
    )
    codec = Promise(Table[Reading], schema_of(Table[Reading])).codec
    calls = spied(filesystem)
    entry = codec.write(table, Placement(near, AT, "s3", table_format))
    assert "create_multipart_upload" in calls
    assert "put_object" not in calls
    assert not is_named_by_digest(parse(entry))
    assert codec.read(entry, far).equals(codec.check(table))
    calls.clear()
    assert codec.read(entry, near).equals(codec.check(table))
    assert calls == []
