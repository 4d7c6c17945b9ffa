"""What the tests of the plugin share: caches of Airflow, which takes long to read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.mypy.support import CASES, Run, run_mypy

SEED = """
from airflow.sdk import dag
from pydantic import BaseModel
from typedxcom import task


class Order(BaseModel):
    id: int


@task
def extract() -> Order:
    return Order(id=1)


@dag(schedule=None)
def pipeline() -> None:
    extract()
"""


@pytest.fixture(scope="session")
def airflow_cache(tmp_path_factory) -> Path:
    """mypy's cache of Airflow and its dependencies, under the plugin."""
    folder = tmp_path_factory.mktemp("seed")
    (folder / "seed.py").write_text(SEED)
    found = run_mypy(folder, ".", cache=folder / "cache")
    assert not found.errors, found.output
    return folder / "cache"


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory, airflow_cache) -> Path:
    """One cache for all runs that need none of their own."""
    return copied(airflow_cache, tmp_path_factory.mktemp("mypy"))


@pytest.fixture(scope="session")
def cases(warm_cache) -> Run:
    """All cases under mypy, in one run."""
    return run_mypy(CASES, ".", cache=warm_cache)


@pytest.fixture
def cache(tmp_path, airflow_cache) -> Path:
    """A cache for one test, which holds Airflow."""
    return copied(airflow_cache, tmp_path)


@pytest.fixture(scope="session")
def has_workers() -> None:
    """For tests of ``mypy -n 2``."""
    help_text = subprocess.run(
        [sys.executable, "-m", "mypy", "--help"], capture_output=True, text=True, check=True
    ).stdout
    if "--num-workers" not in help_text and "-n NUM" not in help_text:
        pytest.skip("this mypy has no workers")


def write(folder: Path, **sources: str) -> None:
    """Write modules, with a time that differs from the last version's."""
    for name, source in sources.items():
        file = folder / f"{name}.py"
        before = file.stat().st_mtime_ns if file.exists() else file.parent.stat().st_mtime_ns
        file.write_text(dedent(source))
        os.utime(file, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def project(tmp_path, cache):
    """A function that writes modules and runs mypy over them, with a warm cache for Airflow."""

    def check(
        *args: str,
        config: str = "",
        plugin: str = "typedxcom.mypy",
        first: str = "",
        **sources: str,
    ) -> Run:
        write(tmp_path, **sources)
        options = {"config": config, "plugin": plugin, "first": first}
        return run_mypy(tmp_path, *(args or (".",)), cache=cache, **options)

    check.folder = tmp_path
    return check


def copied(cache: Path, folder: Path) -> Path:
    """A copy below *folder*."""
    return Path(shutil.copytree(cache, folder / "cache"))
