"""A reader without an annotation gets the value that its upstream promised, however it is wired."""

from __future__ import annotations

import asyncio
import datetime as dt
import enum
from collections import OrderedDict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any, ClassVar
from uuid import UUID

import pyarrow as pa
import pydantic
import pytest
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, task_group
from airflow.sdk import task as airflow_task
from packaging.version import Version
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.e2e.support import Item, Order, Point, Split, Tick, succeed
from tests.harness.dagtest import run_dag
from typedxcom import Table, ValidationError, XComKey, contract, task
from typedxcom.airflow.running import operators
from typedxcom.airflow.running.pulls import pulling_promises
from typedxcom.airflow.running.stores import stores_lists
from typedxcom.backend import XComBackend

DAY = dt.datetime(2024, 1, 2, 3, tzinfo=dt.timezone.utc)
KEY = XComKey("rows", dict[int, str])


class Color(enum.IntEnum):
    RED = 1


class Row(BaseModel):
    n: int
    at: dt.datetime


class Both(TypedDict):
    day: dt.date
    points: list[Point]


class Pair(BaseModel):
    day: dt.date
    color: Color


VALUES: list[tuple[Any, Any]] = [
    (dt.datetime, DAY),
    (dt.date, DAY.date()),
    (dt.timedelta, dt.timedelta(hours=1)),
    (tuple[int, dt.date], (1, DAY.date())),
    (set[int], {1, 2}),
    (frozenset[Decimal], frozenset({Decimal("1.10")})),
    (Decimal, Decimal("1.50")),
    (UUID, UUID(int=7)),
    (PurePosixPath, PurePosixPath("/data")),
    (bytes, b"\xff"),
    (Color, Color.RED),
    (dict[int, dt.date], {3: DAY.date()}),
    (Order, Order(id=1, at=DAY, items=[Item(sku="a", qty=1)])),
    (list[Order], [Order(id=1, at=DAY)]),
    (Point, Point(1)),
    (Split, Split([1], [2])),
    (Tick, Tick("a", Decimal(1))),
    (Order | None, None),
    (float, 3.0),
    (int, 2**70),
    (Any, {"a": [1]}),
    (str, "x"),
]
if Version(pydantic.VERSION) >= Version("2.12"):  # an older one reads a dict
    VALUES.append((OrderedDict[str, int], OrderedDict(b=1, a=2)))


@pytest.fixture(params=["default backend", "XComBackend"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Both backends."""
    if request.param == "XComBackend":
        monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", "typedxcom.backend.XComBackend")
        monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom", XComBackend)
        monkeypatch.setattr("airflow.sdk.execution_time.task_runner.XCom", XComBackend)
    stores_lists.cache_clear()
    yield request.param
    stores_lists.cache_clear()


def typed(value: Any) -> Any:
    """*value* with its types, all the way down, so that == tells all differences."""
    if isinstance(value, dict):
        return type(value), [(typed(key), typed(part)) for key, part in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), list(map(typed, value))
    return type(value), value


def same(got: Any, wanted: Any) -> bool:
    """Whether *got* is *wanted*, with the same types."""
    return bool(typed(got) == typed(wanted))


def producer(annotation: Any, value: Any, name: str, **options: Any) -> Any:
    """The output of a task that promises *annotation*."""

    def made():
        return value

    return task(task_id=name, output=annotation, **options)(made)()


@pytest.mark.parametrize("size", ["small", "large"])
def test_every_kind_of_value_arrives_as_it_was_promised(
    backend: str, size: str, monkeypatch: pytest.MonkeyPatch, forgotten: Any
) -> None:
    """As argument, in containers, in a plain task, an old operator, and by xcom_pull."""
    if size == "large":  # text forms, and pointers for what is longer than 20 bytes
        monkeypatch.setenv("AIRFLOW__TYPEDXCOM__THRESHOLD", "0")
        monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", "20")
    names = [f"v{index}" for index in range(len(VALUES))]

    def check(values: Any) -> None:
        for (annotation, value), got in zip(VALUES, values, strict=True):
            assert same(got, value), (annotation, got)

    with DAG("kinds", schedule=None) as made:
        outputs = [
            producer(annotation, value, name)
            for name, (annotation, value) in zip(names, VALUES, strict=True)
        ]

        @task
        def single(*values, named, ti=None):
            check(values)
            assert same(named, {"day": (DAY, [Color.RED])})
            check(ti.xcom_pull(task_ids=names))
            check([ti.xcom_pull(task_ids=name) for name in names])
            assert same(ti.xcom_pull("v0", map_indexes=None, default=5), DAY)
            assert ti.xcom_pull("v0", key="other", default=5) in (5, None)

        @task
        def whole(values, **more):
            check(values)
            check(more["options"]["values"])

        @airflow_task
        def plain(values):
            check(values)

        single(*outputs, named={"day": (outputs[0], [outputs[10]])})
        whole(outputs, options={"values": outputs})
        plain(outputs)
        PythonOperator(task_id="classic", python_callable=check, op_args=[outputs])
    succeed(made)


def test_mapped_and_keyed_outputs_arrive_as_they_were_promised(backend: str) -> None:
    """Through keys, expand, partial, a reduce, zip, concat, map, expand_kwargs and task groups."""
    days = [DAY.date(), dt.date(2025, 1, 1)]
    with DAG("mapped", schedule=None) as made:
        day, many = producer(dt.date, days[0], "day"), producer(list[dt.date], days, "many")
        fixed = producer(tuple[dt.date, Decimal], (days[0], Decimal(1)), "fixed")
        colors = producer(list[Color], [Color.RED, Color.RED], "colors")
        both = producer(Both, {"day": days[0], "points": [Point(1)]}, "both", multiple_outputs=True)
        pair = producer(Pair, Pair(day=days[0], color=Color.RED), "pair", multiple_outputs=True)
        dicts = producer(list[Both], [{"day": days[0], "points": [Point(2)]}], "dicts")
        pushes = producer(dict[str, set[int]], {"a": {1}}, "sets", multiple_outputs=True)

        @task
        def keys(one, two, three, four, five):
            assert same([one, two, three], [days[0], [Point(1)], {1}])
            assert same([four, five], [days[0], Color.RED])

        @task
        def item(x, index):
            assert x in days
            assert type(x) is dt.date
            assert same(index, days[0])
            return x

        @task
        def twice(x) -> tuple[dt.date, int]:
            assert type(x) is dt.date
            return x, 1

        @task
        def reduce(rows, first):
            assert same(list(rows), [(one, 1) for one in days])
            assert same(rows[1], (days[1], 1))
            assert same(rows[:1], [(days[0], 1)])
            assert same(first, days[0])

        @task
        def zipped(x):
            assert type(x) is tuple
            assert list(map(type, x)) == [dt.date, Color]

        @task
        def chained(x):
            assert type(x) in (dt.date, Color)

        @task
        def joined(pairs, chain):
            assert same(list(pairs), [(one, Color.RED) for one in days])
            assert same(list(chain), [*days, Color.RED, Color.RED])

        @task
        def after(x):
            assert type(x) is int
            assert x in (2024, 2025)

        @task
        def spread(day, points: list[Point]):
            assert same([day, points], [days[0], [Point(2)]])

        @task
        def given(x, y: dt.date):
            assert type(x) is type(y) is dt.date

        @task
        def pair_of(x):
            assert type(x) in (dt.date, Decimal)

        @task
        def step(x) -> dt.date:
            assert type(x) is dt.date
            return x

        @task
        def inside(x, again):
            assert type(x) is type(again) is dt.date

        @task_group
        def group(x):
            inside(x, step(x))

        @task_group
        def returning(x):
            return step.override(task_id="last")(x)

        @task
        def outside(rows):
            assert same(list(rows), days)

        keys(both["day"], both["points"], pushes["a"], pair["day"], pair["color"])
        item.partial(index=day).expand(x=many)
        reduce(twice.expand(x=many), fixed[0])
        zipped.expand(x=many.zip(colors))
        chained.expand(x=many.concat(colors))
        joined(many.zip(colors), many.concat(colors))
        after.expand(x=many.map(lambda one: one.year))
        spread.expand_kwargs(dicts)
        given.expand_kwargs([{"x": day, "y": day}, {"x": fixed[0], "y": many.operator.output}][:1])
        pair_of.expand(x=fixed)
        pair_of.override(task_id="listed").expand(x=[day, fixed[1]])
        group.expand(x=many)
        outside(returning.expand(x=many))

    succeed(made)


def test_tables_arrive_as_their_task_promised(backend: str) -> None:
    """A row model's table, a frame, and lists of them; the rendered fields hold a line."""
    pd = pytest.importorskip("pandas")
    table = pa.table({"n": [1], "at": pa.array([DAY], pa.timestamp("us", "UTC"))})
    with DAG("tables", schedule=None) as made:
        rows = producer(Table[Row], table, "rows")
        frame = producer(pd.DataFrame, pd.DataFrame({"n": [1]}), "frame")
        each = producer(list[Table[Row]], [table, table], "each")

        @task
        def take(rows, frame, each, ti=None):
            assert rows.to_pylist() == table.to_pylist()
            assert type(frame) is pd.DataFrame
            assert [one.num_rows for one in each] == [1, 1]
            assert ti.xcom_pull("rows").to_pylist() == table.to_pylist()
            assert type(ti.xcom_pull("frame")) is pd.DataFrame

        @task
        def one(table):
            assert table.num_rows == 1

        @airflow_task
        def plain(frame):
            assert type(frame) is pd.DataFrame

        take(rows, frame, each)
        one.expand(table=each)
        plain(frame)
        one.override(task_id="sliced").expand(table=rows.batches(rows=1))
    shown = succeed(made).rendered("take")
    assert "Table[Row]: 1 row x 2 columns" in str(shown)
    assert "pyarrow.Table" not in str(shown)


def test_where_the_wiring_is_not_known_there_is_json(backend: str) -> None:
    """Jinja, a key that a body pushed itself, a plain task's own value, and what was forgotten."""
    with DAG("unknown", schedule=None) as made:

        @task
        def pushes(ti=None) -> dt.date:
            KEY.push(ti, {1: "a"})
            ti.xcom_push("own", {"a": 1})
            return DAY.date()

        @airflow_task
        def stock():
            return (1, 2)

        @airflow_task
        @contract
        def kept() -> dt.date:
            return DAY.date()

        @task
        def reads(text, own, plain, kept, keyed, ti=None):
            assert same([text, own, plain], ["2024-01-02", {"a": 1}, (1, 2)])
            assert same(kept, DAY.date())
            assert keyed == {"1": "a"}
            assert KEY.pull(ti, "pushes") == {1: "a"}
            assert same(ti.xcom_pull(task_ids=["pushes", "stock"]), [DAY.date(), (1, 2)])
            assert ti.xcom_pull(task_ids="nobody") is None
            assert type(ti.task.op_args) is tuple  # as Airflow's own

        out = pushes()
        late = reads("{{ ti.xcom_pull('pushes') }}", out["own"], stock(), kept(), out[KEY.name])
        out >> late
    succeed(made)


def test_an_entry_of_another_shape_is_refused_by_name_and_pulled_as_json() -> None:
    """As after a deployment in the middle of a run: the argument fails, a pull warns."""
    with DAG("skew", schedule=None) as made:

        @task
        def wrong() -> dt.date:
            return DAY.date()

        @task
        def pulls(ti=None):
            assert ti.xcom_pull("wrong") == "no date"

        @task
        def takes(day): ...

        day = wrong()
        takes(day)
        day >> pulls()

    real = operators.push_form

    def bent(value: Any, *args: Any) -> Any:
        return "no date" if value == DAY.date() else real(value, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operators, "push_form", bent)
        result = run_dag(made)
    assert result.states["pulls"] == "success"
    error = result.error("takes")
    assert isinstance(error, ValidationError)
    assert "Task 'takes', argument `day` (pushed by 'wrong')" in str(error)
    assert "xcom_pull gives JSON" in result.log("pulls")


class FakeTi:
    """A task instance whose rows lie in a dict."""

    dag_id, task_id = "d", "self"
    rows: ClassVar[dict[str, Any]] = {"day": "2024-01-02", "stock": "x"}
    task: Any

    def xcom_pull(
        self, task_ids: Any = None, dag_id: Any = None, key: str = "", **where: Any
    ) -> Any:
        found = [self.rows.get(one) for one in task_ids]
        return [where.get("default") if one is None else one for one in found]

    async def axcom_pull(self, *args: Any, **where: Any) -> Any:
        return self.xcom_pull(*args, **where)


def test_an_async_body_pulls_what_was_promised() -> None:
    """`axcom_pull` gives what `xcom_pull` gives, and both are Airflow's own again afterwards."""
    with DAG("async", schedule=None) as made:
        producer(dt.date, DAY.date(), "day")
    ti = FakeTi()
    ti.task = made.task_dict["day"]
    with pulling_promises(ti, made):
        for ids, wanted in [
            ("day", DAY.date()),
            (["day"], [DAY.date()]),
            (("day", "stock"), [DAY.date(), "x"]),
        ]:
            assert same(ti.xcom_pull(ids), wanted)
            assert same(asyncio.run(ti.axcom_pull(task_ids=ids)), wanted)
        assert same(ti.xcom_pull("day", map_indexes=None, default=5), DAY.date())
    assert set(vars(ti)) == {"task"}
    assert ti.xcom_pull(["day"]) == ["2024-01-02"]


def test_pulls_have_the_shape_that_mypy_gives_them() -> None:
    """One id gives a value and several give a list; a mapped task gives one value or a list."""
    with DAG("shapes", schedule=None) as made:

        @task
        def each(n: int) -> dt.timedelta:
            return dt.timedelta(n)

        @task(multiple_outputs=True)
        def counts() -> dict[str, int]:
            return {"a": 1}

        @task
        def pulls(ti: Any) -> list[str]:
            found = [
                ti.xcom_pull(task_ids="day"),
                ti.xcom_pull(task_ids=["day"]),
                ti.xcom_pull(task_ids=["each", "alone"]),
                ti.xcom_pull("each"),
                ti.xcom_pull("alone"),
                ti.xcom_pull("each", map_indexes=1),
                ti.xcom_pull("each", map_indexes=[0]),
                ti.xcom_pull("counts", key="a"),
                ti.xcom_pull(task_ids=["counts"], key="a"),
            ]
            return [repr(one) for one in found]

        day = producer(dt.date, DAY.date(), "day")
        mapped = each.expand(n=[1, 2]), each.override(task_id="alone").expand(n=[3])
        [day, *mapped, counts()] >> pulls()
    one, two, three = (repr(dt.timedelta(days)) for days in (1, 2, 3))
    assert succeed(made).xcom("pulls") == [
        repr(DAY.date()),
        f"[{DAY.date()!r}]",
        f"[{one}, {two}, {three}]",
        f"[{one}, {two}]",
        three,
        two,
        f"[{one}]",
        "1",
        "[1]",
    ]
