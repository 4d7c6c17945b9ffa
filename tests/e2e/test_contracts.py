"""Contracts beyond annotations: models over all inputs, `@contract`, keys, classic operators."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import task as airflow_task
from pydantic import BaseModel, model_validator

from tests.e2e.support import AIRFLOW, Order, Point, succeed
from tests.harness.dagtest import DagImportError, load_dag, run_dag
from typedxcom import (
    ContractError,
    UnsupportedTypeError,
    ValidationError,
    WiringError,
    XComKey,
    contract,
    dag,
    task,
    typed_output,
)

DAY = datetime(2024, 1, 2)


class Window(BaseModel):
    start: int
    end: int
    order: Order

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.start >= self.end:
            raise ValueError("start must be before end")
        return self


@task
def order(n: int) -> Order:
    return Order(id=n, at=DAY)


def test_one_model_over_all_inputs():
    """`inputs=` gives each parameter its field's type and checks rules between them."""
    ran: list[Any] = []

    @dag(schedule=None)
    def inputs():
        @task(inputs=Window, retries=3)
        def load(start, end, order, *, note: str = "x"):
            ran.append((start, end, type(order).__name__, note))

        with pytest.raises(WiringError, match=r"load\(order\) expects `Order`"):
            load(1, 2, order=1)
        load(1, 2, order=order(1), note="n")
        load.override(task_id="backwards")(2, 1, order=order.override(task_id="other")(2))

    result = run_dag(inputs())
    assert ran == [(1, 2, "Order", "n")]
    error = result.error("backwards")
    assert isinstance(error, ValidationError)
    assert "Task 'backwards', inputs `Window`" in str(error)
    assert "start must be before end" in str(error)
    assert result.tries["backwards"] == 1


def test_output_says_what_an_unannotated_function_returns():
    """`output=` types the result, its wiring and its reading."""

    @dag(schedule=None)
    def outputs():
        @task(output=dict[str, Decimal], multiple_outputs=False)
        def prices():
            return {"z": Decimal("1.10"), "a": Decimal(2)}

        @task(output=int)
        def wrong():
            return "1"

        @task
        def check(prices: dict[str, Decimal]) -> str:
            return repr(prices)

        with pytest.raises(WiringError, match=r"check\(prices\) expects .*'wrong' returns `int`"):
            check(wrong())
        check(prices())

    result = run_dag(outputs())
    assert result.xcom("check") == "{'z': Decimal('1.10'), 'a': Decimal('2')}"
    assert isinstance(result.error("wrong"), ValidationError)


def test_contract_under_airflows_own_task():
    """`@contract` validates, decodes and encodes where the body runs, sync and generator."""

    @dag(schedule=None)
    def contracted():
        @airflow_task
        @contract
        def make(n: int) -> Order:
            assert type(n) is int
            return Order(id=n, at=DAY)

        @airflow_task
        @contract(output=list[int])
        def ids(order: Order) -> Generator[None, None, list[int]]:
            assert type(order) is Order
            yield
            return [order.id, 2**70]

        @airflow_task
        @contract
        def total(ids: list[int], ti=None) -> int:
            return sum(ids)

        @task
        def read(ids: list[int], total: int) -> bool:
            return sum(ids) == total

        made = ids(make(1))
        read(made, total(made))

    result = succeed(contracted())
    assert result.xcom("make") == {
        "id": 1,
        "at": "2024-01-02T00:00:00",
        "price": "1.10",
        "items": [],
    }
    assert result.xcom("read") is True


@pytest.mark.skipif(AIRFLOW < (3, 2), reason="Airflow 3.1 has no async tasks")
def test_contract_of_an_async_function():
    """An async function stays async and is checked."""

    @dag(schedule=None)
    def contracted_async():
        @airflow_task
        @contract
        async def make(n: int) -> Order:
            return Order(id=n, at=DAY)

        @airflow_task
        @contract
        async def number(order: Order) -> str:
            return order.id

        number(make(1))

    result = run_dag(contracted_async())
    assert result.states["make"] == "success"
    assert isinstance(result.error("number"), ValidationError)


def test_a_contract_is_checked_by_the_whole_dag_check():
    """Wiring between `@contract` tasks is an import error of the DAG."""
    source = """
from airflow.sdk import dag, task
from typedxcom import contract

@dag(schedule=None)
def contracted_wrong():
    @task
    @contract
    def make() -> str:
        return "x"

    @task
    @contract
    def take(n: int) -> None: ...

    take(make())

contracted_wrong()
"""
    with pytest.raises(DagImportError, match=r"take\(n\) expects `int`.*'make' returns `str`"):
        load_dag(source)


def test_a_function_with_a_contract_can_be_called_in_a_unit_test():
    """Outside a task it takes and gives plain values, and still refuses wrong ones."""

    @contract
    def double(order: Order, by: int = 2) -> Order:
        return order.model_copy(update={"id": order.id * by})

    made = double(Order(id=2, at=DAY))
    assert (type(made), made.id) == (Order, 4)
    assert double({"id": 1, "at": "2024-01-02T00:00:00"}).id == 2
    assert double.__name__ == "double"
    with pytest.raises(ValidationError, match=r"`by`.*expected `int`, got `'2'`"):
        double(made, by="2")


def test_a_contract_taken_over_by_task_is_checked_once():
    """`@task` on top of `@contract` works too."""

    @dag(schedule=None)
    def twice():
        @task
        @contract(output=Point)
        def make(n: int):
            return Point(n)

        @task
        def read(point: Point) -> int:
            return point.x

        read(make(1))

    assert succeed(twice()).xcom("read") == 1


ORDERS = XComKey("orders", list[Order])
BIG = XComKey("big", float)


def test_a_key_pushes_and_pulls_typed_values():
    """XComKey works on both sides, with defaults, mapped tasks and values that need text."""

    @dag(schedule=None)
    def keys():
        @task
        def push(ti=None) -> None:
            ORDERS.push(ti, [Order(id=1, at=DAY)])
            BIG.push(ti, float("inf"))

        @task
        def push_mapped(n: int, ti=None) -> None:
            BIG.push(ti, float(n))

        @task
        def pull(ti=None) -> list[float]:
            (made,) = ORDERS.pull(ti, task_ids="push")
            assert type(made) is Order
            assert ORDERS.pull(ti, "push_mapped", default=None) is None
            return [BIG.pull(ti, "push"), BIG.pull(ti, "push_mapped", map_indexes=1)]

        [push(), push_mapped.expand(n=[1, 2])] >> pull()

    result = succeed(keys())
    assert result.xcom("push", "orders")[0]["id"] == 1
    assert result.xcom("push_mapped", "big", map_index=1) == 2.0


def test_a_key_refuses_what_is_not_of_its_type():
    """Pushing a wrong value and pulling a wrong or missing one fail without retries."""

    @dag(schedule=None)
    def keys_wrong():
        @task(retries=2)
        def push(ti=None) -> None:
            ORDERS.push(ti, [1])

        @task(retries=2)
        def missing(ti=None) -> None:
            ORDERS.pull(ti, "push")

        @airflow_task
        def by_hand(ti=None):
            ti.xcom_push("orders", ["x"])

        @task(retries=2)
        def pull(ti=None) -> None:
            ORDERS.pull(ti, "by_hand")

        @task(retries=2)
        def several(ti=None) -> None:
            ORDERS.pull(ti, ["by_hand", "push"])

        push()
        missing()
        by_hand() >> pull()
        several()

    result = run_dag(keys_wrong())
    assert "XCom 'orders' pushed by 'push'" in str(result.error("push"))
    assert "XCom 'orders' pushed by 'by_hand'" in str(result.error("pull"))
    assert isinstance(result.error("missing"), ValidationError)
    assert isinstance(result.error("several"), ContractError)
    assert {result.tries[name] for name in ("push", "missing", "pull")} == {1}


def test_a_key_that_cannot_travel_is_refused():
    """The type of a key is refused when it is declared, with the cure."""
    with pytest.raises(UnsupportedTypeError, match="Instead"):
        XComKey("lock", type(lambda: 0))
    with pytest.raises(ContractError, match="needs a key"):
        XComKey("", int)


def test_a_classic_operator_joins_in():
    """`typed_output` types what a classic operator pushes; the result is checked when it ran."""
    seen: list[Any] = []

    @dag(schedule=None)
    def classic():
        @task
        def size(text: str) -> int:
            return len(text)

        @task
        def take(n: int) -> int:
            return n

        text = typed_output(BashOperator(task_id="bash", bash_command="echo four"), str)
        with pytest.raises(WiringError, match=r"take\(n\) expects `int`.*'bash' returns `str`"):
            take(text)
        take(size(text))
        typed_output(
            PythonOperator(
                task_id="wrong",
                python_callable=lambda: "x",
                retries=2,
                post_execute=lambda context, result=None: seen.append(result),
            ),
            int,
        )

    result = run_dag(classic())
    assert result.xcom("take") == 4
    assert isinstance(result.error("wrong"), ValidationError)
    assert "Task 'wrong' breaks its typed_output" in str(result.error("wrong"))
    assert (result.tries["wrong"], seen) == (1, ["x"])


def test_a_mapped_classic_operator_joins_in():
    """The output of `Operator.partial().expand()` is a list of the given type."""

    @dag(schedule=None)
    def classic_mapped():
        @task
        def join(lines: list[str]) -> str:
            return "".join(lines)

        @task
        def one(line: str) -> str:
            return line

        made = BashOperator.partial(task_id="bash").expand(bash_command=["echo a", "echo b"])
        lines = typed_output(made, str)
        with pytest.raises(WiringError, match=r"one\(line\) expects `str`.*`list\[str\]`"):
            one(lines)
        join(lines)
        one.expand(line=lines)

    result = succeed(classic_mapped())
    assert result.xcom("join") == "ab"


def test_typed_output_takes_only_operators():
    """A decorated task's output is refused with the cure, and so is a type that cannot travel."""

    @dag(schedule=None)
    def refused():
        with pytest.raises(ContractError, match="use @task"):
            typed_output(order(1), int)
        with pytest.raises(UnsupportedTypeError):
            typed_output(BashOperator(task_id="b", bash_command="true"), type(lambda: 0))

    refused()


def test_contract_on_top_of_a_task_says_where_it_goes():
    """`@contract` above `@task` is refused at once, with the cure."""
    from airflow.sdk import task as airflow_task

    from typedxcom import contract
    from typedxcom.errors import ContractError

    with pytest.raises(ContractError, match="goes below @task"):

        @contract
        @airflow_task
        def late() -> int:
            return 1


def test_a_lenient_parameter_takes_what_only_the_run_can_judge():
    """`Annotated[int, Lax()]` is wired to a text without an error at parse."""
    from typing import Annotated

    from airflow.sdk import dag

    from typedxcom import Lax, task

    @task
    def text() -> str:
        return "5"

    @task
    def number(n: Annotated[int, Lax()]) -> int:
        return n

    @dag(schedule=None)
    def lenient():
        number(text())
        number("5")

    assert {one.task_id for one in lenient().tasks} == {"text", "number", "number__1"}
