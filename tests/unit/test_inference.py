"""What the code of a function shows about its value, by the table that mypy is held to as well."""

from __future__ import annotations

import datetime as dt
import enum
import warnings
from typing import Annotated, Any, Literal, NewType

import msgspec
import pydantic
import pytest
from annotated_types import Len
from pydantic_core import core_schema

from tests.data.inferred import CASES, EDGES, names_of
from typedxcom import inference
from typedxcom.inference import returned_by, source
from typedxcom.schema import UNKNOWN, schema_of
from typedxcom.schema.nodes import Scalar
from typedxcom.schema.possible import misfit
from typedxcom.schema.relation import mismatches


@pytest.mark.parametrize("case", CASES, ids=str)
def test_code_shows_what_a_function_returns(case):
    """The type in words, and nothing where it is not certain."""
    found = returned_by(names_of(case.source)["made"])
    assert ("unknown" if found is UNKNOWN else str(found)) == case.returns


@pytest.mark.parametrize("case", EDGES, ids=str)
def test_what_code_shows_refuses_only_what_cannot_work(case):
    """The relation of inferred types is right in both directions."""
    names = names_of(case.source)
    found = mismatches(returned_by(names["made"]), schema_of(eval(case.reader, names)))
    assert (found == []) == case.is_right, found


def test_a_function_without_source_shows_nothing():
    """One that was made by `exec` has no lines to read."""
    space: dict[str, Any] = {}
    exec("def made():\n    return 1\n", space)
    assert returned_by(space["made"]) is UNKNOWN


def test_another_function_on_the_same_lines_shows_nothing():
    """A file that was edited since it was imported tells nothing of the old function."""
    made = names_of("def made():\n    return 1\n")["made"]
    names_of("def other():\n    return 'a'\n")
    assert returned_by(made) is UNKNOWN


class Rooted(pydantic.RootModel[list[int]]):
    pass


class Arranged(msgspec.Struct, array_like=True):
    a: int


class Prepared(pydantic.BaseModel):
    a: int

    @pydantic.model_validator(mode="before")
    @classmethod
    def _from_list(cls, given: Any) -> Any:
        return {"a": given[0]} if isinstance(given, list) else given


class SelfMade(pydantic.BaseModel):
    a: int

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.any_schema()


with warnings.catch_warnings():
    warnings.simplefilter("ignore", pydantic.PydanticDeprecatedSince20)

    class OldRoot(pydantic.BaseModel):
        a: int

        @pydantic.root_validator(pre=True)
        def _from_list(cls, given: Any) -> Any:
            return {"a": given[0]} if isinstance(given, list) else given

    class OldField(pydantic.BaseModel):
        a: int

        @pydantic.validator("a", pre=True)
        def _counted(cls, given: Any) -> Any:
            return len(given)


class NewField(pydantic.BaseModel):
    a: int

    @pydantic.field_validator("a", mode="before")
    @classmethod
    def _counted(cls, given: Any) -> Any:
        return len(given)


class Plain(pydantic.BaseModel):
    a: int


@pytest.mark.parametrize("reader", [Rooted, Arranged, Prepared, SelfMade, OldRoot])
@pytest.mark.parametrize("code", ["[1]", "1", "'a'", "Color.RED"])
def test_a_class_that_may_read_anything_refuses_nothing(reader, code):
    """Its author decides what it takes, by pydantic's new or old means, and by msgspec's."""
    made = returned_by(names_of(f"def made():\n    return {code}\n")["made"])
    assert mismatches(made, schema_of(reader)) == []
    assert mismatches(made, schema_of(Plain)) != []


class Strict(enum.Enum):
    A = "a"


class Lenient(enum.Enum):
    A = "a"

    @classmethod
    def _missing_(cls, value: object) -> Any:
        return cls.A


class Flags(enum.Flag):
    ONE = 1
    FOUR = 4


@pytest.mark.parametrize(
    ("code", "reader"), [("'a'", Strict), ("'x'", Lenient), ("5", Flags), ("6", Flags)]
)
def test_an_enum_refuses_a_constant_only_if_nobody_can_make_a_member_of_it(code, reader):
    """A Flag has members for sums, and the class may have a `_missing_` of its own."""
    made = returned_by(names_of(f"def made():\n    return {code}\n")["made"])
    assert mismatches(made, schema_of(reader)) == []


@pytest.mark.parametrize("reader", [OldField, NewField])
def test_a_field_with_a_validator_of_its_own_takes_any_value(reader):
    """Only its key is looked for."""
    fits, lacks = (
        returned_by(names_of(f"def made():\n    return {{{key!r}: [1]}}\n")["made"])
        for key in ("a", "b")
    )
    assert mismatches(fits, schema_of(reader)) == []
    assert mismatches(fits, schema_of(Plain)) != []
    assert [str(one) for one in mismatches(lacks, schema_of(reader))] == ["missing `a` - at `$.a`"]


@pytest.mark.parametrize(
    ("code", "reader", "reason"),
    [
        ("1", list[int], "`int` is not `list[int]`"),
        ("True", str, "`bool` is not `str`"),
        ("'a'", float, "`str` is not `float`"),
        ("None", int, "`None` is not `int`"),
        ("1.5", dict[str, int], "`float` is not `dict[str, int]`"),
        ("'a'", Literal["b", "c"], "'a' is not in `Literal['b', 'c']`"),
        ("[1]", str, "`list[int]` is not `str`"),
        ("{1: 2}", list[int], "`dict[int, int]` is not `list[int]`"),
        *[
            ("Color.RED", one, f"`Color` is not `{shown}`")
            for one, shown in [
                (list[int], "list[int]"),
                (tuple[int], "tuple[int]"),
                (dict[str, int], "dict[str, int]"),
                (Plain, "Plain"),
            ]
        ],
        ("'x'", Strict, "'x' is not in `Strict`"),
        ("(1, 2)", tuple[int], "`tuple[int, int]` has 2 items, `tuple[int]` has 1"),
    ],
)
def test_the_reason_names_both_types(code, reader, reason):
    """What was seen in the code stands first."""
    made = returned_by(names_of(f"def made():\n    return {code}\n")["made"])
    assert [str(one) for one in mismatches(made, schema_of(reader))] == [f"{reason} - at `$`"]


Name = NewType("Name", str)


@pytest.mark.parametrize("seen", [str, Name, Annotated[str, Len(1)], Annotated[Name, Len(1)]])
def test_a_name_or_a_limit_around_a_text_changes_nothing(seen):
    """What cannot read a text cannot read these, and what may, may."""
    up = schema_of(seen)
    assert misfit(up, schema_of(int)) is not None
    assert misfit(up, schema_of(list[int])) is not None
    assert misfit(up, schema_of(dt.date)) is None
    assert misfit(up, schema_of(Name | None)) is None


PROCEDURES = [
    "print(1)",
    "for n in range(3):\n    print(n)",
    "if len('a'):\n    print(1)\nelse:\n    print(2)",
    "with open('a') as file:\n    file.write('1')",
    "try:\n    print(1)\nexcept ValueError:\n    print(2)",
]
OTHERS = [
    "...",
    "'''Only said.'''",
    "pass",
    "while True:\n    print(1)",
    "raise ValueError(1)",
    "yield print(1)",
    "exec('1')",
    "print(locals())",
    "print('''\nat the margin''')\nreturn 5",
    "if len('a'):\n    print(1)\n    return 5",
    "print(lambda: 1)\nreturn None",
]


@pytest.mark.parametrize("body", [*PROCEDURES, *OTHERS])
def test_the_words_of_a_body_say_that_it_returns_nothing_only_if_its_syntax_does(body):
    """A task that only does something is known by its words. Any other is read in full."""
    text = body if "margin" in body else body.replace("\n", "\n    ")
    made = names_of(f"def made():\n    {text}\n".replace("\nreturn", "\n    return"))["made"]
    node = source.node_of(made)
    assert node is not None
    if source.surely_returns_nothing(made):
        assert body in PROCEDURES
        assert inference._type_of(made, node, {}, {}, set()) == Scalar(type(None))
    else:
        assert body in OTHERS
