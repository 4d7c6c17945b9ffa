"""What classic operators push, by the table of their classes: against reality, and in wiring."""

from __future__ import annotations

import importlib
import importlib.util
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from airflow.exceptions import AirflowOptionalProviderFeatureException
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.latest_only import LatestOnlyOperator
from airflow.providers.standard.operators.python import (
    BranchPythonOperator,
    PythonOperator,
    ShortCircuitOperator,
)
from airflow.sdk import DAG, BaseOperator
from pydantic import BaseModel

from tests.e2e.support import succeed
from typedxcom import WiringError, dag, task
from typedxcom.airflow.wiring.classic import classic_output
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.operator_outputs import OUTPUTS, ReturnOf, output_of
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import Inferred
from typedxcom.schema.relation import mismatches


def is_installed(module: str) -> bool:
    """Whether a module is there, and each package around it."""
    parts = module.split(".")
    names = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return all(importlib.util.find_spec(name) for name in names)


INSTALLED = [name for name in OUTPUTS if is_installed(name.rpartition(".")[0])]


def found(name: str) -> Any:
    module, _, own = name.rpartition(".")
    return getattr(importlib.import_module(module), own)


def usual(argument: str, default: Any) -> Any:
    """The arguments that an author gives at least."""
    return {"sql": "SELECT 1"}.get(argument, default)


def test_some_providers_are_installed():
    """The comparison with reality compares something."""
    assert len(INSTALLED) >= 20
    assert len(OUTPUTS) >= 90


@pytest.mark.parametrize("name", INSTALLED)
def test_a_row_is_true_of_the_installed_class(name: str):
    """The class is where the row says, and its own annotation does not contradict."""
    try:
        operator_class = found(name)
    except (ImportError, AirflowOptionalProviderFeatureException) as error:
        pytest.skip(f"the provider wants what is optional: {error}")
    assert issubclass(operator_class, BaseOperator)
    mro = [(f"{one.__module__}.{one.__qualname__}", vars(one)) for one in operator_class.__mro__]
    row = output_of(tuple(mro))
    assert row is OUTPUTS[name]
    written = operator_class.execute.__annotations__.get("return", "Any")
    scope = {**vars(typing), "Sequence": Sequence}
    annotation = eval(written, scope) if isinstance(written, str) else written
    pushed = row.of(usual)
    if isinstance(pushed, ReturnOf):
        pushed = Any
    is_deferred = hasattr(operator_class, "execute_complete")
    assert is_deferred or not mismatches(Inferred(schema_of(pushed)), schema_of(annotation))


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_row_gives_a_type_that_can_travel(name: str):
    """Whatever the arguments are, and Any where the operator pushes nothing."""
    row = OUTPUTS[name]
    pushed = row.of(usual)
    assert row.of(lambda argument, default: argument != "do_xcom_push" and default) is Any
    assert isinstance(pushed, ReturnOf) or schema_of(pushed) is not None
    assert row.source.startswith("apache-airflow-providers-")


def text() -> str:
    return "a"


def number(n: int = 1) -> int:
    return 7


def made(build: Any) -> str:
    """What the output of the operator that *build* makes is, in words."""
    with DAG("d", schedule=None):
        return str(classic_output(build()))


class Own(BashOperator):
    """An operator that runs as its base."""


class Other(BashOperator):
    """An operator that pushes something of its own."""

    def execute(self, context: Any) -> int:
        return 1


@pytest.mark.parametrize(
    ("build", "pushes"),
    [
        (lambda: BashOperator(task_id="a", bash_command="echo"), "str"),
        (lambda: Own(task_id="a", bash_command="echo"), "str"),
        (lambda: Other(task_id="a", bash_command="echo"), "Any"),
        (lambda: BashOperator(task_id="a", bash_command="", do_xcom_push=False), "Any"),
        (lambda: BashOperator(task_id="a", bash_command="", output_processor=len), "Any"),
        (lambda: BashOperator.partial(task_id="a").expand(bash_command=["b"]), "str"),
        (lambda: EmptyOperator(task_id="a"), "None"),
        (lambda: PythonOperator(task_id="a", python_callable=text), "str"),
        (lambda: PythonOperator(task_id="a", python_callable=lambda: 1), "Any"),
        (lambda: PythonOperator(task_id="a", python_callable=print), "Any"),
        (lambda: PythonOperator.partial(task_id="a", python_callable=number).expand(
            op_kwargs=[{"n": 1}]), "int"),
        (lambda: ShortCircuitOperator(task_id="a", python_callable=number), "int"),
        (lambda: SQLExecuteQueryOperator(task_id="a", sql="SELECT 1"), "list[Any] | None"),
        (lambda: SQLExecuteQueryOperator(task_id="a", sql=["SELECT 1"]), "list[Any]"),
        (lambda: SQLExecuteQueryOperator(task_id="a", sql="", handler=len), "Any"),
        (lambda: SQLExecuteQueryOperator(task_id="a", sql="", output_processor=len), "Any"),
        (lambda: SQLExecuteQueryOperator(task_id="a", sql="SELECT 1; SELECT 2",
                                         split_statements=True, return_last=False), "list[Any]"),
        (lambda: SQLExecuteQueryOperator.partial(task_id="a").expand(sql=["SELECT 1"]), "Any"),
    ],
)  # fmt: skip
def test_arguments_decide(build: Any, pushes: str):
    """A subclass with a way of its own, a processor or a handler makes it unknown."""
    assert made(build) == pushes


def test_a_class_that_is_not_installed_needs_no_import():
    """A row is found by names alone, for a subclass too."""
    name = "airflow.providers.docker.operators.docker.DockerOperator"
    row = output_of((("dags.MyDocker", {"__doc__": ""}), (name, {"execute": None})))
    assert row is not None
    assert row.of(lambda argument, default: default) == str | None
    assert row.of(lambda argument, default: argument == "xcom_all" or default) == list[str] | None
    assert output_of((("dags.MyDocker", {"execute": None}), (name, {}))) is None
    http = OUTPUTS["airflow.providers.http.operators.http.HttpOperator"]
    pages = {"pagination_function": len}
    assert http.of(pages.get) == list[str]
    assert http.of({**pages, "deferrable": True}.get) is Any
    assert http.of({"response_filter": number}.get) == ReturnOf(number)


class Order(BaseModel):
    id: int


def test_wiring_an_output_that_cannot_fit_is_refused():
    """At the call of a typed task, and in the fields of other operators; what may fit passes."""

    @task
    def use(v: int) -> None: ...

    @task
    def use_order(v: Order) -> None: ...

    @task
    def use_day(v: datetime) -> None: ...

    @task
    def use_each(v: str) -> None: ...

    @dag(schedule=None)
    def refused():
        with pytest.raises(
            WiringError, match=r"use.v. expects `int`, but upstream 'a' returns `str`"
        ):
            use(BashOperator(task_id="a", bash_command="").output)
        with pytest.raises(WiringError, match="but upstream 'b' returns `None`"):
            use(EmptyOperator(task_id="b").output)
        with pytest.raises(WiringError, match="cannot be mapped over"):
            use.expand(v=BashOperator(task_id="c", bash_command="").output)
        with pytest.raises(WiringError, match=r"returns `list.str.`"):
            use_each(LatestOnlyOperator(task_id="d").output)
        use_day(BashOperator(task_id="e", bash_command="date -Is").output)
        use_each.expand(v=LatestOnlyOperator(task_id="f").output)
        use_order(PythonOperator(task_id="g", python_callable=lambda: {"id": 1}).output)
        use(BashOperator(task_id="h", bash_command="").output["other key"])
        listed = LatestOnlyOperator(task_id="i").output
        BashOperator(task_id="j", bash_command=listed)
        BashOperator(task_id="k", bash_command=BashOperator(task_id="l", bash_command="").output)

    assert check_dag(refused()) == [
        "BashOperator(bash_command) of task 'j' expects `str`, but upstream 'i' returns `list[str]`."
    ]


def plus(n: int, label: str = "", *, ti: Any = None) -> int:
    return n + len(label)


MISFIT = "p(n) expects `int`, but upstream 'say' returns `str`."
MISSING = "p: the parameter `n` of its function is never given: add it to op_kwargs."
if typing.TYPE_CHECKING:
    from decimal import Decimal as Profile


@dataclass
class Settings:
    profile: Profile | None = None


class RunOperator(BaseOperator):
    template_fields = ("settings", "name")

    def __init__(self, *, settings: Settings, name: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.settings = settings
        self.name = name


def test_an_operator_may_take_what_only_type_checkers_know():
    """Operators of Cosmos do: such a hint says nothing, and the rest of the DAG is checked."""

    @dag(schedule=None)
    def made():
        @task
        def number() -> int:
            return 1

        RunOperator(task_id="r", settings=number(), name=number())

    assert check_dag(made()) == [
        "RunOperator(name) of task 'r' expects `str`, but upstream 'number__1' returns `int`."
    ]


TOO_MANY = "p: its function takes 2 arguments by position, but op_args gives 3."


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda say, count: PythonOperator.partial(task_id="p", python_callable=plus)
         .expand(op_kwargs=[{"n": count}, {"n": say}]), [MISFIT]),
        (lambda say, count: PythonOperator.partial(task_id="p", python_callable=plus)
         .expand(op_args=[[1], [say]]), [MISFIT]),
        (lambda say, count: PythonOperator.partial(
            task_id="p", python_callable=plus, op_args=[say]
        ).expand(op_kwargs=[{"label": "a"}]), [MISFIT]),
        (lambda say, count: PythonOperator.partial(task_id="p", python_callable=plus)
         .expand(op_kwargs=[{"n": "1"}, {"n": count, "more": say}]), []),
        (lambda say, count: PythonOperator.partial(task_id="p", python_callable=plus)
         .expand_kwargs([{"op_args": [1]}]), []),
        (lambda say, count: PythonOperator(
            task_id="p", python_callable=plus, op_kwargs={"label": say}), [MISSING]),
        (lambda say, count: PythonOperator(
            task_id="p", python_callable=plus, op_args=[1], op_kwargs={"lable": say}),
         ["p: its function has no parameter `lable`, which op_kwargs gives. Did you mean 'label'?"]),
        (lambda say, count: PythonOperator(
            task_id="p", python_callable=plus, op_args=[count, "a", 3]), [TOO_MANY]),
        (lambda say, count: PythonOperator.partial(task_id="p", python_callable=plus)
         .expand(op_args=[[1], [count, say], [1, "a", 3]]), [TOO_MANY]),
        (lambda say, count: PythonOperator(
            task_id="p", python_callable=lambda *n: None, op_args=[count, say, 3]), []),
    ],
)  # fmt: skip
def test_what_goes_into_the_function_of_an_operator(made, said):
    """Each instance of a mapped operator has arguments of its own."""

    @dag(schedule=None)
    def wired():
        @task
        def say() -> str:
            return ""

        @task
        def count() -> int:
            return 1

        made(say(), count())

    assert check_dag(wired()) == said


def test_airflow_drops_a_name_that_the_function_does_not_take():
    """So that a dict may be given to several operators."""
    seen: list[int] = []

    def take(n: int) -> None:
        seen.append(n)

    @dag(schedule=None)
    def shared():
        PythonOperator(task_id="p", python_callable=take, op_kwargs={"n": 1, "other": 2})

    made = shared()
    assert check_dag(made) == []
    succeed(made)
    assert seen == [1]


def test_what_runs_is_what_the_table_says():
    """The value of each output, as an un-annotated reader gets it."""
    seen: dict[str, Any] = {}
    schemas: dict[str, Any] = {}

    @dag(schedule=None)
    def real():
        @task
        def read(name: str, v) -> None:
            seen[name] = v

        for operator in (
            BashOperator(task_id="bash", bash_command="echo hi"),
            EmptyOperator(task_id="empty"),
            PythonOperator(task_id="python", python_callable=number),
            ShortCircuitOperator(task_id="short", python_callable=number),
            BranchPythonOperator(task_id="branch", python_callable=lambda: "read__4"),
        ):
            schemas[operator.task_id] = classic_output(operator)
            read(operator.task_id, operator.output)

    succeed(real())
    assert seen == {"bash": "hi", "empty": None, "python": 7, "short": 7, "branch": "read__4"}
    for name, value in seen.items():
        assert not mismatches(schema_of(type(value)), schemas[name]), name
