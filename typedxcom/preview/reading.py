"""Reads previews. Anybody may have written one, so only valid ones are shown."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from typedxcom.preview.text import visible

__all__ = ["read_preview"]

_MAX_TEXT = 200  # characters
_Count = Annotated[int, Meta(ge=0, le=2**53)]
_Many = Meta(max_length=500)
_Depth = Annotated[int, Meta(ge=0, le=20)]


class _Preview(msgspec.Struct, kw_only=True):
    """The structure that `make_preview` writes, in version 1."""

    version: Annotated[int, Meta(ge=1, le=1)]
    type: str
    withheld: bool = False
    withheld_names: Annotated[list[str], _Many] = []
    readers: Annotated[list[tuple[str, str, str]], _Many] = []
    tree: Annotated[list[tuple[_Depth, str, str]], _Many] = []
    columns: Annotated[
        list[Annotated[list[str | _Count], Meta(min_length=3, max_length=5)]], _Many
    ] = []
    names: Annotated[list[str], _Many] = []
    rows: Annotated[list[Annotated[list[str | bool | None], _Many]], _Many] = []
    width: _Count = 0
    measured: _Count = 0
    cut: bool = False


def read_preview(tree: Any) -> dict[str, Any] | None:
    """Reads a preview from JSON builtins; None if they are not a preview.

    Texts are shortened, and hidden characters in them become visible. A preview of a newer version
    does not count, because its meaning is not known here.
    """
    try:
        found = msgspec.convert(tree, _Preview)
    except (msgspec.ValidationError, RecursionError):
        return None
    shown: dict[str, Any] = _visible(msgspec.to_builtins(found))
    return shown


def _visible(tree: Any) -> Any:
    if isinstance(tree, str):
        return visible(tree, _MAX_TEXT)
    if isinstance(tree, dict):
        return {key: _visible(part) for key, part in tree.items()}
    return [_visible(part) for part in tree] if isinstance(tree, (list, tuple)) else tree
