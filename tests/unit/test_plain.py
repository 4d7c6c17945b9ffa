"""Types that are taken at the parse of a DAG without their codec: their codec can be built."""

from __future__ import annotations

import warnings
from typing import Annotated, Any

import hypothesis
import pydantic
import pytest
from hypothesis import strategies as st

from tests.data import types
from tests.property.types import NATIVE, PYDANTIC, cases
from tests.unit.test_unread import FIELDS, KEYS, Anything, Item, OwnMaking, Unchecked, Wrapped
from typedxcom.codecs import is_surely_read, make_codec
from typedxcom.promises import Promise
from typedxcom.schema import schema_of

ROWS = [row for rows in types.ROWS.values() for row in rows]


class Order(pydantic.BaseModel):
    id: int
    total: float = pydantic.Field(ge=0)
    note: str | None = None
    parts: dict[str, list[Item]] = {}


class Bare(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    other: Anything


def builds(annotation: Any) -> None:
    """Where nothing has to be tried, trying finds nothing."""
    schema = schema_of(annotation)
    if is_surely_read(schema):
        make_codec(annotation, schema)


@pytest.mark.parametrize("annotation", [int, list[str], Order, list[Order], list[list[Order]]])
def test_a_plain_type_needs_no_codec_at_the_parse(annotation: Any) -> None:
    """Most tasks take and give such types, and a parse builds no reader for them."""
    promise = Promise(annotation, schema_of(annotation))
    promise.refuse_unsupported()
    assert "codec" not in vars(promise)
    make_codec(annotation, promise.schema)


@pytest.mark.parametrize("kind", [Unchecked, Wrapped, OwnMaking, Bare, Anything], ids=str)
def test_a_class_with_code_of_its_authors_is_tried(kind: Any) -> None:
    """Only the making of the codec can tell what such code does."""
    assert not is_surely_read(schema_of(kind))
    assert not is_surely_read(schema_of(list[kind]))
    assert not is_surely_read(schema_of(pydantic.create_model("Holder", held=(kind, ...))))


def test_what_is_documented_or_refused_somewhere_agrees() -> None:
    """No type is taken at the parse and refused when the task runs."""
    annotations = [eval(written, vars(types)) for written, _, _ in ROWS]
    annotations += [kind for kind, _ in FIELDS]
    annotations += [dict[kind, Item] for kind, _ in KEYS]
    for annotation in annotations:
        builds(annotation)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                model = pydantic.create_model("Model", f=(annotation, ...))
            except Exception:  # pydantic refuses the class itself
                continue
        for one in (model, list[model], Annotated[model, pydantic.Field(title="t")]):  # type: ignore[valid-type]
            builds(one)


@hypothesis.settings(max_examples=60)
@hypothesis.given(data=st.data(), engine=st.sampled_from([PYDANTIC, NATIVE]))
def test_no_type_is_taken_at_the_parse_alone(data: st.DataObject, engine: str) -> None:
    """The same over made-up types of both libraries."""
    builds(data.draw(cases(engine)).annotation)
