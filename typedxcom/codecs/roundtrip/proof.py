"""Proves by type that values come back from their JSON, so that they need not be read back.

A value comes back equal if it and all its parts have exactly the class that pydantic would build
for their JSON. That holds for the kinds of nodes that this module names, in pydantic's own
description of the annotation (its core schema). There must be nothing of the author's own in
between: no validator, serializer, alias or configuration. Everything else, in the schema or in a
value, has no proof and is read back. The proof looks at one field of all values at a time, so that
the loops run inside `map`.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
import uuid
import zoneinfo
from collections.abc import Callable, Iterator
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, TypeAlias

import pydantic_core

__all__ = ["Proof", "proof_of"]

Node: TypeAlias = "dict[str, Any]"
Proof = Callable[["list[Any]"], bool]

_IGNORED = {"type", "ref", "metadata", "strict", "microseconds_precision"}
_RULES = {
    "gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "max_digits",
    "decimal_places", "allow_inf_nan",
}  # fmt: skip
_MODEL = {
    "cls", "schema", "config", "frozen", "custom_init", "root_model", "generic_origin",
    "revalidate_instances",
}  # fmt: skip
_CONFIG = {"title", "extra_fields_behavior", "strict", "frozen", "from_attributes"}
_DEFAULT = {
    "schema",
    "default",
    "default_factory",
    "default_factory_takes_data",
    "validate_default",
}
_MAX_INT = 2**63


class NoProof(Exception):
    """Raised if the schema contains something that has no proof here."""


def proof_of(core_schema: Any) -> Proof | None:
    """Returns a function ``(values) -> do they surely come back?``, or None if there is no proof.

    Args:
        core_schema: pydantic's own description of the values: ``TypeAdapter.core_schema``.
    """
    try:
        return ProofMaker().make(core_schema)
    except (NoProof, RecursionError):
        return None


class ProofMaker:
    """Builds the proof of each node of a core schema."""

    def __init__(self) -> None:
        self.definitions: dict[str, Node] = {}
        self.open: set[str] = set()

    def make(self, node: Node) -> Proof:
        """Returns the proof of one node. Raises NoProof."""
        make = getattr(self, f"_{node['type'].replace('-', '_')}", None)
        if make is None:
            raise NoProof
        made: Proof = make(node)
        return made

    def _str(self, node: Node) -> Proof:
        return _scalar(node, lambda column: set(map(type, column)) <= {str})

    def _bool(self, node: Node) -> Proof:
        return _scalar(node, lambda column: set(map(type, column)) <= {bool})

    def _none(self, node: Node) -> Proof:
        return _scalar(node, lambda column: set(column) <= {None})

    def _int(self, node: Node) -> Proof:
        return _scalar(node, _are_ints)

    def _float(self, node: Node) -> Proof:
        return _scalar(
            node,
            lambda column: set(map(type, column)) <= {float} and all(map(math.isfinite, column)),
        )

    def _decimal(self, node: Node) -> Proof:
        finite = decimal.Decimal.is_finite
        return _scalar(
            node,
            lambda column: set(map(type, column)) <= {decimal.Decimal} and all(map(finite, column)),
        )

    def _uuid(self, node: Node) -> Proof:
        return _scalar(node, lambda column: set(map(type, column)) <= {uuid.UUID})

    def _date(self, node: Node) -> Proof:
        return _scalar(node, lambda column: set(map(type, column)) <= {dt.date})

    def _datetime(self, node: Node) -> Proof:
        return _scalar(node, _are_datetimes)

    def _literal(self, node: Node) -> Proof:
        _allow(node, {"expected"})
        expected = frozenset(node["expected"])
        kinds = set(map(type, expected))
        if kinds not in ({str}, {int}):
            raise NoProof
        return lambda column: set(map(type, column)) <= kinds and expected.issuperset(column)

    def _enum(self, node: Node) -> Proof:
        _allow(node, {"cls", "members", "sub_type"})
        values = [member.value for member in node["members"]]
        if set(map(type, values)) != {str} or len(set(values)) < len(values):
            raise NoProof
        kinds = {node["cls"]}
        return lambda column: set(map(type, column)) <= kinds

    def _nullable(self, node: Node) -> Proof:
        _allow(node, {"schema"})
        inner = self.make(node["schema"])
        return lambda column: inner([value for value in column if value is not None])

    def _default(self, node: Node) -> Proof:
        _allow(node, _DEFAULT)
        return self.make(node["schema"])

    def _list(self, node: Node) -> Proof:
        _allow(node, {"items_schema"})
        return _sequences(list, self.make(_inside(node, "items_schema")))

    def _tuple(self, node: Node) -> Proof:
        _allow(node, {"items_schema", "variadic_item_index"})
        parts = [self.make(one) for one in node["items_schema"]]
        if node.get("variadic_item_index") is not None:
            if len(parts) > 1:
                raise NoProof
            return _sequences(tuple, parts[0])
        pairs = [(itemgetter(at), part) for at, part in enumerate(parts)]
        return lambda column: (
            set(map(type, column)) <= {tuple}
            and set(map(len, column)) <= {len(pairs)}
            and all(part(list(map(get, column))) for get, part in pairs)
        )

    def _dict(self, node: Node) -> Proof:
        _allow(node, {"keys_schema", "values_schema"})
        keys = _inside(node, "keys_schema")
        if keys["type"] != "str":
            raise NoProof
        key, value = self.make(keys), self.make(_inside(node, "values_schema"))
        return lambda column: (
            set(map(type, column)) <= {dict}
            and key(list(chain.from_iterable(column)))
            and value(list(chain.from_iterable(map(dict.values, column))))
        )

    def _model(self, node: Node) -> Proof:
        _allow(node, _MODEL)
        if node.get("custom_init") or node.get("root_model"):
            raise NoProof
        config = node.get("config", {})
        if not config.keys() <= _CONFIG or config.get("extra_fields_behavior") == "allow":
            raise NoProof
        kinds, parts = {node["cls"]}, list(self._fields(node["schema"]))
        return lambda column: (
            not column
            or (
                set(map(type, column)) == kinds
                and all(part(list(map(get, column))) for get, part in parts)
            )
        )

    def _fields(self, node: Node) -> Iterator[tuple[Callable[[Any], Any], Proof]]:
        if node["type"] != "model-fields" or node.get("computed_fields"):
            raise NoProof
        _allow(node, {"fields", "model_name", "computed_fields"})
        for name, field in node["fields"].items():
            _allow(field, {"schema", "frozen"})
            yield attrgetter(name), self.make(field["schema"])

    def _tagged_union(self, node: Node) -> Proof:
        _allow(node, {"choices", "discriminator", "from_attributes"})
        by_kind: dict[type, Proof] = {}
        for key, choice in node["choices"].items():
            model = self._resolved(choice)
            if model["type"] != "model" or model["cls"] in by_kind:
                raise NoProof
            if _tags(model, node["discriminator"]) != [key]:
                raise NoProof
            by_kind[model["cls"]] = self.make(choice)
        return lambda column: (
            by_kind.keys() >= (kinds := set(map(type, column)))
            and all(by_kind[kind]([one for one in column if type(one) is kind]) for kind in kinds)
        )

    def _definitions(self, node: Node) -> Proof:
        _allow(node, {"schema", "definitions"})
        self.definitions.update((one["ref"], one) for one in node["definitions"])
        return self.make(node["schema"])

    def _definition_ref(self, node: Node) -> Proof:
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


def _scalar(node: Node, has_type: Proof) -> Proof:
    """Proves scalars: all have the type, and pydantic accepts each distinct value."""
    _allow(node, _RULES)
    if not node.keys() & _RULES:
        return has_type
    each = {"type": "list", "items_schema": node, "strict": True}
    keeps = pydantic_core.SchemaValidator(each).isinstance_python
    return lambda column: has_type(column) and keeps(list(set(column)))


def _sequences(kind: type, item: Proof) -> Proof:
    return lambda column: (
        set(map(type, column)) <= {kind} and item(list(chain.from_iterable(column)))
    )


def _are_ints(column: list[Any]) -> bool:
    return not column or (
        set(map(type, column)) == {int} and min(column) >= -_MAX_INT and max(column) < _MAX_INT
    )


def _are_datetimes(column: list[Any]) -> bool:
    """Whether all values are datetimes that come back the same.

    A zone comes back as an offset, so it is the same only if it is an offset of whole minutes. The
    fold has a meaning only without a zone, and it never comes back.
    """
    if not set(map(type, column)) <= {dt.datetime}:
        return False
    zones = set(map(attrgetter("tzinfo"), column))
    if None in zones and any(map(attrgetter("fold"), column)):
        return False
    return all(map(_is_offset, zones))


def _is_offset(zone: Any) -> bool:
    if type(zone) is zoneinfo.ZoneInfo:
        return zone.key == "UTC"
    if type(zone) in (dt.timezone, pydantic_core.TzInfo):
        return bool(zone.utcoffset(None).total_seconds() % 60 == 0)
    return zone is None
