"""What the tests of the plugin share: caches of Airflow, which takes long to read."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.mypy.support import run_mypy

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


@pytest.fixture
def cache(tmp_path, airflow_cache) -> Path:
    """A cache for one test, which holds Airflow."""
    return copied(airflow_cache, tmp_path)


def copied(cache: Path, folder: Path) -> Path:
    """A copy below *folder*."""
    return Path(shutil.copytree(cache, folder / "cache"))
