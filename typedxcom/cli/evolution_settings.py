"""`[tool.typedxcom.breaking]` in pyproject.toml: allowed breaks, and values that outlive runs."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from typedxcom.errors import ConfigurationError
from typedxcom.evolution.comparing import Change
from typedxcom.evolution.rules import RULES
from typedxcom.nearness import nearest

__all__ = ["Allowance", "EvolutionSettings", "read_settings"]

_FILE = "pyproject.toml"
_NAMES = {"rule", "dag", "task", "path", "reason", "until"}


@dataclass(frozen=True, slots=True)
class Allowance:
    """A break that is allowed. An empty text stands for any.

    Attributes:
        rule: The id of the rule.
        reason: Why it is allowed.
        dag: The DAG's id, or a pattern such as ``sales_*``.
        task: The id of the task that reads, or that writes.
        path: The path in the value.
        until: The last day.
    """

    rule: str
    reason: str
    dag: str = ""
    task: str = ""
    path: str = ""
    until: dt.date | None = None

    def covers(self, change: Change) -> bool:
        """Whether it allows *change*."""
        tasks = (change.task_id, change.upstream)
        return (
            self.rule == change.rule
            and _matches(change.dag_id, self.dag)
            and any(_matches(one, self.task) for one in tasks)
            and (not self.path or self.path == change.path)
        )

    def __str__(self) -> str:
        parts = [self.rule, *(one for one in (self.dag, self.task, self.path) if one)]
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class EvolutionSettings:
    """The settings of the project.

    Attributes:
        allow: Breaks that are allowed.
        beyond: ``dag.task`` of values that outlive their run, or patterns of them.
    """

    allow: tuple[Allowance, ...] = ()
    beyond: tuple[str, ...] = field(default=())

    def is_beyond(self, dag_id: str, task_id: str) -> bool:
        """Whether the value of a task outlives its run."""
        return any(fnmatchcase(f"{dag_id}.{task_id}", one) for one in self.beyond)


def _matches(name: str, pattern: str) -> bool:
    return not pattern or fnmatchcase(name, pattern)


def read_settings(folder: Path) -> EvolutionSettings:
    """Returns the settings in the pyproject.toml of *folder*, or of the nearest folder above.

    Raises:
        ConfigurationError: They are wrong.
    """
    for one in (folder, *folder.parents):
        file = one / _FILE
        if file.is_file():
            return _settings(_table(file), file)
        if (one / ".git").exists():
            break
    return EvolutionSettings()


def _table(file: Path) -> Mapping[str, Any]:
    text = file.read_text(encoding="utf-8")
    if "typedxcom" not in text:
        return {}
    # On a Python that has no parser of its own, most tools require tomli.
    name = "tomllib" if sys.version_info >= (3, 11) else "tomli"
    try:
        parser: Any = importlib.import_module(name)
        found = parser.loads(text).get("tool", {}).get("typedxcom", {}).get("breaking", {})
    except ModuleNotFoundError:
        raise ConfigurationError(f"{file} is read with tomli on this Python: install it") from None
    except ValueError as error:
        raise ConfigurationError(f"{file} is no TOML: {error}") from error
    return found if isinstance(found, dict) else {}


def _settings(table: Mapping[str, Any], file: Path) -> EvolutionSettings:
    where = f"[tool.typedxcom.breaking] in {file}"
    unknown = table.keys() - {"allow", "beyond"}
    if unknown:
        raise ConfigurationError(f"{where} has no {min(unknown)!r}: it takes allow and beyond")
    beyond = table.get("beyond", [])
    if not isinstance(beyond, list) or not all(isinstance(one, str) for one in beyond):
        raise ConfigurationError(f'{where}: beyond is a list of texts, such as ["sales.report"]')
    allow = table.get("allow", [])
    if not isinstance(allow, list):
        raise ConfigurationError(f"{where}: allow is a list of tables")
    return EvolutionSettings(tuple(_allowances(allow, where)), tuple(beyond))


def _allowances(entries: Iterable[Any], where: str) -> Iterable[Allowance]:
    for entry in entries:
        if not isinstance(entry, dict) or entry.keys() - _NAMES:
            raise ConfigurationError(
                f"{where}: an entry of allow takes {', '.join(sorted(_NAMES))}"
            )
        if entry.get("rule") not in RULES:
            meant = nearest(str(entry.get("rule")), RULES)
            hint = f". Did you mean {meant!r}?" if meant else ""
            raise ConfigurationError(f"{where}: {entry.get('rule')!r} is no rule{hint}")
        if not entry.get("reason"):
            raise ConfigurationError(f"{where}: allow of {entry['rule']!r} needs a reason")
        yield Allowance(**{**entry, "until": _day(entry.get("until"), where)})


def _day(value: Any, where: str) -> dt.date | None:
    if value is None or type(value) is dt.date:
        return value
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ConfigurationError(f"{where}: until is a day, such as 2030-01-31") from None
