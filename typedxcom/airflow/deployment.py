"""The id of this deployment. Objects carry it, so that no other deployment sweeps them.

A worker of Airflow 3 has no database. Each process that stores something asks the Execution API
once for a Variable, and makes it if there is none. So the id is kept in the metadata database: it
outlives upgrades and comes back with a backup, and an empty database has another one.
"""

from __future__ import annotations

import logging
import uuid
from typing import Final

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.private import read_variable, supervisor, write_variable
from typedxcom.stores.owners import owner_name

__all__ = [
    "VARIABLE",
    "configured_owner",
    "description_of",
    "forget",
    "new_deployment",
    "owner_in_description",
    "this_owner",
]

VARIABLE: Final = "typedxcom_deployment"
_ABOUT = "typedxcom: objects of this deployment have the owner "
_log = logging.getLogger(__name__)
_kept: dict[str, str] = {}  # of this process


def this_owner() -> str:
    """The owner of what this process stores. "" if it is no task, or Airflow does not say.

    Raises:
        ConfigurationError: The setting is wrong.
    """
    configured = configured_owner()
    if configured:
        return configured
    if "owner" not in _kept:
        return _asked()
    return _kept["owner"]


def configured_owner() -> str:
    """The owner that ``[typedxcom] deployment`` names, or "" if it is not set."""
    text = str(conf.get(SECTION, "deployment", fallback="") or "").strip()
    return owner_name(text) if text else ""


def _asked() -> str:
    comms = supervisor()
    if comms is None:
        return ""
    try:
        found = read_variable(comms, VARIABLE)
        if found:
            _kept["owner"] = owner_name(found)
            return _kept["owner"]
        # Nothing is kept yet: should another first writer come between, its id is the one to use.
        fresh = new_deployment()
        write_variable(comms, VARIABLE, fresh, description_of(fresh))
        return owner_name(read_variable(comms, VARIABLE) or fresh)
    except Exception as error:  # whatever Airflow raises, the value can be stored without it
        _kept["owner"] = ""
        _log.warning(
            "Airflow does not give the Variable %r, so the objects of this task have no owner and "
            "no sweep deletes them. Set [%s] deployment. (%s)",
            VARIABLE,
            SECTION,
            type(error).__name__,
        )
        return ""


def new_deployment() -> str:
    """An id that no other deployment has."""
    return str(uuid.uuid4())


def description_of(deployment: str) -> str:
    """The Variable's description, which is never encrypted in the database. Its value may be."""
    return f"{_ABOUT}{owner_name(deployment)}. Do not copy it to another deployment."


def owner_in_description(text: str) -> str:
    """The owner that `description_of` wrote, or "" if it did not write *text*."""
    _, found, after = text.partition(_ABOUT)
    return after[:12] if found else ""


def forget() -> None:
    """Ask again at the next object."""
    _kept.clear()
