"""The typed parameters of a DAG on a real executor, whoever starts the run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.deployment.sites import Site
from tests.harness.stack import ApiError

pytestmark = [pytest.mark.services, pytest.mark.airflow, pytest.mark.on_sites("local-stock")]


def started_by(site: Site, dag: str, prefix: str) -> str:
    """The id of the run of *dag* that begins with *prefix*, once it is there."""

    def probe() -> Any:
        found = site.stack.api("GET", f"/dags/{dag}/dagRuns")["dag_runs"]
        ids = [run["dag_run_id"] for run in found if run["dag_run_id"].startswith(prefix)]
        return ids[0] if ids else None

    return str(site.stack.processes.wait(f"a run {prefix}", probe, every=0.3))


def test_values_arrive_as_their_types_from_everywhere(site: Site) -> None:
    """REST, commands, backfills, schedules, assets and other DAGs start runs; wrong conf none."""
    dag = site.dag("params")
    runs = {site.stack.trigger(dag, conf={"day": "2024-02-29", "region": "us"}): "29.02.2024 5 US"}
    with pytest.raises(ApiError, match=r"400.*0 is less than the minimum of 1"):
        site.stack.trigger(dag, conf={"limit": 0})
    wrong = json.dumps({"day": "2023-02-29"})
    with pytest.raises(RuntimeError, match="is not a 'date'"):
        site.stack.airflow("dags", "trigger", dag, "--conf", wrong)
    right = json.dumps({"limit": 9})
    site.stack.airflow("dags", "trigger", dag, "--conf", right, "--run-id", "by_hand")
    runs["by_hand"] = "02.01.2024 9 EU"
    days = ("--from-date", "2024-03-01", "--to-date", "2024-03-01")
    site.stack.airflow("backfill", "create", "--dag-id", dag, *days)
    for prefix in ("backfill__", "scheduled__"):
        runs[started_by(site, dag, prefix)] = "02.01.2024 5 EU"
    by_asset = f"{dag}_on_asset"
    assets = site.stack.api("GET", "/assets", params={"name_pattern": dag})["assets"]
    ids = {one["name"]: one["id"] for one in assets}
    site.stack.api("POST", "/assets/events", json={"asset_id": ids[dag]})
    run = started_by(site, by_asset, "asset_triggered__")
    site.wait(by_asset, run)
    assert site.stack.xcom(by_asset, run, "reads") == "02.01.2024 5 EU"
    site.run(f"{dag}_starter")
    other = site.stack.sql(
        "SELECT run_id FROM dag_run WHERE dag_id = %s AND conf::text LIKE %s", dag, "%2025-05-06%"
    )
    runs[other[0][0]] = "06.05.2025 5 US"
    for run, expected in runs.items():
        site.wait(dag, run)
        assert site.stack.xcom(dag, run, "reads") == expected
