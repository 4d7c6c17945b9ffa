"""Finds names that only the function around a task knows, such as its local classes.

Python, msgspec and pydantic look up an annotation that is a string in the module. A class that is
defined in a function is not there, and perhaps neither are the classes that it names. So this
module takes the names from the frames while the function still runs, and replaces the strings in
local classes by the types that they mean.
"""

from __future__ import annotations

import builtins
import contextlib
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from typing import Any, get_args

import typing_extensions as te

from typedxcom.annotations import annotations_of, referring, words_in

__all__ = ["local_names", "settle"]

_OWN = {"typedxcom", "airflow"}
_BUILTINS = frozenset(vars(builtins))
_MAX_HELD = 64
_HELD: dict[int, tuple[types.CodeType, frozenset[str]]] = {}  # a code's hash takes its whole text


def local_names(function: Any) -> dict[str, Any]:
    """Returns what the names in a nested function's annotations mean; settles local classes."""
    if "<locals>" not in getattr(function, "__qualname__", ""):
        return {}
    annotations = list(annotations_of(function).values())
    found = _in_scopes(words_in(annotations))
    classes = [one for one in annotations if not isinstance(one, str)]
    if found or classes:
        settle([*classes, *found.values()])
    return found


def settle(annotations: Iterable[Any]) -> None:
    """Lets the local classes in *annotations* name each other, and the classes that they name."""
    todo, seen = list(_local_classes(annotations)), set()
    while todo:
        cls = todo.pop()
        if cls not in seen:
            seen.add(cls)
            todo.extend(_local_classes(_settled(cls)))


def _settled(cls: Any) -> Iterator[Any]:
    """Turns the strings in a local class's annotations into types, and yields the annotations."""
    annotations = annotations_of(cls)
    names = _in_scopes(words_in(annotations.values()))
    for name, annotation in list(annotations.items()):
        if names and _has_text(annotation):
            with contextlib.suppress(NameError):  # a class that is defined later
                annotations[name] = _evaluated(annotation, cls, names)
                cls.__annotations__ = annotations
                if name in vars(cls).get("__dataclass_fields__", {}):
                    cls.__dataclass_fields__[name].type = annotations[name]
        yield annotations[name]
    if names and getattr(cls, "__pydantic_complete__", True) is False:
        cls.model_rebuild(raise_errors=False, _types_namespace={**_module_names(cls), **names})
    yield from (part.annotation for part in getattr(cls, "__pydantic_fields__", {}).values())
    yield from getattr(cls, "__orig_bases__", cls.__bases__)


def _local_classes(annotations: Iterable[Any]) -> Iterator[Any]:
    for annotation in annotations:
        if get_args(annotation):
            yield from _local_classes(
                [getattr(annotation, "__origin__", None), *get_args(annotation)]
            )
        elif isinstance(annotation, type) and "<locals>" in annotation.__qualname__:
            yield annotation


def _has_text(annotation: Any) -> bool:
    """Whether a part of *annotation* is still a string."""
    return isinstance(annotation, (str, typing.ForwardRef)) or any(
        map(_has_text, get_args(annotation))
    )


def _evaluated(annotation: Any, cls: Any, names: dict[str, Any]) -> Any:
    """Replaces the strings in *annotation* by types. Raises NameError if a name is unknown."""
    holder = type("Holder", (), {"__annotations__": {"it": referring(annotation)}})
    hints = te.get_type_hints(
        holder, globalns=_module_names(cls), localns=names, include_extras=True
    )
    return hints["it"]


def _module_names(cls: Any) -> dict[str, Any]:
    return vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}


def _in_scopes(wanted: set[str]) -> dict[str, Any]:
    """Looks up the *wanted* names in the functions that are running, innermost first."""
    wanted = wanted - _BUILTINS
    found: dict[str, Any] = {}
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None and wanted and frame.f_code.co_name != "<module>":
        code = frame.f_code
        known = _HELD.get(id(code))
        held = known[1] if known is not None and known[0] is code else _held(code)
        if not wanted.isdisjoint(held) and not _is_own(frame):
            names = frame.f_locals  # each access makes a dict of all of them
            here = {name: names[name] for name in wanted if name in names}
            found.update(here)
            wanted -= set(here)
        frame = frame.f_back
    return found


def _is_own(frame: types.FrameType) -> bool:
    return frame.f_globals.get("__name__", "").partition(".")[0] in _OWN


def _held(code: types.CodeType) -> frozenset[str]:
    """Returns the names that the scope of a function or class body may have.

    The body of a DAG asks for its own once for each task in it, so they are kept a while.
    """
    if len(_HELD) >= _MAX_HELD:
        _HELD.clear()
    names = (code.co_varnames, code.co_cellvars, code.co_freevars, code.co_names)
    held = frozenset().union(*names)
    _HELD[id(code)] = (code, held)
    return held
