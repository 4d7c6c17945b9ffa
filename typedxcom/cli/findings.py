"""Finds the errors in DAG files for `check`. `formats` prints them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedxcom.cli.coverage import Coverage, coverage_of

if TYPE_CHECKING:
    from typedxcom.airflow.wiring.edges import Edge
    from typedxcom.cli.drawn.picture import Task
    from typedxcom.cli.imports import ImportGraph
    from typedxcom.cli.loading import LoadedFile

__all__ = ["CheckReport", "CheckedDag", "Finding", "examine"]

_PASSED_OVER = (
    "Airflow never looks into this file, because not both `airflow` and `dag` (or `asset`) are in "
    "it. Import `dag` from airflow.sdk, or say `airflow` in a comment."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One error, with its file and line."""

    path: Path
    line: int
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class CheckedDag:
    """The edges of one DAG.

    Attributes:
        dag_id: Which DAG.
        path: Its file.
        edges: Its edges.
        notes: Remarks that are not errors. Some are about reads that get JSON, because no wiring
            shows the contract that decodes them; others about outputs in texts that the reader
            does not wait for.
        tasks: Its tasks as a picture shows them. It is empty unless the DAG is to be drawn.
        wrong: Each error of its wiring, one sentence.
        dag: The DAG itself.
    """

    dag_id: str
    path: Path
    edges: list[Edge]
    notes: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    dag: Any = field(default=None, repr=False, compare=False)

    @property
    def untyped(self) -> list[Edge]:
        """The edges that lack a type at one end or both."""
        return [edge for edge in self.edges if not edge.is_typed]


@dataclass(slots=True)
class CheckReport:
    """The result of `examine`.

    Attributes:
        files: How many Python files.
        dags: Every DAG in them.
        findings: Every error.
        empty: The given folders that have no DAG and no error -> their number of Python files.
    """

    files: int = 0
    dags: list[CheckedDag] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    empty: dict[Path, int] = field(default_factory=dict)

    @property
    def untyped(self) -> int:
        """How many edges are untyped."""
        return sum(len(dag.untyped) for dag in self.dags)

    @property
    def coverage(self) -> Coverage:
        """How many edges are typed."""
        return coverage_of(edge for dag in self.dags for edge in dag.edges)


def examine(
    paths: list[Path],
    *,
    dags_folder: Path | None = None,
    with_importers: bool = False,
    to_draw: bool = False,
) -> CheckReport:
    """Imports each DAG file of *paths* and checks every edge.

    Args:
        paths: Files, archives and folders.
        dags_folder: Where DAGs import from. None means to find it for each path.
        with_importers: Also check the DAG files that import one of *paths*.
        to_draw: Build wrong DAGs too, and list their tasks and errors.

    Raises:
        FileNotFoundError: One of *paths* does not exist.
        ConfigurationError: Airflow cannot list a folder.
    """
    from typedxcom.cli.discovery import dag_files
    from typedxcom.cli.loading import forget_modules

    report, before = CheckReport(), set(sys.modules)
    listed = {path: list(dag_files(path)) for path in paths}
    trees = _by_dags_folder(listed, dags_folder, to_draw=to_draw)
    for tree, named in trees.items():
        for path in named:
            _examine_path(report, path, listed[path], tree)
        if with_importers:
            for file in _importing_dags([path for path in named if path.is_file()], tree):
                _examine_file(report, file, tree)
        forget_modules(tree.folder, before)
    return report


@dataclass(eq=False)
class _Tree:
    """A DAGs folder whose files are being checked."""

    folder: Path  # absolute
    to_draw: bool
    seen: set[Path] = field(default_factory=set)  # absolute

    @cached_property
    def imports(self) -> ImportGraph:
        from typedxcom.cli.imports import ImportGraph

        return ImportGraph(self.folder)


def _by_dags_folder(
    paths: Iterable[Path], given: Path | None, *, to_draw: bool
) -> dict[_Tree, list[Path]]:
    """Groups *paths* by the folder that their files import from."""
    from typedxcom.cli.discovery import dags_folder_of

    groups: dict[Path, list[Path]] = {}
    for path in paths:
        groups.setdefault((given or dags_folder_of(path)).absolute(), []).append(path)
    return {_Tree(folder, to_draw): named for folder, named in groups.items()}


def _examine_path(report: CheckReport, path: Path, files: list[Path], tree: _Tree) -> None:
    before = len(report.dags) + len(report.findings)
    is_new = not any(file.absolute() in tree.seen for file in files)
    for file in files:
        _examine_file(report, file, tree)
    if path.is_dir() and is_new and len(report.dags) + len(report.findings) == before:
        report.empty[path] = len(files)


def _importing_dags(changed: list[Path], tree: _Tree) -> list[Path]:
    """Returns the DAG files of a folder that import one of *changed*, as reports show them."""
    from typedxcom.cli.discovery import dag_files, is_passed_over

    importers = tree.imports.importers(path.absolute() for path in changed)
    if not importers:
        return []
    listed = dag_files(tree.folder)
    found = [path for path in listed if path in importers and not is_passed_over(path)]
    here = Path.cwd()
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in found]


def _examine_file(report: CheckReport, path: Path, tree: _Tree) -> None:
    from typedxcom.airflow.modes import always_strict
    from typedxcom.cli.discovery import is_passed_over, may_hold_dags
    from typedxcom.cli.drawn.picture import tasks_of
    from typedxcom.cli.drawn.warned import warning_instead
    from typedxcom.cli.loading import load_file

    absolute = path.absolute()
    if absolute in tree.seen:
        return
    tree.seen.add(absolute)
    report.files += 1
    if not may_hold_dags(path, is_imported=lambda: bool(tree.imports.importers([absolute]))):
        return
    modes: Any = warning_instead() if tree.to_draw else always_strict()
    with modes as wrong, load_file(path.resolve(), root=tree.folder) as loaded:
        if loaded.error is not None:
            report.findings.extend(_from_error(path, loaded.line, loaded.error, tree.folder))
        for dag in loaded.dags:
            checked = _examine_dag(report, path, dag, loaded)
            if tree.to_draw:
                checked.tasks.extend(tasks_of(dag))
                checked.wrong[:0] = wrong(dag.dag_id)
    if loaded.dags and is_passed_over(path):
        report.findings.append(Finding(path, 1, _PASSED_OVER, "discovery"))


def _examine_dag(report: CheckReport, path: Path, dag: Any, loaded: LoadedFile) -> CheckedDag:
    from typedxcom.airflow.wiring.dag import check_tasks
    from typedxcom.airflow.wiring.edges import edges_of
    from typedxcom.airflow.wiring.param_names import wrong_params
    from typedxcom.airflow.wiring.unwired import wrong_pulls

    checked = CheckedDag(dag.dag_id, path, edges_of(dag), _notes(dag), dag=dag)
    report.dags.append(checked)
    for task_id, message in check_tasks(dag):
        checked.wrong.append(message)
        line = loaded.line_of(dag.task_dict[task_id]) or _line_of(path, task_id)
        report.findings.append(Finding(path, line, message, "wiring"))
    for wrong in [*wrong_pulls(dag), *wrong_params(dag)]:
        checked.wrong.append(wrong.sentence)
        own = wrong.line if wrong.file == str(loaded.path) else None
        line = own or loaded.line_of(dag.task_dict[wrong.task_id]) or 1
        report.findings.append(Finding(path, line, wrong.sentence, "wiring"))
    return checked


def _notes(dag: Any) -> list[str]:
    from typedxcom.airflow.authoring.outputs_in_texts import lost_dependencies
    from typedxcom.airflow.wiring.unwired import unwired_in

    return [*unwired_in(dag), *lost_dependencies(dag)]


def _line_of(path: Path, task_id: str) -> int:
    """Returns the line that names the task, as ``task_id="…"`` or as its function, or 1."""
    from typedxcom.cli.discovery import read_source

    name = re.escape(task_id.rpartition(".")[2])
    named = re.compile(rf"task_id\s*=\s*[\"']{name}[\"']|def {name}\b")
    lines = read_source(path).decode(errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if named.search(line)), 1)


def _from_error(path: Path, line: int, error: BaseException, folder: Path) -> list[Finding]:
    """Returns a finding for each sentence of a wiring error. Any other error is one finding."""
    code = str(getattr(error, "code", "import"))
    text = str(error) or type(error).__name__
    if isinstance(error, ModuleNotFoundError):
        text += f" (DAGs import from {folder}; --dags-folder names another folder)"
    if not hasattr(error, "code"):
        return [Finding(path, line, f"{type(error).__name__}: {text}", "import")]
    return [Finding(path, line, sentence, code) for sentence in text.splitlines()]
