"""The rules of one scalar, out of pydantic's core schema of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from typedxcom.errors import shorten
from typedxcom.tables.row.arrowtypes import ChosenType
from typedxcom.tables.row.kinds import Accepts
from typedxcom.tables.row.nodes import Rule

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["asked", "changes", "leaf_rules", "length_rules", "with_config"]

Judge = Callable[[Any], bool]

# What says nothing about a value that already has the right Arrow type.
_SILENT = frozenset({
    "type", "metadata", "ref", "serialization", "strict", "fail_fast", "microseconds_precision",
    "regex_engine", "coerce_numbers_to_str", "cls", "members", "expected", "sub_type",
    "decimal_places", "max_digits", "val_json_bytes", "function",
})  # fmt: skip
_BOUNDS = {"ge": "below", "gt": "not above", "le": "above", "lt": "not below"}
_CHANGES = ("strip_whitespace", "to_lower", "to_upper")
_CONFIG = {  # what a model's configuration says of each of its fields
    "str": {
        "str_min_length": "min_length", "str_max_length": "max_length",
        "str_strip_whitespace": "strip_whitespace", "str_to_lower": "to_lower",
        "str_to_upper": "to_upper", "regex_engine": "regex_engine",
    },
    "float": {"allow_inf_nan": "allow_inf_nan"},
}  # fmt: skip
_KNOWN = {
    "int": {*_BOUNDS, "multiple_of"},
    "float": {*_BOUNDS, "multiple_of", "allow_inf_nan"},
    "decimal": {*_BOUNDS, "allow_inf_nan"},
    "str": {"min_length", "max_length", "pattern"},
    "bytes": {"min_length", "max_length"},
    "date": set(_BOUNDS), "time": set(_BOUNDS), "timedelta": set(_BOUNDS),
    "datetime": {*_BOUNDS, "tz_constraint"},
}  # fmt: skip


def leaf_rules(
    core: Any, chosen: ChosenType, kind: pa.DataType, judge: Accepts | None
) -> Iterator[Rule]:
    """Everything that *core* asks of a value beyond its type.

    Args:
        core: pydantic's core schema of the scalar.
        chosen: What the annotation becomes in Arrow.
        kind: The Arrow type that the column really has.
        judge: Asks msgspec, for the field of a Struct.
    """
    if chosen.family == "any":
        return
    accepts = judge or _Asks(core)
    if _unknown(core) or (core["type"] == "decimal" and not _implied(core, kind)):
        yield asked(core)
        return
    if chosen.family == "timestamp" or chosen.family == "date":
        yield Rule("calendar", "outside the years 1 to 9999")
    if chosen.values is not None:
        yield Rule("member", f"not in {_listed(chosen.values)}", chosen.values)
        return
    for name, words in _BOUNDS.items():
        if core.get(name) is not None:
            yield Rule(name, f"{words} {_limit(core[name])}", core[name], accepts)
    yield from _floats(core, accepts)
    if core.get("multiple_of") is not None:
        yield Rule(
            "multiple_of", f"not a multiple of {core['multiple_of']}", core["multiple_of"], accepts
        )
    yield from length_rules(core, "characters" if core["type"] == "str" else "bytes")
    yield from _patterns(core, judge)


def with_config(core: Any, config: Mapping[str, Any]) -> Any:
    """*core* with what the configuration of its record adds."""
    names = _CONFIG.get(core["type"], {})
    added = {names[key]: value for key, value in config.items() if key in names}
    if added.get("min_length") == 0:  # pydantic writes its own default out
        del added["min_length"]
    return {**added, **core} if added else core


def changes(core: Any) -> list[str]:
    """What makes another text of a value, which a check of columns cannot do."""
    return [name for name in _CHANGES if core.get(name)] if core["type"] == "str" else []


def asked(core: Any, instead_of: tuple[Rule, ...] = ()) -> Rule:
    """The rule that asks pydantic for each distinct value."""
    del instead_of  # pydantic's own function stands around everything that they say
    return Rule("asked", f"not accepted as {_title(core)}", accepts=_Asks(core))


def length_rules(core: Any, unit: str) -> Iterator[Rule]:
    """The limits of a length, in *unit*."""
    for name, words in (("min_length", "with fewer than"), ("max_length", "with more than")):
        if core.get(name) is not None:
            yield Rule(name, f"{words} {core[name]} {unit}", core[name])


def _floats(core: Any, accepts: Judge) -> Iterator[Rule]:
    """Whether NaN and the infinities are values."""
    if core["type"] != "float":
        return
    if core.get("allow_inf_nan") is False:
        yield Rule("finite", "not finite")
    elif not accepts(math.nan):  # no comparison finds a NaN, yet pydantic's bounds refuse it
        yield Rule("not_nan", "not a number")


def _patterns(core: Any, judge: Accepts | None) -> Iterator[Rule]:
    pattern = judge.pattern if judge is not None else core.get("pattern")
    if pattern is None:
        return
    text = getattr(pattern, "pattern", pattern)
    if judge is not None:  # msgspec searches with Python's re
        yield Rule("asked", f"not matching {shorten(text)}", accepts=judge)
        return
    accepts = _Asks({key: core[key] for key in ("type", "pattern", "regex_engine") if key in core})
    is_rust = isinstance(pattern, str) and core.get("regex_engine", "rust-regex") == "rust-regex"
    kind = "pattern" if is_rust else "asked"
    yield Rule(kind, f"not matching {shorten(text)}", pattern, accepts)


def _unknown(core: Any) -> bool:
    """Whether *core* says something that no rule here stands for."""
    kind = core["type"]
    given = {key for key, value in core.items() if value is not None and value is not False}
    if kind == "enum":
        return "missing" in given
    if isinstance(core.get("tz_constraint"), int):
        return True
    if core.get("allow_inf_nan") is True:
        given.discard("allow_inf_nan")
    if kind == "literal" or kind in {"bool", "none", "any"}:
        return False
    return bool(given - _SILENT - _KNOWN.get(kind, set())) or kind not in _KNOWN


def _implied(core: Any, kind: pa.DataType) -> bool:
    """Whether the Arrow type already keeps a Decimal to its digits and is compared in Arrow."""
    digits, places = core.get("max_digits"), core.get("decimal_places")
    if core.get("multiple_of") is not None:
        return False
    if places is not None and kind.scale > places:
        return False
    if digits is None:
        return True
    whole = digits - (places if places is not None else kind.scale)
    return bool(places is not None and kind.precision - kind.scale <= whole)


class _Asks:
    """Asks pydantic-core about one value; its validator is built on the first call."""

    def __init__(self, core: Any) -> None:
        self._core = core
        self._validator: Any = None

    def __call__(self, value: Any) -> bool:
        if self._validator is None:
            import pydantic_core

            self._validator = pydantic_core.SchemaValidator(self._core)
        try:
            self._validator.validate_python(value, strict=False)
        except ValueError:  # pydantic_core.ValidationError is one
            return False
        return True


def _title(core: Any) -> str:
    """A name for what *core* accepts, as an author would say it."""
    core = core.get("schema", core) if core["type"].startswith("function-") else core
    if core["type"] in {"lax-or-strict", "function-plain"}:
        inner = core.get("strict_schema", {})
        inner = inner.get("python_schema", inner)
        return f"`{getattr(inner.get('cls'), '__name__', 'valid value')}`"
    limits = ", ".join(
        f"{key}={shorten(value)}"
        for key, value in core.items()
        if key not in {"type", "metadata", "ref", "serialization"} and not callable(value)
    )
    return f"`{core['type']}`" + (f" with {limits[:80]}" if limits else "")


def _limit(value: Any) -> str:
    return str(value)[:40]


def _listed(values: tuple[Any, ...]) -> str:
    return shorten(list(values))
