"""Makes the graph of a DAG's contracts: its tasks, and the types that go from one to another.

All of it comes from the serialized DAG, where typedxcom puts the types when the DAG is parsed. The
server cannot read them from the DAG file, because it runs no code of DAG authors. Types that are
not there, such as those of a task whose author uses `doc_json`, come from the previews that workers
have pushed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.tab.entries import newest_runs, under_key
from typedxcom.codecs.text import read_text
from typedxcom.errors import DecodeError
from typedxcom.preview import KEY, Declared, read_declared, read_preview, visible

__all__ = ["contract_in", "contracts_of", "graph"]

_RUNS = 3  # whose previews are read, the newest first: the last run may not have come far yet
_MAX_TASKS = 500
_MAX_NAME = 250  # characters, as many as an id may have


def contracts_of(session: Any, dag_id: str) -> dict[str, Any]:
    """Returns the graph of a DAG as it is now, from rows of the database alone."""
    from airflow.models.serialized_dag import SerializedDagModel

    row = SerializedDagModel.get(dag_id, session=session)
    return _graph(session, dag_id, row.data if row is not None else None)


def contract_in(
    session: Any, dag_id: str, task_id: str, *, run_id: str = "", map_index: int = -1
) -> dict[str, Any] | None:
    """Returns the contract of a task, or None if the DAG has no such task.

    Args:
        session: Reads the database.
        dag_id: The DAG.
        task_id: The task.
        run_id: The DAG as it was in this run. Without it, the DAG as it is now.
        map_index: Which instance of a mapped task ran then.
    """
    found = _version_of(session, dag_id, run_id, task_id, map_index) if run_id else None
    made = contracts_of(session, dag_id) if found is None else graph(found, {})
    returns = {task["id"]: task["returns"] for task in made["tasks"]}
    if task_id not in returns:
        return None
    flows = [
        (edge["from"], edge["to"], parameter, kind)
        for edge in made["edges"]
        for parameter, kind in edge["reads"]
    ]
    return {
        "returns": returns[task_id],
        "reads": [
            [parameter, kind, writer, returns[writer]]
            for writer, reader, parameter, kind in flows
            if reader == task_id
        ],
        "readers": [
            [reader, parameter, kind]
            for writer, reader, parameter, kind in flows
            if writer == task_id
        ],
    }


def _version_of(session: Any, dag_id: str, run_id: str, task_id: str, map_index: int) -> Any:
    """Returns the JSON of the DAG version that a task instance ran with, if it is known."""
    import sqlalchemy as sa
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.models.taskinstance import TaskInstance

    version = sa.select(TaskInstance.dag_version_id).filter_by(
        dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index
    )
    row = session.scalar(
        sa.select(SerializedDagModel).where(
            SerializedDagModel.dag_version_id == version.limit(1).scalar_subquery()
        )
    )
    return None if row is None else row.data


def _graph(session: Any, dag_id: str, data: Any) -> dict[str, Any]:
    is_declared = all(_declared(task) is not None for task in _tasks(data))
    return graph(data, {} if is_declared else _previews(session, dag_id))


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
        previews: Task -> its preview, for tasks that declare nothing.
    """
    tasks = {task["task_id"]: task for task in list(_tasks(data))[:_MAX_TASKS]}
    declared = {task_id: _declared(task) for task_id, task in tasks.items()}
    edges: dict[tuple[str, str], list[Any]] = {
        (writer, reader): []
        for writer, task in tasks.items()
        for reader in task.get("downstream_task_ids") or ()
        if reader in tasks
    }
    for writer, reader, parameter, read in _reads(declared, previews):
        if writer in tasks and reader in tasks:
            edges.setdefault((writer, reader), []).append([parameter, read])
    return {
        "tasks": [
            {
                "id": visible(task_id, _MAX_NAME),
                "operator": visible(_operator(task), _MAX_NAME),
                "returns": _returns(declared[task_id], previews.get(task_id)),
            }
            for task_id, task in tasks.items()
        ],
        "edges": [
            {"from": visible(one, _MAX_NAME), "to": visible(other, _MAX_NAME), "reads": reads}
            for (one, other), reads in edges.items()
        ],
    }


def _reads(
    declared: dict[str, Declared | None], previews: dict[str, Any]
) -> Iterator[tuple[str, str, str, str | None]]:
    """Yields writer, reader, parameter and type. A preview says it for readers that do not."""
    for reader, found in declared.items():
        for one in found.reads if found else ():
            yield one.writer, reader, one.parameter, one.type
    for writer, preview in previews.items():
        for reader, parameter, read in preview["readers"]:
            if declared.get(reader) is None:
                yield writer, reader, parameter, read


def _returns(declared: Declared | None, preview: Any) -> str | None:
    pushed: str | None = preview["type"] if preview else None
    return declared.returns if declared and declared.returns else pushed


def _declared(task: dict[str, Any]) -> Declared | None:
    """Returns the contract in a task's documentation. That of a mapped task is a given argument."""
    given = task.get("partial_kwargs")
    given = given if isinstance(given, dict) else {}
    return read_declared(task.get("doc_json") or given.get("doc_json"))


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
