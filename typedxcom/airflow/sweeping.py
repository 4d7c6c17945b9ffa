"""The sweep of this deployment: its stores, its rows and its rules, as ``[typedxcom]`` has them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.stores import open_store, store_names
from typedxcom.errors import ConfigurationError
from typedxcom.sweep import Progress, Report, Rules, parse_period, sweep

if TYPE_CHECKING:
    from typedxcom.sweep import RowSource

__all__ = ["configured_rules", "configured_source", "is_delete_configured", "sweep_deployment"]

_FORBIDDEN = "airflow-db-not-allowed"  # what Airflow gives to tasks for a database


def sweep_deployment(
    *,
    delete: bool = False,
    stores: Sequence[str] = (),
    grace: timedelta | None = None,
    retention: Mapping[str, timedelta] | None = None,
    progress: Progress = lambda step, done, of: None,
) -> Report:
    """Look for objects that no row of this deployment names; see `typedxcom.sweep.sweep`.

    Args:
        delete: Remove them; without it they are counted.
        stores: The names of the stores to look in; all of them where there are none.
        grace: How old an object must be to go, in place of the setting.
        retention: By DAG, beside the setting.
        progress: As for `typedxcom.sweep.sweep`.

    Raises:
        ConfigurationError: A setting is missing or wrong.
        SweepError: The rows or runs cannot all be read. Nothing was removed.
        StoreError: A store cannot be listed or read. Nothing was removed.
    """
    names = store_names()
    chosen = list(dict.fromkeys(stores or names))
    rules = configured_rules(grace, retention)
    with contextlib.closing(configured_source()) as source:
        return sweep(
            [open_store(name) for name in chosen],
            source,
            rules,
            delete=delete,
            others=[open_store(name) for name in names if name not in chosen],
            progress=progress,
        )


def configured_rules(
    grace: timedelta | None = None, retention: Mapping[str, timedelta] | None = None
) -> Rules:
    """The rules of the section, but for what is given. Raises ConfigurationError."""
    written = conf.get(SECTION, "sweep_retention", fallback="") or "{}"
    try:
        periods = {str(dag): parse_period(str(text)) for dag, text in json.loads(written).items()}
    except (ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"[{SECTION}] sweep_retention is no JSON object of periods by DAG id"
        ) from error
    if grace is None:
        grace = parse_period(conf.get(SECTION, "sweep_grace", fallback="") or "1d")
    return Rules(grace=grace, retention={**periods, **(retention or {})})


def is_delete_configured() -> bool:
    """Whether the ready DAG removes what it finds."""
    return bool(conf.getboolean(SECTION, "sweep_delete", fallback=False))


def configured_source() -> RowSource:
    """Where rows are read from.

    Raises:
        ConfigurationError: Neither the REST API nor a database is configured, or both are.
        SweepError: The database has no driver here.
    """
    api, database = _setting("sweep_api"), _setting("sweep_database")
    if api and database:
        raise ConfigurationError(
            f"[{SECTION}] has sweep_api and sweep_database. Leave out the one that the sweep shall "
            "not read."
        )
    if api:
        return _api_rows(api)
    from typedxcom.airflow.dbrows import DatabaseRows

    schema = _setting("sql_alchemy_schema", "database")
    return DatabaseRows(database or _own_database(), schema=schema)


def _api_rows(url: str) -> RowSource:
    from typedxcom.airflow.apirows import ApiRows

    token, user = _setting("sweep_token"), _setting("sweep_user")
    if not (token or user):
        raise ConfigurationError(
            f"[{SECTION}] sweep_api needs sweep_token, or sweep_user and sweep_password"
        )
    return ApiRows(url, token=token, user=user, password=_setting("sweep_password"))


def _own_database() -> str:
    """The metadata database of this deployment, for whoever may use it: a command line."""
    url = _setting("sql_alchemy_conn", "database")
    if not url or url.startswith(_FORBIDDEN):
        raise ConfigurationError(
            "The sweep has no rows to read: Airflow gives no database to a task. Set "
            f"[{SECTION}] sweep_api with sweep_token, or sweep_database."
        )
    return url


def _setting(name: str, section: str = SECTION) -> str:
    """One setting, in whichever of Airflow's configurations knows it."""
    from airflow.configuration import conf as core_conf

    return str(core_conf.get(section, name, fallback="") or "").strip()
