"""The bucket policy of the security page, on Ceph: enough for a worker, and no more."""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import Any

import pytest

from typedxcom.errors import StoreError
from typedxcom.pointer import Coordinates
from typedxcom.stores import ObjectStore, Patience, purge, read_verified, write_object

pytestmark = pytest.mark.services
PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "security.md"
AT = Coordinates("dag", "run", "task")
ONCE = Patience(tries=1)


def policy(bucket: str, user: str) -> str:
    """The policy as the page has it, for one bucket and one user of Ceph."""
    [written] = re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.S)
    made = json.loads(written.replace("BUCKET", bucket))
    for statement in made["Statement"]:
        statement["Principal"] = {"AWS": [f"arn:aws:iam:::user/{user}"]}
    return json.dumps(made)


@pytest.fixture(scope="module")
def store_at(ceph: Any) -> Any:
    """Makes stores of a user who has nothing but the policy."""
    key, secret = secrets.token_hex(10), secrets.token_hex(20)
    keys = (f"--access-key={key}", f"--secret={secret}")
    ceph.admin("user", "create", "--uid=worker", "--display-name=worker", *keys)
    bucket = ceph.bucket("least-privilege")
    ceph.client().put_object(Bucket=bucket, Key="others/secret", Body=b"1")
    ceph.client().put_bucket_policy(Bucket=bucket, Policy=policy(bucket, "worker"))

    def make(prefix: str) -> ObjectStore:
        import s3fs

        def client() -> Any:
            return s3fs.S3FileSystem(
                key=key, secret=secret, endpoint_url=ceph.endpoint, skip_instance_cache=True
            )

        return ObjectStore(client, f"{bucket}/{prefix}", name="s3", patience=ONCE)

    return make


def test_the_policy_is_enough_for_a_worker_and_the_sweep(store_at: Any) -> None:
    """Write, read, write again, list, find unfinished uploads, delete and purge."""
    store = store_at("xcom")
    pointer = write_object(store, AT, b"12345", codec="bytes", ext="bin", about="bytes")
    write_object(store, AT, b"12345", codec="bytes", ext="bin", about="bytes")
    assert bytes(read_verified(store, pointer)) == b"12345"
    assert [stored.path for stored in store.list()] == [pointer.path]
    assert not list(store.partials())
    assert store.delete_unchanged(next(iter(store.list())))
    write_object(store, AT, b"12345", codec="bytes", ext="bin", about="bytes")
    assert purge(store, AT) == 1
    assert not list(store.list())


def test_the_policy_gives_nothing_outside_its_prefix(store_at: Any, ceph: Any) -> None:
    """Under another prefix of the same bucket nothing is read, written or deleted."""
    store = store_at("others")
    for use in (
        lambda: store.read("secret", size=1),
        lambda: store.write("new", b"1"),
        lambda: store.delete("secret"),
    ):
        with pytest.raises(StoreError, match="Could not"):
            use()
    assert ceph.keys("least-privilege", "others/") == {"others/secret"}
