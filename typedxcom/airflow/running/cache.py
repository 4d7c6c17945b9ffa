"""This worker's cache, from the ``[typedxcom]`` section of airflow.cfg."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.running import machines
from typedxcom.airflow.running.metrics import cache_observer
from typedxcom.cache import Cache
from typedxcom.errors import ConfigurationError

__all__ = ["worker_cache"]

_OFF: Final = {"off", "false", "none"}
_LIMIT: Final = 2 * 2**30  # bytes


def worker_cache() -> Cache | None:
    """The cache of this user on this machine, or None if it is off.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    written = str(conf.get(SECTION, "cache", fallback="") or "").strip()
    folder = _default_folder() if not written else _folder(written)
    return None if folder is None else Cache(folder, limit=_limit(), observe=cache_observer())


def _folder(written: str) -> Path | None:
    if written.lower() in _OFF:
        return None
    try:
        folder = Path(written).expanduser()
    except RuntimeError as error:  # this user has no home
        raise ConfigurationError(f"[{SECTION}] cache in airflow.cfg: {error}") from error
    if not folder.is_absolute():
        raise ConfigurationError(
            f"[{SECTION}] cache in airflow.cfg is {written!r}: it needs a whole path, or off"
        )
    return folder


def _default_folder() -> Path | None:
    """A folder of this user's own, if there will be another task here that could read from it."""
    if machines.is_for_one_task():
        return None
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:
        return None
    return home / "typedxcom" if home.is_absolute() else None


def _limit() -> int:
    try:
        limit = conf.getint(SECTION, "cache_limit", fallback=_LIMIT)
        if limit < 1:
            raise ValueError(f"cache_limit is {limit}: it needs a number of bytes")
    except ValueError as error:
        raise ConfigurationError(f"[{SECTION}] in airflow.cfg: {error}") from error
    return int(limit)
