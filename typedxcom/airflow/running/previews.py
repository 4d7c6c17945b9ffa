"""Pushes a preview of what a task returns, for people who look at the UI.

The preview is an XCom of its own, for three reasons. A plain entry has no room for it. A pointer
with a further key would be refused by an older typedxcom, which other workers may still have. And
Airflow copies an entry into the rendered arguments of each reader, where sample rows do not belong.
So a pull gets the preview only if it asks for its key.

A request to the API server takes longer than making a preview. So the preview of a table is pushed
by a thread while the table is written.
"""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import logging
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.airflow.config import settings
from typedxcom.airflow.private import sends_from_threads
from typedxcom.airflow.wiring.edges import edges_from
from typedxcom.contracts import Contract
from typedxcom.pointer import is_pointer
from typedxcom.preview import KEY, TableLook, make_preview
from typedxcom.schema.nodes import MappingOf, Schema, SequenceOf, TableOf, bare
from typedxcom.stored.base import StoredCodec

__all__ = ["ResultPreview", "preview_of"]

_log = logging.getLogger(__name__)


def preview_of(value: Any, contract: Contract, operator: Any, ti: Any) -> ResultPreview | None:
    """Returns the preview of *value*, to push once its entry is made, or None if it is off."""
    rows = settings().preview if contract.preview is None else contract.preview
    if rows is None or rows is False or value is None or not operator.do_xcom_push:
        return None
    return ResultPreview(rows, value, contract, operator, ti)


class ResultPreview:
    """A preview that is being made."""

    def __init__(self, rows: int, value: Any, contract: Contract, operator: Any, ti: Any) -> None:
        self._look = TableLook(rows)
        self._rows, self._value, self._promise = rows, value, contract.returned
        self._operator, self._ti = operator, ti
        self._thread: threading.Thread | None = None

    def look(self, table: Any) -> Any:
        """Looks at a table that is written for the value, and returns it."""
        looked = self._look(table)
        is_all = looked is table and isinstance(bare(self._promise.schema), TableOf)
        if is_all and self._thread is None and sends_from_threads():
            run = contextvars.copy_context().run
            self._thread = threading.Thread(target=run, args=(self._push, None), daemon=True)
            self._thread.start()
        return looked

    def push(self, entry: Any) -> None:
        """Pushes it in addition to *entry*, unless `look` did. If that fails, the task goes on."""
        if self._thread is None:
            self._push(entry)
        self.wait()

    def wait(self) -> None:
        """Waits until the preview is pushed, if it is being pushed."""
        if self._thread is not None:
            self._thread.join()

    def _push(self, entry: Any) -> None:
        try:
            made = make_preview(
                self._promise.schema,
                readers=list(self._readers()),
                seen=self._look.seen,
                items=self._items(entry),
            )
            self._ti.xcom_push(KEY, made)
        except Exception as error:  # its text may quote a value
            name = type(error).__name__
            _log.warning("Task %s pushes no preview: %s", self._operator.task_id, name)

    def _readers(self) -> Iterator[tuple[str, str, str]]:
        """Yields task, parameter and type of each reader that is wired in the DAG file."""
        for edge in edges_from(self._operator):
            each = " (each item)" if edge.mapped else ""
            yield edge.downstream, edge.parameter, f"{edge.read}{each}"

    def _items(self, entry: Any) -> list[Any]:
        """Returns the first items of a stored list or dict, as JSON builtins."""
        codec = self._promise.codec
        if not self._rows or isinstance(codec, StoredCodec) or not _is_stored(entry):
            return []
        first = _first(self._value, codec.schema, self._rows)
        if first is None:
            return []
        tree: Any = codec.encode(first).tree
        if isinstance(tree, Mapping):
            return [{"key": key, "value": part} for key, part in tree.items()]
        return list(tree)


def _is_stored(entry: Any) -> bool:
    """Returns whether the value is in a store, or is a list that may still be moved to one."""
    return is_pointer(entry) or isinstance(entry, list)


def _first(value: Any, schema: Schema, rows: int) -> Any:
    """Returns a value of the same kind with only the first items, or None if it has no items."""
    kind = bare(schema)
    with contextlib.suppress(TypeError):  # a class whose constructor takes other arguments
        if isinstance(kind, MappingOf):
            return dict(itertools.islice(value.items(), rows))
        if isinstance(kind, SequenceOf):
            return type(value)(itertools.islice(value, rows))
    return None
