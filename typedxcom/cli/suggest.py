"""Suggests for each untyped edge the annotation that it lacks, for `check --suggest`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedxcom.annotations import signature_of
from typedxcom.cli.spelling import spelled
from typedxcom.inference.source import node_of, offset_of
from typedxcom.schema import Schema

if TYPE_CHECKING:
    from typedxcom.airflow.wiring.edges import Edge
    from typedxcom.cli.findings import CheckReport

__all__ = ["suggestions", "suggestions_for"]


def suggestions(report: CheckReport) -> list[str]:
    """Returns each missing annotation once, as ``file:line: sentence``."""
    found = (line for dag in report.dags for edge in dag.edges for line in edge.suggestions)
    return list(dict.fromkeys(found))


def suggestions_for(edge: Edge) -> Iterator[str]:
    """Yields the annotations that *edge* lacks."""
    if "writer" in edge.unannotated:
        yield from _for_writer(edge)
    elif "reader" in edge.unannotated:
        yield from _for_reader(edge)


def _for_writer(edge: Edge) -> Iterator[str]:
    function = _function_of(edge.source)
    wanted = _annotation(edge.read)
    wish = f"`{edge.downstream}({edge.parameter})` takes `{edge.read}`" if wanted else ""
    if function is None:
        example = wanted or "..."
        yield f"{edge.upstream}: wrap the operator: typed_output(..., {example})"
    elif wanted and not edge.mapped and edge.key is None:
        yield f"{_place(function)}: annotate {_name(function)}() -> {wanted} ({wish})"
    else:
        yield f"{_place(function)}: annotate what {_name(function)}() returns: -> ..."


def _for_reader(edge: Edge) -> Iterator[str]:
    function = _function_of(edge.target)
    if function is None or edge.parameter not in signature_of(function).parameters:
        return  # a field of a classic operator, or what Airflow makes of a list of dicts
    wanted = _annotation(edge.given)
    shown = f"{edge.parameter}: {wanted or '...'}"
    yield f"{_place(function)}: annotate {_name(function)}({shown}) (from {edge.upstream!r})"


def _annotation(schema: Schema) -> str:
    """Returns *schema* as an annotation, or an empty text if it says too little."""
    found = spelled(schema)
    return (
        "" if found is None or found.text in ("Any", "dict[str, Any]", "list[Any]") else found.text
    )


def _function_of(operator: Any) -> Any:
    """Returns the author's own function of a decorated task, or None."""
    if not hasattr(getattr(operator, "operator_class", operator), "custom_operator_name"):
        return None
    function = inspect.unwrap(getattr(operator, "python_callable", None) or (lambda: None))
    return function if hasattr(function, "__code__") else None


def _name(function: Any) -> str:
    return str(function.__name__)


def _place(function: Any) -> str:
    path = Path(function.__code__.co_filename)
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{shown}:{_line(function)}"


def _line(function: Any) -> int:
    """Returns the line of the ``def``, below the decorators."""
    node = node_of(function)
    if node is None:
        return int(function.__code__.co_firstlineno)
    return node.lineno + offset_of(function, node)
