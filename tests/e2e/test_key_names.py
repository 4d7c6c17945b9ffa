"""Keys that Airflow's client would take for others are refused before anything is pushed."""

from __future__ import annotations

from enum import Enum
from typing import Any, Literal

import msgspec
import pytest
from airflow.sdk import DAG
from airflow.sdk import task as plain_task
from typing_extensions import TypedDict

from tests.harness.dagtest import run_dag
from typedxcom import ContractError, EncodeError, WiringError, task
from typedxcom.airflow.wiring.dag import check_dag

Asked = TypedDict("Asked", {"ok": int, "ok?": int})


class Renamed(msgspec.Struct):
    count: int = msgspec.field(name="n#1")


class Kind(str, Enum):
    UP = "../up"


DECLARED = {
    "typeddict": (Asked, "ok?"),
    "renamed": (Renamed, "n#1"),
    "literal": (dict[Literal["a", "b/.."], int], "b/.."),
    "enum": (dict[Kind, int], "../up"),
}


def returns(kind: Any) -> Any:
    def parts(): ...

    parts.__annotations__ = {"return": kind}
    return parts


@pytest.mark.parametrize("name", DECLARED)
def test_a_declared_key_is_refused_at_parse(name):
    """The key is named with the cure; as one XCom the same result is fine."""
    kind, key = DECLARED[name]
    with DAG("declared", schedule=None):
        with pytest.raises(ContractError) as caught:
            task(multiple_outputs=True)(returns(kind))()
        task(multiple_outputs=False)(returns(kind))()
    assert f"'parts': the key `'{key}'` cannot name an XCom" in str(caught.value)
    assert "multiple_outputs=False" in str(caught.value)


@pytest.mark.parametrize("name", DECLARED)
def test_the_whole_dag_check_refuses_it_of_plain_tasks(name):
    """Code that keeps Airflow's own `@task` gets the same sentence."""
    kind, key = DECLARED[name]
    with DAG("declared_plain", schedule=None) as dag:
        plain_task(multiple_outputs=True)(returns(kind))()
    assert [key in sentence for sentence in check_dag(dag)] == [True]


@pytest.mark.parametrize("key", ["ok?", "n#1", "x/../y", "%41", ""])
def test_a_key_that_is_read_is_refused_at_parse(key):
    """Also where it is a key of any dict, and of a task without annotations."""
    with DAG("read", schedule=None) as dag:
        for kind in (dict[str, int], Any):
            output = task(multiple_outputs=True)(returns(kind))()
            with pytest.raises(WiringError, match=r"'parts(__1)?': the key .* cannot name an XCom"):
                output[key]
        plain = plain_task(multiple_outputs=True)(returns(dict[str, int]))()
        plain_task(lambda x: None).override(task_id="reader")(plain[key])
    assert any("cannot name an XCom" in sentence for sentence in check_dag(dag))


def test_computed_keys_are_refused_before_anything_is_pushed():
    """No other task's XCom is touched, and no key of the task itself is written."""
    with DAG("computed", schedule=None) as dag:

        @task
        def victim() -> int:
            return 1

        def pushes(name: str, kind: Any) -> Any:
            def parts(after):
                return {"good": 1, "../victim/return_value": 99}

            parts.__annotations__ = {"return": kind} if kind else {}
            return task(multiple_outputs=True, task_id=name, retries=2)(parts)

        first = victim()
        pushes("typed", dict[str, int])(first)
        pushes("untyped", None)(first)
        pushes("frames", dict[str, Any])(first)

    result = run_dag(dag)
    assert result.rows() == {("victim", -1, "return_value"): 1}
    for name in ("typed", "untyped", "frames"):
        error = result.error(name)
        assert isinstance(error, EncodeError)
        assert f"Task '{name}', returned value: the key `'../victim/return_value'`" in str(error)
        assert result.tries[name] == 1
