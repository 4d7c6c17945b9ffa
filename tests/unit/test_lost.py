"""Whether the JSON of one type has values that another type's JSON does not take."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from typedxcom.codecs.jsonschema import form_schema
from typedxcom.codecs.jsonschema.lost import loses
from typedxcom.schema import schema_of


class One(BaseModel):
    a: int


class Two(BaseModel):
    a: int
    b: str


class Maybe(BaseModel):
    a: int
    b: str = ""


class Text(BaseModel):
    a: str


LOST: list[tuple[Any, Any]] = [
    (float, int),
    (int, str),
    (int | None, int),
    (int | str, int),
    (list[int], int),
    (list[int], list[str]),
    (list[list[int | None]], list[list[int]]),
    (tuple[int, int], list[str]),
    (tuple[int, int], tuple[int, str]),
    (list[int], tuple[str, str]),
    (Literal["a", "b"], Literal["a"]),
    (Literal["a"], int),
    (One, Two),
    (One, Text),
    (list[One], list[Text]),
]
KEPT: list[tuple[Any, Any]] = [
    (int, float),
    (int, int | None),
    (int, int | str),
    (list[int], list[float]),
    (list[int], list),
    (list, list[int]),
    (Literal["a"], Literal["a", "b"]),
    (Literal["a"], str),
    (str, Literal["a"]),
    (Two, One),
    (One, Maybe),
    (dict[str, int], One),
    (tuple[int, str], list[int | str]),
    (tuple[int, str], tuple[float, str]),
    (tuple[int, str], list),
    (list[int], tuple[int, int]),
    (Any, int),
    (int, Any),
    (Any, Any),
    (Any | None, int),
]


@pytest.mark.parametrize(
    ("up", "down", "expected"),
    [*((*pair, True) for pair in LOST), *((*pair, False) for pair in KEPT)],
    ids=str,
)
def test_a_type_loses_what_the_other_does_not_take(up: Any, down: Any, expected: bool) -> None:
    """Types, members and fields count. Where a schema says too little, nothing is lost."""
    assert loses(form_schema(schema_of(up)), form_schema(schema_of(down))) is expected
