"""A result of a typed task on its way to its XComs: the return value, and keys of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from typedxcom.airflow.config import settings
from typedxcom.airflow.keynames import refuse_pushed_keys
from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import ListOfDictsExpandInput
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.null_places import keeps_place
from typedxcom.airflow.running.previews import preview_of
from typedxcom.airflow.running.stores import placement, stores_lists
from typedxcom.airflow.running.warned import BROKEN, as_airflow_pushes, warn_of_result
from typedxcom.airflow.wiring.stubs import is_read_elsewhere
from typedxcom.contracts import Contract
from typedxcom.errors import CodecError, EncodeError, ValidationError
from typedxcom.exchange import Outgoing, outgoing
from typedxcom.stored.access import Placement

__all__ = ["about_result", "push_form", "pushed_by_airflow"]


def pushed_by_airflow(value: Any, operator: Any) -> Any:
    """Return *value*, after checking its keys if Airflow pushes each of them."""
    if getattr(operator, "multiple_outputs", False):
        with without_retries():
            _refuse_keys(value, operator)
    return value


def _refuse_keys(value: Any, operator: Any) -> None:
    try:
        refuse_pushed_keys(value)
    except EncodeError as error:
        raise EncodeError(
            f"Task {operator.task_id!r}, returned value: {error}", is_grave=error.is_grave
        ) from None


def push_form(value: Any, contract: Contract, operator: Any, ti: Any) -> Any:
    """What Airflow shall push for *value*; with multiple outputs each key is pushed here.

    Args:
        value: What the body returned.
        contract: What it was promised to be, and where it is stored if it is large.
        operator: The operator that runs.
        ti: Its task instance.

    Raises:
        ValidationError, EncodeError: As for `exchange.dump`; the task is not retried.
        StoreError: The store refused. A retry may help.
    """
    preview = preview_of(value, contract, operator, ti)
    push = ResultPush(contract, operator, ti, look=preview.look if preview else None)
    try:
        with without_retries(), about_result(operator.task_id):
            entry = push.entry(value)
    except BROKEN as error:
        if not warns(ti.dag_id):
            raise
        warn_of_result(error, ti)
        where = placement(ti, "return_value", contract.store, contract.format)
        return pushed_by_airflow(as_airflow_pushes(value, error, where), operator)
    finally:
        if preview:
            preview.wait()
    if preview:
        preview.push(entry)
    return entry


@contextlib.contextmanager
def about_result(task_id: str) -> Iterator[None]:
    """Add to an error that it is about the result of the task *task_id*."""
    try:
        yield
    except ValidationError as error:
        about = f"Task {task_id!r} breaks its own contract, returned value"
        raise error.about(about) from error.__cause__
    except CodecError as error:
        raise error.about(f"Task {task_id!r}, returned value") from error.__cause__


class ResultPush:
    """One result on its way to its entries."""

    def __init__(
        self,
        contract: Contract,
        operator: Any,
        ti: Any,
        *,
        look: Callable[[Any], Any] | None = None,
    ) -> None:
        self._codec = contract.returned.codec
        self._store, self._format = contract.store, contract.format
        self._operator, self._ti, self._look = operator, ti, look

    def entry(self, value: Any) -> Any:
        """The entry of the return value; the keys of multiple outputs are pushed on the way."""
        is_inline = is_read_elsewhere(self._operator)
        result = outgoing(value, self._codec, settings=replace(settings(), inline=is_inline))
        if value is None or not self._operator.do_xcom_push:
            result.check()
            return self._unpushed(value)
        has_keys = self._has_keys(result)
        entry = self._whole(result)
        if has_keys:
            for key, part in result.parts(entry, self._placement):
                self._ti.xcom_push(key, part)
            self._operator.multiple_outputs = False  # done; Airflow would push the marks as keys
        return entry

    def _unpushed(self, value: Any) -> Any:
        """*value*, which Airflow does not push; None of a mapped task may need its place."""
        index = self._ti.map_index
        is_one_of_many = index is not None and index >= 0
        if is_one_of_many and self._operator.do_xcom_push and keeps_place(self._operator):
            self._ti.xcom_push("return_value", None)
        return value

    def _has_keys(self, result: Outgoing) -> bool:
        """Whether each key of the result is pushed; raises where one cannot be."""
        if not getattr(self._operator, "multiple_outputs", False):
            return False
        keys = result.keys()
        refuse_pushed_keys(keys)
        return keys is not None

    def _whole(self, result: Outgoing) -> Any:
        """The entry of the whole; what something maps over keeps its length."""
        where = self._placement()
        mapping = _mapped_dependants(self._operator, self._ti)
        if not mapping:
            return result.entry(where)
        keywords = any(isinstance(one, ListOfDictsExpandInput) for one in mapping)
        return result.items_entry(where, keywords=keywords, in_place=stores_lists())

    def _placement(self, key: str = "return_value") -> Placement | None:
        where = placement(self._ti, key, self._store, self._format)
        return replace(where, look=self._look) if where and self._look else where


def _mapped_dependants(operator: Any, ti: Any) -> list[Any]:
    """The expand inputs of what maps over this task; Airflow takes the result's length then."""
    if (ti.map_index is not None and ti.map_index >= 0) or not operator.has_dag():
        return []
    nodes = operator.dag.task_dict[operator.task_id].iter_mapped_dependants()
    return [
        node._get_specified_expand_input()
        if hasattr(node, "_get_specified_expand_input")
        else node._expand_input
        for node in nodes
    ]
