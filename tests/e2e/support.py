"""What the end-to-end tests share: models, and one line to run a DAG that must succeed."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from packaging.version import Version
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.harness.dagtest import DagResult, run_dag

__all__ = ["AIRFLOW", "Item", "Order", "Point", "Split", "Stats", "Tick", "succeed"]

AIRFLOW = Version(importlib.metadata.version("apache-airflow-core")).release[:2]


class Item(BaseModel):
    sku: str
    qty: int = Field(gt=0)


class Order(BaseModel):
    id: int
    at: datetime
    price: Decimal = Decimal("1.10")
    items: list[Item] = []


class Stats(TypedDict):
    zeta: int
    mean: float


class Split(NamedTuple):
    train: list[int]
    test: list[int]


class Tick(msgspec.Struct, frozen=True):
    symbol: str
    price: Decimal


@dataclass(frozen=True)
class Point:
    x: int
    y: float = 0.5


def succeed(dag: Any, **options: Any) -> DagResult:
    """Run *dag*, which must end in success."""
    result = run_dag(dag, **options)
    assert result.state == "success", result
    return result
