"""Options: ``[tool.typedxcom.mypy]`` in pyproject.toml or ``[typedxcom-mypy]`` in mypy.ini."""

from __future__ import annotations

import configparser
import importlib
import sys
from pathlib import Path
from typing import Any, NamedTuple

# On a Python that has no parser of its own, mypy itself requires tomli.
tomllib: Any = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

__all__ = ["Config", "ConfigError", "read_config"]


class ConfigError(Exception):
    """The options cannot be used as they are written."""


class Config(NamedTuple):
    """The options that a project can set.

    Attributes:
        check_plain_airflow: Also check tasks of ``airflow.sdk.task``.
        check_operators: Check outputs that go into classic operators.
        check_plain_calls: Report outputs that go into functions that run while the DAG is parsed.
        check_bare_dags: Check the wiring in DAG functions and task groups without annotations,
            which mypy skips.
        warn_unannotated_dags: Report DAG functions that mypy skips for lack of annotations.
    """

    check_plain_airflow: bool = True
    check_operators: bool = True
    check_plain_calls: bool = True
    check_bare_dags: bool = True
    warn_unannotated_dags: bool = False


def read_config(path: str | None) -> Config:
    """Reads the options from mypy's own configuration file.

    Raises:
        ConfigError: An option is unknown or not a boolean.
    """
    if not path or not Path(path).is_file():
        return Config()
    table = _toml(Path(path)) if path.endswith(".toml") else _ini(Path(path))
    for name, value in table.items():
        if name not in Config._fields:
            raise ConfigError(f'unknown option "{name}"; there are {", ".join(Config._fields)}')
        if not isinstance(value, bool):
            raise ConfigError(f'option "{name}" must be true or false, not {value!r}')
    return Config(**table)


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        tools = tomllib.load(file).get("tool", {})
    found = tools.get("typedxcom", {}).get("mypy", {})
    if not isinstance(found, dict):
        raise ConfigError("[tool.typedxcom.mypy] must be a table")
    return found


def _ini(path: Path) -> dict[str, Any]:
    parser = configparser.RawConfigParser()
    parser.read(path, encoding="utf-8")
    if not parser.has_section("typedxcom-mypy"):
        return {}
    words = parser.BOOLEAN_STATES
    return {name: words.get(text.lower(), text) for name, text in parser.items("typedxcom-mypy")}
