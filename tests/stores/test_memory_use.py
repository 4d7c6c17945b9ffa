"""Streaming takes the memory of a piece, not of the object."""

from __future__ import annotations

import subprocess
import sys

import pytest

SIZE = 200_000_000  # bytes; each ceiling below is a fraction of it

PROGRAM = """
import resource, sys
from typedxcom.pointer import Coordinates, Pointer
from typedxcom.stores import *
from typedxcom.stores.deadline import Patience

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

def s3():
    import s3fs
    return s3fs.S3FileSystem(key="key", secret="secret", endpoint_url={endpoint!r})

local = LocalStore({root!r})
store = ObjectStore(s3, {bucket!r}, name="s3") if {bucket!r} else local
at, piece = Coordinates("dag", "run", "task"), bytes(range(256)) * 4000

def write():
    pieces = (piece for _ in range({size} // len(piece)))
    return write_object(store, at, pieces, codec="bytes", ext="bin", about="bytes")

def warm():  # what the clients themselves take
    store.write("warm", b"1"); store.read("warm", size=1)
"""
STEPS = {
    "write": "warm(); before = peak(); write()",
    "read_chunks": (
        "pointer = write(); before = peak()\n"
        "assert sum(len(part) for part in read_verified_chunks(store, pointer)) > 1e8"
    ),
    "forged": (
        "warm(); before = peak()\n"
        "for size in (2**50, 2**35):\n"
        "    forged = Pointer(about='', codec='bytes', store='s3', path='warm', size=size,\n"
        "        digest='xxh3:' + '0' * 32)\n"
        "    try: read_verified(store, forged)\n"
        "    except OSError as error: assert type(error).__name__ == 'IntegrityError'\n"
        "    else: raise SystemExit('it was read')"
    ),
}


def growth(step, tmp_path, endpoint="", bucket=""):
    """How much the peak memory of a process grows, in bytes; each step in one of its own."""
    program = PROGRAM.format(
        root=str(tmp_path / "store"), endpoint=endpoint, bucket=bucket, size=SIZE
    )
    # A child's peak starts at its parent's: the step runs in the child of a small process.
    spawn = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', sys.argv[1]]))"
    code = f"{program}\n{STEPS[step]}\nprint(peak() - before)"
    process = subprocess.run(
        [sys.executable, "-c", spawn, code], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    return int(process.stdout)


@pytest.mark.parametrize("step", STEPS)
def test_a_local_store_streams(tmp_path, step):
    """200 MB pass through less than 40."""
    assert growth(step, tmp_path) < SIZE / 5


@pytest.mark.services
@pytest.mark.parametrize("step", ["write", "forged"])
def test_an_object_store_streams(tmp_path, step, s3_endpoint, bucket):
    """200 MB of upload pass through a spool and the parts that are under way."""
    assert growth(step, tmp_path, s3_endpoint, bucket) < SIZE * 0.9
