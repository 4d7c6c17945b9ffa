"""What the entry of an XCom can hold."""

from __future__ import annotations

from typing import TypeAlias, Union

__all__ = ["JsonValue"]

JsonValue: TypeAlias = Union[bool, int, float, str, "list[JsonValue]", "dict[str, JsonValue]", None]
