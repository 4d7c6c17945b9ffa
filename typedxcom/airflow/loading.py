"""Import DAG files as Airflow does, without its database or scheduler."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow.sdk import DAG

from typedxcom.airflow.config import conf
from typedxcom.airflow.private import DagContext

__all__ = ["LoadedFile", "dag_files", "is_passed_over", "load_file"]

_SAFE_MODE = (b"dag", b"airflow")  # the words that Airflow's safe mode asks a DAG file for


@dataclass(slots=True)
class LoadedFile:
    """What importing one file gave.

    Attributes:
        path: The file.
        dags: Its DAGs.
        error: What went wrong while it was imported, if anything.
        line: The line in this file where it went wrong, 1 where that is unknown.
    """

    path: Path
    dags: list[Any] = field(default_factory=list)
    error: BaseException | None = None
    line: int = 1


def dag_files(paths: list[Path]) -> Iterator[Path]:
    """The Python files among *paths* and under them, hidden folders and caches left out.

    Raises:
        FileNotFoundError: One of *paths* is not there.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        if path.is_file():
            yield path
            continue
        for found in sorted(path.rglob("*.py")):
            inside = found.relative_to(path).parts
            if not any(part.startswith((".", "__pycache__")) for part in inside):
                yield found


def is_passed_over(path: Path) -> bool:
    """Whether Airflow never imports *path*: its safe mode wants two words in a DAG file.

    Source: ``[core] dag_discovery_safe_mode``, which is on by default.
    """
    if not conf.getboolean("core", "dag_discovery_safe_mode", fallback=True):
        return False
    content = path.read_bytes().lower()
    return not all(word in content for word in _SAFE_MODE)


def load_file(path: Path) -> LoadedFile:
    """Import the DAG file *path* under a name of its own; its errors are caught, not raised."""
    loaded = LoadedFile(path)
    name = f"typedxcom_dag_{hashlib.sha1(str(path).encode(), usedforsecurity=False).hexdigest()}"
    sys.path.insert(0, str(path.parent))
    DagContext.current_autoregister_module_name = name
    DagContext.autoregistered_dags.clear()
    try:
        module = _import(name, path)
        loaded.dags = _dags(module)
    except Exception as error:
        loaded.error, loaded.line = error, _line_in(path, error)
    except SystemExit as error:  # a script that is no DAG file may leave
        loaded.error, loaded.line = error, _line_in(path, error)
    finally:
        DagContext.current_autoregister_module_name = None
        sys.path.remove(str(path.parent))
    return loaded


def _import(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _dags(module: Any) -> list[Any]:
    """The DAGs that *module* holds or registered, each once."""
    registered = [dag for dag, _ in DagContext.autoregistered_dags]
    held = [value for value in vars(module).values() if isinstance(value, DAG)]
    return list({id(dag): dag for dag in [*registered, *held]}.values())


def _line_in(path: Path, error: BaseException) -> int:
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path) and frame.lineno]
    return lines[-1] if lines else 1
