"""The stores of this deployment, from the ``[typedxcom]`` section of airflow.cfg."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from typedxcom.airflow.config import SECTION, conf, signing_keys
from typedxcom.airflow.deployment import this_owner
from typedxcom.airflow.running import machines
from typedxcom.airflow.running.cache import worker_cache
from typedxcom.airflow.running.metrics import observer
from typedxcom.errors import ConfigurationError
from typedxcom.pointer import Coordinates
from typedxcom.stored.access import DEFAULT_FORMAT, Placement, Stores, TableFormat
from typedxcom.stores.folders import warn_of_others
from typedxcom.stores.owners import bind
from typedxcom.stores.verified import Limits

if TYPE_CHECKING:
    from typedxcom.stores import Store

__all__ = [
    "DEFAULT",
    "bound",
    "open_store",
    "owner_in",
    "placed",
    "placement",
    "store_names",
    "stores",
    "stores_lists",
]

DEFAULT = "default"
_OUR_BACKEND = "typedxcom.backend.XComBackend"


def placement(
    ti: Any,
    key: str = "return_value",
    store: str | None = None,
    format: TableFormat | None = None,  # noqa: A002
) -> Placement | None:
    """Where the large parts of what *ti* pushes under *key* go, or None without a store.

    Args:
        ti: A running task instance.
        key: The XCom key.
        store: The name of a store of ``[typedxcom] stores``. None means the default store.
        format: How tables are written. None means arrow.
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
    """Where the large parts of one XCom go, or None without a store."""
    if store is None and DEFAULT not in _addresses() and machines.are_several():
        return None
    return Placement(stores(), coordinates, store or DEFAULT, format or DEFAULT_FORMAT)


@functools.cache
def stores_lists() -> bool:
    """Whether our XCom backend is in use: it stores a long list as one object of many items."""
    backend = conf.getimport("core", "xcom_backend", fallback="airflow.sdk.bases.xcom.BaseXCom")
    # By its name: the backend itself imports this module.
    names = {f"{one.__module__}.{one.__qualname__}" for one in getattr(backend, "__mro__", ())}
    return _OUR_BACKEND in names


@functools.cache
def stores() -> Stores:
    """The stores, and how pointers into them are signed.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    try:
        is_set = conf.get(SECTION, "read_limit", fallback=None)
        limit = conf.getint(SECTION, "read_limit") if is_set else Limits().decoded
        if limit < 1:
            raise ValueError(f"read_limit is {limit}: it needs a number of bytes")
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error
    limits = Limits(size=max(limit, Limits().size), decoded=limit)
    return Stores(
        open_store,
        keys=signing_keys(),
        limits=limits,
        owner_in=owner_in,
        cache=worker_cache(),
    )


def owner_in(name: str) -> str:
    """The owner of new objects in the store *name*, which is bound to it. "" if not known.

    Raises:
        ConfigurationError: A setting is wrong.
        StoreError: The store refused. A retry may help.
    """
    owner = this_owner()
    if owner:
        bound(name, owner)
    return owner


@functools.cache
def bound(name: str, owner: str) -> None:
    """Bind a store once per process; see `typedxcom.stores.owners.bind`."""
    bind(open_store(name), owner)


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
            f"An XCom is in the store {name!r}, but [{SECTION}] stores has no store of that name"
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
            found = msgspec.json.decode(written, type=dict[str, str])
        except (msgspec.DecodeError, UnicodeError):  # not chained: it may quote an address
            raise ConfigurationError(
                f"[{SECTION}] stores is not a JSON object of names and addresses"
            ) from None
    default = conf.get(SECTION, "store", fallback="") or ""
    return {**found, DEFAULT: default.strip()} if default.strip() else found


def _open(name: str, address: str) -> Store:
    from typedxcom.stores import LocalStore

    if "://" not in address or address.startswith("file:///"):
        folder = LocalStore(address.removeprefix("file://"), name=name, copies=_copies())
        warn_of_others(folder.root, name)
        return folder
    from typedxcom.stores.deadline import call_outside_loop, safe_address, safe_text
    from typedxcom.stores.installed import open_installed
    from typedxcom.stores.object import ObjectStore

    shown = safe_address(address)
    _refuse_secrets(address, shown)
    installed = open_installed(name, address)
    if installed is not None:
        return installed
    try:
        path = call_outside_loop(lambda: _path(address, shown))  # it makes the file system
    except ConfigurationError:
        raise
    except Exception as error:  # not chained: it may quote the address
        raise ConfigurationError(
            f"The store {name!r} at {shown} cannot be opened: {safe_text(error)}. Correct its "
            "address, or install the provider of its file system; for S3: pip install "
            '"apache-airflow-providers-amazon[s3fs]"'
        ) from None
    return ObjectStore(lambda: path.fs, path.path, name=name, url=shown)


def _copies() -> bool:
    try:
        return bool(conf.getboolean(SECTION, "copy_local_objects", fallback=False))
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error


def _refuse_secrets(address: str, shown: str) -> None:
    """Raise ConfigurationError if an address holds what may be a secret."""
    conn_id, _, rest = address.partition("://")[2].rpartition("@")
    if not _is_plain(conn_id, rest):
        raise ConfigurationError(
            f"The address of the store {shown} holds more than a connection's id, a bucket and a "
            "prefix. Put user names, passwords and options into an Airflow connection, and name "
            "its id: s3://aws_default@bucket/xcom"
        )


def _path(address: str, shown: str) -> Any:
    """The root of an object store.

    Raises:
        ConfigurationError: The connection is unknown: a provider may go on without credentials.
    """
    from airflow.sdk import BaseHook, ObjectStoragePath

    from typedxcom.airflow.private import AirflowNotFoundException

    conn_id, has_one, _ = address.partition("://")[2].rpartition("@")
    if has_one and "/" not in conn_id:
        try:
            BaseHook.get_connection(conn_id)
        except AirflowNotFoundException:
            raise ConfigurationError(
                f"The store {shown} takes the connection {conn_id!r}, which Airflow does "
                "not know: add the connection, or correct its id in the address"
            ) from None
    return ObjectStoragePath(address)


def _is_plain(conn_id: str, rest: str) -> bool:
    """Whether an address has nothing that may be a secret: a password, a query, a fragment."""
    return ":" not in conn_id and not any(mark in part for mark in "?#" for part in (conn_id, rest))
