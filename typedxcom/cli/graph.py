"""Draws a typed DAG as a Mermaid flowchart."""

from __future__ import annotations

import re

from typedxcom.cli.drawn.picture import is_about
from typedxcom.cli.findings import CheckedDag

__all__ = ["mermaid"]


def mermaid(dag: CheckedDag) -> str:
    """Returns the flowchart of *dag*: tasks as boxes, each edge with its parameter and type."""
    tasks = dict.fromkeys(task for edge in dag.edges for task in (edge.upstream, edge.downstream))
    lines = ["flowchart LR"]
    lines += [f'  {_id(task)}["{_quoted(task)}"]' for task in tasks]
    for edge in dag.edges:
        arrow = "-->" if edge.is_typed else "-.->"
        label = _quoted(f"{edge.parameter}: {edge.written}{' each' if edge.mapped else ''}")
        lines.append(f'  {_id(edge.upstream)} {arrow}|"{label}"| {_id(edge.downstream)}')
    for at, edge in enumerate(dag.edges):
        if any(is_about(sentence, edge) for sentence in dag.wrong):
            lines.append(f"  linkStyle {at} stroke:#cf222e,color:#cf222e")
    return "\n".join(lines)


def _id(task: str) -> str:
    """Returns an id for Mermaid, without signs and without its keywords (end, graph)."""
    return "t_" + re.sub(r"\W", "_", task)


def _quoted(words: str) -> str:
    return words.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
