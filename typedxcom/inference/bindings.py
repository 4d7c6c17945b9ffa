"""Finds which names a function binds once, to what, and how it uses them.

A name that is bound twice may be anything. If a container may be changed after it was made, only
its kind is certain. One walk finds everything, because the parse of a DAG waits for it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from typedxcom.inference.source import FunctionNode

__all__ = ["Added", "Bindings", "Looped"]

_NOTHING, _ITEMS, _ALL = 0, 1, 2  # what may have changed in a container
_MANY = 2  # for a name whose bindings cannot be followed
_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_OPENING = frozenset({"exec", "eval", "locals", "globals", "vars"})
_READING = frozenset({
    "len", "print", "str", "repr", "bool", "isinstance", "type", "id", "hash", "format", "any", "all",
    "sum", "PokeReturnValue",
})  # fmt: skip
_TAKING_ITEMS = frozenset({
    "min", "max", "sorted", "enumerate", "zip", "list", "tuple", "set", "reversed", "iter", "map",
    "filter",
})  # fmt: skip
_LOGGING = frozenset({
    "debug", "info", "warning", "error", "exception", "critical", "log", "dumps",
})  # fmt: skip
_GIVING_ITEMS = frozenset({"get", "items", "values", "copy", "index", "count", "keys"})
_HARMLESS = frozenset({ast.Return, ast.FormattedValue, ast.Compare, ast.UnaryOp, ast.Expr})
_DISPLAYS = frozenset({ast.Dict, ast.List, ast.Tuple, ast.Set, ast.IfExp, ast.BoolOp})
_IN_RESULTS = _DISPLAYS | {ast.Starred}
_LOOPS = frozenset({ast.For, ast.AsyncFor, ast.comprehension, ast.BinOp})
_PARTS = frozenset({ast.Attribute, ast.Subscript})
_SURE = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.With, ast.AsyncWith, ast.Expr})
_WITHOUT_NAMES = frozenset({  # fields of nodes
    "arg", "attr", "conversion", "ctx", "kind", "op", "ops", "type_comment",
})  # fmt: skip


class Looped(NamedTuple):
    """What a loop gives a name.

    Attributes:
        iterated: What it goes over.
        place: Which part of an item, where the target is a tuple of names.
    """

    iterated: ast.expr
    place: int | None = None


class Added(NamedTuple):
    """What a statement puts into a container.

    Attributes:
        key: The key of ``x[key] = value``; None for ``x.append(value)``.
        value: What it puts there, or None if the code does not show it. ``x.extend(many)`` puts
            ``*many`` into it.
        is_sure: Whether every run that returns something has done so.
    """

    key: ast.expr | None
    value: ast.expr | None
    is_sure: bool


_Bound: TypeAlias = "ast.AST | Looped | None"


class Bindings:
    """The names that a function binds itself, and its returns.

    Attributes:
        returns: The expression of each ``return``; None for a bare one.
        is_open: Whether its code could bind names that cannot be seen, as ``exec`` does.
    """

    def __init__(self, function: FunctionNode) -> None:
        """Walks through *function* once."""
        self.returns: list[ast.expr | None] = []
        self.is_open = False
        self._bound: dict[str, list[_Bound]] = {}
        self._uses: dict[str, int] = {}
        self._added: dict[str, list[Added]] = {}
        self._parameters(function.args)
        above: list[ast.AST] = [function]
        for statement in function.body:
            self._visit(statement, above, nested=False)

    def is_own(self, name: str) -> bool:
        """Returns whether the function itself binds *name*, so it is not of the scope around."""
        return name in self._bound

    def once(self, name: str) -> ast.AST | Looped | None:
        """Returns what *name* is bound to, or None if it is bound in several places."""
        found = self._bound[name]
        return found[0] if len(found) == 1 else None

    def summed(self, name: str) -> tuple[ast.expr | ast.AnnAssign, list[ast.AugAssign]] | None:
        """Returns what *name* starts as and what is added: ``n = 0``, then ``n += 1`` anywhere."""
        first, *rest = self._bound[name]
        added = [one for one in rest if isinstance(one, ast.AugAssign)]
        is_sum = bool(rest) and len(added) == len(rest)
        return (first, added) if is_sum and isinstance(first, (ast.expr, ast.AnnAssign)) else None

    def use_of(self, name: str) -> int:
        """Returns what may have changed in the container that *name* is bound to.

        Returns:
            0 if nothing, 1 if the contents of its items, 2 if all of it.
        """
        return self._uses.get(name, _NOTHING)

    def added_to(self, name: str) -> list[Added]:
        """Returns what is put into the container that *name* is bound to."""
        return self._added.get(name, [])

    def _bind(self, name: str, *nodes: _Bound) -> None:
        self._bound.setdefault(name, []).extend(nodes)

    def _parameters(self, args: ast.arguments) -> None:
        for one in (*args.posonlyargs, *args.args, *args.kwonlyargs):
            self._bind(one.arg, one)
        for rest in (args.vararg, args.kwarg):
            if rest is not None:
                self._bind(rest.arg, None)

    def _visit(self, node: ast.AST, above: list[ast.AST], *, nested: bool) -> None:
        """Visits a node and those below it. *nested*: it is inside an inner function or class."""
        kind = type(node)
        if kind is ast.Name:
            self._name(node, above, nested=nested)
            return
        bind = _BINDING.get(kind)
        if isinstance(node, ast.NamedExpr) and _is_in_comprehension(above):
            self._many([node.target.id])  # its value has names that only exist there
        elif bind is not None and (not nested or kind is ast.Nonlocal):
            bind(self, node)
        if kind in _SCOPES:
            nested = True
        above.append(node)
        for name in _FIELDS.get(kind) or _fields_of(kind):
            value = getattr(node, name)
            for one in value if type(value) is list else (value,):
                if isinstance(one, ast.AST) and type(one) is not ast.Constant:
                    self._visit(one, above, nested=nested)
        above.pop()

    def _name(self, node: Any, above: list[ast.AST], *, nested: bool) -> None:
        is_part = type(above[-1]) in _PARTS
        added = _added(node, above) if is_part and not nested else None
        if added is not None:
            is_sure = not self.returns and all(type(one) in _SURE for one in above[:-2])
            self._added.setdefault(node.id, []).append(Added(*added, is_sure))
            return
        use = _ALL if nested else _use(node, above)
        if use:
            self._uses[node.id] = max(use, self._uses.get(node.id, _NOTHING))

    def _target(self, target: ast.expr, *nodes: ast.AST | None) -> None:
        match target:
            case ast.Name(id=name):
                self._bind(name, *nodes)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                for part in parts:
                    self._target(part, None)
            case ast.Starred(value=part):
                self._target(part, None)

    def _looped(self, node: Any) -> None:
        match node.target:
            case ast.Tuple(elts=parts) if not any(isinstance(one, ast.Starred) for one in parts):
                for place, part in enumerate(parts):
                    if isinstance(part, ast.Name):
                        self._bind(part.id, Looped(node.iter, place))
                    else:
                        self._target(part, None)
            case ast.Name(id=name):
                self._bind(name, Looped(node.iter))
            case target:
                self._target(target, None)

    def _many(self, names: list[str]) -> None:
        for name in names:
            self._bind(name, *[None] * _MANY)

    def _assign(self, node: Any) -> None:
        for target in node.targets:
            self._target(target, node.value)

    def _annotated(self, node: Any) -> None:
        if node.value is not None:
            self._target(node.target, node)

    def _delete(self, node: Any) -> None:
        for target in node.targets:
            self._target(target, None, None)

    def _import(self, node: Any) -> None:
        for one in node.names:
            self._bind((one.asname or one.name).partition(".")[0], node)

    def _named(self, node: Any) -> None:
        if node.name:
            self._bind(node.name, *[None] * (_MANY if type(node) is ast.ExceptHandler else 1))

    def _return(self, node: Any) -> None:
        self.returns.append(node.value)

    def _call(self, node: Any) -> None:
        if type(node.func) is ast.Name and node.func.id in _OPENING:
            self.is_open = True


_BINDING: dict[type, Callable[[Bindings, Any], None]] = {
    ast.Assign: Bindings._assign,
    ast.AnnAssign: Bindings._annotated,
    ast.AugAssign: lambda self, node: self._target(node.target, node),
    ast.NamedExpr: lambda self, node: self._target(node.target, node.value),
    ast.For: Bindings._looped,
    ast.AsyncFor: lambda self, node: self._target(node.target, None),
    ast.withitem: lambda self, node: self._target(node.optional_vars, None),
    ast.Delete: Bindings._delete,
    ast.Import: Bindings._import,
    ast.ImportFrom: Bindings._import,
    ast.ExceptHandler: Bindings._named,
    ast.FunctionDef: Bindings._named,
    ast.AsyncFunctionDef: Bindings._named,
    ast.ClassDef: Bindings._named,
    ast.MatchAs: Bindings._named,
    ast.MatchStar: Bindings._named,
    ast.MatchMapping: lambda self, node: self._many([node.rest] if node.rest else []),
    ast.Global: lambda self, node: self._many(node.names),
    ast.Nonlocal: lambda self, node: self._many(node.names),
    ast.Return: Bindings._return,
    ast.Call: Bindings._call,
}

_FIELDS: dict[type, tuple[str, ...]] = {}  # what may hold names, by the kind of node


def _fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    found = tuple(name for name in kind._fields if name not in _WITHOUT_NAMES)
    return _FIELDS.setdefault(kind, found)


def _added(name: ast.Name, above: list[ast.AST]) -> tuple[ast.expr | None, ast.expr | None] | None:
    """Returns what a statement puts into the container that *name* is bound to, with its key."""
    parent = above[-1]
    outer = above[-2] if len(above) > 1 else None
    match parent, outer:
        case ast.Attribute(attr="append"), ast.Call(func=func, args=[value], keywords=[]):
            return (None, value) if func is parent else None
        case ast.Attribute(attr="extend"), ast.Call(func=func, args=[value], keywords=[]):
            return (None, ast.Starred(value, ast.Load())) if func is parent else None
        case ast.Subscript(value=value, slice=key, ctx=ast.Store()), ast.Assign() if value is name:
            return None if isinstance(key, ast.Slice) else (key, outer.value)
        case ast.Subscript(value=value, slice=key, ctx=ast.Store()), ast.AugAssign():
            return (key, None) if value is name and not isinstance(key, ast.Slice) else None
    return None


def _use(name: ast.Name, above: list[ast.AST]) -> int:
    """Returns what may change in the value of a name, by the place where it is used."""
    if type(name.ctx) is not ast.Load:
        return _NOTHING
    parent: Any = above[-1]
    kind = type(parent)
    if kind in _HARMLESS or getattr(parent, "test", None) is name:
        return _NOTHING
    if kind in _LOOPS:
        return _ITEMS
    match parent:
        case ast.Subscript(value=value, ctx=ast.Load()) if value is name:
            return _ITEMS
        case ast.Subscript(slice=index) if index is name:
            return _NOTHING
        case ast.Attribute(attr=attr) if attr in _GIVING_ITEMS:
            return _ITEMS
        case ast.Attribute(attr="sort" | "reverse") if _is_sorted(parent, above[-2]):
            return _NOTHING
        case ast.Call(func=ast.Name(id=called)) if called in _TAKING_ITEMS:
            return _ITEMS
        case ast.Call():
            return _NOTHING if parent.func is name or _only_reads(parent) else _ALL
        case ast.keyword():
            call = above[-2]
            return _NOTHING if isinstance(call, ast.Call) and _only_reads(call) else _ALL
    return _NOTHING if kind in _DISPLAYS and _is_returned(above) else _ALL


def _is_in_comprehension(above: list[ast.AST]) -> bool:
    return any(type(one) in _COMPREHENSIONS for one in above)


def _is_sorted(method: ast.AST, call: ast.AST) -> bool:
    """Returns whether ``x.sort`` or ``x.reverse`` is called and runs no other code on the items."""
    if not isinstance(call, ast.Call) or call.func is not method:
        return False
    return all(
        isinstance(one.value, ast.Constant)
        or (
            isinstance(one.value, ast.Lambda)
            and not any(isinstance(part, ast.Call) for part in ast.walk(one.value))
        )
        for one in call.keywords
    )


def _only_reads(call: ast.Call) -> bool:
    """Returns whether a call changes none of its arguments."""
    if isinstance(call.func, ast.Name):
        return call.func.id in _READING
    return isinstance(call.func, ast.Attribute) and call.func.attr in _LOGGING


def _is_returned(above: list[ast.AST]) -> bool:
    """Returns whether a name is returned, itself or in a display: ``return [name]``."""
    kept: Iterator[ast.AST] = (node for node in reversed(above) if type(node) not in _IN_RESULTS)
    return isinstance(next(kept, None), ast.Return)
