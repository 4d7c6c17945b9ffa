"""Airflow's own example DAGs: no error that is not a true one, as they are and with our names."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from tests.mypy.support import run_mypy

FOLDERS = ("airflow.example_dags", "airflow.providers.standard.example_dags")
OURS = {"dag", "result", "setup", "task", "task_group", "teardown"}
IMPORT = re.compile(r"^from airflow\.sdk import (\([^)]*\)|[^\n(]*)\n", re.M)

# True ones: the examples import libraries whose stubs are not installed here.
TRUE = re.compile(r"\[(import-untyped|import-not-found)\]$")


def swapped(match: re.Match[str]) -> str:
    """The same import, with typedxcom's names from typedxcom."""
    listed = [name.strip() for name in re.split(r"[,\n]", match[1].strip("()"))]
    listed = [name for name in listed if name and not name.startswith("#")]
    groups = {
        "airflow.sdk": [name for name in listed if name not in OURS],
        "typedxcom": [name for name in listed if name in OURS],
    }
    lines = [f"from {home} import {', '.join(group)}\n" for home, group in groups.items() if group]
    return "".join(lines)


@pytest.fixture(scope="session")
def examples(tmp_path_factory) -> Path:
    """Copies outside site-packages, whose files mypy does not report on."""
    folder = tmp_path_factory.mktemp("examples")
    for name in FOLDERS:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.submodule_search_locations
        source = spec.submodule_search_locations[0]
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize("swap", [False, True], ids=["as they are", "with typedxcom"])
def test_example_dags_give_no_false_error(examples, tmp_path, swap):
    """Only imports of libraries without stubs are reported."""
    count = 0
    for file in examples.rglob("*.py"):
        target = tmp_path / file.relative_to(examples)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text()
        changed = IMPORT.sub(swapped, text) if swap else text
        count += changed != text
        target.write_text(changed)
    assert count > 30 if swap else count == 0
    config = "check_untyped_defs = True\nexclude = cache\n"
    folders = [tmp_path / name for name in FOLDERS]
    errors = []
    for folder in folders:
        found = run_mypy(folder, ".", cache=tmp_path / "cache", config=config)
        assert "xcom-internal" not in found.output
        errors += [error for error in found.errors if not TRUE.search(error.text)]
    assert errors == []
