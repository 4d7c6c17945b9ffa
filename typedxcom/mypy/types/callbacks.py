"""Finds out whether callbacks and hooks of a file's tasks may push: ``on_success_callback=save``.

Airflow gives them the context of the task, so they push under its id. The parse check reads the
functions themselves; here the text of the file, and of the files that it imports, is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import FuncDef, ImportFrom
from mypy.util import correct_relative_import

from typedxcom.mypy.types.imports import is_library
from typedxcom.mypy.types.site import Site

__all__ = ["callbacks_push"]

_WORDS: Final = (b"_callback", b"pre_execute", b"post_execute")
_PUSH: Final = b"xcom_push"


def callbacks_push(site: Site) -> bool:
    """Whether some callback or hook in a file may push an XCom."""
    if site.callbacks_push is None:
        site.callbacks_push = any(map(site.mentions, _WORDS)) and (
            any(_PUSH in text for text in _own(site)) or any(map(_may_push, _imported(site)))
        )
    return site.callbacks_push


def _own(site: Site) -> Iterator[bytes]:
    """Yields the text of each function that is not decorated."""
    for one in site.api.tree.defs:
        if isinstance(one, FuncDef):
            yield b"".join(site.lines[one.line - 1 : one.end_line])


def _imported(site: Site) -> Iterator[str]:
    """Yields the paths of the user's own files that the file imports names from."""
    tree = site.api.tree
    for one in tree.imports:
        if not isinstance(one, ImportFrom):
            continue
        is_package = tree.is_package_init_file()
        name, _ = correct_relative_import(tree.fullname, one.relative, one.id, is_package)
        for module in (name, *(f"{name}.{inner}" for inner, _ in one.names)):
            found = site.api.modules.get(module)
            if found is not None and not is_library(found.path):
                yield found.path


def _may_push(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _PUSH in file.read()
    except OSError:
        return True
