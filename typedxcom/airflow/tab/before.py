"""Says whether an XCom is the same as in the run before. Only entries are compared, no store is.

Two runs never have the same pointer, because its path names the run. So a stored value is
represented by its digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from typedxcom.airflow.tab.entries import StoredEntry
from typedxcom.codecs.text import read_text
from typedxcom.errors import TypedXComError
from typedxcom.exchange.forms import is_form, text_in
from typedxcom.pointer import MARKER, Pointer, is_pointer, parse

__all__ = ["Change", "changes"]

Change = Literal["same", "changed", "new", "unknown"]


def changes(now: Sequence[StoredEntry], before: Iterable[StoredEntry]) -> dict[str, Change]:
    """Maps each key to what became of its XCom since the run before."""
    old = {one.key: one for one in before}
    return {one.key: _change(one, old.get(one.key)) for one in now}


def _change(now: StoredEntry, before: StoredEntry | None) -> Change:
    if before is None:
        return "new"
    if now.text == before.text and now.size == before.size:
        return "same" if now.is_whole else "unknown"
    if not (now.is_whole and before.is_whole):
        return "unknown" if MARKER in now.text + before.text else "changed"
    try:
        one, other = (_Comparable(entry.text) for entry in (now, before))
        return one.against(other)
    except (TypedXComError, ValueError, RecursionError):  # damaged, or too deep
        return "unknown"


class _Comparable:
    """An entry without the parts that differ between runs even if the value is the same."""

    def __init__(self, text: str) -> None:
        self._pointers: list[Pointer] = []
        tree = self._without_places(_tree(text))
        self._text = json.dumps(tree, sort_keys=True)

    def against(self, before: _Comparable) -> Change:
        if bool(self._pointers) != bool(before._pointers):
            return "unknown"  # one is in a store, and the other in its entry
        for one, other in zip(self._pointers, before._pointers, strict=False):
            if one.size == other.size and _how(one) != _how(other):
                return "unknown"
        return "same" if self._text == before._text else "changed"

    def _without_places(self, tree: Any) -> Any:
        if is_pointer(tree):
            pointer = parse(tree)
            self._pointers.append(pointer)
            return [pointer.codec, pointer.compression, pointer.size, pointer.digest]
        if isinstance(tree, dict):
            if is_form(tree):
                return self._without_places(read_text(text_in(tree)))
            return {key: self._without_places(part) for key, part in tree.items()}
        return [*map(self._without_places, tree)] if isinstance(tree, list) else tree


def _tree(text: str) -> Any:
    return read_text(text.encode("utf-8", "surrogatepass"))


def _how(pointer: Pointer) -> tuple[Any, ...]:
    """Returns how the bytes were written and digested. Otherwise, digests say nothing."""
    return pointer.codec, pointer.compression, pointer.digest.partition(":")[0]
