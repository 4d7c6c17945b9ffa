"""What is marked as a secret is in no row, rendered field, log, error or repr."""

from __future__ import annotations

import dataclasses
import traceback
from typing import Annotated, Any, NamedTuple, Optional

import pytest
from airflow.sdk import dag
from pydantic import BaseModel, Field, Secret, SecretBytes, SecretStr
from typing_extensions import TypedDict

from tests.harness.dagtest import run_dag
from typedxcom import Table, UnsupportedTypeError, XComKey, task
from typedxcom.airflow.running import stores as running_stores
from typedxcom.pointer import Coordinates
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import MemoryStore

SECRET = "hunter2-is-the-secret"


class Login(BaseModel):
    user: str
    password: SecretStr


@dataclasses.dataclass
class Box:
    login: Login


class Pair(NamedTuple):
    left: int
    right: SecretBytes


class Keys(TypedDict):
    key: SecretStr


class Outer(BaseModel):
    deep: dict[str, list[Optional[Keys]]]  # noqa: UP045


# Airflow 3.1 says so of an annotation that only the test function knows.
@pytest.mark.filterwarnings("ignore:Cannot infer multiple_outputs")
@pytest.mark.parametrize(
    "annotation",
    [
        SecretStr,
        SecretBytes,
        Secret[int],
        SecretStr | None,
        list[SecretStr],
        dict[str, SecretBytes],
        tuple[int, SecretStr],
        Annotated[SecretStr, Field(min_length=3)],
        Login,
        list[Login],
        Box,
        Pair,
        Keys,
        Outer,
        Table[Login],
    ],
    ids=str,
)
def test_a_type_that_holds_a_secret_is_refused_when_it_is_declared(annotation: Any) -> None:
    """At any depth and in every kind of class, as a parameter, a result and a key."""

    @task
    def take(value: annotation) -> None: ...

    @task
    def give() -> annotation: ...

    @dag(schedule=None)
    def takes():
        take(None)

    @dag(schedule=None)
    def gives():
        give()

    for declared in (takes, gives, lambda: XComKey("key", annotation)):
        with pytest.raises(UnsupportedTypeError, match=r"Secret|password") as told:
            declared()
        assert "Connection" in str(told.value)


def test_a_secret_that_no_contract_speaks_of_leaves_no_trace() -> None:
    """Returned under `Any` it fails the task; nothing anywhere shows it."""

    @dag(schedule=None)
    def leaks():
        @task(retries=1)
        def leak() -> Any:
            return {"login": Login(user="me", password=SECRET), "more": [SecretStr(SECRET)]}

        @task
        def read(value: Any) -> None:
            print(value)

        read(leak())

    result = run_dag(leaks())
    assert result.states["leak"] == "failed"
    error = result.error("leak")
    told = [
        str(result.rows()),
        str(result.rendered("leak")),
        result.log("leak"),
        "".join(traceback.format_exception(error)),
        repr(error),
    ]
    assert not [one for one in told if SECRET in one]


class Hidden(BaseModel):
    """Its author wants no value in any message."""

    model_config = {"hide_input_in_errors": True}
    token: Annotated[int, Field(gt=0, repr=False)]


def test_a_value_that_its_model_hides_is_in_no_message() -> None:
    """Neither on the way in nor on the way out, nor in the log of the task that fails."""

    @dag(schedule=None)
    def hides():
        @task
        def give():
            return {"token": SECRET}

        @task
        def take(value: Hidden) -> None: ...

        take(give())

    result = run_dag(hides())
    assert result.states["take"] == "failed"
    error = result.error("take")
    assert "token" in str(error)
    for text in (result.log("take"), "".join(traceback.format_exception(error)), repr(error)):
        assert SECRET not in text


@pytest.mark.usefixtures("forgotten")
def test_a_signing_key_is_in_no_repr_row_or_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It signs, and is not seen anywhere."""
    store = MemoryStore(name="default")
    stores = Stores(lambda name: store, keys=[SECRET.encode()])
    placement = Placement(stores, Coordinates("d", "r", "t"), "default")
    row = placement.put(b"1", codec="json", ext="json", about="1")
    forged = {**row, "size": 2}
    with pytest.raises(Exception, match="altered") as told:
        stores.read(forged)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SIGNING_KEY", SECRET[:8])
    with pytest.raises(Exception, match="signing_key") as refused:
        running_stores.stores()
    shown = [repr(stores), repr(placement), str(row), repr(told.value), repr(refused.value)]
    shown.append("".join(traceback.format_exception(refused.value)))
    assert not [one for one in shown if SECRET[:8] in one]
