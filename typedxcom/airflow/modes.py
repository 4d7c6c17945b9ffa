"""Decides whether a DAG fails or only warns, for teams that adopt typedxcom step by step.

``[typedxcom] mode`` decides for the deployment, ``dag_modes`` for some DAGs.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
from collections.abc import Iterator

import msgspec
from airflow.sdk import get_current_context

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.private import DagContext
from typedxcom.errors import ConfigurationError

__all__ = [
    "always_strict",
    "always_warning",
    "forget",
    "warns",
    "warns_in_dag",
    "warns_in_run",
]

_MODES = ("error", "warn")
_forced: list[str] = []  # the mode of each `always_strict` and `always_warning` that is open


@contextlib.contextmanager
def always_strict() -> Iterator[None]:
    """Checks every DAG inside the block as in the mode ``error``, whatever the settings say."""
    with _always("error"):
        yield


@contextlib.contextmanager
def always_warning() -> Iterator[None]:
    """Builds every DAG inside the block as in the mode ``warn``, so wrong ones can be shown too."""
    with _always("warn"):
        yield


@contextlib.contextmanager
def _always(mode: str) -> Iterator[None]:
    _forced.append(mode)
    try:
        yield
    finally:
        _forced.pop()


def warns(dag_id: str | None) -> bool:
    """Returns whether the DAG *dag_id* only warns.

    Raises:
        ConfigurationError: The settings are wrong.
    """
    return (_forced[-1] if _forced else _mode(dag_id)) == "warn"


def warns_in_dag() -> bool:
    """Returns whether the DAG that is being built only warns. Without a DAG, ``mode`` decides."""
    dag = DagContext.get_current()
    return warns(None if dag is None else dag.dag_id)


def warns_in_run() -> bool:
    """Returns whether the task that runs is in a DAG that only warns."""
    try:
        return warns(get_current_context()["ti"].dag_id)
    except RuntimeError:  # no task runs
        return False


@functools.lru_cache(maxsize=4096)
def _mode(dag_id: str | None) -> str:
    default, patterns = _settings()
    if dag_id is None:
        return default
    matching = (mode for pattern, mode in patterns if fnmatch.fnmatchcase(dag_id, pattern))
    return next(matching, default)


@functools.cache
def _settings() -> tuple[str, tuple[tuple[str, str], ...]]:
    default = str(conf.get(SECTION, "mode", fallback="error")).strip().lower()
    written = str(conf.get(SECTION, "dag_modes", fallback="") or "{}")
    try:
        by_dag = msgspec.json.decode(written, type=dict[str, str])
    except msgspec.MsgspecError:
        raise ConfigurationError(
            f"[{SECTION}] dag_modes is not a JSON object of DAG ids and modes, such as "
            '{"old_*": "warn"}'
        ) from None
    wrong = [mode for mode in (default, *by_dag.values()) if mode not in _MODES]
    if wrong:
        raise ConfigurationError(f"[{SECTION}] mode is {wrong[0]!r}: use error or warn")
    return default, tuple(by_dag.items())


def forget() -> None:
    """Forgets the settings, so that they are read again."""
    _settings.cache_clear()
    _mode.cache_clear()
