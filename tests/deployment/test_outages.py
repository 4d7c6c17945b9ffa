"""Servers and workers that die while tasks push; what dies is started again, as an init would do.

The value arrives, or the next try brings it, and what is left over is known.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deployment.sites import Site
from tests.harness.celery import CeleryStack
from tests.harness.postgres import Postgres

# Their workers outlive a scheduler, and can be killed without it.
pytestmark = [
    pytest.mark.services,
    pytest.mark.airflow,
    pytest.mark.on_sites("celery-stock", "celery-backend"),
]


def started(site: Site, dag: str, folder: Path) -> str:
    """A run both of whose values wait before their push."""
    run = site.stack.trigger(dag, conf={"folder": str(folder)})
    both = {folder / "ready_10", folder / "ready_60000"}
    site.stack.processes.wait("the pushes", lambda: all(path.exists() for path in both))
    return run


def has_database(site: Site) -> bool:
    """Whether the API server reaches its database."""
    return bool(site.stack.api("GET", "/monitor/health")["metadatabase"]["status"] == "healthy")


def test_a_database_that_restarts_during_a_push(
    site: Site, postgres: Postgres, tmp_path: Path
) -> None:
    """The pushes come while it is down."""
    dag = site.dag("paused")
    before = site.leftovers(dag)
    run = started(site, dag, tmp_path)
    with site.stack.processes.revived():
        postgres.stop()
        (tmp_path / "go").touch()
        site.stack.processes.wait("pushes", lambda: not list(tmp_path.glob("ready_*")))
        site.stack.processes.wait("refusals", lambda: not has_database(site))
        postgres.serve()
        site.wait(dag, run)
    victims = [site.stack.task_instances(dag, run)[f"victim[{index}]"] for index in (0, 1)]
    assert site.stack.xcom(dag, run, "read") == [one["try_number"] for one in victims]
    extra = site.leftovers(dag)
    for one in before:
        extra.remove(one)
    assert set(extra) <= {"victim/return_value"}


def test_a_worker_killed_with_all_its_tasks(site: Site, tmp_path: Path) -> None:
    """The scheduler misses the heartbeats, and another try brings each value."""
    dag = site.dag("paused")
    before = site.leftovers(dag)
    run = started(site, dag, tmp_path)
    assert site.leftovers(dag) == sorted([*before, "victim/return_value"])
    assert isinstance(site.stack, CeleryStack)
    site.stack.kill_workers(site.variant)
    site.wait(dag, run)
    assert site.stack.xcom(dag, run, "read") == [2, 2]
    assert site.leftovers(dag) == sorted([*before, "victim/return_value"])
