"""JSON Schema of single values: the text of dates and numbers, the members of enums, limits."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import uuid
from typing import Any, TypeAlias

from typedxcom.schema.nodes import Constraints, Scalar, Schema, bare

__all__ = ["Json", "enum_schema", "limited", "literal_schema", "scalar", "text_of", "type_name"]

Json: TypeAlias = dict[str, Any]

_END = "$(?!\\n)"  # Python's `$` alone also matches before a line's end
_YEAR = "(?!0000)[0-9]{4}"
_LEAP = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?!0000)(?:[02468][048]|[13579][26])00)"
_DATE = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP}-02-29)"
)
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?"
_OFFSET = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?"
_AMOUNT = "[0-9]+(?:\\.[0-9]+)?"
_DURATION = (
    f"^[+-]?[Pp](?=[0-9Tt])(?:[0-9]+[Yy])?(?:[0-9]+[Ww])?(?:{_AMOUNT}[Dd])?"
    f"(?:[Tt](?=[0-9])(?:{_AMOUNT}[Hh])?(?:{_AMOUNT}[Mm])?(?:{_AMOUNT}[Ss])?)?{_END}"
)
_DECIMAL = "[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[Ee][+-]?[0-9]+)?"
_HEX = "[0-9a-fA-F]"
_UUID = f"^{_HEX}{{8}}(?:{_HEX}{{24}}|(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}){_END}"
_B64 = "[A-Za-z0-9+/_-]"
_BASE64 = f"^(?:{_B64}{{4}})*(?:{_B64}{{2}}==|{_B64}{{3}}=)?{_END}"
_IPV6 = f"^(?=[^%]*::|(?:[^:]*:){{7}}|(?:[^:]*:){{6}}[^:]*\\.)[0-9A-Fa-f:.]+(?:%[^/]+)?{_END}"
_TEXTS: dict[type, Json] = {
    dt.date: {"format": "date", "pattern": f"^{_DATE}{_END}"},
    dt.datetime: {"format": "date-time", "pattern": f"^{_DATE}[Tt ]{_CLOCK}{_OFFSET}{_END}"},
    dt.time: {"format": "time", "pattern": f"^{_CLOCK}{_OFFSET}{_END}"},
    dt.timedelta: {"pattern": _DURATION},
    uuid.UUID: {"pattern": _UUID},
    ipaddress.IPv4Address: {"format": "ipv4"},
    ipaddress.IPv6Address: {"pattern": _IPV6},
    fractions.Fraction: {"pattern": f"^(?:[+-]?[0-9]+/0*[1-9][0-9]*|{_DECIMAL}){_END}"},
}
_PLAIN: dict[type, str] = {
    bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null",
}  # fmt: skip


def scalar(kind: type, *, in_model: bool, for_form: bool) -> Json:
    """Returns the schema of one class of the standard library, whose JSON is a single value.

    Args:
        kind: The class.
        in_model: Whether a pydantic model has it as a field: there, bytes are plain text.
        for_form: Whether ``format`` may choose the input of Airflow's form. Elsewhere, its
            ``date-time`` and ``time`` would need an offset.
    """
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is decimal.Decimal:
        return {"type": ["string", "number"], "pattern": f"^{_DECIMAL}{_END}"}
    if kind in (bytes, bytearray) and not in_model:
        return {"type": "string", "contentEncoding": "base64", "pattern": _BASE64}
    found = {"type": "string", **_TEXTS.get(kind, {})}
    if for_form and kind is dt.date:
        del found["pattern"]  # Airflow checks this format, and says in words that it is no date
    if not for_form and found.get("format") in ("date-time", "time"):
        del found["format"]
    return found


def text_of(format_name: Any) -> Json:
    """Returns the pattern of dates and times that a class of pydantic's reads."""
    kinds = {"date": dt.date, "date-time": dt.datetime, "time": dt.time}
    return {"pattern": _TEXTS[kinds[format_name]]["pattern"]} if format_name in kinds else {}


def type_name(value: Any) -> str:
    """Returns JSON Schema's name for the type of a JSON *value*."""
    names = {bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    return "null" if value is None else names.get(type(value), "string")


def literal_schema(values: tuple[Any, ...]) -> Json:
    """Returns the schema of ``Literal[...]``."""
    return _one_of([one.value if isinstance(one, enum.Enum) else one for one in values])


def enum_schema(kind: Any, *, labels: bool) -> Json:
    """Returns the schema of an Enum. With *labels*, a form shows the names of its members."""
    if issubclass(kind, enum.Flag):
        return _flags(kind)
    values = {one.name: _plain(one.value) for one in kind}
    found = _one_of(list(values.values()))
    if labels:
        shown = {"null" if value is None else str(value): name for name, value in values.items()}
        found["values_display"] = shown
    return found


def _plain(value: Any) -> Any:
    """Returns the value of a member as JSON builtins: a member may be of a subclass of str."""
    for base in (bool, int, float, str):
        if isinstance(value, base):
            return base(value) if base is not str else str.__str__(value)
    return value


def _one_of(values: list[Any]) -> Json:
    names = list(dict.fromkeys(map(type_name, values)))
    return {"type": names[0] if len(names) == 1 else names, "enum": values}


def _flags(kind: Any) -> Json:
    """Returns the numbers of a Flag. A negative number stands for all flags but some."""
    top = 1 << sum(1 for _ in kind)
    whole = sum(one.value for one in kind)
    if issubclass(kind, int) or whole != top - 1:
        return {"type": "integer"}
    return {"type": "integer", "minimum": -top, "maximum": top - 1}


_NUMBERS = (int, float, decimal.Decimal)
_BOUNDS = {
    "gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum",
    "multiple_of": "multipleOf",
}  # fmt: skip
_LENGTHS = {"string": "Length", "array": "Items", "object": "Properties"}


def limited(written: Json, schema: Schema, limits: Constraints) -> Json:
    """Adds *limits* to what was *written* of *schema*, as far as JSON Schema can say them."""
    names = written.get("type", [])
    names = [names] if isinstance(names, str) else list(names)
    found = dict(written)
    if {"integer", "number"}.intersection(names):
        for name, word in _BOUNDS.items():
            limit = getattr(limits, name)
            if isinstance(limit, _NUMBERS) and not isinstance(limit, bool):
                found[word] = float(limit) if isinstance(limit, decimal.Decimal) else limit
    inner = bare(schema)
    is_text = not isinstance(inner, Scalar) or inner.type is str
    for name in names:
        if name not in _LENGTHS or (name == "string" and not is_text):
            continue
        if limits.min_length is not None:
            found[f"min{_LENGTHS[name]}"] = limits.min_length
        if limits.max_length is not None and not _may_shrink(inner):
            found[f"max{_LENGTHS[name]}"] = limits.max_length
    if limits.pattern is not None and "string" in names and is_text:
        found["pattern"] = limits.pattern
    return found


def _may_shrink(schema: Schema) -> bool:
    """Returns whether equal items become one, so that a longer array may still be short enough."""
    return isinstance(getattr(schema, "type", None), type) and issubclass(
        schema.type,  # type: ignore[attr-defined]
        (set, frozenset),
    )
