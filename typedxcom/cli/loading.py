"""Imports DAG files as Airflow does, without its database or scheduler."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import linecache
import os
import sys
import traceback
import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import MappingProxyType
from typing import Any

from airflow.sdk import DAG, TaskGroup

from typedxcom.airflow.authoring.truth import AskedOutput, listening
from typedxcom.airflow.private import DagContext
from typedxcom.cli.discovery import archive_of, modules_of

__all__ = ["LoadedFile", "forget_modules", "load_file"]

_NO_TEXTS: Mapping[Path, bytes] = MappingProxyType({})
_shown: set[str] = set()  # files of which `linecache` has another text than the disk


@dataclass(slots=True)
class LoadedFile:
    """The result of importing one file.

    Attributes:
        path: The file.
        dags: Its DAGs.
        error: What went wrong while it was imported, if anything.
        line: The line in this file where it went wrong, or 1 if that is unknown.
        module: The name that it is imported under.
        made: The tasks that the import made, each with the line in this file that made it.
        asked: What the bodies of its DAGs ask Airflow's own outputs.
    """

    path: Path
    dags: list[Any] = field(default_factory=list)
    error: BaseException | None = None
    line: int = 1
    module: str = ""
    made: list[tuple[Any, int]] = field(default_factory=list)
    asked: list[AskedOutput] = field(default_factory=list)

    def line_of(self, task: Any) -> int | None:
        """Returns the line of this file that made *task*, a task of one of its DAGs."""
        return next((line for one, line in self.made if one is task), None)


@contextlib.contextmanager
def load_file(
    path: Path, *, root: Path | None = None, texts: Mapping[Path, bytes] = _NO_TEXTS
) -> Iterator[LoadedFile]:
    """Imports the DAG file *path*. Its errors are caught, not raised.

    A file is imported under a name of its own. A module of an archive keeps its name, as in
    Airflow, because its neighbours may import it. The archive's modules are forgotten at exit, so
    that the next archive may have modules of the same names.

    Args:
        path: An absolute path, as :func:`~typedxcom.cli.discovery.dag_files` finds it.
        root: The folder of DAGs, from which Airflow lets them import.
        texts: File -> source to run instead of the file's own, for the DAG file and for modules
            that it is the first to import. The paths are resolved, and none is in an archive.
    """
    archive, before = archive_of(path), dict(sys.modules)
    for module in modules_of(archive) if archive is not None else []:
        sys.modules.pop(module.stem, None)  # so that it comes from the archive, first on the path
    loaded = LoadedFile(path)
    folders = [str(folder) for folder in (archive, root) if folder is not None]
    sys.path[:0] = folders
    try:
        with _noting_lines(loaded), listening(loaded.asked), _running(texts):
            _load(loaded, in_archive=archive is not None, text=texts.get(path))
        yield loaded
    finally:
        for folder in folders:
            sys.path.remove(folder)
        while _shown:
            linecache.cache.pop(_shown.pop(), None)
        if archive is not None:
            _forget(archive, before)


def _load(loaded: LoadedFile, *, in_archive: bool, text: bytes | None) -> None:
    name = loaded.module = loaded.path.stem if in_archive else _own_name(loaded.path)
    DagContext.current_autoregister_module_name = name
    DagContext.autoregistered_dags.clear()
    try:
        loaded.dags = _dags(
            importlib.import_module(name) if in_archive else _import(name, loaded.path, text)
        )
    except Exception as error:
        loaded.error, loaded.line = error, _line_in(loaded.path, error)
    except SystemExit as error:  # a script that is no DAG file may exit
        loaded.error, loaded.line = error, _line_in(loaded.path, error)
    finally:
        DagContext.current_autoregister_module_name = None


@contextlib.contextmanager
def _noting_lines(loaded: LoadedFile) -> Iterator[None]:
    """Notes for each new task the innermost line of the file that is running then."""
    add = TaskGroup.add

    def noted(group: Any, task: Any) -> Any:
        line = _running_line(str(loaded.path))
        if line is not None:
            loaded.made.append((task, line))
        return add(group, task)

    TaskGroup.add = noted  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        TaskGroup.add = add  # type: ignore[method-assign]


def _running_line(path: str) -> int | None:
    frame: types.FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename != path:
        frame = frame.f_back
    return None if frame is None else frame.f_lineno


def _own_name(path: Path) -> str:
    return f"typedxcom_dag_{hashlib.sha1(str(path).encode(), usedforsecurity=False).hexdigest()}"


class _TextLoader(SourceFileLoader):
    """Runs a given text instead of the file's own."""

    def __init__(self, name: str, path: str, text: bytes) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> types.CodeType:
        """Compiles the text, and makes its lines the source of its functions."""
        lines = self._text.decode().splitlines(keepends=True)
        _shown.add(self.path)
        linecache.cache[self.path] = (len(self._text), None, lines, self.path)
        return self.source_to_code(self._text, self.path)


class _TextFinder:
    """Finds modules as Python does, and lets those that have another text run that."""

    def __init__(self, texts: Mapping[Path, bytes]) -> None:
        self._texts, self._names = texts, {path.name for path in texts}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Returns how to import a module that has another text; None for all others."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or Path(spec.origin).name not in self._names:
            return None
        text = self._texts.get(Path(spec.origin).resolve())
        if text is None:
            return None
        spec.loader = _TextLoader(name, spec.origin, text)
        return spec


@contextlib.contextmanager
def _running(texts: Mapping[Path, bytes]) -> Iterator[None]:
    finder: Any = _TextFinder(texts)
    if texts:
        sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        if texts:
            sys.meta_path.remove(finder)


def _import(name: str, path: Path, text: bytes | None) -> Any:
    linecache.checkcache(str(path))
    loader = None if text is None else _TextLoader(name, str(path), text)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _forget(archive: Path, before: dict[str, Any]) -> None:
    """Removes the modules of *archive* from `sys.modules`, and restores those they replaced."""
    forget_modules(archive, ())
    for name, module in before.items():
        sys.modules.setdefault(name, module)


def forget_modules(folder: Path, before: Collection[str]) -> None:
    """Removes modules of *folder* from `sys.modules`: another folder may use the same names.

    Args:
        folder: An archive or a DAGs folder.
        before: Names of modules to keep.
    """
    inside = f"{folder}{os.sep}"
    for name, module in list(sys.modules.items()):
        file = str(getattr(module, "__file__", None))
        if name not in before and file.startswith(inside) and "site-packages" not in file:
            del sys.modules[name]


def _dags(module: Any) -> list[Any]:
    """Returns the DAGs that *module* has or registered, each once."""
    registered = [dag for dag, _ in DagContext.autoregistered_dags]
    held = [value for value in vars(module).values() if isinstance(value, DAG)]
    return list({id(dag): dag for dag in [*registered, *held]}.values())


def _line_in(path: Path, error: BaseException) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path) and frame.lineno]
    return lines[-1] if lines else 1
