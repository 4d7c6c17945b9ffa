"""Which deployments may keep objects in a folder under AIRFLOW_HOME, if no store is set."""

from __future__ import annotations

from typing import Any

import pytest

from typedxcom.airflow.running.stores import placed
from typedxcom.pointer import Coordinates

pytestmark = pytest.mark.airflow

ONE = [
    "LocalExecutor",
    "airflow.executors.local_executor.LocalExecutor",
    "here:airflow.executors.local_executor.LocalExecutor",
    "LocalExecutor;team=LocalExecutor",
    "",
]
SEVERAL = [
    "CeleryExecutor",
    "KubernetesExecutor",
    "LocalExecutor,KubernetesExecutor",
    "LocalExecutor, far:airflow.providers.edge3.executors.EdgeExecutor",
    "LocalExecutor;team=CeleryExecutor",
    "airflow.providers.amazon.aws.executors.ecs.ecs_executor.AwsEcsExecutor",
    "company.executors.PodExecutor",
    "company.localexecutor.PodExecutor",
]
AROUND_A_TASK = {
    "AIRFLOW_IS_K8S_EXECUTOR_POD": "True",
    "AIRFLOW_IS_EXECUTOR_CONTAINER": "true",
    "AWS_LAMBDA_FUNCTION_NAME": "airflow",
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow.providers.edge3.cli.worker._edge_hostname",
}


def has_default_store() -> bool:
    """Whether a task that names no store can store something."""
    return placed(Coordinates("d", "r", "t", -1, "return_value")) is not None


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> None:
    """No store is set, and nothing says where this process runs."""
    for name in ("AIRFLOW__TYPEDXCOM__STORE", "AIRFLOW__CORE__EXECUTOR", *AROUND_A_TASK):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("executor", ONE)
def test_the_folder_is_used_if_all_tasks_run_here(
    executor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the LocalExecutor is written."""
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    assert has_default_store()


@pytest.mark.parametrize("executor", SEVERAL)
def test_other_machines_do_not_get_a_folder(executor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One such executor among others is enough, and one that nobody knows may be such."""
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", executor)
    assert not has_default_store()
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", "/mnt/shared")
    assert has_default_store()


@pytest.mark.parametrize("name", AROUND_A_TASK)
def test_what_started_a_task_counts_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pod of Airflow's chart says that it runs the LocalExecutor."""
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "LocalExecutor")
    monkeypatch.setenv(name, AROUND_A_TASK[name])
    assert not has_default_store()
