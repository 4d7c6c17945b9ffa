"""Classes that are defined in the DAG's function, and name each other there."""

from __future__ import annotations

import re
import sys

import pytest

from tests.harness.dagtest import load_dag, run_dag

SOURCE = """
{future}
import dataclasses
from typing import NamedTuple
import msgspec, pydantic
import typing_extensions as te
from airflow.sdk import dag
from typedxcom import XComKey, task

@dag(schedule=None)
def local():
    @dataclasses.dataclass
    class Link:
        value: int
        next: "Link | None" = None
        inside: "list[Inside]" = dataclasses.field(default_factory=list)

    class Inside(NamedTuple):
        key: "Key"

    class Key(te.TypedDict):
        name: str
        more: te.NotRequired["dict[str, Tree]"]

    class Tree(msgspec.Struct):
        children: "list[Tree]" = []

    class Owner(pydantic.BaseModel):
        pets: "list[Pet]" = []

    class Pet(pydantic.BaseModel):
        tag: "Tag"

    @dataclasses.dataclass
    class Tag:
        ids: "Ids"

    Ids = list[int]
    LINK = Link(1, Link(2), [Inside({{"name": "a", "more": {{"b": Tree([Tree()])}}}})])
    OWNER = Owner(pets=[Pet(tag=Tag([1]))])

    @task
    def links() -> list[Link]:
        return [LINK]

    @task
    def owners() -> dict[str, Owner]:
        return {{"me": OWNER}}

    @task(output=Tag)
    def tag():
        return Tag([2])

    @task
    def later(a: "list[Link]", b: "dict[str, Owner]", c: "Tag") -> "Late | None":
        assert a == [LINK], a
        assert b == {{"me": OWNER}}, b
        assert c == Tag([2]), c
        return Late(c)

    @dataclasses.dataclass
    class Late:
        tag: "Tag"

    later(links(), owners(), tag())
    assert XComKey("late", Late)

local()
"""


WAYS = {
    "quoted": SOURCE.format(future=""),
    "future": SOURCE.format(future="from __future__ import annotations"),
}
if sys.version_info >= (3, 14):  # where the fields of a class need no quotes
    WAYS["plain"] = re.sub(r'^( +\w+: )"(.*?)"', r"\1\2", WAYS["quoted"], flags=re.M)


@pytest.mark.parametrize("way", WAYS)
def test_local_classes_name_each_other(way: str) -> None:
    """They travel, of every kind, in any order, with postponed annotations or not."""
    result = run_dag(load_dag(WAYS[way]))
    assert result.state == "success", result.errors
