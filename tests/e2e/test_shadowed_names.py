"""Names that Airflow has too: attributes of its references, and keys of its context."""

from __future__ import annotations

import copy
from dataclasses import make_dataclass
from typing import Any, NamedTuple

import msgspec
import pytest
from airflow.sdk import DAG, Asset, get_current_context
from airflow.sdk import task as plain_task
from airflow.sdk.definitions.context import Context
from pydantic import BaseModel, create_model
from typing_extensions import TypedDict

from tests.e2e.support import succeed
from tests.harness.dagtest import run_dag
from typedxcom import WiringError, task
from typedxcom.airflow.private import CALLBACK_KEYS, INJECTED_KEYS, PlainXComArg
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.errors import OutputAttributeError

SHARED = sorted(name for name in dir(PlainXComArg) if not name.startswith("_"))


class Address(BaseModel):
    zip: str

    @property
    def leaves(self) -> int:
        return 1


class Pair(NamedTuple):
    key: str
    value: int


def returns(kind: Any, *, mapped: bool = False) -> Any:
    def produce(n: int = 0): ...

    produce.__annotations__ = {"return": kind, "n": int}
    made = task(multiple_outputs=False)(produce)
    return made.expand(n=[1, 2]) if mapped else made()


def records(name: str) -> list[Any]:
    """Classes with a field *name*, one of each kind."""
    return [
        create_model("Model", **{name: (int, ...)}),
        make_dataclass("Data", [(name, int)]),
        msgspec.defstruct("Struct", [(name, int)]),
        TypedDict("Dict", {name: int}),  # type: ignore[operator]
    ]


@pytest.mark.parametrize("name", SHARED)
def test_a_field_that_a_reference_has_too_is_refused(name):
    """Every public name of Airflow's class, in every kind of record, optional ones too."""
    with DAG("fields", schedule=None):
        for kind in records(name):
            for annotation in (kind, kind | None):
                output = returns(annotation)
                with pytest.raises(OutputAttributeError, match=rf"no attribute `{name}` while"):
                    getattr(output, name)


def test_properties_and_items_of_tuples_are_refused_too():
    """What the author's class adds counts as well as its fields."""
    with DAG("more", schedule=None):
        for output in (returns(Address), returns(tuple[Address, int])[0]):
            for name in ("zip", "leaves"):
                with pytest.raises(OutputAttributeError):
                    getattr(output, name)
        with pytest.raises(OutputAttributeError):
            returns(Pair).key  # noqa: B018


def test_airflow_and_other_outputs_keep_the_attributes():
    """Where the value has no such field, where it is a list, and when the DAG is done."""
    with DAG("kept", schedule=None) as dag:

        @task
        def read(address: Address) -> None: ...

        @task
        def read_all(addresses: list[Address]) -> None: ...

        output, many = returns(Address), returns(Address, mapped=True)
        read(output) >> read(copy.copy(output))
        read_all(many)
        assert (output.key, output.operator.task_id) == ("return_value", "produce")
        assert (many.leaves, many.zip(many).args[0]) == ([many.operator], many)
        first, _ = returns(Pair)
        assert first.key == "return_value"
        assert f"{output}" == str(output)
    assert check_dag(dag) == []
    assert output.leaves == [output.operator]


def test_a_running_task_gets_just_the_injected_keys():
    """Airflow's Context declares more keys than a task gets."""
    seen: set[str] = set()
    with DAG("keys", schedule=None) as dag:

        @plain_task(outlets=[Asset("shadowed")])
        def look(**context: Any) -> None:
            seen.update(get_current_context(), context)

        look()

    succeed(dag)
    assert seen & set(Context.__annotations__) == INJECTED_KEYS
    assert not CALLBACK_KEYS & seen


POSITIONAL = {
    "task": task,
    "branch": task.branch,
    "sensor": task.sensor,
    "bash": task.bash,
    "virtualenv": task.virtualenv,
}


@pytest.mark.parametrize("kind", POSITIONAL)
@pytest.mark.parametrize("name", ["params", "ts", "run_id", "ti"])
def test_a_context_name_by_position_is_refused(kind, name):
    """Airflow would fail the task, whatever the value is."""

    def build(decorator: Any) -> Any:
        space: dict[str, Any] = {}
        exec(f"def read(n: int, {name}): ...", space)
        return decorator(space["read"])

    with DAG("positional", schedule=None), pytest.raises(WiringError) as caught:
        build(POSITIONAL[kind])(1, "x")
    assert f"read({name}) cannot be given by position" in str(caught.value)
    with DAG("positional_plain", schedule=None) as dag:
        build(getattr(plain_task, kind, plain_task))(1, "x")
        build(getattr(plain_task, kind, plain_task))(1)
    assert len(check_dag(dag)) == 1


def test_a_context_name_by_keyword_is_an_argument_like_any_other():
    """Its type is checked at parse and at run, and the body gets what the annotation says."""
    got: dict[str, Any] = {}
    with DAG("keyword", schedule=None) as dag:

        @task
        def number() -> int:
            return 1

        @task
        def address() -> Address:
            return Address(zip="x")

        @task
        def untyped() -> Any:
            return "no address"

        @task
        def read(params: Address, ts: str | None = None, n: int = 0) -> None:
            got["read"] = params, ts

        @task
        def filled(params: dict, run_id: str, ti: Any = None) -> None:
            got["filled"] = params, run_id, ti

        read(params=address(), ts="{{ run_id }}")
        read.override(task_id="breaks")(params=untyped())
        filled()
        with pytest.raises(
            WiringError, match=r"^read\(params\) expects `Address`, but upstream 'n"
        ):
            read(params=number())
        with pytest.raises(WiringError, match=r"^read\(ts\) expects"):
            read(params=address(), ts=number())

    result = run_dag(dag)
    assert got["read"] == (Address(zip="x"), result.run_id)
    assert got["filled"][1:2] == (result.run_id,)
    assert "argument `params` (pushed by 'untyped')" in str(result.error("breaks"))


@pytest.mark.parametrize("name", sorted(CALLBACK_KEYS))
def test_a_name_for_callbacks_must_be_given(name):
    """No running task gets it, so that it is a parameter like any other."""
    space: dict[str, Any] = {}
    exec(f"def read({name}: str): ...\ndef may({name}=None): ...", space)

    @task
    def number() -> int:
        return 1

    with DAG("callbacks", schedule=None):
        with pytest.raises(WiringError, match=f"`{name}` is never given: .* for callbacks"):
            task(space["read"])()
        with pytest.raises(WiringError, match=rf"^read\({name}\) expects `str`"):
            task(space["read"])(number())
        task(space["read"])("x")
        task(space["may"])()
    with DAG("callbacks_plain", schedule=None) as dag:
        plain_task(space["read"])()
        plain_task(space["read"])(number())
        plain_task(space["may"])()
    assert len(check_dag(dag)) == 2
