"""Object stores of every kind, reached as users reach them: by the id of an Airflow connection."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from tests.harness.ceph import Ceph
from tests.harness.clouds import Azurite, GcsEmulator, Moto, find_azurite
from tests.harness.fixtures import missing, started
from typedxcom.airflow.running import stores
from typedxcom.backend import XComBackend
from typedxcom.errors import PointerNotFoundError, StoreError
from typedxcom.stores import Store
from typedxcom.stores.conditional import Azure
from typedxcom.stores.object import ObjectStore
from typedxcom.testing import StoreTests

pytestmark = [pytest.mark.services, pytest.mark.airflow]
AT: dict[str, Any] = {"task_id": "t", "dag_id": "d", "run_id": "r", "map_index": -1}
_NUMBERS = itertools.count()
Open = Callable[[str, dict[str, Any]], Store]


@pytest.fixture(scope="module")
def azurite() -> Iterator[Azurite]:
    """A running emulator of Azure."""
    if (program := find_azurite()) is None:
        missing("Azurite is not installed: make .azurite/synced")
    yield from started(Azurite(program))


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    """A running emulator of S3."""
    yield from started(Moto())


@pytest.fixture(scope="module")
def gcs() -> Iterator[GcsEmulator]:
    """A running emulator of Google's storage."""
    yield from started(GcsEmulator())


@pytest.fixture
def open_configured(monkeypatch: pytest.MonkeyPatch, forgotten: Callable[[], None]) -> Open:
    """Opens the store of an address as a task would; ``CLOUD`` in it stands for the connection.

    Its id is a new one each time, because Airflow keeps a file system for each id.
    """

    def open_it(address: str, connection: dict[str, Any]) -> Store:
        conn_id = f"cloud{next(_NUMBERS)}"
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", address.replace("CLOUD", conn_id))
        forgotten()
        return stores.open_store("default")

    return open_it


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A name for a bucket of this test alone."""
    return f"b{abs(hash(request.node.nodeid)):x}"


class CloudTests(StoreTests):
    """What a deployment does with a store, on top of what every store must do."""

    SIZES = (0, 1, 100_000)

    def test_a_backend_writes_reads_and_purges(self, store: Store) -> None:
        """A value goes out as a pointer, comes back equal, and is purged with its row."""
        table = pa.table({"x": [1, 2, 3]})
        kept = XComBackend.serialize_value(table, key="table", **AT)
        found = XComBackend.deserialize_value(SimpleNamespace(value=kept))
        assert found.equals(table)
        row = XComBackend.serialize_value(b"a" * 200_000, key="k", **AT)
        assert row["store"] == "default"
        assert XComBackend.deserialize_value(SimpleNamespace(value=row)) == b"a" * 200_000
        assert [one.path for one in store.list("d/r/t/-1/k")] == [row["path"]]
        self._purge(row)
        self._purge(kept)  # another row may name a table: the sweep knows
        assert [one.path for one in store.list()] == [kept["path"]]
        with pytest.raises(PointerNotFoundError):
            XComBackend.deserialize_value(SimpleNamespace(value=row))

    def _purge(self, row: Any) -> None:
        from typedxcom import backend
        from typedxcom.pointer import Coordinates

        token = backend._deleting.set(Coordinates("d", "r", "t", -1, "k"))
        try:
            XComBackend.purge(SimpleNamespace(value=row))
        finally:
            backend._deleting.reset(token)


class TestCeph(CloudTests):
    @pytest.fixture
    def store(self, ceph: Ceph, open_configured: Open, name: str) -> Store:
        return open_configured(f"s3://CLOUD@{ceph.bucket(name)}/xcom", ceph.connection())

    def test_a_wrong_secret_is_refused_and_not_told(
        self, ceph: Ceph, open_configured: Open, name: str
    ) -> None:
        """What the server refuses is a StoreError, which holds no secret."""
        thief = {**ceph.connection(), "password": "guessed-secret"}
        store = open_configured(f"s3://CLOUD@{ceph.bucket(name)}/xcom", thief)
        with pytest.raises(StoreError, match=f"s3://{name}/xcom/d/x") as told:
            store.write("d/x", b"bytes")
        assert "guessed-secret" not in str(told.value)
        assert not ceph.keys(name)


def test_the_body_of_an_async_task_opens_a_store(
    moto: Moto, open_configured: Open, name: str
) -> None:
    """Airflow's S3 file system starts an event loop, and a body that runs in one may be first."""
    moto.client().create_bucket(Bucket=name)

    async def body() -> bytes:
        store = open_configured(f"s3://CLOUD@{name}/xcom", moto.connection())
        store.write("d/x", b"bytes")
        return bytes(store.read("d/x", size=5))

    assert asyncio.run(body()) == b"bytes"


class TestAzure(CloudTests):
    @pytest.fixture
    def store(self, azurite: Azurite, open_configured: Open, name: str) -> Store:
        container = azurite.container(name)
        return open_configured(f"abfs://CLOUD@{container}/xcom", azurite.connection())

    def test_what_is_written_after_the_look_stays(
        self, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Azure compares the ETag of the listing: the object is another one by now."""
        for number in range(20):
            store.write(f"d/r/t/-1/k/{number:02}", b"12345")
        objects, delete = sorted(store.list(), key=lambda one: one.path), Azure.delete

        def write_first(self: Azure, call: Any, container: str, marks: Any) -> list[int]:
            store.write(objects[3].path, b"12345")
            store.delete(objects[4].path)
            return delete(self, call, container, marks)

        monkeypatch.setattr(Azure, "delete", write_first)
        states = store.delete_all_unchanged(objects)
        assert (states[3], states.count(True), states.count(False)) == (False, 18, 2)
        assert [one.path for one in store.list()] == [objects[3].path]


class TestGoogle(StoreTests):
    """Its provider cannot be installed beside Airflow 3.3: the store is opened without Airflow."""

    SIZES = (0, 1, 100_000)

    @pytest.fixture
    def store(self, gcs: GcsEmulator, name: str) -> Store:
        return ObjectStore(gcs.filesystem, f"xcom/{name}", name="default", url=f"gs://xcom/{name}")

    def test_a_run_is_deleted_with_two_requests(
        self, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One lists it, and one deletes all that is as it was listed before."""
        for number in range(20):
            store.write(f"d/r/t/-1/k/{number:02}", b"12345")
        objects = sorted(store.list(), key=lambda one: one.path)
        store.write(objects[3].path, b"12345")
        monkeypatch.setattr(ObjectStore, "delete_unchanged", None)
        states = store.delete_all_unchanged(objects)
        assert (states[3], states.count(True)) == (False, 19)
        assert [one.path for one in store.list()] == [objects[3].path]
