"""The cache of a worker, as its settings say, and what is counted of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.stores.far import FarStore, placed
from typedxcom.airflow.running import metrics
from typedxcom.airflow.running.cache import worker_cache
from typedxcom.errors import ConfigurationError
from typedxcom.stored.access import Stores
from typedxcom.stored.bytes import BYTES

pytestmark = pytest.mark.airflow
SETTING = "AIRFLOW__TYPEDXCOM__CACHE"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user who has set nothing."""
    monkeypatch.delenv(SETTING)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_it_is_on_in_the_users_cache_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without settings, it is in the user's own folder, with 2 GiB."""
    found = worker_cache()
    assert found is not None
    assert (found.root, found.limit) == (home / ".cache" / "typedxcom", 2 * 2**30)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "other"))
    found = worker_cache()
    assert found is not None
    assert found.root == home / "other" / "typedxcom"
    assert list(home.iterdir()) == []  # nothing is made before there is something to keep


@pytest.mark.parametrize("written", ["off", "Off", "False", "none"])
def test_it_can_be_switched_off(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word switches it off."""
    monkeypatch.setenv(SETTING, written)
    assert worker_cache() is None


def test_a_pod_has_none_unless_it_is_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one task leaves in its own pod, no other task finds."""
    monkeypatch.setenv("AIRFLOW_IS_K8S_EXECUTOR_POD", "True")
    assert worker_cache() is None
    monkeypatch.setenv(SETTING, "~/node")
    found = worker_cache()
    assert found is not None
    assert found.root == home / "node"


@pytest.mark.parametrize(
    ("name", "written"),
    [(SETTING, "some/folder"), (f"{SETTING}_LIMIT", "0"), (f"{SETTING}_LIMIT", "-1")],
)
def test_wrong_settings_are_told(
    name: str, written: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A setting that cannot be meant is an error that names it."""
    monkeypatch.setenv(name, written)
    with pytest.raises(ConfigurationError, match="cache"):
        worker_cache()


class Counter:
    """Airflow's metrics, remembered."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int, dict[str, str]]] = []

    def incr(self, name: str, count: int = 1, *, tags: dict[str, str]) -> None:
        self.seen.append((name, count, tags))


def test_hits_misses_and_bytes_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A read from the store is a miss; one from the cache is a hit, with the bytes saved."""
    counter = Counter()
    monkeypatch.setattr(metrics, "stats", lambda: counter)
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    monkeypatch.setenv(SETTING, str(tmp_path / "cache"))
    for name in ("DAG_ID", "TASK_ID"):  # a task that ran in this process leaves them behind
        monkeypatch.delenv(f"AIRFLOW_CTX_{name}", raising=False)
    store, data = FarStore(tmp_path / "far"), os.urandom(100_000)
    stores = Stores(lambda name: store, cache=worker_cache())
    entry: Any = BYTES.write(data, placed(stores))
    for file in (tmp_path / "cache").glob("boot-*/files/*.raw"):
        file.unlink()
    for _ in range(2):
        assert BYTES.value(entry, stores) == data
    tags = {"store": "far", "codec": "bytes"}
    assert counter.seen == [
        ("typedxcom.cache.misses", 1, tags),
        ("typedxcom.cache.hits", 1, tags),
        ("typedxcom.cache.bytes", 100_000, tags),
    ]


def test_nothing_is_counted_where_nobody_counts() -> None:
    """On stock settings the cache has no observer at all."""
    assert metrics.cache_observer() is None
