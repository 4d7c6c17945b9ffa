"""`trips.batches(rows=10_000)`: a stored table in slices, one for each instance of a mapped task.

Airflow must know how many instances there are before any of them runs, so a small task of its own,
``<upstream>_batches``, counts the slices and pushes where each begins. An instance pulls the
table's pointer, not that list, and reads its own slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import task as airflow_task

from typedxcom.airflow.authoring.functions import with_contract
from typedxcom.airflow.raw import is_raw, raw_entries
from typedxcom.airflow.running.operators import typed_operator
from typedxcom.airflow.running.origins import origins_of, stores_from
from typedxcom.airflow.running.stores import stores
from typedxcom.errors import ContractError, WiringError
from typedxcom.schema import Schema, Unknown
from typedxcom.schema.nodes import SequenceOf, TableOf
from typedxcom.stored import TableSlice, read_any_table, slices

__all__ = ["SlicedSource", "count_task", "sliced_schema"]


def sliced_schema(schema: Schema, task_id: str) -> Schema:
    """What the batches of an output of *schema* are, as a list.

    Raises:
        WiringError: It is no table.
    """
    match schema:
        case TableOf() | Unknown():
            return SequenceOf(list, schema)
        case SequenceOf(item=TableOf() as item):
            return SequenceOf(list, item)
    raise WiringError(
        f"batches() cuts a table, but task {task_id!r} returns `{schema}`. Annotate it with "
        "Table[Row], or use .expand() on a list."
    )


def count_task(cut: SlicedSource, first_rows: Any) -> Any:
    """The output of a task that pushes the first row of each slice.

    Args:
        cut: The table in slices.
        first_rows: The output that this task reads: those rows.

    Raises:
        ContractError: *cut* has no sensible number of rows.
    """
    rows: Any = cut.rows
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
        raise ContractError(f"batches(rows={rows!r}) needs a number of rows, 1 or more")
    name = cut.source.operator.task_id.rpartition(".")[2]
    counted: Any = airflow_task(task_id=f"{name}_batches")(_first_rows)
    counted.function = with_contract(_first_rows, counted.operator_class, {})
    counted.operator_class = typed_operator(counted.operator_class)
    return counted(first_rows)


def _first_rows(first_rows: list[int]) -> list[int]:
    return first_rows


class SlicedSource:
    """What each instance of a mapped task gets its slice of.

    Args:
        source: The output that is a table.
        rows: The rows of a slice.
    """

    def __init__(self, source: Any, rows: int) -> None:
        self.source, self.rows = source, rows

    def parts(self, context: Any, *, is_counted: bool = False) -> Sequence[TableSlice] | None:
        """The slices, of which nothing is read yet; None where the table's task was skipped.

        Args:
            context: Airflow's, of the task that runs.
            is_counted: Whether an earlier task has read how many rows there are.
        """
        with raw_entries():
            entry = self.source.entry(context)
            if entry is None:
                return None
            where = stores_from(*origins_of(self.source, context["ti"]))
            return slices(entry, self.rows, where, is_counted=is_counted)

    def resolve(self, context: Any) -> Sequence[Any] | None:
        """The slices as a reader gets them; one without a contract gets tables."""
        parts = self.parts(context, is_counted=True)
        return parts if parts is None or is_raw() else SliceTables(parts)


class SliceTables(Sequence[Any]):
    """Slices for a reader without a contract: each is a ``pyarrow.Table`` when it is taken."""

    def __init__(self, parts: Sequence[TableSlice]) -> None:
        self._parts = parts

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [read_any_table(part, stores()) for part in self._parts[index]]
        return read_any_table(self._parts[index], stores())

    def __len__(self) -> int:
        return len(self._parts)
