"""Removes input from messages about a value whose class hides its input.

With ``hide_input_in_errors`` or ``repr=False``, a class asks that no value is shown. The values of
fields are not the only input: keys of a dict, extra keys and the tag of a union are input too. So
are the words of a validator, because they may quote any of these.
"""

from __future__ import annotations

import re
from typing import Any

from typedxcom.errors import Problem
from typedxcom.schema.nodes import Record, Schema, walk

__all__ = ["HIDDEN_KEY", "field_names", "hidden", "hides_values", "spoken_without_input"]

HIDDEN_KEY = "[…]"
_KEY = re.compile(r"\[(?!\d+\]|…)")  # the index of a list is not a secret
_WORDS = {
    "union_tag_invalid": "has a tag that no member of the union has",
    "extra_forbidden": "has a key that is not a field",
    "unexpected_keyword_argument": "has a key that is not a field",
}
# Types of errors whose text pydantic itself makes, from the schema alone.
_PLAIN = re.compile(
    r"(?:int|float|bool|string|bytes|decimal|date|time|datetime|time_delta|uuid|url|list|tuple|set"
    r"|frozen_set|dict|model|dataclass|callable|arguments)_(?:type|parsing|parsing_size|from_float"
    r"|too_short|too_long|pattern_mismatch|max_digits|max_places|whole_digits|version|scheme"
    r"|exact_type|past|future|from_date_parsing|from_datetime_parsing|from_datetime_inexact)"
    r"|greater_than(?:_equal)?|less_than(?:_equal)?|multiple_of|finite_number|too_short|too_long"
    r"|enum|literal_error|none_required|timezone_naive|timezone_aware|is_instance_of"
    r"|is_subclass_of|union_tag_not_found"
)
_OWN_TEXT = re.compile(
    r"(?:Input|String|Data|Value|Bytes|List|Tuple|Set|Frozenset|Dictionary|Decimal input|UUID|URL"
    r"|Date|Datetimes?|Time|Unable to (?:extract tag|parse input)|Generator)\b"
)


def hides_values(schema: Schema) -> bool:
    """Whether a class in *schema* asks that its values are not shown."""
    return any(isinstance(node, Record) and _hides(node.type) for _, node in walk(schema))


def _hides(kind: Any) -> bool:
    fields = getattr(kind, "model_fields", None) or getattr(kind, "__dataclass_fields__", {})
    config = getattr(kind, "model_config", None) or getattr(kind, "__pydantic_config__", {})
    return bool(config.get("hide_input_in_errors")) or any(
        not getattr(part, "repr", True) for part in fields.values()
    )


def field_names(schema: Schema) -> frozenset[str]:
    """Returns the field names in *schema*. A path may show them: they are code, not input."""
    records = [node for _, node in walk(schema) if isinstance(node, Record)]
    return frozenset(
        name
        for record in records
        for field, part in record.fields.items()
        for name in (field, part.key or field)
    )


def spoken_without_input(kind: str, words: str) -> str | None:
    """Returns the words to show instead of pydantic's for one error; None to keep pydantic's.

    Args:
        kind: The error's type.
        words: Its message.
    """
    if kind in _WORDS:
        return _WORDS[kind]
    is_plain = _PLAIN.fullmatch(kind) is not None and _OWN_TEXT.match(words) is not None
    return None if is_plain else "refused by a validator"


def hidden(problem: Problem) -> Problem:
    """Removes the value that *problem* quotes, and keys of the input from its path."""
    path = problem.path
    if found := _KEY.search(path):
        path = path[: found.start()] + HIDDEN_KEY
    return Problem(path, _without_input(problem.message))


def _without_input(message: str) -> str:
    if message.startswith("object contains unknown field"):  # msgspec
        return _WORDS["extra_forbidden"]
    if message.startswith("invalid "):  # value or enum value, which msgspec quotes
        return re.split(r"['\"]", message)[0].rstrip()
    if message.startswith("no `"):  # the words of the author's own codec
        return message.partition("`: ")[0].removesuffix("`") + "`"
    return message.partition(", got `")[0]
