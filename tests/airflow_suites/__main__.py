"""Run Airflow's TaskFlow tests in four ways and compare how each test ended.

Exit codes: 0 where nothing differs that `differences.py` does not list, else 1.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.airflow_suites.differences import DIFFERENCES
from tests.airflow_suites.fetch import fetch
from tests.airflow_suites.suites import SUITES, Suite, Variant, migrate, outcomes, start

OURS = "typedxcom.backend.XComBackend"
STOCK = Variant(is_ours=False)
VARIANTS = (STOCK, Variant(is_ours=True), Variant(False, OURS), Variant(True, OURS))
LEAST = 0.95  # of the tests must pass with Airflow's own names, or the stand-in is broken


def main() -> int:
    """Fetch, run, compare."""
    fetched = fetch(Path("build/airflow-suites"))
    scratch = Path(tempfile.mkdtemp(prefix="airflow-suites-"))
    migrate(scratch / "airflow")
    runs = [(suite, variant) for suite in SUITES for variant in VARIANTS]

    def run(one: tuple[Suite, Variant]) -> dict[str, tuple[str, str]]:
        suite, variant = one
        home = scratch / f"{SUITES.index(suite)}-{VARIANTS.index(variant)}"
        home.mkdir()
        shutil.copytree(scratch / "airflow", home / "airflow")
        start(suite, variant, fetched, home).wait()
        return outcomes(home)

    try:
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            ended = dict(zip(runs, pool.map(run, runs), strict=True))
    finally:
        if "--keep" not in sys.argv:
            shutil.rmtree(scratch, ignore_errors=True)
        else:
            print(f"Kept in {scratch}")
    return report(ended)


def report(ended: dict[tuple[Suite, Variant], dict[str, tuple[str, str]]]) -> int:
    """Print what differs; 1 where that is not what is listed."""
    wrong: list[str] = []
    differing: set[str] = set()
    for suite in SUITES:
        stock = ended[suite, STOCK]
        passed = sum(state in ("passed", "skipped") for state, _ in stock.values())
        print(
            f"{suite.name}: {passed} of {len(stock)} tests pass or are skipped with Airflow's own names"
        )
        if passed < LEAST * len(stock):
            wrong.append(f"{suite.name}: too few tests pass with Airflow's own names.")
        for variant in VARIANTS[1:]:
            other = ended[suite, variant]
            for name in sorted({*stock, *other}):
                before, after = stock.get(name, ("absent", "")), other.get(name, ("absent", ""))
                if before[0] == after[0]:
                    continue
                differing.add(name)
                if name not in DIFFERENCES:
                    words = (after[1] or before[1]).replace("\n", " ")
                    wrong.append(f"{name}: {before[0]}, but {after[0]} with {variant}: {words}")
    wrong.extend(
        f"{name}: listed in differences.py, but it ends alike everywhere."
        for name in sorted(set(DIFFERENCES) - differing)
    )
    for sentence in wrong:
        print(sentence)
    print(f"{len(differing)} tests differ, {len(DIFFERENCES)} of them on purpose.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
