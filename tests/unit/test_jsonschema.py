"""JSON Schema of every documented type, and the forms of it that Airflow's own form reads."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
import re
from typing import Annotated, Any, Literal

import pydantic
import pytest
import typing_extensions as te
from jsonschema import Draft202012Validator, FormatChecker

from tests.data import types
from typedxcom import Table
from typedxcom.codecs import make_codec
from typedxcom.codecs.jsonschema import form_schema, json_schema
from typedxcom.errors import TypedXComError, UnsupportedTypeError
from typedxcom.schema import schema_of

ROWS = [
    (written, value)
    for rows in types.ROWS.values()
    for written, value, verdict in rows
    if verdict != types.REFUSED
]
PROBES: list[Any] = [
    None, 0, 1, -1, 2**70, 1.5, "", "a", "2024-01-01", "2024-02-30", "2024-01-01T00:00:00",
    "10:00:00", "PT", "red", [], [1], ["a"], [1, "a"], [1, 2], [None], {}, {"x": 1}, {"1": "a"},
    {"a": 1}, {"a": "b"}, {"kind": "cat"}, {"items": [1]}, {"type": "Other", "y": 1}, {"Total": 1},
    {"total": 1}, {"item": 1}, {"red": 1}, "1.2.3.4", "1/2", "aGk=",
]  # fmt: skip
CHECKED_BY_CODE = (  # what a text says, which only the class that reads it knows
    "complex", "ipaddress.", "zoneinfo.", "pydantic.", "dict[bool", "Annotated[Union[Cat",
    "Annotated[float",  # pydantic 2.11 reads no int of 2**70 as such a float
)  # fmt: skip
SPELLED_OTHERWISE = ("pydantic.",)  # values of a class that it also reads from others


def accepts(schema: Any, value: Any) -> bool:
    """Whether *schema* accepts *value*."""
    Draft202012Validator.check_schema(schema)
    return bool(Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value))


def reads(codec: Any, value: Any) -> bool:
    """Whether *codec* reads the JSON *value*."""
    try:
        codec.decode(json.dumps(value).encode())
    except TypedXComError:
        return False
    return True


@pytest.mark.parametrize(("written", "value"), ROWS, ids=[row[0] for row in ROWS])
def test_the_schema_accepts_what_the_reader_does(written: str, value: str) -> None:
    """Of every documented type, the schema accepts the value, and refuses what is not read."""
    annotation: Any = eval(written, vars(types))
    schema = schema_of(annotation)
    try:
        codec = make_codec(annotation, schema)
    except UnsupportedTypeError:
        pytest.skip("an older pydantic refuses it")
    found = json_schema(schema)
    own = json.loads(json.dumps(codec.to_tree(eval(value, vars(types)))))
    assert accepts(found, own)
    for probe in PROBES:
        is_read, is_accepted = reads(codec, probe), accepts(found, probe)
        if is_read != is_accepted:
            meant = SPELLED_OTHERWISE if is_read else CHECKED_BY_CODE
            assert written.startswith(meant), (probe, found)


class Region(enum.Enum):
    """An enum whose members have other names than values."""

    EU = "eu"
    US = "us"


class Window(pydantic.BaseModel):
    """A nested model."""

    start: dt.date = pydantic.Field(description="The first day.")
    end: dt.date


class Tree(pydantic.BaseModel):
    """A model that contains itself."""

    name: str
    parts: list[Tree] = []


@dataclasses.dataclass
class Two:
    """A class that is used twice."""

    left: Window
    right: Window | None = None


FORMS: list[tuple[Any, dict[str, Any]]] = [
    (int | None, {"type": ["integer", "null"]}),
    (
        Annotated[int, pydantic.Field(ge=1, lt=9)] | None,
        {"type": ["integer", "null"], "minimum": 1, "exclusiveMaximum": 9},
    ),
    (
        Region,
        {"type": "string", "enum": ["eu", "us"], "values_display": {"eu": "EU", "us": "US"}},
    ),
    (
        Region | None,
        {
            "type": ["string", "null"],
            "enum": ["eu", "us", None],
            "values_display": {"eu": "EU", "us": "US"},
        },
    ),
    (Literal["full", "delta"], {"type": "string", "enum": ["full", "delta"]}),
    (
        Annotated[str, pydantic.Field(min_length=2, pattern="^a")],
        {"type": "string", "minLength": 2, "pattern": "^a"},
    ),
    (
        Annotated[list[int], pydantic.Field(max_length=3)],
        {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
    ),
    (dict[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
]


@pytest.mark.parametrize(("annotation", "expected"), FORMS, ids=[str(one[0]) for one in FORMS])
def test_a_form_reads_it(annotation: Any, expected: dict[str, Any]) -> None:
    """``T | None`` is a list of types, and an enum has its values and their labels."""
    assert form_schema(schema_of(annotation)) == expected


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        (dt.date, "date"),
        (dt.date | None, "date"),
        (dt.datetime, "date-time"),
        (dt.time, "time"),
        (decimal.Decimal, None),
    ],
)
def test_the_form_chooses_its_input_by_the_format(annotation: Any, shown: str | None) -> None:
    """Dates and times get their pickers."""
    assert form_schema(schema_of(annotation)).get("format") == shown


def test_a_form_has_nested_models_in_their_place() -> None:
    """Airflow's form follows no reference, so a model is written where it is used."""
    form = form_schema(schema_of(Two))
    assert "$ref" not in json.dumps(form)
    assert form["properties"]["left"]["properties"]["start"]["description"] == "The first day."
    assert form["properties"]["right"]["type"] == ["object", "null"]


def test_other_languages_get_each_class_once() -> None:
    """With ``$defs``, code generators make one class of a class that is used twice."""
    found = json_schema(schema_of(Two))
    assert set(found["$defs"]) == {"Two", "Window"}
    assert found["$ref"] == "#/$defs/Two"


@pytest.mark.parametrize("write", [form_schema, json_schema])
def test_a_class_may_contain_itself(write: Any) -> None:
    """A recursive class stays a reference inside, and the check at the trigger follows it."""
    found = write(schema_of(Tree))
    assert accepts(found, {"name": "a", "parts": [{"name": "b"}]})
    assert not accepts(found, {"name": "a", "parts": [{"name": 1}]})
    if write is form_schema:
        assert found["type"] == "object"


def test_a_validator_that_comes_first_leaves_the_schema_open() -> None:
    """A value that a validator turns into the right one is not refused at the trigger."""
    annotation: Any = Annotated[list[int], pydantic.BeforeValidator(lambda text: text.split(","))]
    assert form_schema(schema_of(annotation)) == {}


@pytest.mark.parametrize(
    ("annotation", "cure"),
    [
        (Table[Window], "give the path of a file"),
        (pydantic.SecretStr, "pass the id of an Airflow Connection"),
        (list[type], "Instead"),
    ],
)
def test_what_no_form_can_give_is_refused(annotation: Any, cure: str) -> None:
    """The error says what to use instead."""
    with pytest.raises(UnsupportedTypeError, match=cure):
        form_schema(schema_of(annotation))


def test_a_refusal_names_the_type() -> None:
    """So that the author finds it in a class of many fields."""
    with pytest.raises(UnsupportedTypeError, match=r"^`SecretStr` has no JSON"):
        form_schema(schema_of(dict[str, pydantic.SecretStr]))


class Mixed(enum.Enum):
    ONE = 1
    B = "b"


@pytest.mark.parametrize("key", [Mixed, Literal[1, "b"]])
def test_keys_of_several_types_are_their_texts(key: Any) -> None:
    """The keys of a JSON object are text, so a number among them is its text."""
    found = json_schema(schema_of(dict[key, int]))
    assert found["propertyNames"] == {"enum": ["1", "b"]}
    assert accepts(found, {"1": 0, "b": 0})
    assert not accepts(found, {"2": 0})


def test_classes_of_one_name_are_told_apart() -> None:
    """Each has a definition of its own, also where it has a name that looks numbered."""
    both = [pydantic.create_model("Part", **{name: (int, ...)}) for name in ("x", "y", "z")]
    found = json_schema(schema_of(tuple[both[0], both[1], both[2]]))  # type: ignore[name-defined]
    assert set(found["$defs"]) == {"Part", "Part-2", "Part-3"}
    assert accepts(found, [{"x": 1}, {"y": 1}, {"z": 1}])
    assert not accepts(found, [{"x": 1}, {"y": 1}, {"x": 1}])


def test_a_closed_typeddict_takes_no_other_key() -> None:
    """A TypedDict is open unless it says otherwise."""
    fields = {"a": int}
    closed = te.TypedDict("closed", fields, closed=True)  # type: ignore[misc, call-arg]
    opened = te.TypedDict("opened", fields)  # type: ignore[misc]
    value = {"a": 1, "b": 2}
    assert not accepts(json_schema(schema_of(closed)), value)
    assert accepts(json_schema(schema_of(opened)), value)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (pydantic.PastDate, "2024-01-01", "2024-02-30"),
        (pydantic.AwareDatetime, "2024-01-01T10:00:00Z", "2024-01-01T25:00:00Z"),
    ],
)
def test_dates_of_pydantics_own_have_a_pattern(kind: Any, right: str, wrong: str) -> None:
    """Airflow checks no format but that of a date, so the pattern refuses a wrong one."""
    found = form_schema(schema_of(kind))
    assert re.search(found["pattern"], right)
    assert not re.search(found["pattern"], wrong)
