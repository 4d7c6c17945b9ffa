"""Knows which DAG files use the tasks of which file, and loads a file together with them.

A module of shared tasks has no DAG. What goes into its tasks is known once all DAG files that
import it are loaded, and they are also what a change of it may break.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typedxcom.annotations import annotations_of, signature_of
from typedxcom.cli.annotating.wishes import file_of, function_of
from typedxcom.cli.discovery import dag_files, dags_folder_of, is_passed_over
from typedxcom.cli.imports import ImportGraph, may_be_imported
from typedxcom.cli.loading import LoadedFile, forget_modules, load_file

__all__ = ["LoadedTogether", "Together"]


@dataclass
class LoadedTogether:
    """The DAG files that use the tasks of one file.

    Attributes:
        files: What was made of each.
        error: Why the first that failed did, in words; empty if none did.
    """

    files: list[LoadedFile] = field(default_factory=list)
    error: str = ""

    @property
    def dags(self) -> list[Any]:
        """All their DAGs."""
        return [dag for one in self.files for dag in one.dags]


class Together:
    """The files to annotate, and the DAG files that use their tasks.

    Args:
        given: The Python files that may be changed -> the folder that each imports from.
        progress: Gets how many DAG files are loaded, and of how many.
        dags_folder: The folder that all others import from; None means to find it for each.

    Attributes:
        texts: What was made of files so far. Whatever imports them gets this.
    """

    def __init__(
        self,
        given: dict[Path, Path],
        progress: Callable[[int, int], None],
        dags_folder: Path | None = None,
    ) -> None:
        self.texts: dict[Path, bytes] = {}
        self._given = {path.resolve(): folder for path, folder in given.items()}
        self._before = set(sys.modules)
        self._errors: dict[Path, str] = {}
        self._graphs: dict[Path, ImportGraph] = {}
        self._users: dict[Path, dict[Path, Path]] = {}  # file -> DAG file -> its folder
        self._bare: set[Path] = set()
        modules: set[Path] = set()
        dags = self._dag_files(dags_folder)
        for done, (path, folder) in enumerate(dags.items()):
            progress(done, len(dags))
            with self._loaded({path: folder}) as found:
                if found.error:
                    self._errors[path] = found.error
                else:
                    new = _modules_of(self._given, set(sys.modules) - self._before)
                    modules |= set(new.values()) - {path}
                for function in filter(None, map(function_of, _tasks(found))):
                    self._users.setdefault(file_of(function), {})[path] = folder
                    if _lacks_annotations(function):
                        self._bare.add(file_of(function))
        for path in modules:  # a module with relative imports is no DAG file, and need not be
            self._errors.pop(path, None)

    def in_order(self, paths: Iterable[Path]) -> list[Path]:
        """Returns *paths* with those first whose tasks others use: these may import the classes."""
        return sorted(paths, key=lambda path: -len(self._others(path.resolve())))

    def error_of(self, path: Path) -> str:
        """Returns why *path* cannot be annotated, if so: it, or what imports it, fails."""
        if self._errors and path in self._bare:
            for one in sorted(self._errors.keys() & self._importers(path)):
                return f"{one} imports it, and fails: {self._errors[one]}"
        return "" if path in self._users else self._errors.get(path, "")

    def may_lack(self, path: Path) -> bool:
        """Returns whether a DAG has tasks of *path* that lack an annotation."""
        return path in self._bare

    def is_imported(self, path: Path) -> bool:
        """Returns whether other files import *path*."""
        return bool(self._others(path) or self._importers(path))

    def _others(self, path: Path) -> set[Path]:
        return self._users.get(path, {}).keys() - {path}

    @contextlib.contextmanager
    def loaded(self, path: Path, text: bytes) -> Iterator[LoadedTogether]:
        """Loads all DAG files that use tasks of *path*, as if it had another text."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the first load has shown them
            with self._loaded(self._users[path], {path: text}) as found:
                yield found

    @contextlib.contextmanager
    def _loaded(
        self, users: dict[Path, Path], texts: dict[Path, bytes] | None = None
    ) -> Iterator[LoadedTogether]:
        """Loads DAG files. Those of one folder share their modules."""
        found, made = LoadedTogether(), {**self.texts, **(texts or {})}
        kept = _taken_out(made)
        try:
            with contextlib.ExitStack() as stack:
                for path, folder in sorted(users.items(), key=lambda pair: (pair[1], pair[0])):
                    for other in set(users.values()) - {folder}:
                        forget_modules(other, self._before)
                    one = stack.enter_context(load_file(path, root=folder, texts=made))
                    found.files.append(one)
                    if one.error is not None:
                        words = f"{type(one.error).__name__}: {one.error}"
                        found.error = found.error or words
                yield found
        finally:
            for folder in {*users.values(), *self._given.values()}:
                forget_modules(folder, self._before)
            sys.modules.update(kept)

    def _dag_files(self, dags_folder: Path | None) -> dict[Path, Path]:
        """Returns the given DAG files, and those that import given files, with their folders."""
        found = {path: folder for path, folder in self._given.items() if not is_passed_over(path)}
        for folder in dict.fromkeys(self._given.values()):
            others = [one for one in dag_files(folder) if one.resolve() not in self._given]
            given = [path for path in self._given if self._given[path] == folder]
            may_be = others and may_be_imported(given, others)
            importers = self._graph(folder).importers(given) if may_be else set()
            for one in others:
                if one.resolve() in importers and not is_passed_over(one):
                    found[one.resolve()] = (dags_folder or dags_folder_of(one)).absolute()
        return found

    def _importers(self, path: Path) -> set[Path]:
        return self._graph(self._given[path]).importers([path])

    def _graph(self, folder: Path) -> ImportGraph:
        if folder not in self._graphs:
            self._graphs[folder] = ImportGraph(folder.resolve())
        return self._graphs[folder]


def _tasks(found: LoadedTogether) -> list[Any]:
    return [task for dag in found.dags for task in dag.tasks]


def _lacks_annotations(function: Any) -> bool:
    """Returns whether a parameter or the result has none."""
    return not signature_of(function).parameters.keys() < annotations_of(function).keys()


def _modules_of(files: Collection[Path], among: Iterable[str]) -> dict[str, Path]:
    """Returns the modules of *files* that are imported: name -> file."""
    names = {path.name for path in files}
    found = {}
    for name in among:
        file = Path(str(getattr(sys.modules[name], "__file__", None)))
        if file.name in names and file.resolve() in files:
            found[name] = file.resolve()
    return found


def _taken_out(files: Collection[Path]) -> dict[str, Any]:
    """Takes modules of *files* out of `sys.modules`, so that they are imported with their texts."""
    return {name: sys.modules.pop(name) for name in _modules_of(files, list(sys.modules))}
