"""A text that a regular expression matches, made for `Table.sample`; the row itself judges it."""

from __future__ import annotations

import importlib
import random
import re
import warnings
from functools import cache
from typing import Any

__all__ = ["spell"]

_MORE = 3  # repetitions above the least that are asked for
_VISIBLE = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_-.,:;!?/ "
_CLASSES = {
    "CATEGORY_DIGIT": "0123456789", "CATEGORY_NOT_DIGIT": "abcxyz_-",
    "CATEGORY_WORD": "abcxyz0189_", "CATEGORY_NOT_WORD": "-.,/ ",
    "CATEGORY_SPACE": " ", "CATEGORY_NOT_SPACE": "abcxyz0189_-",
}  # fmt: skip


def spell(pattern: str, chance: random.Random) -> str | None:
    """A text that *pattern* may match; None where Python cannot read the pattern.

    It is made from the parts of the pattern. Anchors, look-around and flags are ignored.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)  # a set inside a set, which `re` has not
        try:
            parsed = _parser().parse(pattern)
        except (re.error, RecursionError, OverflowError, FutureWarning):
            return None
    return PatternSpeller(chance).all(parsed)


@cache
def _parser() -> Any:
    """The parser of `re`: a module of its own until Python 3.10."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        parser = getattr(re, "_parser", None)
        return importlib.import_module("sre_parse") if parser is None else parser


class PatternSpeller:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.groups: dict[Any, str] = {}

    def all(self, parts: Any) -> str:
        """The parts of a sequence, one after the other."""
        return "".join(self.one(str(op), value) for op, value in parts)

    def one(self, op: str, value: Any) -> str:
        """What one part may match."""
        match op:
            case "LITERAL":
                return chr(value)
            case "NOT_LITERAL":
                return self._without({chr(value)})
            case "ANY":
                return self.chance.choice(_VISIBLE)
            case "IN":
                return self._member(value)
            case "BRANCH":
                return self.all(self.chance.choice(value[1]))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, inner = value
                count = self.chance.randint(low, min(int(high), low + _MORE))
                return "".join(self.all(inner) for _ in range(count))
            case "SUBPATTERN":
                self.groups[value[0]] = made = self.all(value[-1])
                return made
            case "ATOMIC_GROUP":
                return self.all(value)
            case "GROUPREF":
                return self.groups.get(value, "")
        return ""  # an anchor, a look-around

    def _member(self, members: Any) -> str:
        names = [(str(op), value) for op, value in members]
        found = set().union(*(self._characters(op, value) for op, value in names))
        if ("NEGATE", None) in names:
            return self._without(found)
        return self.chance.choice(sorted(found))

    def _characters(self, op: str, value: Any) -> set[str]:
        match op:
            case "LITERAL":
                return {chr(value)}
            case "RANGE":
                return set(map(chr, range(value[0], min(value[1], value[0] + 200) + 1)))
            case "CATEGORY":
                return set(_CLASSES[str(value)])
        return set()

    def _without(self, characters: set[str]) -> str:
        return self.chance.choice(sorted(set(_VISIBLE) - characters) or ["§"])
