"""The benchmarks run, on tiny data; what they print is true to what they measured."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks import plot, report, table_formats
from benchmarks.__main__ import PAGE, RESULTS, SUITES, reworded
from benchmarks.goals import goals
from benchmarks.running import ROOT, Case, Services, Worker


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """What a run of one suite on tiny data leaves."""
    path = tmp_path_factory.mktemp("bench") / "results.json"
    command = [sys.executable, "-m", "benchmarks", "--tiny", "--only", "models"]
    subprocess.run([*command, "--json", path], cwd=ROOT, check=True, capture_output=True)
    return json.loads(path.read_text())


def test_every_contender_is_measured_or_says_why_not(tiny):
    """A contender has a number, or a reason; ours always has a number."""
    assert list(tiny["suites"]) == ["models"]
    for suite in tiny["suites"].values():
        for case in suite["cases"]:
            for name, found in case["contenders"].items():
                reason = found.get("failed") or found.get("missing")
                assert reason or all(one > 0 for one in found["seconds"]), (case["name"], name)
                assert not (name.startswith("typedxcom") and reason), (case["name"], reason)


def test_the_tables_show_what_was_measured(tiny):
    """Medians and ratios, a failure as plainly as a number."""
    cases = [
        {
            "name": "one",
            "contenders": {
                "stock": {"cpu": [2.0, 8.0, 4.0]},
                "ours": {"cpu": [1.0]},
                "theirs": {"failed": "TypeError: no"},
            },
        }
    ]
    metric = {"key": "cpu", "title": "CPU", "unit": "s", "beside": "stock"}
    suite = {"title": "T", "about": "", "metrics": [metric], "cases": cases, "size": "tiny"}
    where = tiny["suites"]["models"]["machine"]
    suite |= {"started": "2026-11-26T00:00:00", "machine": {**where, "processor": "Abacus"}}
    told = report.markdown({"suites": {"t": suite}})
    assert "| one | 4 s (1) | 1 s (0.25) | fails |" in told
    assert "- theirs: TypeError: no" in told
    assert "<sub>2026-11-26 00:00 UTC, tiny size, on" in told
    assert "(Abacus)" in told


def test_a_contender_that_dies_is_told():
    """One that ends or raises is a result, not the end of the run."""
    worker = Worker("models", "stock", Services())
    try:
        assert "failed" in worker.ask(Case("", {"shape": "none", "count": 0, "way": "encode"}, ()))
        worker.stop()
    finally:
        worker.stop()


def test_the_page_shows_the_committed_results():
    """The generated part of the docs page is not edited by hand."""
    results = json.loads(RESULTS.read_text())
    assert set(results["suites"]) <= set(SUITES)
    assert report.markdown(results) in PAGE.read_text()
    assert report.markdown(reworded(results)) in PAGE.read_text()


def test_each_picture_is_on_the_page_and_has_a_line_through_several_sizes():
    """The pictures show results that are there, and the page shows each of them."""
    results = json.loads(RESULTS.read_text())
    for name, picture in plot.PICTURES.items():
        assert f"]({name}.svg)" in PAGE.read_text()
        for panel in picture.panels:
            lines = plot.points(results, picture, panel)
            ours = lines.get("typedxcom") or lines["with"]
            sizes = [size for size, _ in ours]
            assert len(sizes) > 1
            assert sizes == sorted(set(sizes))


def test_a_picture_shows_the_committed_results(tmp_path):
    """Drawn again, each is the file in the docs."""
    pytest.importorskip("matplotlib", reason="only the benchmarks need it")
    for path in plot.draw(json.loads(RESULTS.read_text()), tmp_path):
        assert path.read_text() == (PAGE.parent / path.name).read_text(), path.name


def test_the_page_of_formats_is_what_the_script_writes(tmp_path):
    """Every contender has a line, and only the generated part changes."""
    times = dict.fromkeys((*table_formats.COLUMNS, "digest"), 0.5)
    found = {name: {**times, "size": 2e6} for name in table_formats.FORMATS}
    found |= dict.fromkeys(("cp", *table_formats.DIGESTS), times)
    told = table_formats.markdown(1_000_000, 3, found)
    assert "| arrow zstd | 2 | 500 ms (1) |" in told
    page = tmp_path / "formats.md"
    page.write_text(table_formats.PAGE.read_text())
    table_formats.write_page(page, told)
    before, after = table_formats.PAGE.read_text(), page.read_text()
    assert told in after
    assert all(f"| {name} |" in before for name in table_formats.FORMATS)
    assert before.split(table_formats.BEGIN)[0] == after.split(table_formats.BEGIN)[0]


def test_goals_stand_beside_what_was_measured():
    """A goal that is missed says so, and one that nobody measured in full size is left out."""
    measured = {"with": {"found": [94.0], "cpu": [3.0]}, "without": {"cpu": [2.0]}}
    cases = [{"name": "9 files, cold", "contenders": measured}]
    told = goals({"suites": {"real_files": {"size": "full", "cases": cases}}})
    assert "| Mistakes that mypy finds | at least 95 % | 94 % | no |" in told
    assert "Airflow in the cache | at most 1.1 times | 1.5 times | no |" in told
    assert "no cache" not in told
    assert "Edges" not in told
    assert goals({"suites": {"real_files": {"size": "tiny", "cases": cases}}}) == ""
