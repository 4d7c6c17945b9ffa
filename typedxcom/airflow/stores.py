"""The stores of this deployment, from the ``[typedxcom]`` section of airflow.cfg."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.metrics import observer
from typedxcom.errors import ConfigurationError
from typedxcom.objects import Objects, Placement, TableFormat
from typedxcom.pointer import Coordinates
from typedxcom.stores.verified import Limits

if TYPE_CHECKING:
    from typedxcom.stores import Store

__all__ = [
    "DEFAULT",
    "objects",
    "open_store",
    "placed",
    "placement",
    "store_names",
    "stores_lists",
]

DEFAULT = "default"
# Executors whose workers may be other machines, which a folder under AIRFLOW_HOME does not reach.
_DISTRIBUTED = ("celery", "kubernetes", "ecs", "batch", "edge", "lambda")


def placement(
    ti: Any,
    key: str = "return_value",
    store: str | None = None,
    format: TableFormat | None = None,  # noqa: A002
) -> Placement | None:
    """Where the large parts of what *ti* pushes under *key* go; None where there is no store.

    Args:
        ti: A running task instance.
        key: The XCom key.
        store: The name of a store of ``[typedxcom] stores``; the default where None.
        format: How tables are written; arrow where None.
    """
    index = ti.map_index if ti.map_index is not None else -1
    if index < 0:  # an iteration of a loop (Airflow 3.4) counts like a mapped instance
        region = getattr(ti, "region_index", None)
        index = -1 if region is None else region
    return placed(Coordinates(ti.dag_id, ti.run_id, ti.task_id, index, key), store, format)


def placed(
    coordinates: Coordinates,
    store: str | None = None,
    format: TableFormat | None = None,  # noqa: A002
) -> Placement | None:
    """Where the large parts of one XCom go; None where there is no store."""
    if store is None and DEFAULT not in _addresses() and _is_distributed():
        return None
    return Placement(objects(), coordinates, store or DEFAULT, format or "arrow")


@functools.cache
def stores_lists() -> bool:
    """Whether our XCom backend is in use: it stores a long list as one object of many items."""
    from typedxcom.backend import XComBackend

    backend = conf.getimport("core", "xcom_backend", fallback="airflow.sdk.bases.xcom.BaseXCom")
    return isinstance(backend, type) and issubclass(backend, XComBackend)


@functools.cache
def objects() -> Objects:
    """The stores, and how pointers into them are signed.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    written = conf.get(SECTION, "signing_key", fallback="") or ""
    keys = [part.strip().encode() for part in written.split(",") if part.strip()]
    try:
        limit = conf.getint(SECTION, "read_limit", fallback=Limits().decoded)
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error
    limits = Limits(size=max(limit, Limits().size), decoded=limit)
    return Objects(open_store, keys=keys, limits=limits)


@functools.cache
def open_store(name: str) -> Store:
    """The store called *name*.

    Raises:
        ConfigurationError: No store has that name, or its address is wrong.
    """
    address = _addresses().get(name)
    if address is None and name == DEFAULT:
        address = str(Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / "xcom")
    if address is None:
        raise ConfigurationError(
            f"An XCom lies in a store called {name!r}, and [{SECTION}] stores names no such store"
        )
    store = _open(name, address)
    store.observe = observer()
    return store


def store_names() -> list[str]:
    """Every store of this deployment, the default one first.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    return [DEFAULT, *(name for name in _addresses() if name != DEFAULT)]


def _addresses() -> dict[str, str]:
    """Name to folder or URL, as configured."""
    found: dict[str, str] = {}
    written = conf.get(SECTION, "stores", fallback="") or ""
    if written.strip():
        try:
            found.update(json.loads(written))
        except (ValueError, TypeError) as error:
            raise ConfigurationError(
                f"[{SECTION}] stores is no JSON object of addresses"
            ) from error
    default = conf.get(SECTION, "store", fallback="") or ""
    return {**found, DEFAULT: default.strip()} if default.strip() else found


def _open(name: str, address: str) -> Store:
    from typedxcom.stores import LocalStore

    if "://" not in address or address.startswith("file://"):
        return LocalStore(address.removeprefix("file://"), name=name, copies=_copies())
    from typedxcom.stores.deadline import call_outside_loop
    from typedxcom.stores.object import ObjectStore

    path = call_outside_loop(lambda: _path(address))  # it makes the file system
    return ObjectStore(lambda: path.fs, path.path, name=name, url=address)


def _copies() -> bool:
    try:
        return bool(conf.getboolean(SECTION, "copy_local_objects", fallback=False))
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error


def _path(address: str) -> Any:
    """The root of an object store.

    Raises:
        ConfigurationError: The connection is unknown: a provider may go on without credentials.
    """
    from airflow.sdk import BaseHook, ObjectStoragePath

    from typedxcom.airflow.private import AirflowNotFoundException

    conn_id, has_one, _ = urlsplit(address).netloc.rpartition("@")
    if has_one:
        try:
            BaseHook.get_connection(conn_id)
        except AirflowNotFoundException:
            raise ConfigurationError(
                f"The store {address} takes the connection {conn_id!r}, which Airflow does "
                "not know: add the connection, or correct its id in the address"
            ) from None
    return ObjectStoragePath(address)


def _is_distributed() -> bool:
    executor = str(conf.get("core", "executor", fallback="")).lower()
    return any(word in executor for word in _DISTRIBUTED)
