"""The report of `check` for people: edges in tables, and errors with the lines they are about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

from typedxcom.cli.formats import shown_dags
from typedxcom.cli.shown.text import printable
from typedxcom.cli.terminal import console_on, linked, plain_table, safe
from typedxcom.cli.terminal.lines import found

if TYPE_CHECKING:
    from rich.table import Table

    from typedxcom.cli.edges import ShownEdge
    from typedxcom.cli.findings import CheckedDag, CheckReport, Finding

__all__ = ["draw"]

_AROUND = 1  # lines of code above and below
_LARGEST = 2**20  # bytes of a file whose lines are shown


def draw(report: CheckReport, totals: list[str], out: TextIO) -> None:
    """Draws *report*, and its *totals* below it."""
    console = console_on(out)
    for one in _parts(report):
        console.print(one)
    style = "bold red" if report.findings else "bold green"
    for line in totals:
        console.print(safe(line, style))
        style = ""


def _parts(report: CheckReport) -> Iterator[Any]:
    dags, others = shown_dags(report)
    for dag in dags:
        yield safe(f"{dag.dag_id} ", "bold").append_text(linked(dag.path, style="dim"))
        yield _edges(dag) if dag.edges else safe("  no edges", "dim")
        for note in dag.notes:
            yield safe("  note: ", "bold cyan").append_text(safe(note))
        yield ""
    if others:
        yield safe(others, "dim")
        yield ""
    if len(dags) > 1:
        yield _summary(report, dags)
        yield ""
    for finding in report.findings:
        yield found(finding.path, finding.line, "error", finding.message).append(
            f"  [{finding.code}]", "dim"
        )
        yield from _snippet(finding)
        yield ""


def _edges(dag: CheckedDag) -> Table:
    table = plain_table(["", "from", "to", "type"])
    for edge in dag.edges:
        target = safe(edge.downstream).append_text(safe(f".{edge.parameter}", "cyan"))
        table.add_row("", safe(edge.upstream), target, _types(edge))
    return table


def _types(edge: ShownEdge) -> Any:
    ends = f"{edge.upstream} -> {edge.downstream}.{edge.parameter}: "
    types = safe(edge.text.removeprefix(ends), "green" if edge.is_typed else "")
    return types if edge.is_typed else types.append("  [untyped]", "yellow")


def _summary(report: CheckReport, dags: list[CheckedDag]) -> Table:
    table = plain_table(["DAG", "file", "edges", "untyped", "errors"])
    for column in table.columns[2:]:
        column.justify = "right"
    errors = Counter(one.path for one in report.findings)
    for dag in dags:
        wrong = errors[dag.path]
        table.add_row(
            safe(dag.dag_id),
            linked(dag.path),
            str(len(dag.edges)),
            safe(str(len(dag.untyped)), "yellow" if dag.untyped else "dim"),
            safe(str(wrong), "bold red" if wrong else "dim"),
        )
    return table


def _snippet(finding: Finding) -> Iterator[Any]:
    """Yields the line that *finding* is about, with its neighbours, if the file can be read."""
    from rich.syntax import Syntax

    try:
        if finding.path.stat().st_size > _LARGEST:
            return
        text = finding.path.read_text(encoding="utf-8")
    except (OSError, ValueError):  # it is in an archive, or gone, or no text
        return
    lines = [printable(line.expandtabs()) for line in re.split("\r\n|\r|\n", text)]
    first = max(finding.line - _AROUND, 1)
    yield Syntax(
        "\n".join(lines),
        "python",
        theme="ansi_dark",
        line_numbers=True,
        line_range=(first, finding.line + _AROUND),
        highlight_lines={finding.line},
        word_wrap=True,
        background_color="default",
    )
