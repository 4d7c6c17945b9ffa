"""Shows entries for `typedxcom show`, as JSON, a table or a file.

No annotation is known here, so the form of an entry decides how it is shown. Nothing is imported by
a name in data: a value that Airflow serialized is shown as JSON.
"""

from __future__ import annotations

from typing import Any

from typedxcom.cli.shown.base import Shown
from typedxcom.cli.shown.files import ShownFile
from typedxcom.cli.shown.trees import ShownTree, tree_of
from typedxcom.codecs.serde import frame_bytes
from typedxcom.errors import DecodeError
from typedxcom.exchange.unwrap import TOO_DEEP
from typedxcom.pointer import is_pointer
from typedxcom.stored import BYTES, format_of
from typedxcom.stored.access import Stores
from typedxcom.stored.file import FILE
from typedxcom.stored.source import is_table_pointer

__all__ = ["Shown", "open_entry", "part_of"]


def open_entry(entry: Any, stores: Stores) -> Shown:
    """Opens *entry*, so that it can be shown or written.

    Raises:
        DecodeError, IntegrityError: It is damaged, newer, or not what was written.
        StoreError: The store refused. A retry may help.
    """
    if is_pointer(entry):
        pointer = stores.pointer(entry)
        if is_table_pointer(pointer):
            from typedxcom.cli.shown.tables import stored_table

            return stored_table(entry, stores)
        if format_of(pointer) in (BYTES, FILE):
            return ShownFile(entry, stores)
    if frame_bytes(entry) is not None:
        from typedxcom.cli.shown.tables import pandas_frame

        return pandas_frame(entry, stores)
    try:
        return ShownTree(tree_of(entry, stores))
    except RecursionError:
        raise DecodeError(TOO_DEEP) from None


def part_of(entry: Any, name: str) -> Any:
    """Returns the part of *entry*, a list or dict, with that index or key, or None."""
    if is_pointer(entry):
        return None
    if isinstance(entry, list) and name.isdecimal() and int(name) < len(entry):
        return entry[int(name)]
    return entry.get(name) if isinstance(entry, dict) else None
