"""Finds reads of parameters that a DAG does not have, such as ``params["limmit"]``.

Only a DAG whose parameters have types is looked at, for only its author says what they are. A key
that is no literal is not followed. Code that expects that a name may be missing may ask for what
nobody declared, as ``.get`` does, so there only a name that resembles a parameter's is an error.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.airflow.params import params_of
from typedxcom.airflow.wiring.code import near
from typedxcom.airflow.wiring.edges import arguments_of, fields_of
from typedxcom.airflow.wiring.flows import operator_contract
from typedxcom.airflow.wiring.pulls import templates_in
from typedxcom.airflow.wiring.unwired import WrongPull
from typedxcom.inference.source import node_of, offset_of
from typedxcom.schema.nodes import Record

__all__ = ["wrong_params"]

_CONTEXT = "get_current_context"


@dataclass(frozen=True, slots=True)
class _Read:
    """One read of a parameter by its name."""

    name: str
    is_asked: bool = False  # it may be missing, as with `.get`
    line: int | None = None


def wrong_params(dag: Any) -> Iterator[WrongPull]:
    """The reads in *dag* of parameters that neither it nor the task has."""
    params = params_of(dag)
    if params is None:
        return
    for operator in dag.tasks:
        own = getattr(operator, "params", None) or {}
        known = sorted({*dag.params, *own, *params.names})
        function: Any = getattr(operator, "python_callable", None)
        for read in _in_body(operator, function):
            if (sentence := _wrong(dag, operator.task_id, read, known)) is not None:
                file = inspect.unwrap(function).__code__.co_filename
                yield WrongPull(operator.task_id, sentence, file, read.line)
        sentences = (_wrong(dag, operator.task_id, read, known) for read in _in_texts(operator))
        for sentence in dict.fromkeys(filter(None, sentences)):
            yield WrongPull(operator.task_id, sentence)


def _wrong(dag: Any, task_id: str, read: _Read, known: list[str]) -> str | None:
    if read.name in known:
        return None
    hint, params = near(read.name, known), params_of(dag)
    if not hint and (read.is_asked or (params is not None and params.is_open)):
        return None
    names = ", ".join(f"`{name}`" for name in known)
    return (
        f"{task_id} reads the parameter {read.name!r}, which the DAG {dag.dag_id!r} does not have: "
        f"it has {names}.{hint}"
    )


def _in_body(operator: Any, function: Any) -> list[_Read]:
    """The reads in the code of a task, in the order of their lines."""
    function = inspect.unwrap(function) if callable(function) else function
    node = node_of(function) if isinstance(function, types.FunctionType) else None
    if node is None or not hasattr(node, "args"):
        return []
    names = _Names.of(node, operator)
    offset = offset_of(function, node)
    parts = list(ast.walk(node))
    tested = {key for one in parts for key in _tested(one)}
    is_caught = any(isinstance(one, ast.Try) for one in parts)
    found = [
        _Read(key, is_asked or is_caught or key in tested, owner.lineno + offset)
        for one in parts
        for key, owner, is_asked in _keys(one)
        if names.is_params(owner)
    ]
    return sorted(found, key=lambda read: read.line or 0)


def _keys(node: ast.AST) -> Iterator[tuple[str, ast.expr, bool]]:
    """The literal key that *node* reads, what it reads it from, and whether by ``.get``."""
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(key)), ctx=ast.Load()):
            yield key, owner, False
        case ast.Call(
            func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=str(key)), *_]
        ):
            yield key, owner, True


def _tested(node: ast.AST) -> Iterator[str]:
    """The keys that ``"key" in params`` tests."""
    match node:
        case ast.Compare(left=ast.Constant(value=str(key)), ops=[ast.In() | ast.NotIn(), *_]):
            yield key


@dataclass(frozen=True)
class _Names:
    """The names in a function that mean Airflow's context, or a part of it.

    A name that the body assigns once means what it is assigned. Otherwise it may mean anything.

    Attributes:
        meanings: Name -> ``context``, ``params`` or ``dag_run``.
    """

    meanings: dict[str, str]

    @classmethod
    def of(cls, node: Any, operator: Any) -> _Names:
        stores = [
            one.id
            for one in ast.walk(node)
            if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
        ]
        given = {*stores, *(getattr(operator, "op_kwargs", None) or {})}
        parts = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        free = {one.arg for one in parts} - given
        contract = operator_contract(operator)
        if contract is not None and isinstance(contract.of_context("params").schema, Record):
            free.discard("params")  # a model, whose fields a type checker knows
        rest = node.args.kwarg.arg if node.args.kwarg is not None else None
        found = cls({name: name for name in ("params", "dag_run") if name in free})
        if rest is not None and rest not in given:
            found.meanings[rest] = "context"
        for one in ast.walk(node):
            if isinstance(one, ast.Assign) and (meaning := found.of_expression(one.value)):
                names = [target.id for target in one.targets if isinstance(target, ast.Name)]
                found.meanings.update((n, meaning) for n in names if stores.count(n) == 1)
        return found

    def is_params(self, node: ast.expr) -> bool:
        """Whether *node* is the dict of the parameters, or the conf that the run was given."""
        return self.of_expression(node) == "params"

    def of_expression(self, node: ast.expr) -> str | None:
        """What *node* means, if that is certain."""
        match node:
            case ast.Name(id=name):
                return self.meanings.get(name)
            case ast.Attribute(value=owner, attr="conf"):
                return "params" if self.of_expression(owner) == "dag_run" else None
            case ast.Subscript(
                value=owner, slice=ast.Constant(value=("params" | "dag_run") as key)
            ):
                return str(key) if self.of_expression(owner) == "context" else None
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return "context" if name == _CONTEXT else None
        return None


def _in_texts(operator: Any) -> Iterator[_Read]:
    """The reads in the templates of a task."""
    values = [argument.value for argument, _ in arguments_of(operator, operator_contract(operator))]
    given = getattr(operator, "partial_kwargs", None) or {}
    values.extend(given.get(name, getattr(operator, name, None)) for name in fields_of(operator))
    for value in values:
        for text in templates_in(value):
            yield from _in_text(text)


def _in_text(text: str) -> Iterator[_Read]:
    """The reads in one template; none where Jinja cannot read it."""
    if "params" not in text and "conf" not in text:
        return
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=False).parse(text)
    except TemplateSyntaxError:
        return
    local = {one.name for one in tree.find_all(nodes.Name) if one.ctx != "load"}
    asked = {id(one.node) for one in tree.find_all(nodes.Call)}
    checks: Any = tree.find_all((nodes.Filter, nodes.Test))
    guarded = {id(one.node) for one in checks}
    reads: Any = tree.find_all((nodes.Getattr, nodes.Getitem))
    for one in reads:
        key = one.attr if isinstance(one, nodes.Getattr) else getattr(one.arg, "value", None)
        if isinstance(key, str) and id(one) not in asked and _is_params(one.node, local, nodes):
            yield _Read(key, id(one) in guarded)
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "get" and call.args:
            key = getattr(call.args[0], "value", None)
            if isinstance(key, str) and _is_params(call.node.node, local, nodes):
                yield _Read(key, is_asked=True)


def _is_params(node: Any, local: set[str], nodes: Any) -> bool:
    if isinstance(node, nodes.Name):
        return node.name == "params" and node.name not in local
    return (
        isinstance(node, nodes.Getattr)
        and node.attr == "conf"
        and isinstance(node.node, nodes.Name)
        and node.node.name == "dag_run"
        and node.node.name not in local
    )
