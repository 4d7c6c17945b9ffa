"""Cuts a stored table into slices, one for each instance of a mapped task. Reads no rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typedxcom.pointer import is_pointer
from typedxcom.stored.access import Stores
from typedxcom.stored.base import no_table
from typedxcom.stored.source import StoredSource, TableSlice, is_table_pointer

__all__ = ["slices"]


class TableSlices(Sequence[TableSlice]):
    """The slices of one stored table. Each is made when somebody takes it."""

    def __init__(self, entry: dict[str, Any], total: int, rows: int) -> None:
        self._entry, self._total, self._firsts = entry, total, range(0, total, rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        first = self._firsts[index]
        return TableSlice(self._entry, first, min(self._firsts.step, self._total - first))

    def __len__(self) -> int:
        return len(self._firsts)


def slices(
    entry: Any, rows: int, stores: Stores, *, is_counted: bool = False
) -> Sequence[TableSlice]:
    """Cuts a stored table into slices of *rows* rows. The last slice may be shorter.

    Args:
        entry: The entry that points to the table, or a list of such entries.
        rows: The number of rows in a slice.
        stores: The stores that the pointers lead to.
        is_counted: Whether the table's head was read before. If not, it is read now, because a
            pointer's own number of rows is not trusted.

    Raises:
        ValidationError: It is not a table. A retry does not help.
        DecodeError, IntegrityError: The pointer must not be followed, or the table has another
            number of rows. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    if not is_pointer(entry):
        if isinstance(entry, Sequence) and not isinstance(entry, (str, bytes)):
            each = (slices(one, rows, stores, is_counted=is_counted) for one in entry[:])
            return [part for parts in each for part in parts]
        raise no_table("Table", type(entry).__name__)
    pointer = stores.pointer(entry)
    if not is_table_pointer(pointer):
        raise no_table("Table", pointer.about)
    if not is_counted:
        stores.declares(pointer)(StoredSource(entry, stores).counted())
    return TableSlices(entry, pointer.rows or 0, rows)
