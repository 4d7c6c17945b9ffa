"""Finds the class, function or module that an expression names, without running anything."""

from __future__ import annotations

import ast
import builtins
import enum
import inspect
import sys
import types
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from typedxcom.inference.bindings import Bindings, Looped

__all__ = ["MISSING", "Objects", "gives_instances"]

MISSING: Any = object()
_OTHER = object()  # an attribute that is of no use here
_CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)


class Objects:
    """The objects that names stand for inside one function.

    Args:
        function: The function.
        bindings: Its own names.
        local_names: Names of the scope around it that are not in its closure.
    """

    def __init__(
        self, function: types.FunctionType, bindings: Bindings, local_names: Mapping[str, Any]
    ) -> None:
        self._bindings = bindings
        self._scopes: tuple[Mapping[str, Any], ...] = (
            dict(_cells(function)),
            local_names,
            function.__globals__,
            vars(builtins),
        )

    def named_by(self, node: ast.expr, hidden: Collection[str]) -> Any:
        """Returns the class, function, module or Enum member that *node* names, else `MISSING`.

        Args:
            node: A name, or an attribute of one.
            hidden: Loop names of the comprehensions around it.
        """
        match node:
            case ast.Name(id=name):
                return MISSING if name in hidden else self._named(name)
            case ast.Attribute(value=value, attr=attr):
                return _attribute(self.named_by(value, hidden), attr)
        return MISSING

    def _named(self, name: str) -> Any:
        if self._bindings.is_own(name):
            found = _imported(self._bindings.once(name), name)
        else:
            found = next((one[name] for one in self._scopes if name in one), MISSING)
        return found if isinstance(found, _CODE) else MISSING


def _attribute(owner: Any, attr: str) -> Any:
    if isinstance(owner, types.ModuleType):
        return vars(owner).get(attr, _OTHER)
    if isinstance(owner, enum.EnumMeta):
        return owner.__members__.get(attr, _OTHER)
    if isinstance(owner, type):
        found = inspect.getattr_static(owner, attr, None)
        return getattr(owner, attr) if type(found).__name__ == "classmethod_descriptor" else _OTHER
    return MISSING if owner is MISSING else _OTHER


def _imported(node: ast.AST | Looped | None, name: str) -> Any:
    """Returns what an import inside the function binds, if the module is loaded already."""
    match node:
        case ast.Import(names=names):
            for one in names:
                top = one.name.partition(".")[0]
                if (one.asname or top) == name:
                    return sys.modules.get(one.name if one.asname else top, MISSING)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for one in names:
                if (one.asname or one.name) == name:
                    return vars(sys.modules.get(module, object)).get(one.name, MISSING)
    return MISSING


def _cells(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not bound yet
            continue


def gives_instances(cls: type) -> bool:
    """Returns whether calling *cls* makes an instance of it: no metaclass changes that."""
    calls = next((one for one in type.mro(type(cls)) if "__call__" in vars(one)), type)
    return (
        calls is type
        or isinstance(cls, enum.EnumMeta)
        or calls.__module__.startswith(("pydantic", "msgspec", "typing"))
    )
