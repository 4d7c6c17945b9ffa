"""Where Airflow's UI shows what: since 3.4, the tab only on typed tasks, and on overviews too."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk import task as plain_task

from tests.e2e.support import AIRFLOW
from typedxcom import task, typed
from typedxcom.airflow.tab.plugin import TypedXComPlugin

HAS_SCOPES = AIRFLOW >= (3, 4)
APP, DAG_APP, *OVERVIEWS = TypedXComPlugin.react_apps


def test_the_tab_applies_to_the_typed_tasks_of_a_serialized_dag() -> None:
    """Mapped or not, whatever decorator made them; a plain task keeps its operator's module."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:  # Airflow 3.1
        from airflow.serialization.serialized_objects import (  # type: ignore[no-redef]
            SerializedDAG as Serialization,
        )
    from airflow.api_fastapi.core_api.datamodels.tasks import TaskResponse

    @task
    def one(n: int) -> int:
        return n

    @task.bash
    def shell() -> str:
        return "echo"

    @typed
    @plain_task
    def added() -> int:
        return 1

    @plain_task
    def untyped(n):
        return n

    with DAG("scoped", schedule=None) as dag:
        one.expand(n=[1])
        one.override(task_id="single")(1)
        shell(), added(), untyped(1)
        untyped.override(task_id="many").expand(n=[1])
    read: Any = Serialization.from_dict(Serialization.to_dict(dag))
    modules = {
        one.task_id: (TaskResponse.model_validate(one).class_ref or {})["module_path"]
        for one in read.tasks
    }
    ((path, values),) = APP["applies_to"].items()
    assert path == "task.class_ref.module_path"
    shown = {task_id for task_id, module in modules.items() if module in values}
    assert shown == ({"one", "single", "shell", "added"} if HAS_SCOPES else set())
    assert {one.operator_name for one in read.tasks} == {"@task", "@task.bash"}


def test_airflow_finds_nothing_wrong_with_the_scope(caplog: pytest.LogCaptureFixture) -> None:
    """It would warn of a path that no task has, and show the tab nowhere. Before 3.4 none looks."""
    assert "applies_to" not in DAG_APP
    from airflow import plugins_manager

    validate: Any = getattr(plugins_manager, "_validate_applies_to", None)
    assert (validate is not None) == HAS_SCOPES
    with caplog.at_level(logging.WARNING):
        for app in (APP, *OVERVIEWS):
            assert validate is None or validate("typedxcom", dict(app), "react app")
    assert not caplog.records


def test_each_airflow_gets_only_places_that_it_knows() -> None:
    """It would drop all apps of a plugin for one that it does not know. Overviews came with 3.4."""
    from airflow.api_fastapi.core_api.datamodels.plugins import ReactAppResponse

    apps = [ReactAppResponse.model_validate(one) for one in TypedXComPlugin.react_apps]
    overviews = ["task_overview", "dag_overview"] if HAS_SCOPES else []
    assert [one.destination for one in apps] == ["task_instance", "dag", *overviews]
    assert len({one.name for one in apps}) == len(apps)
