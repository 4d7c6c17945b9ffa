"""Types that two processes make alike from one recipe, for a reader that is new to them."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any, Optional

import msgspec
import pydantic
import typing_extensions as te

from tests.property import zoo
from typedxcom.codecs import make_codec
from typedxcom.exchange import load
from typedxcom.schema import schema_of

__all__ = ["CLASSES", "LEAVES", "built", "read_and_write"]

Recipe = tuple[Any, ...]  # (kind, parts): of a class, pairs of a field's name and recipe

LEAVES: dict[str, Any] = {"int": int, "str": str, "floats": list[float], "texts": dict[str, str]}
CLASSES = ("dataclass", "slots", "typeddict", "partial", "namedtuple", "struct", "model", "generic")
_WHOLE = [*zoo.NATIVE, *zoo.PYDANTIC]


def built(recipe: Recipe) -> Any:
    """The annotation of *recipe*; its classes are new ones."""
    kind, parts = recipe
    if kind == "leaf":
        return LEAVES[parts]
    if kind == "zoo":
        return _WHOLE[parts]
    if kind in CLASSES:
        return _record(kind, [(name, built(part)) for name, part in parts])
    inner = built(parts)
    return {"list": list[inner], "optional": Optional[inner], "dict": dict[str, inner]}[kind]  # type: ignore[valid-type]


def _record(kind: str, fields: list[tuple[str, Any]]) -> Any:
    match kind:
        case "dataclass" | "slots":
            written: list[Any] = [(name, Optional[part], None) for name, part in fields]
            return dataclasses.make_dataclass("Data", written, slots=kind == "slots")
        case "typeddict" | "partial":
            return te.TypedDict("Row", dict(fields), total=kind == "typeddict")  # type: ignore[misc]
        case "namedtuple":
            return typing.NamedTuple("Point", fields)  # type: ignore[misc]
        case "struct":
            return msgspec.defstruct("Record", fields)
        case "model":
            return pydantic.create_model("Model", **{name: (part, ...) for name, part in fields})
    holder = dataclasses.make_dataclass(
        "Holder", [(name, zoo.T, None) for name, _ in fields], bases=(typing.Generic[zoo.T],)
    )
    return holder[fields[0][1]]  # type: ignore[index]


def read_and_write(recipe: Recipe, row: Any) -> Any:
    """The JSON of what *row* is read as, by types that this process sees for the first time."""
    annotation = built(recipe)
    codec = make_codec(annotation, schema_of(annotation))
    return codec.encode(load(row, codec)).tree
