"""What OpenLineage is told of fields and rules, without its provider, which is not installed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

import msgspec
import pytest
from pydantic import BaseModel, Field
from typing_extensions import Doc, TypedDict

from typedxcom import PrimaryKey, Table, Unique
from typedxcom.airflow.running.lineage import _rules
from typedxcom.schema.descriptions import descriptions
from typedxcom.tables import schema_for


class Model(BaseModel):
    a: int = Field(description="said")
    b: Annotated[int, Field(description="said")]
    c: int


class Struct(msgspec.Struct):
    a: Annotated[int, msgspec.Meta(description="said")]
    c: int


@dataclass
class Data:
    a: Annotated[int, Doc("said")]
    c: int


class Typed(TypedDict):
    a: Annotated[int, Doc("said")]
    c: int


@pytest.mark.parametrize("cls", [Model, Struct, Data, Typed])
def test_descriptions_are_found_where_authors_write_them(cls: type) -> None:
    """Of every kind of class; a field without one has none."""
    found = descriptions(cls)
    assert found == dict.fromkeys(set(found), "said")
    assert "a" in found
    assert "c" not in found


def test_a_class_whose_names_are_unknown_has_no_descriptions() -> None:
    """Lineage never fails for an annotation that only type checkers can read."""

    @dataclass
    class Unknown:
        a: Nowhere  # type: ignore[name-defined]  # noqa: F821

    assert descriptions(Unknown) == {}


def test_every_rule_of_a_row_is_an_assertion() -> None:
    """Nulls, constraints, keys, and rules over columns."""

    class Row(BaseModel):
        __table_rules__ = {"ends after it starts": "end > start"}

        id: Annotated[int, PrimaryKey()]
        code: Annotated[str | None, Unique()] = None
        start: int = Field(ge=0)
        end: int | None = None

    found = set(_rules(schema_for(Table[Row])))
    assert found == {
        ("not_null", "id"),
        ("not_null", "start"),
        ("no value is below 0", "start"),
        ("unique", "id"),
        ("unique", "code"),
        ("ends after it starts", None),
    }


def test_nothing_of_openlineage_is_imported_for_typed_tasks() -> None:
    """Its provider, where it is loaded, is seen in `sys.modules`; it is never looked for."""
    code = (
        "import sys, typedxcom.airflow.running.operators as o; from typedxcom.airflow.running import "
        "lineage; print(lineage.is_recorded(), any('openlineage' in name for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-2:] == ["False", "False"]
