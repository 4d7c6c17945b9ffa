"""mypy on DAG files of 30 task calls each, with the plugin and without it.

"no cache" is a CI job that keeps nothing, so mypy reads Airflow too. "cold" starts with a cache
that holds Airflow, but none of the DAG files. "warm" and "edited" come after it. We measure the CPU
time of the whole mypy process. "idle-hooks" is a plugin that mypy asks just as often, and that
answers nothing.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.running import ROOT, Case, Found, Services

TITLE = "mypy, with the plugin and without"
METRICS = [
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "without"},
    {"key": "per_file", "title": "CPU time per file", "unit": "s", "beside": "without"},
]
_CALLS = 30
_CONFIGS = {
    "without": "",
    "idle-hooks": f"plugins = {ROOT / 'benchmarks' / 'idle_plugin.py'}\n",
    "with": "plugins = typedxcom.mypy\n",
}

HEAD = """from airflow.sdk import dag
from pydantic import BaseModel

from typedxcom import task


class Order(BaseModel):
    id: int
    total: float


@task
def extract(day: str) -> list[Order]:
    return []


@task
def count(orders: list[Order]) -> int:
    return len(orders)


@task
def price(order: Order, factor: float = 1.0) -> float:
    return order.total * factor


@task
def total(prices: list[float]) -> float:
    return sum(prices)


@task
def report(rows: int, revenue: float, title: str = "") -> str:
    return title


@dag(schedule=None)
def pipeline_{number}() -> None:
"""
STEP = """    orders_{step} = extract("{step}")
    rows_{step} = count(orders_{step})
    prices_{step} = price.partial(factor=2.0).expand(order=orders_{step})
    revenue_{step} = total(prices_{step})
    report(rows_{step}, revenue_{step}, title="step {step}")
    report(rows=count(extract("again")), revenue=total([revenue_{step}, 1.0]))
"""
CALLS_PER_STEP = 10  # partial() and expand() count as one each


def cases(size: str) -> list[Case]:
    """No cache, cold, warm, and after one edit; in this order."""
    if size == "quick":  # mypy reads Airflow for each configuration first: a minute
        return []
    # The plugin takes less than a run differs from the next: many rounds where it works.
    rows = [
        (200, "no cache", 3),
        *((files, "cold", 9) for files in (25, 50, 100)),
        (200, "cold", 15),
        (200, "warm", 5),
        (200, "edited", 5),
    ]
    if size == "tiny":
        rows = [(2, mode, 1) for mode in ("cold", "warm", "edited")]
    return [
        Case(
            f"{files} files, {mode}",
            {"mode": mode, "files": files},
            tuple(_CONFIGS),
            rounds=rounds,
            least=0,
            warm=False,
        )
        for files, mode, rounds in rows
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """A folder for the files and the caches."""
    with tempfile.TemporaryDirectory() as folder:
        yield Services({"BENCH_MYPY": folder})


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One run of mypy."""
    work = Path(os.environ["BENCH_MYPY"]) / contender
    dags, config, cache = work / f"dags_{params['files']}", work / "mypy.ini", work / "cache"
    if not dags.exists():
        work.mkdir(exist_ok=True)
        _generate(dags, params["files"])
    if not config.exists():
        config.write_text(f"[mypy]\n{_CONFIGS[contender]}")
        _generate(work / "seed", 1)
        _mypy(work / "seed", config, work / "seeded")

    def run() -> Found:
        if params["mode"] in ("no cache", "cold"):
            shutil.rmtree(cache, ignore_errors=True)
        if params["mode"] == "cold":
            shutil.copytree(work / "seeded", cache)
        if params["mode"] == "edited":
            with (dags / "dag_0.py").open("a") as file:
                file.write("\n# edited\n")
        spent = _mypy(dags, config, cache)
        return Found(cpu=spent, per_file=spent / params["files"])

    return run


def _generate(folder: Path, files: int) -> None:
    """Write *files* DAG files."""
    folder.mkdir()
    for number in range(files):
        body = "".join(STEP.format(step=step) for step in range(_CALLS // CALLS_PER_STEP))
        (folder / f"dag_{number}.py").write_text(HEAD.format(number=number) + body)


def _mypy(folder: Path, config: Path, cache: Path) -> float:
    """CPU seconds of one mypy process that finds nothing."""
    spent, told = run_mypy(folder, config, cache)
    if "Success" not in told:
        raise RuntimeError(told[-150:])
    return spent


def run_mypy(folder: Path, config: Path, cache: Path) -> tuple[float, str]:
    """CPU seconds of one mypy process, and what it printed.

    The plugin's bytecode is kept, as it is for users, even where the environment asks for none.
    """
    bytecode = {"PYTHONPYCACHEPREFIX": str(config.parent / "bytecode")}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(
        [sys.executable, "-m", "mypy", f"--config-file={config}", f"--cache-dir={cache}", "."],
        cwd=folder,
        env={**kept, **bytecode, "MYPYPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1 where it has found errors
        raise RuntimeError(told[-150:])
    return used.ru_utime + used.ru_stime, told
