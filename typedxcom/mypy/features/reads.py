"""Finds reads of a DAG's parameters: in the code of a task, and in a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from mypy.nodes import (
    ARG_STAR2,
    AssignmentStmt,
    CallExpr,
    ComparisonExpr,
    Context,
    DelStmt,
    Expression,
    ForStmt,
    FuncDef,
    IndexExpr,
    Lvalue,
    MemberExpr,
    NameExpr,
    OperatorAssignmentStmt,
    RefExpr,
    Statement,
    StrExpr,
    TryStmt,
    TupleExpr,
    Var,
    WithStmt,
)
from mypy.server.subexpr import get_subexpressions
from mypy.types import AnyType, CallableType, Instance, Type, get_proper_type

from typedxcom.mypy.features.statements import all_statements

__all__ = ["Read", "reads_in", "reads_in_text"]

_PARAMS: Final = "params"
_CONTEXT: Final = "get_current_context"
# Types of a parameter ``params`` that do not give the names in it.
_DICTS: Final = frozenset(
    {"builtins.dict", "typing.Mapping", "typing.MutableMapping"}
    | {"airflow.sdk.definitions.param.ParamsDict", "builtins.object"}
)


class Read(NamedTuple):
    """One read of a parameter by its name.

    Attributes:
        name: The name.
        where: The expression.
        is_asked: Whether the code expects that it may be missing, as with ``.get``.
    """

    name: str
    where: Context
    is_asked: bool = False


def reads_in(func: FuncDef) -> Iterator[Read]:
    """The reads in the code of a task whose keys are literals."""
    found = list(get_subexpressions(func.body))
    statements = all_statements(func.body.body)
    means = _Meanings(func, statements)
    tested = {key for one in found for key in _tested(one)}
    is_caught = any(isinstance(one, TryStmt) for one in statements)
    stored = {id(one) for statement in statements for one in _stored(statement)}
    for expr in found:
        match expr:
            case IndexExpr(base=owner, index=StrExpr(value=key)) if id(expr) not in stored:
                if means.params(owner):
                    yield Read(key, expr, is_caught or key in tested)
            case CallExpr(callee=MemberExpr(expr=owner, name="get"), args=[StrExpr(value=key), *_]):
                if means.params(owner):
                    yield Read(key, expr, is_asked=True)


def _tested(expr: Expression) -> Iterator[str]:
    """The keys that ``"key" in params`` tests."""
    if isinstance(expr, ComparisonExpr) and {"in", "not in"} & set(expr.operators):
        yield from (one.value for one in expr.operands if isinstance(one, StrExpr))


def _stored(statement: Statement) -> Iterator[Expression]:
    """What a statement stores to or deletes."""
    todo: list[Lvalue | Expression | None] = []
    if isinstance(statement, AssignmentStmt):
        todo += statement.lvalues
    elif isinstance(statement, DelStmt):
        todo.append(statement.expr)
    elif isinstance(statement, ForStmt):
        todo.append(statement.index)
    elif isinstance(statement, WithStmt):
        todo += statement.target
    elif isinstance(statement, OperatorAssignmentStmt):
        todo.append(statement.lvalue)
    for one in todo:  # the list grows meanwhile
        if isinstance(one, TupleExpr):
            todo += one.items
        elif isinstance(one, Expression):
            yield one


class _Meanings:
    """What the names in a task's code mean: its context, or the parameters in it.

    A variable that the code assigns once has the meaning of what it is assigned.
    """

    def __init__(self, func: FuncDef, statements: list[Statement]) -> None:
        stores = [
            one.node
            for statement in statements
            for one in _stored(statement)
            if isinstance(one, NameExpr)
        ]
        self._vars: dict[Var, str] = {}  # to "context", "params" or "dag_run"
        types = func.type.arg_types if isinstance(func.type, CallableType) else []
        for place, argument in enumerate(func.arguments):
            name, variable = argument.variable.name, argument.variable
            if variable in stores:
                continue
            if argument.kind is ARG_STAR2:
                self._vars[variable] = "context"
            elif name == "dag_run" or (name == _PARAMS and _is_open(types[place : place + 1])):
                self._vars[variable] = name
        for statement in statements:
            if isinstance(statement, AssignmentStmt):
                self._note(statement, stores)

    def _note(self, statement: AssignmentStmt, stores: Sequence[object]) -> None:
        for one in statement.lvalues:
            node = one.node if isinstance(one, NameExpr) else None
            meaning = self._of(statement.rvalue)
            if isinstance(node, Var) and meaning and stores.count(node) == 1:
                self._vars[node] = meaning

    def params(self, expr: Expression) -> bool:
        """Whether it is the dict of the parameters, or the conf that the run was given."""
        return self._of(expr) == _PARAMS

    def _of(self, expr: Expression) -> str | None:
        match expr:
            case NameExpr(node=Var() as variable):
                return self._vars.get(variable)
            case IndexExpr(base=owner, index=StrExpr(value=("params" | "dag_run") as key)):
                return key if self._of(owner) == "context" else None
            case MemberExpr(expr=owner, name="conf"):
                return _PARAMS if self._of(owner) == "dag_run" else None
            case CallExpr(callee=RefExpr(fullname=name)) if name.endswith(f".{_CONTEXT}"):
                return "context"
        return None


def _is_open(types: list[Type]) -> bool:
    """Whether the type of a parameter leaves the names open."""
    found = get_proper_type(types[0]) if types else None
    if found is None or isinstance(found, AnyType):
        return True
    return isinstance(found, Instance) and found.type.fullname in _DICTS


_BLOCK: Final = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
_LOCAL: Final = re.compile(r"\{%-?\s*(?:raw|set|for|macro|import|from|with|call|block|include)\b")
_READ: Final = re.compile(
    r"(?<![\w.\]'\"])(?:params|dag_run\s*\.\s*conf)\s*"
    r"(?:\.\s*(?P<attr>[A-Za-z_]\w*)|\[\s*(?P<q>['\"])(?P<key>[^'\"]*)(?P=q)\s*\])"
    r"\s*(?P<after>\(\s*(?:(?P<p>['\"])(?P<asked>[^'\"]*)(?P=p))?|\||is\b)?"
)


def reads_in_text(text: StrExpr) -> Iterator[Read]:
    """The reads in a template. None if it has names of its own."""
    value = re.sub(r"\{#.*?#\}", "", text.value, flags=re.DOTALL)
    if _LOCAL.search(value):
        return
    for block in _BLOCK.finditer(value):
        for one in _READ.finditer(block[1] or block[2]):
            if (one["after"] or "").startswith("("):
                if one["attr"] == "get" and one["asked"] is not None:
                    yield Read(one["asked"], text, is_asked=True)
                continue
            yield Read(one["attr"] or one["key"], text, is_asked=bool(one["after"]))
