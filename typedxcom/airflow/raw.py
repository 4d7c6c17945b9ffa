"""Entries as they are stored: a reader with a contract decodes them itself, by its annotations.

Airflow decodes an entry without knowing what the reader expects: it imports the classes that the
entry names, or refuses them. So while the arguments of a typed task are pulled, a mode of this
thread keeps every entry as it is. Everything else that pulls in the same process (Jinja, the body's
own ``xcom_pull``, untyped tasks) gets what it always got.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from airflow.sdk.bases.xcom import BaseXCom

from typedxcom.codecs.serde import with_length
from typedxcom.errors import DecodeError

__all__ = [
    "as_airflow",
    "in_airflows_form",
    "is_raw",
    "keep_entries",
    "raw_entries",
    "read_as_airflow",
]

_is_raw: ContextVar[bool] = ContextVar("typedxcom_raw_entries", default=False)
_read = BaseXCom.deserialize_value


@contextlib.contextmanager
def raw_entries() -> Iterator[None]:
    """Inside, entries come as they are stored: a reader with a contract decodes them itself."""
    with _mode(raw=True):
        yield


@contextlib.contextmanager
def _mode(*, raw: bool) -> Iterator[None]:
    token = _is_raw.set(raw)
    try:
        yield
    finally:
        _is_raw.reset(token)


def is_raw() -> bool:
    """Whether entries are to come as they are stored."""
    return _is_raw.get()


def read_as_airflow(entry: Any) -> Any:
    """*entry* as Airflow's default backend reads it, or raw inside `raw_entries`."""
    return with_length(entry) if is_raw() else _read(StoredResult(entry))


def as_airflow(entry: Any) -> Any:
    """A value in Airflow's own form, for a reader without an annotation.

    Raises:
        DecodeError: Airflow does not read it: it is damaged, or its class is not on the allow-list.
    """
    with _mode(raw=False):
        try:
            return _read(StoredResult(entry))
        except RecursionError:
            raise
        except Exception as error:
            raise DecodeError(
                f"Airflow does not read this XCom: {error}. Annotate the parameter with the class, "
                "or with a model or dict[str, Any] of what it holds, or annotate what the task that "
                "pushed it returns"
            ) from error


def in_airflows_form(value: Any) -> Any:
    """The entry that Airflow makes of the result of an untyped task. Raises as Airflow does."""
    return BaseXCom.serialize_value(value)


def keep_entries() -> None:
    """Let Airflow's default backend, and subclasses of it, keep entries raw inside `raw_entries`.

    Airflow calls the backend's class from several places and passes it only the entry, so the mode
    is looked up here.
    """
    if BaseXCom.deserialize_value is _read:
        BaseXCom.deserialize_value = staticmethod(  # type: ignore[method-assign]
            lambda result: read_as_airflow(result.value)
        )


class StoredResult:
    """What Airflow's own `deserialize_value` takes."""

    def __init__(self, value: Any) -> None:
        self.value = value
