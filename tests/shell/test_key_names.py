"""Which XCom keys survive Airflow's client, which puts them into a URL unquoted."""

from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from airflow.api_fastapi.execution_api.routes.xcoms import router
from airflow.sdk.api.client import XComOperations
from hypothesis import given
from hypothesis import strategies as st

from tests.data.keys import KEYS
from typedxcom import ContractError, XComKey
from typedxcom.airflow.keynames import key_fault


def arrives(key: str) -> bool:
    """Whether Airflow's own client and router bring *key* back, on writing and on reading."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"key": "k", "value": 1})

    client = httpx.Client(
        base_url="http://server/execution/", transport=httpx.MockTransport(answer)
    )
    operations = XComOperations(client)  # type: ignore[arg-type]
    try:
        operations.set("d", "r", "t", key, "1")
        operations.get("d", "r", "t", key)
    except (httpx.InvalidURL, UnicodeEncodeError):
        return False
    return all(found(request) == ["t", key] for request in asked) and bool(key)


def found(request: httpx.Request) -> list[str] | None:
    """The task and the key that the first route takes out of the path, as a server reads it."""
    path = unquote(request.url.raw_path.decode().partition("?")[0]).removeprefix("/execution/xcoms")
    scope = {"type": "http", "path": path, "method": request.method, "headers": []}
    for route in router.routes:
        match, child = route.matches(scope)
        if match.value == 2:
            given = child["path_params"]
            is_whole = set(given) == {"dag_id", "run_id", "task_id", "key"}
            return [given["task_id"], given["key"]] if is_whole else None
    return None


@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_just_the_keys_that_do_not_arrive_are_refused(key: str) -> None:
    """What Airflow's client and server read as the same key is a good one, and no other is."""
    assert (key_fault(key) is None) == arrives(key)


@given(st.text(st.sampled_from("ab/.%?#4e21\n é~:\\;+&= itemslce")) | st.text(max_size=6))
def test_any_key_is_judged_as_airflow_reads_it(key: str) -> None:
    """The same for keys that nobody thought of."""
    assert (key_fault(key) is None) == arrives(key)


@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_a_declared_key_is_judged_too(key: str) -> None:
    """`XComKey` refuses such a name where it is written."""
    if arrives(key):
        assert XComKey(key, int).name == key
    else:
        with pytest.raises(ContractError, match="cannot name an XCom"):
            XComKey(key, int)
