"""Loops of Airflow 3.4: what an iteration gives the next one is typed, checked and stored."""

from __future__ import annotations

import contextlib
import re
import runpy
from pathlib import Path
from typing import Any

import airflow.sdk
import pytest
from airflow.sdk import task as airflow_task
from airflow.sdk import task_group as airflow_task_group
from pydantic import BaseModel, SecretStr

from tests.e2e.support import AIRFLOW, succeed
from tests.harness.dagtest import load_dag, run_dag
from typedxcom import Loop, ValidationError, XComKey, contract, dag, task, task_group
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.errors import ContractError

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "loops.md"
CASES = Path(__file__).parents[1] / "mypy" / "cases" / "wire_loops.py"
HAS_LOOPS = AIRFLOW >= (3, 4)
needs_loops = pytest.mark.skipif(not HAS_LOOPS, reason="loops came with Airflow 3.4")


class State(BaseModel):
    estimate: float
    seen: list[str] = []


class Other(BaseModel):
    rows: int


PADDING = XComKey("padding", list[str])


class Secret(BaseModel):
    token: SecretStr


def decision(*, stop: bool) -> Any:
    """Airflow's object, which older releases do not have."""
    made: Any = airflow.sdk
    return made.LoopDecision(stop=stop, reason="enough")


@needs_loops
def test_each_iteration_reads_the_typed_state_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: Any
) -> None:
    """A large state is a pointer, and the sweep keeps that of every iteration."""
    forgotten()
    delete_entries()  # other tests leave forms that no sweep goes on with
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path / "xcom"))
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", "500")
    read: list[Any] = []
    tries: list[Any] = []

    @dag(schedule=None)
    def looping() -> None:
        @task_group
        def refine(start: float) -> None:
            @task
            def improve(start: float, *, loop: Loop[State]) -> float:
                before = loop.previous
                read.append((loop.index, loop.max_iterations, before))
                return start if before is None else before.estimate + 1

            @task
            def evaluate(estimate: float) -> State:
                return State(estimate=estimate, seen=["x" * 1000])

            evaluate(improve(start))

        def enough(*, loop: Loop[State]) -> Any:
            read.append(loop.result.estimate)
            return decision(stop=loop.result.estimate >= 2)

        @task_group
        def spread() -> None:
            @task
            def items(*, loop: Loop[list[int]] | None = None) -> list[int]:
                assert loop is not None
                return [1, 2] if loop.previous is None else [loop.previous[-1]]

            @task
            def double(n: int) -> int:
                return 2 * n

            double.expand(n=items())

        @airflow_task_group
        def plain() -> None:
            @airflow_task
            @contract
            def count(*, loop: Loop[int]) -> int:
                return (loop.previous or 0) + 1

            count()

        @task(retries=1)
        def after(*, ti: Any) -> list[float]:
            PADDING.push(ti, [str(len(tries)) * 1000])
            tries.append(ti.id)
            if len(tries) == 1:
                raise RuntimeError("the first try")
            last = ti.xcom_pull("refine.evaluate")
            return [*(one.estimate for one in last), *ti.xcom_pull("spread.double")]

        first = refine.partial(start=1.0).loop(max_iterations=5, until=enough)
        [first, spread.loop(max_iterations=2), plain.loop(max_iterations=1)] >> after()

    result = succeed(looping())
    assert read[0] == (0, 5, None)
    assert read[1] == 1.0
    assert read[2] == (1, 5, State(estimate=1.0, seen=["x" * 1000]))
    assert read[3:] == [2.0]
    assert result.xcom("after") == [1.0, 2.0, 2, 4, 8]
    assert kept_by_a_sweep(tmp_path / "xcom") == {"database": (4, 0), "api": (3, 1)}


def delete_entries() -> None:
    """Empty the table of XComs, whose name differs between releases."""
    from airflow.models.base import Base
    from airflow.utils.session import create_session

    tables = Base.metadata.tables
    with create_session() as session:
        for name in {"xcom", "xcom_v2"} & set(tables):
            session.execute(tables[name].delete())


def kept_by_a_sweep(folder: Path) -> dict[str, tuple[int, int]]:
    """How many objects of *folder* have an entry, and how many have none, by each source.

    The REST API lists no entries of earlier tries.
    """
    from airflow.configuration import conf

    from tests.harness.apiserver import ApiServer
    from tests.sweep.support import DAY, LATER
    from typedxcom.airflow.sweep.api import ApiEntries
    from typedxcom.airflow.sweep.database import DatabaseEntries
    from typedxcom.stores import LocalStore
    from typedxcom.sweep import sweep

    server, found = ApiServer(), {}
    server.start()
    try:
        sources = {
            "database": DatabaseEntries(conf.get("database", "sql_alchemy_conn")),
            "api": ApiEntries(server.url, token=server.token("admin")),
        }
        for name, source in sources.items():
            stores = [LocalStore(folder)]
            report = sweep(stores, source, DAY, owner=source.owner(), now=LATER, delete=False)
            assert not report.errors, report
            (one,) = report.stores
            found[name] = one.named.objects, one.orphans.objects
            source.close()
    finally:
        server.stop()
    return found


@needs_loops
@pytest.mark.skipif(not PAGE.exists(), reason="this copy has no documentation")
def test_the_dag_of_the_page_runs() -> None:
    """Two iterations, and a task after the loop that reads the states of both."""
    source = PAGE.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    assert round(succeed(load_dag(source)).xcom("publish"), 3) == 1.417


@needs_loops
def test_a_state_that_breaks_its_contract_is_not_retried() -> None:
    """In a task of the loop and in `until`; the error names both tasks and the path."""

    @dag(schedule=None, default_args={"retries": 2})
    def broken() -> None:
        @task_group
        def by_until() -> None:
            @task
            def last() -> Any:
                return {"estimate": "high"}

            last()

        def stop(*, loop: Loop[State]) -> bool:
            return loop.result.estimate > 1

        @task_group
        def by_task() -> None:
            @task
            def only(*, loop: Loop[State]) -> Any:
                return {"estimate": loop.previous and loop.previous.estimate}

            only()

        by_until.loop(max_iterations=2, until=stop)
        by_task.loop(max_iterations=2)

    result = run_dag(broken())
    told = {name: str(error) for name, error in result.errors.items()}
    assert isinstance(result.error("by_until.stop"), ValidationError)
    assert (
        "Task 'by_until.stop', `loop.result` (pushed by 'by_until.last')" in told["by_until.stop"]
    )
    assert "at `$.estimate`" in told["by_until.stop"]
    assert "`loop.previous` (pushed by 'by_task.only')" in told["by_task.only"]
    ran = [attempt.label for attempt in result.attempts]
    assert ran.count("by_until.stop") == 1
    assert ran.count("by_task.only") == 2  # one for each iteration


def looped(make: Any, until: Any = None, *, group: Any = task_group) -> Any:
    """A DAG with one loop whose body is *make*."""

    @dag(schedule=None)
    def one_loop() -> None:
        group(group_id="body")(make).loop(max_iterations=2, until=until)

    return one_loop()


@task
def state_task(*, loop: Loop[State]) -> State:
    raise NotImplementedError


@task
def other_task(*, loop: Loop[State]) -> Other:
    raise NotImplementedError


@task
def any_task() -> Any:
    raise NotImplementedError


@task
def secret_task(*, loop: Loop[Secret]) -> Any:
    raise NotImplementedError


@task
def misnamed_task(*, around: Loop[State]) -> State:
    raise NotImplementedError


@task
def positional_task(loop: Loop[State]) -> State:
    raise NotImplementedError


@task.virtualenv
def elsewhere_task(*, loop: Loop[State]) -> State:
    raise NotImplementedError


@airflow_task
def plain_task(*, loop: Loop[State]) -> State:
    raise NotImplementedError


@airflow_task
def untyped_task(*, loop):
    raise NotImplementedError


def until_state(*, loop: Loop[State]) -> bool:
    raise NotImplementedError


def until_other(*, loop: Loop[Other]) -> bool:
    raise NotImplementedError


def until_text(*, loop: Loop[State]) -> str:
    raise NotImplementedError


def until_misnamed(*, state: Loop[State]) -> bool:
    raise NotImplementedError


def until_untyped(*, loop):
    raise NotImplementedError


RIGHT: list[tuple[Any, Any]] = [
    (state_task, None),
    (state_task, until_state),
    (state_task, until_untyped),
    (any_task, until_state),
    (untyped_task, until_other),
    (untyped_task, until_untyped),
]
WRONG: list[tuple[Any, Any, str]] = [
    (
        other_task,
        None,
        r"body.other_task\(loop\) expects `State`, but upstream.*missing `estimate`.*last task",
    ),
    (state_task, until_other, r"body.until_other\(loop\) expects `Other`, but upstream"),
    (state_task, until_text, r"until=until_text returns `str`.*`bool`, or a `LoopDecision`"),
    (state_task, until_misnamed, "`state` is a `Loop`.*called `loop`"),
    (misnamed_task, None, r"body.misnamed_task\(around\) is a `Loop`.*called `loop`: rename it"),
    (positional_task, None, "must be keyword-only"),
    (elsewhere_task, None, "worker's own Python"),
    (secret_task, None, "Airflow Connection"),
]


@needs_loops
@pytest.mark.parametrize(("body", "until"), RIGHT)
def test_a_right_loop_is_accepted(body: Any, until: Any) -> None:
    """Also where one end says nothing, and by the check of a whole DAG."""
    assert check_dag(looped(lambda: body(), until)) == []


@needs_loops
@pytest.mark.parametrize(("body", "until", "words"), WRONG)
def test_a_wrong_loop_is_refused_where_it_is_made(body: Any, until: Any, words: str) -> None:
    """The sentence names the tasks, the parameter and the cure."""
    with pytest.raises(ContractError, match=f"(?s){words}"):
        looped(lambda: body(), until)


@needs_loops
@pytest.mark.parametrize(
    ("body", "until", "words"),
    [
        (state_task, until_state, r"body.until_state\(loop\).*Import task_group from typedxcom"),
        (other_task, None, r"body.other_task\(loop\) expects `State`, but upstream"),
        (plain_task, None, r"body.plain_task\(loop\).*Import task from typedxcom"),
    ],
)
def test_the_check_of_a_whole_dag_sees_loops_of_airflows_own(
    body: Any, until: Any, words: str
) -> None:
    """Airflow's own `task` and `task_group` do not check, and do not fill a `Loop`."""
    found = check_dag(looped(lambda: body(), until, group=airflow_task_group))
    assert len(found) == 1
    assert re.search(words, found[0]), found


@needs_loops
@pytest.mark.skipif(not CASES.exists(), reason="this copy has no cases of mypy")
def test_mypy_and_the_parse_check_agree(tmp_path: Path) -> None:
    """Each line that mypy reports in its cases is an error here, and the others are none."""
    lines = CASES.read_text(encoding="utf-8").splitlines()
    start = lines.index("def wrong():")
    wrong = [n for n, line in enumerate(lines) if n > start and "  # E: " in line]
    right = [line for n, line in enumerate(lines) if n not in wrong]
    accepted = []

    def parse(*more: str) -> None:
        file = tmp_path / f"case_{len(list(tmp_path.iterdir()))}.py"  # its code is read again
        file.write_text("\n".join([*right, *more, "right()", "wrong()"]), encoding="utf-8")
        runpy.run_path(str(file), run_name="cases")

    parse()
    for number in wrong:
        with contextlib.suppress(TypeError):  # ours are, too
            parse(lines[number])
            accepted.append(lines[number])
    assert len(wrong) > 9
    assert accepted == []


@pytest.mark.parametrize("is_group", [False, True])
def test_a_loop_where_there_is_none_says_so(*, is_group: bool) -> None:
    """A task outside a loop; and before Airflow 3.4, every use of loops."""

    @dag(schedule=None)
    def outside() -> None:
        state_task()

    def make() -> Any:
        return looped(lambda: any_task()) if is_group and not HAS_LOOPS else outside()

    words = "the task is in no loop: call it in a @task_group" if HAS_LOOPS else "has no loops"
    with pytest.raises(ContractError, match=words):
        make()


def test_a_loop_is_made_by_hand_in_a_unit_test() -> None:
    """`Loop` needs no Airflow: a test gives it what it would read."""
    made = Loop(1, 3, read=lambda name: State(estimate=0.5, seen=[name]))
    assert made.previous == State(estimate=0.5, seen=["previous"])
    assert made.result.seen == ["result"]
    assert Loop(0, 3, read=lambda _: State(estimate=1)).previous is None
    assert repr(made) == "Loop(1, 3)"
