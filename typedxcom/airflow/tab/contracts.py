"""Makes the graph of a DAG's contracts: its tasks, and the types that go from one to another.

The tasks and their order come from the serialized DAG. It has no types, because Airflow writes it
from its own fields only. The server cannot read them from the DAG file either, because it runs no
code of DAG authors. So types come from the previews that workers have pushed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.tab.entries import newest_runs, under_key
from typedxcom.codecs.text import read_text
from typedxcom.errors import DecodeError
from typedxcom.preview import KEY, read_preview, visible

__all__ = ["contracts_of", "graph"]

_RUNS = 3  # whose previews are read, the newest first: the last run may not have come far yet
_MAX_TASKS = 500
_MAX_NAME = 200


def contracts_of(session: Any, dag_id: str) -> dict[str, Any]:
    """Returns the graph of a DAG for the tab, from rows of the database alone."""
    from airflow.models.serialized_dag import SerializedDagModel

    row = SerializedDagModel.get(dag_id, session=session)
    return graph(row.data if row is not None else None, _previews(session, dag_id))


def _previews(session: Any, dag_id: str) -> dict[str, Any]:
    """Maps tasks to their newest preview."""
    found: dict[str, Any] = {}
    for run_id in newest_runs(session, dag_id, _RUNS):
        for task_id, entry in under_key(session, dag_id, run_id, KEY).items():
            if task_id not in found and entry.is_whole:
                found[task_id] = _parsed(entry.text)
    return {task_id: preview for task_id, preview in found.items() if preview is not None}


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return read_preview(read_text(text.encode("utf-8", "surrogatepass")))
    except (DecodeError, ValueError, RecursionError):
        return None


def graph(data: Any, previews: dict[str, Any]) -> dict[str, Any]:
    """Returns tasks with what they return, and edges with what the reader's parameters read.

    Args:
        data: The JSON of the serialized DAG.
        previews: Task -> its preview.
    """
    tasks = list(_tasks(data))[:_MAX_TASKS]
    known = {task["task_id"] for task in tasks}
    edges: dict[tuple[str, str], list[Any]] = {
        (task["task_id"], reader): []
        for task in tasks
        for reader in task.get("downstream_task_ids") or ()
        if reader in known
    }
    for writer, preview in previews.items():
        for reader, parameter, read in preview["readers"]:
            if writer in known and reader in known:
                edges.setdefault((writer, reader), []).append([parameter, read])
    return {
        "tasks": [
            {
                "id": visible(task["task_id"], _MAX_NAME),
                "operator": visible(_operator(task), _MAX_NAME),
                "returns": previews[task["task_id"]]["type"]
                if task["task_id"] in previews
                else None,
            }
            for task in tasks
        ],
        "edges": [
            {"from": visible(one, _MAX_NAME), "to": visible(other, _MAX_NAME), "reads": reads}
            for (one, other), reads in edges.items()
        ],
    }


def _operator(task: dict[str, Any]) -> str:
    return str(task.get("_operator_name") or task.get("task_type") or "")


def _tasks(data: Any) -> Iterator[dict[str, Any]]:
    """Yields the fields of each task in a serialized DAG. Another form has none."""
    dag = data.get("dag") if isinstance(data, dict) else None
    listed = dag.get("tasks") if isinstance(dag, dict) else None
    for one in listed if isinstance(listed, list) else ():
        fields = one.get("__var") if isinstance(one, dict) else None
        if isinstance(fields, dict) and isinstance(fields.get("task_id"), str):
            yield fields
