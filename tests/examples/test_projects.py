"""The larger examples: their own tests pass, their contracts are current, and the commits apply."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_check import run
from tests.harness import env

EXAMPLES = Path(__file__).parents[2] / "examples"
ROW = re.compile(r"^\| (\d) \|.*\| (\d+) % \|$", re.M)


@pytest.mark.parametrize("name", ["elt", "ml"])
def test_the_tests_of_a_project_pass(name, tmp_path):
    """As its README runs them, in a copy and with a database of its own."""
    project = tmp_path / name
    shutil.copytree(EXAMPLES / name, project)
    (tmp_path / "home").mkdir()
    env.new_database(tmp_path / "home" / "airflow.db")
    settings = env.home_settings(tmp_path / "home")
    settings["AIRFLOW__CORE__DAGS_FOLDER"] = str(project / "dags")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore"],
        cwd=project,
        env=env.clean_environ(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_contracts_of_the_project_are_current(tmp_path):
    """What CI runs there: `check --strict` and `lock --check`."""
    shutil.copytree(EXAMPLES / "elt", tmp_path / "elt")
    assert run(tmp_path / "elt", "check", "dags", "--strict").returncode == 0
    locked = run(tmp_path / "elt", "lock", "--check")
    assert locked.returncode == 0, locked.stderr


def test_the_commits_apply_and_raise_the_coverage(tmp_path):
    """Each commit is checked, and the page gives its coverage."""
    patches = sorted((EXAMPLES / "migration").glob("*.patch"))
    said = ROW.findall((EXAMPLES / "migration" / "README.md").read_text())
    assert [int(number) for number, _ in said] == list(range(1, len(patches) + 1))
    git(tmp_path, "init", "--quiet")
    for patch, (number, share) in zip(patches, said, strict=True):
        git(tmp_path, "am", "--quiet", str(patch))
        checked = run(tmp_path, "check", "dags")
        assert checked.returncode == (1 if number == "1" else 0), checked.stdout
        assert f"coverage: {share} %" in checked.stdout
    assert run(tmp_path, "check", "dags", "--strict").returncode == 0


def git(folder, *arguments):
    """Run git as somebody without a name of their own."""
    person = ["-c", "user.name=A DAG author", "-c", "user.email=author@example.org"]
    subprocess.run(["git", *person, *arguments], cwd=folder, check=True, capture_output=True)
