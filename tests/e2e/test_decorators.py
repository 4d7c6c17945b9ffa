"""The sub-decorators of `task`: branches, sensors, bash, other interpreters, providers' own."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any

import pytest
from airflow.exceptions import AirflowOptionalProviderFeatureException
from airflow.sdk import DAG, PokeReturnValue
from airflow.sdk.bases.decorator import DecoratedOperator

from tests.e2e.support import Order, succeed
from tests.harness.dagtest import load_dag, run_dag
from typedxcom import ValidationError, WiringError, XComArg, dag, task


def test_a_branch_gets_typed_arguments_and_chooses():
    """`@task.branch` follows what its function returns, a task id or a list of them."""

    @dag(schedule=None)
    def branches():
        @task
        def order() -> Order:
            return Order(id=7, at="2024-01-01T00:00:00Z")

        @task.branch
        def choose(order: Order) -> list[str]:
            assert type(order) is Order
            return ["big"] if order.id > 5 else ["small"]

        @task
        def big() -> None: ...

        @task
        def small() -> None: ...

        choose(order()) >> [big(), small()]

    result = succeed(branches())
    assert (result.states["big"], result.states["small"]) == ("success", "skipped")


def test_a_branch_that_returns_another_type_fails():
    """What a branch's function returns is checked although it leaves by an exception."""

    @dag(schedule=None)
    def branch_wrong():
        @task.branch
        def choose() -> str:
            return 5

        @task
        def five() -> None: ...

        choose() >> five()

    error = run_dag(branch_wrong()).error("choose")
    assert isinstance(error, ValidationError)
    assert "expected `str`, got `5`" in str(error)


def test_a_short_circuit_skips_what_follows_and_keeps_its_value():
    """`@task.short_circuit` takes the truth of a typed result."""

    @dag(schedule=None)
    def circuits():
        @task.short_circuit
        def enough(n: int) -> bool:
            assert type(n) is int
            return n > 1

        @task
        def after(was: bool) -> bool:
            return was

        after.override(task_id="runs")(enough.override(task_id="yes")(2))
        after.override(task_id="skips")(enough.override(task_id="no")(1))

    result = succeed(circuits())
    assert (result.states["runs"], result.states["skips"]) == ("success", "skipped")
    assert result.xcom("runs") is True


def test_a_sensor_pokes_with_typed_arguments():
    """`@task.sensor` takes a bool or a PokeReturnValue, whose XCom the next task reads."""
    pokes: list[int] = []

    @dag(schedule=None)
    def sensors():
        @task
        def order() -> Order:
            return Order(id=3, at="2024-01-01T00:00:00Z")

        @task.sensor(poke_interval=0, timeout=60)
        def wait(order: Order) -> PokeReturnValue:
            pokes.append(order.id)
            return PokeReturnValue(is_done=len(pokes) == 2, xcom_value={"found": order.id})

        @task.sensor(poke_interval=0, timeout=60)
        def simple(n: int) -> bool:
            return n == 1

        @task
        def read(found: dict[str, int]) -> int:
            return found["found"]

        simple(1)
        read(wait(order()))

    assert succeed(sensors()).xcom("read") == 3
    assert pokes == [3, 3]


def test_bash_runs_the_command_that_a_typed_function_makes():
    """`@task.bash` pushes the last line, which is a `str` for the next task."""

    @dag(schedule=None)
    def bashes():
        @task.bash
        def shout(word: str, times: int) -> str:
            return f"echo {word * times}"

        @task
        def read(line: str) -> int:
            return len(line)

        read(shout("ab", 3))

    result = succeed(bashes())
    assert (result.xcom("shout"), result.xcom("read")) == ("ababab", 6)


def test_another_interpreter_runs_the_body_under_its_contract():
    """`@task.external_python` gets JSON-like arguments; its result is validated here."""

    @dag(schedule=None)
    def external():
        @task
        def numbers() -> list[int]:
            return [1, 2]

        @task.external_python(python=sys.executable, expect_airflow=False)
        def total(numbers: list[int], by: float = 1.5) -> dict[str, float]:
            return {"sum": sum(numbers) * by}

        @task
        def read(total: dict[str, float]) -> float:
            return total["sum"]

        read(total(numbers()))

    result = succeed(external())
    assert result.xcom("total") == {"sum": 4.5}
    assert result.xcom("read") == 4.5


OF_THE_FILE = """
import enum, sys
from dataclasses import dataclass
from datetime import datetime
from airflow.sdk import dag
from airflow.sdk import task as airflow_task
from pydantic import BaseModel
from elsewhere_models import Shared
from typedxcom import task

class Color(enum.Enum):
    RED = "red"

class Money(BaseModel):
    cents: int
    at: datetime = datetime(2024, 1, 2)

@dataclass
class Point:
    x: int
    color: Color

CHILD = {{"python": sys.executable, "expect_airflow": False, "env_vars": {{"PYTHONPATH": {path!r}}}}}

@dag(schedule=None)
def of_the_file():
    @task
    def make() -> Money:
        return Money(cents=5)

    @task
    def point() -> Point:
        return Point(1, Color.RED)

    @task
    def shared() -> Shared:
        return Shared(n=3)

    @airflow_task
    def old():
        return [Money(cents=6)]

    @task.external_python(**CHILD)
    def child(
        money: Money, many: list[Money], point: Point, color: Color, shared: Shared, untyped, when: datetime
    ) -> Money:
        assert money == untyped == {{"cents": 5, "at": "2024-01-02T00:00:00"}}
        assert many == [{{"cents": 6, "at": "2024-01-02T00:00:00"}}]
        assert point == {{"x": 1, "color": "red"}} and color == "red"
        assert (shared.n, when.year) == (3, 2024)
        return {{"cents": money["cents"] + many[0]["cents"], "at": when}}

    @task.external_python(**CHILD)
    def children() -> dict[str, list[Point]]:
        return {{"a": [{{"x": 2, "color": "red"}}]}}

    @task.external_python(**CHILD)
    def shares() -> Shared:
        from elsewhere_models import Shared
        return Shared(n=4)

    @task.external_python(**CHILD)
    def wrong() -> Money:
        return {{"cents": "many"}}

    @task
    def read(money: Money, points: dict[str, list[Point]], shared: Shared) -> None:
        assert money == Money(cents=11)
        assert points == {{"a": [Point(2, Color.RED)]}}
        assert shared == Shared(n=4)

    money = make()
    read(
        child(money, old(), point(), Color.RED, shared(), money, datetime(2024, 1, 2)),
        children(),
        shares(),
    )
    wrong()

of_the_file()
"""


def test_classes_of_the_dag_file_are_plain_data_in_another_interpreter(tmp_path, monkeypatch):
    """It cannot import them; it can a module's, and a plain result is read by the contract."""
    (tmp_path / "elsewhere_models.py").write_text(
        "from pydantic import BaseModel\n\nclass Shared(BaseModel):\n    n: int\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    result = run_dag(load_dag(OF_THE_FILE.format(path=str(tmp_path))))
    assert result.states["read"] == "success", result
    assert result.xcom("child") == {"cents": 11, "at": "2024-01-02T00:00:00"}
    error = result.error("wrong")
    assert isinstance(error, ValidationError)
    assert "got `'many'` - at `$.cents`" in str(error)


def test_a_wrong_result_of_another_interpreter_fails_the_task():
    """The contract holds where the body runs elsewhere."""

    @dag(schedule=None)
    def external_wrong():
        @task.external_python(python=sys.executable, expect_airflow=False)
        def total() -> int:
            return "three"

        total()

    assert isinstance(run_dag(external_wrong()).error("total"), ValidationError)


def test_a_virtual_environment_runs_the_body(tmp_path):
    """`@task.virtualenv` makes an environment and runs the function in it."""

    @dag(schedule=None)
    def virtual():
        @task.virtualenv(system_site_packages=False, requirements=[], venv_cache_path=tmp_path)
        def double(n: int) -> int:
            return 2 * n

        double(21)

    assert succeed(virtual()).xcom("double") == 42


def test_branches_in_another_interpreter_choose():
    """`@task.branch_external_python` follows the choice that the child made."""

    @dag(schedule=None)
    def branch_external():
        @task.branch_external_python(python=sys.executable, expect_airflow=False)
        def choose(n: int) -> str:
            return "left" if n else "right"

        @task
        def left() -> None: ...

        @task
        def right() -> None: ...

        choose(1) >> [left(), right()]

    result = succeed(branch_external())
    assert (result.states["left"], result.states["right"]) == ("success", "skipped")


def test_run_if_and_skip_if_decide_by_the_context():
    """Both stand on top of `@task`, and the task keeps its contract."""

    @dag(schedule=None)
    def conditional():
        @task.run_if(lambda context: context["dag_run"].conf["go"])
        @task
        def run(n: int) -> int:
            return n

        @task.skip_if(lambda context: context["dag_run"].conf["go"])
        @task
        def skip(n: int) -> int:
            return n

        with pytest.raises(WiringError, match=r"run\(n\) expects `int`"):
            run("five")
        run(1)
        skip(2)

    result = succeed(conditional(), run_conf={"go": True})
    assert result.states == {"run": "success", "skip": "skipped"}


# What a decorator needs to be built at all.
NEEDED: dict[str, dict[str, Any]] = {
    "external_python": {"python": sys.executable},
    "branch_external_python": {"python": sys.executable},
    "docker": {"image": "python"},
    "kubernetes": {"image": "python"},
    "kubernetes_cmd": {"image": "python"},
    "analytics": {"datasource_configs": []},
    **{name: {"llm_conn_id": "none"} for name in ("agent", "llm", "llm_branch", "llm_sql")},
    "llm_batch": {"llm_conn_id": "none", "result_path": "none"},
    "llm_file_analysis": {"llm_conn_id": "none", "file_path": "none"},
    "llm_schema_compare": {
        "llm_conn_id": "none",
        "db_conn_ids": ["one", "two"],
        "table_names": ["none"],
    },
}


def registered() -> list[str]:
    """The names of all task decorators of the installed providers."""
    providers = [entry.load()() for entry in entry_points(group="apache_airflow_provider")]
    return sorted(
        decorator["name"]
        for provider in providers
        for decorator in provider.get("task-decorators", [])
    )


def test_every_decorator_of_a_provider_builds_a_typed_task():
    """Each registered decorator makes a task whose wiring is checked."""
    names = registered()
    assert {"python", "branch", "sensor", "bash", "virtualenv", "stub"} <= set(names)
    for name in names:

        def body(n: int) -> str: ...

        body.__annotations__["return"] = {"sensor": bool, "llm_batch": list[str]}.get(name, str)
        try:
            decorator = getattr(task, name)
        except (ImportError, AirflowOptionalProviderFeatureException):
            continue  # an extra of its provider is not installed
        made = decorator(task_id="it", **NEEDED[name]) if name in NEEDED else decorator(body)
        made = made(body) if name in NEEDED else made
        with DAG("registered", schedule=None):
            assert isinstance(made(1), XComArg), name
            with pytest.raises(WiringError, match=r"\(n\) expects `int`"):
                made("one")


class Pod(DecoratedOperator):
    """Stands for the operator of `@task.kubernetes`: only pickle goes in, only JSON comes out."""

    custom_operator_name = "@task.kubernetes"

    def execute(self, context: Any) -> Any:
        body = {"args": self.op_args, "kwargs": self.op_kwargs}
        code = (
            f"import json, pickle, sys\n{self.get_python_source()}\n"
            f"given = pickle.loads(sys.stdin.buffer.read())\n"
            f"json.dump({self.python_callable.__name__}(*given['args'], **given['kwargs']), sys.stdout)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], input=pickle.dumps(body), capture_output=True, check=True
        )
        return json.loads(ran.stdout)


IN_A_POD = """
from datetime import datetime, timezone
from decimal import Decimal
from airflow.sdk import dag
from airflow.sdk.bases.decorator import task_decorator_factory
from pydantic import BaseModel
from typedxcom import task, typed
from tests.e2e.test_decorators import Pod

class Part(BaseModel):
    n: int
    price: Decimal
    at: datetime

PART = Part(n=1, price=Decimal("1.10"), at=datetime(2024, 1, 2, tzinfo=timezone.utc))

@dag(schedule=None)
def pods():
    @task
    def make() -> Part:
        return PART

    def grow(part: Part, more: list[Part]) -> Part:
        return {**part, "n": part["n"] + len(more)}

    @task
    def keep(part: Part) -> None:
        assert part == PART.model_copy(update={"n": 3})

    made = make()
    keep(typed(task_decorator_factory(grow, decorated_operator_class=Pod))(made, [made, made]))

pods()
"""


def test_models_go_into_a_container_as_plain_data_and_come_back_typed():
    """No class of the DAG file is there, so pickle may not name one."""
    succeed(load_dag(IN_A_POD))


def test_a_sensor_promises_what_it_finds():
    """`output=` gives its XCom a type: checked where it is wired, and when it was found."""
    seen: list[Any] = []

    @dag(schedule=None)
    def finding():
        @task.sensor(poke_interval=0, timeout=60, output=Order)
        def find(n: int) -> PokeReturnValue:
            found = {"id": "x"} if n else Order(id=1, at=datetime(2024, 1, 2))
            return PokeReturnValue(is_done=True, xcom_value=found)

        @task
        def keep(order: Order) -> None:
            seen.append(order)

        @task
        def number(n: int) -> None: ...

        keep(find(0))
        find.override(task_id="wrong")(1)
        with pytest.raises(
            WiringError, match=r"expects `int`, but upstream 'find__1' returns `Order`"
        ):
            number(find(0))

    result = run_dag(finding())
    assert seen == [Order(id=1, at=datetime(2024, 1, 2))]
    assert result.states["wrong"] == "failed"
    assert "Task 'wrong' breaks its own contract" in str(result.error("wrong"))


def test_an_unknown_decorator_is_refused_as_airflow_refuses_it():
    """`task.nothing` is an AttributeError that names it."""
    with pytest.raises(AttributeError, match="nothing"):
        _ = task.nothing
