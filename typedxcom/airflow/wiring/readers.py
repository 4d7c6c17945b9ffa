"""Who reads an output? That decides whether the reader gets one value or a list.

A step of a mapped task group reads the output of its own instance. A reader outside the group gets
a list with the output of every instance. Loops of Airflow 3.4 are the same: a task outside one gets
the output of every iteration.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from typedxcom.airflow.private import NOTSET, DagContext, LoopTaskGroup, TaskGroupContext

__all__ = ["default_args", "gets_list", "is_outside_loop", "loop_around", "read_in", "reader_group"]

_READER: ContextVar[Any] = ContextVar("typedxcom_reader_group", default=NOTSET)


class read_in:
    """Inside, outputs are described for a reader in the task group *group*, or in none."""

    def __init__(self, group: Any) -> None:
        self._group = group

    def __enter__(self) -> None:
        self._token = _READER.set(self._group)

    def __exit__(self, *_: object) -> None:
        _READER.reset(self._token)


def reader_group() -> Any:
    """The task group of the task that reads: the one being built, unless `read_in` says."""
    said = _READER.get()
    return TaskGroupContext.get_current(DagContext.get_current()) if said is NOTSET else said


def default_args() -> set[str]:
    """The names that ``default_args`` of the DAG and of the reader's group give its function."""
    group = reader_group()
    given = (getattr(group, "dag", None) or DagContext.get_current(), group)
    return {name for one in given for name in getattr(one, "default_args", None) or ()}


def gets_list(operator: Any) -> bool:
    """Whether the reader gets a list with the output of every instance of *operator*.

    Source: Airflow's ``get_relevant_map_indexes``, and ``is_loop_task_read_from_outside``.
    """
    if operator.is_mapped:
        return True
    if operator.task_group is None or operator.task_group.is_root:
        return False
    if is_outside_loop(operator, reader_group()):
        return True
    around = operator.get_closest_mapped_task_group()
    return around is not None and around.group_id not in _ids_around(reader_group())


def loop_around(group: Any) -> Any:
    """The loop that *group* is, or that is around it; None outside of loops."""
    while group is not None:
        if isinstance(group, LoopTaskGroup):
            return group
        group = group.parent_group
    return None


def is_outside_loop(operator: Any, group: Any) -> bool:
    """Whether *operator* is in a loop, and a reader in the task group *group* is not."""
    loop = loop_around(operator.task_group)
    return loop is not None and loop.group_id not in _ids_around(group)


def _ids_around(group: Any) -> Iterator[str | None]:
    """The ids of *group* and of the groups around it. An operator has a proxy of its own."""
    while group is not None:
        yield group.group_id
        group = group.parent_group
