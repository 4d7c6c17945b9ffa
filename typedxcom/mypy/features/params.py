"""Reports reads of parameters that a typed DAG does not have, such as ``params["limmit"]``.

The check of the whole DAG finds them everywhere. The plugin finds them in the tasks of one file, as
far as its code shows which DAG a task is in, and in the templates that the DAG gives to its tasks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Decorator,
    DictExpr,
    Expression,
    FuncDef,
    ListExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    Statement,
    StrExpr,
    TupleExpr,
    TypeInfo,
)
from mypy.server.subexpr import get_subexpressions
from mypy.types import Type

from typedxcom.mypy.codes import XCOM_PARAM
from typedxcom.mypy.features.models import model_problems
from typedxcom.mypy.features.operators import is_operator, settings_of
from typedxcom.mypy.features.reads import Read, reads_in, reads_in_text
from typedxcom.mypy.features.statements import all_statements, expressions_of
from typedxcom.mypy.guard import unfiltered
from typedxcom.mypy.types.ids import (
    DAG_NAMES,
    GROUP_NAMES,
    OUR_TASK,
    TASK_NAMES,
    TaskIds,
    decorator_name,
)
from typedxcom.mypy.types.params import ParamNames, dag_names, dag_parameters
from typedxcom.mypy.types.site import Site
from typedxcom.nearness import nearest

__all__ = ["check_params"]

_OWN: Final = ("params", "default_args")  # arguments that give a task params of its own
_STEPS: Final = ("partial", "expand", "override")


def check_params(site: Site, decorated: Decorator, made: Type) -> None:
    """Reports what the tasks of a typed DAG read that is no parameter of it.

    Args:
        site: The file.
        decorated: The function of the DAG.
        made: Its type.
    """
    known = dag_names(made, site.api.tree)
    if known is None or not any(map(site.mentions, _WORDS)):
        return
    parts = _Parts.of(decorated.func)
    own = _own_names(site, decorated, parts.calls)
    if own is None:
        return
    dag = decorated.func.name
    names = ParamNames(known.names | own, known.is_sure)
    parameters = {one.name: one.type for one in dag_parameters(made) or () if one.name not in own}
    with unfiltered(site.api):
        for func in parts.typed:
            if not _is_given(func, parts.calls):
                for sentence, where in model_problems(site, func, dag, names, parameters):
                    site.fail(sentence, where, XCOM_PARAM)
        for read in _reads(site, parts):
            text = _wrong(dag, read, names)
            if text is not None:
                site.fail(text, read.where, XCOM_PARAM)


# A file that reads a parameter has one of these.
_WORDS: Final = (b"params[", b"params.", b"params:", b'params"]', b".conf")


class _Parts(NamedTuple):
    """What a DAG's function has in it.

    Attributes:
        readers: The functions that run as its tasks.
        typed: Those among them that are tasks of ours.
        calls: The calls that are made while the DAG is parsed.
    """

    readers: list[FuncDef]
    typed: list[FuncDef]
    calls: list[CallExpr]

    @classmethod
    def of(cls, func: FuncDef) -> _Parts:
        found = cls([], [], [])
        found.fill(func.body.body)
        return found

    def fill(self, body: list[Statement]) -> None:
        for statement in all_statements(body):
            for expr in expressions_of(statement):
                self._note_calls(expr)
            if isinstance(statement, Decorator):
                kinds = {decorator_name(one) for one in statement.original_decorators}
                for one in statement.original_decorators:
                    self._note_calls(one)
                if kinds & set(TASK_NAMES):
                    self.readers.append(statement.func)
                    if OUR_TASK in kinds:
                        self.typed.append(statement.func)
                elif kinds & set(GROUP_NAMES):
                    self.fill(statement.func.body.body)

    def _note_calls(self, expr: Expression) -> None:
        self.calls.extend(one for one in get_subexpressions(expr) if isinstance(one, CallExpr))


def _own_names(site: Site, decorated: Decorator, calls: list[CallExpr]) -> frozenset[str] | None:
    """Returns names that some task, or Airflow's own Params, have beside the typed parameters.

    Returns:
        The names; None if not all of them stand in the code.
    """
    found: set[str] = set()
    whole = [one for one in decorated.original_decorators if isinstance(one, CallExpr)]
    for call in whole:
        if decorator_name(call) in DAG_NAMES and None in call.arg_names[1:]:
            return None  # ``**options``
    for call in [*whole, *calls]:
        for name, value in zip(call.arg_names, call.args, strict=True):
            if name not in _OWN or (
                isinstance(value, RefExpr) and isinstance(value.node, TypeInfo)
            ):
                continue  # a model, whose fields are known
            keys = _keys(site, value)
            if keys is None or (name == "default_args" and "params" in keys):
                return None
            found |= keys if name == "params" else set()
    return frozenset(found)


def _keys(site: Site, value: Expression) -> set[str] | None:
    """Returns the keys of a dict that stands in the code."""
    if isinstance(value, RefExpr):
        value = _assigned(site, value) or value
    if not isinstance(value, DictExpr):
        return None
    keys = [key.value for key, _ in value.items if isinstance(key, StrExpr)]
    return set(keys) if len(keys) == len(value.items) else None


def _assigned(site: Site, name: RefExpr) -> Expression | None:
    """Returns what the file itself assigns to a name, once."""
    found = [
        statement.rvalue
        for statement in site.api.tree.defs
        if isinstance(statement, AssignmentStmt)
        for one in statement.lvalues
        if isinstance(one, NameExpr) and one.node is name.node
    ]
    return found[0] if len(found) == 1 else None


def _reads(site: Site, parts: _Parts) -> Iterator[Read]:
    # Tasks outside of the function are known where the file has no other DAG.
    for func in dict.fromkeys([*parts.readers, *TaskIds.of(site).readers]):
        if not _is_given(func, parts.calls):
            yield from reads_in(func)
    for call in parts.calls:
        for text in _templates(site, call):
            yield from reads_in_text(text)


def _is_given(func: FuncDef, calls: list[CallExpr]) -> bool:
    """Whether a call may give the parameters that Airflow would fill."""
    return any(
        name in ("params", "dag_run") and decorator_of(call) is func
        for call in calls
        for name in call.arg_names
    )


def decorator_of(call: CallExpr) -> FuncDef | None:
    """Returns the function of the task that a call makes."""
    callee = call.callee
    while isinstance(callee, (MemberExpr, CallExpr)):
        callee = callee.expr if isinstance(callee, MemberExpr) else callee.callee
    node = callee.node if isinstance(callee, RefExpr) else None
    return node.func if isinstance(node, Decorator) else None


def _templates(site: Site, call: CallExpr) -> Iterator[StrExpr]:
    """The literal texts that a call gives to a task to render."""
    texts = [
        (name, one)
        for name, expr in zip(call.arg_names, call.args, strict=True)
        for one in _texts(expr)
        if "{{" in one.value or "{%" in one.value
    ]
    if not texts:
        return
    callee = call.callee
    if isinstance(callee, MemberExpr) and callee.name in _STEPS:
        callee = callee.expr
    if isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo):
        if is_operator(callee.node):
            settings = settings_of(site)
            yield from (one for name, one in texts if name not in settings)
    elif _is_task(callee):
        yield from (one for _, one in texts)


def _is_task(callee: Expression) -> bool:
    while isinstance(callee, (MemberExpr, CallExpr)):
        callee = callee.expr if isinstance(callee, MemberExpr) else callee.callee
    node = callee.node if isinstance(callee, RefExpr) else None
    return isinstance(node, Decorator) and any(
        decorator_name(one) in TASK_NAMES for one in node.original_decorators
    )


def _texts(expr: Expression) -> Iterator[StrExpr]:
    if isinstance(expr, StrExpr):
        yield expr
    elif isinstance(expr, (ListExpr, TupleExpr)):
        for one in expr.items:
            yield from _texts(one)
    elif isinstance(expr, DictExpr):
        for _, one in expr.items:
            yield from _texts(one)


def _wrong(dag: str, read: Read, known: ParamNames) -> str | None:
    """Returns what is wrong with a read, or None."""
    if read.name in known.names:
        return None
    text = f'DAG "{dag}" has no parameter "{read.name}"'
    if (meant := nearest(read.name, sorted(known.names))) is not None:
        return f'{text}: did you mean "{meant}"?'
    if read.is_asked or not known.is_sure:
        return None
    has = ", ".join(f'"{name}"' for name in sorted(known.names))
    return f"{text}: it has {has}"
