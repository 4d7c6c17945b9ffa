"""Entries through the REST API: all of them, or an error, whatever happens on the way."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from typedxcom.airflow.deployment import VARIABLE
from typedxcom.airflow.sweep.api import ApiEntries
from typedxcom.errors import SweepError
from typedxcom.pointer import folder_of
from typedxcom.stores.owners import owner_name

pytestmark = pytest.mark.airflow

LIST = "/api/v2/dags/~/dagRuns/~/taskInstances/~/xcomEntries"


def entry(number: int) -> dict[str, Any]:
    """An entry as a listing has it; the order is that of the numbers."""
    return {
        "dag_id": "dag",
        "task_id": f"t{number:06}",
        "run_id": "manual__2026-11-23T09:25:14+00:00",
        "map_index": -1,
        "key": "a/key",
    }


class Api(httpx.BaseTransport):
    """An API server that holds entries by number."""

    def __init__(self, *numbers: int, version: str = "3.3.2") -> None:
        self.numbers, self.version = set(numbers), version
        self.hooks: list[Callable[[httpx.Request], httpx.Response | None]] = []
        self.largest_page = 100
        self.runs: list[dict[str, Any]] = []
        self.tasks: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.dags: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.variables: dict[str, str] = {}
        self.tokens = 0

    def entries(self, **options: Any) -> ApiEntries:
        """What reads from here."""
        options = {"token": "t0", **options}
        return ApiEntries("http://api/", transport=self, backoff=0, **options)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode().partition("?")[0])
        self.asked.append(path)
        for hook in self.hooks:
            if (answer := hook(request)) is not None:
                return answer
        if path == "/auth/token":
            self.tokens += 1
            return httpx.Response(201, json={"access_token": f"t{self.tokens}"})
        if path == "/api/v2/version":
            return httpx.Response(200, json={"version": self.version})
        asked = dict(request.url.params)
        if path == LIST:
            entries = [entry(number) for number in sorted(self.numbers)]
            return self.page(asked, "xcom_entries", entries)
        if path == "/api/v2/assets/events":
            return self.page(asked, "asset_events", self.events)
        if path == "/api/v2/variables":
            body = json.loads(request.content)
            is_new = self.variables.setdefault(body["key"], body["value"]) == body["value"]
            return httpx.Response(201 if is_new else 409, json=body)
        if path.startswith("/api/v2/variables/"):
            value = self.variables.get(path.rpartition("/")[2])
            return httpx.Response(404 if value is None else 200, json={"value": value})
        if path == "/api/v2/dags":
            return self.page(asked, "dags", [{"dag_id": one} for one in self.dags])
        if path == "/api/v2/dags/~/dagRuns":
            return self.page(asked, "dag_runs", self.runs)
        if path == "/api/v2/dags/~/dagRuns/~/taskInstances":
            return self.page(asked, "task_instances", self.tasks)
        return self.one(path)

    def page(
        self, asked: dict[str, str], name: str, entries: list[dict[str, Any]]
    ) -> httpx.Response:
        offset, limit = int(asked.get("offset", 0)), min(int(asked["limit"]), self.largest_page)
        body = {name: entries[offset : offset + limit], "total_entries": len(entries)}
        return httpx.Response(200, json=body)

    def one(self, path: str) -> httpx.Response:
        number = int(re.search(r"/t(\d{6})/", path)[1])
        if path.endswith("/xcomEntries"):
            return self.page(
                {"limit": "1"}, "xcom_entries", [entry(number)] * (number in self.numbers)
            )
        if number not in self.numbers:
            return httpx.Response(404)
        return httpx.Response(200, json={**entry(number), "value": {"n": number}})


def read(rows: ApiEntries) -> set[int]:
    """The numbers of the rows that were read."""
    return {json.loads(row.text)["value"]["n"] for row in rows.entries()}


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
@pytest.mark.parametrize("largest_page", [2, 10, 50, 100])
def test_every_row_is_read(count: int, largest_page: int) -> None:
    """Page by page, however long a page may be; each value with a request of its own."""
    api = Api(*range(count))
    api.largest_page = largest_page
    assert read(api.entries()) == set(range(count))
    assert api.entries().count() == count


@example([(False, 0, 59), (True, 0, 120)], 131)  # a page of nothing new before the last entry
@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 400), st.integers(1, 130)), max_size=6),
    st.integers(0, 300),
)
def test_no_row_is_missed_while_others_come_and_go(
    changes: list[tuple[bool, int, int]], count: int
) -> None:
    """Between two pages rows are added or removed in bulk: what stays is listed, or it refuses."""
    api = Api(*range(0, 2 * count, 2))
    kept, left = set(api.numbers), iter(changes)

    def change(request: httpx.Request) -> None:
        if "offset" in request.url.params and (found := next(left, None)):
            is_added, start, size = found
            chosen = set(range(start, start + size))
            if is_added:
                api.numbers |= chosen
            else:
                api.numbers -= chosen
                kept.difference_update(chosen)

    api.hooks.append(change)
    path = LIST.removeprefix("/api/v2")
    pages = api.entries()._pages(path, "xcom_entries", {}, lambda one: one["task_id"])
    found = set()
    with contextlib.suppress(SweepError):
        for page in pages:
            found.update(int(one["task_id"][1:]) for one in page)
        assert kept <= found


def test_a_listing_that_never_stands_still_is_given_up() -> None:
    """Each page begins after what was removed before it."""
    api = Api(*range(10_000))

    def change(request: httpx.Request) -> None:
        if request.url.params.get("offset", "0") != "0":
            api.numbers -= set(sorted(api.numbers)[:200])

    api.hooks.append(change)
    with pytest.raises(SweepError, match="changes faster"):
        read(api.entries())


def test_a_row_that_went_meanwhile_is_left_out() -> None:
    """It was listed and is deleted before its value is asked for."""
    api = Api(1, 2, 3)

    def vanish(request: httpx.Request) -> None:
        if "/t000002/" in str(request.url):
            api.numbers -= {2}

    api.hooks.append(vanish)
    assert read(api.entries()) == {1, 3}


def test_a_row_that_is_listed_and_not_given_stops_the_sweep() -> None:
    """A proxy that normalises paths would make live rows look as if they were gone."""
    api = Api(1, 2, 3)

    def lost(request: httpx.Request) -> httpx.Response | None:
        is_value = request.url.path.endswith("a/key")
        return httpx.Response(404) if is_value and "/t000002/" in str(request.url) else None

    api.hooks.append(lost)
    with pytest.raises(SweepError, match=r"does not return it. Check whether a proxy"):
        read(api.entries())


def test_another_row_than_the_one_asked_for_stops_the_sweep() -> None:
    """What comes back must say that it is that row."""
    api = Api(1, 2)

    def other(request: httpx.Request) -> httpx.Response | None:
        if request.url.path.endswith("a/key"):
            return httpx.Response(200, json={**entry(1), "value": {"n": 1}})
        return None

    api.hooks.append(other)
    with pytest.raises(SweepError, match="does not return it"):
        read(api.entries())


def failing(times: int, answer: Callable[[], httpx.Response], path: str = LIST) -> Any:
    """A server that fails the first requests for *path*."""
    left = [times]

    def hook(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == path and left[0]:
            left[0] -= 1
            return answer()
        return None

    return hook


def drop() -> httpx.Response:
    raise httpx.ConnectError("http://user:secret@api refused")


@pytest.mark.parametrize("answer", [lambda: httpx.Response(503), drop])
def test_a_fault_that_passes_is_survived(answer: Callable[[], httpx.Response]) -> None:
    """Two failures, then an answer; a third failure stops the sweep and tells no secret."""
    api = Api(1)
    api.hooks.append(failing(2, answer))
    assert read(api.entries()) == {1}
    api.hooks[:] = [failing(3, answer)]
    with pytest.raises(SweepError) as told:
        read(api.entries())
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_stops_the_sweep(status: int) -> None:
    """No listing is not an empty listing."""
    api = Api(1)
    api.hooks.append(failing(1, lambda: httpx.Response(status)))
    with pytest.raises(SweepError, match=f"status {status}"):
        read(api.entries())


def test_a_page_that_is_no_airflow_stops_the_sweep() -> None:
    """A login page of a proxy, say."""
    api = Api(1)
    api.hooks.append(failing(1, lambda: httpx.Response(200, text="<html>")))
    with pytest.raises(SweepError, match="not Airflow"):
        read(api.entries())


def test_a_token_is_asked_for_and_renewed() -> None:
    """With a user and password, also where the token expires on the way."""
    api = Api(1, 2)
    api.hooks.append(failing(1, lambda: httpx.Response(401)))
    assert read(api.entries(token="", user="sweeper", password="secret")) == {1, 2}
    assert api.tokens == 2


def test_a_wrong_password_stops_the_sweep() -> None:
    """And is not told."""
    api = Api(1)
    api.hooks.append(failing(1, lambda: httpx.Response(401), "/auth/token"))
    with pytest.raises(SweepError, match="No token for 'sweeper'") as told:
        read(api.entries(token="", user="sweeper", password="secret"))
    assert "secret" not in str(told.value)


def test_each_iteration_of_a_loop_has_an_entry() -> None:
    """Since Airflow 3.4, entries of one name are told apart by the region that they are in."""
    api = Api(version="3.4.0b2")
    regions = [{"region_id": "r", "region_index": index} for index in range(3)]

    def answer(request: httpx.Request) -> httpx.Response | None:
        asked = dict(request.url.params)
        if request.url.path == LIST:
            entries = [{**entry(1), **region} for region in regions]
            return api.page(asked, "xcom_entries", entries)
        if "region_index" not in asked:
            return None
        region = regions[int(asked["region_index"])]
        return httpx.Response(200, json={**entry(1), **region, "value": region})

    api.hooks.append(answer)
    found = [json.loads(one.text)["value"]["region_index"] for one in api.entries().entries()]
    assert found == [0, 1, 2]


@pytest.mark.parametrize("version", ["3.5.0b1", "3.5.0", "4.0.0", "3.0.6", "2.11.0", "?"])
def test_a_release_whose_listings_are_not_known_is_refused(version: str) -> None:
    """A later one may leave out entries that tasks read; before 3.1 nothing was tried."""
    api = Api(1, version=version)
    for ask in (lambda: read(api.entries()), lambda: api.entries().in_flight()):
        with pytest.raises(SweepError, match="sweep_database"):
            ask()


@pytest.mark.parametrize(("version", "knows"), [("3.1.8", False), ("3.3.2", True)])
def test_runs_in_flight_are_those_with_anything_unfinished(version: str, knows: bool) -> None:
    """By the state of the run or of a task; a state that a release does not know is not sent."""
    api = Api(version=version)
    api.runs = [{"dag_id": "d", "dag_run_id": f"r{number}"} for number in range(130)]
    api.tasks = [{"id": str(n), "dag_id": "t", "dag_run_id": f"r{n // 2}"} for n in range(130)]
    states: list[list[str]] = []
    api.hooks.append(lambda request: states.append(request.url.params.get_list("state")))
    found = set(api.entries().in_flight())
    assert found == {("d", f"r{n}") for n in range(130)} | {("t", f"r{n}") for n in range(65)}
    assert ["queued", "running"] in states
    assert any("deferred" in one and ("awaiting_input" in one) is knows for one in states)


@pytest.mark.parametrize(
    ("dag_id", "status", "listed", "hidden"),
    [
        ("mine", 200, False, False),
        ("theirs", 403, False, True),
        ("naïve dag", 200, True, False),
        ("naïve dag", 200, False, True),
        ("x" * 240, 200, True, False),
        ("x" * 240, 403, True, True),
        ("x" * 240, 200, False, True),
    ],
)
def test_a_dag_that_the_account_may_not_read_is_hidden(
    dag_id: str, status: int, listed: bool, hidden: bool
) -> None:
    """Also one whose folder does not tell its id, unless the account is told of it."""
    api = Api()
    api.dags = ["another", *([dag_id] if listed else [])]

    def answer(request: httpx.Request) -> httpx.Response | None:
        asked = unquote(request.url.raw_path.decode())
        if asked.startswith(f"/api/v2/dags/{dag_id}/"):
            return httpx.Response(status, json={"xcom_entries": [], "total_entries": 0})
        return None

    api.hooks.append(answer)
    assert api.entries().hides(folder_of(dag_id)) is hidden


def test_the_extra_of_an_asset_event_names_objects() -> None:
    """However many pages of events there are; those without a mark are left out."""
    api = Api()
    api.events = [{"id": number, "extra": {"n": number}} for number in range(230)]
    api.events[220]["extra"] = {"rows": {"$typedxcom": 1, "path": "p"}}
    (row,) = api.entries().entries()
    assert row.where == "the extra of asset event 220"
    assert json.loads(row.text) == {"rows": {"$typedxcom": 1, "path": "p"}}


def test_an_extra_whose_pointer_is_hidden_stops_the_sweep() -> None:
    """The API hides what stands under a key like `token`, and it may be a name."""
    api = Api()
    api.events = [{"id": 1, "extra": {"token": {"$typedxcom": 1, "path": "***"}}}]
    with pytest.raises(SweepError, match="hides a part of the extra of asset event 1"):
        read(api.entries())


def test_the_owner_is_what_the_variable_stands_for() -> None:
    """It is made where there is none; another's that comes between is the one that counts."""
    api = Api()
    assert api.entries().owner() == ""
    made = api.entries().make_owner()
    assert made == api.entries().owner() == owner_name(api.variables[VARIABLE])
    api.variables.clear()

    def come_between(request: httpx.Request) -> None:
        if request.method == "POST":
            api.variables.setdefault(VARIABLE, "theirs")

    api.hooks.append(come_between)
    assert api.entries().make_owner() == owner_name("theirs")


@pytest.mark.parametrize("status", [403, 500])
def test_an_owner_that_is_not_given_stops_the_sweep(status: int) -> None:
    """No answer is not an empty answer."""
    api = Api()
    api.hooks.append(failing(3, lambda: httpx.Response(status), f"/api/v2/variables/{VARIABLE}"))
    with pytest.raises(SweepError):
        api.entries().owner()


def test_an_api_is_described_without_credentials() -> None:
    """Its address is enough to tell the wrong one."""
    rows = ApiEntries("https://me:secret@airflow.example.com/prod?token=secret", token="t")
    assert rows.describe() == "the REST API at https://airflow.example.com/prod"


@pytest.mark.parametrize("path", ["xcomEntries/a/key", "/assets/events"])
def test_what_is_nested_without_end_stops_the_sweep(path: str) -> None:
    """A row that somebody edited, or an event's extra: an error, and no traceback."""
    api = Api(1)
    deep = b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"

    def answer(request: httpx.Request) -> httpx.Response | None:
        return httpx.Response(200, content=deep) if request.url.path.endswith(path) else None

    api.hooks.append(answer)
    with pytest.raises(SweepError, match="nested too deep"):
        read(api.entries())
