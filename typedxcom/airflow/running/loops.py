"""Fills a ``Loop[State]`` in a running task, and reads what an iteration gave the next one.

Airflow's own object gives entries: a model is a dict, and a large value is a pointer. So it is
replaced, in the context from which Airflow fills the parameters of the function.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from airflow.sdk import get_current_context

from typedxcom.airflow.modes import warns
from typedxcom.airflow.raw import as_airflow, raw_entries
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.origins import stores_from
from typedxcom.airflow.running.warned import BROKEN, passed_item
from typedxcom.airflow.wiring.flows import RETURN_KEY
from typedxcom.airflow.wiring.loops import state_of
from typedxcom.airflow.wiring.promised import promised_under
from typedxcom.airflow.wiring.readers import loop_around
from typedxcom.contracts import Contract, Promise
from typedxcom.errors import CodecError, ContractError, ValidationError
from typedxcom.exchange import load
from typedxcom.loops import LOOP, Loop
from typedxcom.pointer import Origin
from typedxcom.stores.verified import named

__all__ = ["filled_loop", "reading_until", "typed_loop"]


@contextlib.contextmanager
def filled_loop(context: Any, contract: Contract | None) -> Iterator[None]:
    """Inside, the context has the loop that *contract* names, in the place of Airflow's own."""
    own = context.get(LOOP)
    promise = contract.loops.get(LOOP) if contract is not None and own is not None else None
    if promise is None:
        yield
        return
    context[LOOP] = typed_loop(own, promise, context["ti"])
    try:
        yield
    finally:
        context[LOOP] = own


def typed_loop(own: Any, promise: Promise, ti: Any) -> Loop[Any]:
    """The loop of a running task.

    Args:
        own: Airflow's object.
        promise: What each iteration gives the next one.
        ti: The task instance that reads.
    """
    if isinstance(own, Loop):
        return own
    reader = LoopReader(own, promise, ti)
    return Loop(own.index, own.max_iterations, read=reader.read)


def reading_until(until: Callable[..., Any]) -> Callable[..., Any]:
    """*until* with the loop that its annotation names."""

    @functools.wraps(until)
    def stops(**context: Any) -> Any:
        with without_retries():
            promise = state_of(until)
        if promise is not None:
            own, ti = context[LOOP], get_current_context()["ti"]
            context = {**context, LOOP: typed_loop(own, promise, ti)}
        return until(**context)

    return stops


class LoopReader:
    """Reads the result of an iteration by the annotation of a task of the loop."""

    def __init__(self, own: Any, promise: Promise, ti: Any) -> None:
        self._own, self._promise, self._ti = own, promise, ti
        self._last = loop_around(ti.task.task_group).terminal_task_id

    def read(self, name: str) -> Any:
        """The value of ``previous`` or ``result``.

        Raises:
            ValidationError, DecodeError: It is not what the annotation says. A retry does not help.
            StoreError: The store refused. A retry may help.
        """
        about = f"Task {self._ti.task_id!r}, `{LOOP}.{name}` (pushed by {self._last!r})"
        with without_retries(), raw_entries():
            entry = getattr(self._own, name)
            try:
                with named(about):
                    return self._decoded(entry)
            except (ValidationError, CodecError) as error:
                if entry is None:
                    raise ValidationError(f"{about}: nothing was pushed") from None
                raise error.about(about) from error.__cause__

    def _decoded(self, entry: Any) -> Any:
        ti = self._ti
        origin = Origin(ti.dag_id, ti.run_id, self._last, RETURN_KEY)
        try:
            codec = self._promise.codec
            return load(entry, codec, stores=stores_from(origin), airflow=as_airflow)
        except BROKEN as error:
            if not warns(ti.dag_id):
                raise
            return passed_item(entry, error, self._written())

    def _written(self) -> Promise | None:
        with contextlib.suppress(ContractError):
            return promised_under(self._ti.task.dag.get_task(self._last), RETURN_KEY)
        return None
