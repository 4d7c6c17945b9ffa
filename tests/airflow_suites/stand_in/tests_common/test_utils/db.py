"""Empty tables between tests."""

from __future__ import annotations

from typing import Any

from airflow.utils.session import create_session

__all__ = ["clear_db_dags", "clear_db_runs", "clear_db_xcom", "clear_rendered_ti_fields"]


def _clear(*models: Any) -> None:
    with create_session() as session:
        for model in models:
            session.query(model).delete()


def clear_db_runs() -> None:
    """Runs, their task instances and what those left."""
    from airflow.models.dagrun import DagRun
    from airflow.models.renderedtifields import RenderedTaskInstanceFields
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.taskmap import TaskMap
    from airflow.models.xcom import XComModel

    _clear(XComModel, TaskMap, RenderedTaskInstanceFields, TaskInstance, DagRun)


def clear_db_dags() -> None:
    """DAGs and their versions."""
    from airflow.models.dag import DagModel
    from airflow.models.dag_version import DagVersion
    from airflow.models.dagcode import DagCode
    from airflow.models.serialized_dag import SerializedDagModel

    _clear(SerializedDagModel, DagCode, DagVersion, DagModel)


def clear_db_xcom() -> None:
    """XComs."""
    from airflow.models.xcom import XComModel

    _clear(XComModel)


def clear_rendered_ti_fields() -> None:
    """What templates were rendered to."""
    from airflow.models.renderedtifields import RenderedTaskInstanceFields

    _clear(RenderedTaskInstanceFields)
