"""The sweep of this deployment: its stores, entries and rules, as ``[typedxcom]`` has them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.deployment import VARIABLE, configured_owner
from typedxcom.airflow.running.stores import open_store, store_names
from typedxcom.errors import ConfigurationError, SweepError
from typedxcom.sweep import Progress, SweepReport, SweepRules, adopt_store, parse_period, sweep

if TYPE_CHECKING:
    from typedxcom.airflow.sweep.api import ApiEntries
    from typedxcom.airflow.sweep.database import DatabaseEntries
    from typedxcom.sweep import EntrySource

__all__ = [
    "adopt_stores",
    "configured_rules",
    "configured_source",
    "is_delete_configured",
    "sweep_deployment",
]

_FORBIDDEN = "airflow-db-not-allowed"  # what Airflow gives to tasks for a database


def sweep_deployment(
    *,
    delete: bool = False,
    all_orphans: bool = False,
    stores: Sequence[str] = (),
    grace: timedelta | None = None,
    retention: Mapping[str, timedelta] | None = None,
    progress: Progress = lambda step, done, of: None,
) -> SweepReport:
    """Look for objects that no entry of this deployment names; see `typedxcom.sweep.sweep`.

    Args:
        delete: Delete them. Otherwise they are only counted.
        all_orphans: Delete them even if there are suspiciously many.
        stores: The names of the stores to look in. Empty means all.
        grace: How old an object must be to go, in place of the setting.
        retention: By DAG, beside the setting.
        progress: As for `typedxcom.sweep.sweep`.

    Raises:
        ConfigurationError: A setting is missing or wrong.
        SweepError: The entries, the runs or a store cannot all be read, or it is doubtful that they
            belong together. Nothing was removed.
        StoreError: An object that names others cannot be read. Nothing was removed.
    """
    names = store_names()
    chosen = list(dict.fromkeys(stores or names))
    rules = configured_rules(grace, retention)
    with contextlib.closing(configured_source()) as source:
        return sweep(
            [open_store(name) for name in chosen],
            source,
            rules,
            owner=_owner(source),
            delete=delete,
            all_orphans=all_orphans,
            others=[open_store(name) for name in names if name not in chosen],
            progress=progress,
        )


def adopt_stores(stores: Sequence[str] = (), *, of: str = "") -> str:
    """Bind stores to this deployment, with objects that are there; see `adopt_store`.

    Args:
        stores: Their names. Empty means all.
        of: Whose objects.

    Returns:
        The owner that they are bound to.

    Raises:
        ConfigurationError: A setting is missing or wrong.
        SweepError: They are bound to another one, or the deployment can be given no id.
        StoreError: A store refused. A retry may help.
    """
    with contextlib.closing(configured_source()) as source:
        owner = _owner(source) or source.make_owner()
    for name in dict.fromkeys(stores or store_names()):
        adopt_store(open_store(name), owner, of)
    return owner


def _owner(source: EntrySource) -> str:
    """Whose objects are swept: the owner that the entries' database names, or the setting.

    Raises:
        SweepError: It cannot be read, or the two differ.
    """
    configured = configured_owner()
    if not configured:
        return source.owner()
    found = _owner_if_readable(source)
    if found and found != configured:
        raise SweepError(
            f"[{SECTION}] deployment stands for {configured}, and {source.describe()} is of deployment "
            f"{found}. Let the sweep read the database of this deployment, or delete the Variable "
            f"{VARIABLE!r} there if the setting came later."
        )
    return configured


def _owner_if_readable(source: EntrySource) -> str:
    try:
        return source.owner()
    except SweepError:  # it is not needed: the account may be allowed less
        return ""


def configured_rules(
    grace: timedelta | None = None, retention: Mapping[str, timedelta] | None = None
) -> SweepRules:
    """The configured rules, replaced by what is given. Raises ConfigurationError."""
    written = conf.get(SECTION, "sweep_retention", fallback="") or "{}"
    try:
        periods = {str(dag): parse_period(str(text)) for dag, text in json.loads(written).items()}
    except (ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"[{SECTION}] sweep_retention is not a JSON object of DAG ids and periods"
        ) from error
    if grace is None:
        grace = parse_period(conf.get(SECTION, "sweep_grace", fallback="") or "1d")
    try:
        percent = conf.getint(SECTION, "sweep_max_percent", fallback=SweepRules().max_percent)
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] sweep_max_percent: {error}") from error
    retained = {**periods, **(retention or {})}
    return SweepRules(grace=grace, retention=retained, max_percent=percent)


def is_delete_configured() -> bool:
    """Whether the ready DAG deletes what it finds."""
    return bool(conf.getboolean(SECTION, "sweep_delete", fallback=False))


def configured_source() -> ApiEntries | DatabaseEntries:
    """Where entries are read from.

    Raises:
        ConfigurationError: Neither the REST API nor a database is configured, or both are.
        SweepError: The database has no driver here.
    """
    api, database = _setting("sweep_api"), _setting("sweep_database")
    if api and database:
        raise ConfigurationError(
            f"[{SECTION}] has sweep_api and sweep_database. Leave out the one that the sweep "
            "should not read."
        )
    if api:
        return _api_entries(api)
    from typedxcom.airflow.sweep.database import DatabaseEntries

    schema = _setting("sql_alchemy_schema", "database")
    return DatabaseEntries(database or _own_database(), schema=schema)


def _api_entries(url: str) -> ApiEntries:
    from typedxcom.airflow.sweep.api import ApiEntries

    token, user = _setting("sweep_token"), _setting("sweep_user")
    if not (token or user):
        raise ConfigurationError(
            f"[{SECTION}] sweep_api needs sweep_token, or sweep_user and sweep_password"
        )
    return ApiEntries(url, token=token, user=user, password=_setting("sweep_password"))


def _own_database() -> str:
    """The metadata database of this deployment, which only a command line may use."""
    url = _setting("sql_alchemy_conn", "database")
    if not url or url.startswith(_FORBIDDEN):
        raise ConfigurationError(
            "The sweep has no entries to read: Airflow gives no database to a task. Set "
            f"[{SECTION}] sweep_api with sweep_token, or sweep_database."
        )
    return url


def _setting(name: str, section: str = SECTION) -> str:
    """One setting, from whichever of Airflow's two configurations has it."""
    from airflow.configuration import conf as core_conf

    return str(core_conf.get(section, name, fallback="") or "").strip()
