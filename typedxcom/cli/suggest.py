"""Suggests for each untyped edge the annotation that it lacks, for `check --suggest`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedxcom.annotations import signature_of
from typedxcom.cli.spelling import spelled
from typedxcom.inference.source import node_of, offset_of
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import SequenceOf

if TYPE_CHECKING:
    from typedxcom.airflow.wiring.edges import Edge
    from typedxcom.cli.findings import CheckReport

__all__ = ["suggestions", "suggestions_for"]

_MOST_NAMES = 3


def suggestions(report: CheckReport) -> list[str]:
    """Returns each missing annotation once, as ``file:line: sentence``, with what it is from."""
    found: dict[str, list[str]] = {}
    for dag in report.dags:
        for edge in dag.edges:
            for sentence, upstream in edge.suggestions:
                found.setdefault(sentence, []).append(upstream)
    return [f"{sentence}{_from(upstreams)}" for sentence, upstreams in found.items()]


def _from(upstreams: list[str]) -> str:
    names = [repr(one) for one in dict.fromkeys(upstreams) if one]
    others = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES + 1 else []
    shown = [*names[:_MOST_NAMES], *others] if others else names
    return f" (from {', '.join(shown)})" if shown else ""


def suggestions_for(edge: Edge) -> Iterator[tuple[str, str]]:
    """Yields the annotations that *edge* lacks, each with the task that shows it, if one does."""
    if "writer" in edge.unannotated:
        yield _for_writer(edge), ""
    elif "reader" in edge.unannotated:
        sentence = _for_reader(edge)
        if sentence:
            yield sentence, edge.upstream


def _for_writer(edge: Edge) -> str:
    function = _function_of(edge.source)
    wanted = _annotation(_asked_of_writer(edge))
    wish = f"`{edge.downstream}({edge.parameter})` takes `{edge.read}`" if wanted else ""
    if function is None:
        return f"{edge.upstream}: wrap the operator: typed_output(..., {wanted or '...'})"
    if wanted and not edge.mapped and edge.key is None:
        return f"{_place(function)}: annotate {_name(function)}() -> {wanted} ({wish})"
    return f"{_place(function)}: annotate what {_name(function)}() returns: -> ..."


def _asked_of_writer(edge: Edge) -> Schema:
    """Returns what the reader takes, or the items that it takes, if it gets ``[out, out]``."""
    if not edge.is_part:
        return edge.read
    items = edge.argument if isinstance(edge.argument, list) and not edge.mapped else ()
    is_item = any(getattr(one, "operator", None) is edge.source for one in items)
    return edge.read.item if is_item and isinstance(edge.read, SequenceOf) else UNKNOWN


def _for_reader(edge: Edge) -> str:
    function = _function_of(edge.target)
    if function is None or edge.parameter not in signature_of(function).parameters:
        return ""  # a field of a classic operator, or what Airflow makes of a list of dicts
    shown = f"{edge.parameter}: {_annotation(edge.given_whole) or '...'}"
    return f"{_place(function)}: annotate {_name(function)}({shown})"


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
