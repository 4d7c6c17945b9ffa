"""File names of contracts: one for each task, on every file system, inside the folder of contracts.

An id may have dots, slashes or any letter. Two ids that differ in case only get different files on
a file system that does not see the case.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["contract_path"]

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
_MOST = 120  # characters; file systems take 255 bytes
_DEVICES = frozenset({  # Windows has no files of these names
    "con", "prn", "aux", "nul", *(f"{name}{at}" for name in ("com", "lpt") for at in range(10)),
})  # fmt: skip


def contract_path(root: Path, dag_id: str, task_id: str) -> Path:
    """Returns the file of a task's contract below the folder *root*."""
    return root / _name(dag_id) / f"{_name(task_id)}.json"


def _name(identifier: str) -> str:
    quoted = "".join(map(_quoted, identifier))
    if quoted.startswith("."):
        quoted = f"%2e{quoted[1:]}"
    if quoted.endswith("."):
        quoted = f"{quoted[:-1]}%2e"
    is_device = quoted.partition(".")[0].lower() in _DEVICES
    if is_device or len(quoted) > _MOST or quoted != quoted.lower() or not quoted:
        digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return f"{'_' if is_device else ''}{quoted[:_MOST]}~{digest}"
    return quoted


def _quoted(letter: str) -> str:
    if letter in _PLAIN:
        return letter
    return "".join(f"%{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))
