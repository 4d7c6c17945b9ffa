"""Passes on values that break a contract, as Airflow would, if the DAG only warns.

A reader gets what a parameter without an annotation gets: the value that its upstream promised, or
else what was pushed. A table comes in the library of the annotation, unchecked. A result is left to
Airflow's own serialization. A value that is read or written in a stream cannot be passed on
afterwards, so the checks of ``LazyTable``, record batch readers and lazy frames stay errors.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any

from airflow.sdk import get_current_context

from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import MappedOperator, PlainXComArg
from typedxcom.airflow.raw import as_airflow
from typedxcom.airflow.running.metrics import count_warning
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.wiring.promised import part_promise, promised_under
from typedxcom.airflow.wiring.readers import gets_list
from typedxcom.contracts import Argument, Place, Promise
from typedxcom.errors import ContractError, EncodeError, ValidationError
from typedxcom.exchange import load
from typedxcom.exchange.arguments import Forgive
from typedxcom.exchange.unwrap import for_reader
from typedxcom.pointer import MARKER
from typedxcom.promises import ANYTHING
from typedxcom.schema.nodes import SequenceOf, bare
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.table import TableCodec, write_any_table

__all__ = [
    "BROKEN",
    "as_airflow_pushes",
    "mapped_steps",
    "passed_item",
    "passing",
    "warn_of_result",
]

BROKEN = (ValidationError, EncodeError, ContractError)
"""The errors that may be only warnings. Damaged, unsigned and forged entries always fail."""
_log = logging.getLogger(__name__)


def passing(
    dag_id: str, task_id: str, written: Mapping[Place, Any] | None = None, operator: Any = None
) -> Forgive | None:
    """Returns a function that passes on a wrong argument, or None if the DAG is strict.

    Args:
        dag_id: The DAG that runs.
        task_id: The task that reads.
        written: Place of an argument -> what the DAG's author wrote there.
        operator: The reader as it is in the DAG, mapped or not.
    """
    if not warns(dag_id):
        return None
    authored = written or {}

    def passed(argument: Argument, error: Exception, bound: Stores | None) -> Any:
        _warn(error, "argument", dag_id, task_id)
        table = _unchecked_table(argument, bound)
        if table is not None:
            return table
        steps = mapped_steps(operator, argument.place)
        return PassedValues(bound).value(argument.value, authored.get(argument.place), steps)

    return passed


def passed_item(value: Any, error: Exception, promise: Promise | None) -> Any:
    """Returns what a function given to `map` gets for an item that breaks its annotation.

    Args:
        value: The item as it was pushed.
        error: What is wrong with it.
        promise: The promise of the task that pushed it, if that is known.
    """
    ti = get_current_context()["ti"]
    _warn(error, "argument", ti.dag_id, ti.task_id)
    return PassedValues(stores()).promised(value, promise or ANYTHING)


def warn_of_result(error: Exception, ti: Any) -> None:
    """Logs and counts that a result breaks the contract of its own task."""
    _warn(error, "result", ti.dag_id, ti.task_id)


def as_airflow_pushes(value: Any, error: Exception, placement: Placement | None) -> Any:
    """Returns what Airflow pushes for a result that breaks its contract.

    Args:
        value: The result.
        error: What is wrong with it.
        placement: Where a table is stored, because Airflow cannot push one. It can push a pandas
            frame. None means that there is no store.

    Raises:
        Exception: *error* itself, if the result would be mistaken for an entry of ours.
    """
    if _holds_marker(value):
        raise error
    pointer = None if placement is None else write_any_table(value, placement)
    return value if pointer is None else pointer


def _warn(error: Exception, place: str, dag_id: str, task_id: str) -> None:
    """Logs and counts *error*, or raises it if it is too grave for a warning."""
    if getattr(error, "is_grave", False):
        raise error
    _log.warning("%s - passed on as Airflow does, because this DAG only warns", error)
    count_warning(place, dag_id=dag_id, task_id=task_id)


def _holds_marker(value: Any) -> bool:
    if isinstance(value, Mapping):
        return MARKER in value or any(map(_holds_marker, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_holds_marker, value))


def _unchecked_table(argument: Argument, bound: Stores | None) -> Any:
    """Returns the table for a parameter that takes one, in its library, unchecked; else None."""
    try:
        codec = argument.promise.codec
        if isinstance(codec, TableCodec):
            return codec.read_unchecked(argument.value, bound)
    except BROKEN:  # the value is not a table
        pass
    return None


def mapped_steps(operator: Any, place: Place) -> tuple[Any, ...]:
    """Returns the path in the argument at *place* to the part that one mapped instance gets."""
    if not isinstance(operator, MappedOperator):
        return ()
    expand_input: Any = operator.op_kwargs_expand_input  # type: ignore[attr-defined]
    if not isinstance(expand_input.value, dict):  # of expand_kwargs
        return (0, place) if place not in operator.partial_kwargs.get("op_kwargs", {}) else ()
    return (0,) if place in expand_input.value else ()


class PassedValues:
    """Reads values as a parameter without an annotation gets them, from these stores."""

    def __init__(self, bound: Stores | None) -> None:
        self._stores = bound

    def value(self, value: Any, written: Any, steps: tuple[Any, ...] = ()) -> Any:
        """Returns *value* as its upstream promised it, at any depth of containers in the DAG file.

        Args:
            value: The value that was pulled.
            written: What the DAG's author wrote.
            steps: The path in *written* to *value*, if the reader is mapped over it.
        """
        if type(written) is dict and type(value) is dict and not steps:
            return {key: self.value(one, written.get(key)) for key, one in value.items()}
        if type(written) in (list, tuple) and type(value) is type(written) and not steps:
            pairs = zip(value, written, strict=True)
            return type(value)(self.value(one, part) for one, part in pairs)
        if not isinstance(written, PlainXComArg):
            return self._pushed(value)
        promise = promised_under(written.operator, written.key, getattr(written, "path", ()))
        if gets_list(written.operator):
            if not steps:
                return [self.promised(one, promise) for one in value[:]]
            steps = steps[1:]
        elif steps and not isinstance(bare(promise.schema), SequenceOf):
            return self._pushed(value)  # a pair of key and value of a dict
        return self.promised(value, functools.reduce(part_promise, steps, promise))

    def promised(self, value: Any, promise: Promise) -> Any:
        """Returns *value* as *promise* says, or as it was pushed if its own task broke that."""
        if not promise.known or value is None:
            return self._pushed(value)
        try:
            return load(value, promise.codec, stores=self._stores, airflow=as_airflow)
        except BROKEN:
            return self._pushed(value)

    def _pushed(self, value: Any) -> Any:
        return for_reader(value, self._stores, airflow=as_airflow)
