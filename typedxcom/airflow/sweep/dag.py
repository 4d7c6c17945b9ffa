"""A DAG that sweeps: ``from typedxcom.airflow.sweep.dag import dag`` in a file of the DAGs folder.

A task has no access to Airflow's database, so ``[typedxcom]`` must say where entries are read:
``sweep_api`` with ``sweep_token``, or ``sweep_database``.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from airflow.sdk import DAG, Param
from airflow.sdk import task as airflow_task

from typedxcom.airflow.sweep.run import is_delete_configured, sweep_deployment
from typedxcom.errors import SweepError

__all__ = ["dag", "sweep_dag"]

_log = logging.getLogger(__name__)


def sweep_dag(dag_id: str = "typedxcom_sweep", *, schedule: Any = "@daily", **options: Any) -> DAG:
    """A DAG of one task that sweeps all stores and returns the report.

    Args:
        dag_id: Its name.
        schedule: When it runs.
        options: Further arguments of ``airflow.sdk.DAG``.
    """
    wanted: dict[str, Any] = {
        "catchup": False,
        "max_active_runs": 1,
        "description": "Finds stored XCom objects that no XCom names any more.",
        "tags": ["typedxcom"],
        "params": {
            "delete": Param(
                is_delete_configured(),
                type="boolean",
                description="Delete them. Otherwise they are only counted.",
            ),
            "all_orphans": Param(
                False,
                type="boolean",
                description="Remove them even if they are most of a store.",
            ),
        },
        **options,
    }
    with DAG(dag_id, schedule=schedule, **wanted) as made:
        _sweep()
    return made


@airflow_task(task_id="sweep", multiple_outputs=False)
def _sweep(params: Any = None) -> dict[str, Any]:
    delete, all_orphans = bool(params["delete"]), bool(params["all_orphans"])
    report = sweep_deployment(delete=delete, all_orphans=all_orphans, progress=_say)
    for warning in report.warnings:
        _log.warning(warning)
    for error in report.errors:
        _log.error(error)
    if not report.is_complete:
        raise SweepError(
            "The sweep could not read or delete everything. The log says what. The next sweep "
            "tries again"
        )
    return dataclasses.asdict(report)


def _say(step: str, done: int, of: int | None) -> None:
    if done == of:
        _log.info("%s: %s", step, f"{done:,}")


# Only a DAG file that names it has it.
dag = sweep_dag(auto_register=False)
