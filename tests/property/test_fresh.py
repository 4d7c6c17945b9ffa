"""What a worker reads that never wrote such a value: the round trip ends in another process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest
from hypothesis import event, given, reject
from hypothesis import strategies as st
from pydantic.errors import PydanticSchemaGenerationError

from tests.property import zoo
from tests.property.fresh import CLASSES, built, read_and_write
from typedxcom.codecs import make_codec
from typedxcom.errors import UnsupportedTypeError
from typedxcom.exchange import dump, opened
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

NAMES = st.text("aßéя名", min_size=1, max_size=4) | st.sampled_from(["größe", "x", "naïve"])
VALUES = {
    "int": st.integers(-9, 9),
    "str": st.text("aé", max_size=3),
    "floats": st.lists(st.sampled_from([0.0, 0.5, 1e9]), max_size=2),
    "texts": st.dictionaries(st.text("aé", max_size=3), st.text("aé", max_size=3), max_size=2),
}
WHOLE = [*zoo.NATIVE.values(), *zoo.PYDANTIC.values()]


@st.composite
def recipes(draw: st.DrawFn, depth: int = 3) -> Any:
    """A recipe of types, with classes of every kind at any depth."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        leaves = st.tuples(st.just("leaf"), st.sampled_from(sorted(VALUES)))
        return draw(leaves | st.tuples(st.just("zoo"), st.integers(0, len(WHOLE) - 1)))
    kind = draw(st.sampled_from([*CLASSES, "list", "optional", "dict"]))
    inner = recipes(depth=depth - 1)
    if kind in CLASSES:
        return kind, draw(st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3, unique_by=lambda pair: pair[0]))  # fmt: skip
    return kind, draw(inner)


def entries(recipe: Any) -> st.SearchStrategy[Any]:
    """What the XComs of such values hold."""
    kind, parts = recipe
    if kind == "leaf":
        return VALUES[parts]
    if kind == "zoo":
        return WHOLE[parts].map(lambda value: written(built(recipe), value))
    if kind in CLASSES:
        if kind == "generic":  # its fields are all of the first one's type
            parts = [(name, parts[0][1]) for name, _ in parts]
        fields = {name: entries(part) for name, part in parts}
        if kind == "namedtuple":
            return st.tuples(*fields.values()).map(list)
        if kind == "partial":
            return st.fixed_dictionaries({}, optional=fields)
        return st.fixed_dictionaries(fields)
    inside = entries(parts)
    many = st.dictionaries(st.text("aé", max_size=3), inside, max_size=2)
    return {"list": st.lists(inside, max_size=2), "optional": inside, "dict": many}[kind]


def written(annotation: Any, value: Any) -> Any:
    """The entry of *value*."""
    return dump(value, make_codec(annotation, schema_of(annotation)), settings=Settings())


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """Another process, which imports the types and has never written a value of them."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@given(data=st.data())
def test_a_fresh_process_reads_what_was_written(
    worker: ProcessPoolExecutor, data: st.DataObject
) -> None:
    """A reader finds every field, whatever its name, in classes that it has never written."""
    recipe = data.draw(recipes())
    try:
        built_here = built(recipe)
        make_codec(built_here, schema_of(built_here))
    except (UnsupportedTypeError, PydanticSchemaGenerationError):  # a Struct in a model
        reject()
    entry = data.draw(entries(recipe))
    event(recipe[0])
    assert worker.submit(read_and_write, recipe, entry).result() == opened(entry)
