"""Follows a variable that holds a dict, or a list of dicts, through the code of one function.

It finds each ``row["total"]``, which is ``row.total`` of a model, and refuses any use for which a
model is not the same as a dict.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Any, Literal, TypeAlias

from typedxcom.inference.source import FunctionNode
from typedxcom.needs.names import bound_by

__all__ = ["KeptDict", "Shape", "Variables", "shown"]

Shape: TypeAlias = Literal["one", "many"]

_OPENING = frozenset({"exec", "eval", "locals", "vars"})
_LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_MOST_CHARACTERS = 40
_PARTS = frozenset({"reversed", "list", "tuple"})  # what gives the same items again


class KeptDict(Exception):
    """Says why a dict cannot become a model."""


class Variables:
    """The variables of one function that hold dicts of the same keys.

    Args:
        function: Its definition.
        keys: The keys that each dict has.
        names: The names that the function sees in its module.
        stay_dicts: Whether the dicts only get a type, so that what is done to them may stay.

    Attributes:
        stay_dicts: As above.
        reads: Each read of a key: the dict, the whole expression, and the key.
        added: What is appended to a list that the function makes.
        own: The variables that hold what the function makes and returns, and what they hold.
    """

    def __init__(
        self,
        function: FunctionNode,
        keys: Collection[str],
        names: Collection[str],
        *,
        stay_dicts: bool = False,
    ) -> None:
        self.reads: list[tuple[ast.expr, ast.expr, str]] = []
        self.added: list[ast.expr] = []
        self._function, self._keys, self.stay_dicts = function, keys, stay_dicts
        self._nodes = list(ast.walk(function))
        self._above = {below: one for one in self._nodes for below in ast.iter_child_nodes(one)}
        self._hidden = {*names, *(name for node in self._nodes for name in bound_by(node))}
        self._shapes: dict[str, Shape] = {}
        self._made: dict[str, list[ast.AST]] = {}  # name -> the nodes that bind it to such a dict
        self.own: dict[str, Shape] = {}

    def follow(self, name: str, shape: Shape, binding: ast.AST, *, is_own: bool = False) -> None:
        """Follows one more variable.

        Args:
            name: Its name.
            shape: Whether it is one dict or a list of dicts.
            binding: The node that binds it. Any other must be followed too, before the end.
            is_own: Whether the function made the value, and returns it.

        Raises:
            KeptDict: A model would not do.
        """
        self._made.setdefault(name, []).append(binding)
        if name in self._shapes:
            if self._shapes[name] != shape:
                raise KeptDict(f"`{name}` is one dict and a list of them")
            return
        self._shapes[name] = shape
        if is_own:
            self.own[name] = shape
        for node in self._nodes:
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                self._use(node, shape, name)

    def finish(self) -> None:
        """Raises KeptDict if one of the names is also bound to something else."""
        for node in self._nodes:
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _OPENING:
                raise KeptDict(f"`{shown(node)}` may read any variable")
            shared = node.names if isinstance(node, (ast.Global, ast.Nonlocal)) else ()
            for name in (*bound_by(node), *shared):
                if name in self._made and node not in self._made[name]:
                    raise KeptDict(f"`{name}` is bound again")

    def binding_of(self, name: str) -> ast.Assign:
        """Returns the only statement that binds *name*. Raises KeptDict."""
        found = [node for node in self._nodes if name in bound_by(node)]
        statement = self._above.get(found[0]) if len(found) == 1 else None
        if isinstance(statement, ast.Assign) and statement.targets == found:
            return statement
        raise KeptDict(f"`{name}` is bound in several places")

    def _use(self, node: ast.expr, shape: Shape, name: str) -> None:
        if not (self._is_alias(node, shape) or self._is_harmless(node, name)):
            (self._use_one if shape == "one" else self._use_many)(node, name)

    def _use_one(self, node: ast.expr, name: str) -> None:
        whole = self._above[node]
        match whole:
            case ast.Subscript(slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                is_read = whole.value is node
            case ast.Attribute(attr="get"):
                whole = self._above[whole]
                match whole:
                    case ast.Call(args=[ast.Constant(value=str(key))], keywords=[]):
                        is_read = True
                    case ast.Call(args=[ast.Constant(value=str(key)), ast.Constant()], keywords=[]):
                        is_read = True
                    case _:
                        raise self._kept(node, "dict")
            case _:
                raise self._kept(node, "dict")
        if not is_read or key not in self._keys:
            raise self._kept(node, "dict")
        self.reads.append((node, whole, key))

    def _use_many(self, node: ast.expr, name: str) -> None:
        above = self._above[node]
        match above:
            case ast.For(target=target, iter=items) | ast.comprehension(target=target, iter=items):
                if items is node and isinstance(target, ast.Name):
                    self.follow(target.id, "one", target)
                    return
            case ast.Subscript(value=value, slice=ast.Slice(), ctx=ast.Load()) if value is node:
                self._use(above, "many", name)
                return
            case ast.Subscript(value=value, slice=index, ctx=ast.Load()) if value is node:
                if _is_number(index):
                    self._use(above, "one", name)
                    return
            case ast.Call(func=ast.Name(id=called), args=[_], keywords=[]):
                if self._is_counted(above, called, name):
                    return
            case ast.Attribute(attr="append") if name in self.own:
                self._append(above, node, name)
                return
        raise self._kept(node, "list of dicts")

    def _kept(self, node: ast.expr, what: str) -> KeptDict:
        return KeptDict(f"`{shown(self._above[node])}` needs a {what}")

    def _is_counted(self, call: ast.Call, called: str, name: str) -> bool:
        """Whether a built-in function takes the list, and only its dicts or their number."""
        if called in self._hidden:
            return False
        if called in _PARTS:
            self._use(call, "many", name)
            return True
        match self._above[call]:
            case (
                ast.For(target=ast.Tuple(elts=[_, ast.Name() as target]))
                | ast.comprehension(target=ast.Tuple(elts=[_, ast.Name() as target]))
            ) if called == "enumerate":
                self.follow(target.id, "one", target)
                return True
        return called == "len"

    def _append(self, method: ast.AST, node: ast.expr, name: str) -> None:
        call = self._above[method]
        match call:
            case ast.Call(func=func, args=[value], keywords=[]) if func is method:
                if isinstance(self._above[call], ast.Expr):
                    self.added.append(value)
                    return
        raise self._kept(node, "list of dicts")

    def _is_alias(self, node: ast.expr, shape: Shape) -> bool:
        above = self._above[node]
        match above:
            case ast.Assign(targets=[ast.Name() as target], value=value) if value is node:
                self.follow(target.id, shape, target)
                return True
        return False

    def _is_harmless(self, node: ast.expr, name: str) -> bool:
        """Whether a use is only a test, a line in a log, or the result of who made the value."""
        above = self._above[node]
        if self.stay_dicts and self._is_shown(node):
            return True
        match above:
            case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()], comparators=[other]):
                return left is node and isinstance(other, ast.Constant) and other.value is None
            case ast.Call(func=ast.Name(id="print")) if node in above.args:
                return "print" not in self._hidden and isinstance(self._above[above], ast.Expr)
            case ast.Call(func=ast.Attribute(attr=attr)) if node in above.args:
                is_statement = isinstance(self._above[above], ast.Expr)
                return is_statement and (attr in _LOGGING or self._is_added(above, name))
        if self._is_test(node):
            return True
        return name in self.own and any(map(_is_return, self._around(node)))

    def _is_shown(self, node: ast.expr) -> bool:
        """Whether a value is only written as a text, or counted."""
        match above := self._above[node]:
            case ast.FormattedValue():
                return True
            case ast.Call(func=ast.Name(id="print" | "str" | "repr" | "len" as called)):
                return node in above.args and called not in self._hidden
            case ast.Call(func=ast.Attribute(value=ast.Name(id="json" | "pprint"))):
                return node in above.args
        return False

    def _is_test(self, node: ast.AST) -> bool:
        """Whether only the truth of a value is asked: a model is as true as a dict with keys."""
        above = self._above[node]
        match above:
            case ast.BoolOp():
                return self._is_test(above)
            case ast.UnaryOp(op=ast.Not()):
                return True
            case ast.comprehension(ifs=tests):
                return node in tests
        return getattr(above, "test", None) is node

    def _is_added(self, call: Any, name: str) -> bool:
        """Whether a dict that the function made goes into its list, which `displays_of` reads."""
        func = call.func
        is_list = isinstance(func.value, ast.Name) and self._shapes.get(func.value.id) == "many"
        return is_list and func.attr == "append" and name in self.own

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The first node above that is no choice between two values."""
        above = self._above[node]
        while self._may_give(above, node):
            node, above = above, self._above[above]
        yield above

    def _may_give(self, above: ast.AST, node: ast.AST) -> bool:
        if isinstance(above, ast.BoolOp):
            return self.stay_dicts
        return isinstance(above, ast.IfExp) and above.test is not node


def _is_return(node: ast.AST) -> bool:
    return isinstance(node, ast.Return)


def _is_number(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=int()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return True
    return False


def shown(node: ast.AST) -> str:
    """Returns some code, cut at 40 characters."""
    text = ast.unparse(node)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 3]}..."
