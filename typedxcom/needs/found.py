"""What a parameter needs, and which values break that."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

__all__ = ["KINDS", "NOTHING", "OBJECT", "Need", "Needs", "Shown", "broken"]

KINDS: Final[dict[str, tuple[type, ...]]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),  # JSON makes 3 of 3.0 in some databases
    "bool": (bool,),
    "None": (type(None),),
    "list": (list,),
    "tuple": (tuple, list),  # a tuple may arrive as a list
    "dict": (dict,),
}
"""What a value may be by the time that its reader gets it, by the kind that its writer has."""

OBJECT: Final = "object"
"""The kind of a model, a dataclass or a Struct."""

Shown: TypeAlias = tuple[str | None, frozenset[str] | None]
"""The kind of a value, or None if it may be any, and what it has, if that is known: all keys of a
dict, or all attributes of an object.
"""

_CONTAINERS: Final = frozenset({"list", "tuple", "dict"})
_MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Need:
    """One use that every run makes.

    Attributes:
        words: The use as it stands in the code, for example ``order["total"]``.
        kinds: The kinds of values that it can work with.
        key: The key that a dict must have for it.
        attribute: The attribute that an object must have for it.
    """

    words: str
    kinds: frozenset[str]
    key: str | None = None
    attribute: str | None = None

    def cure(self, names: frozenset[str]) -> str:
        """Returns how to read what an object has instead, or nothing if that is not known.

        Args:
            names: Its attributes.
        """
        own = sorted(name for name in names if not name.startswith("_"))
        if self.key in own:
            return f": write .{self.key}"
        close = difflib.get_close_matches(self.attribute or "", own, n=1, cutoff=0.7)
        return f": write .{close[0]}" if close and self.key is None else ""

    def breaks(self, kind: str | None, keys: frozenset[str] | None) -> bool:
        """Returns whether a value of this kind surely fails."""
        if kind is None:
            return False
        if kind == OBJECT:
            return self.attribute is not None and keys is not None and self.attribute not in keys
        if kind not in self.kinds:
            return True
        return kind == "dict" and self.key is not None and keys is not None and self.key not in keys


@dataclass(frozen=True)
class Needs:
    """What one parameter must be.

    Attributes:
        found: The needs, in the order of the code.
        is_closed: Whether the code does nothing else with the value, so that all is known.
    """

    found: tuple[Need, ...] = ()
    is_closed: bool = False

    def __bool__(self) -> bool:
        return bool(self.found) or self.is_closed

    @property
    def is_precise(self) -> bool:
        """Whether they say more than that it is a container."""
        return any(one.key is not None or one.kinds.isdisjoint(_CONTAINERS) for one in self.found)

    def __str__(self) -> str:
        shown = list(dict.fromkeys(one.words for one in self.found))
        dots = ["..."] if len(shown) > _MOST_SHOWN else []
        return ", ".join([*shown[:_MOST_SHOWN], *dots]) or "any value"


NOTHING: Final = Needs()


def broken(needs: Needs, shown: Iterable[Shown]) -> Need | None:
    """Returns the need that all kinds of values which may come would break, or None."""
    members = list(shown)
    for need in needs.found:
        if members and all(need.breaks(kind, keys) for kind, keys in members):
            return need
    return None
