"""`typedxcom check` on generated DAG files in the style of public ones, and how much it can check.

Half of the files are right, and each of the others has one mistake on a known line. "found" is the
share of the mistakes with an error on their line, and "false" counts the errors on all other lines.
An edge is typed if both ends say what they are, and precise if they say more than `dict` or `list`.
"annotated" is the same after `typedxcom annotate --write`: a reader that misuses its value then has
a type, so mypy finds the mistake in its body, and no longer the check. For comparison, "import"
only imports the files, as Airflow's DAG processor does. The start of the process counts too.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.realistic import LIBRARY, DagFile, generate
from benchmarks.running import Case, Found, Services

TITLE = "`typedxcom check` on DAG files in the style of public ones"
METRICS = [
    {"key": "seconds", "title": "Time", "unit": "s", "beside": "import"},
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "import"},
    {"key": "found", "title": "Mistakes found", "unit": "%"},
    {"key": "false", "title": "False errors", "unit": "errors"},
    {"key": "typed", "title": "Edges typed at both ends", "unit": "%"},
    {"key": "precise", "title": "Edges typed precisely", "unit": "%"},
    {"key": "by_code", "title": "Edges typed by the code of the reader", "unit": "%"},
]
_SEED = 20261130
_IMPORT = """
import sys
sys.path.insert(0, sys.argv[1])
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:  # before Airflow 3.2
    from airflow.models.dagbag import DagBag
DagBag(sys.argv[1])
"""


def cases(size: str) -> list[Case]:
    """Some files, all of them new to the process."""
    if size == "quick":
        return []
    files, rounds = {"full": (100, 5), "tiny": (5, 1)}[size]
    name, contenders = f"{2 * files} files", ("import", "check", "check, annotated")
    return [Case(name, {"files": files}, contenders, rounds=rounds, least=0, warm=False)]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder for the files."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {"BENCH_CHECK": folder, "AIRFLOW__TYPEDXCOM__CHECK_DAGS": "False"}
        yield Services({**environ, "AIRFLOW_HOME": f"{folder}/airflow"})


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One run over all files."""
    dags = Path(os.environ["BENCH_CHECK"]) / contender.replace(", ", "_") / "dags"
    files = _written(dags, params["files"])
    if contender == "import":
        return lambda: _ran([sys.executable, "-c", _IMPORT, str(dags)])[0]
    command = [sys.executable, "-m", "typedxcom"]
    if contender != "check":
        subprocess.run([*command, "annotate", "--write", str(dags)], check=False)
    wrong = {(one.name, _line_of(one, dags)) for one in files if one.mistake}

    def run() -> Found:
        found, told = _ran([*command, "check", "--format", "json", str(dags)])
        report = json.loads(told)
        lines = {(Path(one["path"]).name, one["line"]) for one in report["errors"]}
        coverage = report["coverage"]
        edges = coverage["edges"] / 100
        return Found(
            **found,
            found=100 * len(lines & wrong) / len(wrong),
            false=len(lines - wrong),
            **{key: coverage[key] / edges for key in ("typed", "precise", "by_code")},
        )

    return run


def _written(dags: Path, count: int) -> list[DagFile]:
    dags.mkdir(parents=True)
    (dags / "shared_tasks.py").write_text(LIBRARY)
    files = []
    for is_wrong in (False, True):
        for one in generate(_SEED, count, wrong=is_wrong):
            # DAG ids count: Airflow refuses the second DAG of one id.
            word = "wrong" if is_wrong else "right"
            name, text = f"{word}_{one.name}", one.text.replace("pipeline_", f"{word}_pipeline_")
            (dags / name).write_text(text)
            files.append(DagFile(name, text, one.mistake, one.line))
    return files


def _line_of(file: DagFile, dags: Path) -> int:
    """Returns the line of a mistake, which annotations may have moved."""
    wrong = file.text.splitlines()[file.line - 1]
    now = (dags / file.name).read_text().splitlines()
    return now.index(wrong) + 1 if now.count(wrong) == 1 else file.line


def _ran(command: list[str]) -> tuple[Found, str]:
    """What one process took, those that it started included, and what it printed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1 where it has found errors
        raise RuntimeError(told[-150:])
    seconds = time.perf_counter() - start
    return Found(seconds=seconds, cpu=used.ru_utime + used.ru_stime), told
