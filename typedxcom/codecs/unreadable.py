"""Rejects types that pydantic accepts but does not read back, already when they are declared."""

from __future__ import annotations

import collections.abc as abc
import enum
import functools
from collections.abc import Iterator
from typing import Any

import typing_extensions as te

from typedxcom.errors import UnsupportedTypeError
from typedxcom.schema.nodes import (
    EnumOf,
    LiteralOf,
    MappingOf,
    Opaque,
    Record,
    Schema,
    SequenceOf,
    UnionOf,
    Unknown,
    bare,
    walk,
)
from typedxcom.schema.records import extra_items

__all__ = ["has_own_way", "refuse_unread"]

_PLAIN = ("dataclass", "typeddict", "namedtuple")
_EVERY_KIND = ("null", "{}", "[]", '"\\u0000"', "-0.5", "true")
_LOOSE = (
    "its validator accepts anything, so a wrong value would pass",
    "let it validate, or use a plain model of its fields",
)


class _Nothing:
    """A value whose type no annotation names, so that it is wrong everywhere."""


def refuse_unread(schema: Schema, annotation: Any) -> None:
    """Raises UnsupportedTypeError, with place and cure, if pydantic would not read a value back.

    Args:
        schema: The schema that pydantic is to read.
        annotation: The annotation, as the author wrote it.
    """
    for path, node in walk(schema):
        for reason, cure in _reasons(node):
            msg = (
                f"`{node}` cannot travel through an XCom - at `{path}`: {reason}. Instead: {cure}."
            )
            raise UnsupportedTypeError(msg, annotation=annotation)


def _reasons(node: Schema) -> Iterator[tuple[str, str]]:
    match node:
        case MappingOf(key=key) if any(map(_is_number_as_text, _members(key))):
            yield (
                "pydantic does not read such numbers back from the texts that keys are in JSON",
                "use int, str, an IntEnum or an Enum of texts as the key",
            )
        case Record(style=style, fields=fields) if style in _PLAIN and not _is_own(node.type):
            for name, part in fields.items():
                if isinstance(bare(part.schema), SequenceOf) and bare(part.schema).type is abc.Set:  # type: ignore[attr-defined]
                    yield f"pydantic reads `{name}` as a frozenset", "annotate it with set[T]"
            if style == "typeddict" and extra_items(node.type) is not None and not _knows_extras():
                yield "this pydantic overlooks closed and extra_items", "upgrade pydantic"
        case Record(style="model", type=kind, fields=fields) if has_own_way(kind):
            checks = any(not isinstance(bare(part.schema), Unknown) for part in fields.values())
            if checks and _is_content(kind, fields):
                yield _LOOSE
        case Opaque(type=kind) if _is_authors(kind) and _accepts_all(kind):
            yield _LOOSE


def _members(key: Schema) -> tuple[Schema, ...]:
    key = bare(key)
    return tuple(map(bare, key.members)) if isinstance(key, UnionOf) else (key,)


def _is_number_as_text(key: Schema) -> bool:
    """Whether a key is a member of a Literal or Enum that is not a string, such as an int."""
    match key:
        case LiteralOf(values=values):
            return any(type(value) is int for value in values)
        case EnumOf(type=kind) if not issubclass(kind, int):
            members: Any = kind
            is_flag = issubclass(kind, enum.Flag)
            return is_flag or any(not isinstance(one.value, str) for one in members)
    return False


def _is_own(kind: Any) -> bool:
    """Whether pydantic made the class, so that its constructor converts values too."""
    return hasattr(kind, "__pydantic_validator__")


def has_own_way(kind: Any) -> bool:
    """Whether code of the author takes part in making a model's instances."""
    decorators = getattr(kind, "__pydantic_decorators__", None)
    validators = decorators.model_validators.values() if decorators is not None else ()
    return bool(getattr(kind, "__pydantic_custom_init__", False)) or any(
        one.info.mode == "wrap" for one in validators
    )


def _is_content(kind: Any, fields: Any) -> bool:
    """Whether a model accepts values that are wrong in every field."""
    wrong = {info.alias or name: _Nothing() for name, info in kind.model_fields.items()}
    wrong.update(dict.fromkeys(fields, _Nothing()))
    try:
        kind.model_validate(wrong)
    except Exception:  # the model looks at the fields, and rejects them in some way
        return False
    return True


def _is_authors(kind: Any) -> bool:
    """Whether a class gives pydantic a validator that its author wrote."""
    is_known = kind.__module__.partition(".")[0] in ("pydantic", "pydantic_core")
    return hasattr(kind, "__get_pydantic_core_schema__") and not is_known


def _accepts_all(kind: Any) -> bool:
    """Whether a class's validator accepts any JSON, and does not make an instance of it."""
    import pydantic

    try:
        validator: Any = pydantic.TypeAdapter(kind).validator
        made = [validator.validate_json(one) for one in _EVERY_KIND]
    except Exception:  # the validator looks at the values, and rejects one in some way
        return False
    return not any(isinstance(one, kind) for one in made)


@functools.cache
def _knows_extras() -> bool:
    import pydantic

    try:
        kind: Any = te.TypedDict("kind", {}, closed=True)
    except TypeError:  # an older typing_extensions
        return False
    return not pydantic.TypeAdapter(kind).validator.isinstance_python({"more": 1})
