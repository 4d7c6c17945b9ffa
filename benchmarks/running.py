"""Run the contenders of a suite in turn, each in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "Case", "Found", "Services", "Worker", "run_cases"]

ROOT = Path(__file__).parents[1]
_PATIENCE = 1800  # seconds for one answer


@dataclass(frozen=True)
class Case:
    """One row of a suite's table.

    Attributes:
        name: The row's heading.
        params: What `prepare` in the worker gets, as JSON.
        contenders: Who takes part.
        rounds: How often each is measured.
        least: Seconds that one measurement takes at least, by repeating short calls.
        warm: Whether a call that does not count comes first.
    """

    name: str
    params: dict[str, Any]
    contenders: tuple[str, ...]
    rounds: int = 5
    least: float = 0.05
    warm: bool = True
    size: float = 0.0  # for the plot: what grows


class Found(dict[str, float]):
    """What a run measured itself."""


@dataclass
class Services:
    """What a suite started for its workers.

    Attributes:
        environ: Goes to each worker.
        fds: File descriptors that workers inherit.
    """

    environ: dict[str, str] = field(default_factory=dict)
    fds: tuple[int, ...] = ()


class Worker:
    """One contender's process."""

    def __init__(self, suite: str, contender: str, services: Services) -> None:
        environ = {**os.environ, **services.environ, "PYTHONPATH": str(ROOT)}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what users start is compiled
        self.name = f"{suite}/{contender}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", suite, contender],
            cwd=ROOT,
            env=environ,
            pass_fds=services.fds,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("BENCH_DEBUG") else subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )

    def ask(self, case: Case) -> dict[str, Any]:
        """The measurement of one case, or why there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"params": case.params, "least": case.least, "warm": case.warm}
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(request), file=self._process.stdin, flush=True)
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(_PATIENCE):
                return {"failed": f"no answer in {_PATIENCE} s"}
        line = self._process.stdout.readline()
        if not line:
            return {"failed": f"its process ended with {self._process.wait()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        with self._process:
            pass


def run_cases(
    suite: Any, size: str, cases: list[Case], tell: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    """Measure some cases of *suite*.

    Args:
        suite: A module of `benchmarks.suites`.
        size: ``full``, ``quick`` or ``tiny``.
        cases: Of those that it has in this size.
        tell: Called with one line of progress.

    Yields:
        The measurements of each case, as they go into the JSON file.
    """
    name = suite.__name__.rpartition(".")[2]
    if not cases:
        return
    with services_of(suite, size) as services, _workers(name, suite, services) as worker:
        for case in cases:
            tell(f"{name}: {case.name}")
            yield _run_case(case, worker)


@contextlib.contextmanager
def services_of(suite: Any, size: str) -> Iterator[Services]:
    """What the suite's ``services(size)`` starts, if it has such a thing."""
    make = getattr(suite, "services", None)
    if make is None:
        yield Services()
    else:
        with make(size) as services:
            yield services


@contextlib.contextmanager
def _workers(name: str, suite: Any, services: Services) -> Iterator[Any]:
    """A function that gives a contender's worker: a new one each time where the suite says so."""
    alive: dict[str, Worker] = {}
    fresh = getattr(suite, "FRESH", False)

    def worker(contender: str) -> Worker:
        if fresh and contender in alive:
            alive.pop(contender).stop()
        if contender not in alive:
            alive[contender] = Worker(name, contender, services)
        return alive[contender]

    try:
        yield worker
    finally:
        for one in alive.values():
            one.stop()


def _run_case(case: Case, worker: Any) -> dict[str, Any]:
    """The measurements of one case, its contenders in another order each round."""
    results: dict[str, dict[str, list[float]]] = {one: {} for one in case.contenders}
    troubles: dict[str, dict[str, str]] = {}
    for round_ in range(case.rounds):
        shift = round_ % len(case.contenders)
        for contender in case.contenders[shift:] + case.contenders[:shift]:
            if contender in troubles:
                continue
            answer = worker(contender).ask(case)
            if _is_trouble(answer):
                troubles[contender] = answer
                continue
            for metric, value in answer.items():
                results[contender].setdefault(metric, []).append(value)
    contenders = {one: troubles.get(one, results[one]) for one in case.contenders}
    return {"name": case.name, "size": case.size, "contenders": contenders}


def _is_trouble(answer: Mapping[str, Any]) -> bool:
    return "failed" in answer or "missing" in answer
