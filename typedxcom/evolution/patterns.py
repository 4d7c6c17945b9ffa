"""Texts that match a pattern, to find out whether another limit takes them."""

from __future__ import annotations

import importlib
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from typedxcom.evolution.limits import keeps
from typedxcom.schema.nodes import Constraints

__all__ = ["matching", "refused_text"]

# The parser of the standard library has no public name.
_PARSER = "re._parser" if sys.version_info >= (3, 11) else "sre_parse"
_LETTERS = "aA0 _-.é!zZ9\n"
_MOST = 40
_USUAL = ["a", "A", "", " ", "0", "é", "-", "a ", " a", "\n", "aA0", "a" * 99, "A" * 99, "0" * 99]


def matching(pattern: str) -> list[str]:
    """Returns some texts in which *pattern* is found, short and long; none if it is too clever."""
    try:
        parser: Any = importlib.import_module(_PARSER)
        found = list(itertools.islice(_texts(parser.parse(pattern)), _MOST))
        compiled = re.compile(pattern)
    except (ImportError, re.error, KeyError, TypeError, ValueError, RecursionError):
        return []
    around = [text for one in found for text in (one, f"{one}a", f" {one}")]
    return [one for one in dict.fromkeys(around) if compiled.search(one)]


def refused_text(have: Constraints, is_refused: Callable[[str], bool]) -> str | None:
    """Returns a text within the limits *have* for which *is_refused* holds, if one is known."""
    usual = matching(have.pattern) if have.pattern else _USUAL
    least, most = have.min_length or 0, have.max_length
    texts = (one.ljust(least, "a")[:most] for one in usual)
    return next((one for one in texts if keeps(one, have) and is_refused(one)), None)


def _texts(parts: Iterable[Any]) -> Iterator[str]:
    ways = [list(itertools.islice(_ways(*part), 6)) for part in parts]
    longest = max(map(len, ways), default=0)
    for at in range(max(longest, 1)):
        yield "".join(one[at % len(one)] for one in ways if one)


def _ways(code: Any, argument: Any) -> Iterator[str]:
    """Yields texts of one part of a pattern."""
    match str(code):
        case "LITERAL":
            yield chr(argument)
        case "NOT_LITERAL":
            yield from (one for one in _LETTERS if one != chr(argument))
        case "ANY":
            yield from "a0 "
        case "IN":
            yield from _of_class(argument)
        case "BRANCH":
            for branch in argument[1]:
                yield from _texts(branch)
        case "SUBPATTERN":
            yield from _texts(argument[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = argument
            texts = list(itertools.islice(_texts(inner), 4)) or [""]
            counts = dict.fromkeys((least, min(least + 1, most), min(least + 12, most)))
            for count in counts:
                yield from (text * int(count) for text in texts)
        case "AT":
            yield ""
        case _:
            raise ValueError(f"{code} is not made here")


def _of_class(choices: Iterable[Any]) -> Iterator[str]:
    chosen = list(choices)
    if str(chosen[0][0]) == "NEGATE":
        known = set(_of_class(chosen[1:]))
        yield from (one for one in _LETTERS if one not in known)
        return
    for code, argument in chosen:
        match str(code):
            case "LITERAL":
                yield chr(argument)
            case "RANGE":
                yield from dict.fromkeys(map(chr, argument))
            case "CATEGORY":
                yield from _CATEGORIES[str(argument)]


_CATEGORIES = {
    "CATEGORY_DIGIT": "09", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "aZ0_",
    "CATEGORY_NOT_DIGIT": "a ", "CATEGORY_NOT_SPACE": "a0-", "CATEGORY_NOT_WORD": " -!",
}  # fmt: skip
