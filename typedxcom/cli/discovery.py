"""Finds the files in which Airflow would look for DAGs, also in zip archives."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from typedxcom.airflow.config import conf
from typedxcom.airflow.private import paths_of
from typedxcom.errors import ConfigurationError

__all__ = [
    "archive_of",
    "dag_files",
    "dags_folder_of",
    "is_passed_over",
    "may_hold_dags",
    "modules_of",
    "read_source",
]

_IGNORE_FILE = ".airflowignore"
_MODULES = (".py", ".pyc")  # Airflow imports these from an archive


def dag_files(path: Path) -> Iterator[Path]:
    """Yields the Python files at *path* or below: in an archive as ``archive.zip/module.py``.

    Hidden folders, caches and files that an ``.airflowignore`` excludes are left out.

    Raises:
        FileNotFoundError: *path* does not exist.
        ConfigurationError: Airflow cannot walk the folder: links go round, or its syntax of
            ignore files is unknown.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    for found in [path] if path.is_file() else _in_folder(path):
        yield from modules_of(found) if _is_archive(found) else [found]


def dags_folder_of(path: Path) -> Path:
    """Returns the DAGs folder of *path*, a file or folder. Airflow lets DAGs import from there.

    It is ``[core] dags_folder`` if *path* is in that, else the outermost folder called ``dags``
    between the current folder and *path*, else the folder of its outermost package.
    """
    absolute = path.absolute()
    above = [*([absolute] if path.is_dir() else []), *absolute.parents]
    configured = conf.get("core", "dags_folder", fallback="")
    for folder in above:
        if configured and folder.resolve() == Path(configured).expanduser().resolve():
            return folder
    called = [folder for folder in above if folder.name == "dags"]
    if called:
        here = [folder for folder in called if folder.is_relative_to(Path.cwd())]
        return here[-1] if here else called[0]
    return next(folder for folder in above if not (folder / "__init__.py").exists())


def may_hold_dags(path: Path, *, is_imported: Callable[[], bool]) -> bool:
    """Returns whether *path* may hold DAGs, and is not only a module that others import.

    Airflow never imports a file that its safe mode skips. Such a file is only looked at if it may
    be a DAG file that lacks a word, so that its author learns of it.

    Args:
        path: A file that :func:`dag_files` found.
        is_imported: Whether another file of the folder imports it.
    """
    if archive_of(path) is not None or not is_passed_over(path):
        return True
    if (path.parent / "__init__.py").exists() or b"typedxcom" not in read_source(path):
        return False
    return not is_imported()


def _in_folder(folder: Path) -> list[Path]:
    syntax = conf.get("core", "dag_ignore_file_syntax", fallback="glob")
    try:
        found = [Path(name) for name in paths_of(folder, _IGNORE_FILE, syntax)]
    except (RuntimeError, ValueError) as error:
        raise ConfigurationError(f"Airflow cannot list {folder}: {error}") from error
    return sorted(path for path in found if _is_candidate(path, path.relative_to(folder).parts))


def _is_candidate(path: Path, inside: tuple[str, ...]) -> bool:
    hidden = any(part.startswith((".", "__pycache__")) for part in inside)
    return not hidden and (path.suffix == ".py" or _is_archive(path))


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file() and zipfile.is_zipfile(path)


def modules_of(archive: Path) -> list[Path]:
    """Returns the modules at the root of *archive*. Airflow imports no others of it."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [Path(name) for name in opened.namelist()]
    except (zipfile.BadZipFile, NotImplementedError):
        return [archive]  # its import then reports that it is no archive
    modules = [name for name in names if len(name.parts) == 1 and name.suffix in _MODULES]
    sources = {name.stem for name in modules if name.suffix == ".py"}
    return [archive / name for name in modules if name.suffix == ".py" or name.stem not in sources]


def archive_of(path: Path) -> Path | None:
    """Returns the archive that *path* is a module of, or None."""
    return path.parent if _is_archive(path.parent) else None


def read_source(path: Path) -> bytes:
    """Returns the content of a file that :func:`dag_files` found."""
    archive = archive_of(path)
    if archive is None:
        return path.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        return opened.read(path.name)


def is_passed_over(path: Path) -> bool:
    """Returns whether Airflow's safe mode skips *path*: it lacks the words of a DAG file.

    Source: ``[core] dag_discovery_safe_mode``, which is on by default, and
    ``might_contain_dag_via_default_heuristic``.
    """
    if not conf.getboolean("core", "dag_discovery_safe_mode", fallback=True):
        return False
    content = read_source(path).lower()
    return b"airflow" not in content or not (b"dag" in content or b"asset" in content)
