"""Names that a parameter may have and that our code uses too: every word of the package itself."""

from __future__ import annotations

import ast
import builtins
import functools
import keyword
import unicodedata
from pathlib import Path

import typedxcom

__all__ = ["KEYWORDS", "parameter_names"]

# No parameter can be written with these, but `**kwargs` takes them.
KEYWORDS = tuple(sorted(set(keyword.kwlist) - {"None", "True", "False"}))
_FOREIGN = ("größe", "день", "数", "e\u0301tat", "ﬁle")
_UNUSUAL = ("_", "__", "__typedxcom__", "__class__", "__annotations__", "cls", "match", "type")


@functools.cache
def parameter_names() -> tuple[str, ...]:
    """What typedxcom's modules name, and the names of Python's built-ins, in order."""
    words = {*_FOREIGN, *_UNUSUAL, *dir(builtins)} - {"__debug__"}
    for file in Path(typedxcom.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            words.update(_words(node))
    names = {unicodedata.normalize("NFKC", word) for word in words if word.isidentifier()}
    return tuple(sorted(name for name in names if not keyword.iskeyword(name)))


def _words(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return [name]
        case ast.keyword(arg=str(name)):
            return [name]
    return []
