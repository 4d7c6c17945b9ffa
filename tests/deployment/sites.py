"""A deployment with one XCom backend, seen from outside: by REST, in its database, in its store."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.stack import Stack

__all__ = ["ALL_SITES", "DAGS", "EXAMPLES", "SITES", "Site"]

# Executor and XCom backend; the first executor ends before the second one starts.
SITES = ["celery-stock", "celery-backend", "local-stock", "local-backend"]
ALL_SITES = bool(os.environ.get("TYPEDXCOM_ALL_SITES"))

DAGS = Path(__file__).parent / "dags"
EXAMPLES = Path(__file__).parents[2] / "examples" / "dags"


@dataclass(frozen=True)
class Site:
    """Where one round of the tests runs.

    Attributes:
        stack: The deployment.
        name: ``celery`` or ``local``.
        variant: ``stock`` for Airflow's own XCom backend, ``backend`` for ours. Each DAG ends with
            it, and Celery's queues are called so.
        list_store: Lists the paths of all stored objects, past typedxcom.
    """

    stack: Stack
    name: str
    variant: str
    list_store: Callable[[], set[str]]

    def dag(self, name: str) -> str:
        """Put a DAG of the folder ``dags`` into this deployment and return its id."""
        dag_id = f"{name}_{self.variant}"
        self.stack.write_dag(dag_id, (DAGS / f"{name}.py").read_text())
        return dag_id

    def run(self, dag_id: str, seconds: float = 480, **conf: Any) -> str:
        """Run a DAG, which must succeed, and return the run's id."""
        run_id = self.stack.trigger(dag_id, conf=conf)
        self.wait(dag_id, run_id, seconds=seconds)
        return run_id

    def wait(self, dag_id: str, run_id: str, seconds: float = 480) -> None:
        """Wait until a run has succeeded; an error has the logs of what failed."""
        state = self.stack.wait_run(dag_id, run_id, seconds=seconds)
        assert state == "success", "\n".join(self._failures(dag_id, run_id))

    def stored(self, dag_id: str = "") -> set[str]:
        """The paths of the stored objects, of one DAG or of all."""
        found = self.list_store() - self.partials()
        return {path for path in found if path.startswith(f"{dag_id}/" * bool(dag_id))}

    def partials(self) -> set[str]:
        """The files that a folder holds of unfinished writes; in a bucket they are no objects."""
        return {path for path in self.list_store() if path.startswith("+partial/")}

    def leftovers(self, dag_id: str) -> list[str]:
        """What is stored but not named, as ``task/key``; what is named is there."""
        stored, named = self.stored(dag_id), self.named(dag_id)
        assert named <= stored
        parts = [path.split("/") for path in stored - named]
        return sorted(f"{task}/{key}" for _, _, task, _, key, _ in parts)

    def named(self, dag_id: str = "%") -> set[str]:
        """The paths of the objects that XCom rows name, read from the database."""
        rows = self.stack.sql("SELECT value::text FROM xcom WHERE dag_id LIKE %s", dag_id)
        return {path for (text,) in rows if text for path in _paths(json.loads(text))}

    def _failures(self, dag_id: str, run_id: str) -> Iterator[str]:
        for name, found in self.stack.task_instances(dag_id, run_id).items():
            if found["state"] == "failed":
                where = {"attempt": found["try_number"], "map_index": found["map_index"]}
                log = self.stack.logs(dag_id, run_id, found["task_id"], **where)
                yield f"{name}: {log[-3000:]}"


def _paths(row: Any) -> Iterator[str]:
    """The path of every pointer in a row, at any depth."""
    if isinstance(row, dict):
        if row.get("$typedxcom") == 1 and "path" in row:
            yield row["path"]
        row = list(row.values())
    if isinstance(row, list):
        for item in row:
            yield from _paths(item)
