"""One edge as the reports of `check` and `graph` show it: text, to go between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typedxcom.cli.suggest import suggestions_for

if TYPE_CHECKING:
    from typedxcom.airflow.wiring.edges import Edge

__all__ = ["ShownEdge", "shown_edge"]


@dataclass(frozen=True, slots=True)
class ShownEdge:
    """One output that flows into one parameter, as text.

    Attributes:
        upstream: The id of the task that pushes.
        downstream: The id of the task that reads.
        parameter: The parameter, or the templated field.
        written: The type that is pushed.
        read: The type that is read.
        mapped: Whether the reader is mapped over it.
        missing: Which ends do not say what they are: ``writer``, ``reader``.
        is_precise: Whether both ends say more than ``dict`` or ``list``.
        is_read_by_code: Whether only the code of the reader shows what it needs.
        text: The whole edge in a line.
        suggestions: The annotations that it lacks, if they were asked for.
    """

    upstream: str
    downstream: str
    parameter: str
    written: str
    read: str
    mapped: bool
    missing: tuple[str, ...]
    is_precise: bool
    is_read_by_code: bool
    text: str
    suggestions: tuple[tuple[str, str], ...] = ()

    @property
    def is_typed(self) -> bool:
        """Whether both ends say what they are."""
        return not self.missing

    def __str__(self) -> str:
        return self.text


def shown_edge(edge: Edge, *, suggesting: bool) -> ShownEdge:
    """Returns *edge* as text, with the annotations that it lacks if *suggesting*."""
    return ShownEdge(
        edge.upstream,
        edge.downstream,
        edge.parameter,
        str(edge.written),
        str(edge.read),
        edge.mapped,
        edge.missing,
        edge.is_precise,
        edge.is_read_by_code,
        str(edge),
        tuple(suggestions_for(edge)) if suggesting else (),
    )
