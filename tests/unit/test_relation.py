"""The relation agrees with its table, and the run time with the relation."""

from __future__ import annotations

import dataclasses

import pydantic
import pytest

from tests.data.relation import DIFFERS, FITS, ROWS, Row, meaning
from typedxcom import register_codec, registry
from typedxcom.codecs import make_codec
from typedxcom.errors import EncodeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.schema.relation import Solution, mismatches, substitute
from typedxcom.settings import Settings

OLD = tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 12)


def verdict(row: Row) -> str:
    """What the relation says of *row*."""
    return DIFFERS if mismatches(*(schema_of(meaning(it)) for it in (row.up, row.down))) else FITS


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_verdict(row: Row) -> None:
    """Each row gets the verdict that the table gives."""
    assert verdict(row) == row.verdict, row.why


@pytest.mark.parametrize("threshold", [0, 10_000], ids=["text", "plain"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.value], ids=str)
def test_run_time_agrees(row: Row, threshold: int) -> None:
    """A value that fits is read; one that does not is refused; exceptions say why."""
    if OLD and row.down == "Literal[True]":
        pytest.skip("pydantic before 2.12 reads it otherwise; docs/reference/types.md says so")
    up, down = meaning(row.up), meaning(row.down)
    value = meaning(row.value)
    settings = Settings(threshold=threshold)
    stored = dump(value, make_codec(up, schema_of(up)), settings=settings)
    reader = make_codec(down, schema_of(down))
    if (row.verdict == FITS) == (not row.run):
        assert load(stored, reader) == (meaning(row.read) if row.read else value)
    else:
        with pytest.raises(ValidationError):
            load(stored, reader)


def test_rows_are_unique() -> None:
    """No statement is made twice with the same value."""
    keys = [(row.up, row.down, row.value) for row in ROWS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("up", "down", "told"),
    [
        ("list[Movie]", "list[Yearly]", ["`int` is not `str` - at `$[0].year`"]),
        ("Title", "Movie", ["missing `year` - at `$.year`"]),
        ("tuple[int, str]", "tuple[str, int]", ["`int` is not `str` - at `$[0]`", "`str` is not `int` - at `$[1]`"]),
        ("int | str | None", "int", ["`int | str | None` may be `str`, `None`, which `int` does not take - at `$`"]),
        ("dict[str, int]", "dict[int, str]", ["`str` is not `int` - at `$[key]`", "`int` is not `str` - at `$[...]`"]),
        ("Literal['a', 'c']", "Literal['a', 'b']", ["'c' is not in `Literal['a', 'b']` - at `$`"]),
        ("tuple[int]", "tuple[int, int]", ["`tuple[int]` has 1 items, `tuple[int, int]` has 2 - at `$`"]),
    ],
)  # fmt: skip
def test_all_reasons_with_their_paths(up: str, down: str, told: list[str]) -> None:
    """Every reason is told, each with its place."""
    found = mismatches(schema_of(meaning(up)), schema_of(meaning(down)))
    assert [str(one) for one in found] == told


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("int", "str"), ("Color", "int"), ("str", "Literal['a']"), ("Literal['a']", "int"),
        ("Literal['a']", "Color"), ("list[int]", "Literal['a']"), ("tuple[int]", "Spot"),
        ("tuple[int]", "set[int]"), ("list[int]", "set[int]"), ("list[int]", "tuple[int]"),
        ("dict[str, int]", "list[str]"), ("dict[str, int]", "OrderedDict[str, int]"), ("Movie", "list[int]"),
        ("Order", "dict[str, int]"), ("Order", "tuple[int]"), ("Order", "uuid.UUID"), ("Spot", "Point"),
        ("uuid.UUID", "pathlib.Path"), ("int", "list[int]"), ("int", "pathlib.Path"),
        ("float", "N"), ("int", "UserId"), ("Order", "Invoice | Dog"),
    ],
)  # fmt: skip
def test_the_reason_names_what_is_written_and_what_is_read(up: str, down: str) -> None:
    """In this order, for every pair of kinds."""
    wanted = "int | str" if down == "N" else down.rpartition(".")[2]
    written = up.rpartition(".")[2]
    found = mismatches(schema_of(meaning(up)), schema_of(meaning(down)))
    assert [str(one) for one in found] == [f"`{written}` is not `{wanted}` - at `$`"]


@pytest.mark.parametrize(
    ("up", "down", "reason"),
    [
        ("B", "int", "`Animal` is not `int` - at `$`"),
        ("list[B]", "list[Dog]", "`Animal` is not `Dog` - at `$[0]`"),
    ],
)
def test_a_type_variable_that_is_written_is_its_bound(up: str, down: str, reason: str) -> None:
    """Nobody knows more of it. One without a bound may be anything."""
    found = mismatches(schema_of(meaning(up)), schema_of(meaning(down)))
    assert [str(one) for one in found] == [reason]
    assert not mismatches(schema_of(meaning(up)), schema_of(meaning(up.replace("B", "Animal"))))
    assert not mismatches(schema_of(meaning("T")), schema_of(meaning(down)))


class Shape:
    pass


class Other:
    pass


@dataclasses.dataclass
class Square(Shape):
    side: int


def test_a_record_fits_a_registered_class_that_it_inherits_from(monkeypatch) -> None:
    """And no other one, and not the other way round."""
    monkeypatch.setattr(registry, "_CODECS", dict(registry._CODECS))
    for kind in (Shape, Other):
        register_codec(kind, encode=vars, decode=lambda made, kind=kind: kind())
    square, shape, other = map(schema_of, (Square, Shape, Other))
    assert not mismatches(square, shape)
    assert [str(one) for one in mismatches(square, other)] == ["`Square` is not `Other` - at `$`"]
    assert [str(one) for one in mismatches(shape, square)] == ["`Shape` is not `Square` - at `$`"]


@pytest.mark.parametrize(
    ("up", "down", "returned", "expected"),
    [
        ("int", "T", "list[T]", "list[int]"),
        ("list[int]", "list[T]", "T", "int"),
        ("dict[str, int]", "dict[str, T]", "tuple[T, T]", "tuple[int, int]"),
        ("int | None", "T | None", "T", "int"),
        ("int", "T", "T | None", "int | None"),
        ("int", "T", "dict[str, list[T]]", "dict[str, list[int]]"),
        ("int", "T", "dict[T, T]", "dict[int, int]"),
        ("int", "T", "Pair[T]", "Pair[int]"),
        ("Box[int]", "Box[int]", "T", "Any"),
    ],
)
def test_type_variables_are_solved(up: str, down: str, returned: str, expected: str) -> None:
    """What a type variable took is what stands for it in the result."""
    solution = Solution()
    assert not mismatches(schema_of(meaning(up)), schema_of(meaning(down)), solution=solution)
    assert str(substitute(schema_of(meaning(returned)), solution)) == expected


def test_type_variable_of_two_arguments_is_their_join() -> None:
    """Two arguments for one type variable give the wider of them, or both."""
    variable, solution = schema_of(meaning("T")), Solution()
    for up in ("bool", "int", "str"):
        mismatches(schema_of(meaning(up)), variable, solution=solution)
    assert str(substitute(variable, solution)) == "int | str"


def test_a_bound_may_be_a_forward_reference() -> None:
    """The bound of a type variable, written as text, is looked up where the variable is made."""
    bound = schema_of(meaning("B")).bound  # type: ignore[attr-defined]  # a Var
    assert str(bound) == "Animal"


def test_members_that_look_alike_are_told_apart() -> None:
    """A member of a union that would come back as another is refused, with both names."""
    annotation = meaning("Dog | Cat")
    codec = make_codec(annotation, schema_of(annotation))
    with pytest.raises(EncodeError, match="`Cat` comes back as `Dog`"):
        dump(meaning("Cat(name='a')"), codec, settings=Settings())
