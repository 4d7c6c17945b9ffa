"""`typedxcom show` on a real run: every kind of value, by database and by REST."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import re
import subprocess
import unicodedata
import warnings
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from airflow.sdk import dag
from airflow.sdk import task as airflow_task
from pyarrow import csv, parquet
from pydantic import BaseModel, Field

from tests.harness.dagtest import DagResult, run_dag
from typedxcom import File, Table, XComKey, task
from typedxcom.airflow.sweep import lookup
from typedxcom.airflow.sweep.api import ApiEntries
from typedxcom.cli import main
from typedxcom.stores import LocalStore

pytestmark = pytest.mark.airflow

HOSTILE = 'a\x1b[31mred\x07 \u202etxt.exe\u2066 \x9b2J \u200b \\ " é 字'
COUNT = XComKey("count/of rows", int)
WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class Trip(BaseModel):
    id: int
    note: str | None
    fare: Decimal = Field(max_digits=6, decimal_places=2)
    at: datetime
    legs: list[int]


class Report(BaseModel):
    title: str
    rows: list[int]
    nested: Any = None


TRIPS = [
    {"id": n, "note": None if n == 2 else HOSTILE, "fare": Decimal(n), "at": WHEN, "legs": [n]}
    for n in range(7)
]  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: Any) -> Iterator[DagResult]:
    """One run that leaves every kind of entry; its store stays for the module."""
    folder = tmp_path_factory.mktemp("show")

    @dag(dag_id="shown", schedule=None)
    def made() -> None:
        @task
        def report() -> Report:
            return Report(title=HOSTILE, rows=list(range(200)), nested={"deep": [[1]]})

        @task
        def large() -> list[str]:
            return ["x" * 5000, "\ud83d"] * 300

        @task
        def trips() -> Table[Trip]:
            return pa.Table.from_pylist(TRIPS)

        @task
        def picture() -> File:
            (folder / "a.png").write_bytes(b"\x89PNG\x00data")
            return File(folder / "a.png")

        @task
        def both() -> dict[str, Table[Trip]]:
            return {"first": pa.Table.from_pylist(TRIPS[:1])}

        @task
        def each(n: int, ti: Any = None) -> int:
            COUNT.push(ti, n)
            return n * n

        @airflow_task
        def stock() -> Any:
            return {"when": WHEN}

        @task
        def nothing() -> None: ...

        report(), large(), trips(), picture(), both(), stock(), nothing()
        each.expand(n=[3, 4])

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(folder / "xcom"))
        forget()
        result = run_dag(made())
        assert result.state == "success", str(result)
        yield result
    forget()


def forget() -> None:
    """Let the settings be read again."""
    from tests.harness.fixtures import _forget

    _forget()


@pytest.fixture(scope="module", params=["database", "rest"])
def by(request: Any, run: DagResult) -> Iterator[str]:
    """Read entries from the database, or from the REST API of an API server in this process."""
    if request.param == "database":
        yield "database"
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "configured_source", lambda: ApiEntries("http://testserver", **api()))
        yield "rest"


@functools.cache
def api() -> dict[str, Any]:
    """What reaches an API server in this process, as an admin."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.api_fastapi.app import create_app
        from starlette.testclient import TestClient

        os.environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] = "True"
        client = TestClient(create_app(apps="core"))
        token = client.get("/auth/token").json()["access_token"]

    def answer(request: httpx.Request) -> httpx.Response:
        """What the app says; its client may be of another release of httpx."""
        found = client.request(request.method, str(request.url), headers=dict(request.headers))
        return httpx.Response(found.status_code, content=found.content)

    return {"token": token, "transport": httpx.MockTransport(answer)}


def show(*arguments: str, code: int = 0) -> str:
    """What the command prints, to standard output or, where it fails, to standard error."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of Airflow's app
        assert main(["show", *arguments]) == code, out.getvalue() + err.getvalue()
    if code == 0:
        return out.getvalue()
    (told,) = re.findall(r"^typedxcom: .*\n\Z", err.getvalue(), re.M)  # below the server's log
    return str(told)


def test_a_model_shows_as_formatted_json(run: DagResult, by: str) -> None:
    """With names first; long lists are cut and say so; `latest` is the last run."""
    told = show("shown", "latest", "report")
    assert told.startswith(
        f"shown / {run.run_id}: XCom 'return_value' of task 'report'\nJSON: object"
    )
    assert '\n    49,\n    "… 150 more"\n' in told
    assert '\n    "deep": [\n' in told
    assert "This is not all of it: --to value.json writes the whole." in told


def test_nothing_hostile_reaches_the_terminal(run: DagResult, by: str) -> None:
    """Control characters, bidi marks and surrogates are escaped, in JSON and in tables."""
    for name in ("report", "trips"):
        told = show("shown", run.run_id, name)
        assert not {unicodedata.category(char) for char in told.replace("\n", "")} & {
            "Cc",
            "Cf",
            "Cs",
        }
        assert "a\\u001b[31mred\\u0007 \\u202etx" in told
    assert '\\u200b \\\\ \\" é 字"' in show("shown", run.run_id, "report")
    assert '"\\ud83d"' in show("shown", run.run_id, "large")


def test_a_value_is_written_whole(run: DagResult, by: str, tmp_path: Path) -> None:
    """JSON as it was pushed, also what was too large to show; never over another file unasked."""
    target = tmp_path / "value.json"
    told = show("shown", run.run_id, "large")
    assert len(told) < 60_000
    assert "… 4,000 more characters" in told
    show("shown", run.run_id, "large", "--to", str(target))
    assert json.loads(target.read_text()) == ["x" * 5000, "\ud83d"] * 300
    assert "--force" in show("shown", run.run_id, "report", "--to", str(target), code=2)
    assert json.loads(target.read_text()) == ["x" * 5000, "\ud83d"] * 300
    show("shown", run.run_id, "report", "--to", str(target), "--force")
    assert json.loads(target.read_text())["title"] == HOSTILE
    assert [path.name for path in tmp_path.iterdir()] == ["value.json"]


def test_a_table_shows_its_columns_statistics_and_first_rows(run: DagResult, by: str) -> None:
    """In a stream; a column without an order has no smallest value."""
    told = show("shown", run.run_id, "trips", "--rows", "2")
    lines = [line.split() for line in told.splitlines()]
    assert "table: 7 rows x 5 columns" in told
    assert ["id", "int64", "0", "0", "6", "3"] in lines
    assert ["fare", "decimal128(6,", "2)", "0", "0.00", "6.00"] in lines
    (legs,) = (line for line in lines if line[0:1] == ["legs"])
    assert legs[1:] == ["list<item:", "int64", "not", "null>", "0"]
    assert next(line for line in lines if line[:1] == ["note"])[2] == "1"
    assert "first 2 rows:" in told
    assert "[1]" in told
    assert "[2]" not in told


def test_a_table_is_written_in_the_format_of_the_name(
    run: DagResult, by: str, tmp_path: Path
) -> None:
    """Parquet, Arrow and JSON hold all of it; what CSV cannot hold is one sentence."""
    for suffix in ("parquet", "arrow", "json"):
        show("shown", run.run_id, "trips", "--to", str(tmp_path / f"t.{suffix}"))
    assert parquet.read_table(tmp_path / "t.parquet").to_pylist() == TRIPS
    assert pa.ipc.open_file(tmp_path / "t.arrow").read_all().to_pylist() == TRIPS
    written = json.loads((tmp_path / "t.json").read_text())
    assert written[6] == {**TRIPS[6], "fare": "6.00", "at": "2026-01-02T03:04:05Z"}
    told = show("shown", run.run_id, "trips", "--to", str(tmp_path / "t.csv"), code=1)
    assert "cannot be written as .csv" in told
    assert "Write .parquet or .arrow." in told
    told = show("shown", run.run_id, "trips", "--to", str(tmp_path / "t.xlsx"), code=2)
    assert ".parquet or .csv" in told
    assert {path.name for path in tmp_path.iterdir()} == {"t.parquet", "t.arrow", "t.json"}


def test_a_part_of_a_dict_is_named(run: DagResult, by: str, tmp_path: Path) -> None:
    """A dict of tables says what each of them is; one of them opens like any table."""
    assert '"first": "<' in show("shown", run.run_id, "both")
    assert "table: 1 rows x 5 columns" in show("shown", run.run_id, "both", "--item", "first")
    assert "has no item 'second'" in show("shown", "latest", "both", "--item", "second", code=2)


def test_a_file_shows_its_media_type_and_size(run: DagResult, by: str, tmp_path: Path) -> None:
    """And is written under any name, byte for byte."""
    assert "file: image/png, 9 bytes" in show("shown", run.run_id, "picture")
    show("shown", run.run_id, "picture", "--to", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_bytes() == b"\x89PNG\x00data"


def test_an_instance_and_a_key_are_named(run: DagResult, by: str) -> None:
    """Also a key with a slash; without an index the message lists them."""
    assert "\n16\n" in show("shown", run.run_id, "each", "--map-index", "1")
    assert "\n3\n" in show("shown", run.run_id, "each", "--map-index", "0", "--key", COUNT.name)
    assert "--map-index 0, 1" in show("shown", run.run_id, "each", code=1)
    told = show("shown", run.run_id, "each", "--map-index", "1", "--key", "rows", code=1)
    assert "--key 'count/of rows', 'return_value'" in told


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("shown", "latest", "nothing"), "Task 'nothing' has no XCom in run"),
        (("shown", "nosuch", "report"), "run 'nosuch' of DAG 'shown'"),
        (("other", "latest", "report"), "DAG 'other' has no run in the"),
    ],
)
def test_a_value_that_is_not_there_is_one_sentence(
    run: DagResult, by: str, names: tuple[str, ...], told: str
) -> None:
    """It exits with 1."""
    assert told in show(*names, code=1)


def test_what_airflow_serialized_shows_as_it_is(run: DagResult, by: str) -> None:
    """No class that data names is imported."""
    assert '"__classname__": "datetime.datetime"' in show("shown", run.run_id, "stock")


def test_a_missing_and_an_altered_object_are_one_sentence(
    run: DagResult, by: str, tmp_path: Path
) -> None:
    """Nothing of what was altered is shown or written."""
    store = LocalStore(Path(os.environ["AIRFLOW__TYPEDXCOM__STORE"]))
    for name in ("trips", "picture", "large"):
        path = store.root / run.xcom(name)["path"]
        kept = path.read_bytes()
        path.chmod(0o600)
        try:
            path.write_bytes(kept[:-9] + bytes(9))
            for more in ([], ["--to", str(tmp_path / f"{name}.json")]):
                if (name, more) != ("picture", []):  # whose content nobody asked for
                    told = show("shown", run.run_id, name, *more, code=1)
                    assert "is not what was written" in told
            path.unlink()
            assert "lear the task that wrote it" in show("shown", run.run_id, name, code=1)
        finally:
            path.write_bytes(kept)
    assert list(tmp_path.iterdir()) == []


def test_a_table_without_nested_columns_is_written_as_csv(tmp_path: Path) -> None:
    """As every library reads it."""
    from typedxcom.cli.shown.tables import ShownTable

    table = pa.table({"n": [1, None], "s": ["a,b", 'c"']})
    shown = ShownTable(2, 10, table.to_reader)
    with (tmp_path / "t.csv").open("wb") as out:
        shown.write(out, ".csv")
    assert csv.read_csv(tmp_path / "t.csv").to_pylist() == table.to_pylist()


def test_every_type_of_arrow_can_be_shown() -> None:
    """Also what Python has no object for, and what Arrow has no order of."""
    from typedxcom.cli.shown.tables import ShownTable

    columns = {
        "year 10000": pa.array([2**40], pa.timestamp("s")),
        "nanoseconds": pa.array([1, None], pa.timestamp("ns", "UTC")).slice(0, 1),
        "duration": pa.array([7], pa.duration("ms")),
        "time": pa.array([7], pa.time64("ns")),
        "date": pa.array([7], pa.date64()),
        "decimal": pa.array([Decimal("1.5")], pa.decimal256(70, 3)),
        "half": pa.array([1.5], pa.float64()).cast(pa.float16()),
        "null": pa.nulls(1),
        "bytes": pa.array([b"\x00\xff" * 100]),
        "fixed": pa.array([b"ab"], pa.binary(2)),
        "view": pa.array(["v"], pa.string_view()),
        "large": pa.array(["l" * 1000], pa.large_string()),
        "dictionary": pa.array(["d"]).dictionary_encode(),
        "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8())),
        "struct": pa.array([{"a": [{"b": [[1]]}], "c": None}]),
        "fixed list": pa.array([[1, 2]], pa.list_(pa.int8(), 2)),
        "union": pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
        "month": pa.array([(1, 2, 3)], pa.month_day_nano_interval()),
        "\x1b[2J": pa.array([True]),
    }
    table = pa.table(columns)
    shown = ShownTable(1, 10, table.to_reader)
    lines = shown.lines(rows=1, width=10_000)
    assert len(lines) == len(columns) + 5
    assert all(line.isprintable() for line in lines)
    head = lines[-1]
    for part in (
        "1970-01-01 00:00:00.000000001Z",
        "b'\\x00\\xff",
        "lll…",
        "{a: [{b: …}], c: -}",
        "[1, 2]",
    ):
        assert part in head
    assert "… and 18 more columns" in shown.lines(rows=1, width=5)[-1]


@pytest.mark.parametrize("depth", [30, 900])
def test_deep_and_wide_json_is_cut(depth: int) -> None:
    """Whatever its shape, a screen or two are shown, and all of it is written."""
    from typedxcom.cli.shown.trees import ShownTree

    deep: Any = 1
    for _ in range(depth):
        deep = {"a": deep}
    wide = [[list(range(60)) for _ in range(60)] for _ in range(60)]
    for tree in (deep, wide, {"k" * 5000: {str(n): n for n in range(100)}}):
        shown = ShownTree(tree)
        lines = shown.lines(rows=5, width=80)
        assert len(lines) < 5000
        assert lines[-1].startswith("This is not all of it")
        out = io.BytesIO()
        shown.write(out, ".json")
        assert json.loads(out.getvalue()) == tree


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """A failure leaves what was there before, with and without --force; links are not followed."""
    from typedxcom.cli.shown.target import new_file

    kept, fresh, link = tmp_path / "kept", tmp_path / "fresh", tmp_path / "link"
    kept.write_bytes(b"old")
    link.symlink_to(tmp_path / "elsewhere")
    for path, force in ((kept, True), (fresh, False)):
        with pytest.raises(KeyError):
            fail_in(new_file(path, force=force))
    with pytest.raises(FileExistsError):
        fail_in(new_file(link, force=False))
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "link"}
    assert kept.read_bytes() == b"old"
    with new_file(fresh, force=False) as out:
        out.write(b"new")
    assert fresh.read_bytes() == b"new"
    assert oct(fresh.stat().st_mode & 0o777) == oct(0o666 & ~subprocess_umask())


def fail_in(made: Any) -> None:
    """Fail while a file is being written."""
    with made as out:
        out.write(b"half")
        raise KeyError


def subprocess_umask() -> int:
    """The umask that new files get here."""
    return int(subprocess.run(["sh", "-c", "umask"], capture_output=True, check=True).stdout, 8)
