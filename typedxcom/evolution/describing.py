"""Describes a type as JSON from which it can be read back: nothing that decoding needs is lost.

The fingerprint of `typedxcom.schema.canonical` tells whether a type changed. This form tells how.
Each class stands once under `classes`, by its name, so that a class may contain itself.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from typedxcom.codecs import is_foreign, make_codec
from typedxcom.evolution.columns import ColumnsOf, table_tree
from typedxcom.evolution.constants import shown
from typedxcom.evolution.facts import FACTS, ClassFacts, FieldFacts, facts_of
from typedxcom.evolution.sources import Source, sources_of
from typedxcom.registry import registered
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    Inferred,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    Unknown,
    Unsupported,
    Var,
    Written,
    walk,
)

__all__ = ["Describer", "described", "is_same_inside", "settings_inside"]

REGISTERED = "__typedxcom_registered__"  # marks the stand-in of a class with a registered codec
_NO_SETTINGS: Mapping[str, Any] = {}


def described(schema: Schema, *, upcasting: bool = False) -> dict[str, Any]:
    """Returns *schema* as JSON: ``{"type": ..., "classes": {name: ...}}``.

    Args:
        schema: The type.
        upcasting: Whether the older types are described that upcasters lead from: ``upcasters``.
    """
    describer = Describer(upcasting=upcasting)
    tree = describer.tree(schema)
    made = {"type": tree, "classes": describer.classes}
    return {**made, "upcasters": describer.upcasters} if upcasting else made


def is_same_inside(schema: Schema, settings: Mapping[str, Any]) -> bool:
    """Whether *schema* has the same JSON inside a class with *settings* as it has alone."""
    if not settings:
        return True
    inside = Describer()
    inside._settings = settings
    tree = inside._tree(schema)
    return {"type": tree, "classes": inside.classes} == described(schema)


class Describer:
    """Describes the types of one file.

    Attributes:
        classes: Name to description, of every class that was met.
        upcasters: Name of a class to the older types that its upcasters lead from.
        upcasting: Whether these are described. Only a reader has them.
    """

    def __init__(self, *, upcasting: bool = False) -> None:
        self.classes: dict[str, Any] = {}
        self.upcasters: dict[str, list[Any]] = {}
        self.upcasting = upcasting
        self._names: dict[Any, str] = {}
        self._led: set[int] = set()
        self._settings = _NO_SETTINGS  # of the pydantic class around

    def tree(self, schema: Schema) -> Any:
        """Returns the JSON of one type, which is a whole annotation."""
        outer, self._settings = self._settings, {"aliased": True} if is_foreign(schema) else {}
        try:
            return self._tree(schema)
        finally:
            self._settings = outer

    def _tree(self, schema: Schema) -> Any:
        match schema:
            case Scalar(type=kind):
                return self._scalar(kind)
            case Unknown() | Inferred():
                return "any"
            case Written(inner=inner):
                return self._tree(inner)
            case Constrained():
                return self._constrained(schema)
            case LiteralOf(values=values):
                return {"literal": [shown(value) for value in values]}
            case EnumOf(type=kind):
                name = self._named(kind, kind, lambda: _enum(kind))
                return {"class": self._leading(name, schema)}
            case SequenceOf(type=kind, item=item):
                return {"sequence": kind.__name__, "of": self._tree(item)}
            case TupleOf(items=items):
                return {"tuple": [self._tree(item) for item in items]}
            case MappingOf(type=kind, key=key, value=value):
                return {"mapping": kind.__name__, "key": self._tree(key), "of": self._tree(value)}
            case UnionOf(members=members):
                return {"union": [self._tree(member) for member in members]}
            case Named(newtype=newtype, inner=inner):
                return {"newtype": str(newtype.__name__), "of": self._tree(inner)}
            case Alias(name=name, target=target):
                return {"class": self._named(id(schema), name, lambda: self._alias(target))}
            case Record():
                # A plain class has the settings of the class around it, so it may be several.
                place = id(schema), repr(self._settings) if inherits(schema) else ""
                name = self._named(place, str(schema), lambda: self._record(schema))
                return {"class": self._leading(name, schema)}
            case TableOf(row=row):
                return self._table(table_tree(row), str(row), schema)
            case ColumnsOf(tree=tree, row=row_name):
                return self._table(tree, row_name, schema)
            case Opaque(type=kind):
                is_own = registered(kind) or bool(getattr(kind, REGISTERED, False))
                return {"codec" if is_own else "library": _full_name(kind, is_own=is_own)}
            case Var(name=name, bound=bound):
                return {"variable": name, "of": self._tree(bound)}
            case Unsupported():
                return {"unsupported": str(schema)}
        return "any"

    def _named(self, key: Any, owner: Any, make: Any) -> str:
        """Returns the name under which a class is described. The first time, describes it."""
        if key in self._names:
            return self._names[key]
        first = owner if isinstance(owner, str) else owner.__name__
        name, number = first, 1
        while name in self.classes:
            number += 1
            name = f"{first} ({number})"
        self._names[key] = name
        self.classes[name] = {}  # so that it may contain itself
        self.classes[name] = make()
        return name

    def lead(self, schema: Schema) -> None:
        """Describes the older types in *schema* whose classes were described without them."""
        for _, node in walk(schema):
            is_class = isinstance(node, (Record, EnumOf))
            if is_class and sources_of(node) and id(node) not in self._led:
                self._led.add(id(node))
                self._tree(node)
                for one in sources_of(node):
                    self.lead(one.schema)

    def _leading(self, name: str, schema: Schema) -> str:
        """Describes the older types of a class, once. Returns its *name*."""
        if self.upcasting and name not in self.upcasters:
            found = sources_of(schema)
            types = [schema, *(one.schema for one in found)]
            if found and all(is_same_inside(one, self._settings) for one in types):
                self.upcasters[name] = []  # so that it may lead to itself
                self.upcasters[name] = self._sources(found)
        return name

    def _table(self, tree: Any, row: str, schema: Schema) -> dict[str, Any]:
        found = sources_of(schema) if self.upcasting else ()
        made = {"table": tree, "row": row}
        return {**made, "upcasters": self._sources(found)} if found else made

    def _sources(self, found: tuple[Source, ...]) -> list[Any]:
        outer, self._settings = self._settings, _NO_SETTINGS
        try:
            return [
                {
                    "from": self._tree(one.schema),
                    "is": str(one.schema),
                    "old": one.old,
                    "new": one.new,
                }
                for one in found
            ]
        finally:
            self._settings = outer

    def _alias(self, target: list[Schema]) -> Any:
        return {"alias": self._tree(target[0]) if target else "any"}

    def _scalar(self, kind: type) -> Any:
        """Returns the name of a scalar class, with what the class around says about it."""
        name = "None" if kind is type(None) else kind.__name__
        marks, limits, settings = {}, {}, self._settings
        if kind in (int, float, bool, str) and settings.get("strict"):
            marks["strict"] = True
        if kind in (bytes, bytearray) and "as" in settings:
            marks["as"] = settings["as"]
        if kind is dt.timedelta and "ser_json_timedelta" in settings:
            marks["as"] = settings["ser_json_timedelta"]
        if kind is float and settings.get("allow_inf_nan") is False:
            marks["allow_inf_nan"] = False
        if kind is str:
            lengths = {"min_length": "str_min_length", "max_length": "str_max_length"}
            limits = {ours: settings[its] for ours, its in lengths.items() if settings.get(its)}
            changes = ("strip_whitespace", "to_lower", "to_upper")
            marks.update({one: True for one in changes if settings.get(f"str_{one}")})
        if not marks and not limits:
            return name
        more = {"marks": marks} if marks else {}
        return {"limited": name, "by": "pydantic", **limits, **more}

    def _constrained(self, schema: Constrained) -> Any:
        limits = {
            one.name: shown(limit)
            for one in fields(schema.constraints)
            if (limit := getattr(schema.constraints, one.name)) is not None
        }
        inner, marks = self._tree(schema.inner), dict(schema.marks)
        if isinstance(inner, dict) and "limited" in inner:  # what the class around says
            marks = {**inner.get("marks", {}), **marks}
            own = {name: one for name, one in inner.items() if name not in ("limited", "marks")}
            limits = {**own, **limits}
            inner = inner["limited"]
        made = {"limited": inner, "by": schema.engine, **limits}
        if schema.converts:
            made["converts"] = True
        return {**made, "marks": marks} if marks else made

    def _record(self, record: Record) -> Any:
        facts = facts_of(record)
        outer = self._settings
        if inherits(record):
            facts = inherited(record, facts, outer)
        self._settings = settings_inside(record, facts, outer)
        try:
            parts = [
                _field(name, self._tree(part.schema), part.required, facts.fields.get(name))
                for name, part in record.fields.items()
            ]
            extras = [self._tree(extra) for extra in record.extras]
        finally:
            self._settings = outer
        made: dict[str, Any] = {"style": record.style, "fields": parts}
        if facts.extra != "ignore":
            made["extra"] = facts.extra
        if facts.tag is not None:
            made["tag"] = list(facts.tag)
        if facts.is_array:
            made["array"] = True
        if facts.is_root:
            made["root"] = True
        if facts.is_own and record.style in ("dataclass", "typeddict"):
            made["own"] = True
        if facts.config:
            made["config"] = dict(facts.config)
        if facts.validators:
            made["validators"] = list(facts.validators)
        if facts.serializers:
            made["serializers"] = list(facts.serializers)
        return {**made, "extras": extras} if extras else made


def settings_inside(
    record: Record, facts: ClassFacts, outer: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Returns the settings for the fields of a class. A plain class has those of the one around."""
    if inherits(record):
        return outer
    if record.style == "struct":
        return _NO_SETTINGS
    encoding = facts.config.get("val_json_bytes", "utf8")
    inside = {**facts.config, "aliased": True, "extra": facts.extra}
    inside.pop("val_json_bytes", None)
    return inside if encoding == "base64" else {**inside, "as": encoding}


def inherits(record: Record) -> bool:
    """Whether a class has no settings of its own, so that pydantic reads it by those around."""
    return not facts_of(record).is_own


def _is_read_by_msgspec(record: Record, facts: ClassFacts) -> bool:
    """Whether msgspec reads a plain class alone, so that the aliases of pydantic do not count."""
    if all(one.reads == (name,) for name, one in facts.fields.items()):
        return True
    from typedxcom.codecs.json_native import NativeCodec

    return isinstance(make_codec(record.type, record), NativeCodec)


def inherited(record: Record, facts: ClassFacts, outer: Mapping[str, Any]) -> ClassFacts:
    """Returns the facts of a plain class inside a class with the settings *outer*."""
    if hasattr(record.type, FACTS):
        return facts  # it was described with them
    if not outer.get("aliased") and _is_read_by_msgspec(record, facts):
        names = {name: replace(one, reads=(name,)) for name, one in facts.fields.items()}
        return replace(facts, fields=names)
    extra = outer.get("extra", "ignore")
    is_taken = extra == "forbid" or (extra == "allow" and record.style == "typeddict")
    return replace(facts, extra=extra) if is_taken and facts.extra == "ignore" else facts


def _field(name: str, tree: Any, required: bool, facts: FieldFacts | None) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "type": tree}
    if not required:
        made["optional"] = True
    if facts is None:
        return made
    if facts.writes != name:
        made["writes"] = facts.writes
    if facts.reads != (name,):
        made["reads"] = [one if isinstance(one, str) else list(one) for one in facts.reads]
    if facts.default != "required":
        made["default"] = facts.default
    if facts.omitted:
        made["omitted"] = facts.omitted
    return made


def _enum(kind: Any) -> Any:
    made: dict[str, Any] = {
        "enum": [[name, shown(one.value)] for name, one in kind.__members__.items()]
    }
    if issubclass(kind, enum.Flag):
        made["flag"] = True
    base = next((base.__name__ for base in (int, str) if issubclass(kind, base)), "")
    return {**made, "base": base} if base else made


def _full_name(kind: type, *, is_own: bool) -> str:
    module = kind.__module__
    return kind.__name__ if is_own or module == "builtins" else f"{module}.{kind.__qualname__}"
