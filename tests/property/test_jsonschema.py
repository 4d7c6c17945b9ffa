"""The JSON Schema of an annotation accepts a JSON value exactly when its reader does.

These differences are meant:

- A schema has no word for what code checks: validators, digits of a Decimal, bounds of dates. The
  reader checks it.
- Python takes a bool for a number, and JSON Schema takes 1.0 for an integer.
- Of several spellings of one value, such as ``" 1"`` and ``"1_0"`` for a Decimal, a schema has the
  usual ones. In lax mode, in which most pydantic models read, ``"5"`` is such a spelling of 5.
- A duration may have years and weeks, which pydantic writes and msgspec does not read.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from tests.property.types import NATIVE, PYDANTIC, Case, cases
from typedxcom.codecs import make_codec
from typedxcom.codecs.jsonschema import form_schema, json_schema
from typedxcom.errors import TypedXComError
from typedxcom.schema import schema_of

OTHERS: list[Any] = [
    None, "", "a", "abc", "2024-02-29", "2023-02-29", "2024-01-01T00:00:00+25:00",
    "2024-01-01T00:00:00Z", "10:00:00", "24:00:00", "P1D", "PT", "-P1DT2.5S", "red", "yes", 7, -7,
    2**70, 1.5, [], ["a"], [1.5, 2.5, 3.5, 4.5], {}, {"zz": "a"}, {"1": 2.5}, "1/2", "1/0", "aGk=",
    "a", "12345678-1234-5678-1234-567812345678", "12345678-123456781234567812345678",
]  # fmt: skip


def accepted(schema: Any, value: Any) -> bool:
    """Whether *schema* accepts *value*, formats included, as Airflow asks it."""
    Draft202012Validator.check_schema(schema)
    return bool(Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value))


def written(case: Case, value: Any) -> Any:
    """The JSON that a contract writes of *value*."""
    codec = make_codec(case.annotation, schema_of(case.annotation))
    try:
        text = json.dumps(codec.to_tree(codec.check(value)), allow_nan=False)
        codec.decode(text.encode())
    except (TypedXComError, ValueError):  # no JSON for it, or none that comes back
        assume(False)
    return json.loads(text)


def changed(draw: st.DrawFn, tree: Any) -> Any:
    """*tree* with one part replaced, taken away or added."""
    if isinstance(tree, dict) and tree and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(tree)))
        rest = {name: part for name, part in tree.items() if name != key}
        return rest if draw(st.integers(0, 3)) == 0 else {**rest, key: changed(draw, tree[key])}
    if isinstance(tree, list) and tree and draw(st.booleans()):
        index = draw(st.integers(0, len(tree) - 1))
        rest = [*tree[:index], *tree[index + 1 :]]
        part = changed(draw, tree[index])
        return rest if draw(st.integers(0, 3)) == 0 else [*rest[:index], part, *rest[index:]]
    return draw(st.sampled_from(OTHERS))


@settings(max_examples=150)
@given(data=st.data())
def test_what_is_written_is_accepted(data: st.DataObject) -> None:
    """Every value of a type has a JSON form that both schemas of the type accept."""
    case = data.draw(cases(data.draw(st.sampled_from([NATIVE, PYDANTIC])), wild=False))
    schema = schema_of(case.annotation)
    tree = written(case, data.draw(case.values))
    assert accepted(json_schema(schema), tree)
    form = form_schema(schema)
    # Airflow checks `format: time` as HH:MM:SS. A parameter whose default says more goes without.
    assert '"time"' in json.dumps(form) or accepted(form, tree)


@settings(max_examples=150)
@given(data=st.data())
def test_the_schema_and_the_reader_agree(data: st.DataObject) -> None:
    """A value that msgspec reads is accepted, and one that it refuses is refused."""
    case = data.draw(cases(NATIVE, wild=False))
    schema = schema_of(case.annotation)
    codec = make_codec(case.annotation, schema)
    tree = changed(data.draw, written(case, data.draw(case.values)))
    try:
        codec.decode(json.dumps(tree).encode())
        reads = True
    except TypedXComError:
        reads = False
    verdict = accepted(json_schema(schema), tree)
    assert verdict == reads, (tree, json_schema(schema))
