"""What the annotations of the recorded rows mean. Only ever add to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import math
import pathlib
import uuid
from collections import OrderedDict
from typing import Any, NamedTuple, Optional, Union

import msgspec
import pydantic
from typing_extensions import NotRequired, TypedDict

__all__ = [
    "Any", "Color", "Line", "Model", "Optional", "OrderedDict", "Pair", "Point", "Row", "Union",
    "decimal", "dt", "math", "pathlib", "uuid",
]  # fmt: skip


class Color(enum.Enum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: float


class Row(TypedDict):
    id: int
    note: NotRequired[str]


@dataclasses.dataclass
class Line:
    sku: str
    price: decimal.Decimal


class Pair(msgspec.Struct, rename="camel"):
    first_name: str
    tags: set[str]


class Model(pydantic.BaseModel):
    id: int
    when: dt.datetime
    lines: list[Line] = []
    total: decimal.Decimal = pydantic.Field(default=decimal.Decimal(0), alias="Total")
    parent: Model | None = None


class Entry(pydantic.BaseModel):
    id: int
    name: str | None
