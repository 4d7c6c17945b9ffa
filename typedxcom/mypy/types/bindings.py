"""What the names in a function stand for: its parameters, and names that are set once."""

from __future__ import annotations

from typing import Any, Final

from mypy.erasetype import erase_typevars
from mypy.nodes import (
    ARG_POS,
    AssignmentExpr,
    AssignmentStmt,
    CallExpr,
    DelStmt,
    DictExpr,
    Expression,
    ForStmt,
    FuncDef,
    IfStmt,
    IndexExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    RefExpr,
    ReturnStmt,
    StarExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    Var,
)
from mypy.server.subexpr import get_subexpressions
from mypy.types import CallableType, Type

from typedxcom.mypy import names
from typedxcom.mypy.features.statements import blocks_of
from typedxcom.mypy.types.site import unknown

__all__ = ["Bindings"]

# Python's own functions that do not change their arguments.
HARMLESS: Final = frozenset(
    {"builtins.print", "builtins.len", "builtins.str", "builtins.repr", "builtins.sum"}
    | {"builtins.min", "builtins.max", "builtins.any", "builtins.all", "builtins.bool"}
    | {"json.dumps", "builtins.isinstance", names.SDK_POKE}
)


class Bindings:
    """The names in the code of one function.

    Attributes:
        parameters: Variable -> what its annotation says.
        values: Variable -> what it is set to, for those that are set once.
        declared: Variable -> its annotation.
        seen: How often each variable appears in the code.
        explained: How often it appears where nothing happens to it.
        items: How often it appears where only its items are taken out: ``x["a"]``.
        added: Variable -> what ``x.append(...)`` puts into it.
        keyed: Variable -> the keys and values of each ``x["a"] = value``. The value of another
            assignment, such as ``x["a"] += 1``, is None.
        looped: Variable -> what a loop that sets it goes over.
        open: The parameters without annotation that are never set.
    """

    def __init__(self, func: FuncDef) -> None:
        self.parameters = _parameters(func)
        self.values: dict[Var, Expression | None] = {}
        self.declared: dict[Var, Type] = {}
        self.seen: dict[Var, int] = {}
        self.explained: dict[Var, int] = {}
        self.items: dict[Var, int] = {}
        self.added: dict[Var, list[Expression]] = {}
        self.keyed: dict[Var, list[tuple[str, Expression | None]]] = {}
        self.looped: dict[Var, Expression] = {}
        self.open = {
            one.variable
            for one in func.arguments
            if one.type_annotation is None and not one.kind.is_star()
        }
        self._read(func)

    def is_untouched(self, var: Var) -> bool:
        """Whether nothing can have changed the value of a variable since it was set."""
        return self.seen.get(var, 0) <= self.explained.get(var, 0)

    def keeps_items(self, var: Var) -> bool:
        """Whether nothing can have changed which items the value of a variable has."""
        return self.seen.get(var, 0) <= self.explained.get(var, 0) + self.items.get(var, 0)

    def _read(self, func: FuncDef) -> None:
        body = func.body
        for expr in get_subexpressions(body):
            if isinstance(expr, NameExpr) and isinstance(expr.node, Var):
                self.seen[expr.node] = self.seen.get(expr.node, 0) + 1
            elif isinstance(expr, CallExpr) and (owner := _appended_to(expr)) is not None:
                self.added.setdefault(owner, []).append(expr.args[0])
                self.explained[owner] = self.explained.get(owner, 0) + 1
            elif isinstance(expr, CallExpr) and _is_harmless(expr):
                for arg in expr.args:
                    self._explain(arg)
            elif isinstance(expr, AssignmentExpr):
                self._bind(expr.target, expr.value)
            elif isinstance(expr, IndexExpr):
                self._take(expr, 1)
        for statement in deep_statements(body.body):
            if isinstance(statement, AssignmentStmt):
                for target in statement.lvalues:
                    self._bind(target, statement.rvalue, statement.type)
                    self._take(target, -1)
                    self._set_key(target, statement.rvalue)
            elif isinstance(statement, OperatorAssignmentStmt):
                self._take(statement.lvalue, -1)
                self._set_key(statement.lvalue, None)
            elif isinstance(statement, DelStmt):
                self._take(statement.expr, -1)
            elif isinstance(statement, ForStmt):
                self._take(statement.index, -1)
                if isinstance(statement.index, NameExpr) and isinstance(statement.index.node, Var):
                    self.looped[statement.index.node] = statement.expr
            elif isinstance(statement, ReturnStmt) and statement.expr is not None:
                self._explain(statement.expr)
            elif isinstance(statement, IfStmt):
                for test in statement.expr:
                    asked = test.expr if isinstance(test, UnaryExpr) else test
                    self._explain(asked if isinstance(asked, NameExpr) else test)
        bound = _bindings(body)
        self.values = {
            var: value
            for var, value in self.values.items()
            if value is not None and bound.get(var) == 1 and var not in self.parameters
        }
        self.looped = {
            var: value
            for var, value in self.looped.items()
            if bound.get(var) == 1 and var not in self.parameters
        }
        for var in list(self.parameters):
            if bound.get(var):
                self.parameters[var] = unknown()
                self.open.discard(var)

    def _take(self, expr: Expression, count: int) -> None:
        """Counts ``x["a"]``, and takes back the count where it is set or deleted."""
        if isinstance(expr, (TupleExpr, ListExpr)):
            for item in expr.items:
                self._take(item, count)
        elif isinstance(expr, IndexExpr) and isinstance(expr.base, NameExpr):
            var = expr.base.node
            if isinstance(var, Var):
                self.items[var] = self.items.get(var, 0) + count

    def _set_key(self, target: Expression, value: Expression | None) -> None:
        if not isinstance(target, IndexExpr) or not isinstance(target.base, NameExpr):
            return
        var, key = target.base.node, target.index
        if isinstance(var, Var) and isinstance(key, StrExpr):
            self.keyed.setdefault(var, []).append((key.value, value))
            self.explained[var] = self.explained.get(var, 0) + 1

    def _bind(self, target: Expression, value: Expression, declared: Type | None = None) -> None:
        if isinstance(target, NameExpr) and isinstance(target.node, Var):
            self.values[target.node] = value
            self._explain(target)
            if declared is not None:
                self.declared[target.node] = declared

    def _explain(self, expr: Expression) -> None:
        if isinstance(expr, NameExpr) and isinstance(expr.node, Var):
            self.explained[expr.node] = self.explained.get(expr.node, 0) + 1
        elif isinstance(expr, DictExpr):
            for _, value in expr.items:
                self._explain(value)
        elif isinstance(expr, (ListExpr, TupleExpr)):
            for item in expr.items:
                self._explain(item)


def _parameters(func: FuncDef) -> dict[Var, Type]:
    """Returns the parameters' annotations, or ``Any`` for those without one and for stars."""
    signature = func.type
    types = signature.arg_types if isinstance(signature, CallableType) else []
    found: dict[Var, Type] = {}
    for place, argument in enumerate(func.arguments):
        single = argument.kind.is_positional() or argument.kind.is_named()
        optional = isinstance(argument.initializer, NameExpr)  # ``= None`` widens the annotation
        known = place < len(types) and single and not argument.kind.is_star() and not optional
        found[argument.variable] = erase_typevars(types[place]) if known else unknown()
    return found


def _bindings(body: Any) -> dict[Var, int]:
    """Returns variable -> how many times it is bound, by anything that binds a name."""
    found: dict[Var, int] = {}
    for var in _bound(body.body):
        found[var] = found.get(var, 0) + 1
    for expr in get_subexpressions(body):
        if isinstance(expr, AssignmentExpr) and isinstance(expr.target.node, Var):
            found[expr.target.node] = found.get(expr.target.node, 0) + 1
    return found


def _bound(statements: list[Any]) -> list[Var]:
    targets = [
        target for statement in deep_statements(statements) for target in targets_of(statement)
    ]
    return [one.node for one in targets if isinstance(one.node, Var)]


def targets_of(statement: Any) -> list[NameExpr]:
    """Returns the names in a statement that get a value."""
    found: list[Expression] = list(getattr(statement, "lvalues", ()))
    for name in ("lvalue", "index"):
        target = getattr(statement, name, None)
        found += [target] if isinstance(target, Expression) else []
    for target in (*getattr(statement, "target", ()), *getattr(statement, "vars", ())):
        found += [target] if isinstance(target, Expression) else []
    deleted = getattr(statement, "expr", None)
    if type(statement).__name__ == "DelStmt" and deleted is not None:
        found.append(deleted)
    # ``x.a = 1`` and ``x[k] = 1`` bind no name.
    flat: list[NameExpr] = []
    for target in found:
        inner = target.expr if isinstance(target, StarExpr) else target
        if isinstance(inner, (TupleExpr, ListExpr)):
            flat += [one for one in get_subexpressions(inner) if isinstance(one, NameExpr)]
        elif isinstance(inner, NameExpr):
            flat.append(inner)
    return flat


def deep_statements(statements: list[Any]) -> list[Any]:
    """Returns the statements of a body, including those of the functions inside it."""
    found: list[Any] = []
    for statement in statements:
        found.append(statement)
        for block in blocks_of(statement):
            found += deep_statements(block.body)
    return found


def _appended_to(call: CallExpr) -> Var | None:
    """Returns the variable of ``x.append(value)``."""
    callee = call.callee
    if not isinstance(callee, MemberExpr) or callee.name != "append" or len(call.args) != 1:
        return None
    target = callee.expr.node if isinstance(callee.expr, NameExpr) else None
    return target if isinstance(target, Var) and call.arg_kinds[0] is ARG_POS else None


def _is_harmless(call: CallExpr) -> bool:
    callee = call.callee
    if isinstance(callee, MemberExpr) and isinstance(callee.expr, StrExpr):
        return True  # an f-string
    return isinstance(callee, RefExpr) and callee.fullname in HARMLESS
