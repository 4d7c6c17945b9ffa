"""What people see of an XCom: by the REST API, and in the UI under Storage > XCom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment.sites import Site
from tests.harness.browser import Browser, has_chromium
from tests.harness.fixtures import missing
from typedxcom.preview import KEY

# One deployment is enough: neither REST nor the UI calls a backend.
pytestmark = [pytest.mark.services, pytest.mark.airflow, pytest.mark.on_sites("local-stock")]
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
ABOUT = "Table[Trip]: 1,000 rows x 3 columns, 28 kB"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running browser."""
    if not has_chromium():
        missing("Chromium is not installed: chromium")
    window = Browser()
    try:
        window.start()
        yield window
    finally:
        window.stop()


def test_rest_and_the_ui_show_values_as_plain_json(site: Site, browser: Browser) -> None:
    """Small values as their JSON; a text and a pointer with one line for people."""
    dag = site.dag("shown")
    run = site.run(dag)
    item = {"sku": "tea", "price": "1.10"}
    plain = {"id": 7, "at": "2024-01-01T00:00:00", "items": [item]}
    assert site.stack.xcom(dag, run, "plain") == plain
    ordered = site.stack.xcom(dag, run, "ordered")
    assert ordered == {"zebra": 1, "ant": 2, "$typedxcom": ["zebra", "ant"]}
    text = {
        "$typedxcom": 1,
        "is": "list[int]: list of 2, 26 bytes as JSON text",
        "json": f"[{2**70},1]",
    }
    assert site.stack.xcom(dag, run, "text") == text
    pointer = site.stack.xcom(dag, run, "pointer")
    assert pointer["is"] == ABOUT
    preview = site.stack.xcom(dag, run, "pointer", KEY)  # pushed by a thread of the task
    assert (preview["type"], preview["rows"]) == ("Table[Trip]", [["0", "0.5", "Utrecht"]])

    browser.set_cookie(site.stack.url, "_token", site.stack.token)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for task_id, words in {
        "plain": ("return_value", "2024-01-01T00:00:00", "tea"),
        "pointer": ("return_value", ABOUT),
    }.items():
        browser.go(f"{site.stack.url}/dags/{dag}/runs/{run}/tasks/{task_id}/xcom")
        browser.wait_text("return_value", "XCom")
        browser.click("Expand all extra JSON")
        shown = browser.wait_text(*words)
        assert not re.search(r"unusual_prefix|pydantic|__classname__", shown)
        browser.screenshot(PICTURES / f"{task_id}.png")
        assert (PICTURES / f"{task_id}.png").stat().st_size > 10_000
