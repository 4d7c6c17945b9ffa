"""The fixtures of the harness: ``pytest_plugins = ["tests.harness.fixtures"]`` in a conftest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

import pytest

from .celery import Redis
from .ceph import Ceph, has_ceph
from .postgres import Postgres, find_postgres
from .rows import Rows
from .stack import Stack

__all__ = [
    "ceph",
    "forgotten",
    "missing",
    "postgres",
    "roundtrip",
    "roundtrip_postgres",
    "roundtrip_sqlite",
    "stack",
    "started",
]

S = TypeVar("S", Postgres, Ceph, Stack, Redis)
Through = Callable[[Any], Any]


@pytest.fixture
def forgotten() -> Iterator[Callable[[], None]]:
    """Forget the settings and stores that a process keeps, before and after; call it to do so."""
    _forget()
    yield _forget
    _forget()


def _forget() -> None:
    from typedxcom.airflow import config, deployment, modes
    from typedxcom.airflow.running import stores

    kept = (config.settings, config.signing_keys, stores.bound)
    for cache in (*kept, stores.open_store, stores.stores, stores.stores_lists):
        cache.cache_clear()
    deployment.forget()
    modes.forget()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server."""
    if (binaries := find_postgres()) is None:
        missing("PostgreSQL is not installed")
    yield from started(Postgres(binaries))


@pytest.fixture(scope="session")
def ceph() -> Iterator[Ceph]:
    """A running S3 server."""
    if not has_ceph():
        missing("Ceph is not installed: radosgw, ceph-mon, ceph-osd, ceph-common")
    yield from started(Ceph())


@pytest.fixture(scope="session")
def stack(postgres: Postgres) -> Iterator[Stack]:
    """A running Airflow deployment with a triggerer."""
    yield from started(Stack(postgres, triggerer=True))


@pytest.fixture(scope="session")
def roundtrip_sqlite() -> Iterator[Through]:
    """A function that sends a JSON value through an XCom row on SQLite."""
    yield from _through(Rows())


@pytest.fixture(scope="session")
def roundtrip_postgres(postgres: Postgres) -> Iterator[Through]:
    """A function that sends a JSON value through an XCom row on PostgreSQL."""
    yield from _through(Rows(postgres.airflow_database("rows")))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def roundtrip(request: pytest.FixtureRequest) -> Through:
    """A function that sends a JSON value through an XCom row, on one database after the other."""
    through: Through = request.getfixturevalue(f"roundtrip_{request.param}")
    return through


def _through(rows: Rows) -> Iterator[Through]:
    """Run a row server as long as its fixture lives."""
    try:
        rows.start()
        yield rows.through
    finally:
        rows.stop()


def started(server: S) -> Iterator[S]:
    """Run a server as long as its fixture lives; one that fails to start leaves nothing."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


def missing(reason: str) -> NoReturn:
    """Skip a test that lacks a server, or fail it where servers are promised."""
    if os.environ.get("TYPEDXCOM_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
