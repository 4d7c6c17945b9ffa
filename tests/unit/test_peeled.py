"""Names and limits are taken off a schema by one function."""

from __future__ import annotations

from typing import Annotated, Any, NewType

import pytest
import typing_extensions as te
from pydantic import Field

from typedxcom.schema import schema_of
from typedxcom.schema.nodes import Alias, Written, bare, peeled

Ids = NewType("Ids", list[int])
Limited = Annotated[list[int], Field(min_length=1)]
Known = te.TypeAliasType("Known", list[int])
Deep = te.TypeAliasType("Deep", Annotated[Ids, Field(max_length=3)])


@pytest.mark.parametrize("annotation", [list[int], Ids, Limited, Known, Deep], ids=str)
def test_what_only_names_or_narrows_a_type_is_peeled(annotation: Any) -> None:
    """NewTypes, constraints, aliases and what a DAG file writes, also inside each other."""
    for schema in (schema_of(annotation), Written(schema_of(annotation))):
        assert peeled(schema) == schema_of(list[int])


def test_other_types_stay() -> None:
    """A union keeps its members' names, an alias without a target stays, and so does None."""
    union = schema_of(Ids | None)
    assert peeled(union) is union
    assert peeled(None) is None
    unresolved = Alias("Later", [])
    assert peeled(unresolved) is unresolved
    assert bare(schema_of(Ids)) == peeled(schema_of(Ids))
