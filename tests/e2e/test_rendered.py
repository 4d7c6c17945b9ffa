"""Airflow's page of rendered templates: a line for each argument of a typed task."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import DAG
from airflow.sdk import task as plain_task
from airflow.sdk.log import mask_secret
from pydantic import BaseModel, Field

from tests.e2e.support import Order, succeed
from typedxcom import Table, task, typed
from typedxcom.airflow.running import rendered


class Trip(BaseModel):
    id: int
    driver: str = Field("Ada", json_schema_extra={"preview": False})


class Hidden(BaseModel, hide_input_in_errors=True):
    pin: int


MASKED = "correct-horse-battery"
INJECTED = "{{ 1 + 1 }}"


def run(dag_id: str, *calls: Any) -> Any:
    """The run of a DAG in which each of *calls* wires tasks."""
    with DAG(dag_id, schedule=None) as dag:
        for call in calls:
            call()
    return succeed(dag)


def arguments(result: Any, task_id: str, map_index: int = -1) -> dict[str, Any]:
    """The lines of the arguments, by parameter."""
    lines = result.rendered(task_id, map_index)
    assert not {"op_args", "op_kwargs"} & set(lines)
    label = "argument "
    return {key[len(label) :]: value for key, value in lines.items() if key.startswith(label)}


def test_each_argument_has_a_line_under_its_parameters_name():
    """However it was given, whatever holds it; what is large is one line, or its first parts."""
    read: dict[str, Any] = {}

    @task
    def table() -> Table[Trip]:
        return pa.table({"id": range(1000), "driver": ["Ben"] * 1000})

    @task
    def many() -> list[Order]:
        return [Order(id=n, at="2024-01-01T00:00:00") for n in range(2000)]

    @task
    def odd() -> list[int | float | str | dict[str, int]]:
        return [2**70, float("nan"), float("-inf"), "a\0\ud800", {"\0": 1}]

    @task
    def numbers() -> list[int]:
        return list(range(1500))

    @task
    def take(
        trips: Table[Trip], day: str, *rest: int, orders: list[Order], ns: list[int], odd: list[Any]
    ) -> None:
        read.update(trips=trips.num_rows, day=day, rest=rest, orders=len(orders), ns=len(ns))

    @task
    def each(n: int, day: str, **more: int) -> None: ...

    @task
    def by_dict(n: int, task_id: str) -> None: ...

    @task
    def trip() -> Trip:
        return Trip(id=1, driver="Cy")

    @typed
    @plain_task
    def added(trip: Trip, words: list[str]) -> None: ...

    @task.bash
    def shell(env: str, note: str) -> str:
        return f"echo {env}"

    @task
    def note() -> str:
        return INJECTED

    @task
    def bare(a, b=2): ...

    result = run(
        "rendered",
        lambda: take(table(), "{{ dag.dag_id }}", 7, 8, orders=many(), ns=numbers(), odd=odd()),
        lambda: each.partial(day="x", extra=1).expand(n=[5, 6]),
        lambda: by_dict.expand_kwargs([{"n": 1, "task_id": "mine"}]),
        lambda: added(trip(), ["short", "long" * 5000]),
        lambda: shell("e", note()),
        lambda: bare({1, 2}),
    )
    assert read == {"trips": 1000, "day": "rendered", "rest": (7, 8), "orders": 2000, "ns": 1500}

    shown = arguments(result, "take")
    assert list(shown) == ["trips", "day", "*rest[2]", "*rest[3]", "orders", "ns", "odd"]
    assert shown["trips"].startswith("Table[Trip]: 1,000 rows x 2 columns, ")
    assert shown["orders"].startswith("list[Order]: ")
    assert [shown[name] for name in ("day", "*rest[2]", "*rest[3]")] == [
        "rendered",
        7,
        8,
    ]
    assert shown["odd"] == [str(2**70), "nan", "-inf", "a\\0\\ud800", {"\\0": 1}]
    *numbers_shown, more = shown["ns"]
    assert numbers_shown == list(range(len(numbers_shown)))
    assert more == f"… {1500 - len(numbers_shown):,} more"
    assert len(numbers_shown) > 400

    assert arguments(result, "each", 1) == {"day": "x", "extra": 1, "n": 6}
    assert arguments(result, "by_dict", 0) == {"n": 1, "task_id": "mine"}
    assert arguments(result, "added") == {
        "trip": {"id": 1, "driver": "(withheld)"},
        "words": ["short", "text of 20,000 characters"],
    }
    assert arguments(result, "shell") == {"env": "e", "note": INJECTED}
    assert result.rendered("shell")["bash_command"] == "echo e"
    assert set(arguments(result, "bare")) == {"a"}


def test_secrets_are_hidden():
    """By the parameter's name, by a key inside, by the masker, and by the contract."""
    long = "x" * 100 + MASKED + "x" * 10_000

    @task
    def hide() -> Hidden:
        return Hidden(pin=4711)

    @task
    def take(
        password: str, login: dict[str, str], note: str, notes: list[str], hidden: Hidden
    ) -> None:
        mask_secret(MASKED)

    mask_secret(MASKED)
    result = run(
        "hidden_arguments",
        lambda: take(
            "hunter2", {"user": "me", "api_key": "k3y-value"}, long, [MASKED, long], hide()
        ),
    )
    shown = arguments(result, "take")
    assert shown["password"] == "***"
    assert shown["login"] == {"user": "me", "api_key": "***"}
    assert shown["notes"] == ["***", f"text of {len(long):,} characters"]
    assert shown["hidden"] == "(withheld)"
    for secret in ("hunter2", "k3y-value", "4711", MASKED, MASKED[:10]):
        assert secret not in str(shown)


def test_arguments_that_cannot_be_shown_fail_nothing(monkeypatch):
    """Airflow then shows what it always shows. The task itself gets its arguments either way."""

    def fail(*args: Any) -> Any:
        raise ValueError("no")

    monkeypatch.setattr(rendered, "_labelled", fail)
    got: list[int] = []

    @task
    def take(n: int) -> None:
        got.append(n)

    shown = run("unshown", lambda: take(5)).rendered("take")
    assert (shown["op_args"], shown["op_kwargs"]) == ([5], {})
    assert got == [5]


@pytest.mark.parametrize(
    "entry",
    [
        {"$typedxcom": 1, "is": "a", "json": "{"},
        {"$typedxcom": 99, "path": "a"},
        {"$typedxcom": ["a"], "b": 1},
        {"$typedxcom": 1, "is": "\u202e" * 500, "digest": "x"},
    ],
)
def test_damaged_entries_are_shown_in_some_way(entry):
    """The task says what is wrong with them when it reads them; the page only has to be there."""
    shown = rendered._opened(entry, 4096)
    assert shown is entry or "\u202e" not in shown
