"""Which name a misspelt one was probably to be. The parse check and mypy give the same hints."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable
from typing import Final

__all__ = ["branch_meant", "key_meant", "nearest", "setting_meant", "task_meant"]

NEARLY: Final = 0.7  # as `difflib.get_close_matches` counts
_SHORT: Final = 5  # letters, below which one letter makes another name
_ENDING: Final = 3  # letters, as of `failure` after `fail`


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Returns the one of *known* that *name* was probably to be, if any."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=NEARLY)
    return found[0] if found else None


def task_meant(task_id: str, known: Iterable[str]) -> str | None:
    """Returns the task that *task_id* was probably to be: in a group, or of nearly that name."""
    names = list(known)
    inside = [one for one in names if one.endswith(f".{task_id}")]
    if inside:
        return inside[0]
    # Names that differ in numbers alone are of tasks that are sometimes made and sometimes not.
    letters = _letters(task_id)
    return nearest(task_id, [one for one in names if _letters(one) != letters])


def branch_meant(task_id: str, known: Iterable[str]) -> str | None:
    """Returns the task that a branch into *task_id* meant, if they differ in letters alone.

    ``load_eu`` and ``load_us`` are two tasks, of which another environment may make the first.
    """
    close = task_meant(task_id, known)
    if close is None:
        return None
    name = close if "." in task_id else close.rpartition(".")[2]
    if task_id.replace("_", "") == name.replace("_", ""):
        return close
    words = itertools.zip_longest(task_id.split("_"), name.split("_"), fillvalue="")
    return close if all(one == other or nearest(one, [other]) for one, other in words) else None


def key_meant(key: str, known: Iterable[str]) -> str | None:
    """Returns the key of a dict that *key* surely was to be, if any.

    Dicts of several forms may come to one place: ``start_date`` and ``end_date``, ``encoded`` and
    ``decoded`` are keys of two of them. A slip leaves most words as they are, and the beginning of
    the others.
    """
    found = [one for one in sorted(known) if _letters(one) != _letters(key) and _is_near(key, one)]
    return max(found, key=lambda one: _likeness(key, one), default=None)


def _is_near(key: str, other: str) -> bool:
    if key.replace("_", "").lower() == other.replace("_", "").lower():
        return True
    mine, theirs = key.split("_"), other.split("_")
    pairs = [(one, two) for one, two in zip(mine, theirs, strict=False) if one != two]
    return len(mine) == len(theirs) and len(pairs) == 1 and _is_word_near(*pairs[0])


def _is_word_near(word: str, other: str) -> bool:
    shorter = min(len(word), len(other))
    begins_alike = shorter > _ENDING and word[:_ENDING] == other[:_ENDING]
    if begins_alike and nearest(word, [other]):
        return True
    is_swapped = shorter >= _ENDING and sorted(word) == sorted(other)
    return is_swapped or (shorter >= _SHORT and _is_typo(word, other))


def setting_meant(name: str, known: Iterable[str]) -> str | None:
    """Returns the setting of an operator that *name* was probably to be, if any.

    Settings are made of few words, which many of them share: ``on_success_callback`` and
    ``on_failure_callback`` are alike in most of their letters. So they are compared word by word.
    """
    found = [one for one in sorted(known) if _is_slip(name, one)]
    return max(found, key=lambda one: _likeness(name, one), default=None)


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name, other).ratio()


def _is_slip(name: str, setting: str) -> bool:
    """Whether *name* is *setting* with letters or underscores wrong, or in another form."""
    bare, wanted = name.replace("_", "").lower(), setting.replace("_", "").lower()
    if bare == wanted or (len(wanted) > _SHORT and _is_typo(bare, wanted)):
        return True
    mine, theirs = name.split("_"), setting.split("_")
    if len(mine) != len(theirs):
        return False
    is_alone = len(mine) == 1
    pairs = zip(mine, theirs, strict=True)
    return all(one == other or _is_form(one, other, is_alone=is_alone) for one, other in pairs)


def _is_form(word: str, other: str, *, is_alone: bool) -> bool:
    """Whether two words are one, in singular or plural, with another ending, or mistyped."""
    if _singular(word) == _singular(other) or _is_typo(word, other):
        return True
    short, long = sorted((word, other), key=len)
    ending = len(long) - len(short)
    return not is_alone and len(short) > _ENDING >= ending and long.startswith(short)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _is_typo(word: str, other: str) -> bool:
    """Whether one letter is missing, too much or another, or two neighbours are swapped."""
    short, long = sorted((word, other), key=len)
    if len(long) <= _ENDING or len(long) - len(short) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), None)
    if start is None:
        return True
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    is_swapped = short[start : start + 2] == long[start : start + 2][::-1]
    after = start + (2 if is_swapped else 1)
    return short[after:] == long[after:]


def _letters(name: str) -> str:
    return "".join(one for one in name if not one.isdigit())
