"""Where two classes have one name, the words say which modules they are of."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, NewType

import msgspec
import pydantic
import pytest

from typedxcom.schema import schema_of
from typedxcom.schema.relation import mismatches

KINDS: dict[str, Any] = {
    "model": lambda: pydantic.create_model("Order", id=(int, ...)),
    "dataclass": lambda: dataclasses.make_dataclass("Order", [("id", int)]),
    "Struct": lambda: msgspec.defstruct("Order", [("id", int)]),
    "Enum": lambda: enum.Enum("Order", ["A"]),
}


def orders(kind: str, *modules: str) -> list[Any]:
    """A class `Order` in each of *modules*."""
    made = [KINDS[kind]() for _ in modules]
    for order, module in zip(made, modules, strict=True):
        order.__module__, order.__qualname__ = module, "Order"
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_two_classes_of_one_name_are_told_with_their_modules(kind: str) -> None:
    """Alone, in a list, and as members of unions."""
    mine, theirs = orders(kind, "shop.orders", "unusual_prefix_0a1b2c_billing")
    for up, down in [(mine, theirs), (list[mine], list[theirs]), (mine, theirs | None),
                     (mine | None, theirs | None)]:  # fmt: skip
        (problem, *_) = mismatches(schema_of(up), schema_of(down))
        assert "two classes are called `Order`" in str(problem)
        assert "`shop.orders.Order` and `billing.Order`" in str(problem)


def test_two_newtypes_of_one_name_are_told_with_their_modules() -> None:
    """Alone, in containers, and as members of unions; one made of the other still fits it."""
    mine, theirs = NewType("Key", int), NewType("Key", int)
    mine.__module__, theirs.__module__ = "shop.keys", "unusual_prefix_0a1b2c_billing"
    for up, down in [(mine, theirs), (list[mine], list[theirs]), (dict[str, mine], dict[str, theirs]),
                     (mine, theirs | None), (mine | None, theirs | None)]:  # fmt: skip
        (problem, *_) = mismatches(schema_of(up), schema_of(down))
        assert "two types are called `Key`, `shop.keys.Key` and `billing.Key`" in str(problem)
    again = NewType("Key", mine)
    assert mismatches(schema_of(again), schema_of(mine)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_class_that_was_loaded_twice_is_told_as_that(kind: str) -> None:
    """The same module and the same name, and yet another class: it was reloaded."""
    before, after = orders(kind, "shop.orders", "shop.orders")
    (problem,) = mismatches(schema_of(before), schema_of(after))
    assert str(problem).startswith("`shop.orders.Order` is two classes")


def test_a_field_that_is_missing_does_not_hide_the_other_class() -> None:
    """`missing id` alone would be a riddle where both are called `Order`."""
    mine, theirs = orders("model", "a", "b")
    theirs = pydantic.create_model("Order", __module__="b", total=(int, ...))
    (problem,) = mismatches(schema_of(mine), schema_of(theirs))
    assert "`a.Order` and `b.Order`" in str(problem)
