"""The report of `breaking` for people: a finding for each change, and the totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from typedxcom.cli.terminal import console_on, safe
from typedxcom.cli.terminal.lines import found

if TYPE_CHECKING:
    from typedxcom.cli.breaking import BreakingReport

__all__ = ["draw"]


def draw(report: BreakingReport, totals: str, out: TextIO) -> None:
    """Draws *report*, and its *totals* below it."""
    console = console_on(out)
    for one in report.changes:
        rule = f"  [{one.rule}]"
        console.print(found(one.file, None, one.severity, one.sentence).append(rule, "dim"))
    for one, allowance in report.allowed:
        shown = found(one.file, None, "allowed", one.sentence)
        console.print(shown.append_text(safe(f"  [{one.rule}: {allowance.reason}]", "dim")))
    for remark in report.remarks:
        console.print(found("pyproject.toml", None, "note", remark))
    worst = {one.severity for one in report.changes}
    style = "red" if "error" in worst else "yellow" if "warning" in worst else "green"
    console.print(safe(totals, f"bold {style}"))
