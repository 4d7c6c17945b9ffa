"""Reads a described type back. No class is imported: a stand-in takes the place of each.

A name in the description only chooses among the classes of the standard library that contracts
may have. Everything else of a class is in its description.
"""

from __future__ import annotations

import enum
import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from typedxcom.errors import DecodeError
from typedxcom.evolution.columns import columns_of_tree
from typedxcom.evolution.constants import constant
from typedxcom.evolution.describing import REGISTERED
from typedxcom.evolution.facts import FACTS, NO_DEFAULT, ClassFacts, FieldFacts
from typedxcom.evolution.sources import SOURCES, Source
from typedxcom.schema.kinds import MAPPINGS, SCALARS, SEQUENCES
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    Constraints,
    EnumOf,
    Field,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
    Unsupported,
    Var,
)

__all__ = ["TypeReader", "read_type"]

_SCALARS = {
    "None": type(None),
    **{kind.__name__: kind for kind in SCALARS if kind is not type(None)},
}
_SEQUENCES = {"tuple": tuple, **{kind.__name__: kind for kind in SEQUENCES.values()}}
_MAPPINGS = {"Counter": Counter, **{kind.__name__: kind for kind in MAPPINGS.values()}}
_LIMITS = tuple(one.name for one in fields(Constraints))


def read_type(tree: Mapping[str, Any]) -> Schema:
    """Returns the type that `described` described.

    Raises:
        DecodeError: It is not such a description.
    """
    return TypeReader(tree["classes"], tree.get("upcasters", {})).schema(tree["type"])


class TypeReader:
    """Reads the types of one file.

    Args:
        classes: Name to description, as the file has them.
        upcasters: Name of a class to the older types that its upcasters lead from, likewise.
    """

    def __init__(
        self, classes: Mapping[str, Any], upcasters: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        self._classes = classes
        self._upcasters = upcasters
        self._read: dict[str, Schema] = {}

    def schema(self, tree: Any) -> Schema:
        """Returns the type of one JSON tree. Raises DecodeError."""
        try:
            return self._scalar(tree) if isinstance(tree, str) else self._node(tree)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise DecodeError(f"No description of a type: {error!r}"[:200]) from error

    def _scalar(self, name: str) -> Schema:
        return Unknown(claimed=True) if name == "any" else Scalar(_SCALARS[name])

    def _node(self, tree: Mapping[str, Any]) -> Schema:
        match tree:
            case {"class": str(name)}:
                return self._class(name)
            case {"limited": inner, "by": str(engine)}:
                limits = {one: constant(tree[one]) for one in _LIMITS if one in tree}
                marks = tuple(sorted(tree.get("marks", {}).items()))
                converts = bool(tree.get("converts"))
                read = self.schema(inner)
                return Constrained(read, Constraints(**limits), engine, converts, marks)
            case {"literal": values}:
                return LiteralOf(tuple(map(constant, values)))
            case {"sequence": kind, "of": item}:
                return SequenceOf(_SEQUENCES[kind], self.schema(item))
            case {"tuple": items}:
                return TupleOf(tuple(map(self.schema, items)))
            case {"mapping": kind, "key": key, "of": value}:
                return MappingOf(_MAPPINGS[kind], self.schema(key), self.schema(value))
            case {"union": members}:
                return UnionOf(tuple(map(self.schema, members)))
            case {"newtype": name, "of": inner}:
                return Named(_stand_in(name, "typedxcom", is_own=False), self.schema(inner))
            case {"table": table, "row": str(row)}:
                return columns_of_tree(table, row, self._sources(tree.get("upcasters", ())))
            case {"codec": str(name)}:
                return Opaque(_stand_in(name, "typedxcom", is_own=True))
            case {"library": str(name)}:
                module, _, short = name.rpartition(".")
                return Opaque(_stand_in(short, module or "builtins", is_own=False))
            case {"variable": str(name), "of": bound}:
                return Var(name, self.schema(bound))
            case {"unsupported": text}:
                return Unsupported(str(text), "")
        raise ValueError(f"unknown form {sorted(tree)}")

    def _class(self, name: str) -> Schema:
        if name not in self._read:
            tree = self._classes[name]
            if "enum" in tree:
                self._read[name] = EnumOf(_enum(name, tree))
            elif "alias" in tree:
                alias = self._read[name] = Alias(name)
                alias.target.append(self.schema(tree["alias"]))
            else:
                self._record(name, tree)
            found: Any = self._read[name]
            if name in self._upcasters:
                setattr(found.type, SOURCES, self._sources(self._upcasters[name]))
        return self._read[name]

    def _sources(self, trees: Any) -> tuple[Source, ...]:
        return tuple(Source(self.schema(one["from"]), one["old"], one["new"]) for one in trees)

    def _record(self, name: str, tree: Mapping[str, Any]) -> None:
        facts = ClassFacts(
            {part["name"]: _facts(part) for part in tree["fields"]},
            tree.get("extra", "ignore"),
            tuple(tree["tag"]) if "tag" in tree else None,
            bool(tree.get("array")),
            tree.get("config", {}),
            tuple(tree.get("validators", ())),
            tuple(tree.get("serializers", ())),
            bool(tree.get("root")),
            tree["style"] in ("model", "struct") or bool(tree.get("own")),
        )
        kind = type(_plain_name(name), (), {FACTS: facts})
        parts: dict[str, Field] = {}
        record = self._read[name] = Record(kind, tree["style"], (), parts)
        for part in tree["fields"]:
            parts[part["name"]] = Field(self.schema(part["type"]), not part.get("optional"))
        record.extras.extend(map(self.schema, tree.get("extras", ())))


def _facts(part: Mapping[str, Any]) -> FieldFacts:
    name = part["name"]
    return FieldFacts(
        part.get("writes", name),
        tuple(one if isinstance(one, str) else tuple(one) for one in part.get("reads", (name,))),
        part.get("default", NO_DEFAULT),
        part.get("omitted", ""),
    )


def _plain_name(name: str) -> str:
    """Returns the class's own name, without the number that tells namesakes apart."""
    return name.partition(" (")[0] if name.endswith(")") else name


def _enum(name: str, tree: Mapping[str, Any]) -> Any:
    bases = {"int": (int,), "str": (str,)}.get(tree.get("base", ""), ())
    kind: Any = enum.Enum
    if tree.get("flag"):
        kind, bases = (enum.IntFlag, ()) if bases else (enum.Flag, ())
    members = [(one, constant(value)) for one, value in tree["enum"]]
    shape = kind(_plain_name(name), members, **({"type": bases[0]} if bases else {}))
    shape.__module__ = "typedxcom"
    return shape


@functools.lru_cache(maxsize=1024)
def _stand_in(name: str, module: str, *, is_own: bool) -> Any:
    """Returns the class that stands for a class of another library, the same for the same name."""
    return type(name, (), {"__module__": module, "__qualname__": name, REGISTERED: is_own})
