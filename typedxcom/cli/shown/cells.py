"""Shows one value of a column as a short text, whatever its type and size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedxcom.cli.shown.text import cut, printable

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["cell"]

_PARTS = 5  # of a list, a map or a struct
_DEPTH = 3
_NULL = "-"


def cell(value: pa.Scalar, size: int, depth: int = 0) -> str:
    """Returns *value* in at most *size* characters that a terminal prints."""
    import pyarrow as pa

    if not value.is_valid:
        return _NULL
    kind = value.type
    if isinstance(value, pa.ExtensionScalar):
        return cell(value.value, size, depth)
    if pa.types.is_dictionary(kind):
        return cell(value.dictionary[value.index.as_py()], size, depth)
    if pa.types.is_nested(kind):
        return cut(_nested(value, size, depth), size)
    return cut(printable(_plain(value, size)), size)


def _nested(value: Any, size: int, depth: int) -> str:
    import pyarrow as pa

    if depth >= _DEPTH:
        return "…"
    if pa.types.is_struct(value.type):
        names = [value.type.field(at).name for at in range(value.type.num_fields)]
        parts = [
            f"{printable(name)}: {cell(value[at], size, depth + 1)}"
            for at, name in enumerate(names[:_PARTS])
        ]
        return "{" + ", ".join(parts) + (", …" if len(names) > _PARTS else "") + "}"
    items = getattr(value, "values", None)
    if items is None:  # a union
        return str(value.type)
    parts = [cell(items[at], size, depth + 1) for at in range(min(len(items), _PARTS))]
    return "[" + ", ".join(parts) + (", …" if len(items) > _PARTS else "") + "]"


def _plain(value: pa.Scalar, size: int) -> str:
    import pyarrow as pa

    kind = value.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return bytes(value.as_buffer()[: 4 * size + 4]).decode(errors="ignore")
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return repr(bytes(value.as_buffer()[: size + 1]))
    try:  # Arrow's own text: Python has no year 10000 and no nanoseconds
        return str(value.cast(pa.string()).as_py())
    except pa.ArrowException:
        pass
    try:
        return str(value.as_py())
    except (ValueError, OverflowError):
        return f"<{kind}>"
