"""Contracts of two versions: the rules and their page, edges and directions, files of any id."""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
import typing
import uuid
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pydantic
import pytest
import typing_extensions as te

from typedxcom import Table
from typedxcom.codecs import make_codec
from typedxcom.errors import DecodeError
from typedxcom.evolution.comparing import Change, changes
from typedxcom.evolution.describing import described
from typedxcom.evolution.locks import Read, TaskLock, lock_text, read_lock, write_of
from typedxcom.evolution.names import contract_path
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.rules import RULES
from typedxcom.evolution.samples import opened_sample, samples
from typedxcom.evolution.structure import breaks
from typedxcom.schema import Schema, schema_of
from typedxcom.tables import Unique

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/breaking.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
NAMES: dict[str, Any] = {
    **vars(pydantic), "BaseModel": pydantic.BaseModel, "Field": pydantic.Field,
    "ConfigDict": pydantic.ConfigDict, "Enum": enum.Enum, "UUID": uuid.UUID, "date": dt.date,
    "Annotated": Annotated, "msgspec": msgspec, "Table": Table, "Unique": Unique,
}  # fmt: skip


def locked(annotation: Any) -> Schema:
    """The type as a file keeps it."""
    return read_type(json.loads(json.dumps(described(schema_of(annotation)))))


def flow(
    written: Any, read: Any, *, beyond: tuple[str, ...] = (), **more: Any
) -> dict[tuple[str, str], TaskLock]:
    """A DAG of two tasks: `extract` pushes *written*, and `load(value)` reads it as *read*."""
    given = {"upstream": "extract", "key": "return_value", "parameter": "value", **more}
    edge = Read(given["parameter"], given["upstream"], given["key"], "whole", locked(read))
    out = locked(written)
    writes = {"return_value": write_of(out, out), given["key"]: write_of(out, out)}
    tasks = [
        TaskLock("shop", given["upstream"], "dags/shop.py", writes, beyond=beyond),
        TaskLock("shop", "load", "dags/shop.py", {}, (edge,), {given["parameter"]: True}),
    ]
    return {(one.dag_id, one.task_id): one for one in tasks}


def found(before: Any, now: Any) -> set[tuple[str, str, str]]:
    """The rule, severity and direction of each change."""
    return {(one.rule, one.severity, one.direction) for one in changes(before, now)}


def versions(diff: str) -> list[Any]:
    """The last type that each side of a diff defines."""
    made = []
    for sign in "-+":
        lines = [line[1:] for line in diff.splitlines() if line[:1] in (" ", sign)]
        names = dict(NAMES)
        exec(compile("\n".join(lines), "page", "exec", dont_inherit=True), names)
        made.append(names[list(names)[-1]])
    return made


def test_a_break_of_a_union_shows_a_value() -> None:
    """Where several members have the form of the older value, the decoder's verdict counts."""
    (one,) = breaks(locked(list[float]), locked(list[int] | set[str]))
    assert str(one) == (
        "`list[int] | set[str]` does not take `list[float]`, such as `[1.5]` - at `$`"
    )
    assert one.is_certain


def test_a_long_value_is_cut_in_the_sentence() -> None:
    """What is left says that it goes on; the whole value is there too."""
    name = "n" * 80
    row = te.TypedDict("Row", {name: float})  # type: ignore[misc]
    other = te.TypedDict("Other", {name: int})  # type: ignore[misc]
    (one,) = breaks(locked(list[row]), locked(list[other] | set[str]))
    assert json.loads(one.example)[0].keys() == {name}
    assert re.search(r', such as `\[\{"n{54}\.\.\.`$', one.reason)


def test_a_break_of_a_union_without_a_value_only_warns() -> None:
    """By the types alone a text may become a number of the other tuple, but pydantic is strict."""
    (one,) = breaks(locked(tuple[str, ...]), locked(tuple[int] | tuple[str, ...]))
    assert (one.is_certain, one.example) == (False, "")
    assert one.reason.endswith("though no example shows it")
    (proved,) = breaks(locked(tuple[str, ...]), locked(tuple[dt.date] | tuple[str, ...]))
    assert (proved.is_certain, proved.example) == (True, '["2024-01-31"]')


def test_a_break_of_a_union_that_cannot_be_built_is_careful() -> None:
    """A class with a validator cannot be built from a contract, so the break stays an error."""

    class Checked(pydantic.BaseModel):
        x: int

        @pydantic.field_validator("x")
        @classmethod
        def check(cls, value: int) -> int:
            return value

    (one,) = breaks(locked(list[float]), locked(list[int] | set[str] | list[Checked]))
    assert one.is_certain
    assert one.reason.endswith("unless another member reads its values")


def test_the_page_has_a_heading_for_each_rule() -> None:
    """The rules equal the headings of the page, and each has a cause, an example and a cure."""
    assert list(SECTIONS) == list(RULES)
    assert all("```diff" in one and "Cure: " in one for one in SECTIONS.values())


# Those of the graph are changes of tasks: see `tests/cli/test_each_rule.py`.
@pytest.mark.parametrize("rule", [name for name, one in SECTIONS.items() if "def " not in one])
def test_each_example_breaks_its_rule(rule: str) -> None:
    """The change that the page shows for a rule is reported under it."""
    (diff,) = re.findall(r"```diff\n(.*?)```", SECTIONS[rule], re.S)
    old, new = versions(diff)
    assert rule in {one.rule for one in changes(flow(old, old), flow(new, new))}


class Order(pydantic.BaseModel):
    id: int


class Renamed(msgspec.Struct):
    id: int


class Both(te.TypedDict):
    id: int
    total: te.NotRequired[int]


class Whole(te.TypedDict):
    id: int
    total: int


class Pair(typing.NamedTuple):
    id: int


class Lower(pydantic.BaseModel):
    id: int

    @pydantic.field_validator("id")
    @classmethod
    def _small(cls, value: int) -> int:
        assert value < 2
        return value


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (int, float), (bool, int), (list[int], list[float]), (Order, Renamed), (Order, Both),
        (int, int | None), (int, int | str), (typing.Literal["a"], str), (Pair, tuple[int]),
        (Annotated[int, pydantic.Field(gt=3)], Annotated[int, pydantic.Field(ge=4)]),
        (enum.Enum("A", {"X": "x"}), typing.Literal["x", "y"]), (Order, Any),
        (typing.NewType("Id", int), int), (dict[str, int], typing.Mapping[str, float]),
    ],
)  # fmt: skip
def test_a_wider_type_breaks_nothing(old: Any, new: Any) -> None:
    """Each value of the old type can be read as the new one."""
    assert breaks(locked(old), locked(new)) == []


def test_only_the_edges_that_read_a_value_break() -> None:
    """A producer's change that no reader names is a note."""
    old, new = Both, te.TypedDict("Less", {"id": int})  # type: ignore[misc]
    assert found(flow(Order, Both), flow(Order, new)) == set()
    assert found(flow(Whole, Order), flow(old, Order)) == {
        ("field-removed", "note", "mixed versions")
    }


def test_directions_have_their_severities() -> None:
    """In flight is an error, mixed versions a warning, and beyond the run both are errors."""
    wider = Annotated[int, pydantic.Field(ge=0)]
    assert found(flow(int, int), flow(wider, wider)) == {
        ("constraint-tightened", "error", "in flight")
    }
    assert found(flow(int, int), flow(str, str)) == {
        ("type-changed", "error", "in flight"), ("type-changed", "warning", "mixed versions"),
    }  # fmt: skip
    later = flow(str, str, beyond=("result",))
    assert {one[1:] for one in found(flow(int, int), later)} == {("error", "beyond the run")}


def test_what_may_break_weighs_less() -> None:
    """No example shows the break of such a union: a warning in flight, a note for older workers."""
    union = tuple[int] | tuple[str, ...]
    texts = tuple[str, ...]
    assert {one[1:] for one in found(flow(texts, texts), flow(texts, union))} == {
        ("warning", "in flight")
    }
    assert {one[1:] for one in found(flow(tuple[int], union), flow(texts, texts))} >= {
        ("note", "mixed versions")
    }
    later = flow(texts, texts, beyond=("result",))
    assert {one[1:] for one in found(flow(tuple[int], union), later)} >= {
        ("warning", "beyond the run")
    }


def test_what_only_the_run_decides_is_no_break() -> None:
    """An edge that may fail within one version is not reported before its types change."""
    small = Annotated[int, pydantic.Field(ge=0)]
    assert found(flow(int, small), flow(int, small)) == set()
    smaller = Annotated[int, pydantic.Field(ge=1)]
    assert found(flow(int, small), flow(int, smaller)) == {
        ("constraint-tightened", "error", "in flight")
    }


def test_a_new_validator_is_a_warning() -> None:
    """Nobody knows what a validator refuses, so it only may break older values."""
    assert found(flow(Order, Order), flow(Lower, Lower)) == {
        ("constraint-tightened", "warning", "in flight")
    }


def test_changes_of_the_graph() -> None:
    """A renamed task, a key and a parameter that are gone, and a new upstream have rules."""
    before = flow(int, int)
    assert ("task-renamed", "error", "in flight") in found(before, flow(int, int, upstream="get"))
    assert found(before, flow(int, int, parameter="other")) == set(), "it is read all the same"
    none = {**before, ("shop", "load"): TaskLock("shop", "load", "dags/shop.py", {})}
    assert found(before, none) == {("param-removed", "note", "mixed versions")}
    keyed = flow(int, int, key="rows")
    assert ("key-removed", "warning", "mixed versions") in found(keyed, before)
    assert ("required-added", "error", "in flight") in found(before, keyed)
    alone = {key: one for key, one in before.items() if key[1] == "load"}
    alone["shop", "load"] = TaskLock("shop", "load", "", {}, (), {"value": False})
    assert ("param-required", "warning", "in flight") in found(alone, before)


def test_a_message_names_tasks_parameter_path_and_cure() -> None:
    """One sentence says what is wrong, where, and what to do."""
    (change,) = changes(flow(Order, Order), flow(Order, te.TypedDict("T", {"n": int})))[:1]  # type: ignore[misc]
    assert change.sentence == (
        "shop: load(value) cannot read what 'extract' stored before: `T` requires `n`, which is not "
        "written - at `$.n`. Give it a default."
    )
    assert isinstance(change, Change)


IDS = [
    "load", "Load", "LOAD", "a.b", "..", ".", "../x", "/etc/x", "a/b", "con", "con.x", "né", "ne\u0301",
    "x" * 250, "x" * 249 + "y", "a~b", "%2e", "a b", "ends.", "\ud800",
]  # fmt: skip


def test_each_id_has_a_file_of_its_own_inside_the_folder(tmp_path: Path) -> None:
    """Also on a file system that does not see case, and for ids with dots and slashes."""
    paths = [contract_path(tmp_path, one, other) for one in IDS for other in IDS]
    assert len({str(path).lower() for path in paths}) == len(IDS) ** 2
    for path in paths:
        assert path.resolve().parent.parent == tmp_path.resolve()
        assert max(map(len, path.parts)) < 160
        assert str(path).isascii()


def test_a_file_is_read_back_and_the_same_each_time() -> None:
    """A contract in a file equals the one that was written, whatever its order was."""
    for lock in flow(Order, Both).values():
        text = lock_text(lock)
        assert lock_text(read_lock(text, name="x")) == text


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "<<<<<<< ours\n{}", '{"format": 2}', '{"format": "x"}', "null"]
)
def test_a_damaged_file_is_an_error_with_its_cure(text: str) -> None:
    """A file that is no contract is named, with the command that writes it again."""
    with pytest.raises(DecodeError, match=r"x\.json"):
        read_lock(text, name="x.json")


def test_samples_are_made_up_and_can_be_read() -> None:
    """There are up to three for each version, the same each time, for tables too."""

    class Trip(pydantic.BaseModel):
        km: Annotated[float, pydantic.Field(ge=1)]

    from typedxcom.stored import stored_codec

    for annotation in (Order, list[Order], int | None, dict[str, Pair]):
        codec = make_codec(annotation, schema_of(annotation))
        made = samples(codec)
        assert 1 <= len(made) <= 3
        assert made == samples(codec)
        for one in made:
            opened_sample(json.loads(json.dumps(one)), codec)
    table = stored_codec(Table[Trip], schema_of(Table[Trip]))
    assert table is not None
    (one,) = samples(table)
    assert opened_sample(one, table).num_rows == 3
