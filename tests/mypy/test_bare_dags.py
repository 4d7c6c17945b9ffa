"""DAG functions and groups without annotations: mypy skips their bodies, the plugin does not."""

from __future__ import annotations

import re

import pytest

from benchmarks.realistic import LIBRARY, generate
from tests.mypy.conftest import copied, write
from tests.mypy.support import CASES, expected, run_mypy
from tests.mypy.test_modes import MODELS, TASKS, texts

# The tests' other runs check every function.
SKIPS = "[mypy-foreign,helpers,models,pipeline,places,tasks]\ncheck_untyped_defs = False\n"
SKIPS_ALL = "[mypy-*]\ncheck_untyped_defs = False\n"
LOADS = 'Argument "order" of task "load" takes "Order", but task "extract" returns "str" [xcom-arg]'
NOTES = 'Argument "text" of task "note" takes "float", but key "total" of task "split" is "str" [xcom-arg]'
WRONG = 'Argument 1 to "load" has incompatible type "int"; expected "Order" [xcom-arg]'
PIPELINE = """
    from airflow.sdk import dag
    from typedxcom import task
    from models import Order
    from tasks import extract, split

    @task
    def load(order: Order) -> None:
        print(order)

    @task
    def note(text: float) -> None:
        print(text)

    def wire():
        note(split()["total"])

    @dag(schedule=None)
    def pipeline():
        load(extract())
        wire()
"""
TEXT = TASKS.replace("extract() -> Order:", "extract() -> str:").replace(
    "return Order(id=1, total=2.0)", 'return "x"', 1
)

# Every place that such a function may stand in, and every name of the decorator.
PLACES = """
import os

import airflow.sdk
import typedxcom
from airflow.sdk import DAG, dag, task, task_group
from airflow.sdk import dag as renamed
from typedxcom import dag as ours
from typedxcom import task as typed
from typedxcom import task_group as our_group
from typing_extensions import TypedDict


@task
def one() -> int:
    return 1


@task
def load(text: str) -> None: ...


class Shop(TypedDict):
    name: str


@typed
def shops() -> list[Shop]:
    return []


@dag
def bare():
    load(one())  # E: load, one


BUCKET = os.getenv("BUCKET")


@dag
def with_values_that_may_be_right():
    load(BUCKET)
    load(text=os.environ.get("BUCKET"))
    load.partial(text=BUCKET)
    load.expand(text=["a", BUCKET])
    for details in [{"path": "/", "limit": 2}]:
        load(details["path"])
    load(3 if BUCKET else None)  # E: load
    load.expand(text=["a", 3 if BUCKET else None])  # E: load


@dag
def with_lambdas():
    shops().map(lambda shop: shop["name"])
    shops().map(lambda shop: shop["town"])  # E: shops, town


@dag(schedule=None)
def with_arguments(n=3, *rest, key=None):
    load(n)
    load(one())  # E: load, one


@renamed(schedule=None)
def under_another_name():
    load(one())  # E: load, one


@airflow.sdk.dag(schedule=None)
def through_the_module():
    load(one())  # E: load, one


@ours(schedule=None)
def of_typedxcom():
    load(one())  # E: load, one


@typedxcom.dag(schedule=None)
def through_the_module_of_typedxcom():
    load(one())  # E: load, one


if one is not None:

    @dag(schedule=None)
    def in_an_if():
        load(one())  # E: load, one


class Holder:
    @dag(schedule=None)
    def in_a_class(self):
        self.made = one()
        load(one())  # E: load, one


def annotated() -> None:
    @dag(schedule=None)
    def in_a_function():
        load(one())  # E: load, one

    in_a_function()


with DAG("block"):

    @task_group
    def in_a_with(value):
        load(value)
        load(one())  # E: load, one
        return one()

    load(in_a_with(1))  # E: load, one


@ours(schedule=None)
def other(limit: int = 3):
    print(limit)


@dag
def with_triggers():
    typedxcom.trigger(other, limit="x")  # E: limit, trigger(other)
    typedxcom.trigger(other, limmit=1)  # E: limmit, trigger(other)
    typedxcom.trigger(other, limit="{{ ds }}")


@dag
def in_displays():
    load([one()][0])  # E: load, one
    load([n for n in [one()]][0])  # E: load, one
    for n in [one(), one()]:
        load(n)  # E: load, one
    for n in (one(), one()):
        load(n)  # E: load, one
    found = {"n": one()}
    load(found["n"])  # E: load, one
    [load(n) for n in {one()}]  # E: load, one
    return [one()]


@ours(schedule=None)
async def is_async():
    load(one())  # E: load, one


@task_group
def group(value):
    load(one())  # E: load, one
    return one()


@our_group(group_id="g")
def our(value):
    load(one())  # E: load, one


@dag(schedule=None)
def statements():
    number = one()
    for _ in range(3):
        load(one())  # E: load, one
    try:
        load(number)  # E: load, one
    finally:
        if number:  # E: one
            pass

    @task
    def inner() -> list[int]:
        return [1]

    @typed(multiple_outputs=True)
    def keys() -> dict[str, int]:
        return {"a": 1}

    @task_group
    def nested(value):
        load(one())  # E: load, one
        load(inner())  # E: load, inner
        return inner()

    def helper(value: str) -> None:
        load(number)  # E: load, one

    load.expand(text=inner())  # E: load, inner
    load(nested(1))  # E: load, inner
    load(group(1))  # E: load, one
    load(later())  # E: load, later
    load(keys()["a"])  # E: load, keys
    number + 1  # E: one
    load(one())  # type: ignore[xcom-arg]
    load(3)  # E: load
    load(txt="x")  # E: load
    load()  # E: load
    load("{{ ds }}")
    shift("{{ params.n }}")
    load.expand(txt=["x"])  # E: load
    print(len(3))


@task
def shift(number: int) -> None: ...


@task
def later() -> int:
    return 1


def dag_of_another_kind(function):
    return function


@dag_of_another_kind
def nobody():
    load(one())
"""

# Functions that make tasks or a DAG, and are neither.
HELPERS = """
from airflow.sdk import DAG, dag, task, task_group

@task
def one() -> int:
    return 1


@task
def load(text: str) -> None: ...


def wire(value):
    load(one())  # E: load, one
    return value


def deeper(value):
    wire(value)
    with_dag()


def with_dag():
    with DAG("x") as made:

        @task
        def inner():
            return [1]

        @task_group
        def group(value):
            load(one())  # E: load, one

        load(inner())  # E: load, inner
        group(1)
        made.nothing
        if one():  # E: one
            pass
    return made


def build_dag(name):
    @dag(dag_id=name)
    def flow():
        load(one())  # E: load, one

    return flow()


def only_values(x):
    x.nothing
    return len(3)


def never_called():
    load(one())


def recursive(n):
    load(one())  # E: load, one
    recursive(n - 1)


def later_names():
    load(afterwards())  # E: load, afterwards


@dag(schedule=None)
def bare():
    wire(1)
    only_values(2)
    deeper(one())
    later_names()


@dag(schedule=None)
def annotated() -> None:
    recursive(2)


@task
def afterwards() -> int:
    return 1


for name in ("a", "b"):
    globals()[name] = build_dag(name)
bare()
annotated()
"""

# What mypy itself would say if it looked, and what it does say.
FOREIGN = """
import os
from typing import Any

from airflow.sdk import BaseOperator, dag, task, task_group


class Config:
    name: str = ""


class Notice:
    def __init__(self, text: str) -> None: ...


def chained(first: BaseOperator, others: list[BaseOperator]) -> None: ...


def config() -> Config:
    return Config()


@dag(schedule=None)
def pipeline(n=1):
    settings = config()
    settings.nothing
    os.nothing
    x: int = "a"
    y = []
    reveal_type(settings)
    undefined
    settings = 1
    assert_never(settings)

    class Inner:
        field = 1

        def method(self):
            self.field = ""

    @task
    def one() -> int:
        settings.nothing
        return settings

    @task
    def untyped(value):
        return str(value).nothing + 1

    @task_group
    def group(value):
        value.nothing
        for item in settings:
            item.nothing
        return one()

    def helper(value: int) -> str:
        y.nothing
        return value

    if isinstance(n, str):
        n.nothing
    else:
        return n
    one()
    wire(one())
    Notice(text=one())
    Notice(one())
    chained(one(), [one()])
    untyped(group(one()))  # type: ignore[arg-type]
    os.nothing  # type: ignore
    lambda: os.nothing
    return 1


@task
def zero() -> int:
    return 0


def wire(value):
    value.nothing
    made = zero()
    made = ""
    other = made
    return other  # type: ignore


class Holder:
    @dag(schedule=None)
    def build(self):
        self.made = 1
        self.made = ""

    def use(self) -> int:
        return self.made.nothing


def use() -> Any:
    return pipeline(1)
"""
# Bodies about which mypy has no more to say than about the functions with annotations in them.
SILENT = """
import os
from datetime import timedelta

from airflow.sdk import dag, task, task_group

LATE = timedelta(days=1)


@dag(schedule=None)
def silent(n=1):
    import json

    @task
    def one() -> int:
        for name, value in os.environ.items():
            name.nothing
        number: int = json.loads("1")
        return "x"

    @task
    def two(text: str, size: int = 3) -> list[str]:
        return text + size

    @task
    def bare(value):
        return value.nothing + later()

    @task_group
    def group(value):
        return two(f"{value}")

    def helper(path: str) -> int:
        return LATE + path

    group(one())
    for name in ["a", "b"]:
        two(text=name)


@dag(schedule=None)
def with_names_of_its_own():
    settings = {"a": 1}

    @task
    def one() -> int:
        return settings.nothing + "a"

    @task
    def two() -> str:
        return one()

    one()


@dag(schedule=None)
def in_texts():
    "%d %d" % (1,)
    "{} {}".format(1)
    a, b = 1, 2, 3
    assert (os, "always")
    isinstance(a, list[int])


@dag(schedule=None)
def in_a_loop():
    for name in ["a", "b"]:

        @task(task_id=name)
        def one() -> str:
            return later()

        one()

    @task
    def last() -> str:
        return one()


def later() -> int:
    return 1
"""
# Statements around the wiring, and decorators with settings.
AROUND = """
from datetime import timedelta

from airflow.sdk import chain, dag, task, task_group
from typedxcom import task as ours

RETRIES = 2


@dag(schedule=None)
def pipeline(limit):
    '''A text.'''
    import json

    @task(retries=RETRIES, retry_delay=timedelta(minutes=5), multiple_outputs=True)
    def split():
        '''Another text.'''
        return {"rows": 3, "path": "a.csv"}

    @task.branch(task_id="pick", trigger_rule="all_done", queue=json)
    def choose(rows: int):
        return "load" if rows else None

    @task.short_circuit()
    def enough(rows: int) -> bool:
        return rows > 1

    @task.branch
    def number(rows: int) -> int:
        return rows

    @ours(multiple_outputs=False, doc_md=None, inlets=["a"])
    def plain() -> dict[str, int]:
        return {"a": 1}

    @task(retrys=1)
    def load(path: str, rows=0):
        print(rows + 1, path)

    @task(multiple_outputs="yes")
    def wrong() -> int:
        return 1

    @task(output=int)
    def declared():
        return 1

    @task_group
    def group(value, extra=None):
        load(value) >> choose(value)
        return load(extra, value)

    parts = split()
    flag, picked = enough(parts["path"]), choose(parts["rows"])
    first = load(parts["path"], rows=parts["rows"])
    second = load(parts["rows"])
    last = load(parts["pat"], rows=parts["path"])
    chosen = choose(plain()["a"])
    closed = enough(plain())
    first >> [second, last] >> chosen
    [first, chosen] << closed
    chain(first, [second, last], load(wrong()))
    chain(load, first)
    first >> load
    chain(declared(), enough(number(1)))
    group(parts["rows"]) >> group("a", limit)
    load(limit)
    load(1)
    load.partial(rows="a").expand(path=["b", 1])
    load.partial(rows=limit).expand(path=split())
    load.override(task_id="again")(parts["rows"])
"""
STRICT = """
disallow_untyped_defs = True
disallow_untyped_calls = True
disallow_untyped_decorators = True
disallow_any_expr = True
warn_return_any = True
warn_unused_ignores = True
warn_unreachable = True
enable_error_code = redundant-expr, possibly-undefined, ignore-without-code
"""


def test_the_wiring_is_checked_wherever_the_function_stands(tmp_path, cache):
    """Each mistake is an error on its line that names the tasks, and nothing else is reported.

    That holds for DAG functions and groups, and for the functions that they and the module call.
    """
    (tmp_path / "places.py").write_text(PLACES)
    (tmp_path / "helpers.py").write_text(HELPERS)
    run = run_mypy(tmp_path, ".", cache=cache, config=SKIPS)
    for file in (tmp_path / "places.py", tmp_path / "helpers.py"):
        found = {
            line: message
            for (name, line), (message, *_) in run.by_line().items()
            if name == file.name
        }
        assert set(found) == set(expected(file))
        for line, (names,) in expected(file).items():
            assert [name for name in names.split(", ") if f'"{name}"' not in found[line]] == []


PULLS = """
from airflow.sdk import DAG, get_current_context, task


@task
def first() -> list[int]:
    return [1]


@task
def reads():
    get_current_context()["ti"].xcom_pull("first").append(1)
    found = get_current_context()["ti"].xcom_pull("first")
    return found, get_current_context()["ti"].xcom_pull("first")["a"]


with DAG("pulls"):
    first() >> reads()
"""


def test_a_task_that_was_not_called_has_no_order(tmp_path, cache):
    """mypy refuses that where a function has annotations, and the plugin where it has none."""
    steps = [
        "{} >> load()",
        "extract() >> {}",
        "chain(extract(), {})",
        "chain([{}, load()], load())",
    ]
    head = """
    from airflow.sdk import chain, dag, task

    @task
    def extract():
        return [1]

    @task
    def load():
        print(1)
    """
    for name in ("extract", "extract()"):
        flows = [
            f"\n    @dag(schedule=None)\n    def flow_{at}():\n        {step.format(name)}\n"
            for at, step in enumerate(steps)
        ]
        write(tmp_path, pipeline=head + "".join(flows))
        found = texts(run_mypy(tmp_path, "pipeline.py", cache=cache, config=SKIPS))
        wanted = 'Task "extract" was not called, so it has no place in the DAG: write "extract()"'
        assert [one for one in found if "called" in one] == (
            [f"{wanted} [xcom-arg]"] * len(steps) if name == "extract" else []
        ), found


def test_two_calls_that_begin_at_one_place_are_told_apart(tmp_path, cache):
    """A pull is not the call that gives the context which it is pulled from."""
    (tmp_path / "pulls.py").write_text(PULLS)
    run = run_mypy(tmp_path, ".", cache=cache, config="[mypy-pulls]\ncheck_untyped_defs = False\n")
    ((place, messages),) = run.by_line().items()
    assert place == ("pulls.py", 14)
    assert [one for one in messages if '"reads" pulls "first" and reads "a"' in one] == messages


@pytest.mark.parametrize("config", ["", STRICT], ids=["defaults", "strict"])
def test_mypy_says_of_the_rest_what_it_says_alone(tmp_path, cache, config):
    """No error, note or unused ignore of mypy's own comes or goes."""
    (tmp_path / "foreign.py").write_text(FOREIGN)
    (tmp_path / "silent.py").write_text(SILENT)
    alone = copied(cache, tmp_path / "alone")
    with_plugin = run_mypy(tmp_path, ".", cache=cache, config=SKIPS + config)
    off = "[typedxcom-mypy]\ncheck_bare_dags = false\n"
    without = run_mypy(tmp_path, ".", cache=alone, config=SKIPS + config + off)
    assert with_plugin.errors
    assert with_plugin.output == without.output


def test_the_short_way_finds_what_mypy_finds(tmp_path, cache):
    """Statements that the plugin judges without mypy give the errors that they give with it."""
    for number, text in enumerate(_bare_cases()):
        (tmp_path / f"case_{number}.py").write_text(text)
    (tmp_path / "around.py").write_text(AROUND)
    (tmp_path / "shared_tasks.py").write_text(LIBRARY)
    for file in generate(1, 30, wrong=True):
        (tmp_path / file.name).write_text(file.text)
    other = copied(cache, tmp_path / "other")
    long_way = """
        from typedxcom.mypy.types import site

        site.may_be_silent = lambda options: False
    """
    short = run_mypy(tmp_path, ".", cache=cache, config=SKIPS_ALL)
    long = run_mypy(tmp_path, ".", cache=other, config=SKIPS_ALL, first=long_way)
    assert len(short.errors) > 300
    assert sum("around.py" in line for line in short.output.splitlines()) > 10
    # mypy may name a list of two outputs after either.
    found = [re.sub(r"(?<=list.object.. from task) .*", "", run.output) for run in (short, long)]
    assert set(found[0].splitlines()) ^ set(found[1].splitlines()) == set()


def _bare_cases():
    """Yields the cases that one file holds, with no annotation on a DAG function or a group."""
    for file in sorted(CASES.glob("wire_*.py")):
        text = file.read_text()
        if "shared_tasks" not in text:
            decorated = r"(@(?:dag|task_group)\b[^\n]*\n(?:    )*def \w+\([^:]*?\)) -> [^:]+:\n"
            yield re.sub(decorated, r"\1:\n", text)


def test_an_edit_elsewhere_shows(project):
    """A changed producer, or base class of a model, in another module is seen with a warm cache."""
    assert not project(config=SKIPS, models=MODELS, tasks=TASKS, pipeline=PIPELINE).errors
    assert texts(project(config=SKIPS, tasks=TEXT)) == [LOADS]
    assert texts(project(config=SKIPS)) == [LOADS]
    changed = MODELS.replace("total: float", "total: str")
    assert NOTES in texts(project(config=SKIPS, tasks=TASKS, models=changed))


def test_an_option_switches_it_off(project):
    """``check_bare_dags = false`` takes effect although the cache is warm."""
    off = "[typedxcom-mypy]\ncheck_bare_dags = false\n"
    found = project(config=SKIPS, models=MODELS, tasks=TEXT, pipeline=PIPELINE)
    assert texts(found) == [LOADS]
    assert project(config=SKIPS + off).errors == []
    assert texts(project(config=SKIPS)) == [LOADS]


def test_workers_give_the_same_messages(tmp_path, airflow_cache, has_workers):
    """``mypy -n 2`` agrees with one process."""
    folder = tmp_path / "code"
    folder.mkdir()
    write(folder, models=MODELS, tasks=TEXT, pipeline=PIPELINE)
    (folder / "places.py").write_text(PLACES)
    (folder / "helpers.py").write_text(HELPERS)
    caches = [copied(airflow_cache, tmp_path / name) for name in ("one", "two")]
    one = run_mypy(folder, ".", cache=caches[0], config=SKIPS)
    two = run_mypy(folder, "-n", "2", ".", cache=caches[1], config=SKIPS)
    assert one.errors
    assert two.by_line() == one.by_line()
