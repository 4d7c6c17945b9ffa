"""Upcasters to generics: each choice of type arguments has its own, in a run and in the lock."""

from __future__ import annotations

import dataclasses
import gc
import json
import threading
import typing
import weakref
from collections.abc import Callable
from typing import Any, Generic, Literal, NamedTuple, NewType, TypeVar

import msgspec
import pyarrow as pa
import pydantic
import pytest
import typing_extensions as te

from typedxcom import ContractError, LazyTable, Table, ValidationError, upcast
from typedxcom.evolution.describing import described
from typedxcom.evolution.locks import Read, TaskLock, lock_text, read_lock
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.structure import breaks
from typedxcom.exchange import load
from typedxcom.promises import promise_of
from typedxcom.schema import Schema, schema_of
from typedxcom.upcasters import upcasters_of

T = TypeVar("T")
UserId = NewType("UserId", int)


@dataclasses.dataclass
class Box(Generic[T]):
    item: T
    count: int


class Crate(msgspec.Struct, Generic[T]):
    item: T
    count: int


class Page(pydantic.BaseModel, Generic[T]):
    item: T
    count: int


class Row(te.TypedDict, Generic[T]):
    item: T
    count: int


class Pair(te.NamedTuple, Generic[T]):
    item: T
    count: int


@dataclasses.dataclass
class Outer(Generic[T]):
    inner: T


class Frame(pydantic.BaseModel, Generic[T]):
    inner: T


class Number(te.TypedDict):
    item: int


class Word(te.TypedDict):
    item: str


class Plain(NamedTuple):
    km: int


def declare(old: Any, new: Any, function: Callable[[Any], Any]) -> None:
    """Declares *function* as the upcaster from *old* to *new*."""

    def newer(value: Any) -> Any:
        return function(value)

    newer.__annotations__ = {"value": old, "return": new}
    newer.__qualname__ = f"newer from {old} to {new}"
    upcast(newer)


KINDS: list[Any] = [Box, Crate, Page, Row, Pair]
for kind in KINDS:
    declare(Number, kind[int], lambda old, kind=kind: kind(item=old["item"], count=1))
    declare(Word, kind[str], lambda old, kind=kind: kind(item=old["item"], count=2))


def read(annotation: Any, entry: Any) -> Any:
    """What a parameter with *annotation* gets for *entry*."""
    return load(entry, promise_of(annotation).codec)


def locked(annotation: Any, *, upcasting: bool = False) -> Schema:
    """The type as a file keeps it."""
    made = described(schema_of(annotation), upcasting=upcasting)
    return read_type(json.loads(json.dumps(made)))


def gate(written: Any, reader: Any) -> list[Any]:
    """What the gate finds for an edge."""
    return breaks(locked(written), locked(reader, upcasting=True))


@pytest.mark.parametrize("kind", KINDS)
def test_each_choice_of_arguments_has_its_own_upcasters(kind: Any) -> None:
    """`Box[int]` and `Box[str]` are two types, and `Box[float]` and `Box` have no upcaster."""
    gc.collect()  # pydantic keeps the class of `Page[int]` only while something refers to it
    assert read(kind[int], {"item": 7}) == kind[int](item=7, count=1)
    assert read(kind[str], {"item": "a"}) == kind[str](item="a", count=2)
    if kind is not Pair:  # pydantic may read an object as a NamedTuple too, so the gate is careful
        assert gate(Number, kind[int]) == gate(Word, kind[str]) == []
    for other, entry in ((kind[int], "a"), (kind[str], 7), (kind[float], 7), (kind, 7)):
        with pytest.raises(ValidationError):
            read(other, {"item": entry})
    assert gate(Word, kind[int])
    assert gate(Number, kind[float])
    assert gate(Number, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_generic_inside_another_type_is_reached(kind: Any) -> None:
    """In a list, an optional, a dict, a field and as the argument of another generic."""
    new, entry, value = kind[int], {"item": 7}, kind[int](item=7, count=1)
    assert read(list[new], [entry]) == [value]
    assert read(dict[str, new] | None, {"a": entry}) == {"a": value}
    assert read(Outer[new], {"inner": entry}) == Outer(value)
    words = [kind[str](item="a", count=2)]
    assert read(Outer[list[kind[str]]], {"inner": [{"item": "a"}]}).inner == words
    if kind is not Pair:
        assert gate(list[Number], list[new]) == gate(Outer[Number], Outer[new]) == []
    if kind not in (Crate, Pair):  # pydantic cannot read a Struct
        assert read(Frame[new], {"inner": entry}).inner == value
        assert gate(Frame[Number], Frame[new]) == []


def test_arguments_are_told_apart_as_annotations_tell_them() -> None:
    """1 is no True, a NewType is no int, and a generic argument counts with its own arguments."""
    seen: list[Any] = [
        Outer[Literal[1]], Outer[Literal[True]], Outer[UserId], Outer[int], Outer[Box[int]],
        Outer[Box[str]], Outer[Page[int]], Outer[Page[str]], Outer[list[Box[int]]],
        Frame[Literal[1]], Frame[Literal[True]], Frame[Page[int]], Frame[Page[str]], Outer[None],
    ]  # fmt: skip
    for one in seen:
        assert not upcasters_of(schema_of(one))
        declare(te.TypedDict("Old", {"x": int}), one, lambda old: old)
    for one in seen:
        assert [up.new.annotation for up in upcasters_of(schema_of(one))] == [one]


def test_a_class_of_pydantic_is_found_from_another_thread() -> None:
    """pydantic makes the class of `Page[int]` once for each thread."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(read(Page[int], {"item": 3})))
    thread.start()
    thread.join()
    assert (found[0].item, found[0].count) == (3, 1)


def test_an_upcaster_is_freed_with_the_argument_of_its_type() -> None:
    """A generic of a library does not keep the classes of a DAG file that is imported again."""

    class Local(te.TypedDict):
        x: int

    declare(Number, Box[Local], lambda old: old)
    assert upcasters_of(schema_of(Box[Local]))
    kept = weakref.ref(Local)
    for clear in typing._cleanups:  # type: ignore[attr-defined]  # typing keeps the last aliases
        clear()
    del Local
    gc.collect()
    assert kept() is None


def test_a_table_of_a_generic_row_has_its_own_upcasters() -> None:
    """`Table[Page[int]]` and `Table[Page[str]]` are two tables."""

    def newer(old: Table[Plain]) -> Table[Page[int]]:
        return pa.table({"item": old["km"], "count": old["km"]})

    upcast(newer)
    old: Any = pa.table({"km": [1, 2]})
    assert read(Table[Page[int]], old).to_pydict() == {"item": [1, 2], "count": [1, 2]}
    with pytest.raises(ValidationError):
        read(Table[Page[str]], old)
    assert read(LazyTable[Page[int]], old).to_arrow().to_pydict() == {
        "item": [1, 2], "count": [1, 2],
    }  # fmt: skip
    assert gate(Table[Plain], Table[Page[int]]) == gate(Table[Plain], LazyTable[Page[int]]) == []
    assert gate(Table[Plain], Table[Page[str]])


def test_the_contract_of_a_reader_names_the_older_types_of_each() -> None:
    """A file has them for each choice of arguments, and is read back without loss."""
    edges = tuple(
        Read(name, "extract", "return_value", "whole", locked(one, upcasting=True))
        for name, one in (("a", Box[int]), ("b", list[Box[str]]), ("c", Page[int]), ("d", Box))
    )
    text = lock_text(TaskLock("shop", "load", "dags/shop.py", {}, edges))
    tree = json.loads(text)
    assert {name: [one["is"] for one in old] for name, old in tree["upcasters"].items()} == {
        "Box[int]": ["Number"], "Box[str]": ["Word"], "Page[int]": ["Number"],
    }  # fmt: skip
    again = read_lock(text, name="x")
    assert lock_text(again) == text
    first = next(one for one in again.reads if one.parameter == "a")
    assert breaks(locked(Number), first.schema) == []
    assert breaks(locked(Word), first.schema)


def test_an_upcaster_to_any_argument_is_refused() -> None:
    """A reader names the argument, so an upcaster to `Box[T]` would never be found."""
    with pytest.raises(ContractError, match=r"returns `Box\[T\]`.* such as `Box\[int\]`"):
        declare(Number, Box[T], lambda old: old)  # type: ignore[valid-type]
