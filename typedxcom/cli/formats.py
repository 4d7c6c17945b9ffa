"""Prints a report for people, for programs, for GitHub, or for a CI's test view."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from xml.etree import ElementTree

from typedxcom.cli.findings import CheckedDag, CheckReport

__all__ = ["FORMATS", "escaped", "shown_dags", "totals"]


def text(report: CheckReport) -> str:
    """Returns edges by DAG, errors as ``file:line: message [code]``, totals, and the coverage."""
    return "\n".join([*_dags(report), *_errors(report), *totals(report)])


def _dags(report: CheckReport) -> Iterator[str]:
    dags, others = shown_dags(report)
    for dag in dags:
        yield f"{dag.dag_id} ({dag.path})"
        for edge in dag.edges:
            yield f"  {edge}" if edge.is_typed else f"  {edge}  [untyped]"
        if not dag.edges:
            yield "  no edges"
        for note in dag.notes:
            yield f"  note: {note}"
    if others:
        yield others


def shown_dags(report: CheckReport) -> tuple[list[CheckedDag], str]:
    """Returns the DAGs of which there is something to say, and a line about the others."""
    dags = [dag for dag in report.dags if dag.edges or dag.notes]
    left = len(report.dags) - len(dags)
    if len(report.dags) == 1:
        return report.dags, ""
    some = f"{left} DAGs have" if left > 1 else "1 DAG has"
    return dags, f"{some} no edges" if left else ""


def _errors(report: CheckReport) -> Iterator[str]:
    for one in report.findings:
        yield f"{one.path}:{one.line}: error: {one.message}  [{one.code}]"


def totals(report: CheckReport) -> list[str]:
    """Returns the last lines of a report: how much there is of everything, and the coverage."""
    edges = sum(len(dag.edges) for dag in report.dags)
    counts = (
        f"{len(report.findings)} errors, {edges} edges ({report.untyped} untyped) "
        f"in {len(report.dags)} DAGs of {report.files} files"
    )
    coverage = report.coverage
    return [counts, str(coverage)] if coverage.edges else [counts]


def as_json(report: CheckReport) -> str:
    """Returns a JSON object with ``files``, ``dags``, ``errors`` and ``coverage``."""
    return json.dumps(
        {
            "files": report.files,
            "dags": [
                {
                    "dag_id": dag.dag_id,
                    "path": str(dag.path),
                    "edges": [
                        {
                            "upstream": edge.upstream,
                            "downstream": edge.downstream,
                            "parameter": edge.parameter,
                            "written": edge.written,
                            "read": edge.read,
                            "mapped": edge.mapped,
                            "typed": edge.is_typed,
                            "precise": edge.is_precise,
                            "missing": edge.missing,
                        }
                        for edge in dag.edges
                    ],
                    "notes": dag.notes,
                }
                for dag in report.dags
            ],
            "errors": [
                {"path": str(one.path), "line": one.line, "message": one.message, "code": one.code}
                for one in report.findings
            ],
            "coverage": {**asdict(report.coverage), "percent": round(report.coverage.percent, 1)},
        },
        indent=2,
    )


def github(report: CheckReport) -> str:
    """Returns workflow commands. GitHub shows them on the lines of a pull request."""
    return "\n".join(
        f"::error file={escaped(str(one.path))},line={one.line},title=typedxcom {one.code}"
        f"::{escaped(one.message)}"
        for one in report.findings
    )


def escaped(words: str) -> str:
    """Returns *words* as a workflow command may have them."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def junit(report: CheckReport) -> str:
    """Returns a JUnit file with a case for each DAG and a failure for each error."""
    suite = ElementTree.Element(
        "testsuite",
        name="typedxcom check",
        tests=str(len(report.dags) + len(report.findings)),
        failures=str(len(report.findings)),
    )
    for dag in report.dags:
        ElementTree.SubElement(suite, "testcase", classname=str(dag.path), name=dag.dag_id)
    for one in report.findings:
        case = ElementTree.SubElement(
            suite, "testcase", classname=str(one.path), name=f"line {one.line}"
        )
        failure = ElementTree.SubElement(case, "failure", type=one.code, message=one.message)
        failure.text = f"{one.path}:{one.line}: {one.message}"
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


FORMATS: dict[str, Callable[[CheckReport], str]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "junit": junit,
}
