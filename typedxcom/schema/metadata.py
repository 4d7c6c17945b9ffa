"""Reads the metadata of ``Annotated``: constraints, validators, and our own marks."""

from __future__ import annotations

import re
from typing import Any

from typedxcom.schema.nodes import Constraints

__all__ = ["Lax", "constrain", "converts", "marks_of", "replaces_schema"]

_NAMES = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")
_REPLACING = {
    "PlainValidator",
    "WrapValidator",
    "PlainSerializer",
    "WrapSerializer",
    "InstanceOf",
    "SkipValidation",
}
_META = ("tz", "discriminator")  # of msgspec.Meta and of a Field, which have no `__dict__`
_SILENT = frozenset({  # they check nothing
    *_NAMES, "title", "description", "examples", "deprecated", "init", "init_var", "kw_only",
    "repr", "frozen", "exclude", "alias", "alias_priority", "validation_alias",
    "serialization_alias", "field_title_generator", "metadata", "default", "coerce_numbers_to_str",
    "evaluated", "validate_default", "extra_json_schema",
})  # fmt: skip
_LIBRARIES = {"pydantic": "pydantic", "annotated_types": "pydantic", "msgspec": "msgspec"}


class Lax:
    """Marks a parameter that is read in lax mode: ``Annotated[int, Lax()]`` accepts ``"5"``."""

    def __repr__(self) -> str:
        """Returns the call that makes it."""
        return "Lax()"


def constrain(metadata: tuple[Any, ...]) -> tuple[Constraints, str]:
    """Returns the constraints in *metadata*, and the library that checks them.

    Returns:
        The constraints, and ``pydantic``, ``msgspec`` or, if there is nothing to check, ``""``.
    """
    found: dict[str, Any] = {}
    engine = ""
    for part in _flatten(metadata):
        library = _LIBRARIES.get(type(part).__module__.partition(".")[0], "")
        if not library and hasattr(part, "__get_pydantic_core_schema__"):
            library = "pydantic"
        engine = engine or library
        if library:
            found.update(_limits(part))
    return Constraints(**found), engine


def _flatten(metadata: tuple[Any, ...]) -> list[Any]:
    """Returns the metadata, with the constraints inside pydantic's ``Field(...)`` one by one."""
    flat: list[Any] = []
    for part in metadata:
        inner = getattr(part, "metadata", None)
        if type(part).__name__ == "FieldInfo" and isinstance(inner, list):
            flat.extend([*inner, part] if part.discriminator else inner)
        else:
            flat.append(part)
    return flat


def _limits(part: Any) -> dict[str, Any]:
    limits = {}
    for name in _NAMES:
        value = getattr(part, name, None)
        if value is None and isinstance(getattr(part, "__dict__", None), dict):
            value = part.__dict__.get(name)
        if value is not None and not callable(value):
            limits[name] = value.pattern if isinstance(value, re.Pattern) else value
    return limits


def marks_of(metadata: tuple[Any, ...]) -> tuple[tuple[str, Any], ...]:
    """Returns what *metadata* checks beyond the limits of `Constraints`, sorted by name.

    A validator counts by the name of its function: what it does, nobody can see.
    """
    found: dict[str, Any] = {}
    for part in _flatten(metadata):
        if type(part).__module__.partition(".")[0] in _LIBRARIES:
            found.update(_marks(part))
    return tuple(sorted(found.items()))


def _marks(part: Any) -> dict[str, Any]:
    function = getattr(part, "func", None) or getattr(part, "discriminator", None)
    if callable(function):
        name = getattr(function, "__qualname__", type(function).__name__)
        return {f"{type(part).__name__}({name})": True}
    names = (*getattr(part, "__dict__", ()), *getattr(part, "__slots__", ()), *_META)
    checking = (name for name in names if name not in _SILENT and not name.startswith("_"))
    values = {name: getattr(part, name, None) for name in checking}
    return {name: one for name, one in values.items() if isinstance(one, (bool, int, float, str))}


def replaces_schema(metadata: tuple[Any, ...]) -> bool:
    """Returns whether a validator in *metadata* replaces the schema of the class."""
    return any(
        type(part).__name__ in _REPLACING and type(part).__module__.startswith("pydantic")
        for part in metadata
    )


def converts(metadata: tuple[Any, ...]) -> bool:
    """Returns whether a validator in *metadata* gets the value before it is read as its type."""
    return any(type(part).__name__ == "BeforeValidator" for part in metadata)
