"""Finds keys that Airflow's client, which puts them into a URL, would take for others.

The module does the same as `typedxcom.airflow.keynames`, which a plugin must not import. A test
compares the two.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mypy.types import Instance, LiteralType, ProperType, TypedDictType, UnionType, get_proper_type

from typedxcom.mypy.types.tables import fields_of

__all__ = ["key_fault", "pushed_key_fault"]

_UNSENDABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_CUTS: Final = re.compile(r"[?#]")
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
_ADDRESS: Final = re.compile(r"/item/[^/]+\Z|/slice\Z")


@lru_cache(maxsize=4096)
def key_fault(key: str) -> str | None:
    """Says what Airflow would do to *key* on its way through a URL; None for a good key."""
    if not key:
        return "an XCom needs a key"
    if _UNSENDABLE.search(key):
        return "a URL cannot hold its control characters or lone surrogates"
    if found := _CUTS.search(key):
        return f"the URL ends at `{found[0]}`"
    if found := _ESCAPE.search(key):
        return f"`{found[0]}` in a URL stands for another character"
    if any(step in (".", "..") for step in key.split("/")):
        return "`.` and `..` lead to another address"
    if found := _ADDRESS.search(key):
        return f"`{found[0]}` asks Airflow for a part of another key"
    return None


def pushed_key_fault(value: ProperType) -> tuple[str, str] | None:
    """Returns the first key of a result that cannot be pushed on its own, and the reason."""
    found = ((key, key_fault(key)) for key in _names(value))
    return next(((key, fault) for key, fault in found if fault is not None), None)


def _names(value: ProperType) -> list[str]:
    if isinstance(value, TypedDictType):
        return list(value.items)
    if not isinstance(value, Instance):
        return []
    if value.type.has_base("typing.Mapping"):
        return _literals(get_proper_type(value.args[0])) if value.args else []
    return list(fields_of(value) or ())


def _literals(key: ProperType) -> list[str]:
    if isinstance(key, UnionType):
        return [text for item in key.items for text in _literals(get_proper_type(item))]
    return [key.value] if isinstance(key, LiteralType) and isinstance(key.value, str) else []
