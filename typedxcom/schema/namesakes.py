"""Finds two classes or NewTypes of the same name, so that a message can tell them apart.

They differ by module, for example `sales.Order` and `shop.Order`, or one module is loaded twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from typedxcom.schema.nodes import (
    Constrained,
    EnumOf,
    Named,
    Opaque,
    Record,
    Schema,
    UnionOf,
    Written,
)

__all__ = ["namesakes"]

_DAG_FILE = re.compile(r"^unusual_prefix_[0-9a-f]+_")  # how Airflow names the module of a DAG file


def namesakes(upstream: Schema, downstream: Schema) -> str:
    """Returns a sentence about two different classes of one name, or an empty text."""
    for mine in _classes(upstream):
        for theirs in _classes(downstream):
            if mine is not theirs and mine.__name__ == theirs.__name__:
                kinds = "classes" if isinstance(mine, type) else "types"
                return _sentence(_full_name(mine), _full_name(theirs), mine.__name__, kinds)
    return ""


def _classes(schema: Schema) -> Iterator[Any]:
    """Yields the classes and NewTypes that a value of *schema* may have."""
    match schema:
        case UnionOf(members=members):
            for member in members:
                yield from _classes(member)
        case Constrained(inner=inner) | Written(inner=inner):
            yield from _classes(inner)
        case Named(newtype=kind):
            yield kind
        case Record(type=kind) | EnumOf(type=kind) | Opaque(type=kind):
            yield kind


def _full_name(kind: Any) -> str:
    module = _DAG_FILE.sub("", str(kind.__module__))
    return f"{module}.{getattr(kind, '__qualname__', kind.__name__)}"


def _sentence(mine: str, theirs: str, name: str, kinds: str) -> str:
    if mine == theirs:
        return f"`{mine}` is two {kinds}, because it is defined or its module is loaded twice"
    return f"two {kinds} are called `{name}`, `{mine}` and `{theirs}`"
