"""mypy on generated DAG files in the style of public ones: what it finds, and what that costs.

Hardly a function in these files has an annotation. Half of the files are right, and each of the
others has one mistake on a known line. "no cache" is a CI job that keeps nothing, so mypy reads
Airflow too. "cold" starts with a cache that holds Airflow, but none of the DAG files. "found" is
the share of the mistakes with an error on their line, and "false" counts the errors on all other
lines.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.realistic import LIBRARY, DagFile, generate
from benchmarks.running import Case, Found, Services
from benchmarks.suites.mypy_cost import run_mypy

TITLE = "mypy on DAG files in the style of public ones"
METRICS = [
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "without"},
    {"key": "found", "title": "Mistakes found", "unit": "%"},
    {"key": "false", "title": "False errors", "unit": "errors"},
]
_SEED = 20261130
_CONFIGS = {
    "without": "",
    "without, check_untyped_defs": "check_untyped_defs = true\n",
    "with": "plugins = typedxcom.mypy\n",
    "with, check_untyped_defs": "plugins = typedxcom.mypy\ncheck_untyped_defs = true\n",
}
_ERROR = re.compile(r"^([^:\n]+):(\d+): error:", re.MULTILINE)


def cases(size: str) -> list[Case]:
    """Without any cache, and cold: a warm run repeats what they found."""
    if size == "quick":  # mypy reads Airflow for each configuration first: a minute
        return []
    files, rounds = {"full": (100, 5), "tiny": (9, 1)}[size]
    first = Case(
        f"{2 * files} files, no cache", {"files": files, "mode": "no cache"}, ("without", "with"),
        rounds=3, least=0, warm=False,
    )  # fmt: skip
    name, params = f"{2 * files} files, cold", {"files": files, "mode": "cold"}
    cold = Case(name, params, tuple(_CONFIGS), rounds=rounds, least=0, warm=False)
    return [cold] if size == "tiny" else [first, cold]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder for the files and the caches."""
    with tempfile.TemporaryDirectory() as folder:
        yield Services({"BENCH_MYPY": folder})


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One run of mypy."""
    is_cold = params["mode"] == "cold"
    work = Path(os.environ["BENCH_MYPY"]) / f"{contender}, {params['mode']}".replace(", ", "_")
    dags, config, cache = work / "dags", work / "mypy.ini", work / "cache"
    files = [
        DagFile(f"{'wrong' if wrong else 'right'}_{one.name}", one.text, one.mistake, one.line)
        for wrong in (False, True)
        for one in generate(_SEED, params["files"], wrong=wrong)
    ]
    work.mkdir()
    config.write_text(f"[mypy]\n{_CONFIGS[contender]}")
    _write(dags, files)
    _write(work / "seed", files[:1])
    if is_cold:
        run_mypy(work / "seed", config, work / "seeded")

    def run() -> Found:
        shutil.rmtree(cache, ignore_errors=True)
        if is_cold:
            shutil.copytree(work / "seeded", cache)
        spent, told = run_mypy(dags, config, cache)
        lines = {(name, int(line)) for name, line in _ERROR.findall(told)}
        wrong = {(one.name, one.line) for one in files if one.mistake}
        share = 100 * len(lines & wrong) / len(wrong)
        return Found(cpu=spent, found=share, false=len(lines - wrong))

    return run


def _write(folder: Path, files: list[DagFile]) -> None:
    folder.mkdir()
    (folder / "shared_tasks.py").write_text(LIBRARY)
    for file in files:
        (folder / file.name).write_text(file.text)
