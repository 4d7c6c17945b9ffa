"""Makes any text fit to show on a page: short, and without invisible characters."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["cell", "compact", "visible"]

MAX_CELL = 40  # characters of one value
_LOOKED_AT = 4 * MAX_CELL  # characters or bytes of a value that are looked at
_ITEMS = 4  # of a list or struct in a cell that are shown
_DEPTH = 3


def visible(text: str, limit: int = MAX_CELL) -> str:
    r"""Writes *text* on one line, with control characters and the like escaped as ``\u202e``."""
    head = text[: 4 * limit]
    shown = head if head.isprintable() else "".join(map(_visible, head))
    if len(shown) <= limit and len(head) == len(text):
        return shown
    return shown[: limit - 1] + "…"


def _visible(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def compact(tree: Any) -> str:
    """Writes JSON builtins as the text of one cell."""
    if isinstance(tree, str):
        return visible(tree)
    try:
        return visible(msgspec.json.encode(_head(tree, _DEPTH)).decode())
    except (msgspec.MsgspecError, UnicodeError, TypeError):  # a lone surrogate
        return visible(repr(_head(tree, _DEPTH)))


def _head(tree: Any, depth: int) -> Any:
    """Returns the first parts of *tree*, so that a large one costs nothing."""
    if isinstance(tree, str):
        return tree[:_LOOKED_AT]
    if isinstance(tree, dict):
        if depth == 0:
            return {"…": len(tree)}
        parts = [*tree.items()] if len(tree) <= _ITEMS else [*tree.items()][:_ITEMS]
        return {str(key)[:MAX_CELL]: _head(part, depth - 1) for key, part in parts}
    if isinstance(tree, (list, tuple)):
        return [_head(part, depth - 1) for part in tree[: 2 * _ITEMS]] if depth else ["…"]
    return tree


def cell(scalar: Any) -> str | None:
    """Writes a value of a table as text; None for null.

    Args:
        scalar: A ``pyarrow.Scalar``. If it is large, only its beginning is read.
    """
    return None if not scalar.is_valid else visible(_text(scalar, _DEPTH))


def _text(scalar: Any, depth: int) -> str:
    if not scalar.is_valid:
        return "null"
    if hasattr(scalar, "as_buffer"):  # text and bytes: not copied
        return _of_bytes(scalar)
    kind = type(scalar).__name__
    if depth == 0:
        return "…"
    if kind == "StructScalar":
        names = list(scalar)[:_ITEMS]
        parts = [f"{name[:MAX_CELL]}: {_text(scalar[name], depth - 1)}" for name in names]
        return "{" + ", ".join(parts) + (", …" if len(scalar) > _ITEMS else "") + "}"
    if kind == "MapScalar" or "List" in kind:
        values = scalar.values
        parts = [_text(one, depth - 1) for one in values[:_ITEMS]]
        return "[" + ", ".join(parts) + (", …" if len(values) > _ITEMS else "") + "]"
    if kind in ("DictionaryScalar", "ExtensionScalar", "RunEndEncodedScalar"):
        return _text(scalar.value, depth - 1)
    return str(scalar.as_py())


def _of_bytes(scalar: Any) -> str:
    import pyarrow.types as at

    head = bytes(memoryview(scalar.as_buffer())[:_LOOKED_AT])
    if at.is_string(scalar.type) or at.is_large_string(scalar.type) or _is_view(scalar.type):
        return head.decode("utf-8", "replace")
    return head.hex()


def _is_view(kind: Any) -> bool:
    return str(kind) == "string_view"
