"""What a parameter needs, and which values break that."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from typedxcom.nearness import key_meant

__all__ = ["ITEM", "KINDS", "NOTHING", "OBJECT", "Need", "Needs", "Path", "Shown", "broken"]

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

ITEM: Final = None
Path: TypeAlias = tuple[str | None, ...]
"""The way into a value: the keys of dicts, and `ITEM` for any item of a list."""

_CONTAINERS: Final = frozenset({"list", "tuple", "dict"})
_MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Shown:
    """One kind of value that may come.

    Attributes:
        kind: Its kind, or None if it may be any.
        names: All that it has, if known: the keys of a dict, or the attributes of an object.
        inside: Returns what may come one step further inside it.
        is_false: Whether it is surely false, as ``[]`` and ``""``.
    """

    kind: str | None = None
    names: frozenset[str] | None = None
    inside: Callable[[str | None], Iterable[Shown]] | None = None
    is_false: bool = False

    def at(self, path: Path) -> list[Shown]:
        """Returns what may come at *path*; anything where that is not known."""
        found = [self]
        for step in path:
            found = [
                inner
                for one in found
                for inner in ([Shown()] if one.inside is None else one.inside(step))
            ]
        return found


@dataclass(frozen=True)
class Need:
    """One use that every run makes.

    Attributes:
        words: The use as it stands in the code, for example ``order["total"]``.
        kinds: The kinds of values that it can work with.
        key: The key that a dict must have for it.
        attribute: The attribute that an object must have for it.
        path: Where in the parameter it is used. Every run that finds a value there uses it.
        is_guarded: Whether the code uses no value that is false.
    """

    words: str
    kinds: frozenset[str]
    key: str | None = None
    attribute: str | None = None
    path: Path = ()
    is_guarded: bool = False

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

    def is_for(self, shown: Shown) -> bool:
        """Returns whether the code uses a value of this kind at all."""
        return not (self.is_guarded and (shown.is_false or shown.kind == "None"))

    def breaks(self, shown: Shown) -> bool:
        """Returns whether a value of this kind surely fails."""
        kind, keys = shown.kind, shown.names
        if kind is None:
            return False
        if kind == OBJECT:
            return self.attribute is not None and keys is not None and self.attribute not in keys
        if kind not in self.kinds:
            return True
        return self._lacks_key(shown)

    def _lacks_key(self, shown: Shown) -> bool:
        keys = shown.names
        return (
            shown.kind == "dict" and self.key is not None and keys is not None
        ) and self.key not in keys

    def misspells(self, shown: Iterable[Shown]) -> bool:
        """Returns whether no dict that may come has its key, and one has a key like it."""
        dicts = list(shown)
        is_missing = bool(dicts) and all(map(self._lacks_key, dicts))
        return is_missing and any(key_meant(self.key or "", one.names or ()) for one in dicts)


@dataclass(frozen=True)
class Needs:
    """What one parameter must be.

    Attributes:
        found: The needs, in the order of the code.
        maybe: The keys that some runs read. Such a read is wrong only if its key is misspelt:
            dicts of several forms may come, and the code may tell them apart.
        is_closed: Whether the code does nothing else with the value, so that all is known.
    """

    found: tuple[Need, ...] = ()
    is_closed: bool = False
    maybe: tuple[Need, ...] = ()

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

    def at(need: Need) -> list[Shown]:
        return [one for each in members for one in each.at(need.path) if need.is_for(one)]

    for need in needs.found:
        found = at(need)
        if found and all(map(need.breaks, found)):
            return need
    return next((need for need in needs.maybe if need.misspells(at(need))), None)
