"""The XCom backend: it gives clean values to tasks without contracts, and purges objects.

Typed tasks work on Airflow's default backend too. Set ``[core] xcom_backend =
typedxcom.backend.XComBackend`` for three things:

* untyped tasks, ``xcom_pull`` and Jinja can read what typed tasks wrote as text or into a store,
* the large values of untyped tasks leave the database,
* objects are deleted when Airflow clears the XComs of a task that runs again.

Airflow's API server imports this module but does not call it. So the module stays light.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.xcom import BaseXCom

from typedxcom.airflow.raw import as_airflow, is_raw, raw_entries, read_as_airflow
from typedxcom.codecs.serde import is_frame
from typedxcom.exchange.forms import about, is_form
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import (
    Coordinates,
    Origin,
    coordinates_prefix,
    is_pointer,
    parse,
    paths_in,
)
from typedxcom.stored import AIRFLOW, BYTES, ITEMS, StoredItems, format_of, write_any_table

if TYPE_CHECKING:
    from typedxcom.stored.access import Placement

__all__ = ["XComBackend", "raw_entries"]

_log = logging.getLogger(__name__)
_asked: ContextVar[Origin | None] = ContextVar("typedxcom_asked", default=None)
_deleting: ContextVar[Coordinates | None] = ContextVar("typedxcom_deleting", default=None)


class XComBackend(BaseXCom):
    """Airflow's own backend, but reading an entry unwraps typedxcom's forms."""

    @staticmethod
    def serialize_value(
        value: Any,
        *,
        key: str | None = None,
        task_id: str | None = None,
        dag_id: str | None = None,
        run_id: str | None = None,
        map_index: int | None = None,
    ) -> Any:
        """Makes the entry of *value*.

        Raises:
            EncodeError: Airflow would write it under another key. The task is not retried.
            StoreError: The value is large, and the store refused it.
        """
        if key is not None:
            _refuse_key(key)
        if None in (key, task_id, dag_id, run_id):
            return _entry(value, None)
        index = -1 if map_index is None else map_index
        return _entry(value, Coordinates(str(dag_id), str(run_id), str(task_id), index, str(key)))

    @classmethod
    def store_value(cls, coordinate: Any, key: str, value: Any) -> Any:
        """As `serialize_value`, from Airflow 3.4 on."""
        _refuse_key(key)
        region = coordinate.region_index
        index = -1 if region is None else region
        at = Coordinates(coordinate.dag_id, coordinate.run_id, coordinate.task_id, index, key)
        return _entry(value, at)

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        """Reads the value of an entry, never just its path. Raises DecodeError, StoreError."""
        return _value(result.value)

    @classmethod
    def load_value(cls, stored: Any) -> Any:
        """As `deserialize_value`, from Airflow 3.4 on."""
        return _value(stored)

    @classmethod
    def get_one(cls, **where: Any) -> Any:
        """As Airflow's method, but rejects a signed pointer that was made for another XCom."""
        with _asking(where):
            return super().get_one(**where)

    @classmethod
    def get_all(cls, **where: Any) -> Any:
        """As `get_one`."""
        with _asking(where):
            return super().get_all(**where)

    @classmethod
    def delete(
        cls, key: str, task_id: str, dag_id: str, run_id: str, map_index: int | None = None
    ) -> None:
        """Deletes an XCom, and lets `purge` know which one it is."""
        index = -1 if map_index is None else map_index
        token = _deleting.set(Coordinates(dag_id, run_id, task_id, index, key))
        try:
            super().delete(key, task_id, dag_id, run_id, map_index)
        finally:
            _deleting.reset(token)

    @classmethod
    def purge(cls, xcom: Any, *args: Any) -> None:
        """Deletes the objects that only this entry names.

        Never raises: Airflow calls it before the body of a task that runs again, and an error here
        would keep the task from ever running. The sweep finds objects that are left.
        """
        own = _deleting.get()
        with _left_behind(own):
            if own is not None:
                _purge(xcom.value, coordinates_prefix(own) + "/")


def _refuse_key(key: str) -> None:
    """Raises EncodeError if Airflow would write the value under another key."""
    from typedxcom.airflow.keynames import key_sentence
    from typedxcom.airflow.running.failing import without_retries
    from typedxcom.errors import EncodeError

    if problem := key_sentence(key):
        with without_retries():
            raise EncodeError(f"{problem[0].upper()}{problem[1:]}. Rename it.", is_grave=True)


def _entry(value: Any, at: Coordinates | None) -> JsonValue:
    if is_form(value):  # a typed task made it
        entry: JsonValue = value
        return entry
    placement = _placement(at)
    if placement is not None:
        stored = _stored_object(value, placement)
        if stored is not None:
            return stored
    tree: JsonValue = BaseXCom.serialize_value(value)
    return tree if placement is None else _kept_small(tree, placement)


def _placement(at: Coordinates | None) -> Placement | None:
    from typedxcom.airflow.running.stores import placed

    return None if at is None else placed(at)


def _stored_object(value: Any, placement: Placement) -> JsonValue:
    """Stores a value that an entry cannot hold, such as bytes or an Arrow table, if it is one."""
    if isinstance(value, (bytes, bytearray)):
        return BYTES.write(bytes(value), placement)
    return write_any_table(value, placement)


def _kept_small(tree: JsonValue, placement: Placement) -> JsonValue:
    """Returns *tree*, or a pointer if it is large. Mapped tasks know its length already."""
    if not isinstance(tree, (str, list, dict)):
        return tree
    from typedxcom.airflow.config import settings
    from typedxcom.codecs.text import write_text

    text = write_text(tree)
    # If pointers are signed, readers accept a table only from a signed pointer.
    is_signed = bool(placement.stores.keys) and is_frame(tree)
    if not (settings().is_stored(len(text)) or is_signed):
        return tree
    line = about(tree, len(text))
    if isinstance(tree, list) and not any(paths_in(text)):
        return ITEMS.write([*map(write_text, tree)], placement, about=line)
    return AIRFLOW.write(text, placement, about=line)


@contextlib.contextmanager
def _asking(where: dict[str, Any]) -> Iterator[None]:
    """Marks the entries that are read inside as those that somebody asked for by *where*."""
    is_earlier = where.get("include_prior_dates")
    run_id = None if is_earlier else where.get("run_id")
    names = where.get("dag_id"), run_id, where.get("task_id"), where.get("key")
    token = _asked.set(Origin(*names))
    try:
        yield
    finally:
        _asked.reset(token)


def _value(entry: Any) -> Any:
    from typedxcom.airflow.running.origins import stores_from
    from typedxcom.exchange.unwrap import opened

    asked = _asked.get()
    stores = stores_from() if asked is None else stores_from(asked)
    if is_pointer(entry):
        value = format_of(stores.pointer(entry)).unfolded(entry, stores, _airflow_value)
    else:
        value = _airflow_value(entry)
    if is_raw():
        return value
    return opened(value[:] if isinstance(value, StoredItems) else value, stores)


def _airflow_value(entry: Any) -> Any:
    """Reads an entry as Airflow's default backend does, or the common.io backend before us."""
    from typedxcom.airflow.running.migration import is_common_io, read_common_io
    from typedxcom.errors import DecodeError
    from typedxcom.exchange.unwrap import TOO_DEEP

    if is_common_io(entry):
        return read_common_io(entry)
    try:
        return read_as_airflow(entry) if is_raw() else as_airflow(entry)
    except RecursionError as error:
        raise DecodeError(TOO_DEEP) from error


def _purge(entry: Any, prefix: str) -> None:
    """Deletes the objects that *entry* names under *prefix*, at any depth, and no other entry does.

    Tables and files are left to the sweep, which reads all entries. A task that got the handle of
    one may have returned it, and then another entry names the same object.
    """
    from typedxcom.airflow.running.stores import stores

    todo = [entry]
    while todo:
        node = todo.pop()
        if is_pointer(node):
            with _left_behind(prefix):
                pointer = parse(node)
                is_own = pointer.path.startswith(prefix)
                if is_own and not format_of(pointer).is_passed_on:
                    stores().open_store(pointer.store).delete(pointer.path)
        elif isinstance(node, dict):
            todo.extend(node.values())
        elif isinstance(node, list):
            todo.extend(node)


@contextlib.contextmanager
def _left_behind(whose: object) -> Iterator[None]:
    """Logs an error about one object, so that the others are still deleted."""
    try:
        yield
    except Exception as error:
        _log.warning("Purge of %s left objects behind: %s", whose, error)
