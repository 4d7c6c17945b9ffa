"""Every store that we ship keeps the promises of `StoreTests`."""

from __future__ import annotations

import pytest

from typedxcom.stores.local import LocalStore
from typedxcom.stores.memory import MemoryStore
from typedxcom.stores.object import ObjectStore
from typedxcom.testing import StoreTests


class TestLocalStore(StoreTests):
    @pytest.fixture
    def store(self, tmp_path):
        return LocalStore(tmp_path / "store")


class TestLocalStoreThatWaitsForTheDisk(StoreTests):
    @pytest.fixture
    def store(self, tmp_path):
        return LocalStore(tmp_path / "store", fsync=True)


class TestLocalStoreWithoutHardLinks(StoreTests):
    @pytest.fixture
    def store(self, tmp_path, monkeypatch):
        def refuse(*args, **kwargs):
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr("typedxcom.stores.local.os.link", refuse)
        return LocalStore(tmp_path / "store")


class TestMemoryStore(StoreTests):
    @pytest.fixture
    def store(self):
        return MemoryStore()


class TestObjectStoreOnFsspecMemory(StoreTests):
    @pytest.fixture
    def store(self, memory_filesystem):
        return ObjectStore(memory_filesystem, "/root/xcom", name="memory", url="memory://root/xcom")


@pytest.mark.services
class TestObjectStoreOnS3(StoreTests):
    @pytest.fixture
    def store(self, s3, bucket):
        return ObjectStore(s3, f"{bucket}/xcom", name="s3", url=f"s3://{bucket}/xcom")
