"""Which output fits which parameter while the DAG is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from airflow.sdk import DAG
from pydantic import Field

from tests.e2e.wired import (
    Animal,
    Color,
    Dog,
    Less,
    Level,
    Loose,
    N,
    Other,
    Page,
    Pair,
    Partly,
    T,
    Total,
    UserId,
    returns,
    takes,
)
from typedxcom import WiringError, XComArg


@pytest.fixture(autouse=True)
def inside_a_dag():
    with DAG("wiring", schedule=None) as dag:
        yield dag


FITS = [
    (int, int),
    (int, float),
    (bool, int),
    (int, int | None),
    (int, str | int),
    (int | str, str | int | None),
    (None, int | None),
    (Dog, Animal),
    (list[Dog], list[Animal]),
    (list[int], Sequence[float]),
    (list[int], Iterable[int]),
    (dict[str, int], Mapping[str, float]),
    (tuple[int, int], tuple[int, ...]),
    (tuple[int, str], tuple[float, str | None]),
    (Literal["a"], str),
    (Literal["a"], Literal["a", "b"]),
    (Literal[1], float),
    (Level, int),
    (UserId, int),
    (Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]),
    (int, Annotated[int, Field(ge=0)]),
    (Annotated[int, "note"], int),
    (Any, int),
    (int, Any),
    (list, list[int]),
    (list[Any], list[int]),
    (dict, dict[str, int]),
    (Total, Less),
    (Total, Partly),
    (Total, Loose),
    (Page[Dog], Page[Dog]),
    (Pair[str, int], Pair[str, int]),
    (datetime, datetime),
    (list[int] | None, list[float] | None),
    (list[T], list[int]),
    (int, N),
]
MISFITS = [
    (str, int),
    (float, int),
    (int | None, int),
    (int | str, int),
    (Animal, Dog),
    (Dog, Other),
    (list[str], list[int]),
    (list[int | None], list[int]),
    (list[list[int]], list[int]),
    (int, list[int]),
    (list[int], int),
    (dict[str, str], dict[str, int]),
    (dict[int, str], dict[str, str]),
    (tuple[int, str], tuple[int, int]),
    (tuple[int, int, int], tuple[int, int]),
    (Literal["c"], Literal["a", "b"]),
    (str, Literal["a"]),
    (Color, Level),
    (int, UserId),
    (Annotated[str, Field(min_length=1)], int),
    (Partly, Total),
    (Less, Total),
    (Page[str], Page[int]),
    (Pair[str, str], Pair[str, int]),
    (date, int),
    (Decimal, int),
    (None, int),
    (bytes, int),
    (float, N),
]


@pytest.mark.parametrize(("upstream", "downstream"), FITS, ids=str)
def test_what_fits_is_wired(upstream, downstream):
    """The output goes in directly, in an expanded list, and as a mapped item."""
    assert isinstance(takes(downstream)(returns(upstream)), XComArg)
    takes(downstream).expand(value=returns(list[upstream] if upstream else list[None]))
    takes(list[downstream])([returns(upstream)])


@pytest.mark.parametrize(("upstream", "downstream"), MISFITS, ids=str)
def test_what_does_not_fit_is_refused(upstream, downstream):
    """The same pairs are refused directly, in containers, and as mapped items."""
    for wire in (
        lambda: takes(downstream)(returns(upstream)),
        lambda: takes(downstream).expand(value=returns(list[upstream] if upstream else list[None])),
        lambda: takes(list[downstream])([returns(upstream)]),
        lambda: takes(dict[str, downstream])({"k": returns(upstream)}),
    ):
        with pytest.raises(WiringError, match=r"^downstream\(value\) expects .*'upstream"):
            wire()
