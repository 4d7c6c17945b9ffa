"""`bytes`: a value of type `bytes` that is too large for its entry, stored unchanged."""

from __future__ import annotations

from typing import Any

from typedxcom.jsontypes import JsonValue
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.base import StoredFormat

__all__ = ["BYTES"]


class BytesFormat(StoredFormat):
    """The bytes of a value, unchanged."""

    name = "bytes"

    def write(self, data: bytes, placement: Placement) -> JsonValue:
        """Stores *data*."""
        return placement.put(data, codec=self.name, ext="bin", about=f"{len(data):,} bytes")

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """Returns all bytes."""
        return bytes(stores.read(entry))


BYTES = BytesFormat()
