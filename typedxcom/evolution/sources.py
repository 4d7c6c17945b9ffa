"""The older types that upcasters lead from, as the gate compares them and as a file keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typedxcom.evolution.columns import ColumnsOf, columns_of_tree, columns_tree
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import EnumOf, Record, Schema, TableOf
from typedxcom.upcasters import Upcaster, upcasters_of

__all__ = ["SOURCES", "Source", "sources_of"]

SOURCES = "__typedxcom_sources__"  # where a stand-in keeps them


@dataclass(frozen=True, slots=True)
class Source:
    """One older type that a reader reads too.

    Attributes:
        schema: The older type.
        old: Its fingerprint.
        new: The fingerprint of the type that its upcaster makes.
    """

    schema: Schema
    old: str
    new: str


def sources_of(schema: Schema) -> tuple[Source, ...]:
    """Returns the older types of *schema*, in the order in which a reader tries them."""
    if isinstance(schema, ColumnsOf):
        return schema.sources
    if isinstance(schema, (Record, EnumOf)):
        kept: tuple[Source, ...] | None = vars(schema.type).get(SOURCES)
        if kept is not None:
            return kept
    return tuple(_source(one) for one in upcasters_of(schema))


def _source(upcaster: Upcaster) -> Source:
    old, new = upcaster.old.schema, upcaster.new.schema
    return Source(_older(upcaster.old), fingerprint(old), fingerprint(new))


def _older(promise: Any) -> Schema:
    """Returns an older type; the columns of a table, because its annotation may say more."""
    schema: Schema = promise.schema
    if not isinstance(schema, TableOf):
        return schema
    tree = columns_tree(promise.codec.row)
    return columns_of_tree(tree, str(schema.row), sources_of(schema))
