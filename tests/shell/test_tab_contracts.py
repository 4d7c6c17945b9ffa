"""The graph of contracts, whatever the rows of the database hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from airflow.models.serialized_dag import SerializedDagModel

from tests.harness.dagtest import load_dag
from typedxcom.airflow.tab.contracts import graph
from typedxcom.preview import Read, declared_text, make_preview, read_preview
from typedxcom.schema import schema_of


def serialized(*tasks: tuple[str, list[str]]) -> dict[str, Any]:
    fields = [{"task_id": name, "downstream_task_ids": readers} for name, readers in tasks]
    return {
        "__version": 3,
        "dag": {"tasks": [{"__var": one, "__type": "operator"} for one in fields]},
    }


def serialized_again(dag: Any) -> Any:
    """A DAG as the API server reads it."""
    try:
        from airflow.serialization.serialized_objects import DagSerialization as Serialization
    except ImportError:  # Airflow 3.1
        from airflow.serialization.serialized_objects import (  # type: ignore[no-redef]
            SerializedDAG as Serialization,
        )
    data = json.loads(json.dumps(Serialization.to_dict(dag)))
    Serialization.from_dict(json.loads(json.dumps(data)))  # which any scheduler must
    return data


def preview(returns: Any, *readers: tuple[str, str, str]) -> Any:
    return read_preview(make_preview(schema_of(returns), readers=readers))


def test_types_of_previews_are_put_on_the_edges_of_the_dag() -> None:
    """An edge without types stays; a task that is no longer in the DAG is left out."""
    data = serialized(("a", ["b", "c"]), ("b", ["c"]), ("c", []))
    found = graph(
        data,
        {
            "a": preview(list[int], ("b", "ns", "list[int]"), ("gone", "ns", "list[int]")),
            "gone": preview(int, ("a", "n", "int")),
        },
    )
    assert {one["id"]: one["returns"] for one in found["tasks"]} == {
        "a": "list[int]",
        "b": None,
        "c": None,
    }
    assert found["edges"] == [
        {"from": "a", "to": "b", "reads": [["ns", "list[int]"]]},
        {"from": "a", "to": "c", "reads": []},
        {"from": "b", "to": "c", "reads": []},
    ]


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"dag": []},
        {"dag": {"tasks": {}}},
        {"dag": {"tasks": [1, {"__var": {"task_id": 1}}]}},
    ],
    ids=str,
)
def test_a_form_that_is_not_known_has_no_tasks(data: Any) -> None:
    """A later Airflow may write another one. The page is then empty."""
    assert graph(data, {"a": preview(int, ("b", "n", "int"))}) == {"tasks": [], "edges": []}


def test_the_graph_is_bounded_and_visible_text() -> None:
    """However many tasks there are, and whatever they are called."""
    data = serialized(*((f"\u202e{n}" + "x" * 1000, []) for n in range(2000)))
    found = graph(data, {})
    assert len(found["tasks"]) == 500
    assert "\u202e" not in json.dumps(found, ensure_ascii=False)
    assert max(len(one["id"]) for one in found["tasks"]) <= 250


SHOP = """
from typing import Annotated

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag as plain_dag, task as plain
from pydantic import BaseModel

from typedxcom import dag, task


class Order(BaseModel):
    id: int


@dag(schedule=None)
def shop() -> None:
    @task
    def orders() -> list[Order]: ...

    @task
    def single() -> dict[str, int]: ...

    @task
    def price(order: Order, factor: int = 1) -> int: ...

    @plain
    def total(prices: list[int]) -> int: ...

    @plain
    def log(what): ...

    @plain
    def need(order):
        return unknown(order["id"])

    first = orders()
    prices = price.partial(factor=2).expand(order=first)
    log(total(prices))
    log.override(task_id="shell")(BashOperator(task_id="bash", bash_command="echo").output)
    price.override(task_id="noted", doc_json="mine")(need(single()))


shop()
"""


def test_a_parsed_dag_has_the_types_of_its_tasks() -> None:
    """Typed or plain, mapped or classic, before any run; what an author documents stays."""
    dag = load_dag(SHOP)
    assert dag.get_task("noted").doc_json == "mine"
    assert max(len(task.doc_json or "") for task in dag.tasks) < 150
    found = graph(serialized_again(dag), {})
    assert {one["id"]: one["returns"] for one in found["tasks"]} == {
        "orders": "list[Order]",
        "single": "dict[str, int]",
        "price": "int",
        "total": "int",
        "log": None,
        "bash": "str",
        "shell": None,
        "need": None,
        "noted": None,
    }
    assert sorted((one["from"], one["to"], one["reads"]) for one in found["edges"]) == [
        ("bash", "shell", [["what", None]]),
        ("need", "noted", []),
        ("orders", "price", [["order", "Order (each item)"]]),
        ("price", "total", [["prices", "list[int]"]]),
        ("single", "need", [["order", "needs order['id']"]]),
        ("total", "log", [["what", None]]),
    ]


def test_the_same_file_is_the_same_version_of_its_dag() -> None:
    """However often it is parsed."""
    hashes = {SerializedDagModel.hash(serialized_again(load_dag(SHOP))) for _ in range(2)}
    assert len(hashes) == 1


def test_a_dag_without_typed_tasks_stays_as_it_is() -> None:
    """To install typedxcom changes no DAG that does not use it."""
    plain = SHOP.replace("typedxcom import dag, task", "airflow.sdk import dag, task")
    assert {task.doc_json for task in load_dag(plain).tasks} == {None, "mine"}


def test_what_tasks_declare_goes_before_what_they_pushed() -> None:
    """A preview of an old run fills in only what the DAG does not say."""
    data = serialized(("a", ["b"]), ("b", ["c"]), ("c", []))
    texts = {"a": declared_text("int", []), "b": declared_text(None, [Read("n", "a", "int")])}
    for task in data["dag"]["tasks"]:
        task["__var"]["doc_json"] = texts.get(task["__var"]["task_id"])
    old = {"a": preview(str, ("b", "old", "str")), "b": preview(float, ("c", "x", "float"))}
    found = graph(data, old)
    assert [one["returns"] for one in found["tasks"]] == ["int", "float", None]
    assert [one["reads"] for one in found["edges"]] == [[["n", "int"]], [["x", "float"]]]
