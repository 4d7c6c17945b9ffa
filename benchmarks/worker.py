"""The process of one contender: reads a case from each line of stdin, answers with a measurement.

``python -m benchmarks.worker <suite> <contender>``. What a suite's ``prepare(contender, params)``
gives is called once to warm up, then timed. It may return a `Found`: bytes written, or ``seconds``
where only a part of the call counts.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.running import Found

Run = Callable[[], Any]


def main() -> None:
    """Answer until stdin ends."""
    suite, contender = importlib.import_module(f"benchmarks.suites.{sys.argv[1]}"), sys.argv[2]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what libraries print must not come between the answers
    prepared: dict[str, tuple[Run, int]] = {}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = measure(suite, contender, request, prepared)
        except Exception as error:
            kind = "missing" if isinstance(error, ImportError) else "failed"
            answer = {kind: f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), file=answers)


def measure(
    suite: Any, contender: str, request: dict[str, Any], prepared: dict[str, tuple[Run, int]]
) -> dict[str, Any]:
    """One measurement: seconds and CPU seconds of one call, the mean of enough calls."""
    key, least = json.dumps(request["params"]), request["least"]
    if key not in prepared:
        run = suite.prepare(contender, request["params"])
        prepared[key] = run, calls(run, least) if request["warm"] else 1
    run, count = prepared[key]
    before = resident("VmRSS") if reset_peak() else 0
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        found = run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    more = found if isinstance(found, Found) else {}
    peak = max(resident("VmHWM") - before, 0)
    return {"seconds": wall / count, "cpu": cpu / count, "peak": peak, **more}


def calls(run: Run, least: float) -> int:
    """How many calls take *least* seconds, after one that warms up."""
    run()
    start = time.perf_counter()
    run()
    return max(1, int(least / max(time.perf_counter() - start, 1e-9)))


def reset_peak() -> bool:
    """Let the kernel count the peak of this process's memory from now on."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
        return True
    return False


def resident(what: str) -> int:
    """Bytes in memory now (``VmRSS``) or at most (``VmHWM``); 0 where there is no ``/proc``."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{what}:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
