"""``python -m benchmarks``: measure, print tables, keep the numbers as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks import machine, report
from benchmarks.running import ROOT, run_cases

SUITES = (
    "models", "hops", "thresholds", "overhead", "tables", "uploads", "caching", "row_checks", "mapping",
    "sweeping", "sweep_memory", "clients", "imports", "parsing", "mypy_cost", "previews", "real_files", "checking",
)  # fmt: skip
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "explanation" / "performance.md"


def main() -> None:
    """Run the suites that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"comma-separated, of {', '.join(SUITES)}")
    parser.add_argument("--cases", default="", help="only those whose names have this in them")
    parser.add_argument(
        "--quick", action="store_true", help="the main suites on small data, under two minutes"
    )
    parser.add_argument("--tiny", action="store_true", help="tiny data: does it run at all?")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the numbers go")
    parser.add_argument("--docs", action="store_true", help=f"rewrite the tables of {PAGE.name}")
    parser.add_argument("--render", action="store_true", help="measure nothing, use the JSON file")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers are stopped
    results = load(options.json)
    if options.render:
        save(options.json, reworded(results))
    else:
        size = "tiny" if options.tiny else "quick" if options.quick else "full"
        for name in chosen(options.only):
            suite = importlib.import_module(f"benchmarks.suites.{name}")
            for _ in measured(results["suites"], suite, size, options.cases):
                save(options.json, results)
    if options.docs:
        from benchmarks import plot

        report.write_page(PAGE, results)
        plot.draw(results, PAGE.parent)
    print(report.markdown(results))


def measured(suites: dict[str, Any], suite: Any, size: str, part: str) -> Iterator[None]:
    """Measure the cases of *suite* whose names have *part*, and put each into *suites*.

    What was measured of the others before, in the same size, is kept.
    """
    name = suite.__name__.rpartition(".")[2]
    cases = suite.cases(size)
    known = suites.get(name, {})
    kept = known["cases"] if known.get("size") == size else []
    found = {case["name"]: case for case in kept}
    for case in run_cases(suite, size, [case for case in cases if part in case.name], tell):
        found[case["name"]] = rounded(case)
        suites[name] = {
            **words(suite),
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "size": size,
            "machine": machine.describe(),
            "cases": [found[one.name] for one in cases if one.name in found],
        }
        yield


def words(suite: Any) -> dict[str, Any]:
    """What the tables say about *suite*: title, text and the heads of the columns."""
    return {"title": suite.TITLE, "about": suite.__doc__.strip(), "metrics": suite.METRICS}


def reworded(results: dict[str, Any]) -> dict[str, Any]:
    """The same numbers under the words that the suites use today."""
    for name, found in results["suites"].items():
        found.update(words(importlib.import_module(f"benchmarks.suites.{name}")))
    return results


def chosen(names: str) -> list[str]:
    """The suites to run, in their own order."""
    wanted = [name for name in names.split(",") if name]
    if unknown := set(wanted) - set(SUITES):
        raise SystemExit(f"There is no suite {', '.join(sorted(unknown))}: {', '.join(SUITES)}")
    return [name for name in SUITES if not wanted or name in wanted]


def load(path: Path) -> dict[str, Any]:
    """Earlier results, so that one suite can be measured again."""
    if not path.exists():
        return {"suites": {}}
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def save(path: Path, results: dict[str, Any]) -> None:
    """Keep the results, the suites in their own order."""
    path.parent.mkdir(exist_ok=True)
    suites = results["suites"]
    ordered = {name: suites[name] for name in SUITES if name in suites}
    text = json.dumps({**results, "suites": ordered}, indent=1, ensure_ascii=False)
    path.write_text(f"{text}\n")


def rounded(value: Any) -> Any:
    """*value* with every float cut to five digits, as it stands in the file and in the tables."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list) else value


def tell(line: str) -> None:
    """Say on stderr what is going on."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
