"""Finds the errors in DAG files for `check`. `formats` prints them."""

from __future__ import annotations

import functools
import logging
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedxcom.cli.coverage import Coverage, coverage_of
from typedxcom.cli.edges import ShownEdge, shown_edge
from typedxcom.cli.processes import in_order
from typedxcom.errors import not_called

if TYPE_CHECKING:
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
    edges: list[ShownEdge]
    notes: list[str] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    dag: Any = field(default=None, repr=False, compare=False)

    @property
    def untyped(self) -> list[ShownEdge]:
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
    def is_empty(self) -> bool:
        """Whether there is no DAG and no error."""
        return not (self.dags or self.findings)

    def add(self, part: CheckReport) -> None:
        """Adds the report of some more files."""
        self.files += part.files
        self.dags += part.dags
        self.findings += part.findings

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
    suggesting: bool = False,
    jobs: int | None = 1,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> CheckReport:
    """Imports each DAG file of *paths* and checks every edge.

    Args:
        paths: Files, archives and folders.
        dags_folder: Where DAGs import from. None means to find it for each path.
        with_importers: Also check the DAG files that import one of *paths*.
        to_draw: Build wrong DAGs too, and list their tasks and errors.
        suggesting: Note for each edge the annotations that it lacks.
        jobs: How many processes do it; None for what pays. The DAGs themselves are in the report
            if it is 1.
        progress: Gets how many files of a DAGs folder are done, and of how many.

    Raises:
        FileNotFoundError: One of *paths* does not exist.
        ConfigurationError: Airflow cannot list a folder.
    """
    from typedxcom.cli.discovery import dag_files
    from typedxcom.cli.loading import forget_modules

    report, before = CheckReport(), set(sys.modules)
    listed = {path: list(dag_files(path)) for path in paths}
    new_tree = functools.partial(_Tree, to_draw, suggesting, jobs == 1)
    trees = _by_dags_folder(listed, dags_folder, new_tree)
    for tree, named in trees.items():
        new = {path: tree.new(listed[path]) for path in named}
        files = [file for own in new.values() for file in own]
        if with_importers:
            files += tree.new(_importing_dags([path for path in named if path.is_file()], tree))
        shown = functools.partial(_of, progress, len(files))
        shown(0)
        found = in_order(_examiner(tree), files, jobs=jobs, progress=shown)
        parts = dict(zip(files, found, strict=True))
        for part in parts.values():
            report.add(part)
        for path, own in new.items():
            is_whole = path.is_dir() and len(own) == len(listed[path])
            if is_whole and all(parts[file].is_empty for file in own):
                report.empty[path] = len(own)
        forget_modules(tree.folder, before)
    return report


def _of(progress: Callable[[int, int], None], of: int, done: int) -> None:
    progress(done, of)


def _examiner(tree: _Tree) -> Callable[[Path], CheckReport]:
    """Returns what checks one file. All that it needs is imported here, before any fork."""
    import typedxcom.airflow.authoring.outputs_in_texts
    import typedxcom.airflow.wiring.dag
    import typedxcom.airflow.wiring.unwired  # noqa: F401

    return functools.partial(_examined, tree)


@dataclass(eq=False)
class _Tree:
    """A DAGs folder whose files are being checked."""

    to_draw: bool
    suggesting: bool
    keeps_dags: bool  # which do not go between processes
    folder: Path  # absolute
    seen: set[Path] = field(default_factory=set)  # absolute

    def new(self, files: Iterable[Path]) -> list[Path]:
        """Returns those of *files* that were not seen yet."""
        found = []
        for file in files:
            if file.absolute() not in self.seen:
                self.seen.add(file.absolute())
                found.append(file)
        return found

    @cached_property
    def imports(self) -> ImportGraph:
        from typedxcom.cli.imports import ImportGraph

        return ImportGraph(self.folder)


def _by_dags_folder(
    paths: Iterable[Path], given: Path | None, new_tree: Callable[[Path], _Tree]
) -> dict[_Tree, list[Path]]:
    """Groups *paths* by the folder that their files import from."""
    from typedxcom.cli.discovery import dags_folder_of

    groups: dict[Path, list[Path]] = {}
    for path in paths:
        groups.setdefault((given or dags_folder_of(path)).absolute(), []).append(path)
    return {new_tree(folder): named for folder, named in groups.items()}


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


def _examined(tree: _Tree, path: Path) -> CheckReport:
    report = CheckReport(files=1)
    _examine_file(report, path, tree)
    return report


def _examine_file(report: CheckReport, path: Path, tree: _Tree) -> None:
    from typedxcom.airflow.modes import always_strict
    from typedxcom.airflow.wiring.kept import reading_once
    from typedxcom.cli.discovery import is_passed_over, may_hold_dags
    from typedxcom.cli.drawn.picture import tasks_of
    from typedxcom.cli.drawn.warned import warning_instead
    from typedxcom.cli.loading import load_file

    absolute = path.absolute()
    if not may_hold_dags(path, is_imported=lambda: bool(tree.imports.importers([absolute]))):
        return
    modes: Any = warning_instead() if tree.to_draw else always_strict()
    with modes as wrong, load_file(path.resolve(), root=tree.folder) as loaded:
        if loaded.error is not None:
            report.findings.extend(_from_error(path, loaded.line, loaded.error, tree.folder))
        for dag in loaded.dags:
            try:
                with reading_once():
                    checked = _examine_dag(report, path, dag, loaded, tree)
            except Exception as error:  # a fault of ours must not hide what is wrong in other files
                logging.getLogger(__name__).exception("DAG %s could not be checked", dag.dag_id)
                text = f"DAG {dag.dag_id!r} could not be checked: {type(error).__name__}: {error}"
                report.findings.append(Finding(path, 1, text, "fault"))
                continue
            if tree.to_draw:
                checked.tasks.extend(tasks_of(dag))
                checked.wrong[:0] = wrong(dag.dag_id)
    for asked in loaded.asked:
        line = asked.line if asked.file == str(loaded.path) else 1
        report.findings.append(Finding(path, line, asked.sentence, "wiring"))
    if loaded.dags and is_passed_over(path):
        report.findings.append(Finding(path, 1, _PASSED_OVER, "discovery"))


def _examine_dag(
    report: CheckReport, path: Path, dag: Any, loaded: LoadedFile, tree: _Tree
) -> CheckedDag:
    from typedxcom.airflow.wiring.dag import check_tasks
    from typedxcom.airflow.wiring.edges import edges_of
    from typedxcom.airflow.wiring.param_names import wrong_params
    from typedxcom.airflow.wiring.unwired import wrong_pulls

    edges = [shown_edge(one, suggesting=tree.suggesting) for one in edges_of(dag)]
    kept = dag if tree.keeps_dags else None
    wrong_uses = [one.sentence for one in loaded.asked if one.dag_id == dag.dag_id]
    checked = CheckedDag(dag.dag_id, path, edges, _notes(dag), wrong=wrong_uses, dag=kept)
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
    if getattr(error, "name", "") == "update_relative":  # by `extract >> load()`, or by `chain`
        function = getattr(getattr(error, "obj", None), "function", None)
        if function is not None:
            return [Finding(path, line, not_called(function.__name__), "wiring")]
    text = str(error) or type(error).__name__
    if isinstance(error, ModuleNotFoundError):
        text += f" (DAGs import from {folder}; --dags-folder names another folder)"
    if not hasattr(error, "code"):
        return [Finding(path, line, f"{type(error).__name__}: {text}", "import")]
    return [Finding(path, line, sentence, code) for sentence in text.splitlines()]
