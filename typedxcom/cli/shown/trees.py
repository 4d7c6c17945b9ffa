"""Shows JSON for people: indented, with long strings, long lists and deep nesting cut."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO, Any

from typedxcom.cli.shown.base import Grid, Shown
from typedxcom.cli.shown.text import printable
from typedxcom.codecs.text import read_text, write_text
from typedxcom.exchange.forms import about, is_form
from typedxcom.exchange.plain import ordered
from typedxcom.exchange.unwrap import text_of
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER, is_pointer
from typedxcom.stored import AIRFLOW, BYTES, ITEMS, format_of
from typedxcom.stored.access import Stores
from typedxcom.stored.file import FILE
from typedxcom.stored.source import is_table_pointer

__all__ = ["ShownTree", "tree_of"]

_TEXT = 1000  # characters of a string
_PARTS = 50  # items of a list, or keys of an object
_NODES = 1000  # in a tree
_DEPTH = 20


class ShownTree(Shown):
    """A value that is JSON.

    Args:
        tree: The whole value, with our forms taken off.
    """

    suffixes: Sequence[str] = (".json",)
    is_json = True

    def __init__(self, tree: JsonValue) -> None:
        self._tree, self._text = tree, write_text(tree)

    def about(self) -> str:
        """Returns its kind and size."""
        return f"JSON: {about(self._tree, len(self._text))}"

    def parts(self, *, rows: int, width: int) -> list[str | Grid]:
        """Returns formatted JSON, which says how many parts are left out."""
        cutter = _Cutter()
        text = json.dumps(cutter.cut(self._tree), indent=2, ensure_ascii=False)
        found: list[str | Grid] = [printable(line) for line in text.split("\n")]
        if cutter.is_cut:
            found.append("This is not all of it: --to value.json writes the whole.")
        return found

    def write(self, out: IO[bytes], suffix: str) -> None:
        """Writes all of the JSON, in ASCII."""
        out.write(self._text + b"\n")


class _Cutter:
    """Cuts a large tree to a small one."""

    def __init__(self) -> None:
        self.is_cut = False
        self._left = _NODES

    def cut(self, node: Any, depth: int = 0) -> Any:
        self._left -= 1
        if isinstance(node, str):
            return self._text(node)
        if isinstance(node, (dict, list)) and node and (depth >= _DEPTH or self._left <= 0):
            return self._left_out(f"… {len(node):,} more inside")
        if isinstance(node, dict):
            kept = {self._text(key): self.cut(node[key], depth + 1) for key in self._first(node)}
            return {**kept, **({"…": self._more(node, kept)} if len(kept) < len(node) else {})}
        if isinstance(node, list):
            items = [self.cut(item, depth + 1) for item in self._first(node)]
            return [*items, *([self._more(node, items)] if len(items) < len(node) else [])]
        return node

    def _first(self, parts: Any) -> list[Any]:
        return [part for part, _ in zip(parts, range(_PARTS), strict=False)]

    def _more(self, whole: Any, kept: Any) -> str:
        return self._left_out(f"… {len(whole) - len(kept):,} more")

    def _text(self, text: str) -> str:
        if len(text) <= _TEXT:
            return text
        return self._left_out(f"{text[:_TEXT]}… {len(text) - _TEXT:,} more characters")

    def _left_out(self, words: str) -> str:
        self.is_cut = True
        return words


def tree_of(entry: Any, stores: Stores) -> JsonValue:
    """Returns the JSON that *entry* stands for, with our forms taken off at any depth.

    A table or file inside a list or dict is shown as the line of text in its pointer.

    Raises:
        DecodeError, IntegrityError: It is damaged, newer, or not what was written.
        StoreError: The store refused. A retry may help.
    """
    if isinstance(entry, list):
        return [tree_of(part, stores) for part in entry]
    if not isinstance(entry, dict):
        return entry  # type: ignore[no-any-return]
    if not is_form(entry):
        whole = ordered(entry) if MARKER in entry else entry
        return {key: tree_of(part, stores) for key, part in whole.items()}
    if not is_pointer(entry):
        return read_text(text_of(entry, stores))  # type: ignore[no-any-return]
    return _pointed_at(entry, stores)


def _pointed_at(entry: dict[str, Any], stores: Stores) -> JsonValue:
    pointer = stores.pointer(entry)
    found = format_of(pointer)
    if is_table_pointer(pointer) or found in (BYTES, FILE):
        return f"<{pointer.about}>"
    if found in (AIRFLOW, ITEMS):
        whole = found.unfolded(entry, stores, lambda entry: tree_of(entry, stores))
        return list(whole) if found is ITEMS else whole
    return read_text(text_of(entry, stores))  # type: ignore[no-any-return]
