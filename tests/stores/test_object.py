"""An object store ends every call: with the bytes that were written, or with an error."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from datetime import datetime, timezone

import pytest

from tests.stores.faultys3 import store_on
from typedxcom.errors import IntegrityError, PointerNotFoundError, StoreError
from typedxcom.pointer import Coordinates
from typedxcom.stores import deadline, progress, spool
from typedxcom.stores import object as object_module
from typedxcom.stores.deadline import Patience, TimedOutError, call_filesystem, safe_text
from typedxcom.stores.object import ObjectStore
from typedxcom.stores.verified import read_verified, write_object

AT = Coordinates("dag", "run", "task")
PATIENT = Patience(timeout=60, deadline=300, tries=3, backoff=0)
QUICK = Patience(timeout=0.5, deadline=60, tries=3, backoff=0)  # for servers that hang


@pytest.fixture
def store(faulty):
    """A store on that server, whose client does not try again on its own."""
    return store_on(faulty, PATIENT)


def hurried(faulty, patience):
    """A store with little patience, whose client is made: that may take longer than it has."""
    store = store_on(faulty, PATIENT)
    list(store.list())
    store.patience = patience
    return store


def write(store, data=b"12345"):
    return write_object(store, AT, data, codec="bytes", ext="bin", about="bytes")


# Hangs


def test_a_hung_server_is_given_up(faulty):
    """The error comes while the server still holds the request, which it would do for ever."""
    store = hurried(faulty, QUICK)
    faulty.fault = faulty.hold
    with pytest.raises(StoreError, match="did not answer in time") as told:
        write(store)
    assert faulty.held > 0
    assert not faulty.release.is_set()
    assert type(told.value) is StoreError


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_every_call_ends_on_a_hung_server(faulty, store, method):
    """Whichever request it is that is not answered."""
    pointer = write(store)
    quick = hurried(faulty, Patience(timeout=60, deadline=2, tries=1))
    faulty.fault = lambda handler: handler.command == method and faulty.hold(handler)
    calls = {
        "GET": lambda: quick.read(pointer.path, size=5),
        "HEAD": lambda: quick.size(pointer.path),
        "PUT": lambda: quick.write("a/b", b"1"),
        "DELETE": lambda: quick.delete(pointer.path),
    }
    with pytest.raises(StoreError, match="did not answer"):
        calls[method]()
    assert faulty.held > 0


def test_the_deadline_ends_the_tries(faulty):
    """With tries left, no further one is begun after it."""
    store = hurried(faulty, Patience(timeout=60, deadline=1, tries=1000, backoff=0))
    faulty.fault = faulty.hold
    with pytest.raises(StoreError, match="did not answer"):
        store.size("a/b")
    assert faulty.held > 0
    assert len(faulty.log) < 1000


def test_a_hang_that_passes_is_survived(faulty):
    """The request that hangs is cancelled, and the next try works."""
    store = hurried(faulty, Patience(timeout=3, tries=3, backoff=0))
    faulty.times(1, "PUT", faulty.hold)
    assert bytes(read_verified(store, write(store))) == b"12345"


class Stuck:
    """A synchronous file system that never answers."""

    async_impl = False

    def __init__(self):
        self.called, self.release = threading.Event(), threading.Event()

    def invalidate_cache(self):
        pass

    def info(self, path):
        self.called.set()
        self.release.wait()
        raise FileNotFoundError(path)


def test_a_synchronous_file_system_is_given_up_too():
    """Its thread is left behind, and does not keep the process alive."""
    stuck = Stuck()
    store = ObjectStore(lambda: stuck, "root", name="stuck", patience=Patience(0.2, 1, tries=1))
    with pytest.raises(StoreError, match="did not answer"):
        store.size("a/b")
    assert stuck.called.is_set()
    assert not stuck.release.is_set()
    left = [one for one in threading.enumerate() if one.name == "typedxcom-store"]
    assert all(thread.daemon for thread in left)
    stuck.release.set()
    for thread in left:
        thread.join()


def test_an_interrupt_ends_the_wait(faulty, store, monkeypatch):
    """Airflow's task timeout raises from a signal: the request is cancelled, not left behind."""
    import concurrent.futures

    cancelled = []

    class Interrupted(concurrent.futures.Future):
        def result(self, timeout=None):
            raise KeyboardInterrupt

        def cancel(self):
            cancelled.append(True)
            return super().cancel()

    monkeypatch.setattr(deadline, "in_thread", lambda function: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        call_filesystem(Stuck(), "info", 60, "a")
    assert cancelled == [True]


# Refusals


@pytest.mark.parametrize("method", ["PUT", "GET", "HEAD"])
@pytest.mark.parametrize("fault", ["unavailable", "reset"])
def test_a_fault_that_passes_is_survived(faulty, store, method, fault):
    """Twice 503 or a reset connection, then the object."""
    if method == "GET":
        pointer = write(store)
        faulty.times(2, method, lambda handler: getattr(handler, fault)())
    else:
        faulty.times(2, method, lambda handler: getattr(handler, fault)())
        pointer = write(store)
    assert bytes(read_verified(store, pointer)) == b"12345"
    assert list(faulty.objects.values()) == [b"12345"]


def test_a_lost_answer_is_survived(faulty, store):
    """The server has the object, and its yes got lost: the second try finds or writes the same."""

    def lose(handler):
        faulty.objects[handler.name] = handler._unchunked()
        return handler.reset()

    faulty.times(1, "PUT", lose)
    pointer = write(store)
    assert list(faulty.objects.values()) == [b"12345"]
    assert bytes(read_verified(store, pointer)) == b"12345"


@pytest.mark.parametrize("fault", ["unavailable", "reset"])
def test_a_fault_for_ever_is_an_error_that_a_retry_may_mend(faulty, store, fault):
    """After the tries, with the address and without credentials."""
    faulty.fault = lambda handler: handler.command == "PUT" and getattr(handler, fault)()
    with pytest.raises(StoreError) as told:
        write(store)
    assert type(told.value) is StoreError
    assert "s3://bucket/root/dag/run/task" in str(told.value)
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None
    assert not faulty.objects


def test_a_refused_secret_is_not_tried_again(faulty, store):
    """Waiting does not help there."""
    body = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    faulty.fault = lambda handler: handler.command == "GET" and handler.answer(403, body)
    with pytest.raises(StoreError, match="Denied"):
        store.read("a/b", size=1)
    assert faulty.log.count("GET bucket/root/a/b") == 1


# Wrong bytes


def broken_body(change):
    def fault(handler):
        data = handler.server.s3.objects[handler.name]
        return handler.answer(206, change(data), ETag='"0"')

    return fault


BREAKS = {
    "short": lambda data: data[:-1],
    "empty": lambda data: b"",
    "long": lambda data: data + b"6",
    "flipped": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "replaced": lambda data: b"54321",
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_wrong_bytes_on_the_way_are_read_again(faulty, store, change):
    """A consistent length or a flipped bit is no error for any client; for us it is one."""
    pointer = write(store)
    faulty.times(1, "GET", broken_body(change))
    assert bytes(read_verified(store, pointer)) == b"12345"


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_wrong_bytes_at_rest_are_never_returned(faulty, store, change):
    """An error that no retry mends, and that shows no bytes."""
    pointer = write(store)
    [name] = faulty.objects
    faulty.objects[name] = change(b"12345")
    with pytest.raises(IntegrityError, match="task 'x'") as told:
        read_verified(store, pointer, subject="XCom of task 'x'")
    assert "12345" not in str(told.value)
    assert "54321" not in str(told.value)


def test_a_body_that_breaks_off_is_an_error(faulty, store):
    """The length says more than comes."""
    pointer = write(store)

    def cut(handler):
        handler.answer(206, b"12", length="5")
        return handler.reset()

    faulty.fault = lambda handler: handler.command == "GET" and cut(handler)
    with pytest.raises(StoreError):
        read_verified(store, pointer)
    faulty.times(1, "GET", cut)
    assert bytes(read_verified(store, pointer)) == b"12345"


def test_a_longer_object_is_not_loaded(faulty, store):
    """A forged size of 5 bytes does not fetch what a giant put there."""
    pointer = write(store)
    [name] = faulty.objects
    faulty.objects[name] = b"x" * 1_000_000
    ranges = []
    faulty.fault = lambda handler: ranges.append(handler.headers.get("Range"))
    with pytest.raises(IntegrityError):
        store.read(pointer.path, size=5)
    assert "bytes=0-5" in ranges


# Large objects


def test_a_large_object_is_read_in_parts(faulty, store, monkeypatch, caplog):
    """Each under its own timeout; the log tells how far it is."""
    monkeypatch.setattr(object_module, "PART", 100_000)
    monkeypatch.setattr(progress, "EVERY_BYTES", 150_000)
    data = bytes(range(256)) * 1000
    pointer = write(store, data)
    caplog.set_level(logging.INFO, "typedxcom")
    faulty.times(1, "GET", lambda handler: handler.reset())
    assert bytes(read_verified(store, pointer)) == data
    assert memoryview(store.read(pointer.path, size=len(data))).readonly
    assert "Read 200,000 of 256,000 bytes" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.services
def test_a_large_object_goes_by_way_of_the_disk(s3, bucket, monkeypatch):
    """Streamed pieces wait in a temporary file, which is gone afterwards."""
    monkeypatch.setattr(spool, "SPOOL", 1000)
    store = ObjectStore(s3, bucket, name="s3")
    with store.stage() as staged:
        for _ in range(10):
            staged.write(b"x" * 500)
        file = staged.file.stat()
        staged.commit("a/b")
    with contextlib.suppress(FileNotFoundError):  # or another file has its number by now
        now = staged.file.stat()
        assert (now.st_dev, now.st_ino) != (file.st_dev, file.st_ino)
    assert bytes(store.read("a/b", size=5000)) == b"x" * 5000


@pytest.mark.services
def test_a_multipart_upload_is_completed_or_aborted(s3, bucket, tmp_path, monkeypatch):
    """Parts that were sent before a failure do not stay behind."""
    monkeypatch.setattr(object_module, "UPLOAD_PART", 5 * 2**20)
    filesystem = s3()
    store = ObjectStore(lambda: filesystem, f"{bucket}/xcom", name="s3", patience=PATIENT)
    file = tmp_path / "large"
    file.write_bytes(b"z" * 12 * 2**20)
    calls, sent, two_sent = [], set(), asyncio.Event()
    real = type(filesystem)._call_s3

    async def call(method, *args, **kwargs):
        calls.append(method)
        if kwargs.get("PartNumber") == 3:  # s3fs does not stop the parts that are under way
            await two_sent.wait()
            raise PermissionError("Access Denied")
        answer = await real(filesystem, method, *args, **kwargs)
        sent.update({kwargs["PartNumber"]} if method == "upload_part" else ())
        if len(sent) == 2:
            two_sent.set()
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(filesystem, "_call_s3", call)
        with pytest.raises(StoreError, match="Denied"):
            store.put_file("a/b", file)
    assert "abort_multipart_upload" in calls
    assert not list(store.list())
    assert not list(store.partials())
    store.put_file("a/b", file)
    assert bytes(store.read("a/b", size=12 * 2**20)) == b"z" * 12 * 2**20


@pytest.mark.services
def test_an_upload_that_a_killed_process_left_is_found_and_aborted(s3, bucket):
    """Under the store's own prefix only."""
    store, filesystem = ObjectStore(s3, f"{bucket}/xcom", name="s3"), s3()
    for key in ("xcom/a/b", "xcommon/a", "other", "xcom/not ours"):
        filesystem.call_s3("create_multipart_upload", Bucket=bucket, Key=key)
    [partial] = store.partials()
    assert partial.path.startswith("a/b?upload=")
    assert store.delete_partial(partial.path) is True
    assert store.delete_partial(partial.path) is False
    assert not list(store.partials())
    assert len(filesystem.list_multipart_uploads(bucket)) == 3


@pytest.mark.parametrize("path", ["a/b", "a/b?upload=", "../b?upload=1", "?upload=1"])
def test_only_uploads_are_deleted_as_partials(memory_filesystem, path):
    """The sweep's way around `confine` is as narrow."""
    store = ObjectStore(memory_filesystem, "root", name="memory")
    with pytest.raises(IntegrityError):
        store.delete_partial(path)


# The rest


def test_a_client_is_made_once_in_each_process(memory_filesystem, monkeypatch):
    """Connections do not survive a fork."""
    made = []

    def make():
        made.append(1)
        return memory_filesystem()

    store = ObjectStore(make, "root", name="memory")
    assert not made
    store.write("a", b"1")
    store.delete("a")
    assert len(made) == 1
    monkeypatch.setattr("os.getpid", lambda: -5)
    with pytest.raises(PointerNotFoundError):
        store.size("a")
    assert len(made) == 2


def test_an_unknown_error_of_a_client_is_a_store_error():
    """Its text is shortened and bare of secrets."""

    class Broken(Stuck):
        def info(self, path):
            raise RuntimeError("https://user:pass@host/x?X-Amz-Signature=abc " + "y" * 1000)

    store = ObjectStore(Broken, "root", name="broken", patience=Patience(tries=1))
    with pytest.raises(StoreError, match="RuntimeError") as told:
        store.size("a")
    assert "pass" not in str(told.value)
    assert "abc" not in str(told.value)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://u:p@h/a?b=c d", "ValueError: http://***@h/a?*** d"),
        ("", "ValueError"),
        ("a\nb", "ValueError: a b"),
        ("x" * 300, "ValueError: " + "x" * 200),
    ],
)
def test_error_texts_are_safe(text, shown):
    """One line, cut, without what may be secret in a URL."""
    assert safe_text(ValueError(text)) == shown


def test_a_size_allows_more_time():
    """A large object is not given up while its bytes come at the slowest rate that counts."""
    given = []
    Patience(timeout=1, deadline=5, rate=10).run(given.append, size=100)
    assert given == [11]


def test_tries_are_counted():
    """As many as asked for, and none after an error that waiting does not mend."""
    tried = []

    def fail(error):
        def attempt(seconds):
            tried.append(seconds)
            raise error

        return attempt

    for error, tries in (
        (TimedOutError(), 4),
        (OSError(), 4),
        (FileNotFoundError(), 1),
        (TypeError(), 1),
    ):
        tried.clear()
        with pytest.raises(type(error)):
            Patience(tries=4, backoff=0).run(fail(error))
        assert len(tried) == tries


@pytest.mark.parametrize(
    "info",
    [
        {"LastModified": datetime(2026, 1, 2, tzinfo=timezone.utc)},
        {"last_modified": datetime(2026, 1, 2)},
        {"mtime": 1767312000},
        {"mtime": 1767312000.0},
        {"updated": "2026-01-02T00:00:00Z"},
        {"LastModified": "", "created": datetime(2026, 1, 2)},
    ],
    ids=lambda info: next(iter(info)),
)
def test_every_spelling_of_a_date_is_read(info):
    """S3, Azure, Google and fsspec's own file systems each have one."""
    assert object_module._modified(info) == datetime(2026, 1, 2, tzinfo=timezone.utc)
