"""The verdict on values: messages, filtering, casts, extra columns, keys, rules, rows in Python."""

import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pydantic
import pytest
from pydantic import BaseModel, Field

from typedxcom.errors import ContractError, ValidationError
from typedxcom.tables import (
    ArrowType,
    PrimaryKey,
    Rows,
    Table,
    Unique,
    cast,
    check,
    checked,
    schema_for,
    to_table,
    validate,
)


class Trip(BaseModel):
    trip_id: int
    distance_km: float = Field(ge=0)
    fare: Decimal = Field(ge=0, max_digits=9, decimal_places=2)


def trips(*, fares=("1.00", "2.00", "3.00")):
    count = len(fares)
    return pa.table(
        {
            "trip_id": list(range(count)),
            "distance_km": [1.5] * count,
            "fare": pa.array([Decimal(fare) for fare in fares], pa.decimal128(9, 2)),
        }
    )


def problems(row, table, **options):
    """What is wrong with a table, in words."""
    with pytest.raises(ValidationError) as caught:
        Table[row].validate(table, **options)
    return [str(problem) for problem in caught.value.problems]


def row_of(**columns):
    """A model whose columns all may be missing only if they have a default."""
    return pydantic.create_model("Row", **{name: (kind, ...) for name, kind in columns.items()})


def test_the_message_of_the_design():
    """The error names column, rule, count, rows and values."""
    fares = ["1.00"] * 100
    fares[17], fares[60], fares[98] = "-1.50", "-3.00", "-0.01"
    with pytest.raises(ValidationError) as caught:
        Table[Trip].validate(trips(fares=fares))
    told = "column `fare` has 3 values below 0 (rows 17, 60, 98: -1.50, -3.00, -0.01)"
    assert str(caught.value) == f"Table[Trip]: {told}"
    assert str(caught.value.about("Table[Trip] returned by 'extract'")).endswith(told)
    (problem,) = caught.value.problems
    assert (problem.column, problem.rule, problem.count) == ("fare", "ge", 3)
    assert (problem.rows, problem.values[0]) == ((17, 60, 98), Decimal("-1.50"))


def test_messages_are_bounded():
    """At most 5 examples of 40 characters, and 10 problems."""
    row = row_of(**{f"c{at}": Annotated[str, Field(max_length=3)] for at in range(12)})
    table = pa.table({f"c{at}": ["x" * 10_000] * 1_000 for at in range(12)})
    with pytest.raises(ValidationError) as caught:
        Table[row].validate(table)
    text = str(caught.value)
    assert "has 1,000 values with more than 3 characters (rows 0, 1, 2, 3, 4, …: " in text
    assert text.endswith("and 2 more")
    assert len(text) < 10 * 400
    assert len(caught.value.problems) == 12


def test_hidden_values_are_not_shown():
    """A field with repr=False, or a model that hides its input, gives rows and no values."""

    class Person(BaseModel):
        name: str = Field(repr=False, max_length=3)

    class Closed(BaseModel):
        model_config = pydantic.ConfigDict(hide_input_in_errors=True)
        name: str = Field(max_length=3)

    for row in (Person, Closed):
        told = problems(row, pa.table({"name": ["ok", "private"]}))
        assert told == ["column `name` has 1 value with more than 3 characters (row 1)"]


def test_row_numbers_are_those_of_the_table():
    """Rows are counted from 0 across chunks and batches."""
    parts = [trips(), trips(fares=["5.00", "-5.00"]), trips(fares=["-6.00"])]
    told = problems(Trip, pa.concat_tables(parts))
    assert told == ["column `fare` has 2 values below 0 (rows 4, 5: -5.00, -6.00)"]


def test_filter_parts_a_table():
    """Good rows, and for the others each problem with its count."""
    found = Table[Trip].filter(trips(fares=["1.00", "-1.00", "2.00", "-2.00"]))
    assert found.good.column("trip_id").to_pylist() == [0, 2]
    assert found.dropped == 2
    assert found.counts == {"fare.ge": 2}


def test_a_row_that_breaks_two_rules_is_dropped_once():
    """Counts are of values, dropped is of rows."""
    row = row_of(tags=list[Annotated[str, Field(max_length=1)]])
    found = Table[row].filter(pa.table({"tags": [["aa", "bb"], ["c"]]}))
    assert (found.dropped, found.counts) == (1, {"tags[].max_length": 2})


CASTS = [
    (int, pa.array([1, 2], pa.int8())),
    (int, pa.array([1, 2], pa.uint64())),
    (float, pa.array([1.5, 2], pa.float32())),
    (float, pa.array([1, 2], pa.int64())),
    (str, pa.array(["a", "b"], pa.large_string())),
    (str, pa.array(["a", "b"]).dictionary_encode()),
    (str, pa.array(["a", "b"], pa.string_view())),
    (bytes, pa.array([b"a", b"b"], pa.large_binary())),
    (Literal["a", "b"], pa.array(["a", "b"])),
    (dt.datetime, pa.array([1000, 2000], pa.timestamp("ns", "Asia/Tokyo"))),
    (dt.datetime, pa.array([1, 2], pa.timestamp("s"))),
    (dt.date, pa.array([dt.datetime(2024, 1, 1)] * 2)),
    (dt.date, pa.array([86_400_000] * 2, pa.date64())),
    (dt.time, pa.array([1, 2], pa.time32("s"))),
    (dt.timedelta, pa.array([1, 2], pa.duration("s"))),
    (Annotated[Decimal, Field(max_digits=5, decimal_places=2)], pa.array([1, 2])),
    (list[int], pa.array([[1], [2]], pa.large_list(pa.int8()))),
    (list[int], pa.array([[1], [2]], pa.list_(pa.int8(), 1))),
    (dict[str, int], pa.array([[{"key": "a", "value": 1}], []], pa.list_(pa.struct([("key", pa.string()), ("value", pa.int8())])))),
    (Annotated[int, ArrowType(pa.int8())], pa.array([1, 2])),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "array"), CASTS, ids=[f"{c[1].type}" for c in CASTS])
def test_safe_casts_are_done(annotation, array):
    """A column of another layout becomes the row's type, value by value the same."""
    row = row_of(x=annotation)
    table = Table[row].validate(pa.table({"x": array}))
    expected = schema_for(row).arrow().field("x").type
    have = table.schema.field("x").type
    assert have == expected or (pa.types.is_timestamp(have) and have.unit == "us")
    before = [value.date() if isinstance(value, dt.datetime) and annotation is dt.date else value
              for value in pa.table({"x": array}).column("x").to_pylist()]  # fmt: skip
    if isinstance(before[0], list) and annotation == dict[str, int]:
        before = [[(one["key"], one["value"]) for one in value] for value in before]
    assert table.column("x").to_pylist() == before


UNSAFE = [
    (int, pa.array(["1"]), "column `x` is `string`, expected `int64`"),
    (int, pa.array([1.0]), "column `x` is `double`, expected `int64`"),
    (str, pa.array([1]), "column `x` is `int64`, expected `string`"),
    (bool, pa.array([1]), "column `x` is `int64`, expected `bool`"),
    (bytes, pa.array(["a"]), "column `x` is `string`, expected `binary`"),
    (Annotated[float, ArrowType(pa.float32())], pa.array([0.1]), "`double`, expected `float`"),
    (pydantic.AwareDatetime, pa.array([dt.datetime(2024, 1, 1)]), "of any zone"),
    (pydantic.NaiveDatetime, pa.array([1], pa.timestamp("us", "UTC")), "without a zone"),
    (list[int], pa.array([["1"]]), r"`list<item: string>`, expected `list<item: int64 not null>`"),
    (Trip, pa.array([{"trip_id": 1, "odd": 2}]), "expected `struct<"),
    (dict[str, int], pa.array([[1]]), "expected `map<"),
]


@pytest.mark.parametrize(("annotation", "array", "words"), UNSAFE, ids=[c[2] for c in UNSAFE])
def test_unsafe_casts_are_refused_by_type(annotation, array, words):
    """The error names the column, what it is, and what was expected."""
    (told,) = problems(row_of(x=annotation), pa.table({"x": array}))
    assert words in told


LOSSY = [
    (Annotated[int, ArrowType(pa.int8())], [1, 300], "1 value that `int8` cannot hold (row 1: 300)"),
    (float, [1, 2**53 + 1], "that `double` cannot hold"),
    (dt.datetime, pa.array([1000, 1], pa.timestamp("ns")), "`timestamp[us]` cannot hold (row 1: "),
    (dt.date, [dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 5)], "`date32[day]` cannot hold"),
    (Annotated[Decimal, Field(max_digits=3, decimal_places=1)], [Decimal("1.50"), Decimal("1.55")],
     "1 value with more than 3 digits or 1 decimal places (row 1: 1.55)"),
    (list[Annotated[int, ArrowType(pa.int8())]], [[1], [2, 300]], "(row 1: [2, 300])"),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "values", "words"), LOSSY)
def test_a_value_that_would_change_is_told_by_row(annotation, values, words):
    """Where only the value can tell, it is looked at; filter keeps the rows that survive."""
    row, table = row_of(x=annotation), pa.table({"x": values})
    (told,) = problems(row, table)
    assert words in told
    assert Table[row].filter(table).good.num_rows == 1


def test_times_outside_pythons_calendar():
    """A date that Python cannot hold is a bad value, and is told without a crash."""
    row = row_of(t=dt.datetime, d=dt.date)
    table = pa.table(
        {
            "t": pa.array([0, 2**62], pa.timestamp("us")),
            "d": pa.array([0, 2**31 - 1], pa.int32()).view(pa.date32()),
        }
    )
    told = problems(row, table)
    assert told[0].startswith("column `t` has 1 value outside the years 1 to 9999 (row 1")
    assert told[1].startswith("column `d` has 1 value outside the years 1 to 9999 (row 1")


def test_extra_columns():
    """Further columns are dropped, forbidden or kept, as the row says."""

    def row(extra):
        return pydantic.create_model("R", __config__=pydantic.ConfigDict(extra=extra), n=(int, ...))

    class Strict(msgspec.Struct, forbid_unknown_fields=True):
        n: int

    table = pa.table({"more": ["x"], "n": [1]})
    assert Table[row("ignore")].validate(table).column_names == ["n"]
    assert Table[row("allow")].validate(table).column_names == ["n", "more"]
    for forbidding in (row("forbid"), Strict):
        assert problems(forbidding, table) == ["column `more` is not a field of the row"]


def test_missing_columns_and_defaults():
    """A column with a default may be missing and is filled in; another may not."""

    class Row(BaseModel):
        n: int
        tag: Literal["a", "b"] = "b"
        tags: list[str] = Field(default_factory=lambda: ["x"])
        note: str | None = None

    table = Table[Row].validate(pa.table({"n": [1, 2]}))
    assert table.to_pylist()[1] == {"n": 2, "tag": "b", "tags": ["x"], "note": None}
    assert problems(Row, pa.table({"tag": ["a"]})) == ["missing column `n`"]


def test_columns_under_an_alias():
    """A column is found under its alias, and gets the field's name."""

    class Row(BaseModel):
        n: int = Field(alias="N")

    class Renamed(msgspec.Struct, rename="camel"):
        trip_id: int

    assert Table[Row].validate(pa.table({"N": [1]})).column_names == ["n"]
    assert Table[Renamed].validate(pa.table({"tripId": [1]})).column_names == ["trip_id"]


def test_a_column_that_is_there_twice():
    """Two columns of one name are refused."""
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
    assert problems(row_of(n=int), table) == ["column `n` appears 2 times"]


class Unordered(BaseModel):
    a: Annotated[int, Unique()]
    k1: Annotated[str, PrimaryKey()]
    k2: Annotated[int | None, PrimaryKey()]
    g1: Annotated[str | None, Unique("group")] = None
    g2: Annotated[str | None, Unique("group")] = None


def keyed(a, k1, k2):
    return pa.table({"a": a, "k1": k1, "k2": k2})


def test_unique_and_keys():
    """Repeats are told by row and value; a key takes no null; nulls are not repeats."""
    assert Table[Unordered].validate(keyed([2, 1, 3], ["x", "x", "y"], [1, 2, 1])).num_rows == 3
    told = problems(Unordered, keyed([1, 2, 1], ["x", "y", "x"], [1, 2, 1]))
    assert told == [
        "column `k1`, `k2` has 1 repeated key (row 2: '(x, 1)')",
        "column `a` has 1 repeated value (row 2: 1)",
    ]
    told = problems(Unordered, keyed([3, 1, 2], ["x", "y", "x"], [1, None, 2]))
    assert told == ["column `k2` has 1 null (row 1)"]
    groups = pa.table(
        {
            "a": [3, 1, 2],
            "k1": ["x", "y", "z"],
            "k2": [1, 1, 1],
            "g1": ["q", "q", None],
            "g2": ["w", "w", None],
        }
    )
    assert problems(Unordered, groups) == [
        "column `g1`, `g2` has 1 repeated value (row 1: '(q, w)')"
    ]


def test_filter_keeps_the_first_of_repeated_rows():
    """Of rows with the same key the first good one stays."""
    row = row_of(k=Annotated[int, Unique], v=Annotated[int, Field(ge=0)])
    found = Table[row].filter(pa.table({"k": [7, 7, 5, 7], "v": [-1, 1, 2, 3]}))
    assert found.good.to_pylist() == [{"k": 7, "v": 1}, {"k": 5, "v": 2}]
    assert found.counts == {"v.ge": 1, "k.unique": 1}


@pytest.mark.parametrize("kind", [pa.int64(), pa.string(), pa.dictionary(pa.int32(), pa.string())])
def test_repeats_across_chunks(kind):
    """A repeat is found where its first comes in another chunk, however that is encoded."""
    texts = pa.types.is_int64(kind)
    chunks = [[1, 2], [3, 1]] if texts else [["1", "2"], ["3", "1"]]
    column = pa.chunked_array([pa.array(chunk).cast(kind) for chunk in chunks])
    row = row_of(k=Annotated[int if texts else str, Unique()])
    (told,) = problems(row, pa.table({"k": column}))
    assert told.startswith("column `k` has 1 repeated value (row 3")


def test_order_across_chunks():
    """Ascending within each chunk is not enough: the cuts between them count."""
    row = row_of(k=Annotated[int, Unique()])
    rising = pa.chunked_array([[1, 2], [3], [], [4, 5]])
    assert Table[row].validate(pa.table({"k": rising})).num_rows == 5
    assert problems(row, pa.table({"k": pa.chunked_array([[1, 2], [2, 3]])}))
    assert problems(row, pa.table({"k": pa.chunked_array([[3, 2], [2, 1]])}))


class Ride(BaseModel):
    __table_rules__ = {
        "ends after it starts": "end > start",
        "the fare covers the tip": lambda: pc.field("fare") >= pc.field("tip"),
    }
    start: int
    end: int | None
    fare: Decimal = Field(max_digits=5, decimal_places=2)
    tip: Decimal = Field(max_digits=5, decimal_places=2)


def rides(end=2, tip="1.00"):
    money = pa.decimal128(5, 2)
    return pa.table(
        {
            "start": [1, 1],
            "end": pa.array([5, end], pa.int64()),
            "fare": pa.array([Decimal("2.00")] * 2, money),
            "tip": pa.array([Decimal("1.00"), Decimal(tip)], money),
        }
    )


def test_table_rules():
    """Named rules over columns are told by name and row; null is not false."""
    assert Table[Ride].validate(rides()).num_rows == 2
    assert Table[Ride].validate(rides(end=None)).num_rows == 2
    assert problems(Ride, rides(end=1, tip="3.00")) == [
        "rule 'ends after it starts' is broken by 1 row (row 1)",
        "rule 'the fare covers the tip' is broken by 1 row (row 1)",
    ]
    assert Table[Ride].filter(rides(end=0)).good.num_rows == 1


TEXTS = [
    ("fare < 1.5 or tip == 1", 0), ("not (start == 1)", 2), ("start + 1 < end", 1), ("0 < start <= 1", 0),
    ("end is not None", 0), ("start in (2, 3)", 2), ("start - 1 == 0 and end != 5", 1), ("-start < 0", 0),
    ("fare * 2 > 3.999", 0), ("tip < fare + 0.001", 0), ("-fare > -1.999", 2),
]  # fmt: skip


@pytest.mark.parametrize(("text", "broken"), TEXTS)
def test_rule_texts(text, broken):
    """A rule's text reads as Python; numbers beside a Decimal are Decimals."""
    rows = Rows(Ride, rules={"it": text})
    schema = schema_for(rows)
    held = [problem for problem in _broken(schema, rides()) if "'it'" in problem]
    assert len(held) == (1 if broken else 0)
    if broken:
        assert f"by {broken} row" in held[0]


def _broken(schema, table):
    try:
        check(table, schema)
    except ValidationError as error:
        return [str(problem) for problem in error.problems]
    return []


WRONG = [
    ("nope > 1", "no column `nope`"), ("start >", "cannot be checked"), ("len(start) > 1", "is not understood"),
    ("start", "not true or false"), ("start > 'a'", "cannot be evaluated"), ("__import__('os')", "not understood"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_a_wrong_rule_is_refused_when_declared(text, words):
    """A rule that cannot be read or evaluated is an error of the contract."""
    with pytest.raises(ContractError, match=words):
        schema_for(Rows(Ride, rules={"odd": text}))


class Custom(BaseModel):
    name: str
    n: int = Field(ge=0)
    kind: Literal["a", "b"] = "a"

    @pydantic.field_validator("name")
    @classmethod
    def tidy(cls, name: str) -> str:
        if name == "bad":
            raise ValueError("no such name")
        return name.strip()


def test_rows_in_python_run_every_validator():
    """With mode="python" the row's own validators decide, and what they make is kept."""
    table = pa.table({"name": ["  Ann ", "Bob"], "n": [1, 2]})
    assert Table[Custom].validate(table, mode="python").column("name").to_pylist() == ["Ann", "Bob"]
    told = problems(Custom, pa.table({"name": ["bad", "x"], "n": [1, -1]}), mode="python")
    assert told == [
        "column `name`: Value error, no such name (row 0: 'bad')",
        "column `n`: Input should be greater than or equal to 0 (row 1: -1)",
    ]
    rows = Rows(Custom, mode="python")
    assert validate(table, rows).column("name").to_pylist() == ["Ann", "Bob"]
    assert validate(table.to_reader(), rows).read_all().column("n").to_pylist() == [1, 2]
    found = Table[Custom].filter(pa.table({"name": ["bad", " x"], "n": [1, 1]}), mode="python")
    assert found.good.to_pylist() == [{"name": "x", "n": 1, "kind": "a"}]


def test_a_fault_of_the_whole_row_names_no_column():
    """What a model's own validator says is of the row."""

    class Span(BaseModel):
        start: int
        end: int

        @pydantic.model_validator(mode="after")
        def forward(self):
            if self.end < self.start:
                raise ValueError("ends before it starts")
            return self

    table = pa.table({"start": [1, 3], "end": [2, 2]})
    assert problems(Span, table, mode="python") == [
        "row: Value error, ends before it starts (row 1)"
    ]


def test_rows_in_python_for_a_struct():
    """A Struct's __post_init__ runs, and msgspec's own messages are told."""

    class Span(msgspec.Struct):
        start: int
        end: Annotated[int, msgspec.Meta(ge=0)]

        def __post_init__(self) -> None:
            if self.end < self.start:
                raise ValueError("ends before it starts")

    table = pa.table({"start": [1, 3, 0], "end": [2, 2, -1]})
    told = problems(Span, table, mode="python")
    assert "ends before it starts" in told[0]
    assert "column `end`: Expected `int` >= 0" in told[1]


def test_msgspec_judges_a_structs_own_rules():
    """A Struct's pattern is Python's: `$` may stand before a last line break."""

    class Row(msgspec.Struct):
        s: Annotated[str, msgspec.Meta(pattern="^a$")]
        f: Annotated[float, msgspec.Meta(ge=0)]

    table = pa.table({"s": ["a", "a\n", "b"], "f": [0.0, 1.0, -1.0]})
    told = problems(Row, table)
    assert [one.split(" (")[1] for one in told] == ["row 2: 'b')", "row 2: -1.0)"]


def test_configuration_of_a_model_counts():
    """What model_config says of all texts and floats is checked, or refused."""

    class Short(BaseModel):
        model_config = pydantic.ConfigDict(str_max_length=2, allow_inf_nan=False)
        s: str
        f: float

    told = problems(Short, pa.table({"s": ["abc"], "f": [float("inf")]}))
    assert len(told) == 2

    class Changes(BaseModel):
        model_config = pydantic.ConfigDict(str_to_lower=True)
        s: str

    with pytest.raises(ContractError, match="to_lower"):
        schema_for(Changes)
    assert Table[Changes].validate(pa.table({"s": ["AB"]}), mode="python").to_pylist() == [
        {"s": "ab"}
    ]


class Streamed(BaseModel):
    k: Annotated[int, Unique()]
    v: Annotated[int, Field(ge=0)]


def stream(*parts):
    batches = [pa.record_batch({"k": pa.array(k, pa.int32()), "v": v}) for k, v in parts]
    return pa.RecordBatchReader.from_batches(batches[0].schema, iter(batches))


def test_a_stream_stays_a_stream():
    """Batches are cast and checked as they come; a bad one is never handed on."""
    reader = checked(stream(([2, 1], [1, 1]), ([3], [1])), Streamed)
    assert isinstance(reader, pa.RecordBatchReader)
    assert reader.schema == schema_for(Streamed).arrow()
    assert reader.read_all().num_rows == 3
    reader = checked(stream(([2, 1], [1, 1]), ([3], [-1])), Streamed)
    assert reader.read_next_batch().num_rows == 2
    with pytest.raises(ValidationError, match=r"column `v` has 1 value below 0 \(row 2: -1\)"):
        reader.read_next_batch()


def test_a_streams_repeats_are_found_at_its_end():
    """Uniqueness is known when all rows have come."""
    reader = checked(stream(([2, 1], [1, 1]), ([2], [1])), Streamed)
    with pytest.raises(ValidationError, match=r"1 repeated value \(row 2: 2\)"):
        reader.read_all()
    with pytest.raises(ValidationError, match="repeated"):
        check(to_table(stream(([2, 2], [1, 1])), Streamed), Streamed)


def test_to_table_casts_and_does_not_check():
    """Columns and types are the row's; values are looked at by `check`."""
    table = to_table(pa.table({"v": [-1], "k": pa.array([1], pa.int8())}), Table[Streamed])
    assert table.schema == schema_for(Streamed).arrow()
    with pytest.raises(ValidationError):
        check(table, Streamed)


def test_cast_to_an_arrow_schema():
    """`cast` obeys a plain Arrow schema, and names every column that it cannot cast."""
    wanted = pa.schema([("n", pa.int64()), ("s", pa.large_string())])
    table = cast(pa.table({"s": ["a"], "n": pa.array([1], pa.int32()), "x": [1]}), wanted)
    assert table.schema == wanted
    with pytest.raises(ValidationError, match=r"missing column `n`; column `s` is `double`"):
        cast(pa.table({"s": [1.0]}), wanted)


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Everything(BaseModel):
    __table_rules__ = {"even ids are high or cheap": "id < 100000 or price > 0"}
    id: Annotated[int, PrimaryKey()]
    level: Level
    price: Decimal = Field(gt=0, lt=100, max_digits=6, decimal_places=2)
    code: str = Field(min_length=2, max_length=4)
    ratio: float = Field(gt=0, lt=1)
    step: int = Field(ge=10, multiple_of=5)
    at: dt.datetime
    day: dt.date = Field(ge=dt.date(2020, 1, 1))
    spans: list[dt.timedelta] = Field(min_length=1)
    note: str | None
    nested: Trip
    counts: dict[str, int]
    ok: bool
    raw: bytes


def test_sample_makes_valid_rows():
    """A sample keeps the contract, and is the same for the same seed."""
    table = Table[Everything].sample(50)
    assert table.num_rows == 50
    assert Table[Everything].validate(table).equals(table)
    assert table.equals(Table[Everything].sample(50))
    assert not table.equals(Table[Everything].sample(50, seed=1))
    adapter = pydantic.TypeAdapter(list[Everything])
    rows = [{**row, "counts": dict(row["counts"])} for row in table.to_pylist()]
    assert len(adapter.validate_python(rows)) == 50


def test_sample_says_what_it_cannot_make():
    """A pattern that no made-up text matches is an error that names the column."""
    row = row_of(x=Annotated[str, Field(pattern=r"^a\bb$")])
    with pytest.raises(ContractError, match="no value for column `x`"):
        Table[row].sample(3)


def test_an_empty_table_is_valid():
    """No rows break no rules."""
    empty = schema_for(Everything).arrow().empty_table()
    assert Table[Everything].validate(empty).num_rows == 0
    assert Table[Everything].filter(empty).dropped == 0


def test_a_struct_that_loses_values_in_two_fields():
    """Each field's lost values are told, and both rows are dropped."""
    small = Annotated[int, ArrowType(pa.int8())]
    row = row_of(p=pydantic.create_model("P", x=(small, ...), y=(list[small], ...)))
    table = pa.table({"p": [{"x": 300, "y": [1]}, {"x": 1, "y": [1, 300]}, {"x": 1, "y": []}]})
    assert len(problems(row, table)) == 1  # the two are of one rule of one column
    assert Table[row].filter(table).good.num_rows == 1
