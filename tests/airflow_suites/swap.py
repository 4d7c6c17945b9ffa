"""Put our names into the imports of Airflow's tests."""

from __future__ import annotations

import ast
from pathlib import Path

__all__ = ["swap"]

_NAMES = frozenset({"task", "dag", "task_group", "setup", "teardown", "result"})
_MODULES = frozenset(
    {
        "airflow.sdk",
        "airflow.decorators",
        "airflow.sdk.definitions.decorators",
        "airflow.sdk.definitions.decorators.task_group",
        "airflow.providers.common.compat.sdk",
    }
)


def swap(folder: Path) -> int:
    """Change every file of *folder* in place; returns how many imports were changed."""
    return sum(map(_swap_file, sorted(folder.rglob("*.py"))))


def _swap_file(path: Path) -> int:
    source = path.read_text(encoding="utf-8")
    lines = source.split("\n")
    found = [node for node in ast.walk(ast.parse(source)) if _brings_ours(node)]
    for node in found:
        ours = [alias for alias in node.names if alias.name in _NAMES]
        rest = [alias for alias in node.names if alias.name not in _NAMES]
        words = f"from typedxcom import {_written(ours)}"
        if rest:
            words += f"; from {node.module} import {_written(rest)}"
        indent = lines[node.lineno - 1][: node.col_offset]
        blank = [""] * ((node.end_lineno or node.lineno) - node.lineno)  # line numbers stay
        lines[node.lineno - 1 : node.end_lineno] = [indent + words, *blank]
    if found:
        path.write_text("\n".join(lines), encoding="utf-8")
    return len(found)


def _brings_ours(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module in _MODULES
        and any(alias.name in _NAMES for alias in node.names)
    )


def _written(aliases: list[ast.alias]) -> str:
    return ", ".join(
        alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in aliases
    )
