"""The graph of contracts, whatever the rows of the database hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from typedxcom.airflow.tab.contracts import graph
from typedxcom.preview import make_preview, read_preview
from typedxcom.schema import schema_of


def serialized(*tasks: tuple[str, list[str]]) -> dict[str, Any]:
    fields = [{"task_id": name, "downstream_task_ids": readers} for name, readers in tasks]
    return {
        "__version": 3,
        "dag": {"tasks": [{"__var": one, "__type": "operator"} for one in fields]},
    }


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
    assert max(len(one["id"]) for one in found["tasks"]) <= 200
