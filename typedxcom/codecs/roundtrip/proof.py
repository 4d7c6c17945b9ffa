"""Proves by type that values come back from their JSON, so that they need not be read back.

A value comes back equal if it and all its parts have exactly the class that pydantic would build
for their JSON. That holds for the kinds of nodes that this module names, in pydantic's own
description of the annotation (its core schema). There must be nothing of the author's own in
between: no validator, serializer, alias or configuration. The proof looks at one field of all
values at a time, so that the loops run inside `map`.

If the author only changes how values are read, by a validator for example, there is half a proof:
the value is read back, but not compared. If what was read has the same classes, it is equal if its
JSON is equal. Everything else, in the schema or in a value, has no proof: it is read back and
compared.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias

import pydantic_core

from typedxcom.codecs.roundtrip.parts import (
    FINITE,
    LENGTHS,
    Part,
    Proof,
    column_proof,
    int_limits,
    nullable,
    record_proof,
    row_proof,
    str_limits,
)

__all__ = ["TypeProof", "is_bare_list", "proof_of"]

Node: TypeAlias = "dict[str, Any]"

_NONE = type(None)
_ZONES = {_NONE, dt.timezone, zoneinfo.ZoneInfo, pydantic_core.TzInfo}
_zone_of, _fold_of = attrgetter("tzinfo"), attrgetter("fold")

_IGNORED = {"type", "ref", "metadata", "strict", "microseconds_precision"}
_RULES = {
    "gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "max_digits",
    "decimal_places", "allow_inf_nan",
}  # fmt: skip
_CHANGES = {"strip_whitespace", "to_lower", "to_upper"}  # of a str, while it is read
_MODEL = {
    "cls", "schema", "config", "frozen", "custom_init", "root_model", "generic_origin",
    "revalidate_instances",
}  # fmt: skip
_CONFIG = {"title", "extra_fields_behavior", "strict", "frozen", "from_attributes"}
_READING = {
    "str_strip_whitespace", "str_to_lower", "str_to_upper", "str_min_length", "str_max_length",
    "coerce_numbers_to_str", "hide_input_in_errors", "validate_default", "regex_engine",
    "validate_by_alias", "validate_by_name",
}  # fmt: skip
_FIELD = {"schema", "frozen"}
_FUNCTIONS = ("function-before", "function-after", "function-wrap")
_ALIASES = {"validation_alias", "serialization_alias"}
_DEFAULT = {
    "schema",
    "default",
    "default_factory",
    "default_factory_takes_data",
    "validate_default",
}


class NoProof(Exception):
    """Raised if the schema contains something that has no proof here."""


@dataclass(frozen=True, slots=True)
class TypeProof:
    """What is known of all values of a type.

    Attributes:
        holds: A function ``(values) -> has each part the class that pydantic would build?``.
        is_enough: Whether such values surely come back. If not, the author changes how they are
            read; then one comes back if reading it gives such a value with the same JSON.
        takes_infinity: Whether pydantic accepts a number that is too large for a float.
    """

    holds: Proof
    is_enough: bool
    takes_infinity: bool


def proof_of(core_schema: Any) -> TypeProof | None:
    """Returns the proof of a type, or None if there is none.

    Args:
        core_schema: pydantic's own description of the values: ``TypeAdapter.core_schema``.
    """
    maker = ProofMaker()
    try:
        holds = column_proof(maker.make(core_schema))
    except (NoProof, RecursionError):
        return None
    is_enough = not maker.is_read_otherwise
    return TypeProof(holds, is_enough, maker.takes_infinity or not is_enough)


def is_bare_list(core_schema: Any) -> bool:
    """Whether it describes a list of any length, with nothing of the author's own around it."""
    definitions: dict[str, Node] = {}
    node = core_schema
    while node["type"] in ("definitions", "definition-ref"):
        definitions.update((one["ref"], one) for one in node.get("definitions", ()))
        node = node["schema"] if "schema" in node else definitions[node["schema_ref"]]
    return bool(node["type"] == "list" and node.keys() <= _IGNORED | {"items_schema"})


class ProofMaker:
    """Builds the proof of each node of a core schema."""

    def __init__(self) -> None:
        self.definitions: dict[str, Node] = {}
        self.open: set[str] = set()
        self.takes_infinity = False
        self.is_read_otherwise = False

    def make(self, node: Node) -> Part:
        """Returns the part of one node. Raises NoProof."""
        make = getattr(self, f"_{node['type'].replace('-', '_')}", None)
        if make is None:
            raise NoProof
        made: Part = make(node)
        return made

    def _str(self, node: Node) -> Part:
        node = self._without(node, _CHANGES)
        return _scalar(node, str, str_limits(node), covered=LENGTHS)

    def _bool(self, node: Node) -> Part:
        return _scalar(node, bool)

    def _none(self, node: Node) -> Part:
        return _scalar(node, type(None))

    def _int(self, node: Node) -> Part:
        limits, covered = int_limits(node)
        return _scalar(node, int, limits, covered=covered)

    def _float(self, node: Node) -> Part:
        self.takes_infinity = True
        return _scalar(node, float, FINITE)

    def _decimal(self, node: Node) -> Part:
        self.takes_infinity |= "allow_inf_nan" in node
        return _scalar(node, decimal.Decimal, rest=_are_finite)

    def _uuid(self, node: Node) -> Part:
        return _scalar(node, uuid.UUID)

    def _date(self, node: Node) -> Part:
        return _scalar(node, dt.date)

    def _datetime(self, node: Node) -> Part:
        return _scalar(node, dt.datetime, rest=_are_datetimes)

    def _literal(self, node: Node) -> Part:
        _allow(node, {"expected"})
        expected = frozenset(node["expected"])
        kinds = frozenset(map(type, expected))
        if kinds not in (frozenset({str}), frozenset({int})):
            raise NoProof
        return Part(kinds, rest=expected.issuperset)

    def _enum(self, node: Node) -> Part:
        _allow(node, {"cls", "members", "sub_type"})
        values = [member.value for member in node["members"]]
        if set(map(type, values)) != {str} or len(set(values)) < len(values):
            raise NoProof
        return Part(frozenset({node["cls"]}))

    def _nullable(self, node: Node) -> Part:
        _allow(node, {"schema"})
        return nullable(self.make(node["schema"]))

    def _default(self, node: Node) -> Part:
        _allow(node, _DEFAULT)
        return self.make(node["schema"])

    def _list(self, node: Node) -> Part:
        _allow(node, {"items_schema"})
        return _sequences(list, self.make(_inside(node, "items_schema")))

    def _tuple(self, node: Node) -> Part:
        _allow(node, {"items_schema", "variadic_item_index"})
        parts = [self.make(one) for one in node["items_schema"]]
        if node.get("variadic_item_index") is not None:
            if len(parts) > 1:
                raise NoProof
            return _sequences(tuple, parts[0])
        rows, lengths = row_proof(parts), {len(parts)}
        return Part(
            frozenset({tuple}),
            rest=lambda column: set(map(len, column)) <= lengths and rows(column),
        )

    def _dict(self, node: Node) -> Part:
        _allow(node, {"keys_schema", "values_schema"})
        keys = _inside(node, "keys_schema")
        if keys["type"] != "str":
            raise NoProof
        key = column_proof(self.make(keys))
        value = column_proof(self.make(_inside(node, "values_schema")))
        return Part(
            frozenset({dict}),
            rest=lambda column: (
                key(list(chain.from_iterable(column)))
                and value(list(chain.from_iterable(map(dict.values, column))))
            ),
        )

    def _model(self, node: Node) -> Part:
        _allow(node, _MODEL)
        if node.get("custom_init") or node.get("root_model"):
            raise NoProof
        config = self._without(node.get("config", {}), _READING)
        if not config.keys() <= _CONFIG or config.get("extra_fields_behavior") == "allow":
            raise NoProof
        fields = dict(self._fields(node["schema"]))
        if not fields:
            raise NoProof
        return Part(frozenset({node["cls"]}), rest=record_proof(fields))

    def _fields(self, node: Node) -> Iterator[tuple[str, Part]]:
        while node["type"] in _FUNCTIONS:
            node = self._called(node)
        if node["type"] != "model-fields" or node.get("computed_fields"):
            raise NoProof
        _allow(node, {"fields", "model_name", "computed_fields"})
        for name, field in node["fields"].items():
            _allow(self._without(field, _ALIASES), _FIELD)
            yield name, self.make(field["schema"])

    def _function_before(self, node: Node) -> Part:
        return self.make(self._called(node))

    _function_after = _function_wrap = _function_before

    def _called(self, node: Node) -> Node:
        """Returns the schema inside a function of the author, which may change what is read."""
        _allow(node, {"function", "schema", "json_schema_input_schema"})
        self.is_read_otherwise = True
        inside: Node = node["schema"]
        return inside

    def _without(self, node: Node, keys: set[str]) -> Node:
        """Returns *node* without *keys*, which only change how its values are read."""
        if node.keys().isdisjoint(keys):
            return node
        self.is_read_otherwise = True
        return {key: part for key, part in node.items() if key not in keys}

    def _tagged_union(self, node: Node) -> Part:
        _allow(node, {"choices", "discriminator", "from_attributes"})
        by_kind: dict[type, Proof | None] = {}
        for key, choice in node["choices"].items():
            model = self._resolved(choice)
            if model["type"] != "model" or model["cls"] in by_kind:
                raise NoProof
            if _tags(model, node["discriminator"]) != [key]:
                raise NoProof
            by_kind[model["cls"]] = self.make(choice).rest

        def each_kind(column: Sequence[Any]) -> bool:
            kinds = set(map(type, column))
            for kind in kinds:
                proof = by_kind[kind]
                ones = column if len(kinds) == 1 else [one for one in column if type(one) is kind]
                if proof is not None and not proof(ones):
                    return False
            return True

        return Part(frozenset(by_kind), rest=each_kind)

    def _definitions(self, node: Node) -> Part:
        _allow(node, {"schema", "definitions"})
        self.definitions.update((one["ref"], one) for one in node["definitions"])
        return self.make(node["schema"])

    def _definition_ref(self, node: Node) -> Part:
        _allow(node, {"schema_ref"})
        name = node["schema_ref"]
        if name in self.open:
            raise NoProof  # a class that contains itself
        self.open.add(name)
        made = self.make(self._resolved(node))
        self.open.discard(name)
        return made

    def _resolved(self, node: Node) -> Node:
        while node["type"] == "definition-ref":
            node = self.definitions[node["schema_ref"]]
        return node


def _allow(node: Node, keys: set[str]) -> None:
    """Raises NoProof if *node* has keys other than *keys*."""
    if not node.keys() <= keys | _IGNORED:
        raise NoProof


def _inside(node: Node, key: str) -> Node:
    """Returns the schema under *key*. Raises NoProof if there is none, which means `Any`."""
    found: Node | None = node.get(key)
    if found is None:
        raise NoProof
    return found


def _tags(model: Node, discriminator: Any) -> list[Any]:
    """Returns the values that a model allows in the field that distinguishes the choices."""
    field = (
        model["schema"].get("fields", {}).get(discriminator)
        if isinstance(discriminator, str)
        else None
    )
    inner = field["schema"] if field else {"type": ""}
    while inner["type"] == "default":
        inner = inner["schema"]
    return list(inner["expected"]) if inner["type"] == "literal" else []


def _scalar(
    node: Node,
    kind: type,
    limits: Any = Any,
    *,
    covered: frozenset[str] = frozenset(),
    rest: Proof | None = None,
) -> Part:
    """Proves scalars: all have the class, and keep the rules.

    Args:
        node: What pydantic says of them.
        kind: Their class.
        limits: What msgspec checks.
        covered: The rules that are within these limits. If there are others, pydantic is asked of
            each distinct value.
        rest: What must hold for values without any rule.
    """
    _allow(node, _RULES)
    kinds = frozenset({kind})
    if node.keys() & _RULES <= covered:
        return Part(kinds, limits, rest)
    each = {"type": "list", "items_schema": node, "strict": True}
    keeps = pydantic_core.SchemaValidator(each).isinstance_python
    return Part(
        kinds,
        limits,
        lambda column: (rest is None or rest(column)) and keeps(list(set(column))),
    )


def _sequences(kind: type, item: Part) -> Part:
    proof = column_proof(item)
    return Part(frozenset({kind}), rest=lambda column: proof(list(chain.from_iterable(column))))


def _are_finite(column: Sequence[Any]) -> bool:
    return all(map(decimal.Decimal.is_finite, column))


def _are_datetimes(column: Sequence[Any]) -> bool:
    """Whether datetimes come back the same.

    A zone comes back as an offset, so it is the same only if it is an offset of whole minutes. The
    fold has a meaning only without a zone, and it never comes back.
    """
    zones = list(map(_zone_of, column))
    kinds = set(map(type, zones))
    if not kinds <= _ZONES or (_NONE in kinds and any(map(_fold_of, column))):
        return False
    for zone in set(zones):  # noqa: SIM110  # for one value, a generator takes longer
        if zone is not dt.timezone.utc and not _is_offset(zone):
            return False
    return True


def _is_offset(zone: Any) -> bool:
    if type(zone) is zoneinfo.ZoneInfo:
        return zone.key == "UTC"
    offset = None if zone is None else zone.utcoffset(None)
    return offset is None or not (offset.seconds % 60 or offset.microseconds)
