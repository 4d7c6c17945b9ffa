"""The deployments, one after the other: each executor and each XCom backend once.

``TYPEDXCOM_ALL_SITES=1`` runs everything on each executor with each backend, with 200
mapped instances, which takes 40 minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment.sites import ALL_SITES, DAGS, SITES, Site
from tests.harness.celery import CeleryStack, Redis, has_redis
from tests.harness.ceph import Ceph
from tests.harness.fixtures import missing, started
from tests.harness.postgres import Postgres
from tests.harness.stack import Stack

# Airflow imports the file systems of all its providers to make one.
PRELOAD = """\
import adlfs
import airflow.providers.amazon.aws.fs.s3
import airflow.providers.microsoft.azure.fs.adls
import s3fs
"""
BACKEND = {"AIRFLOW__CORE__XCOM_BACKEND": "typedxcom.backend.XComBackend"}


CHOSEN = SITES if ALL_SITES else ["celery-backend", "local-stock"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test runs on the chosen sites, or on those of its mark ``on_sites``."""
    if "site" in metafunc.fixturenames:
        marks = [mark.args for mark in metafunc.definition.iter_markers("on_sites")]
        sites = [name for name in CHOSEN if not marks or name in marks[0]]
        metafunc.parametrize("site", sites, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Finish with one site before the next one starts; other tests come first."""

    def turn(item: pytest.Item) -> int:
        name = getattr(item, "callspec", None) and item.callspec.params.get("site")
        return SITES.index(name) if name else -1

    items.sort(key=turn)


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A running Redis server."""
    if not has_redis():
        missing("Redis is not installed: redis-server")
    yield from started(Redis())


@pytest.fixture(scope="session")
def running() -> Iterator[dict[str, Stack]]:
    """The deployment that runs, by its name: only one at a time uses the machine."""
    stacks: dict[str, Stack] = {}
    try:
        yield stacks
    finally:
        for stack in stacks.values():
            stack.stop()


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, running: dict[str, Stack], postgres: Postgres) -> Site:
    """A deployment, and the XCom backend of its tasks."""
    name, _, variant = request.param.partition("-")
    if name not in running:
        for other in list(running):
            running.pop(other).stop()
        running[name] = start_celery(request) if name == "celery" else start_local(postgres)
    stack = running[name]
    if name == "celery":
        ceph: Ceph = request.getfixturevalue("ceph")
        return Site(stack, name, variant, lambda: s3_paths(ceph))
    if variant == "backend":
        stack.restart("scheduler", **BACKEND)
    return Site(stack, name, variant, lambda: file_paths(stack.folder / "xcom"))


def start_celery(request: pytest.FixtureRequest) -> Stack:
    """Two workers for each XCom backend; the store is a bucket, reached by a connection's id."""
    postgres, redis, ceph = map(request.getfixturevalue, ("postgres", "redis", "ceph"))
    store = f"s3://ceph@{ceph.bucket('celery')}/xcom"
    stack = CeleryStack(
        postgres,
        redis,
        "celery",
        triggerer=True,
        preload=PRELOAD,
        queues={"stock": {}, "backend": BACKEND},
        AIRFLOW__TYPEDXCOM__STORE=store,
    )
    start(stack)
    # The connection is made in Airflow's database, as a user would.
    found = ceph.connection()
    body = {**found, "connection_id": "ceph", "extra": json.dumps(found["extra"])}
    stack.api("POST", "/connections", json=body)
    return stack


def start_local(postgres: Postgres) -> Stack:
    """The LocalExecutor with a folder."""
    language = json.dumps({"tiny": {"classpath": "tiny_language.coordinator"}})
    stack = Stack(
        postgres,
        "local",
        triggerer=True,
        AIRFLOW__SDK__COORDINATORS=language,
        AIRFLOW__SDK__QUEUE_TO_COORDINATOR='{"tiny": "tiny"}',
    )
    start(stack)
    return stack


def start(stack: Stack) -> None:
    """Start a deployment, or leave nothing of it."""
    try:
        stack.start()
    except BaseException:
        stack.stop()
        raise
    for path in [*DAGS.glob("*_models.py"), DAGS / "tiny_language.py"]:
        stack.write_module(path.stem, path.read_text())


def s3_paths(ceph: Ceph) -> set[str]:
    """The objects of the Celery deployment's bucket, relative to the store's root."""
    keys = {key.removeprefix("xcom/") for key in ceph.keys("celery")}
    return {key for key in keys if not key.startswith(".typedxcom/")}


def file_paths(root: Path) -> set[str]:
    """The files below *root*, relative to it; not the records of whose they are."""
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    return {file for file in files if not file.startswith(".typedxcom/")}
