"""Asks the author's validators of values whose fields surely come back, without reading the JSON.

A field of an immutable scalar comes back as an equal value of the same class, so that a validator
cannot tell the two apart. Datetimes are the exception: pydantic reads a zone as another class, so
they are read from their JSON. Then pydantic makes the models again, from dicts, with all that the
author added. Most validators return what they are given, so most fields are the very same objects,
which is all there is to compare.

This holds for functions that pydantic calls after a field or a model, if it tells them nothing of
how the value was read. Everything else is read from JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, is_
from typing import Any, TypeAlias

import msgspec
import pydantic_core

from typedxcom.codecs.collector import PART, seldom_collected
from typedxcom.codecs.roundtrip.sameness import same_flat, same_moments
from typedxcom.codecs.roundtrip.zones import tells_no_zones

__all__ = ["Revalidation", "revalidation"]

Node: TypeAlias = "dict[str, Any]"
Read: TypeAlias = Callable[[Any], Any]

_SCALARS = frozenset({
    "str", "bool", "none", "int", "float", "decimal", "uuid", "date", "datetime", "literal", "enum",
})  # fmt: skip
_AFTER = frozenset({"function-after"})
_AROUND = _AFTER | {"nullable", "default"}
_ALIAS = "validation_alias"
_fields_of = attrgetter("__dict__")


@dataclass(frozen=True, slots=True)
class Revalidation:
    """What is asked of models of one class whose fields surely come back.

    Attributes:
        model: The class.
        fields: The names of its fields.
        moments: Reads the JSON of a column, for each field of datetimes.
        tells_zones: Whether a function may tell in which class a zone is held.
    """

    model: type
    fields: tuple[str, ...]
    moments: Mapping[str, Read]
    tells_zones: bool

    def keeps(self, values: Sequence[Any], validate: Read) -> bool:
        """Whether the validators leave all models as they are; False if unsure.

        Args:
            values: Models of exactly the class, with a proof of their fields.
            validate: Makes a list of models of a list of dicts. Raises what validators raise.
        """
        with seldom_collected():
            starts = range(0, len(values), PART)
            return all(self._keeps_part(values[start : start + PART], validate) for start in starts)

    def _keeps_part(self, values: Sequence[Any], validate: Read) -> bool:
        rows = list(map(_fields_of, values))
        if self.tells_zones:
            rows = self._with_zones(rows)
        made = validate(rows)
        if set(map(type, made)) != {self.model}:
            return False
        held, count = list(map(_fields_of, made)), len(self.fields)
        if set(map(len, held)) != {count}:
            return False
        for name in self.fields:
            ones, others = [row[name] for row in rows], [one[name] for one in held]
            same = same_moments if name in self.moments else same_flat
            if not (all(map(is_, ones, others)) or same(ones, others)):
                return False
        return True

    def _with_zones(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Returns copies of *rows* with datetimes as pydantic reads them."""
        rows = list(map(dict.copy, rows))
        for name, read in self.moments.items():
            column = read(msgspec.json.encode([row[name] for row in rows]))
            for row, moment in zip(rows, column, strict=True):
                row[name] = moment
        return rows


def revalidation(core_schema: Any) -> Revalidation | None:
    """Returns what can be asked of the models in a list; None if they must be read from JSON.

    Args:
        core_schema: pydantic's own description of a bare list that has a proof, so that nothing
            unknown to the proof is in it.
    """
    unwrapper = Unwrapper()
    node, _ = unwrapper.inside(core_schema, frozenset())
    node, after_model = unwrapper.inside(node["items_schema"], _AFTER)
    if node["type"] != "model" or node["schema"]["type"] != "model-fields" or _is_strict(node):
        return None
    scalars: dict[str, Node] = {}
    of_moments: list[Any] = []
    for name, field in node["schema"]["fields"].items():
        scalars[name], functions = unwrapper.inside(field["schema"], _AROUND)
        if not (scalars[name]["type"] in _SCALARS and type(field.get(_ALIAS, "")) is str):
            return None
        if scalars[name]["type"] == "datetime":
            of_moments.extend(functions)
    moments = {
        name: _column_reader(one) for name, one in scalars.items() if one["type"] == "datetime"
    }
    is_plain = node["cls"].__getattribute__ is object.__getattribute__
    has_enum = any(one["type"] == "enum" for one in scalars.values())  # with methods of its own
    is_blind = is_plain and not has_enum and not of_moments
    tells_zones = bool(moments) and not (
        is_blind and all(tells_no_zones(one, scalars) for one in after_model)
    )
    return Revalidation(node["cls"], tuple(scalars), moments, tells_zones)


class Unwrapper:
    """Looks into what may be around a node. A node may also be written once and named elsewhere."""

    def __init__(self) -> None:
        self.definitions: dict[str, Node] = {}

    def inside(self, node: Node, around: frozenset[str]) -> tuple[Node, list[Any]]:
        """Returns the node inside those of the types *around*, and the functions among these.

        It goes through a function only if pydantic does not tell it how the value was read.
        """
        functions: list[Any] = []
        while True:
            kind = node["type"]
            if kind == "definition-ref":
                node = self.definitions[node["schema_ref"]]
                continue
            if kind == "definitions":
                self.definitions.update((one["ref"], one) for one in node["definitions"])
            elif kind not in around:
                return node, functions
            elif kind == "function-after":
                if node["function"]["type"] != "no-info":
                    return node, functions
                functions.append(node["function"]["function"])
            node = node["schema"]


def _is_strict(model: Node) -> bool:
    """Whether a strict model takes no dict unless it is read from JSON."""
    return bool(model.get("strict") or model.get("config", {}).get("strict"))


def _column_reader(node: Node) -> Read:
    """Returns what reads the JSON of a list of such datetimes, some of which may be None."""
    each = {"type": "nullable", "schema": node}
    column: Any = {"type": "list", "items_schema": each}
    return pydantic_core.SchemaValidator(column).validate_json
