"""Airflow's own example DAGs, as they are and with typedxcom's names in their imports."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

__all__ = ["FOLDERS", "copy_examples", "swap"]

FOLDERS = ("airflow.example_dags", "airflow.providers.standard.example_dags")
_OURS = {"dag", "result", "setup", "task", "task_group", "teardown"}
_IMPORT = re.compile(r"^from airflow\.sdk import (\([^)]*\)|[^\n(]*)\n", re.M)


def copy_examples(target: Path) -> None:
    """Copy the installed examples to folders of *target* that are named as their packages."""
    for name in FOLDERS:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.submodule_search_locations
        source = spec.submodule_search_locations[0]
        shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))


def swap(source: str) -> str:
    """The text of a DAG file with what typedxcom has imported from there."""
    return _IMPORT.sub(_swapped, source)


def _swapped(match: re.Match[str]) -> str:
    listed = [name.strip() for name in re.split(r"[,\n]", match[1].strip("()"))]
    listed = [name for name in listed if name and not name.startswith("#")]
    groups = {
        "airflow.sdk": [name for name in listed if name not in _OURS],
        "typedxcom": [name for name in listed if name in _OURS],
    }
    lines = [f"from {home} import {', '.join(group)}\n" for home, group in groups.items() if group]
    return "".join(lines)
