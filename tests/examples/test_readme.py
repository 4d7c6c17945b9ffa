"""The README's wrong DAG gives the errors that the README shows, word for word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import env
from tests.harness.dagtest import DagImportError, load_dag, load_dags, run_dag

pytestmark = pytest.mark.airflow

README = (Path(__file__).parents[2] / "README.md").read_text()
WRONG = re.search(r"^```python notest:[^\n]*\n(.*?)^```$", README, re.M | re.S)[1]
MYPY, PARSE, RUN = re.search(r"^```text\n(.*?)^```$", README, re.M | re.S)[1].splitlines()
UNTYPED = 'def extract(): return {"total": 0}'


def test_mypy_says_what_the_readme_says(tmp_path):
    """The plugin reports the wrong call, and nothing else."""
    pytest.importorskip("mypy")
    (tmp_path / "shop.py").write_text(WRONG)
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = True\nplugins = typedxcom.mypy\n")
    command = [sys.executable, "-m", "mypy", "shop.py"]
    done = subprocess.run(
        command, cwd=tmp_path, env=env.clean_environ(), capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[:-1] == [MYPY], done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("Found 1 error in 1 file")


def test_the_import_error_is_the_readmes(tmp_path):
    """The error comes last in the traceback, after the line of the file that is wrong."""
    (path := tmp_path / "shop.py").write_text(WRONG)
    with pytest.raises(DagImportError) as caught:
        load_dags(path)
    said = str(caught.value).strip()
    line = MYPY.split(":")[1]
    assert f'File "{path}", line {line}, in shop\n    load(extract())\n' in said
    assert said.endswith(PARSE)


def test_the_run_fails_as_the_readme_says(tmp_path):
    """A value from a task without annotations is checked by its reader."""
    assert f"`{UNTYPED}`" in README.replace("\n", " ")
    untyped = re.sub(r"def extract\(\).*?\n.*?\n", f"{UNTYPED}\n", WRONG, count=1)
    (path := tmp_path / "shop.py").write_text(untyped)
    result = run_dag(load_dag(path))
    assert result.state == "failed"
    error = result.error("load")
    assert f"{type(error).__name__}: {error}" == RUN
    assert result.tries["load"] == 1
