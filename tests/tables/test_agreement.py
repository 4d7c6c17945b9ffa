"""Checks of whole columns give the verdict that pydantic gives row by row."""

import io

import pyarrow as pa
import pyarrow.compute
import pydantic
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tables.strategies import ODD, patterns, rows_and_table
from typedxcom.errors import ValidationError
from typedxcom.tables import Table, read_ipc, to_arrow_schema, write_ipc
from typedxcom.tables.checks.patterns import translate
from typedxcom.tables.checks.rowwise import python_column
from typedxcom.tables.files.parquet import ParquetTable, write_parquet

many = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


def verdicts(row, table):
    """Which rows pydantic accepts, one by one."""
    adapter = pydantic.TypeAdapter(row)
    good = []
    columns = [python_column(column.combine_chunks()) for column in table.columns]
    for number, values in enumerate(zip(*columns, strict=True)):
        value = dict(zip(table.column_names, values, strict=True))
        try:
            adapter.validate_python(value, strict=False)
        except pydantic.ValidationError:
            continue
        good.append(number)
    return good


def same(one, other):
    """Whether two tables are equal where NaN equals itself."""
    return one.schema == other.schema and str(one.to_pylist()) == str(other.to_pylist())


@many
@given(rows_and_table())
def test_columns_agree_with_rows(case):
    """A row is kept by the column check exactly where pydantic accepts it."""
    row, table = case
    expected = verdicts(row, table)
    found = Table[row].filter(table)
    assert found.good.column("row").to_pylist() == expected
    assert found.dropped == table.num_rows - len(expected)
    assert bool(found.problems) == bool(found.dropped)
    if found.dropped:
        with pytest.raises(ValidationError) as caught:
            Table[row].validate(table)
        assert str(caught.value.problems) == str(found.problems)  # NaN is not NaN
        assert all(1 <= len(problem.rows) <= 5 for problem in found.problems)
    else:
        assert same(Table[row].validate(table), found.good)


@many
@given(rows_and_table())
def test_good_rows_keep_their_values(case):
    """What is kept has the derived types, and comes back from a file as it was."""
    row, table = case
    good = Table[row].filter(table).good
    kept = set(good["row"].to_pylist())
    plain = [one for one in table.to_pylist() if one["row"] in kept]
    assert good.to_pylist() == plain or str(good.to_pylist()) == str(plain)
    for field in to_arrow_schema(row):
        have = good.schema.field(field.name)
        assert have.nullable == field.nullable
        if not pa.types.is_timestamp(field.type) and "timestamp" not in str(field.type):
            assert have.type == field.type
    file = io.BytesIO()
    assert write_ipc(good, file) == good.num_rows
    again = read_ipc(file.getvalue())
    assert again.schema == good.schema
    assert same(again, good)
    assert Table[row].validate(again).num_rows == good.num_rows
    parquet = io.BytesIO()
    assert write_parquet(good, parquet) == good.num_rows
    stored = ParquetTable(parquet.getvalue(), lambda size: None)
    assert same(Table[row].validate(stored.read()), good)


@many
@given(patterns(), st.lists(st.text(st.sampled_from(ODD), max_size=8), min_size=1))
def test_a_translated_pattern_means_the_same(pattern, values):
    """RE2 is used only where it agrees with pydantic's engine."""
    translated = translate(pattern)
    adapter = pydantic.TypeAdapter(pydantic.constr(pattern=pattern))
    if translated is None:
        return
    for value in values:
        if translated.ascii_only and not value.isascii():
            continue
        try:
            adapter.validate_python(value)
            expected = True
        except pydantic.ValidationError:
            expected = False
        matched = pa.compute.match_substring_regex(pa.array([value]), translated.pattern)
        assert matched[0].as_py() == expected, (pattern, translated, value)


TRANSLATED = [
    "^a+$",
    r"^\d{3}-\w+$",
    "[^a-c]",
    r"(ab|cd)*?",
    r"\s",
    "é|[à-ü]",
    r"^[\w.+-]+@[\w-]+\.\w+$",
]
ASKED = [
    r"\p{L}",
    "(?i)a",
    "[[:alpha:]]",
    "(?x) a",
    "[a&&b]",
    r"\x41",
    "a{,3}",
    r"(?P<n>a)",
    r"\z",
    "a++",
]


@pytest.mark.parametrize("pattern", TRANSLATED)
def test_common_patterns_go_to_arrow(pattern):
    """Everyday patterns are matched by Arrow, those with Unicode classes for ASCII values."""
    translated = translate(pattern)
    assert translated is not None
    assert translated.ascii_only == any(f"\\{c}" in pattern for c in "dws")


@pytest.mark.parametrize("pattern", ASKED)
def test_doubtful_patterns_are_asked_of_pydantic(pattern):
    """What the dialects may read differently does not go to Arrow."""
    assert translate(pattern) is None
