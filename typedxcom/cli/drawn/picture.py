"""Collects what a picture of a DAG shows: tasks, groups, and edges with their type or error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typedxcom.cli.shown.text import cut

if TYPE_CHECKING:
    from typedxcom.cli.edges import ShownEdge
    from typedxcom.cli.findings import CheckedDag

__all__ = ["Line", "Picture", "Task", "is_about", "picture_of", "tasks_of"]

_LABEL = 44  # characters


@dataclass(frozen=True, slots=True)
class Task:
    """One task as it is drawn.

    Attributes:
        task_id: Its id, with its groups.
        groups: The ids of the groups that it is in, from the outermost.
        label: Its id inside its group.
        is_mapped: Whether it has many instances.
        upstream: The ids of the tasks that it waits for.
    """

    task_id: str
    groups: tuple[str, ...]
    label: str
    is_mapped: bool
    upstream: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One edge as it is drawn.

    Attributes:
        upstream: The id of the task that pushes.
        downstream: The id of the task that reads.
        kind: ``typed``, ``untyped``, ``wrong``, or ``order`` where no value flows.
        label: Parameter and type, cut to fit.
        title: The whole label, or the error.
    """

    upstream: str
    downstream: str
    kind: str
    label: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A DAG as it is drawn.

    Attributes:
        wrong: Each error of its wiring, one sentence.
        broken: Task id -> a sentence about the task, if it belongs to no single edge.
    """

    dag_id: str
    tasks: Sequence[Task]
    lines: Sequence[Line]
    wrong: Sequence[str]
    broken: dict[str, str]


def tasks_of(dag: Any) -> list[Task]:
    """Returns the tasks of *dag*, in its order."""
    from typedxcom.airflow.private import MappedOperator

    return [
        Task(
            task.task_id,
            tuple(_groups(task.task_group)),
            str(task.label),
            isinstance(task, MappedOperator) or _is_in_mapped_group(task.task_group),
            frozenset(task.upstream_task_ids),
        )
        for task in dag.tasks
    ]


def _groups(group: Any) -> list[str]:
    """Returns the ids of *group* and those around it, without the DAG's own, which has no id."""
    found: list[str] = []
    while group is not None and group.group_id is not None:
        found.insert(0, str(group.group_id))
        group = group.parent_group
    return found


def _is_in_mapped_group(group: Any) -> bool:
    while group is not None:
        if type(group).__name__ == "MappedTaskGroup":
            return True
        group = group.parent_group
    return False


def picture_of(dag: CheckedDag) -> Picture:
    """Returns the picture of *dag*. An error is shown on the edge that it is about."""
    lines, placed = [], set()
    for edge in dag.edges:
        sentence = next((one for one in dag.wrong if is_about(one, edge)), "")
        placed.add(sentence)
        lines.append(_line(edge, sentence))
    with_value = {(line.upstream, line.downstream) for line in lines}
    order = [
        Line(upstream, task.task_id, "order")
        for task in dag.tasks
        for upstream in sorted(task.upstream)
        if (upstream, task.task_id) not in with_value
    ]
    rest = [one for one in dag.wrong if one not in placed]
    return Picture(dag.dag_id, dag.tasks, [*lines, *order], dag.wrong, dict(_broken(rest, dag)))


def _line(edge: ShownEdge, sentence: str) -> Line:
    text = _text(edge)
    kind = "wrong" if sentence else "typed" if edge.is_typed else "untyped"
    label = cut(text, _LABEL)
    return Line(edge.upstream, edge.downstream, kind, label, sentence or str(edge))


def _text(edge: ShownEdge) -> str:
    same = str(edge.written) == str(edge.read)
    types = f"{edge.read}" if same else f"{edge.written} as {edge.read}"
    return f"{edge.parameter}: {types}{' (each)' if edge.mapped else ''}"


def is_about(sentence: str, edge: ShownEdge) -> bool:
    """Returns whether *sentence* is about *edge*: it begins with the reader, and names both."""
    if repr(edge.upstream) not in sentence and len(edge.upstream.split(".")) == 1:
        return False
    names = {edge.downstream, _function(edge.downstream)}
    subjects = {f"{name}({edge.parameter})" for name in names}
    field = f"({edge.parameter}) of task {edge.downstream!r}"
    return sentence.startswith(tuple(subjects)) or field in sentence


def _function(task_id: str) -> str:
    """Returns the name of a task's function: ``load`` for ``load__1``, its second task."""
    return re.sub(r"__\d+$", "", task_id)


def _broken(sentences: Sequence[str], dag: CheckedDag) -> Iterator[tuple[str, str]]:
    for sentence in sentences:
        name = re.split(r"[(:,\s]", sentence, maxsplit=1)[0]
        for task in dag.tasks:
            if name in (task.task_id, _function(task.task_id)) or repr(task.task_id) in sentence:
                yield task.task_id, sentence
                break
