"""What the mypy plugin costs: CPU of mypy with and without it on generated DAG files.

``python benchmarks/mypy_cost.py [--files 200] [--rounds 3]`` generates DAG files with 30 task
calls each, runs mypy over them cold, warm and after one edit, with and without the plugin in turn,
and prints medians, the difference per file and the ratio. "Cold" starts from a cache that holds
Airflow, but none of the DAG files.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

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
PLUGIN = "plugins = typedxcom.mypy\n"


def generate(folder: Path, files: int, calls: int) -> None:
    """Write *files* DAG files with about *calls* task calls each."""
    steps = range(-(-calls // CALLS_PER_STEP))
    for number in range(files):
        body = "".join(STEP.format(step=step) for step in steps)
        (folder / f"dag_{number}.py").write_text(HEAD.format(number=number) + body)


def run(folder: Path, config: Path, cache: Path, *files: str) -> float:
    """CPU seconds of one mypy process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = dict(os.environ, PYTHONPATH=str(ROOT), MYPYPATH=str(ROOT))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", f"--config-file={config}", f"--cache-dir={cache}", *files],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if "Success" not in done.stdout:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), options.files, options.calls, options.rounds)


def measure(work: Path, files: int, calls: int, rounds: int) -> None:
    """Interleave the contenders, each with its own cache."""
    dags, seed = work / "dags", work / "seed"
    dags.mkdir()
    seed.mkdir()
    generate(dags, files, calls)
    generate(seed, 1, calls)
    configs = {"without": "", "with": PLUGIN}
    found: dict[tuple[str, str], list[float]] = {}
    for label, text in configs.items():
        (work / f"{label}.ini").write_text(f"[mypy]\n{text}")
        run(seed, work / f"{label}.ini", work / f"seed-{label}", ".")
    for _ in range(rounds):
        for label in configs:
            cache = work / f"cache-{label}"
            shutil.rmtree(cache, ignore_errors=True)
            shutil.copytree(work / f"seed-{label}", cache)
            for mode in ("cold", "warm", "edited"):
                if mode == "edited":
                    with (dags / "dag_0.py").open("a") as file:
                        file.write("\n# edited\n")
                spent = run(dags, work / f"{label}.ini", cache, ".")
                found.setdefault((mode, label), []).append(spent)
    print(f"{files} files, {files * calls} task calls, CPU seconds, median of {rounds}")
    print(f"{'':8} {'without':>8} {'with':>8} {'per file':>10} {'ratio':>6}")
    for mode in ("cold", "warm", "edited"):
        base = statistics.median(found[mode, "without"])
        ours = statistics.median(found[mode, "with"])
        per_file = (ours - base) / files * 1000
        print(f"{mode:8} {base:8.2f} {ours:8.2f} {per_file:7.2f} ms {ours / base:6.2f}")


if __name__ == "__main__":
    main()
