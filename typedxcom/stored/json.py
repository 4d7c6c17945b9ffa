"""`json`: the JSON of a value that is too large for its entry."""

from __future__ import annotations

from typing import Any

from typedxcom.codecs.text import read_text
from typedxcom.jsontypes import JsonValue
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.base import StoredFormat

__all__ = ["JSON"]


class JsonFormat(StoredFormat):
    """One JSON text."""

    name = "json"

    def write(self, text: bytes, placement: Placement, *, about: str, schema: str) -> JsonValue:
        """Stores *text*; *schema* is the fingerprint of the schema that it was written with."""
        return placement.put(text, codec=self.name, ext="json", about=about, schema=schema)

    def text(self, entry: dict[str, Any], stores: Stores) -> bytes:
        """Returns the whole text."""
        return bytes(stores.read(entry))

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """Returns the JSON as builtins."""
        return read_text(self.text(entry, stores))


JSON = JsonFormat()
