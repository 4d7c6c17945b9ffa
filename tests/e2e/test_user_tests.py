"""What users run in their own pytest: the fixtures, the check of a folder, and a whole run."""

from __future__ import annotations

import subprocess
import sys
import warnings
from textwrap import dedent

import pytest
from airflow.sdk import dag

from tests.harness import env
from tests.harness.dagtest import run_dag
from typedxcom import ValidationError, task
from typedxcom.testing import dag_wiring, typed_dag_run

RIGHT = """
    from airflow.sdk import dag
    from typedxcom import task

    @task
    def one() -> int:
        return 1

    @task
    def show(n: int) -> str:
        return str(n)

    @dag(schedule=None)
    def numbers():
        show(one())

    numbers()
"""
WRONG = RIGHT.replace("n: int", "n: list[int]").replace("numbers", "wrong")
TESTS = """
    from dags.right import one, show
    from typedxcom.testing import dag_wiring

    test_wiring = dag_wiring("dags")

    def test_show(typed_task_run):
        assert typed_task_run(show, 5) == "5"

    def test_run_is_there(typed_dag_run):
        assert callable(typed_dag_run)
"""


def test_the_plugin_and_the_check_of_a_folder(tmp_path):
    """Fixtures need no import, and a wrong file is the one case that fails, with its line."""
    (tmp_path / "dags").mkdir()
    for name, text in (("right", RIGHT), ("wrong", WRONG)):
        (tmp_path / "dags" / f"{name}.py").write_text(dedent(text))
    (tmp_path / "test_mine.py").write_text(dedent(TESTS))
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore"],
        cwd=tmp_path,
        env=env.clean_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED test_mine.py::test_wiring[wrong.py]" in done.stdout
    assert (
        "wrong.py:15: show(n) expects `list[int]`, but upstream 'one' returns `int`" in done.stdout
    )


def test_a_folder_without_dags_is_an_error(tmp_path):
    """Nobody wants a check that looks at nothing."""
    with pytest.raises(FileNotFoundError, match="holds a DAG"):
        dag_wiring(tmp_path)


def test_pytest_starts_without_airflow():
    """The plugin is loaded in every session, so it imports next to nothing."""
    heavy = "{'airflow', 'pyarrow', 'pydantic', 'msgspec', 'hypothesis'}"
    code = f"import sys, typedxcom.testing.plugin; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_run_raises_the_error_of_its_task():
    """It is the task's own error, with a note of where it was; a right run is returned."""

    @dag(schedule=None)
    def totals():
        @task
        def numbers(bad: bool) -> list[int]:
            return ["a"] if bad else [1, 2]  # type: ignore[list-item]

        @task
        def double(n: int) -> int:
            return 2 * n

        double.expand(n=numbers("{{ dag_run.conf.get('bad', False) }}"))

    made = totals()
    assert run_dag(made).state == "success"  # which also makes the DAG known to the database
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert str(typed_dag_run(made).state) == "success"
        with pytest.raises(
            ValidationError, match="Task 'numbers' breaks its own contract"
        ) as caught:
            typed_dag_run(made, run_conf={"bad": True})
    if sys.version_info >= (3, 11):
        assert any("Task 'numbers' of DAG 'totals'" in note for note in caught.value.__notes__)
