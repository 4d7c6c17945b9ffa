"""Finds which files of a DAGs folder import which, from their source, without running it.

A change of a shared module can break DAGs of other files. A commit hook gets only the names of the
changed files, and finds here the files that import one of them, directly or through others.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["ImportGraph", "may_be_imported"]

_NO_SOURCES = ("__pycache__", "node_modules")


class ImportGraph:
    """Which files under a DAGs folder import which.

    Args:
        folder: The DAGs folder, from which its files import; an absolute path.
    """

    def __init__(self, folder: Path) -> None:
        files = set(_python_files(folder))
        self._readers: dict[Path, set[Path]] = {}
        for file in files:
            for imported in _imported(file, folder, files):
                self._readers.setdefault(imported, set()).add(file)

    def importers(self, changed: Iterable[Path]) -> set[Path]:
        """Returns the files that import one of *changed*, absolute paths, also through others."""
        found: set[Path] = set()
        todo = list(changed)
        while todo:
            for reader in self._readers.get(todo.pop(), set()) - found:
                found.add(reader)
                todo.append(reader)
        return found


def may_be_imported(modules: Iterable[Path], readers: Iterable[Path]) -> bool:
    """Returns quickly whether some reader has the name of a module in it, in an import or not."""
    names = {path.parent.name if path.stem == "__init__" else path.stem for path in modules}
    word = re.compile(rb"\b(?:" + "|".join(map(re.escape, names)).encode() + rb")\b")
    return bool(names) and any(word.search(path.read_bytes()) for path in readers if path.is_file())


def _python_files(folder: Path) -> Iterator[Path]:
    """Yields every Python file under *folder*, but not in hidden folders and virtualenvs."""
    for place, folders, names in os.walk(folder):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in _NO_SOURCES
            and not Path(place, name, "pyvenv.cfg").exists()
        ]
        yield from (Path(place, name) for name in names if name.endswith(".py"))


def _imported(file: Path, folder: Path, files: set[Path]) -> set[Path]:
    """Returns the files that *file* imports, with the packages that they are in."""
    package = file.relative_to(folder).parent.parts
    found: set[Path] = set()
    for parts in _names(file, package):
        for length in range(1, len(parts) + 1):
            base = folder.joinpath(*parts[:length])
            found.update({base.with_name(f"{base.name}.py"), base / "__init__.py"} & files)
    return found - {file}


def _names(file: Path, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yields the parts of each imported name: ``("a", "b")`` for ``from a import b``."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return  # the check of that file reports it
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (tuple(one.name.split(".")) for one in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                base = package[: len(package) - level + 1] if level else ()
                base += tuple(module.split(".")) if module else ()
                yield base
                yield from ((*base, one.name) for one in names)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield tuple(name.split("."))
