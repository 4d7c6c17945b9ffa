"""What `check` finds in DAG files, apart from how it is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typedxcom.airflow.edges import Edge

__all__ = ["DagReport", "Finding", "Report", "examine"]

_PASSED_OVER = (
    "Airflow never looks into this file, because not both `airflow` and `dag` (or `asset`) are in "
    "it. Import `dag` from airflow.sdk, or say `airflow` in a comment."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One error, at its place."""

    path: Path
    line: int
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class DagReport:
    """The edges of one DAG."""

    dag_id: str
    path: Path
    edges: list[Edge]

    @property
    def untyped(self) -> list[Edge]:
        """Edges of which one end does not say what it is."""
        return [edge for edge in self.edges if not edge.is_typed]


@dataclass(slots=True)
class Report:
    """All that was looked at.

    Attributes:
        files: How many Python files.
        dags: Every DAG of them.
        findings: Every error.
        empty: The given folders without any DAG or error, with their number of Python files.
    """

    files: int = 0
    dags: list[DagReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    empty: dict[Path, int] = field(default_factory=dict)

    @property
    def untyped(self) -> int:
        """How many edges are untyped."""
        return sum(len(dag.untyped) for dag in self.dags)


def examine(paths: list[Path]) -> Report:
    """Import each DAG file of *paths* and look at every edge.

    Raises:
        FileNotFoundError: One of *paths* is not there.
        ConfigurationError: Airflow cannot list a folder.
    """
    from typedxcom.airflow.discovery import dag_files

    report = Report()
    listed = [(path, list(dag_files(path))) for path in paths]
    for path, files in listed:
        before = len(report.dags) + len(report.findings)
        root = path.resolve() if path.is_dir() else None
        for file in files:
            _examine_file(report, file, root)
        if root is not None and len(report.dags) + len(report.findings) == before:
            report.empty[path] = len(files)
    return report


def _examine_file(report: Report, path: Path, root: Path | None) -> None:
    from typedxcom.airflow.discovery import is_passed_over
    from typedxcom.airflow.loading import load_file

    report.files += 1
    with load_file(path.resolve(), root=root) as loaded:
        if loaded.error is not None:
            report.findings.extend(_from_error(path, loaded.line, loaded.error))
        for dag in loaded.dags:
            _examine_dag(report, path, dag)
    if loaded.dags and is_passed_over(path):
        report.findings.append(Finding(path, 1, _PASSED_OVER, "discovery"))


def _examine_dag(report: Report, path: Path, dag: Any) -> None:
    from typedxcom.airflow.dagcheck import check_tasks
    from typedxcom.airflow.edges import edges_of

    report.dags.append(DagReport(dag.dag_id, path, edges_of(dag)))
    for task_id, message in check_tasks(dag):
        report.findings.append(Finding(path, _line_of(path, task_id), message, "wiring"))


def _line_of(path: Path, task_id: str) -> int:
    """The line that names the task, as ``task_id="…"`` or as its function; 1 where none does."""
    from typedxcom.airflow.discovery import read_source

    name = re.escape(task_id.rpartition(".")[2])
    named = re.compile(rf"task_id\s*=\s*[\"']{name}[\"']|def {name}\b")
    lines = read_source(path).decode(errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if named.search(line)), 1)


def _from_error(path: Path, line: int, error: BaseException) -> list[Finding]:
    """One finding for each sentence of a wiring error; any other error is one."""
    code = str(getattr(error, "code", "import"))
    text = str(error) or type(error).__name__
    if not hasattr(error, "code"):
        return [Finding(path, line, f"{type(error).__name__}: {text}", "import")]
    return [Finding(path, line, sentence, code) for sentence in text.splitlines()]
