"""Makes the facts and short texts that the tab shows of an entry.

A task may write any entry of any DAG, so entries are not trusted. Each text is cut, invisible
characters are spelled out, and a damaged preview is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from typedxcom.airflow.tab.before import Change
from typedxcom.airflow.tab.entries import StoredEntry
from typedxcom.codecs.text import read_text
from typedxcom.errors import DecodeError
from typedxcom.exchange.forms import is_form
from typedxcom.pointer import MARKER, Pointer, is_pointer, line_in, parse
from typedxcom.preview import KEY, read_preview, visible, without_names

__all__ = ["shown_entries"]

_MAX_VALUE = 4_000  # characters
_MAX_ABOUT = 200
_RETURNED = "return_value"


def shown_entries(
    entries: Sequence[StoredEntry], changes: Mapping[str, Change] | None = None
) -> dict[str, Any]:
    """Returns the XComs of a task instance. The preview belongs to what the task returned.

    Args:
        entries: What its rows hold.
        changes: What became of each key since the run before, if there was one.
    """
    found = [_preview(one) for one in entries if one.key == KEY]
    own = (one for one in entries if one.key != KEY)
    ordered = sorted(own, key=lambda one: one.key != _RETURNED)
    shown = [_beside(one, found if one.key == _RETURNED else []) for one in ordered]
    for entry, one in zip(ordered, shown, strict=True):
        one["change"] = (changes or {}).get(entry.key)
    return {"xcoms": shown}


def _preview(entry: StoredEntry) -> dict[str, Any] | None:
    return read_preview(_parsed(entry.text)) if entry.is_whole else None


def _beside(entry: StoredEntry, previews: Sequence[dict[str, Any] | None]) -> dict[str, Any]:
    """Returns an entry with its preview, if any. With a damaged preview the value is left out."""
    shown = _shown(entry, next(iter(previews), None))
    if None in previews:
        shown.pop("value", None)
        shown["wrong"] = "The preview is damaged, or newer than this typedxcom: upgrade it here."
    return shown


def _shown(entry: StoredEntry, preview: dict[str, Any] | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "key": visible(entry.key, _MAX_ABOUT),
        "at": entry.at,
        "bytes": entry.size,
        "form": "plain",
        "preview": preview,
    }
    if not entry.is_whole:
        is_withheld = preview is not None and (preview["withheld"] or preview["withheld_names"])
        return {**shown, **({} if is_withheld else _value(entry.text, is_cut=True))}
    tree = _parsed(entry.text)
    if is_pointer(tree):
        return {**shown, **_pointed(tree)}
    if is_form(tree):
        shown["form"], shown["about"] = "text", visible(line_in(tree), _MAX_ABOUT)
        tree = _parsed(str(tree.get("json", "")))
    return shown if preview and preview["withheld"] else {**shown, **_of_tree(tree, preview)}


def _parsed(text: str) -> Any:
    """Parses *text* as JSON, or returns it as it is."""
    try:
        return read_text(text.encode("utf-8", "surrogatepass"))
    except (DecodeError, ValueError, RecursionError):
        return text


def _pointed(tree: dict[str, Any]) -> dict[str, Any]:
    """Returns the facts in a pointer. They are not verified here."""
    try:
        pointer = parse(tree)
    except DecodeError as error:
        return {"form": "pointer", "wrong": visible(str(error), _MAX_ABOUT)}
    return {
        "form": "pointer",
        "about": visible(pointer.about, _MAX_ABOUT),
        "stored": _facts(pointer),
    }


def _facts(pointer: Pointer) -> dict[str, Any]:
    return {
        "codec": pointer.codec,
        "store": pointer.store,
        "path": visible(pointer.path, 2 * _MAX_ABOUT),
        "bytes": pointer.size,
        "rows": pointer.rows,
        "digest": pointer.digest,
        "compression": pointer.compression,
        "media_type": pointer.media_type,
        "is_signed": pointer.mac is not None,
    }


def _of_tree(tree: Any, preview: dict[str, Any] | None) -> dict[str, Any]:
    names = frozenset(preview["withheld_names"]) if preview else frozenset[str]()
    try:
        readable = without_names(_readable(tree), names)
        text = json.dumps(readable, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return {}
    return _value(text)


def _readable(tree: Any) -> Any:
    """Returns *tree* in the order of its order marks, with one line for each pointer."""
    if is_pointer(tree):
        return visible(line_in(tree), _MAX_ABOUT)
    if isinstance(tree, dict):
        return {key: _readable(tree[key]) for key in _ordered(tree)}
    return [_readable(part) for part in tree] if isinstance(tree, list) else tree


def _ordered(tree: dict[str, Any]) -> list[str]:
    """Returns the keys in the order of the order mark, if that names exactly these keys."""
    order = tree.get(MARKER)
    keys = [key for key in order if isinstance(key, str)] if isinstance(order, list) else []
    return keys if sorted([*keys, MARKER]) == sorted(tree) else list(tree)


def _value(text: str, *, is_cut: bool = False) -> dict[str, Any]:
    head = text[:_MAX_VALUE]
    lines = "\n".join(visible(line, 4 * _MAX_VALUE) for line in head.split("\n"))
    return {"value": lines, "is_cut": is_cut or len(text) > _MAX_VALUE}
