"""Who reads an output? That decides whether the reader gets one value or a list.

A step of a mapped task group reads the output of its own instance. A reader outside the group gets
a list with the output of every instance.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from typedxcom.airflow.private import NOTSET, DagContext, TaskGroupContext

__all__ = ["gets_list", "read_in", "reader_group"]

_READER: ContextVar[Any] = ContextVar("typedxcom_reader_group", default=NOTSET)


@contextlib.contextmanager
def read_in(group: Any) -> Iterator[None]:
    """Inside, outputs are described for a reader in the task group *group*, or in none."""
    token = _READER.set(group)
    try:
        yield
    finally:
        _READER.reset(token)


def reader_group() -> Any:
    """The task group of the task that reads: the one being built, unless `read_in` says."""
    said = _READER.get()
    return TaskGroupContext.get_current(DagContext.get_current()) if said is NOTSET else said


def gets_list(operator: Any) -> bool:
    """Whether the reader gets a list with the output of every instance of *operator*.

    Source: Airflow's ``get_relevant_map_indexes``.
    """
    if operator.is_mapped:
        return True
    around = operator.get_closest_mapped_task_group()
    return around is not None and around.group_id not in _ids_around(reader_group())


def _ids_around(group: Any) -> Iterator[str | None]:
    """The ids of *group* and of the groups around it. An operator has a proxy of its own."""
    while group is not None:
        yield group.group_id
        group = group.parent_group
