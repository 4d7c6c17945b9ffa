"""Counts how many edges are typed, and which end of the others is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typedxcom.cli.edges import ShownEdge

__all__ = ["Coverage", "coverage_of"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of edges.

    Attributes:
        edges: All of them.
        typed: Edges with a type at both ends.
        precise: Edges whose types both say more than ``dict`` or ``list``.
        by_code: Typed edges whose reader has no annotation, but its code shows what it needs.
        writer: Edges that lack only the type of what the task returns.
        reader: Edges that lack only the parameter's type.
        both: Edges that lack both.
    """

    edges: int = 0
    typed: int = 0
    precise: int = 0
    by_code: int = 0
    writer: int = 0
    reader: int = 0
    both: int = 0

    @property
    def percent(self) -> float:
        """The percentage of typed edges; 100 if there are no edges."""
        return 100 * self.typed / self.edges if self.edges else 100.0

    def __str__(self) -> str:
        precise = 100 * self.precise / self.edges if self.edges else 100.0
        summary = (
            f"coverage: {self.percent:.0f} % of edges typed at both ends, {precise:.0f} % precisely"
        )
        if self.by_code:
            summary += f", {100 * self.by_code / self.edges:.0f} % by the reader's code"
        missing = [
            (self.writer, "lacking what the task returns"),
            (self.reader, "lacking the parameter's type"),
            (self.both, "lacking both"),
        ]
        why = ", ".join(f"{count} {words}" for count, words in missing if count)
        return f"{summary}; untyped: {why}" if why else summary


def coverage_of(edges: Iterable[ShownEdge]) -> Coverage:
    """Counts *edges*."""
    found = list(edges)
    missing = [one.missing for one in found]
    return Coverage(
        edges=len(found),
        typed=missing.count(()),
        precise=sum(one.is_precise for one in found),
        by_code=sum(one.is_read_by_code for one in found),
        writer=missing.count(("writer",)),
        reader=missing.count(("reader",)),
        both=missing.count(("writer", "reader")),
    )
