"""Whatever happens to runs and rows, each stored object is named by a row or known to be left over.

The leftovers are counted past typedxcom: the paths in the database against the paths in the store.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tests.deployment.sites import Site

pytestmark = [pytest.mark.services, pytest.mark.airflow]


def test_tries_leave_no_object_that_the_backend_could_remove(site: Site) -> None:
    """A retry and a cleared task store new values; our backend removes the old ones.

    But for tables: a row of another task may name one that was passed on, so the sweep removes it.
    """
    dag = site.dag("tries")
    run = site.run(dag)
    assert site.stack.task_instances(dag, run)["flaky"]["try_number"] == 2
    assert site.stack.xcom(dag, run, "read") == 2
    first = [] if site.variant == "backend" else ["flaky/draft"]
    assert site.leftovers(dag) == first

    site.stack.clear(dag, run, "flaky", "read")
    site.wait(dag, run)
    assert site.stack.xcom(dag, run, "read") == 3
    second = [] if site.variant == "backend" else ["flaky/draft"]
    assert site.leftovers(dag) == sorted([*first, *second, "flaky/return_value"])
    assert len(site.named(dag)) == 3


def test_a_killed_task_leaves_nothing_partial(site: Site) -> None:
    """Its retry brings the value; the object that the killed try had written is known."""
    dag = site.dag("killed")
    before = site.partials()
    run = site.run(dag)
    tries = {one["try_number"] for one in site.stack.task_instances(dag, run).values()}
    assert tries == {1, 2}
    assert site.stack.xcom(dag, run, "read") == [2, 2, 2, 2]
    assert len(site.named(dag)) == 4
    # The row that was pushed before the end tells our backend what to remove.
    pushed = ["victim/return_value"] * (site.variant == "stock")
    assert site.leftovers(dag) == ["victim/return_value", *pushed]
    # A half sent object is none in a bucket; on a disk it lies aside, without a name.
    assert len(site.partials() - before) == (site.name == "local")


def test_deletions_leave_objects_of_no_row(site: Site) -> None:
    """An XCom, a run and a DAG that are deleted leave their objects: Airflow tells no backend."""
    dag = site.dag("crowd")
    before = site.leftovers(dag)
    first = site.run(dag, n=1)
    site.run(dag, n=2)

    site.stack.delete_xcom(dag, first, "table")
    assert site.leftovers(dag) == sorted([*before, "table/return_value"])
    site.stack.delete_run(dag, first)
    known = sorted([*before, "table/return_value", "text/return_value"])
    assert site.leftovers(dag) == known

    # The objects of a DAG that is gone are left; one that is still there keeps its own.
    stored, others = site.stored(), site.named() - site.named(dag)
    site.stack.delete_dag(dag)
    assert not site.named(dag)
    assert site.named() == others
    assert site.stored() == stored


def test_a_clean_database_leaves_objects_of_no_row(site: Site) -> None:
    """`airflow db clean` deletes old runs with their rows and never asks a backend."""
    dag = site.dag("tries")
    site.run(dag)
    stored = site.stored(dag)
    later = (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()
    chosen = ("--dag-ids", dag, "--tables", "dag_run,task_instance,xcom")
    options = ("--skip-archive", "--yes")
    site.stack.airflow("db", "clean", "--clean-before-timestamp", later, *chosen, *options)
    assert not site.named(dag)
    assert site.stored(dag) == stored
