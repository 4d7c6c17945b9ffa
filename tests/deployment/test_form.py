"""The trigger form of a DAG whose function is annotated, and the REST API behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from tests.harness.apiserver import ApiServer
from tests.harness.browser import Browser, has_chromium
from tests.harness.dagtest import run_dag
from tests.harness.fixtures import missing
from typedxcom import dag, task

pytestmark = [pytest.mark.services, pytest.mark.airflow]
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"


class Region(Enum):
    EUROPE = "eu"
    AMERICA = "us"


class Window(BaseModel):
    first: date
    last: date


@dag(schedule=None)
def formed(
    day: date = date(2024, 1, 2),
    limit: Annotated[int, Field(ge=1, le=500, description="How many trips, at most.")] = 100,
    region: Region = Region.EUROPE,
    regions: list[Region] = [Region.AMERICA],  # noqa: B006
    window: Window = Window(first=date(2024, 1, 1), last=date(2024, 2, 1)),  # noqa: B008
    note: str | None = None,
) -> None:
    @task
    def reads(day: date, limit: int, region: Region, regions: list[Region]) -> str:
        return f"{day} {limit} {region.name} {len(regions)}"

    reads(day, limit, region, regions)


@dataclass(frozen=True)
class Served:
    """A server that knows the DAG, and what lets its admin in."""

    server: ApiServer
    token: str

    def trigger(self, **conf: Any) -> Any:
        return self.server.post(
            "api/v2/dags/formed/dagRuns", self.token, {"logical_date": None, "conf": conf}
        )


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A server of its own."""
    run = run_dag(formed())
    assert run.state == "success", run
    server = ApiServer()
    try:
        server.start()
        yield Served(server, server.token("admin"))
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        ({"day": "2024-13-01"}, "'2024-13-01' is not a 'date'"),
        ({"limit": 501}, "501 is greater than the maximum of 500"),
        ({"limit": "5"}, "'5' is not of type 'integer'"),
        ({"region": "EUROPE"}, "'EUROPE' is not one of ['eu', 'us']"),
        ({"window": {"first": "2024-01-01"}}, "'last' is a required property"),
        ({"note": 5}, "5 is not of type 'string', 'null'"),
    ],
)
def test_the_rest_api_refuses_conf_that_breaks_a_type(
    served: Served, conf: dict[str, Any], words: str
) -> None:
    """Airflow answers 400 and makes no run."""
    answer = served.trigger(**conf)
    assert (answer.status_code, words in answer.json()["detail"]) == (400, True), answer.text


def test_the_rest_api_takes_conf_of_the_right_types(served: Served) -> None:
    """The run is made with the JSON that was sent."""
    conf = {"day": "2024-05-06", "limit": 500, "region": "us", "note": "x"}
    answer = served.trigger(**conf)
    assert (answer.status_code, answer.json()["conf"]) == (200, conf), answer.text


def test_the_form_has_an_input_for_each_type(served: Served) -> None:
    """Each type has its own input, with the names of enums, the texts and the defaults."""
    if not has_chromium():
        missing("Chromium is not installed: chromium")
    browser = Browser()
    try:
        browser.start(height=1500)
        browser.set_cookie(served.server.url, "_token", served.token)
        browser.go(f"{served.server.url}/dags/formed")
        browser.wait_text("formed", "Trigger")
        browser.click("Trigger Dag")
        browser.wait_text("How many trips, at most.", "EUROPE", "AMERICA")
        PICTURES.mkdir(parents=True, exist_ok=True)
        browser.screenshot(PICTURES / "form.png")
        inputs = browser.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[name^=element_]')]"
            ".map(one => [one.name, [one.type, one.value]]))"
        )
    finally:
        browser.stop()
    assert inputs["element_day"] == ["date", "2024-01-02"]
