"""Which deployment a worker is of: what it asks Airflow, how often, and what it does without it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from typedxcom.airflow import deployment, private
from typedxcom.airflow.deployment import (
    VARIABLE,
    description_of,
    owner_in_description,
    this_owner,
)
from typedxcom.airflow.running import stores
from typedxcom.pointer import Coordinates, owner_of
from typedxcom.stores import LocalStore
from typedxcom.stores.owners import owner_name, read_owners

pytestmark = pytest.mark.airflow


class Supervisor:
    """Answers a task's requests for Variables as Airflow's does: errors are raised, or given."""

    def __init__(self, *, raises: bool) -> None:
        self.raises = raises
        self.variables: dict[str, str] = {}
        self.asked: list[str] = []
        self.before_put: Any = lambda: None
        self.error: Exception | None = None

    def send(self, message: Any) -> Any:
        from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
        from airflow.sdk.execution_time.comms import ErrorResponse, VariableResult

        self.asked.append(type(message).__name__)
        if self.error is not None:
            raise self.error
        if self.asked[-1] == "PutVariable":
            self.before_put()
            self.variables[message.key] = message.value
            assert owner_name(message.value) == owner_in_description(message.description)
            return None
        if message.key in self.variables:
            return VariableResult(key=message.key, value=self.variables[message.key])
        missing = ErrorResponse(error=ErrorType.VARIABLE_NOT_FOUND, detail={"key": message.key})
        if self.raises:
            raise AirflowRuntimeError(missing)
        return missing


@pytest.fixture(params=[False, True], ids=["given", "raised"])
def supervisor(request: Any, monkeypatch: Any, forgotten: Any) -> Supervisor:
    """What stands between this process and Airflow."""
    made = Supervisor(raises=request.param)
    monkeypatch.setattr(deployment, "supervisor", lambda: made)
    return made


def test_the_first_task_makes_an_id_and_others_read_it(
    supervisor: Supervisor, forgotten: Any
) -> None:
    """A process that found one asks no more."""
    made = this_owner()
    assert supervisor.asked == ["GetVariable", "PutVariable", "GetVariable"]
    assert made == owner_name(supervisor.variables[VARIABLE])
    forgotten()
    supervisor.asked.clear()
    assert [this_owner() for _ in range(3)] == [made] * 3
    assert supervisor.asked == ["GetVariable"]


def test_a_fresh_database_has_another_id(supervisor: Supervisor, forgotten: Any) -> None:
    """And one that comes back from a backup has the old one."""
    before, backup = this_owner(), dict(supervisor.variables)
    forgotten()
    supervisor.variables.clear()
    assert this_owner() != before
    forgotten()
    supervisor.variables = backup
    assert this_owner() == before


def test_first_writers_agree(supervisor: Supervisor) -> None:
    """Another one's id that comes last is the one that counts, at the next object at the latest."""
    supervisor.before_put = lambda: supervisor.variables.update({VARIABLE: "lost"})
    made = this_owner()
    assert made == owner_name(supervisor.variables[VARIABLE])
    supervisor.variables[VARIABLE] = "last"
    assert this_owner() == this_owner() == owner_name("last")


def test_the_setting_asks_nobody(supervisor: Supervisor, monkeypatch: Any) -> None:
    """A name that people chose stands for itself."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__DEPLOYMENT", " production ")
    assert this_owner() == owner_name("production")
    assert supervisor.asked == []


def test_without_an_answer_objects_say_no_owner(supervisor: Supervisor, caplog: Any) -> None:
    """The value is stored all the same; it is said once, and no sweep removes such an object."""
    supervisor.error = RuntimeError("secret")
    with caplog.at_level(logging.WARNING):
        assert [this_owner() for _ in range(3)] == [""] * 3
    assert supervisor.asked == ["GetVariable"]
    assert len([one for one in caplog.messages if "have no owner" in one]) == 1
    assert "secret" not in caplog.text


def test_a_process_that_is_no_task_has_no_owner(forgotten: Any) -> None:
    """A script that writes to a store asks nobody."""
    assert private.supervisor() is None
    assert this_owner() == ""


def test_a_store_is_bound_by_its_first_object(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: Any
) -> None:
    """One record for all objects of a process, and one that finds it writes none."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path))
    supervisor.variables[VARIABLE] = "ours"
    written: list[str] = []
    real = LocalStore.write

    def counted(self: LocalStore, path: str, data: Any) -> None:
        written.append(path)
        real(self, path, data)

    monkeypatch.setattr(LocalStore, "write", counted)
    for number in range(3):
        placement = stores.placed(Coordinates("dag", "run", "task"))
        assert placement is not None
        row = placement.put(b"%d" % number, codec="bytes", ext="bin", about="bytes")
        assert owner_of(str(row["path"])) == owner_name("ours")
    stores.bound.cache_clear()
    stores.owner_in("default")
    assert written == [f".typedxcom/{owner_name('ours')}.json"]
    assert read_owners(LocalStore(tmp_path)).known == {owner_name("ours")}


def test_a_description_without_an_owner_has_none() -> None:
    """Somebody edited it."""
    assert owner_in_description(description_of("x")) == owner_name("x")
    assert owner_in_description("mine") == ""
