"""What only the next Airflow has, on its own scheduler and in its own UI: `make test-next`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.browser import Browser, has_chromium
from tests.harness.fixtures import missing
from tests.harness.postgres import Postgres
from tests.harness.stack import Stack

pytestmark = [pytest.mark.services, pytest.mark.airflow]
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"

LOOP = """
from airflow.sdk import LoopDecision
from pydantic import BaseModel

from typedxcom import Loop, dag, task, task_group


class State(BaseModel):
    estimate: float
    error: float
    steps: list[str]


@dag("root", schedule=None)
def root() -> None:
    @task_group
    def refine() -> None:
        @task
        def improve(*, loop: Loop[State]) -> float:
            x = 1.0 if loop.previous is None else loop.previous.estimate
            return (x + 2 / x) / 2

        @task
        def evaluate(estimate: float) -> State:
            # So much that it is stored.
            return State(estimate=estimate, error=abs(estimate**2 - 2), steps=["x" * 1000] * 200)

        evaluate(improve())

    def is_good(*, loop: Loop[State]) -> LoopDecision:
        return LoopDecision(stop=loop.result.error < 0.01, reason="good enough")

    @task
    def last(*, ti) -> float:
        return ti.xcom_pull("refine.evaluate")[-1].estimate

    refine.loop(max_iterations=5, until=is_good) >> last()


root()
"""


@pytest.fixture(scope="module")
def deployment(postgres: Postgres) -> Iterator[Stack]:
    """The next Airflow with its LocalExecutor, on PostgreSQL."""
    stack = Stack(postgres, "next")
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def run_id(deployment: Stack) -> str:
    """A run of the loop that has succeeded."""
    deployment.write_dag("root", LOOP)
    run_id = deployment.trigger("root")
    state = deployment.wait_run("root", run_id)
    assert state == "success", deployment.task_instances("root", run_id)
    return run_id


@pytest.fixture(scope="module")
def browser(deployment: Stack) -> Iterator[Browser]:
    """A browser in which somebody is logged in."""
    if not has_chromium():
        missing("Chromium is not installed: chromium")
    window = Browser()
    try:
        window.start(height=1400)
        window.set_cookie(deployment.url, "_token", deployment.token)
        yield window
    finally:
        window.stop()


def test_each_iteration_reads_the_state_of_the_one_before(deployment: Stack, run_id: str) -> None:
    """In processes of their own, from the store. `until` reads the state too, and stops in time."""
    assert round(deployment.xcom("root", run_id, "last"), 3) == 1.417  # after two iterations
    folder = deployment.folder / "xcom" / "root"
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 2


def test_the_overviews_show_contracts_and_leave_airflow_its_place(
    deployment: Stack, run_id: str, browser: Browser
) -> None:
    """That of a task below the chart, and that of a DAG in one line; a task group has none."""
    assert run_id
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser.go(f"{deployment.url}/dags/root/tasks/refine.evaluate")
    browser.wait_text("estimate: float from refine.improve", "Returns\nState")
    assert browser.evaluate(_BELOW)
    browser.screenshot(PICTURES / "task-overview.png")
    browser.evaluate("document.querySelector('.txc a').click()")
    browser.wait_text("Returns\nfloat", "Read by\nrefine.evaluate as estimate: float")
    browser.go(f"{deployment.url}/dags/root")
    browser.wait_text("1 of 1 edge is typed. See the contracts")
    assert browser.evaluate("document.querySelector('.txc').offsetHeight") < 40
    browser.screenshot(PICTURES / "dag-overview.png")
    browser.evaluate("document.querySelector('.txc a').click()")
    browser.wait_text("Edges", "refine.improve\tfloat\trefine.evaluate.estimate\tfloat")


# Whether everything of ours is below all charts.
_BELOW = """(() => {
  const charts = [...document.querySelectorAll('canvas')].map((one) => one.getBoundingClientRect().bottom);
  return charts.length > 0 && document.querySelector('.txc').getBoundingClientRect().top > Math.max(...charts);
})()"""
