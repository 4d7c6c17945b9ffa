"""``python -m benchmarks``: measure, print tables, keep the numbers as JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks import machine, report
from benchmarks.running import ROOT, run_suite

SUITES = (
    "models", "hops", "thresholds", "overhead", "tables", "row_checks", "mapping", "sweeping",
    "imports", "parsing", "mypy_cost",
)  # fmt: skip
RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "explanation" / "performance.md"


def main() -> None:
    """Run the suites that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help=f"comma-separated, of {', '.join(SUITES)}")
    parser.add_argument("--quick", action="store_true", help="small data, a few minutes")
    parser.add_argument("--tiny", action="store_true", help="tiny data: does it run at all?")
    parser.add_argument("--json", type=Path, default=RESULTS, help="where the numbers go")
    parser.add_argument("--docs", action="store_true", help=f"rewrite the tables of {PAGE.name}")
    parser.add_argument("--render", action="store_true", help="measure nothing, use the JSON file")
    options = parser.parse_args()
    results = load(options.json)
    if not options.render:
        size = "tiny" if options.tiny else "quick" if options.quick else "full"
        results["machine"] = machine.describe()
        for name in chosen(options.only):
            suite = importlib.import_module(f"benchmarks.suites.{name}")
            results["suites"][name] = run_suite(suite, size, tell)
            save(options.json, results)
    if options.docs:
        from benchmarks import plot

        report.write_page(PAGE, results)
        plot.draw(results, PAGE.parent)
    print(report.markdown(results))


def chosen(names: str) -> list[str]:
    """The suites to run, in their own order."""
    wanted = [name for name in names.split(",") if name]
    if unknown := set(wanted) - set(SUITES):
        raise SystemExit(f"There is no suite {', '.join(sorted(unknown))}: {', '.join(SUITES)}")
    return [name for name in SUITES if not wanted or name in wanted]


def load(path: Path) -> dict[str, Any]:
    """Earlier results, so that one suite can be measured again."""
    if not path.exists():
        return {"machine": {}, "suites": {}}
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def save(path: Path, results: dict[str, Any]) -> None:
    """Keep the results, the suites in their own order, numbers to five digits."""
    path.parent.mkdir(exist_ok=True)
    suites = results["suites"]
    results["suites"] = {name: suites[name] for name in SUITES if name in suites}
    path.write_text(json.dumps(rounded(results), indent=1, ensure_ascii=False) + "\n")


def rounded(value: Any) -> Any:
    """*value* with every float cut to five digits."""
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
