"""XCom entries, asset events and runs through Airflow's REST API, without access to the database.

Its listings hold no values, so each entry costs one request. Listings come page by page while
others write, so each page must join on to the one before.

From Airflow 3.4 on, the listings leave out the entries of earlier tries, which stay in the
database. No task can read such an entry: Airflow gives tasks and this API those of the last try. So
an object that only earlier tries point to is an orphan here. The entries of the iterations of a
loop have the same names, and a region tells them apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, unquote

import httpx
import msgspec
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from typedxcom.airflow.deployment import VARIABLE, description_of, new_deployment
from typedxcom.codecs.text import write_text
from typedxcom.errors import SweepError
from typedxcom.pointer import MARKER, Coordinates, folder_of
from typedxcom.stores.owners import owner_name
from typedxcom.sweep import Entry, EntrySource

__all__ = ["ApiEntries"]

_PAGE = 100  # entries: what Airflow allows unless its settings say otherwise
_OVERLAP = 10  # entries that a page shares with the one before
_TRIES = 3  # of a request, and of a listing that changes under our hands
_TIMEOUT = 60.0  # seconds for one request
_ALL = "/dags/~/dagRuns/~/taskInstances/~/xcomEntries"
_RUN_STATES = ("queued", "running")
_TASK_STATES = (
    "scheduled", "queued", "running", "restarting", "up_for_retry", "up_for_reschedule", "deferred",
)  # fmt: skip
# Airflow 3.3 knows this one too; before, it is refused.
_LATER_STATES = ("awaiting_input",)
_KNOWN = ((3, 1), (3, 5))  # from which release on, and before which one, listings are known


class _ChangedError(Exception):
    """A listing changed so much between two pages that one may be missing."""


class ApiEntries(EntrySource):
    """The entries that an account may see.

    Args:
        url: Where the API server answers, without ``/api/v2``.
        token: A bearer token.
        user: With *password*: gets a token, if none is given.
        password: Of that user.
        workers: Requests at once.
        backoff: Seconds before a failed request is tried again, and the double before the third.
        transport: What carries requests, in place of the network.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        user: str = "",
        password: str = "",
        workers: int = 8,
        backoff: float = 1.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._client = httpx.Client(base_url=url.rstrip("/"), timeout=_TIMEOUT, transport=transport)
        self._login = (user, password) if user else None
        self._workers, self._backoff = workers, backoff
        self._states: tuple[str, ...] = ()
        if token:
            self._client.headers["Authorization"] = f"Bearer {token}"

    def describe(self) -> str:
        """The address of the API."""
        url = self._client.base_url
        return f"the REST API at {url.copy_with(userinfo=b'', query=None)}".rstrip("/")

    def owner(self) -> str:
        """The owner that the Variable stands for, which tasks made."""
        self._begin()
        answer = self._answer(f"/variables/{VARIABLE}", {}, fine=(403, 404))
        if answer.status_code == 404:
            return ""
        if answer.status_code == 403:
            raise SweepError(
                f"The account of [typedxcom] sweep_api may not read the Variable {VARIABLE!r}. "
                "Allow it to, or set [typedxcom] deployment here and where tasks run."
            )
        value = str(answer.json().get("value") or "")
        return owner_name(value) if value else ""

    def make_owner(self) -> str:
        """Add the Variable if it is not there."""
        known = self.owner()
        if known:
            return known
        fresh = new_deployment()
        body = {"key": VARIABLE, "value": fresh, "description": description_of(fresh)}
        try:
            answer = self._client.post("/api/v2/variables", json=body)
            if answer.status_code != 409:  # unless a task came first
                answer.raise_for_status()
        except httpx.HTTPError as error:
            raise SweepError(
                f"The Variable {VARIABLE!r} cannot be created: {_without_url(error)}. Create it "
                f"in Airflow's UI, with a value that no other deployment has: {fresh}"
            ) from None
        return self.owner()

    def in_flight(self) -> Iterable[tuple[str, str]]:
        """Runs that are not finished, or have a task that is not."""
        self._begin()
        tasks = {"state": [*_TASK_STATES, *self._states], "order_by": "id"}
        found = set()
        for one in self._listed("/dags/~/dagRuns/~/taskInstances", "task_instances", tasks, _id):
            found.add((str(one["dag_id"]), str(one["dag_run_id"])))
        # Runs last: what starts a task meanwhile has made its run one of these.
        runs = {"state": list(_RUN_STATES), "order_by": "id"}
        for one in self._listed("/dags/~/dagRuns", "dag_runs", runs, _run):
            found.add((str(one["dag_id"]), str(one["dag_run_id"])))
        return found

    def count(self) -> int | None:
        """How many entries the account sees."""
        self._begin()
        return int(self._json(_ALL, {"limit": 1})["total_entries"])

    def entries(self) -> Iterator[Entry]:
        """Every entry that the account may see, its value fetched one by one; then asset events."""
        self._begin()
        with ThreadPoolExecutor(self._workers) as pool:
            for page in self._pages(_ALL, "xcom_entries", {}, _entry):
                yield from filter(None, pool.map(self._entry, page))
        for event in self._listed("/assets/events", "asset_events", {}, _id):
            yield from self._extra(event)

    def _extra(self, event: dict[str, Any]) -> Iterator[Entry]:
        """The extra of an asset event. The API hides its secrets, and a name may be among them."""
        text = msgspec.json.encode(event.get("extra"))
        if MARKER.encode() not in text:
            return
        if b'"***"' in text:
            raise SweepError(
                f"The REST API hides a part of the extra of asset event {event['id']}, which holds a "
                "pointer. Let the sweep read the database: [typedxcom] sweep_database."
            )
        yield Entry(f"the extra of asset event {event['id']}", text)

    def close(self) -> None:
        """Close the connections that are kept for further requests."""
        self._client.close()

    def hides(self, dag_folder: str) -> bool:
        """Whether the account may not, or perhaps not, read the XComs of a DAG."""
        dag_id: str | None = unquote(dag_folder)
        if "~" in dag_folder:  # a shortened id, or one beyond ASCII
            asked = {"exclude_stale": "false", "order_by": "dag_id"}
            listed = self._listed("/dags", "dags", asked, lambda one: str(one["dag_id"]))
            ids = (str(one["dag_id"]) for one in listed)
            dag_id = next((one for one in ids if folder_of(one) == dag_folder), None)
        if dag_id is None:
            return True
        path = f"/dags/{_quoted(dag_id)}/dagRuns/~/taskInstances/~/xcomEntries"
        return self._answer(path, {"limit": 1}, fine=(403,)).status_code == 403

    def _begin(self) -> None:
        """Log in if needed, and check that this Airflow shows all entries."""
        self._authorize()
        text = str(self._json("/version", {})["version"])
        found = re.match(r"(\d+)\.(\d+)", text)
        version = (int(found[1]), int(found[2])) if found else (0, 0)
        if not _KNOWN[0] <= version < _KNOWN[1]:
            raise SweepError(
                f"This typedxcom does not know whether the REST API of Airflow {text} lists every XCom "
                "entry. Let the sweep read the database: [typedxcom] sweep_database. Or upgrade "
                "typedxcom."
            )
        self._states = _LATER_STATES if version >= (3, 3) else ()

    def latest_run(self, dag_id: str) -> str | None:
        """The run of a DAG that was to start last; None where it has none, or does not exist."""
        self._authorize()
        asked = {"order_by": "-run_after", "limit": 1}
        answer = self._answer(f"/dags/{_quoted(dag_id)}/dagRuns", asked, fine=(404,))
        found = [] if answer.status_code == 404 else _parsed(answer, "the runs")["dag_runs"]
        return str(found[0]["dag_run_id"]) if found else None

    def keys(self, dag_id: str, run_id: str, task_id: str) -> list[tuple[int, str]]:
        """The map index and key of the task's entries in a run; of very many the first 100."""
        self._authorize()
        path = _entries_of(dag_id, run_id, task_id)
        answer = self._answer(path, {"limit": _PAGE}, fine=(404,))
        found = [] if answer.status_code == 404 else _parsed(answer, "XComs")["xcom_entries"]
        return [(int(one["map_index"]), str(one["key"])) for one in found]

    def value(self, at: Coordinates) -> bytes | None:
        """The JSON text of one entry; None where there is none."""
        self._authorize()
        path = f"{_entries_of(at.dag_id, at.run_id, at.task_id)}/{_quoted(at.key)}"
        asked = {"map_index": at.map_index, "deserialize": "false", "stringify": "false"}
        answer = self._answer(path, asked, fine=(404,))
        if answer.status_code == 404:
            return None
        found = _parsed(answer, "an XCom")
        names = (at.dag_id, at.task_id, at.run_id, at.map_index, at.key)
        if "value" not in found or _entry(found) != names:
            raise SweepError(
                f"The REST API returns another XCom than {at.key!r} of {at.dag_id}.{at.task_id}. "
                "Check whether a proxy in front of it changes paths."
            )
        return write_text(found["value"])

    def _authorize(self) -> None:
        if self._client.headers.get("Authorization") is None:
            self._log_in()

    def _log_in(self) -> None:
        if self._login is None:
            raise SweepError(
                "[typedxcom] sweep_api needs sweep_token, or sweep_user and sweep_password"
            )
        user, password = self._login
        try:
            answer = self._client.post("/auth/token", json={"username": user, "password": password})
            answer.raise_for_status()
            token = answer.json()["access_token"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise SweepError(
                f"No token for {user!r} from the REST API: {_without_url(error)}"
            ) from None
        self._client.headers["Authorization"] = f"Bearer {token}"

    def _entry(self, entry: dict[str, Any]) -> Entry | None:
        """The value of one entry, or None if it is gone since it was listed."""
        where = (entry["dag_id"], entry["run_id"], entry["task_id"], entry["map_index"])
        base = _entries_of(*where[:3])
        at = {"map_index": entry["map_index"], **_region(entry)}
        asked = {**at, "deserialize": "false", "stringify": "false"}
        answer = self._answer(f"{base}/{_quoted(entry['key'])}", asked, fine=(404,))
        if answer.status_code == 404:
            listed = {"xcom_key": entry["key"], **at, "limit": 1}
            if not self._json(base, listed)["xcom_entries"]:
                return None
        elif _entry(_parsed(answer, "an XCom")) == _entry(entry):
            name = f"XCom {entry['key']!r} of {'.'.join(map(str, where))}"
            return Entry(name, answer.content)
        raise SweepError(
            f"The REST API lists XCom {entry['key']!r} of {where[0]}.{where[2]} in {where[1]} but "
            "does not return it. Check whether a proxy in front of it changes paths."
        )

    def _listed(
        self, path: str, name: str, asked: dict[str, Any], identity: Callable[[Any], Hashable]
    ) -> Iterator[dict[str, Any]]:
        for page in self._pages(path, name, asked, identity):
            yield from page

    def _pages(
        self, path: str, name: str, asked: dict[str, Any], identity: Callable[[Any], Hashable]
    ) -> Iterator[list[dict[str, Any]]]:
        """A whole listing, from the start again if it changes too much; it may repeat an entry."""
        for _ in range(_TRIES):
            try:
                yield from self._joined(path, name, asked, identity)
                return
            except _ChangedError:
                continue
        raise SweepError(
            f"The listing {path} of the REST API changes faster than it can be read. "
            "Sweep at a quieter time, or let the sweep read the database: [typedxcom] "
            "sweep_database."
        )

    def _joined(
        self, path: str, name: str, asked: dict[str, Any], identity: Callable[[Any], Hashable]
    ) -> Iterator[list[dict[str, Any]]]:
        """Page after page. The listing has one order: what follows a seen entry is new.

        Entries that come or go before the page shift it. As long as it holds one of the last that
        were seen, nothing between them is missed.
        """
        seen: list[Hashable] = []
        offset = 0
        while True:
            at = offset - len(seen)
            answer = self._json(path, {**asked, "limit": _PAGE, "offset": at})
            page = answer[name]
            known = [number for number, one in enumerate(page) if identity(one) in seen]
            if seen and not known:
                raise _ChangedError
            fresh = page[known[-1] + 1 :] if known else page
            if fresh:
                yield fresh
            elif at + len(page) >= answer["total_entries"]:
                return
            elif at + len(page) <= offset:  # no way on
                raise _ChangedError
            # A server may allow shorter pages than were asked for.
            shared = min(_OVERLAP, (len(page) + 1) // 2)
            offset, seen = at + len(page), [identity(one) for one in page[-shared:]]

    def _json(self, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        return _parsed(self._answer(path, asked), path)

    def _answer(
        self, path: str, asked: dict[str, Any], *, fine: tuple[int, ...] = ()
    ) -> httpx.Response:
        """A successful answer, or one whose status is *fine*. What may pass is tried again."""
        tries = Retrying(
            stop=stop_after_attempt(_TRIES),
            wait=wait_exponential(self._backoff),
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            return tries(self._asked, path, asked, fine)
        except httpx.HTTPError as error:
            raise SweepError(
                f"The REST API does not answer {path}: {_without_url(error)}"
            ) from None

    def _asked(self, path: str, asked: dict[str, Any], fine: tuple[int, ...]) -> httpx.Response:
        answer = self._client.get(f"/api/v2{path}", params=asked)
        if answer.status_code == 401 and self._login:
            self._log_in()  # a token lives for a day
            answer = self._client.get(f"/api/v2{path}", params=asked)
        if answer.status_code not in fine:
            answer.raise_for_status()
        return answer


def _may_pass(error: BaseException) -> bool:
    """Whether another try of a request may help."""
    response = getattr(error, "response", None)
    return isinstance(error, httpx.HTTPError) and getattr(response, "status_code", 500) >= 500


def _parsed(answer: httpx.Response, what: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = answer.json()
    except ValueError:
        raise SweepError(f"The server at [typedxcom] sweep_api is not Airflow: {what}") from None
    except RecursionError:
        raise SweepError(
            f"The REST API gives {what} that is nested too deep to be read. Delete that entry, or let "
            "the sweep read the database: [typedxcom] sweep_database."
        ) from None
    return found


def _without_url(error: Exception) -> str:
    """An error without a URL, which may hold credentials."""
    response = getattr(error, "response", None)
    return type(error).__name__ if response is None else f"status {response.status_code}"


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _entries_of(dag_id: str, run_id: str, task_id: str) -> str:
    """The path of a task's entries in a run."""
    return "/dags/{}/dagRuns/{}/taskInstances/{}/xcomEntries".format(
        *map(_quoted, (dag_id, run_id, task_id))
    )


def _id(one: dict[str, Any]) -> Hashable:
    return str(one["id"])


def _run(one: dict[str, Any]) -> Hashable:
    return (one["dag_id"], one["dag_run_id"])


def _entry(one: dict[str, Any]) -> Hashable:
    names = (one["dag_id"], one["task_id"], one["run_id"], one["map_index"], one["key"])
    region = _region(one)
    return (*names, *region.values()) if region else names


def _region(one: dict[str, Any]) -> dict[str, Any]:
    """The place of an entry in a loop or a mapping; since Airflow 3.4, and only there."""
    names = ("region_id", "region_index")
    return {name: one[name] for name in names if one.get(name) is not None}
