"""`airflow`: a large entry of a task without a contract, from Airflow's own serialization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typedxcom.codecs.serde import is_frame
from typedxcom.codecs.text import read_text
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import NAMES_OTHERS, paths_in
from typedxcom.stored.access import Placement, SignedEntry, Stores
from typedxcom.stored.base import StoredFormat

__all__ = ["AIRFLOW"]


class AirflowFormat(StoredFormat):
    """The JSON of an entry. Only our XCom backend writes it, and only the backend reads it."""

    name = "airflow"

    def write(self, text: bytes, placement: Placement, *, about: str) -> JsonValue:
        """Stores *text*, the JSON of an entry."""
        # The sweep opens objects that name other objects, and recognises them by their extension.
        ext = NAMES_OTHERS if any(paths_in(text)) else "json"
        return placement.put(text, codec=self.name, ext=ext, about=about)

    def unfolded(self, entry: dict[str, Any], stores: Stores, read: Callable[[Any], Any]) -> Any:
        """Returns the original entry, as the backend reads entries."""
        whole = read_text(bytes(stores.read(entry)))
        return read(SignedEntry(whole) if stores.keys and is_frame(whole) else whole)


AIRFLOW = AirflowFormat()
