"""What a message may say of a value whose class hides its input.

``hide_input_in_errors`` and ``repr=False`` ask that no value is shown. A value is more than what
stands behind a field: keys of a dict, extra keys and the tag of a union are input too, and so are
the words of a validator, which may quote any of it.
"""

from __future__ import annotations

import re
from typing import Any

from typedxcom.errors import Problem
from typedxcom.schema.nodes import Record, Schema, walk

__all__ = ["HIDDEN_KEY", "field_names", "hidden", "hides_values", "spoken_without_input"]

HIDDEN_KEY = "[…]"
_KEY = re.compile(r"\[(?!\d+\]|…)")  # the index of a list is no secret
_WORDS = {
    "union_tag_invalid": "has a tag that no member of the union has",
    "extra_forbidden": "has a key that is not a field",
    "unexpected_keyword_argument": "has a key that is not a field",
}
# Types of errors whose text is pydantic's own, and is made of the schema alone.
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
    """The names in *schema*, which a path may show: they are in the code and no input."""
    records = [node for _, node in walk(schema) if isinstance(node, Record)]
    return frozenset(
        name
        for record in records
        for field, part in record.fields.items()
        for name in (field, part.key or field)
    )


def spoken_without_input(kind: str, words: str) -> str | None:
    """What may be said in place of the words of one error of pydantic's; None for those words.

    Args:
        kind: The error's type.
        words: Its message.
    """
    if kind in _WORDS:
        return _WORDS[kind]
    is_plain = _PLAIN.fullmatch(kind) is not None and _OWN_TEXT.match(words) is not None
    return None if is_plain else "refused by a validator"


def hidden(problem: Problem) -> Problem:
    """*problem* without the value that it quotes, and without keys of input in its path."""
    path = problem.path
    if found := _KEY.search(path):
        path = path[: found.start()] + HIDDEN_KEY
    return Problem(path, _without_input(problem.message))


def _without_input(message: str) -> str:
    if message.startswith("object contains unknown field"):  # msgspec
        return _WORDS["extra_forbidden"]
    if message.startswith("invalid "):  # value or enum value, which msgspec quotes
        return re.split(r"['\"]", message)[0].rstrip()
    if message.startswith("no `"):  # what a codec of the author's own says of it
        return message.partition("`: ")[0].removesuffix("`") + "`"
    return message.partition(", got `")[0]
