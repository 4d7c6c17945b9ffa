"""Transfers are counted by task and store where somebody counts, and cost nothing elsewhere."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness import env
from typedxcom.airflow.running import metrics, stores
from typedxcom.errors import IntegrityError
from typedxcom.pointer import Coordinates
from typedxcom.stores import LocalStore, read_verified, read_verified_chunks, write_object

pytestmark = pytest.mark.airflow
AT = Coordinates("dag", "run", "task")


class Counter:
    """Airflow's metrics, remembered."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.tags: list[dict[str, str]] = []

    def incr(self, name: str, count: int = 1, *, tags: dict[str, str]) -> None:
        self.seen[name] = self.seen.get(name, 0) + count
        self.tags.append(tags)

    def timing(self, name: str, milliseconds: float, *, tags: dict[str, str]) -> None:
        self.seen[name] = self.seen.get(name, 0) + milliseconds
        self.tags.append(tags)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Metrics that are on, and a task that runs."""
    made = Counter()
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    monkeypatch.setenv("AIRFLOW_CTX_DAG_ID", "shop")
    monkeypatch.setenv("AIRFLOW_CTX_TASK_ID", "load")
    monkeypatch.setattr(metrics, "stats", lambda: made)
    return made


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> Any:
    """The deployment's default store, opened anew."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path / "store"))
    return lambda: stores.open_store("default")


def write(store: Any, data: bytes, **fields: Any) -> Any:
    return write_object(store, AT, data, codec="bytes", ext="bin", about="bytes", **fields)


def test_transfers_are_counted_by_task_and_store(counter: Counter, store: Any) -> None:
    """Objects, bytes, rows, milliseconds, and how often a reader got a memory map."""
    large = write(store(), b"x" * 100_000, rows=7)
    small = write(store(), b"abc")
    read_verified(store(), large)
    read_verified(store(), small)
    assert b"".join(map(bytes, read_verified_chunks(store(), small))) == b"abc"
    durations = {name: counter.seen.pop(f"typedxcom.{name}.duration") for name in ("write", "read")}
    assert all(milliseconds > 0 for milliseconds in durations.values())
    assert counter.seen == {
        "typedxcom.write.objects": 2,
        "typedxcom.write.bytes": 100_003,
        "typedxcom.write.rows": 7,
        "typedxcom.read.objects": 3,
        "typedxcom.read.bytes": 100_006,
        "typedxcom.read.rows": 7,
        "typedxcom.read.mapped": 1,
    }
    wanted = {"store": "default", "codec": "bytes", "dag_id": "shop", "task_id": "load"}
    assert all(tags == wanted for tags in counter.tags)


def test_errors_are_counted_by_their_class(counter: Counter, store: Any) -> None:
    """What failed adds no bytes, so that the sums are what arrived."""
    pointer = write(store(), b"abc")
    store().delete(pointer.path)
    store().write(pointer.path, b"abX")
    counter.seen.clear()
    for read in (read_verified, lambda *args: list(read_verified_chunks(*args))):
        with pytest.raises(IntegrityError):
            read(store(), pointer)
    store().delete(pointer.path)
    (store().root / pointer.path).mkdir(parents=True)  # no file can have that name
    with pytest.raises(IntegrityError):
        write(store(), b"abc")
    assert counter.seen == {"typedxcom.read.errors": 2, "typedxcom.write.errors": 1}
    assert counter.tags[-1]["error"] == "IntegrityError"


def test_nothing_is_measured_where_nobody_counts(store: Any) -> None:
    """On stock settings a store has no observer at all."""
    assert metrics.observer() is None
    assert store().observe is None
    assert LocalStore("unused").observe is None


# A whole DAG run with everything on, in a process of its own: Airflow sets its metrics up once.
RUN = """
import json, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)

from tests.harness.dagtest import run_dag
from airflow.sdk import dag
from typedxcom import task

@dag(schedule=None)
def counted():
    @task
    def extract() -> list[int]:
        return list(range(50_000))
    @task
    def load(numbers: list[int]) -> int:
        return len(numbers)
    load(extract())

result = run_dag(counted())
assert result.state == "success", result
spans = [
    {"name": one.name, "seconds": (one.end_time - one.start_time) / 1e9, **one.attributes}
    for one in exporter.get_finished_spans() if one.name.startswith("typedxcom")
]
lines = [line for name in ("extract", "load") for line in result.log(name).splitlines()]
print("told " + json.dumps({"spans": spans, "lines": lines}))
"""


def received(server: socket.socket) -> list[str]:
    """All that has come in."""
    server.setblocking(False)
    packets = []
    while True:
        try:
            packets.append(server.recv(65536).decode())
        except BlockingIOError:
            return packets


def test_a_run_is_told_to_statsd_opentelemetry_and_the_log(tmp_path: Path) -> None:
    """Through Airflow's own metrics, the global tracer and the task's log."""
    pytest.importorskip("statsd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        settings = {
            **env.home_settings(tmp_path),
            "AIRFLOW__TYPEDXCOM__STORE": str(tmp_path / "store"),
            "AIRFLOW__TYPEDXCOM__LOG_TRANSFERS": "True",
            "AIRFLOW__TRACES__OTEL_ON": "True",
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(server.getsockname()[1]),
            "AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "True",
        }
        done = subprocess.run(
            [sys.executable, "-c", RUN],
            env=env.clean_environ(**settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        packets = received(server)
    metrics_sent = [one for packet in packets for one in packet.splitlines() if "typedxcom" in one]
    written = next(one for one in metrics_sent if "typedxcom.write.bytes" in one)
    assert "task_id=extract" in written
    assert "store=default" in written
    assert any("typedxcom.read.bytes" in one and "task_id=load" in one for one in metrics_sent)
    [line] = [one for one in done.stdout.splitlines() if one.startswith("told ")]
    told = json.loads(line.removeprefix("told "))
    spans = {span["name"]: span for span in told["spans"]}
    assert set(spans) == {"typedxcom.write", "typedxcom.read"}
    assert spans["typedxcom.write"]["typedxcom.task_id"] == "extract"
    assert spans["typedxcom.read"]["typedxcom.bytes"] == spans["typedxcom.write"]["typedxcom.bytes"]
    assert all(span["seconds"] > 0 for span in told["spans"])
    logged = [line for line in told["lines"] if "typedxcom.write" in line]
    assert len(logged) == 1
    assert "bytes" in logged[0]
    assert "counted" in logged[0]
