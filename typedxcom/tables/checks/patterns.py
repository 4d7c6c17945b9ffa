r"""Finds regular expressions that mean the same to Arrow's RE2 and to pydantic's Rust engine.

Both match a literal, a class of listed characters, ``.``, an anchor, a group, an alternative and a
repetition alike. They differ on Unicode: ``\d``, ``\w``, ``\s`` and ``\b`` know all of it in
Rust and only ASCII in RE2. So a pattern of the common part goes to RE2; one with those classes
goes there for the values that are ASCII; every other one, and every other value, to pydantic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["TranslatedPattern", "translate"]

_MAX_REPEAT = 1000  # RE2 refuses more; Rust has another limit
_ASCII_CLASSES = {  # what Rust's classes are for ASCII text; RE2's \s lacks the vertical tab
    "d": "[0-9]", "D": "[^0-9]", "w": "[0-9A-Za-z_]", "W": "[^0-9A-Za-z_]",
    "s": r"[\t-\r ]", "S": r"[^\t-\r ]", "b": r"\b", "B": r"\B",
}  # fmt: skip
_INSIDE = {"d": "0-9", "w": "0-9A-Za-z_", "s": r"\t-\r "}
_PUNCTUATION = frozenset(r"\.+*?()|[]{}^$/-#&~@:;,<>=!%_'\"` ")
_CONTROLS = frozenset("tnr")
_PLAIN = re.compile(r"[^\\.+*?()|\[\]{}^$\x00-\x1f]")
_REPEAT = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}")
_MEMBER = re.compile(r"[^\\\[\]^&~\-\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class TranslatedPattern:
    """A pattern for RE2.

    Attributes:
        pattern: The text.
        ascii_only: Whether it means the same as the original for ASCII values only.
    """

    pattern: str
    ascii_only: bool


class UnsureOfPattern(Exception):
    """The pattern has a part whose meaning is not proved to be the same."""


def translate(pattern: str) -> TranslatedPattern | None:
    """*pattern*, of Rust's dialect, for RE2, or None if the two may disagree."""
    reader = PatternReader(pattern)
    try:
        text = reader.alternatives()
        if reader.at < len(pattern):
            return None
    except (UnsureOfPattern, IndexError, RecursionError):
        return None
    return TranslatedPattern(text, reader.ascii_only)


class PatternReader:
    """A reader by recursive descent of the common part of both dialects."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.ascii_only = False

    def alternatives(self) -> str:
        """Sequences with ``|`` between them."""
        parts = [self.sequence()]
        while self._take("|"):
            parts.append(self.sequence())
        return "|".join(parts)

    def sequence(self) -> str:
        """Atoms, each perhaps repeated."""
        parts = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.atom() + self.repeat())
        return "".join(parts)

    def atom(self) -> str:
        """One thing that a repetition may follow."""
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "^$" and self._peek() not in {"*", "+", "?", "{"}:
            return char
        if char == "." or _PLAIN.fullmatch(char):
            return char
        raise UnsureOfPattern

    def repeat(self) -> str:
        """What follows an atom: ``*``, ``+``, ``?``, ``{2,3}``, lazy or not, or nothing."""
        found = ""
        if self._peek() in {"*", "+", "?"}:
            found = self._next()
        elif self._peek() == "{":
            match = _REPEAT.match(self.pattern, self.at)
            if match is None or int(match[3] or match[1]) > _MAX_REPEAT:
                raise UnsureOfPattern
            self.at = match.end()
            found = match[0]
        if found and self._take("?"):
            found += "?"
        if found and self._peek() in {"*", "+", "?", "{"}:
            raise UnsureOfPattern
        return found

    def _group(self) -> str:
        opening = "("
        if self._take("?"):
            if not self._take(":"):
                raise UnsureOfPattern
            opening = "(?:"
        inside = self.alternatives()
        if self._next() != ")":
            raise UnsureOfPattern
        return f"{opening}{inside})"

    def _escape(self) -> str:
        char = self._next()
        if char in _ASCII_CLASSES:
            self.ascii_only = True
            return _ASCII_CLASSES[char]
        if char in _PUNCTUATION or char in _CONTROLS:
            return "\\" + char if char in _CONTROLS else re.escape(char)
        raise UnsureOfPattern

    def _class(self) -> str:
        opening = "[^" if self._take("^") else "["
        parts: list[str] = []
        while not self._take("]"):
            parts.append(self._member(closing=bool(parts)))
        if not parts:
            raise UnsureOfPattern
        return f"{opening}{''.join(parts)}]"

    def _member(self, *, closing: bool) -> str:
        """One character, range or ASCII class inside ``[...]``."""
        if self._peek() == "-":  # only first or last, where it stands for itself
            self.at += 1
            if closing and self._peek() != "]":
                raise UnsureOfPattern
            return r"\-"
        low = self._one()
        if len(low) > 2 or self._peek() != "-" or self.pattern[self.at + 1] == "]":
            return low
        self.at += 1
        high = self._one()
        if len(high) > 2 or low[-1] > high[-1] or (low[0] == "\\") != (high[0] == "\\"):
            raise UnsureOfPattern
        return f"{low}-{high}"

    def _one(self) -> str:
        char = self._next()
        if char == "\\":
            char = self._next()
            if char in _INSIDE:
                self.ascii_only = True
                return _INSIDE[char]
            if char in _CONTROLS or char in _PUNCTUATION:
                return "\\" + char if char in _CONTROLS or char in r"\]^-[" else char
            raise UnsureOfPattern
        if _MEMBER.fullmatch(char):
            return char
        raise UnsureOfPattern

    def _peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def _next(self) -> str:
        self.at += 1
        return self.pattern[self.at - 1]

    def _take(self, char: str) -> bool:
        if self._peek() != char:
            return False
        self.at += 1
        return True
