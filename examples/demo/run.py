"""Run a DAG in this process, one line per task, and look at the rows that it leaves."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Run:
    """What a run left behind.

    Attributes:
        state: ``dag.test()`` never raises, so this is what tells whether the run is good.
        rows: (task id, map index, key) -> the JSON of the XCom row.
        errors: Task to the exception that it failed with.
        tries: Task to how often it was tried.
    """

    state: str
    rows: dict[tuple[str, int, str], Any]
    errors: dict[str, BaseException]
    tries: dict[str, int]


@dataclass
class Progress:
    """An Airflow listener that prints a line when a task ends."""

    errors: dict[str, BaseException] = field(default_factory=dict)
    tries: dict[str, int] = field(default_factory=dict)

    def line(self, mark: str, ti: Any, note: str) -> None:
        name = ti.task_id
        if ti.map_index >= 0:
            name += f"[{getattr(ti, 'rendered_map_index', None) or ti.map_index}]"
        self.tries[name] = ti.try_number
        print(f"  {mark:<7} {name:<22} {note}", flush=True)

    def ended(self, ti: Any) -> str:
        return f"{(ti.end_date - ti.start_date).total_seconds():6.2f} s" if ti.end_date else ""


def listener(progress: Progress) -> Any:
    """The hooks that Airflow calls, as it wants them: functions of a module or an object."""
    from airflow.listeners import hookimpl

    class Hooks:
        @hookimpl
        def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
            progress.line("ok", task_instance, progress.ended(task_instance))

        @hookimpl
        def on_task_instance_failed(
            self, previous_state: Any, task_instance: Any, error: Any
        ) -> None:
            progress.errors[task_instance.task_id] = error
            progress.line("FAILED", task_instance, type(error).__name__)

    return Hooks()


def run(dag: Any) -> Run:
    """Run *dag* to its end."""
    from airflow.sdk.listener import get_listener_manager

    logging.disable(logging.CRITICAL)
    manager, progress = get_listener_manager(), Progress()
    hooks = listener(progress)
    manager.pm.register(hooks)
    try:
        made = dag.test()
    finally:
        manager.pm.unregister(hooks)
        logging.disable(logging.NOTSET)
    return Run(str(made.state.value), rows(made), progress.errors, progress.tries)


def rows(made: Any) -> dict[tuple[str, int, str], Any]:
    """Every XCom row of a run, as it lies in the database."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    wanted = select(XComModel.task_id, XComModel.map_index, XComModel.key, XComModel.value)
    with create_session() as session:
        found = session.execute(
            wanted.where(XComModel.dag_id == made.dag_id, XComModel.run_id == made.run_id)
        ).all()
    return {(task_id, index, key): value for task_id, index, key, value in found}


def size(row: Any) -> int:
    """Bytes of JSON."""
    return len(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
