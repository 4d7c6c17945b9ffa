"""The cache of a worker over a real S3 server: one download, whoever reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.harness.ceph import Ceph
from tests.stores.far import AT, through
from typedxcom.errors import PointerNotFoundError
from typedxcom.stored import read_any_table, write_any_table
from typedxcom.stored.access import Placement
from typedxcom.stores import ObjectStore

pytestmark = pytest.mark.services
ROOT = Path(__file__).parents[2]
READER = """
import json, sys
from tests.services.test_cached_reads import open_store
from tests.stores.far import through
from typedxcom.stored import read_any_table
options, cache, entry = (json.loads(one) for one in sys.argv[1:])
print(read_any_table(entry, through(open_store(**options), cache)).nbytes)
"""


def open_store(bucket: str, **client: Any) -> ObjectStore:
    """A bucket, as a worker reaches it."""
    import s3fs

    def filesystem() -> Any:
        return s3fs.S3FileSystem(**client, skip_instance_cache=True)

    return ObjectStore(filesystem, f"{bucket}/xcom", name="far")


def test_a_worker_fetches_a_table_once(ceph: Ceph, tmp_path: Path) -> None:
    """Its tasks are processes of their own, and all but the first read without the server."""
    options = {
        "bucket": ceph.bucket("cached-reads"),
        "key": ceph.access_key,
        "secret": ceph.secret_key,
        "endpoint_url": ceph.endpoint,
    }
    store = open_store(**options)
    table = pa.table({"x": pc.random(500_000), "y": pc.random(500_000)})
    entry: Any = write_any_table(table, Placement(through(store, None), AT, "far"))

    def read(cache: str) -> str:
        arguments = map(json.dumps, (options, str(tmp_path / cache), entry))
        done = subprocess.run(
            [sys.executable, "-c", READER, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or done.stderr

    assert read("one worker") == str(table.nbytes)
    assert store.delete(entry["path"])
    assert read("one worker") == str(table.nbytes)
    assert read_any_table(entry, through(store, tmp_path / "one worker")).equals(table)
    assert "PointerNotFoundError" in read("another worker")
    with pytest.raises(PointerNotFoundError):
        read_any_table(entry, through(store, None))
