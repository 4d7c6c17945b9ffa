"""One object goes to an S3 server and comes back: s3fs, our store over it, and obstore.

The server is Ceph's gateway on this machine. "put" sends the bytes that memory holds, "get" reads
the whole object, and "8 ranges" reads eight parts of it, as `LazyTable` does for some columns: 64
KB each, or a sixteenth of a small object. Each client is made once, as in a task that goes on.

"typedxcom" is what tasks run: our store over s3fs, with a deadline for each request and without the
digests, which the codecs compute. "obstore" is a client in Rust, as it comes: with its own time
limits. [Why it is not taken](libraries.md#obstore) is on a page of its own. We measure wall time
and the CPU time of the client.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.running import Case, Services

TITLE = "Clients of object stores"
METRICS = [
    {"key": "seconds", "title": "time", "unit": "s", "beside": "typedxcom"},
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "typedxcom"},
]
_CONTENDERS = ("typedxcom", "s3fs", "obstore")
_RANGES = 8
_BUCKET = "clients"


def cases(size: str) -> list[Case]:
    """Small, middling and large objects."""
    sizes = {"full": (64, 1_024, 16_384, 131_072), "quick": (1_024,), "tiny": (64,)}[size]
    return [
        Case(
            f"{kilobytes // 1024} MB, {way}" if kilobytes >= 1024 else f"{kilobytes} KB, {way}",
            {"size": kilobytes * 1024, "way": way},
            _CONTENDERS,
            rounds=5 if size == "full" else 1,
            least=0.5 if size == "full" else 0.05,
        )
        for kilobytes in sizes
        for way in ("put", "get", f"{_RANGES} ranges")
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """Ceph, in full size if it is installed here."""
    from tests.harness.ceph import Ceph, has_ceph

    if size != "full" or not has_ceph():
        yield Services()
        return
    from tests.harness import env

    env.prepare()
    server = Ceph(memory=4 * 2**30)
    try:
        server.start()
        server.bucket(_BUCKET)
        keys = {"key": server.access_key, "secret": server.secret_key, "url": server.endpoint}
        yield Services({
            "BENCH_CLIENTS": json.dumps(keys),
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
        })  # fmt: skip
    finally:
        server.stop()


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """A function that moves the bytes once."""
    if "BENCH_CLIENTS" not in os.environ:
        raise ImportError("Ceph is not started for this size, or not installed")
    client = _CLIENTS[contender](**json.loads(os.environ["BENCH_CLIENTS"]))
    size, path = params["size"], f"{contender}/{params['size']}"
    data = os.urandom(size)
    client.put(path, data)
    assert bytes(client.get(path, size)) == data
    if params["way"] == "put":
        return lambda: client.put(path, data)
    if params["way"] == "get":
        return lambda: client.get(path, size)
    length = min(64 * 1024, size // 16)
    starts = [number * (size // _RANGES) for number in range(_RANGES)]
    ranges = [(start, start + length) for start in starts]
    found = [bytes(part) for part in client.ranges(path, ranges)]
    assert found == [data[start:stop] for start, stop in ranges]
    return lambda: client.ranges(path, ranges)


class _S3fs:
    def __init__(self, key: str, secret: str, url: str) -> None:
        import s3fs

        self.filesystem = s3fs.S3FileSystem(key=key, secret=secret, endpoint_url=url)

    def put(self, path: str, data: bytes) -> None:
        self.filesystem.pipe_file(f"{_BUCKET}/{path}", data)

    def get(self, path: str, size: int) -> Any:
        return self.filesystem.cat_file(f"{_BUCKET}/{path}")

    def ranges(self, path: str, ranges: list[tuple[int, int]]) -> list[Any]:
        starts, stops = zip(*ranges, strict=True)
        paths = [f"{_BUCKET}/{path}"] * len(ranges)
        return list(self.filesystem.cat_ranges(paths, list(starts), list(stops)))


class _Typedxcom:
    def __init__(self, key: str, secret: str, url: str) -> None:
        import s3fs

        from typedxcom.stores.object import ObjectStore

        filesystem = s3fs.S3FileSystem(key=key, secret=secret, endpoint_url=url)
        self.store = ObjectStore(lambda: filesystem, _BUCKET, name="default")

    def put(self, path: str, data: bytes) -> None:
        self.store.write(path, data)

    def get(self, path: str, size: int) -> Any:
        return self.store.read(path, size=size)

    def ranges(self, path: str, ranges: list[tuple[int, int]]) -> list[Any]:
        return list(self.store.read_ranges(path, ranges))


class _Obstore:
    def __init__(self, key: str, secret: str, url: str) -> None:
        from obstore.store import S3Store

        self.store = S3Store(
            _BUCKET,
            endpoint=url,
            access_key_id=key,
            secret_access_key=secret,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )

    def put(self, path: str, data: bytes) -> None:
        import obstore

        obstore.put(self.store, path, data)

    def get(self, path: str, size: int) -> Any:
        import obstore

        return obstore.get(self.store, path).bytes()

    def ranges(self, path: str, ranges: list[tuple[int, int]]) -> list[Any]:
        import obstore

        starts, stops = zip(*ranges, strict=True)
        return list(obstore.get_ranges(self.store, path, starts=starts, ends=stops))


_CLIENTS: dict[str, Callable[..., Any]] = {
    "typedxcom": _Typedxcom,
    "s3fs": _S3fs,
    "obstore": _Obstore,
}
