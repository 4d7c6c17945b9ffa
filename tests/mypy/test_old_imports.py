"""Names that Airflow looks up when older DAG files import them: mypy alone does not see them."""

from __future__ import annotations

import importlib
import warnings

from tests.mypy.conftest import copied, write
from tests.mypy.support import run_mypy
from typedxcom.mypy import moved

SKIPS = "[mypy-old,new]\ncheck_untyped_defs = False\n"
NEW = """
from airflow.sdk import dag, setup, task, task_group, teardown


@setup
@task
def prepare() -> int:
    return 1


@teardown
@task
def clean(**context) -> None:
    reveal_type(prepare())


@task.branch
def choose(text: str) -> str:
    return "load"


@task(multiple_outputs=True)
def load(text: str) -> dict:
    return {"rows": 1}


@task_group
def group(text: str) -> None:
    load(text)


@dag(schedule=None)
def pipeline():
    group(prepare())
    choose(prepare())
    load.expand(text=[prepare()])
    load(load("a")["row"])
    prepare() >> clean()
"""
OLD = NEW.replace("airflow.sdk", moved.OLD)


def found(run, name):
    """The messages of one module, by line."""
    return {(one.line, one.text) for one in [*run.errors, *run.notes] if one.file == name}


def test_a_file_with_old_imports_is_checked_like_any_other(tmp_path, cache):
    """Its errors are those of the same file with new imports: read, and from mypy's cache."""
    write(tmp_path, new=NEW, old=OLD)
    for _ in range(2):
        run = run_mypy(tmp_path, ".", cache=cache, config=SKIPS)
        assert len(found(run, "new.py")) > 4, run.output
        assert found(run, "old.py") == found(run, "new.py")
        write(tmp_path, old=OLD)


def test_strict_options_accept_them(tmp_path, cache):
    """Also those that forbid to import what a module has only imported itself."""
    right = "from airflow.decorators import dag, task\n"
    write(tmp_path, right=right, wrong=right.replace("task", "tusk"))
    run = run_mypy(tmp_path, "--strict", ".", cache=cache)
    assert [error.file for error in run.errors] == ["wrong.py"], run.output


def test_workers_see_them(tmp_path, airflow_cache, has_workers):
    """``mypy -n 2`` agrees with one process."""
    folder = tmp_path / "code"
    folder.mkdir()
    write(folder, new=NEW, old=OLD)
    caches = [copied(airflow_cache, tmp_path / name) for name in ("one", "two")]
    one = run_mypy(folder, ".", cache=caches[0], config=SKIPS)
    two = run_mypy(folder, "-n", "2", ".", cache=caches[1], config=SKIPS)
    assert found(one, "old.py")
    assert two.by_line() == one.by_line()


def test_airflow_moved_these_names():
    """Each is what Airflow gives for it, and Airflow has no further ones there."""
    old, new = importlib.import_module(moved.OLD), importlib.import_module(moved.NEW)
    assert set(moved.NAMES) == set(vars(old)["__deprecated_classes"][moved.OLD])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert all(getattr(old, name) is getattr(new, name) for name in moved.NAMES)
