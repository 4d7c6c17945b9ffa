"""What a row says of its table: its Arrow schema, and what is refused when it is declared."""

import dataclasses
import datetime as dt
import enum
import ipaddress
import subprocess
import sys
import typing
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import pyarrow as pa
import pydantic
import pytest
import typing_extensions as te
from annotated_types import Ge
from pydantic import BaseModel, Field

from typedxcom.errors import ContractError, UnsupportedTypeError
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import TableOf
from typedxcom.tables import (
    ArrowType,
    LazyTable,
    Rows,
    Table,
    TableSchema,
    schema_for,
    to_arrow_schema,
)


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(enum.IntEnum):
    S = 1
    L = 2


class City(BaseModel):
    name: str
    founded: dt.date | None = None


def one(annotation: Any) -> pa.Field:
    """The Arrow field that one annotation becomes."""
    make = te.TypedDict
    return to_arrow_schema(make("Row", {"x": annotation})).field("x")


UTC = "UTC"
CASES = [
    (bool, pa.bool_(), False),
    (int, pa.int64(), False),
    (float, pa.float64(), False),
    (str, pa.string(), False),
    (bytes, pa.binary(), False),
    (dt.date, pa.date32(), False),
    (dt.time, pa.time64("us"), False),
    (dt.datetime, pa.timestamp("us"), False),
    (pydantic.AwareDatetime, pa.timestamp("us", UTC), False),
    (pydantic.NaiveDatetime, pa.timestamp("us"), False),
    (dt.timedelta, pa.duration("us"), False),
    (uuid.UUID, pa.string(), False),
    (ipaddress.IPv4Address, pa.string(), False),
    (Path, pa.string(), False),
    (pydantic.HttpUrl, pa.string(), False),
    (Color, pa.dictionary(pa.int32(), pa.string()), False),
    (Size, pa.int64(), False),
    (Literal["a", "b"], pa.dictionary(pa.int32(), pa.string()), False),
    (Literal["a", None], pa.dictionary(pa.int32(), pa.string()), True),
    (Literal[1, 2], pa.int64(), False),
    (int | None, pa.int64(), True),
    (Color | None, pa.dictionary(pa.int32(), pa.string()), True),
    (Annotated[Decimal, Field(max_digits=9, decimal_places=2)], pa.decimal128(9, 2), False),
    (Annotated[Decimal, Field(decimal_places=4)], pa.decimal128(38, 4), False),
    (Annotated[Decimal, Field(max_digits=50, decimal_places=4)], pa.decimal256(50, 4), False),
    (Annotated[Decimal, ArrowType(pa.decimal128(20, 3))], pa.decimal128(20, 3), False),
    (Annotated[int, ArrowType(pa.int32())], pa.int32(), False),
    (Annotated[int, ArrowType(pa.uint8())] | None, pa.uint8(), True),
    (Annotated[str, ArrowType(pa.large_string())], pa.large_string(), False),
    (Annotated[dt.datetime, ArrowType(pa.timestamp("ns", UTC))], pa.timestamp("ns", UTC), False),
    (Annotated[Any, ArrowType(pa.list_(pa.float32()))], pa.list_(pa.float32()), False),
    (list[int], pa.list_(pa.field("item", pa.int64(), nullable=False)), False),
    (list[int | None], pa.list_(pa.int64()), False),
    (tuple[str, ...], pa.list_(pa.field("item", pa.string(), nullable=False)), False),
    (
        list[Annotated[int, ArrowType(pa.int16())]],
        pa.list_(pa.field("item", pa.int16(), nullable=False)),
        False,
    ),
    (
        Annotated[list[int], ArrowType(pa.large_list(pa.int8()))],
        pa.large_list(pa.field("item", pa.int8(), nullable=False)),
        False,
    ),
    (dict[str, int], pa.map_(pa.string(), pa.field("value", pa.int64(), nullable=False)), False),
    (
        City | None,
        pa.struct([pa.field("name", pa.string(), nullable=False), ("founded", pa.date32())]),
        True,
    ),
]


@pytest.mark.parametrize(("annotation", "kind", "nullable"), CASES, ids=[str(c[0]) for c in CASES])
def test_arrow_type(annotation, kind, nullable):
    """Each annotation has one Arrow type, with its nullability, digits, zone and unit."""
    field = one(annotation)
    assert (field.type, field.nullable) == (kind, nullable)


class ModelRow(BaseModel):
    n: Annotated[int, Field(ge=0)]
    s: str | None = None


@dataclasses.dataclass
class DataclassRow:
    n: Annotated[int, Field(ge=0)]
    s: str | None = None


class StructRow(msgspec.Struct):
    n: Annotated[int, msgspec.Meta(ge=0)]
    s: str | None = None


class TypedDictRow(te.TypedDict):
    n: Annotated[int, Field(ge=0)]
    s: te.NotRequired[str | None]


class NamedTupleRow(NamedTuple):
    n: Annotated[int, Ge(0)]
    s: str | None = None


class PlainTypedDictRow(typing.TypedDict):  # pydantic refuses it before Python 3.12
    n: Annotated[int, Field(ge=0)]
    s: te.NotRequired[str | None]


ROWS = [ModelRow, DataclassRow, StructRow, TypedDictRow, PlainTypedDictRow, NamedTupleRow]
ARROW = pa.schema([pa.field("n", pa.int64(), nullable=False), pa.field("s", pa.string())])


@pytest.mark.parametrize("row", ROWS)
def test_every_kind_of_row_has_the_same_table(row):
    """A model, dataclass, Struct, TypedDict and NamedTuple of the same fields agree."""
    assert to_arrow_schema(row) == ARROW
    with pytest.raises(ValueError, match=r"column `n` has 1 value below 0 \(row 1: -1\)"):
        Table[row].validate(pa.table({"n": [1, -1], "s": ["a", None]}))


def test_an_arrow_schema_is_a_row():
    """A pyarrow.Schema stands where a row class does, and comes back as it was."""
    schema = pa.schema(
        [
            pa.field("n", pa.int32(), nullable=False),
            pa.field("when", pa.timestamp("ms", "Europe/Amsterdam")),
            pa.field("of odd name", pa.list_(pa.float32())),
            pa.field("kind", pa.dictionary(pa.int8(), pa.string())),
        ]
    )
    assert to_arrow_schema(schema) == schema
    assert to_arrow_schema(Table[schema]) == schema


def test_wiring_sees_the_columns_of_an_arrow_schema():
    """`Table[schema]` is compared by column like any other row."""
    described = schema_of(Table[ARROW])
    assert isinstance(described, TableOf)
    assert list(described.row.fields) == ["n", "s"]


def test_table_is_an_alias_that_typing_understands():
    """`Table[Row]` works wherever an annotation does."""
    alias = Table[City]
    assert typing.get_origin(alias) is Table
    assert typing.get_args(alias) == (City,)
    assert alias == Table[City]
    assert hash(alias) == hash(Table[City])
    assert typing.get_args(list[alias]) == (alias,)
    assert typing.get_args(alias | None) == (alias, type(None))

    def load(table: Table[City], many: list[Table["City"]], lazy: LazyTable[City]) -> None: ...

    hints = typing.get_type_hints(load)
    assert typing.get_args(hints["table"]) == (City,)
    (inner,) = typing.get_args(hints["many"])
    assert (typing.get_origin(inner), typing.get_args(inner)) == (Table, (City,))
    assert typing.get_origin(hints["lazy"]) is LazyTable
    assert isinstance(schema_of(hints["lazy"]), TableOf)


T = typing.TypeVar("T")


def test_a_type_variable_is_filled_in():
    """A generic alias over Table keeps its functions."""
    assert Table[T][City].validate(pa.table({"name": ["Utrecht"]})).num_rows == 1


def test_table_has_no_instances():
    """`Table` is written in annotations only, and its functions need a row."""
    with pytest.raises(TypeError, match="only for annotations"):
        Table()
    with pytest.raises(TypeError, match=r"Table\[Row\].validate"):
        Table.validate(pa.table({}))
    with pytest.raises(TypeError, match="one row, got 2"):
        Table[City, City]


class Node(BaseModel):
    parent: "Node | None" = None


REFUSED = [
    (Decimal, "places of a Decimal"),
    (int | str, "one column has one type"),
    (set[int], r"use list\[...\]"),
    (tuple[int, str], "a nested model"),
    (Any, r"Annotated\[Any, ArrowType"),
    (list, "say what the list holds|ArrowType"),
    (Literal["a", 1], "one type"),
    (Annotated[int, ArrowType(pa.string())], "`string` cannot hold what the annotation says"),
    (
        Annotated[str, pydantic.AfterValidator(str.title)],
        "validators that whole columns cannot run",
    ),
    (Annotated[str, pydantic.BeforeValidator(str)], 'mode="python"'),
    (Annotated[str, pydantic.StringConstraints(to_lower=True)], 'mode="python"'),
    (Annotated[str, pydantic.StringConstraints(strip_whitespace=True)], 'mode="python"'),
    (Node, "contains itself"),
    (pydantic.SecretStr, "column `x`"),
]


@pytest.mark.parametrize(("annotation", "words"), REFUSED, ids=[str(c[0]) for c in REFUSED])
def test_refused_when_declared(annotation, words):
    """What no column can hold or check is refused at declaration, with the cure."""
    with pytest.raises(UnsupportedTypeError, match=words):
        one(annotation)


def model_with(**functions):
    return type(
        "Odd", (BaseModel,), {"__annotations__": {"n": int}, "__module__": __name__, **functions}
    )


CUSTOM = {
    "field_validator": {"v": pydantic.field_validator("n")(lambda cls, n: n)},
    "before": {"v": pydantic.field_validator("n", mode="before")(lambda cls, n: n)},
    "plain": {"v": pydantic.field_validator("n", mode="plain")(lambda cls, n: n)},
    "model_after": {"v": pydantic.model_validator(mode="after")(lambda self: self)},
    "model_before": {"v": pydantic.model_validator(mode="before")(classmethod(lambda c, d: d))},
    "post_init": {"model_post_init": lambda self, context: None},
}


@pytest.mark.parametrize("functions", CUSTOM.values(), ids=CUSTOM)
def test_an_authors_own_validator_is_never_skipped(functions):
    """Every way to hang a function on a model is found, and runs with mode="python"."""
    row = model_with(**functions)
    with pytest.raises(UnsupportedTypeError, match='mode="python"'):
        schema_for(row)
    mark = {"__annotations__": {"n": Annotated[int, ArrowType(pa.int64())]}}
    row = type("Marked", (row,), {**mark, "__module__": __name__, **functions})
    assert schema_for(Rows(row, mode="python")).mode == "python"


def test_nested_validators_are_found_too():
    """A validator inside a nested Struct, dataclass or list item counts."""

    @dataclasses.dataclass
    class Inner:
        n: int

        def __post_init__(self) -> None:
            pass

    class Part(msgspec.Struct):
        n: int

        def __post_init__(self) -> None:
            pass

    class Whole(msgspec.Struct):
        parts: list[Part]

    for row in (te.TypedDict("Row", {"x": list[Inner]}), Whole, Part, Inner):
        with pytest.raises(UnsupportedTypeError, match="__post_init__"):
            schema_for(row)


def test_a_private_attribute_is_no_validator():
    """pydantic's own hook for private attributes does not count as the author's."""

    class Private(BaseModel):
        n: int
        _cache: int = pydantic.PrivateAttr(default=0)

    assert to_arrow_schema(Private).names == ["n"]


def test_a_row_needs_named_fields():
    """An int is no row, nor is a RootModel."""
    for row in (int, pydantic.RootModel[list[int]]):
        with pytest.raises(ContractError, match="named fields"):
            schema_for(row)


def test_a_row_is_described_once():
    """The same row gives the same description; its options make another."""
    assert schema_for(City) is schema_for(Table[City])
    assert isinstance(schema_for(City), TableSchema)
    assert schema_for(Rows(City, rules={"r": "name != ''"})) is not schema_for(City)
    assert schema_for(Rows(City, rules={"r": "name != ''"})).rules[0][0] == "r"


def test_importing_tables_loads_no_library():
    """`import typedxcom.tables` loads neither pyarrow nor pydantic, nor any table library."""
    code = (
        "import sys, typedxcom.tables as t; t.Table[int]; t.Rows(int); "
        "print(sorted({'pyarrow', 'pydantic', 'pandas', 'polars', 'duckdb', 'airflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_checking_arrow_loads_no_other_library():
    """Deriving a schema and checking a pyarrow table imports no other library.

    pandas does not count: pyarrow itself imports it when it makes an array of a list.
    """
    code = (
        "import sys, pyarrow as pa, pydantic\n"
        "from typedxcom.tables import Table\n"
        "import datetime as dt\n"
        "class R(pydantic.BaseModel):\n    n: int; t: dt.datetime\n"
        "Table[R].sample(5)\n"
        "try: Table[R].validate(pa.table({'n': [None], 't': pa.array([1], pa.timestamp('ns'))}))\n"
        "except ValueError as error: print(error)\n"
        "print(sorted({'polars', 'duckdb', 'airflow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "column `n` has 1 null (row 0)" in done.stdout
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^(red|green|blue)(, \w+)*$",
        r"^[^a-z\s]+\.[ab]?x{2,}$",
        r"\A(?:\+\d{1,3} )?\S+@\S+\.(com|org)\z",
        r"^(?P<word>\w)[[:alpha:]]$",
    ],
)
def test_a_sample_keeps_patterns(pattern: str) -> None:
    """Texts are spelled from it; where Python cannot read it, the error names the column."""
    row = pydantic.create_model("Coded", code=(Annotated[str, Field(pattern=pattern)], ...))
    if "alpha" in pattern:
        with pytest.raises(ContractError, match="no value for column `code`"):
            Table[row].sample(5)
    else:
        made = Table[row].sample(20)
        assert Table[row].validate(made).num_rows == 20
        assert len(set(made["code"].to_pylist())) > 1


@pytest.mark.parametrize("wrong", ["int32", pa.int32, int])
def test_an_arrow_type_is_one_of_arrows(wrong: Any) -> None:
    """The function instead of its result is told where it is written."""
    with pytest.raises(ContractError, match=r"pyarrow\.int32\(\)"):
        ArrowType(wrong)
