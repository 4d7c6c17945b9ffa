"""Loops of Airflow 3.4: the last task of a group returns what `Loop[State]` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from typedxcom import Loop, dag, task, task_group


class State(BaseModel):
    estimate: float


class Finer(State):
    digits: int


class Other(BaseModel):
    rows: int


@dataclass
class LoopDecision:
    stop: bool
    reason: str | None = None


@task
def start(*, loop: Loop[State]) -> float:
    before = loop.previous
    loop.previous.estimate  # E: Item "None" of "State | None" has no attribute "estimate" [union-attr]
    return 1.0 if before is None else before.estimate


@task
def maybe(*, loop: Loop[State] | None = None) -> float:
    return 1.0


@task
def evaluate(estimate: float) -> State:
    return State(estimate=estimate)


@task
def refine(estimate: float) -> Finer:
    return Finer(estimate=estimate, digits=2)


@task
def count(estimate: float) -> Other:
    return Other(rows=1)


@task
def untyped(estimate: float):
    return estimate


@task
def anything(estimate: float) -> Any:
    return estimate


@task
def numbers(*, loop: Loop[list[int]]) -> list[int]:
    return [1]


@task
def double(n: int) -> int:
    return 2 * n


@task
def shout(n: int) -> str:
    return "!" * n


@task
def bare(*, loop) -> None: ...


@task
def named_loop(loop: int) -> int:
    return loop


@task
def keyword_loop(*, loop: int) -> int:
    return loop


@task
def note(text: str) -> None: ...


def enough(*, loop: Loop[State]) -> bool:
    return loop.result.estimate > 1


def decided(*, loop: Loop[State]) -> LoopDecision:
    return LoopDecision(stop=loop.result.estimate > 1)


def other(*, loop: Loop[Other]) -> bool:
    return loop.result.rows > 1


def words(*, loop: Loop[State]) -> str:
    return "stop"


def raw(*, loop, **context) -> bool:
    return True


@dag(schedule=None)
def right():
    @task_group
    def plain() -> None:
        evaluate(start())

    @task_group
    def subclass() -> None:
        refine(maybe())

    @task_group
    def by_name():
        begun = start()
        done = evaluate(begun)
        return done

    @task_group
    def ordered() -> None:
        before = count(1.0)
        before >> note("x") >> evaluate(start())

    @task_group
    def mapped() -> None:
        double.expand(n=numbers())

    @task_group
    def open_end() -> None:
        anything(start())

    @task_group
    def takes(estimate: float) -> None:
        @task
        def inner(estimate: float, *, loop: Loop[State]) -> State:
            return loop.previous or State(estimate=estimate)

        inner(estimate)

    @task_group
    def unsure(ready: bool = True) -> None:
        if ready:
            evaluate(start())
        else:
            count(start())

    @task_group
    def unread() -> None:
        count(1.0) >> bare()

    plain.loop(max_iterations=3)
    plain.loop(max_iterations=3, until=enough) >> evaluate(1.0)
    plain.loop(max_iterations=3, until=decided)
    plain.loop(max_iterations=3, until=raw)
    subclass.loop(max_iterations=3, until=enough)
    by_name.loop(max_iterations=3, until=enough)
    ordered.loop(max_iterations=3, until=enough)
    mapped.loop(max_iterations=3)
    open_end.loop(max_iterations=3, until=other)
    takes.partial(estimate=1.0).loop(max_iterations=3, until=enough)
    takes.override(group_id="again").partial(estimate=2.0).loop(max_iterations=3)
    unsure.loop(max_iterations=3, until=enough)
    unread.loop(max_iterations=3, until=raw)
    named_loop(1)
    named_loop(loop=double(1))
    keyword_loop(loop=1)


@dag(schedule=None)
def wrong():
    @task_group
    def other_end() -> None:
        count(start())

    @task_group
    def state_end() -> None:
        evaluate(start())

    @task_group
    def ordered() -> None:
        evaluate(start()) >> count(1.0)

    @task_group
    def mapped() -> None:
        shout.expand(n=numbers())

    @task_group
    def code() -> None:
        note("x") >> untyped(start())

    @task_group
    def inside() -> None:
        @task
        def inner(*, loop: Loop[State]) -> str:
            return ""

        inner()

    other_end.loop(max_iterations=3)  # E: Argument "loop" of task "start" takes "Loop[State]", but task "count", the last one, returns "Other" [xcom-arg]
    state_end.loop(max_iterations=3, until=other)  # E: Argument "loop" of "other" takes "Loop[Other]", but task "evaluate", the last one, returns "State" [xcom-arg]
    state_end.loop(max_iterations=3, until=words)  # E: Argument "until" to "loop" of "TaskGroupFactory" has incompatible type "def words(*, loop: Loop[State]) -> str"; expected "Callable[..., bool | Decision] | None" [arg-type]
    state_end.override(group_id="again").loop(max_iterations=3, until=other)  # E: Argument "loop" of "other" takes "Loop[Other]", but task "evaluate", the last one, returns "State" [xcom-arg]
    ordered.loop(max_iterations=3)  # E: Argument "loop" of task "start" takes "Loop[State]", but task "count", the last one, returns "Other" [xcom-arg]
    mapped.loop(max_iterations=3)  # E: Argument "loop" of task "numbers" takes "Loop[list[int]]", but task "shout", the last one, returns "list[str]" [xcom-arg]
    code.loop(max_iterations=3)  # E: Argument "loop" of task "start" takes "Loop[State]", but task "untyped", the last one, returns "float" [xcom-arg]
    inside.loop(max_iterations=3)  # E: Argument "loop" of task "inner" takes "Loop[State]", but task "inner", the last one, returns "str" [xcom-arg]
    state_end.loop(until=enough)  # E: Missing named argument "max_iterations" for "loop" of "TaskGroupFactory" [call-arg]
    keyword_loop()  # E: Missing named argument "loop" for "keyword_loop" [call-arg]
    start(1)  # E: Too many positional arguments for "start" [call-arg] && Argument 1 to "start" has incompatible type "int"; expected "Loop[State]" [arg-type]
