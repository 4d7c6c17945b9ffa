"""Prints what a change breaks: for people, for programs, and for the views of CI systems."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from typedxcom.cli.formats import escaped

if TYPE_CHECKING:
    from typedxcom.cli.breaking import BreakingReport

__all__ = ["FORMATS", "totals"]

_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}
_GITLAB = {"error": "critical", "warning": "minor", "note": "info"}


def text(report: BreakingReport) -> str:
    """Returns one line for each finding, and the totals."""
    lines = [f"{one.file}: {one.severity}: {one.sentence}  [{one.rule}]" for one in report.changes]
    lines += [
        f"{one.file}: allowed: {one.sentence}  [{one.rule}: {allowance.reason}]"
        for one, allowance in report.allowed
    ]
    lines += [f"pyproject.toml: note: {remark}" for remark in report.remarks]
    return "\n".join([*lines, totals(report)])


def totals(report: BreakingReport) -> str:
    """Returns the last line of a report."""
    counts = dict.fromkeys(_GITHUB, 0)
    for one in report.changes:
        counts[one.severity] += 1
    found = ", ".join(
        f"{count} {name}{'s' if count != 1 else ''}" for name, count in counts.items()
    )
    last = f"{found} at {report.edges} edges; {report.samples} samples decoded"
    return f"{last}; compared with {report.base[:12]}"


def as_json(report: BreakingReport) -> str:
    """Returns a JSON object with ``base``, ``changes``, ``allowed`` and ``remarks``."""
    return json.dumps(
        {
            "base": report.base,
            "changes": [asdict(one) for one in report.changes],
            "allowed": [
                {**asdict(one), "reason": allowance.reason} for one, allowance in report.allowed
            ],
            "remarks": report.remarks,
            "edges": report.edges,
            "samples": report.samples,
        },
        indent=2,
    )


def github(report: BreakingReport) -> str:
    """Returns workflow commands. GitHub shows them on a pull request."""
    lines = [
        f"::{_GITHUB[one.severity]} file={escaped(one.file)},line=1,title=typedxcom {one.rule}"
        f"::{escaped(one.sentence)}"
        for one in report.changes
    ]
    return "\n".join([*lines, *(f"::notice::{escaped(one)}" for one in report.remarks)])


def gitlab(report: BreakingReport) -> str:
    """Returns a Code Quality report. GitLab shows it on a merge request."""
    return json.dumps(
        [
            {
                "description": one.sentence,
                "check_name": one.rule,
                "fingerprint": hashlib.sha256(f"{one.rule} {one.sentence}".encode()).hexdigest(),
                "severity": _GITLAB[one.severity],
                "location": {"path": one.file, "lines": {"begin": 1}},
            }
            for one in report.changes
        ],
        indent=2,
    )


def junit(report: BreakingReport) -> str:
    """Returns a JUnit file with a failure for each error and warning."""
    failing = [one for one in report.changes if one.severity != "note"]
    suite = ElementTree.Element(
        "testsuite",
        name="typedxcom breaking",
        tests=str(max(len(failing), 1)),
        failures=str(len(failing)),
    )
    if not failing:
        ElementTree.SubElement(suite, "testcase", classname="contracts", name="all edges")
    for one in failing:
        name = f"{one.task_id}({one.parameter}) {one.rule} {one.direction}"
        case = ElementTree.SubElement(suite, "testcase", classname=one.dag_id, name=name)
        failure = ElementTree.SubElement(case, "failure", type=one.rule, message=one.sentence)
        failure.text = f"{one.file}: {one.severity}: {one.sentence}"
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


FORMATS: dict[str, Callable[[BreakingReport], str]] = {
    "text": text,
    "json": as_json,
    "github": github,
    "gitlab": gitlab,
    "junit": junit,
}
