"""What fails at run time: when, with which words, and how often."""

from __future__ import annotations

import os
import traceback
from datetime import datetime, timezone
from typing import Annotated, Any

import pytest
from airflow.sdk import task as airflow_task
from pydantic import BaseModel, Field, SecretStr

from tests.e2e.support import AIRFLOW, Item, Order, succeed
from tests.harness.dagtest import DagImportError, load_dag, run_dag
from typedxcom import (
    EncodeError,
    IntegrityError,
    PointerNotFoundError,
    UnsupportedTypeError,
    ValidationError,
    dag,
    task,
)
from typedxcom.airflow.running.stores import open_store

DAY = datetime(2024, 1, 2)


def test_the_body_never_sees_a_wrong_argument():
    """Inputs are validated before the body, which does not run."""
    ran: list[Any] = []

    @dag(schedule=None)
    def before():
        @airflow_task
        def make() -> Any:
            return {"id": "seven", "at": "yesterday"}

        @task
        def load(order: Order) -> None:
            ran.append(order)

        load(make())

    error = run_dag(before()).error("load")
    assert ran == []
    assert isinstance(error, ValidationError)
    assert str(error).startswith("Task 'load', argument `order` (pushed by 'make'): ")
    assert [problem.path for problem in error.problems] == ["$.id", "$.at"]
    assert "got `'seven'` - at `$.id`" in str(error)


def test_errors_are_ours_and_each_sentence_is_told_once():
    """All wrong arguments make one error; a log has each sentence once, and no task is retried."""
    ran: list[Any] = []

    @dag(schedule=None, default_args={"retries": 2})
    def told():
        @airflow_task
        def wrong() -> Any:
            return "x"

        @task
        def load(a: int, b: Order, c: str) -> None:
            ran.append(a)

        @task
        def huge() -> list[int]:
            return [10**5000]  # Airflow's log cannot show it

        @task
        def changed() -> list[Any]:
            return [DAY]

        made = wrong()
        load(made, made, made)
        huge()
        changed()

    result = run_dag(told())
    error = result.error("load")
    assert isinstance(error, ValidationError)
    assert ran == []
    assert str(error).splitlines() == [
        "Task 'load', argument `a` (pushed by 'wrong'): expected `int`, got `'x'` - at `$`",
        "Task 'load', argument `b` (pushed by 'wrong'): expected object, got `'x'` - at `$`",
    ]
    assert [problem.path for problem in error.problems] == ["$", "$"]
    assert "returned value: An int of thousands of digits" in str(result.error("huge"))
    for task_id in ("load", "huge", "changed"):
        error = result.error(task_id)
        shown = "".join(traceback.format_exception(error))
        for sentence in str(error).splitlines():
            assert shown.count(sentence.partition("returned value: ")[2] or sentence) == 1, shown
        assert result.tries[task_id] == 1


def test_a_wrong_result_is_not_pushed():
    """Results are validated after the body, before anything is pushed."""
    ran: list[Any] = []

    @dag(schedule=None)
    def after():
        @task
        def make() -> list[Order]:
            ran.append(1)
            return [{"id": 1, "at": DAY}]

        @task
        def less(n: int) -> Annotated[int, Field(ge=0)]:
            return n - 5

        make()
        less(1)

    result = run_dag(after())
    assert (ran, result.rows()) == ([1], {})
    assert "Task 'make' breaks its own contract, returned value" in str(result.error("make"))
    assert "0, got `-4`" in str(result.error("less"))


def test_a_result_of_none_breaks_a_contract_that_does_not_allow_it():
    """A forgotten `return` is an error where the annotation promises a value."""

    @dag(schedule=None)
    def forgotten():
        @task
        def make() -> int: ...

        @task
        def nothing() -> None: ...

        @task
        def perhaps() -> int | None:
            return None

        make()
        nothing()
        perhaps()

    result = run_dag(forgotten())
    assert isinstance(result.error("make"), ValidationError)
    assert (result.states["nothing"], result.states["perhaps"]) == ("success", "success")


def test_every_problem_is_told_and_the_message_is_bounded():
    """At most ten problems in words and a count of the rest; long values are cut."""

    @dag(schedule=None)
    def many():
        @airflow_task
        def make() -> Any:
            return [*({"sku": "x" * 5000, "qty": 0} for _ in range(25)), {"qty": "y" * 5000}]

        @task
        def load(items: list[Item]) -> None: ...

        load(make())

    error = run_dag(many()).error("load")
    assert isinstance(error, ValidationError)
    assert (len(error.problems), error.more) == (10, 17)
    assert str(error).count(" - at `$[") == 10
    assert str(error).endswith("; and 17 more")
    assert "`$[9].qty`" in str(error)
    assert len(str(error)) < 1500


def test_a_broken_contract_is_not_retried():
    """With retries=3 a wrong argument, a wrong result and an unwritable value fail at once."""

    @dag(schedule=None, default_args={"retries": 3})
    def at_once():
        @airflow_task
        def make() -> Any:
            return "x"

        @task
        def argument(n: int) -> None: ...

        @task
        def result() -> int:
            return "x"

        @task(multiple_outputs=False)
        def reserved() -> dict[str, int]:
            return {"$typedxcom": 1}

        @task
        def inside() -> list[dict[str, Any]]:
            return [{"a": {"$typedxcom": 1}}]

        argument(make())
        result()
        reserved()
        inside()

    result = run_dag(at_once())
    failed = {name: tries for name, tries in result.tries.items() if name != "make"}
    assert failed == {"argument": 1, "result": 1, "reserved": 1, "inside": 1}
    assert {result.states[name] for name in failed} == {"failed"}
    for name in ("reserved", "inside"):
        assert isinstance(result.error(name), EncodeError)
        assert "'$typedxcom' is reserved" in str(result.error(name))
        assert f"Task '{name}', returned value" in str(result.error(name))


def test_any_other_error_is_retried():
    """The author's own errors, and a store that fails for now, get their retries."""
    tries: list[int] = []

    @dag(schedule=None)
    def retried():
        @task(retries=2)
        def flaky(n: int, ti=None) -> int:
            tries.append(ti.try_number)
            if ti.try_number == 1:
                raise PointerNotFoundError("gone for now")
            if ti.try_number == 2:
                raise ValueError("the author's own")
            return n

        flaky(7)

    result = succeed(retried())
    assert (tries, result.xcom("flaky")) == ([1, 2, 3], 7)


def test_a_task_that_runs_again_mends_its_object():
    """An object that was cut off is an error that names its task, until that has run again."""
    store, mends = open_store("default"), []
    day = DAY.replace(tzinfo=timezone.utc)
    same_run = {"logical_date": day, "run_after": day}  # and so the same path

    @dag(schedule=None)
    def mended():
        @task
        def make() -> list[int]:
            return list(range(100_000))

        @airflow_task
        def cut() -> Any:
            if not mends:
                os.truncate(store.root / stored()[0], 1000)

        @task(retries=2)
        def read(values: list[int]) -> int:
            return sum(values)

        made = make()
        made >> cut() >> read(made)

    def stored() -> list[str]:
        return [one.path for one in store.list() if one.path.startswith("mended/")]

    result = run_dag(mended(), **same_run)
    error, before = result.error("read"), stored()
    assert isinstance(error, IntegrityError)
    assert before[0] in str(error)
    assert "Clear the task that wrote it" in str(error)
    assert (result.tries["read"], len(before)) == (1, 1)
    mends.append(True)
    again = succeed(mended(), **same_run)
    assert again.xcom("read") == sum(range(100_000))
    assert stored() == before


def test_a_validation_error_of_the_body_is_the_authors_own():
    """A pydantic error raised inside the body is retried like any other."""

    @dag(schedule=None)
    def inner():
        @task(retries=1)
        def parse(text: str) -> int:
            return Order.model_validate_json(text).id

        parse("{}")

    assert run_dag(inner()).tries["parse"] == 2


def test_a_damaged_row_fails_and_names_its_task():
    """A row that is marked as ours and is newer, or holds no JSON, is refused with the cure."""

    @dag(schedule=None)
    def damaged():
        @airflow_task
        def newer() -> Any:
            return {"$typedxcom": 99, "json": "1"}

        @airflow_task
        def broken() -> Any:
            return {"$typedxcom": 1, "about": "?", "json": "[1,"}

        @task(retries=3)
        def take(n: list[int]) -> None: ...

        take(newer())
        take.override(task_id="again")(broken())

    result = run_dag(damaged())
    assert "argument `n` (pushed by 'newer')" in str(result.error("take"))
    assert "Upgrade typedxcom" in str(result.error("take"))
    assert "pushed by 'broken'" in str(result.error("again"))
    assert result.tries["take"] == result.tries["again"] == 1


def test_several_sources_of_one_argument_are_all_named():
    """A list of outputs names every task that may have pushed the wrong item."""

    @dag(schedule=None)
    def sources():
        @airflow_task
        def one():
            return 1

        @airflow_task
        def two() -> Any:
            return "two"

        @task
        def take(numbers: list[int]) -> None: ...

        take([one(), two()])

    error = str(run_dag(sources()).error("take"))
    assert (
        "argument `numbers` (pushed by 'one, two'): expected `int`, got `'two'` - at `$[1]`"
        in error
    )


class Login(BaseModel):
    user: str
    password: SecretStr


def test_a_secret_in_a_contract_is_refused_where_the_task_is_called():
    """SecretStr never reaches a row; the error names the place and the cure."""

    @dag(schedule=None)
    def secrets():
        @task
        def make() -> Login: ...

        @task
        def take(password: SecretStr) -> None: ...

        with pytest.raises(UnsupportedTypeError, match=r"'make', the return value: .*Connection"):
            make()
        with pytest.raises(UnsupportedTypeError, match=r"'take', the parameter `password`"):
            take("hunter2")

    secrets()


class Account(BaseModel, hide_input_in_errors=True):
    name: str
    pin: int


def test_a_model_that_hides_its_input_is_obeyed():
    """No value of such a model is in the message or in the log."""

    @dag(schedule=None)
    def hidden():
        @airflow_task(show_return_value_in_logs=False)
        def make() -> Any:
            return {"name": "me", "pin": "hunter2"}

        @task
        def take(account: Account) -> None: ...

        take(make())

    result = run_dag(hidden())
    assert isinstance(result.error("take"), ValidationError)
    assert "hunter2" not in str(result.error("take"))
    assert "hunter2" not in result.log("take")


LOCAL = """
from __future__ import annotations
from typing import TYPE_CHECKING
from airflow.sdk import dag
from typedxcom import task

if TYPE_CHECKING:
    from decimal import Decimal
    from nowhere_at_all import Thing

@task
def priced(price: Decimal) -> "Later":
    return Later(int(price))

@task
def read(later: Later) -> int:
    assert type(later) is Later
    return later.n

@task
def thing(it: Thing, n: int) -> None: ...

class Later:
    pass

import dataclasses

@dataclasses.dataclass
class Later:
    n: int

@dag(schedule=None)
def late():
    @dataclasses.dataclass
    class Local:
        m: int

    @task
    def local(n: int) -> Local:
        return Local(n)

    @task
    def read_local(local: Local) -> list[Local]:
        assert type(local) is Local
        return [local]

    read(priced("{{ 7 }}"))
    read_local(local(1))
    thing(1, 2)

late()
"""


def test_annotations_resolve_late_or_fail_with_the_cure():
    """Names under TYPE_CHECKING, defined later or local never break parsing, and resolve later."""
    result = run_dag(load_dag(LOCAL))
    assert result.xcom("read") == 7
    assert result.xcom("read_local") == [{"m": 1}]
    assert result.states["thing"] == "failed"
    error = str(result.error("thing"))
    assert "the parameter `it` names `Thing`, which does not exist at run time" in error
    assert "Import it at run time" in error
    assert result.tries["thing"] == 1


def test_a_type_that_cannot_travel_is_an_import_error():
    """The DAG's import error shows the line of the call and the cure."""
    source = LOCAL.replace('-> "Later"', "-> type(print)").replace(
        "from __future__ import annotations\n", ""
    )
    source = source.replace("price: Decimal", "price: int").replace("it: Thing", "it: int")
    source = source.replace("later: Later", "later: 'Later'").replace('"{{ 7 }}"', "7")
    with pytest.raises(
        DagImportError, match=r"(?s)read\(priced\(7\)\).*'priced', the return value"
    ):
        load_dag(source)


@pytest.mark.skipif(AIRFLOW < (3, 2), reason="Airflow 3.1 has no async tasks")
def test_an_async_task_fails_like_any_other():
    """No retries, and the same words."""

    @dag(schedule=None)
    def async_wrong():
        @task(retries=3)
        async def make() -> int:
            return "x"

        make()

    result = run_dag(async_wrong())
    assert (result.states["make"], result.tries["make"]) == ("failed", 1)
    assert "Task 'make' breaks its own contract" in str(result.error("make"))
