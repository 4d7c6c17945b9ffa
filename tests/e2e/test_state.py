"""`StateKey`: typed state of tasks and assets, for Airflow 3.3 and newer."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from airflow.sdk import Asset
from pydantic import BaseModel, SecretStr

from tests.e2e.support import AIRFLOW, succeed
from tests.harness.dagtest import run_dag
from typedxcom import (
    ContractError,
    EncodeError,
    File,
    StateKey,
    Table,
    TypedXComError,
    UnsupportedTypeError,
    ValidationError,
    dag,
    task,
)


class Job(BaseModel):
    id: int
    at: datetime
    cost: Decimal


JOB = StateKey("a job", Job)
NAMES = StateKey("names", dict[str, list[int]])
MAYBE = StateKey("maybe", Job | None)
A_JOB = Job(id=1, at=datetime(2024, 1, 2, tzinfo=timezone.utc), cost=Decimal("1.10"))
SHELF = Asset("shelf")


class Memory(dict[str, Any]):
    """What Airflow's accessors of state do."""

    def set(self, key: str, value: Any, **options: Any) -> None:
        self[key] = value

    def delete(self, key: str) -> None:
        self.pop(key, None)


@pytest.mark.skipif(AIRFLOW < (3, 3), reason="Airflow 3.3 brought state")
def test_state_comes_back_as_it_was():
    """After a retry of the task, and in another task by the asset; in the database it is JSON."""
    seen: list[Any] = []

    @dag(schedule=None)
    def stateful():
        @task(retries=1, outlets=[SHELF])
        def write(task_state_store=None, asset_state_store=None) -> None:
            before = JOB.get(task_state_store, default=None)
            JOB.set(task_state_store, A_JOB, retention=timedelta(hours=1))
            NAMES.set(asset_state_store[SHELF], {"b": [1], "a": []})
            seen.append((before, task_state_store.get("a job")))
            if before is None:
                raise RuntimeError("once more")
            JOB.delete(task_state_store)
            seen.append(JOB.get(task_state_store, default=None))

        @task(inlets=[SHELF])
        def read(asset_state_store=None) -> None:
            seen.append(list(NAMES.get(asset_state_store[SHELF]).items()))

        write() >> read()

    succeed(stateful())
    entry = {"id": 1, "at": "2024-01-02T00:00:00Z", "cost": "1.10"}
    assert seen == [(None, entry), (A_JOB, entry), None, [("b", [1]), ("a", [])]]


@pytest.mark.skipif(AIRFLOW < (3, 3), reason="Airflow 3.3 brought state")
def test_state_of_another_type_is_not_retried():
    """The message names the key and the path."""

    @dag(schedule=None)
    def wrong():
        @task(retries=2)
        def write(task_state_store=None) -> None:
            task_state_store.set("a job", {"id": "x", "at": "2024-01-02T00:00:00Z", "cost": "1"})
            JOB.get(task_state_store)

        write()

    result = run_dag(wrong())
    assert result.tries == {"write": 1}
    assert "State 'a job': expected integer, unable to parse string" in str(result.error("write"))


def test_a_wrong_value_is_refused_before_it_is_written():
    """So is None, which Airflow does not keep, and what nobody has set."""
    state = Memory()
    with pytest.raises(ValidationError, match="State 'names'"):
        NAMES.set(state, {"a": ["b"]})  # type: ignore[list-item]  # the mistake
    with pytest.raises(EncodeError, match="keeps no None"):
        MAYBE.set(state, None)
    with pytest.raises(ValidationError, match="State 'maybe': nothing was set"):
        MAYBE.get(state)
    assert not state
    JOB.set(state, A_JOB)
    assert JOB.get(state) == A_JOB


class Hidden(BaseModel):
    key: SecretStr


class Cell(BaseModel):
    n: int


def test_what_cannot_be_state_is_refused_where_the_key_is_declared():
    """A secret, a type that needs a store, and a name that a URL would lose."""
    with pytest.raises(UnsupportedTypeError):
        StateKey("a", Hidden)
    for kind in (Table[Cell], File, list[File]):
        with pytest.raises(ContractError, match="needs a store, which state does not have"):
            StateKey("a", kind)
    for name in ("", ".", "..", 5):
        with pytest.raises(TypedXComError, match="a key is a text"):
            StateKey(name, int)  # type: ignore[call-overload]
    assert repr(StateKey("a b/ü", int)) == "StateKey('a b/ü', <class 'int'>)"
