"""The tab "Typed XCom", in a browser, over a real API server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import DAG
from airflow.sdk import task as plain_task
from pydantic import BaseModel, Field

from tests.harness import env
from tests.harness.apiserver import ApiServer
from tests.harness.browser import Browser, has_chromium
from tests.harness.dagtest import run_dag
from tests.harness.fixtures import missing
from typedxcom import Table, task
from typedxcom.airflow.policy import dag_policy

pytestmark = [pytest.mark.services, pytest.mark.airflow]
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
SECRET = "s3cret"
SCRIPT = "<img src=x onerror=x()>"


class Item(BaseModel):
    sku: str
    price: float


class Order(BaseModel):
    id: int
    at: datetime
    items: list[Item]


class Trip(BaseModel):
    id: int
    km: float = Field(ge=0)
    city: str
    driver: str = Field(json_schema_extra={"preview": False})


@dataclass(frozen=True)
class Seen:
    """A run, the server that shows it, and what lets in who may see it and who may not."""

    run_id: str
    server: ApiServer
    admin: str
    clerk: str

    def xcoms(self, task_id: str, token: str, **params: Any) -> Any:
        asked = {"run_id": self.run_id, "task_id": task_id, **params}
        return self.server.get("typedxcom/dags/tabbed/xcoms", token, **asked)


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """The second run of tasks of each kind, on a server of its own."""
    ids = iter((6, 7))

    @task(preview=5)
    def model() -> Order:
        return Order(id=next(ids), at=datetime(2024, 1, 1), items=[Item(sku=SCRIPT, price=1.5)])

    @task(preview=2)
    def many() -> list[Item]:
        return [Item(sku="tea" * 30, price=n) for n in range(2000)]

    @task(preview=3)
    def table() -> Table[Trip]:
        km = [n / 2 for n in range(1000)]
        city = ["Utrecht", f"{SCRIPT}\u202e"] * 500
        return pa.table({"id": range(1000), "km": km, "city": city, "driver": [SECRET] * 1000})

    @task(preview=1)
    def gone() -> Table[Trip]:
        return pa.table({"id": [1], "km": [0.5], "city": ["Delft"], "driver": [SECRET]})

    @plain_task
    def untyped():
        return {"word": SCRIPT, "long": "x" * 200_000}

    @task
    def read(order: Order, trips: Table[Trip]) -> None: ...

    @plain_task
    def last(): ...

    with DAG("tabbed", schedule=None) as dag:
        read(model(), table()) >> last()
        many(), gone(), untyped()
    dag_policy(dag)  # as Airflow does when it parses a file
    for run in (run_dag(dag), run_dag(dag)):
        assert run.state == "success", run
    for folder in (env.home() / "xcom" / "tabbed").glob("*/gone"):
        shutil.rmtree(folder)
    server = ApiServer()
    try:
        server.start()
        yield Seen(run.run_id, server, server.token("admin"), server.token("clerk"))
    finally:
        server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running browser."""
    if not has_chromium():
        missing("Chromium is not installed: chromium")
    window = Browser()
    try:
        window.start(height=1400)
        yield window
    finally:
        window.stop()


def test_only_who_may_see_xcoms_gets_them(seen: Seen) -> None:
    """Others get no data, whatever DAG they name beside the one that they ask for."""
    for token, status in ((seen.clerk, 403), ("", 401), ("nonsense", 403)):
        answer = seen.xcoms("table", token, dag_id="other")
        assert answer.status_code == status
        assert "Utrecht" not in answer.text
        assert "return_value" not in answer.text
    assert "Utrecht" in seen.xcoms("table", seen.admin).text


def test_each_xcom_is_compared_with_the_run_before(seen: Seen) -> None:
    """From the rows alone: also if the object is missing. Before the first run there is none."""
    found = {name: seen.xcoms(name, seen.admin).json() for name in SHOWN}
    (earlier,) = {one["before"] for one in found.values() if one["xcoms"]}
    assert earlier not in (None, seen.run_id)
    assert {name: one["xcoms"][0]["change"] for name, one in found.items() if one["xcoms"]} == {
        "model": "changed",
        "many": "same",
        "table": "same",
        "gone": "same",
        "untyped": "unknown",  # it was cut
    }
    first = seen.xcoms("model", seen.admin, run_id=earlier).json()
    assert (first["before"], first["xcoms"][0]["change"]) == (None, None)


def test_the_route_answers_any_question_in_bounds(seen: Seen) -> None:
    """Of what is not there it shows nothing, and of a large entry the beginning."""
    nothing = {"xcoms": [], "before": None, "contract": None}
    assert seen.xcoms("nobody", seen.admin).json() == nothing
    for other in ({"run_id": ""}, {"map_index": 3}):
        assert seen.xcoms("table", seen.admin, **other).json()["xcoms"] == []
    assert seen.xcoms("table", seen.admin, map_index="x").status_code == 422
    answer = seen.xcoms("untyped", seen.admin)
    (only,) = answer.json()["xcoms"]
    assert (only["is_cut"], only["bytes"] > 200_000) == (True, True)
    assert len(answer.content) < 10_000
    assert SECRET not in seen.xcoms("table", seen.admin).text


SHOWN = {
    "model": ["Contract\nOrder", "read.order: Order", "changed since", "items: list[Item]", '"id": 7', SCRIPT],
    "many": ["list of 2,000", "Contract\nlist[Item]", "First 2 rows", "sku\tprice", "1.0"],
    "table": [
        "Table[Trip]: 1,000 rows x 4 columns", "Rows\n1,000", "not signed", "the same as in", "xxh3:", "read.trips: Table[Trip]",
        "km\tfloat >= 0\t0\t0.0\t499.5", "driver\tstr\t0", f"1\t0.5\t{SCRIPT}\\u202e\twithheld",
    ],
    "gone": ["Table[Trip]: 1 row x 4 columns", "Contract\nTable[Trip]", "Delft"],
    "untyped": ["in the XCom itself", SCRIPT, "The value was cut."],
    "read": ["This task instance has no XComs.", "order: Order from model", "trips: Table[Trip] from table", "Returns\nNone"],
}  # fmt: skip


def test_the_tab_shows_each_kind_of_xcom(seen: Seen, browser: Browser) -> None:
    """Model, list, table with rows, missing object, untyped task, no XCom; values are text."""
    browser.set_cookie(seen.server.url, "_token", seen.admin)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for task_id, words in SHOWN.items():
        _open(browser, seen, task_id)
        shown = browser.wait_text(*words)
        assert SECRET not in shown
        assert browser.evaluate("document.querySelectorAll('.txc img, .txc script').length") == 0
        browser.screenshot(PICTURES / f"tab-{task_id}.png")


def test_the_tab_is_readable_in_light_and_dark_and_by_keyboard(
    seen: Seen, browser: Browser
) -> None:
    """Text and ground differ in both; parts have names, and the keyboard reaches what scrolls."""
    browser.set_cookie(seen.server.url, "_token", seen.admin)
    contrasts = {}
    for theme in ("light", "dark"):
        _open(browser, seen, "table")
        browser.evaluate(f"localStorage.setItem('theme', '{theme}')")
        _open(browser, seen, "table")
        browser.wait_text("Columns")
        browser.screenshot(PICTURES / f"tab-{theme}.png")
        contrasts[theme] = browser.evaluate(_BRIGHTNESS)
    text, ground, muted = contrasts["light"]
    assert min(ground - text, ground - muted) > 100
    text, ground, muted = contrasts["dark"]
    assert min(text - ground, muted - ground) > 100
    assert browser.evaluate(_NAMELESS) == 0
    assert browser.evaluate(_UNREACHED) == 0
    assert browser.evaluate("document.querySelectorAll('.txc th:not([scope])').length") == 0


def test_rendered_templates_name_the_arguments(seen: Seen, browser: Browser) -> None:
    """On Airflow's own page, each argument is a row under its parameter's name."""
    browser.set_cookie(seen.server.url, "_token", seen.admin)
    _open(browser, seen, "read", page="rendered_templates")
    shown = browser.wait_text("argument trips", "000 rows x 4 columns")  # a line for each token
    assert "argument order" in shown
    assert "op_args" not in shown
    browser.screenshot(PICTURES / "rendered.png")


def test_the_contracts_of_a_dag_are_a_graph_and_a_table(seen: Seen, browser: Browser) -> None:
    """With the types of the DAG file, in light and dark; only for who may see XComs."""
    path = "typedxcom/dags/tabbed/contracts"
    found = seen.server.get(path, seen.admin).json()
    assert {one["id"]: one["returns"] for one in found["tasks"]} == {
        "model": "Order",
        "many": "list[Item]",
        "table": "Table[Trip]",
        "gone": "Table[Trip]",
        "untyped": "{'word': Any, 'long': str}",
        "read": "None",
        "last": None,
    }
    assert sorted((one["from"], one["to"], one["reads"]) for one in found["edges"]) == [
        ("model", "read", [["order", "Order"]]),
        ("read", "last", []),
        ("table", "read", [["trips", "Table[Trip]"]]),
    ]
    task = {"task_id": "read"}
    assert seen.server.get(path[:-1], seen.admin, **task).json() == {
        "returns": "None",
        "reads": [
            ["order", "Order", "model", "Order"],
            ["trips", "Table[Trip]", "table", "Table[Trip]"],
        ],
        "readers": [],
    }
    assert seen.server.get(path[:-1], seen.admin, task_id="nobody").json() is None
    for token, status in ((seen.clerk, 403), ("", 401)):
        assert seen.server.get(path, token).status_code == status
        assert seen.server.get(path[:-1], token, **task).status_code == status

    for theme in ("light", "dark"):
        browser.set_cookie(seen.server.url, "_token", seen.admin)
        browser.go(f"{seen.server.url}/dags/tabbed/plugin/contracts")
        browser.evaluate(f"localStorage.setItem('theme', '{theme}')")
        browser.go("about:blank")
        browser.go(f"{seen.server.url}/dags/tabbed/plugin/contracts")
        browser.wait_text(
            "Edges", "table\tTable[Trip]\tread.trips\tTable[Trip]", "read\tNone\tlast"
        )
        browser.screenshot(PICTURES / f"contracts-{theme}.png")
        assert browser.evaluate("document.querySelectorAll('.txc svg path').length") == 3
        assert browser.evaluate("document.querySelectorAll('.txc svg .untyped').length") == 1
    assert browser.evaluate(_NAMELESS) == 0
    assert browser.evaluate(_UNREACHED) == 0


# Regions and sections without a name that a screen reader says; scrolling parts without a tab stop.
_NAMELESS = """[...document.querySelectorAll('.txc section, .txc [role=region]')].filter(
  (one) => !(one.ariaLabel || document.getElementById(one.getAttribute('aria-labelledby'))?.innerText)
).length"""
_UNREACHED = """[...document.querySelectorAll('.txc .scroll, .txc pre, .txc button')].filter(
  (one) => one.tabIndex !== 0
).length"""


# The mean of red, green and blue, from 0 to 255: of text, of what is behind it, of quieter text.
_BRIGHTNESS = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const brightness = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return alpha === 255 ? (red + green + blue) / 3 : undefined;
  };
  const of = (part, name) => brightness(getComputedStyle(part)[name]);
  let ground = document.querySelector('.txc');
  while (of(ground, 'backgroundColor') === undefined) {
    ground = ground.parentElement;
  }
  const text = ['.txc h3', '.txc dt'].map((part) => of(document.querySelector(part), 'color'));
  return [text[0], of(ground, 'backgroundColor'), text[1]];
})()"""


def test_who_may_not_see_xcoms_reads_so(seen: Seen, browser: Browser) -> None:
    """The tab says it in place of data."""
    browser.set_cookie(seen.server.url, "_token", seen.clerk)
    _open(browser, seen, "table")
    shown = browser.wait_text("You may not see the XComs of this DAG.")
    assert "Utrecht" not in shown
    assert "return_value" not in shown


def _open(browser: Browser, seen: Seen, task_id: str, *, page: str = "plugin/typed-xcom") -> None:
    """Go to the tab of a task instance; an empty page before it keeps no text of another one."""
    browser.go("about:blank")
    browser.processes.wait("an empty page", lambda: browser.text() == "" or None)
    address = f"{seen.server.url}/dags/tabbed/runs/{seen.run_id}/tasks/{task_id}"
    browser.go(f"{address}/{page}")
