"""File systems for the tests of stores."""

from __future__ import annotations

import itertools
import logging
import urllib.request

import pytest

from tests.stores.faultys3 import serving

_numbers = itertools.count()


@pytest.fixture
def memory_filesystem():
    """fsspec's file system in memory, emptied."""
    from fsspec.implementations.memory import MemoryFileSystem

    filesystem = MemoryFileSystem(skip_instance_cache=True)
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]
    yield lambda: filesystem
    filesystem.store.clear()


@pytest.fixture
def faulty():
    """An S3 server that fails on demand."""
    with serving() as (server, url):
        server.url = url
        yield server


@pytest.fixture(scope="session")
def s3_endpoint():
    """The URL of an S3 server (moto) on this machine."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    # Objects that are still there complain when the interpreter goes.
    urllib.request.urlopen(f"http://{host}:{port}/moto-api/reset", data=b"").close()
    server.stop()


@pytest.fixture
def s3(s3_endpoint):
    """Makes s3fs on that server."""
    import s3fs

    def make():
        return s3fs.S3FileSystem(key="key", secret="secret", endpoint_url=s3_endpoint)

    return make


@pytest.fixture
def bucket(s3):
    """An empty bucket."""
    name = f"bucket-{next(_numbers)}"
    s3().mkdir(name)
    return name
