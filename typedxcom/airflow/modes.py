"""Whether a DAG only warns of what typedxcom would refuse, for teams that adopt it step by step.

``[typedxcom] mode`` says it for the deployment, ``dag_modes`` for some DAGs.
"""

from __future__ import annotations

import contextlib
import fnmatch
import functools
from collections.abc import Iterator

import msgspec
from airflow.sdk import get_current_context

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.keynames import CANNOT_NAME
from typedxcom.airflow.private import DagContext
from typedxcom.errors import ConfigurationError
from typedxcom.schema.refusals import SECRET_CURE

__all__ = [
    "always_strict",
    "always_warning",
    "forget",
    "is_grave",
    "warns",
    "warns_in_dag",
    "warns_in_run",
]

_MODES = ("error", "warn")
_forced: list[str] = []  # the mode of each `always_strict` and `always_warning` that is open


@contextlib.contextmanager
def always_strict() -> Iterator[None]:
    """Inside, every DAG is checked as in the mode ``error``, whatever the settings say."""
    with _always("error"):
        yield


@contextlib.contextmanager
def always_warning() -> Iterator[None]:
    """Inside, every DAG is built as in the mode ``warn``: also a wrong one can be looked at."""
    with _always("warn"):
        yield


@contextlib.contextmanager
def _always(mode: str) -> Iterator[None]:
    _forced.append(mode)
    try:
        yield
    finally:
        _forced.pop()


def is_grave(words: str) -> bool:
    """Whether *words* of an error are about a secret or an unsafe key: no warning is enough."""
    return SECRET_CURE in words or CANNOT_NAME in words


def warns(dag_id: str | None) -> bool:
    """Whether the DAG *dag_id* only warns.

    Raises:
        ConfigurationError: The settings are wrong.
    """
    return (_forced[-1] if _forced else _mode(dag_id)) == "warn"


def warns_in_dag() -> bool:
    """Whether the DAG that is being built only warns; a task outside of any goes by ``mode``."""
    dag = DagContext.get_current()
    return warns(None if dag is None else dag.dag_id)


def warns_in_run() -> bool:
    """Whether the task that runs is of a DAG that only warns."""
    try:
        return warns(get_current_context()["ti"].dag_id)
    except RuntimeError:  # none runs
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
            f'[{SECTION}] dag_modes is no JSON object of DAG ids and modes: {{"old_*": "warn"}}'
        ) from None
    wrong = [mode for mode in (default, *by_dag.values()) if mode not in _MODES]
    if wrong:
        raise ConfigurationError(f"[{SECTION}] mode is {wrong[0]!r}: use error or warn")
    return default, tuple(by_dag.items())


def forget() -> None:
    """Read the settings again."""
    _settings.cache_clear()
    _mode.cache_clear()
