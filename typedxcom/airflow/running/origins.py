"""Which XComs the arguments of a task come from. A signed pointer of another one is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from typedxcom.airflow.private import (
    AirflowXComArg,
    ConcatXComArg,
    MappedArgument,
    MapXComArg,
    ZipXComArg,
)
from typedxcom.airflow.running.stores import stores
from typedxcom.pointer import Origin
from typedxcom.stored.access import Stores

__all__ = ["origins_of", "stores_from"]


def stores_from(*origins: Origin) -> Stores:
    """The stores of this deployment, for a reader that asked for these XComs."""
    found = stores()
    return replace(found, origins=origins) if found.keys and origins else found


def origins_of(value: Any, ti: Any) -> list[Origin]:
    """The XComs that the outputs in *value* stand for, in the run of *ti*.

    The instances of a mapped task have one origin: Airflow hands over their values in a list
    without the indexes.
    """
    return [
        Origin(ti.dag_id, ti.run_id, operator.task_id, key)
        for one in (value, *_sliced(value))
        for operator, key in AirflowXComArg.iter_xcom_references(one)
    ]


def _sliced(value: Any) -> Iterator[Any]:
    """The outputs whose slices are in *value*, which only refers to the task that counted them."""
    if isinstance(value, AirflowXComArg) and hasattr(value, "slices"):
        yield value.slices.source
    for part in _inside(value):
        yield from _sliced(part)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, MappedArgument):
        return [value._input.value]
    if isinstance(value, MapXComArg):
        return [value.arg]
    if isinstance(value, (ZipXComArg, ConcatXComArg)):
        return list(value.args)
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else []
