"""Finds what a file of the user's imports, as far as that matters to outputs."""

from __future__ import annotations

from typing import Any, Final

from mypy.nodes import MypyFile

__all__ = ["CONTEXT", "PREFIXES", "asks_for_context", "is_library", "sees_airflow"]

PREFIXES: Final = ("airflow", "typedxcom")
CONTEXT: Final = "get_current_context"


def is_library(path: str) -> bool:
    """Whether a file is installed, or mypy's own."""
    if "\\" in path:
        path = path.replace("\\", "/")
    return "site-packages/" in path or "/typeshed/" in path


def sees_airflow(file: MypyFile) -> bool:
    """Whether a file of a user imports anything that outputs come from."""
    return not is_library(file.path) and any(_imports_airflow(node) for node in file.imports)


def _imports_airflow(node: Any) -> bool:
    ids = [node.id] if hasattr(node, "id") else [name for name, _ in node.ids]
    return any(name.split(".")[0] in PREFIXES for name in ids)


def asks_for_context(file: MypyFile) -> bool:
    """Whether a file imports something that gives a body its context without a parameter."""
    for node in file.imports:
        imported = getattr(node, "names", None)
        if imported and any(name == CONTEXT for name, _ in imported):
            return True
        if any(name == "airflow.sdk" for name, _ in getattr(node, "ids", ())):
            return True
        if getattr(node, "id", "") == "airflow" and imported:
            return True
    return False
