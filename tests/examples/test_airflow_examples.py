"""Airflow's own example DAGs do the same with typedxcom's names as with Airflow's.

Each file runs as it is and with its imports swapped. The states of run and tasks, the kinds of the
errors and the XCom rows have to be equal; a row that holds a time, a path or a random number has to
be of equal shape. The type checker's view of the same swap is in `tests/mypy/test_examples.py`.
"""

from __future__ import annotations

import datetime
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.harness.dagtest import DagResult, load_dags, run_dag
from tests.harness.examples import FOLDERS, copy_examples, swap

pytestmark = pytest.mark.airflow

WHEN = datetime.datetime(2026, 6, 1, tzinfo=datetime.timezone.utc)  # after every start_date

# Each file that runs, with the configuration of its runs.
RUN: dict[str, dict[str, Any] | None] = {
    "example_asset_alias": None,
    "example_asset_decorator": None,
    "example_asset_state_store": None,
    "example_asset_with_watchers": None,
    "example_bash_decorator": None,
    "example_branch_python_dop_operator_3": None,
    "example_display_name": None,
    "example_dynamic_task_mapping": None,
    "example_failed_dag": None,
    "example_measurement_correction_decorator": None,
    "example_nested_branch_dag": None,
    "example_outlet_event_extra": None,
    "example_params_trigger_ui": None,
    "example_passing_params_via_test_command": {"foo": "bar"},
    "example_sensor_decorator": None,
    "example_setup_teardown_taskflow": None,
    "example_short_circuit_decorator": None,
    "example_simplest_dag": None,
    "example_task_group_decorator": None,
    "example_task_state_store": None,
    "example_task_state_store_mapped": None,
    "example_trigger_target_dag": {"message": "hello"},
    "example_xcom": None,
    "example_xcomargs": None,
    "tutorial_taskflow_api": None,
    "tutorial_taskflow_templates": None,
}

NOT_RUN = {
    "example_asset_partition": "21 DAGs of tasks that only print take as long as all others",
    "example_branch_operator_decorator": "installs numpy from the network",
    "example_dag_decorator": "asks httpbingo.org for the address",
    "example_hitl_operator": "waits for a person",
    "example_inlet_event_extra": "its asset has the URI of example_outlet_event_extra's, but another "
    "name: only one of them can be active",
    "example_kubernetes_executor": "wants a Kubernetes cluster",
    "example_local_kubernetes_executor": "wants a Kubernetes cluster",
    "example_params_ui_tutorial": "wants the required fields of its form",
    "example_python_decorator": "installs colorama from the network",
    "example_retry_policy": "asks api.example.com",
    "example_task_state_store_async": "fails as it is: no `aget` in the task SDK of Airflow 3.3.2",
    "tutorial_objectstorage": "asks opendata.fmi.fi, and writes to S3",
    "tutorial_taskflow_api_virtualenv": "installs funcsigs from the network",
}

FAILS = {"example_failed_dag"}

# Rows of these tasks hold what differs from run to run.
VARYING = {
    "get_file_stats": "the path of the DAG file and its times",
    "load": "a random number of records",
    "process_table": "the time, and a random number of rows",
    "run_job": "a random number of rows",
}


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two copies of the examples: as they are, and swapped."""
    target = tmp_path_factory.mktemp("examples")
    copy_examples(target / "stock")
    copy_examples(target / "swapped")
    for file in (target / "swapped").rglob("*.py"):
        file.write_text(swap(file.read_text()))
    return target


def find(folder: Path, name: str) -> Path:
    """The file of an example, wherever it is."""
    (found,) = (path for home in FOLDERS for path in (folder / home).rglob(f"{name}.py"))
    return found


def run_file(path: Path, conf: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    """Run every DAG of a file, by name: a consumer's asset is made by a DAG before it."""
    dags = load_dags(path)
    return {
        name: seen(run_dag(dags[name], run_conf=conf, logical_date=WHEN)) for name in sorted(dags)
    }


def shape(value: Any) -> Any:
    """What is left of a varying value: its type, and that of the values of a dict."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return type(value)


def seen(result: DagResult) -> dict[str, Any]:
    """What is compared of a run, read before the next run of the same date replaces it."""
    return {
        "state": result.state,
        "states": result.states,
        "tries": result.tries,
        "errors": {name: type(error).__name__ for name, error in result.errors.items()},
        "rows": {
            key: shape(value) if key[0] in VARYING else value
            for key, value in result.rows().items()
        },
    }


@pytest.mark.parametrize("name", RUN)
def test_an_example_does_the_same_with_our_names(examples: Path, name: str) -> None:
    """States, tries, errors and rows of a run are those that Airflow's own decorators give."""
    changed = find(examples / "swapped", name)
    assert "from typedxcom import " in changed.read_text()
    stock = run_file(find(examples / "stock", name), RUN[name])
    assert stock
    for run in stock.values():
        assert run["state"] == ("failed" if name in FAILS else "success"), run
        assert run["states"]
    assert run_file(changed, RUN[name]) == stock


@pytest.mark.skipif(version("apache-airflow-core") != "3.3.2", reason="the lists are of 3.3.2")
def test_every_example_is_run_or_has_a_reason(examples: Path) -> None:
    """A file that imports `task` is in one of the lists, and what is listed is there."""
    names = {
        file.stem
        for file in (examples / "swapped").rglob("*.py")
        if re.search(r"^from typedxcom import .*\btask\b", file.read_text(), re.M)
    }
    assert names == {*RUN, *NOT_RUN}
    assert not RUN.keys() & NOT_RUN.keys()
