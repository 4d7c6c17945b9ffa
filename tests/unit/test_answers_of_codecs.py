"""What codecs say of values that they do not take, and what they make of odd spellings."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest

from typedxcom import Table
from typedxcom.codecs import make_codec, serde
from typedxcom.codecs.jsonschema import json_schema
from typedxcom.codecs.jsonschema.lost import loses
from typedxcom.codecs.problems import repair
from typedxcom.codecs.roundtrip.sameness import deep
from typedxcom.codecs.text import read_text
from typedxcom.errors import DecodeError, EncodeError, UnsupportedTypeError, ValidationError
from typedxcom.exchange import load
from typedxcom.schema import schema_of


def codec(annotation: Any) -> Any:
    return make_codec(annotation, schema_of(annotation))


def in_form(name: str, data: Any, version: int = 2) -> dict[str, Any]:
    """As Airflow writes it."""
    return {"__classname__": name, "__version__": version, "__data__": data}


class Limited(msgspec.Struct):
    number: Annotated[int, msgspec.Meta(ge=1, le=9)]
    text: Annotated[str, msgspec.Meta(max_length=3)]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Limited(0, ""), "expected `int` >= 1, got `0` - at `$.number`"),
        (Limited(12, ""), "expected `int` <= 9, got `12` - at `$.number`"),
        (Limited(1, "four"), "at `$.text`"),
    ],
)
def test_a_broken_limit_is_named_with_the_value(value: Limited, told: str) -> None:
    """The limit that is broken, and not the others."""
    with pytest.raises(ValidationError) as caught:
        codec(Limited).encode(value)
    assert told in str(caught.value)
    assert str(caught.value).count("expected") == 1


class Open(pydantic.BaseModel):
    inside: Any


def test_what_pydantic_cannot_parse_has_its_reason() -> None:
    """It is nested deeper than pydantic goes, though Python reads it."""
    text = b'{"inside": %s1%s}' % (b"[" * 300, b"]" * 300)
    with pytest.raises(DecodeError, match=r"pydantic cannot read the JSON .*recursion limit"):
        codec(Open).decode(text)


class Raw(pydantic.BaseModel):
    data: bytes


class Never(pydantic.BaseModel):
    inside: Any


def test_bytes_that_are_no_text_come_with_the_setting_that_helps() -> None:
    """And another fault comes without it."""
    with pytest.raises(EncodeError, match="ser_json_bytes"):
        codec(Raw).encode(Raw(data=b"\xff"))
    with pytest.raises(EncodeError) as caught:
        codec(Never).encode(Never(inside=object()))
    assert "ser_json_bytes" not in str(caught.value)


class Nested(pydantic.BaseModel):
    inner: Nested | None = None


def test_what_is_nested_too_deeply_says_so_with_its_class() -> None:
    """Neither a RecursionError nor a bare error."""
    made = Nested()
    for _ in range(20_000):
        made = Nested.model_construct(inner=made)
    with pytest.raises(EncodeError, match="Nested"):
        codec(Nested).to_tree(made)


@pytest.mark.parametrize("style", ["model", "dataclass"])
def test_json_schema_is_closed_where_the_class_is(style: str) -> None:
    """With ``extra="forbid"``, however the class says it."""
    config = pydantic.ConfigDict(extra="forbid")

    class Closed(pydantic.BaseModel):
        model_config = config
        n: int

    @pydantic.dataclasses.dataclass(config=config)
    class AlsoClosed:
        n: int

    class Wide(pydantic.BaseModel):
        n: int

    closed = Closed if style == "model" else AlsoClosed
    assert '"additionalProperties": False' in str(json_schema(schema_of(closed))).replace("'", '"')
    assert "additionalProperties" not in str(json_schema(schema_of(Wide)))


@pytest.mark.parametrize(
    ("up", "down", "lost"),
    [
        ({"enum": [True]}, {"type": "boolean"}, False),
        ({"enum": [True]}, {"type": "string"}, True),
        ({"const": 1}, {"type": "number"}, False),
        ({"type": "integer"}, {}, False),
        ({}, {"type": "integer"}, False),
        ({"type": "string"}, {"type": ["string", "null"]}, False),
    ],
)
def test_json_schemas_are_compared_by_types(up: Any, down: Any, lost: bool) -> None:
    """A schema that says nothing loses nothing."""
    assert loses(up, down) is lost


class Counts(pydantic.BaseModel):
    counts: dict[str, int]


def test_a_long_key_is_cut_in_a_path() -> None:
    """An error stays short whatever the keys are."""
    with pytest.raises(ValidationError) as caught:
        codec(Counts).decode(b'{"counts": {"%s": "x"}}' % (b"k" * 500))
    assert "k" * 40 in str(caught.value)
    assert "k" * 41 not in str(caught.value)


@pytest.mark.parametrize(
    ("annotation", "tree", "wanted"),
    [
        (int, True, 1),
        (float, True, 1.0),
        (bool, True, True),
        (tuple[int, str], [True, "a"], [1, "a"]),
        (tuple[int, str], (True, "a"), (1, "a")),
        (list[float], (False,), (0.0,)),
        (tuple[int, str], [True], [True]),
        (int | str, True, 1),
        (int | bool, True, True),
    ],
)
def test_a_bool_where_a_number_is_wanted_becomes_one(
    annotation: Any, tree: Any, wanted: Any
) -> None:
    """In containers too, which stay what they are."""
    found = repair(schema_of(annotation), tree)
    assert (repr(found), type(found)) == (repr(wanted), type(wanted))


class Short(pydantic.BaseModel):
    name: Annotated[str, pydantic.Field(min_length=2, max_length=4)]


@pytest.mark.parametrize("name", ["x", "fives"])
def test_a_limit_that_was_walked_around_is_found(name: str) -> None:
    """`model_construct` checks nothing, so the proof of a list does."""
    made = [Short(name="abc"), Short.model_construct(name=name)]
    with pytest.raises(ValidationError, match=r"\$\[1\]\.name"):
        codec(list[Short]).encode(made)


class At(pydantic.BaseModel):
    at: dt.datetime


def test_datetimes_without_a_zone_come_back() -> None:
    """If they have no fold, which is lost."""
    made = codec(list[At])
    values = [At(at=dt.datetime(2026, 1, 1)), At(at=dt.datetime(2026, 1, 1, 2, 3))]
    assert made.decode(made.encode(values).text) == values
    with pytest.raises(EncodeError, match="fold"):
        made.encode([At(at=dt.datetime(2026, 1, 1, fold=1))])


def test_an_item_of_a_set_that_would_change_is_shown_where_it_is() -> None:
    """Each item is compared with its own, and the path leads through the set."""
    values = [set(), {dt.datetime(2025, 5, 5), dt.datetime(2026, 1, 1, fold=1)}]
    with pytest.raises(EncodeError, match=r"\$\[1\]\[datetime\.datetime\(2026"):
        codec(list[set[dt.datetime]]).encode(values)


@pytest.mark.parametrize(("other", "lost"), [({1, 2}, False), ({1, 3}, True), ({1}, True)])
def test_sets_without_a_type_are_compared_item_by_item(other: set[int], lost: bool) -> None:
    """What is missing is a fault, and the rest is left to compare."""
    todo: list[Any] = []
    assert (deep({1, 2}, other, None, todo) is not None) is lost
    assert all(one == theirs for _, one, theirs, _ in todo)


@pytest.mark.parametrize(
    ("entry", "annotation", "wanted"),
    [
        (in_form("datetime.timedelta", 90.5), dt.timedelta, dt.timedelta(seconds=90.5)),
        (
            in_form("datetime.datetime", {"timestamp": 0.0, "tz": "Europe/Paris"}),
            dt.datetime,
            dt.datetime(1970, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        ),
        (
            in_form("datetime.datetime", {"timestamp": 60.0, "tz": None}),
            dt.datetime,
            dt.datetime.fromtimestamp(60.0),
        ),
    ],
)
def test_times_in_airflows_form_are_read_by_the_annotation(
    entry: Any, annotation: Any, wanted: Any
) -> None:
    """With the zone that they were written with."""
    found = load(entry, codec(annotation), airflow=pytest.fail)
    assert found == wanted
    assert getattr(found, "tzinfo", None) is None or found.utcoffset() == wanted.utcoffset()


class City(pydantic.BaseModel):
    name: str


def test_a_table_of_airflow_is_refused_with_the_cure() -> None:
    """A number is not read from a frame, and no rows from a reference to a table."""
    with pytest.raises(DecodeError, match=r"`int` does not read.*pandas\.DataFrame"):
        load(in_form("pandas.DataFrame", "00", 1), codec(int), airflow=pytest.fail)
    for name in ("deltalake.table.DeltaTable", "pyiceberg.table.Table"):
        with pytest.raises(DecodeError, match="Annotate the parameter with a model that has"):
            serde.refuse_table(in_form(name, {}, 1), schema_of(Table[City]))


def test_a_lone_surrogate_in_bytes_is_read() -> None:
    """As in the text that JSON makes of it."""
    assert read_text(b'["\xed\xa0\x80"]') == read_text('["\ud800"]') == ["\ud800"]


def test_a_pattern_beside_a_collection_is_refused_where_it_crashes() -> None:
    """msgspec's alone; the error holds the annotation."""
    crashes = Annotated[str, msgspec.Meta(pattern="a")] | list[int]
    with pytest.raises(UnsupportedTypeError, match="msgspec crashes") as caught:
        codec(crashes)
    assert caught.value.annotation == crashes
    works = codec(Annotated[str, pydantic.Field(pattern="a")] | list[int])
    assert works.decode(b'"a"') == "a"


_AT_LEAST_0 = Annotated[int, msgspec.Meta(ge=0)]


@pytest.mark.parametrize(
    "union",
    [
        _AT_LEAST_0 | Annotated[int, msgspec.Meta(le=-5)], _AT_LEAST_0 | int, dict[str, _AT_LEAST_0 | int | str],
        Annotated[float, msgspec.Meta(ge=0)] | Annotated[float, msgspec.Meta(gt=0)] | None,
        Annotated[str, msgspec.Meta(max_length=1)] | Annotated[str, msgspec.Meta(min_length=3)],
        Annotated[dt.datetime, msgspec.Meta(tz=True)] | Annotated[dt.datetime, msgspec.Meta(tz=False)],
    ],
    ids=str,
)  # fmt: skip
def test_limits_that_msgspec_would_merge_are_refused(union: Any) -> None:
    """It asks all limits of each value, so that a right value would break the contract."""
    with pytest.raises(UnsupportedTypeError, match="msgspec asks every limit of each") as caught:
        codec(union)
    assert caught.value.annotation == union


def test_limits_of_other_types_and_of_pydantic_may_stand_side_by_side() -> None:
    """Each is asked of its own values."""
    apart = codec(
        _AT_LEAST_0 | Annotated[float, msgspec.Meta(le=0)] | Annotated[int, msgspec.Meta(ge=0)]
    )
    assert [apart.decode(b"5"), apart.decode(b"-1.5")] == [5, -1.5]
    pydantics = codec(Annotated[int, pydantic.Field(ge=0)] | Annotated[int, pydantic.Field(le=-5)])
    assert [pydantics.decode(b"5"), pydantics.decode(b"-6")] == [5, -6]


@dataclasses.dataclass
class Köln:
    größe: int
    art: Literal["Dom"] = "Dom"


def test_a_field_beyond_ascii_is_read_by_a_process_that_never_wrote_it() -> None:
    """msgspec finds such a name only if it knows the very string."""
    assert codec(Köln).decode('{"größe": 157, "art": "Dom"}'.encode()) == Köln(157)
