"""Tells mypy of the names that Airflow looks up when they are imported, which no checker sees.

Older DAG files import ``dag`` and ``task`` from ``airflow.decorators``. Airflow gives them those of
``airflow.sdk``, but mypy says that the module has no such names, and checks nothing behind them.
Here the old module gets the import that says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from mypy.nodes import ImportFrom, MypyFile

if TYPE_CHECKING:
    from mypy.options import Options

__all__ = ["NAMES", "OLD", "with_moved_names"]

OLD: Final = "airflow.decorators"
NEW: Final = "airflow.sdk"
NAMES: Final = ("dag", "setup", "task", "task_group", "teardown")
_PRIORITY: Final = 5  # as mypy gives it to ``from a import b``


def with_moved_names(file: MypyFile, options: Options) -> list[tuple[int, str, int]]:
    """Adds the import of its names to the module `OLD`.

    Returns:
        The module that it depends on, as mypy wants it of a plugin.
    """
    if not any(isinstance(one, ImportFrom) and one.id == NEW for one in file.imports):
        node = ImportFrom(NEW, 0, [(name, name) for name in NAMES])
        node.is_top_level = True
        file.imports.append(node)
        raw: Any = getattr(file, "raw_data", None)
        if raw is None:
            file.defs.append(node)
        else:  # mypy's workers make the tree from this
            _add_to_raw(raw, file.path, options)
    return [(_PRIORITY, NEW, -1)]


def _add_to_raw(raw: Any, path: str, options: Options) -> None:
    from mypy.nativeparse import native_parse

    names = ", ".join(f"{name} as {name}" for name in NAMES)
    with open(path, encoding="utf-8") as file:
        source = f"{file.read()}\nfrom {NEW} import {names}\n"
    again: Any = native_parse(path, options, source)[0].raw_data
    raw.defs, raw.imports = again.defs, again.imports
