"""``ti.xcom_pull`` in the body of a task of ours: what a task of the same DAG promised.

Airflow's own serialization brings a ``datetime`` back as one. Our entries are plain JSON. So while
the body runs, the contract of the task that pushed an entry reads it for a pull. An entry of
another shape, for example from a run before the annotation changed, comes as its JSON.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from typedxcom.airflow.private import NOTSET
from typedxcom.airflow.raw import is_raw, raw_entries
from typedxcom.airflow.running.promised import Output, as_value
from typedxcom.airflow.wiring.flows import RETURN_KEY
from typedxcom.airflow.wiring.promised import promised_under
from typedxcom.airflow.wiring.readers import is_outside_loop
from typedxcom.contracts import Promise
from typedxcom.errors import CodecError, ValidationError

__all__ = ["pulling_promises"]

_log = logging.getLogger(__name__)
_ABSENT: Any = object()


@contextlib.contextmanager
def pulling_promises(ti: Any, dag: Any) -> Iterator[None]:
    """Inside, the methods of *ti* that pull give what the tasks of *dag* promised.

    Args:
        ti: The task instance that runs.
        dag: Its DAG; None where it has none.
    """
    made = {
        name: method(getattr(ti, name), ti, dag)
        for name, method in (("xcom_pull", _pull), ("axcom_pull", _apull))
        if dag is not None and callable(getattr(ti, name, None))
    }
    for name, method in made.items():
        object.__setattr__(ti, name, method)  # a pydantic model: its own way takes fields only
    try:
        yield
    finally:
        for name in made:
            vars(ti).pop(name, None)


def _pull(own: Callable[..., Any], ti: Any, dag: Any) -> Callable[..., Any]:
    @functools.wraps(own)
    def pull(
        task_ids: Any = None, dag_id: Any = None, key: str = RETURN_KEY, *more: Any, **where: Any
    ) -> Any:
        promises = {} if is_raw() else _promises(ti, dag, task_ids, dag_id, key)
        if not any(promise.known for promise in promises.values()):
            return own(task_ids, dag_id, key, *more, **where)
        asked = {**where, "default": _ABSENT} if "default" in where else where
        answers = []
        for task_id, promise in promises.items():
            with raw_entries() if promise.known else contextlib.nullcontext():
                answers.append(own([task_id], dag_id, key, *more, **asked))
        try:
            return _settled(task_ids, promises, answers, where, is_many=_is_many(ti, dag, task_ids))
        except (ValidationError, CodecError) as error:
            _warn(error)
            return own(task_ids, dag_id, key, *more, **where)

    return pull


def _apull(own: Callable[..., Any], ti: Any, dag: Any) -> Callable[..., Any]:
    @functools.wraps(own)
    async def pull(
        task_ids: Any = None, dag_id: Any = None, key: str = RETURN_KEY, *more: Any, **where: Any
    ) -> Any:
        promises = {} if is_raw() else _promises(ti, dag, task_ids, dag_id, key)
        if not any(promise.known for promise in promises.values()):
            return await own(task_ids, dag_id, key, *more, **where)
        asked = {**where, "default": _ABSENT} if "default" in where else where
        answers = []
        for task_id, promise in promises.items():
            with raw_entries() if promise.known else contextlib.nullcontext():
                answers.append(await own([task_id], dag_id, key, *more, **asked))
        try:
            return _settled(task_ids, promises, answers, where, is_many=_is_many(ti, dag, task_ids))
        except (ValidationError, CodecError) as error:
            _warn(error)
            return await own(task_ids, dag_id, key, *more, **where)

    return pull


def _promises(ti: Any, dag: Any, task_ids: Any, dag_id: Any, key: str) -> dict[str, Promise]:
    """Task id -> what that task promised. Empty if that is not known for all of the ids."""
    if dag_id not in (None, ti.dag_id) or not isinstance(key, str):
        return {}
    ids = [ti.task_id if task_ids is None else task_ids] if _is_one(task_ids) else task_ids
    if not isinstance(ids, (list, tuple, set, frozenset)) or len(set(ids)) < len(ids):
        return {}
    tasks = dag.task_dict
    return {one: promised_under(tasks.get(one), key) for one in ids}


def _settled(
    task_ids: Any,
    promises: Mapping[str, Promise],
    answers: Sequence[Sequence[Any]],
    where: Mapping[str, Any],
    *,
    is_many: bool,
) -> Any:
    """The values in the shape in which Airflow gives entries."""
    default = where.get("default")
    values = [
        default
        if entry is _ABSENT
        else as_value(Output(entry, promise))
        if promise.known
        else entry
        for promise, entries in zip(promises.values(), answers, strict=True)
        for entry in entries
    ]
    indexes = where.get("map_indexes", NOTSET)
    is_single = indexes is NOTSET and len(values) == 1 and not is_many
    is_one = isinstance(indexes, (int, type(None))) or is_single
    return values[0] if _is_one(task_ids) and is_one else values


def _is_many(ti: Any, dag: Any, task_ids: Any) -> bool:
    """Whether a pull from one task gives a list, with one value for each iteration of its loop."""
    task = dag.task_dict.get(task_ids) if isinstance(task_ids, str) else None
    return task is not None and is_outside_loop(task, ti.task.task_group)


def _is_one(task_ids: Any) -> bool:
    return isinstance(task_ids, (str, type(None)))


def _warn(error: Exception) -> None:
    _log.warning("xcom_pull gives JSON, because an entry is not what its task promises: %s", error)
