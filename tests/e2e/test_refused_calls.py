"""Calls that no task takes: the error names the task, its DAG, the parameter and the cure."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk import task as airflow_task

from tests.e2e.support import AIRFLOW, succeed
from typedxcom import ContractError, WiringError, dag, task, task_group


def load(order: int, name: str = "x") -> None: ...


def named(*, order: int, size: int) -> None: ...


def placed(order: int, /, size: int = 1) -> None: ...


def rest(order: int, *more: int) -> None: ...


def open_(order: int, **others: int) -> None: ...


def bare(a, b): ...


def nothing() -> None: ...


def with_context(order: int, ti: Any = None, *, dag_run: Any = None) -> None: ...


def context_only(**context: Any) -> None: ...


# Whose call, what is called, and what the error says of it.
OF = "of DAG 'sales'"
REFUSED: dict[str, tuple[Any, Any, str]] = {
    "missing": (
        load,
        lambda made: made(),
        (
            f"Task 'load' {OF} is never given its parameter `order`: write load(order=...) (missing a "
            "required argument: 'order')."
        ),
    ),
    "missing, with a context key": (
        with_context,
        lambda made: made(),
        (
            f"Task 'with_context' {OF} is never given its parameter `order`: write "
            "with_context(order=...) (missing a required argument: 'order')."
        ),
    ),
    "missing beside **": (
        open_,
        lambda made: made(ordr=1),
        (
            f"Task 'open_' {OF} is never given its parameter `order`: write open_(order=...) (missing a "
            "required argument: 'order')."
        ),
    ),
    "missing without annotations": (
        bare,
        lambda made: made(),
        (
            f"Task 'bare' {OF} is never given its parameters `a`, `b`: write bare(a=..., b=...) (missing "
            "a required argument: 'a')."
        ),
    ),
    "missing by position": (
        placed,
        lambda made: made(size=2),
        (
            f"Task 'placed' {OF} is never given its parameter `order`: write placed(order) (missing a "
            "required argument: 'order')."
        ),
    ),
    "too many": (
        load,
        lambda made: made(1, "x", 2),
        (
            f"Task 'load' {OF} takes 2 arguments by position (`order`, `name`), and gets 3 (too many "
            "positional arguments)."
        ),
    ),
    "too many for names": (
        named,
        lambda made: made(1, 2),
        (
            f"Task 'named' {OF} takes no arguments by position, and gets 2 (too many positional "
            "arguments)."
        ),
    ),
    "twice": (
        load,
        lambda made: made(1, order=2),
        (
            f"Task 'load' {OF} is given `order` twice, by position and by name: leave one out (multiple "
            "values for argument 'order')."
        ),
    ),
    "unknown": (
        load,
        lambda made: made(1, nme="x"),
        "load has no parameter `nme`: it takes `order`, `name`. Did you mean 'name'?",
    ),
    "unknown of none": (
        nothing,
        lambda made: made(x=1),
        "nothing has no parameter `x`: it takes no arguments.",
    ),
    "a setting": (
        load,
        lambda made: made(1, retries=3),
        (
            "load has no parameter `retries`: it takes `order`, `name`. Did you mean "
            "`.override(retries=...)`?"
        ),
    ),
    "partial of an unknown name": (
        load,
        lambda made: made.partial(retry_left=1),
        (
            "load has no parameter `retry_left`: it takes `order`, `name` (partial() got an unexpected "
            "keyword argument 'retry_left')."
        ),
    ),
    "partial of two": (
        load,
        lambda made: made.partial(nme=1, other=2),
        (
            "load has no parameter `nme`: it takes `order`, `name` (partial() got unexpected keyword "
            "arguments 'nme', 'other'). Did you mean 'name'?\n"
            "load has no parameter `other`: it takes `order`, `name`."
        ),
    ),
    "partial twice": (
        load,
        lambda made: made.partial(order=1).partial(order=2),
        f"Task 'load' {OF} is given `order` twice: leave one out (duplicate partial argument: order).",
    ),
    "partial by position": (
        load,
        lambda made: made.partial(1),
        (
            f"Task 'load' {OF} takes the arguments of .partial() by name: write .partial(order=...) "
            "(partial() takes 1 positional argument but 2 were given)."
        ),
    ),
    "expand of an unknown name": (
        load,
        lambda made: made.expand(order=[1], nmae=["x"]),
        (
            "load has no parameter `nmae`: it takes `order`, `name` (expand() got an unexpected keyword "
            "argument 'nmae'). Did you mean 'name'?"
        ),
    ),
    "expand by position": (
        load,
        lambda made: made.expand([1]),
        (
            f"Task 'load' {OF} takes the arguments of .expand() by name: write .expand(order=...) "
            "(expand() takes 1 positional argument but 2 were given)."
        ),
    ),
    "expand of nothing": (
        nothing,
        lambda made: made.expand(),
        f"Task 'nothing' {OF}: no arguments to expand against.",
    ),
    "expand_kwargs of nothing": (
        load,
        lambda made: made.expand_kwargs(),
        f"Task 'load' {OF}: expand_kwargs() missing 1 required positional argument: 'kwargs'.",
    ),
    "expand of a context key": (
        with_context,
        lambda made: made.partial(order=1).expand(ti=[1]),
        (
            "with_context(ti) cannot be given: Airflow fills it from its context (cannot call expand() "
            "on task context variable 'ti')."
        ),
    ),
    "partial of a context key": (
        with_context,
        lambda made: made.partial(ti=1),
        f"Task 'with_context' {OF}: cannot call partial() on task context variable 'ti'.",
    ),
    "an unknown setting": (
        load,
        lambda made: made.override(retriess=3)(1),
        (
            f"Task 'load' {OF} has no setting `retriess` (Invalid arguments were passed to "
            "_PythonDecoratedOperator (task_id: load)). Did you mean 'retries'?"
        ),
    ),
    "unknown settings": (
        load,
        lambda made: made.override(nope=3, neither=1)(1),
        (
            f"Task 'load' {OF} has no settings `nope`, `neither` (Invalid arguments were passed to "
            "_PythonDecoratedOperator (task_id: load))."
        ),
    ),
}


def raised_by(decorator: Any, function: Any, mistake: Any) -> Exception:
    with DAG("sales", schedule=None), pytest.raises(Exception) as caught:  # noqa: PT011
        mistake(decorator(function))
    return caught.value


@pytest.mark.parametrize("name", REFUSED)
def test_a_call_that_airflow_refuses_names_its_task(name):
    """One sentence, a TypeError or ValueError as Airflow's, on the line of the call."""
    function, mistake, sentence = REFUSED[name]
    airflows, ours = (raised_by(one, function, mistake) for one in (airflow_task, task))
    assert str(ours) == sentence
    assert isinstance(ours, WiringError)
    assert isinstance(ours, type(airflows))
    lines = [frame.lineno for frame in traceback.extract_tb(ours.__traceback__)]
    assert mistake.__code__.co_firstlineno in lines[-2:]
    assert ours.__cause__ is None


def test_a_group_stands_in_the_name():
    """Of a task that is called in a group, with the prefix that Airflow gives its id."""

    @task_group
    def inner():
        task(load)()

    with DAG("sales", schedule=None), pytest.raises(TypeError, match=r"Task 'inner\.load' of DAG"):
        inner()


def test_no_value_is_shown():
    """An unknown setting may be a password."""
    secret = "hunter2"
    error = raised_by(task, load, lambda made: made.override(passwd=secret)(1))
    assert "`passwd`" in str(error)
    assert secret not in "".join(traceback.format_exception(error))


ACCEPTED: dict[str, tuple[Any, Any]] = {
    "a default": (load, lambda made: made(1)),
    "context keys with None": (with_context, lambda made: made(1)),
    "a context key that is given": (with_context, lambda made: made(1, dag_run=None)),
    "names alone": (named, lambda made: made(order=1, size=2)),
    "any positions": (rest, lambda made: made(1, 2, 3)),
    "any names": (open_, lambda made: made(1, a=2)),
    "the context": (context_only, lambda made: made()),
    "the context and more": (context_only, lambda made: made(a=1)),
    "partial of any name": (open_, lambda made: made.partial(a=1).expand(order=[1])),
    "expand of any name": (open_, lambda made: made.partial(order=1).expand(a=[1])),
    "settings": (load, lambda made: made.override(retries=3, pool="x", task_id="y")(1)),
    "settings of its operator": (load, lambda made: made.override(templates_dict={"a": "b"})(1)),
    "default_args of the task": (
        load, lambda made: made.override(default_args={"order": 1})(),
    ),
    "default_args that the operator reads": (
        load, lambda made: made.override(default_args={"retries": 3, "unknown": 1})(1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_airflow_accepts_is_accepted(name):
    """Nothing that Airflow takes is refused."""
    function, call = ACCEPTED[name]
    for decorator in (airflow_task, task):
        with DAG("sales", schedule=None):
            call(decorator(function))


@pytest.mark.parametrize("where", ["dag", "group"])
def test_default_args_fill_arguments(where):
    """Of the DAG and of a task group, as Airflow fills them, in calls and in mapped tasks."""
    filled = {"default_args": {"order": 1}}

    @task
    def added(order: int, name: str = "x") -> str:
        return f"{name}{order}"

    @task_group(**filled if where == "group" else {})
    def inner():
        added()
        added.override(task_id="mapped").expand(name=["y"])

    with DAG("sales", schedule=None, **filled if where == "dag" else {}) as sales:
        inner()
    result = succeed(sales)
    assert result.xcom("inner.added") == "x1"
    assert result.xcom("inner.mapped", map_index=0) == "y1"


@task_group
def grouped(n: int, size: int = 1) -> None:
    task(load)(order=n)


@dag(schedule=None)
def flow(limit: int, day: str = "x") -> None: ...


GROUPS_AND_DAGS = {
    "Task group 'grouped' of DAG 'sales' has no parameter `sise` (expand() got an unexpected keyword "
    "argument 'sise'). Did you mean 'size'?": lambda: grouped.expand(n=[1], sise=[1]),
    "Task group 'grouped' of DAG 'sales' has no parameter `m` (partial() got an unexpected keyword "
    "argument 'm').": lambda: grouped.partial(m=1),
    "Task group 'grouped' of DAG 'sales': no arguments to expand against.": lambda: (
        grouped.expand()
    ),
    "DAG function 'flow' has no parameter `limmit` (got an unexpected keyword argument 'limmit'). Did "
    "you mean 'limit'?": lambda: flow(limmit=1),
    "DAG function 'flow' takes 2 arguments by position (`limit`, `day`), and gets 3 (too many "
    "positional arguments).": lambda: flow(1, "x", 2),
}


@pytest.mark.parametrize("sentence", GROUPS_AND_DAGS)
def test_groups_and_dags_are_named_too(sentence):
    """The calls of DAG functions, and what mapped task groups are given."""
    with DAG("sales", schedule=None), pytest.raises(TypeError) as caught:
        GROUPS_AND_DAGS[sentence]()
    assert str(caught.value) == sentence


def test_an_error_in_the_body_of_a_group_keeps_its_line():
    """Only what the group is given is said of the group."""

    def fail():
        raise TypeError("from the author")

    @task_group
    def broken(n: int) -> None:
        fail()

    with (
        DAG("sales", schedule=None),
        pytest.raises(TypeError, match=r"^from the author$") as caught,
    ):
        broken.expand(n=[1])
    assert caught.traceback[-1].name == "fail"


@pytest.mark.parametrize(
    "mapped", [lambda made: made.expand(order=[1]), lambda made: made.expand_kwargs([{"order": 1}])]
)
def test_a_misspelt_setting_of_a_mapped_task_is_found(mapped):
    """Airflow would only see it when the task runs."""
    words = r"Task 'load' of DAG 'sales' has no setting `retry`\. Did you mean 'retries'\?"
    with DAG("sales", schedule=None), pytest.raises(WiringError, match=words):
        mapped(task(load).override(retry=3))


@pytest.mark.skipif(AIRFLOW < (3, 2), reason="this Airflow looks at settings when a task is called")
def test_what_a_decorator_refuses_names_the_function():
    """A setting of the wrong type, in ``@task(...)`` and in ``.override(...)``."""
    with pytest.raises(TypeError, match=r"^Task function 'load': Expected 'retries' to be"):
        task(retries="x")(load)
    with pytest.raises(ContractError, match=r"^Task 'load': Expected 'retries' to be"):
        task(load).override(retries="x")
