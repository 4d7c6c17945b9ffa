"""Finds the ids of the tasks that a file makes, as far as its code shows them.

Only code that runs while the DAG is parsed makes tasks: the module's own, that of DAG functions and
of task groups, and that of the functions they call. If anything there could make a task whose id
cannot be seen, the ids are not `whole`, and nothing is said about an id that is missing.
"""

from __future__ import annotations

import datetime
import io
import logging
import pathlib
import re
from typing import Final

from mypy.nodes import (
    ARG_STAR2,
    CallExpr,
    ClassDef,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    OverloadedFuncDef,
    RefExpr,
    Statement,
    StrExpr,
    TypeInfo,
    WithStmt,
)
from mypy.server.subexpr import get_subexpressions

from typedxcom.mypy import names
from typedxcom.mypy.features.statements import blocks_of, expressions_of
from typedxcom.mypy.types.imports import is_library
from typedxcom.mypy.types.site import Site

__all__ = ["DAG_NAMES", "GROUP_NAMES", "OUR_TASK", "TASK_NAMES", "TaskIds", "decorator_name"]

OUR_TASK: Final = f"{names.PUBLIC}.task"
TASK_NAMES: Final = (OUR_TASK, f"{names.SDK}.definitions.decorators.task")
DAG_NAMES: Final = (names.DAG_FUNCTION, names.SDK_DAG_FUNCTION)
GROUP_NAMES: Final = (names.GROUP_FUNCTION, names.SDK_GROUP_FUNCTION)
MAPPING: Final = ("expand", "expand_kwargs")
OF_TASKS: Final = (*MAPPING, "partial", "override")
BRANCH_OPERATORS: Final = frozenset(
    {"BranchExternalPythonOperator", "BranchPythonOperator", "BranchPythonVirtualenvOperator"}
)
# Settings that do not change what a task pushes.
UNRELATED: Final = frozenset(
    {"execution_timeout", "pool", "priority_weight", "queue", "retries", "retry_delay"}
    | {"task_display_name", "task_id", "trigger_rule"}
)
# Methods of outputs. They make no task.
_OF_OUTPUTS: Final = frozenset(
    {"as_setup", "as_teardown", "cli", "concat", "map", "set_downstream", "set_upstream", "test"}
    | {"zip"}
)
# Of what else stands in a DAG file: texts, numbers, collections, dates, files and logs.
_PLAIN: Final = (
    *(bool, bytes, dict, float, int, list, set, str, tuple),
    *(datetime.date, datetime.datetime, datetime.timedelta),
    *(io.BufferedReader, io.TextIOWrapper, logging.Logger, pathlib.Path, re.Match, re.Pattern),
)
HARMLESS: Final = _OF_OUTPUTS.union(
    name for kind in _PLAIN for name in dir(kind) if not name.startswith("_")
)
# How the classes of Airflow are called that are or make tasks.
_NODES: Final = ("DAG", "Dag", "Group", "Operator", "Sensor")
_NODE_CLASSES: Final = (names.SDK_NODE, names.SDK_DAG)


class TaskIds:
    """The tasks that a file makes.

    Attributes:
        known: All ids that can be seen, with the names of groups in front, as Airflow has them.
        groups: The ids of all task groups that can be seen.
        makers: Id -> the decorated function whose single task has it, and no other task.
        operators: Id -> the call of the classic operator that makes it, and no other task.
        mapped: The ids of mapped tasks among them.
        readers: The functions that run as tasks -> whether that is a task of ours.
        bodies: The same, of all DAGs, where `readers` has those of a file with one DAG alone.
        runs: The same -> the name of one task that runs it.
        branches: The functions that choose tasks -> the name of the task that runs them.
        whole: Whether there is a DAG, and no task with an id that cannot be seen.
    """

    def __init__(self, site: Site) -> None:
        self.known: set[str] = set()
        self.groups: set[str] = set()
        self.makers: dict[str, Decorator | None] = {}
        self.operators: dict[str, CallExpr] = {}
        self.mapped: set[str] = set()
        self.readers: dict[FuncDef, bool] = {}
        self.runs: dict[FuncDef, str] = {}
        self.branches: dict[FuncDef, str] = {}
        self.whole = True
        self._dags = 0
        self._site = site
        self._entered: set[tuple[FuncDef, str | None]] = set()
        self._prefix: str | None = ""  # of the group whose tasks are read; None if not known
        self._is_mapped = False
        self._statements(site.api.tree.defs)
        self.bodies = tuple(self.readers)
        if not self._dags:  # another file calls what is here
            self.whole = False
        if self._dags != 1:  # another DAG may have a task of the same id
            self.makers.clear()
            self.operators.clear()
            self.readers.clear()

    @classmethod
    def of(cls, site: Site) -> TaskIds:
        """Returns the ids of a file, which is read once."""
        if site.task_ids is None:
            site.task_ids = cls(site)
        found: TaskIds = site.task_ids
        return found

    def _statements(self, body: list[Statement]) -> None:
        for statement in body:
            if isinstance(statement, Decorator):
                self._decorated(statement)
            elif isinstance(statement, OverloadedFuncDef):
                self.whole = False
            elif isinstance(statement, WithStmt) and any(map(_is_group, statement.expr)):
                self._with_groups(statement)
            elif not isinstance(statement, (FuncDef, ClassDef)):
                for expr in expressions_of(statement):
                    self._expression(expr)
                for block in blocks_of(statement):
                    self._statements(block.body)

    def _decorated(self, decorated: Decorator) -> None:
        kinds = [decorator_name(one) for one in decorated.original_decorators]
        if any(kind in TASK_NAMES for kind in kinds):
            return  # its tasks are made where it is called
        self._dags += sum(kind in DAG_NAMES for kind in kinds)
        inside = any(kind in GROUP_NAMES for kind in kinds)
        if not all(kind in (*DAG_NAMES, *GROUP_NAMES) for kind in kinds):
            self.whole = False
        if not inside:  # the tasks of a group are made where it is called
            self._statements(decorated.func.body.body)

    # Groups --------------------------------------------------------------------------------------

    def _with_groups(self, statement: WithStmt) -> None:
        """Reads ``with TaskGroup("group"):``."""
        before = self._prefix
        for expr in statement.expr:
            if not isinstance(expr, CallExpr) or not _is_group(expr):
                self._expression(expr)
                continue
            given = _given(expr, "group_id")
            if given is None and expr.arg_names[:1] == [None]:
                given = expr.args[0]
            self._enter(given.value if isinstance(given, StrExpr) else None, [expr])
        self._statements(statement.body.body)
        self._prefix = before

    def _group(self, decorated: Decorator, override: CallExpr | None, call: CallExpr) -> None:
        """Reads the tasks of a group, where it is called."""
        func = decorated.func
        before, is_mapped = self._prefix, self._is_mapped
        settings = [override] if override is not None else []
        settings += [one for one in decorated.original_decorators if isinstance(one, CallExpr)]
        given = next((one for one in (_given(each, "group_id") for each in settings) if one), None)
        literal = given.value if isinstance(given, StrExpr) else None
        self._enter(func.name if given is None else literal, settings)
        callee = call.callee
        if isinstance(callee, MemberExpr) and callee.name in MAPPING:
            self._is_mapped = True
        if (func, self._prefix) not in self._entered:
            self._entered.add((func, self._prefix))
            self._statements(func.body.body)
        self._prefix, self._is_mapped = before, is_mapped

    def _enter(self, group_id: str | None, settings: list[CallExpr]) -> None:
        """Puts the name of a group in front of the ids that come now."""
        words = [_given(one, "prefix_group_id") for one in settings]
        is_open = any(ARG_STAR2 in one.arg_kinds for one in settings)
        if group_id is None or is_open or any(words) or self._prefix is None:
            self.whole, self._prefix = False, None
            return
        whole, count = f"{self._prefix}{group_id}", 0
        while whole in self.groups:  # the second call of a function makes another group
            count += 1
            whole = f"{self._prefix}{group_id}__{count}"
        self.groups.add(whole)
        self._prefix = f"{whole}."

    # Calls ---------------------------------------------------------------------------------------

    def _expression(self, expr: Expression) -> None:
        for one in get_subexpressions(expr):
            if isinstance(one, CallExpr):
                self._call(one)

    def _call(self, call: CallExpr) -> None:
        callee = call.callee
        made = self._made(callee)
        if made is not None and self._is_task(made[0]):
            self._task(*made, call)
        elif made is not None:
            self._group(*made, call)
        elif self._is_step(callee):
            pass  # of a task that another call makes, or of an operator
        elif (task_id := _given(call, "task_id")) is not None:
            literal = task_id.value if isinstance(task_id, StrExpr) else None
            whole = f"{self._prefix}{literal}"
            if whole not in self.known and isinstance(callee, RefExpr) and not self._is_mapped:
                self.operators[whole] = call
            self._add(None if _given(call, "task_group") else literal, None)
            function = _given(call, "python_callable")
            if isinstance(function, NameExpr) and isinstance(function.node, FuncDef):
                self.readers.setdefault(function.node, False)
                self.runs[function.node] = getattr(task_id, "value", function.name)
                if _name_of(callee) in BRANCH_OPERATORS:
                    self.branches[function.node] = self.runs[function.node]
        elif isinstance(callee, RefExpr) and callee.node is not None:
            self._other(callee, call)
        elif not (isinstance(callee, MemberExpr) and self._is_plain_method(callee)):
            self.whole = False

    def _is_plain_method(self, callee: MemberExpr) -> bool:
        """Whether a method is of a plain value, or of something harmless: ``today("UTC").add``."""
        if callee.name in HARMLESS:
            return True
        root: Expression = callee
        while isinstance(root, (MemberExpr, CallExpr)):
            root = root.expr if isinstance(root, MemberExpr) else root.callee
            if isinstance(root, RefExpr) and root.node is not None:
                return self._is_harmless(root.fullname)
        return False

    def _task(self, decorated: Decorator, override: CallExpr | None, call: CallExpr) -> None:
        callee = call.callee
        is_mapped = isinstance(callee, MemberExpr) and callee.name in MAPPING
        task_id = _id_of(decorated, override)
        self.readers[decorated.func] = any(
            decorator_name(one) == OUR_TASK for one in decorated.original_decorators
        )
        self.runs.setdefault(decorated.func, decorated.func.name)
        if any(_is_branch(one) for one in decorated.original_decorators):
            self.branches[decorated.func] = decorated.func.name
        self._add(task_id, None if _changes_value(override) else decorated, is_mapped=is_mapped)

    def _add(
        self, task_id: str | None, maker: Decorator | None, *, is_mapped: bool = False
    ) -> None:
        if task_id is None or self._prefix is None:
            self.whole = False
            return
        task_id, maker = self._prefix + task_id, None if self._is_mapped else maker
        # The second call of the same function makes a task with a number behind the id.
        is_same = self.makers.get(task_id) is maker and (task_id in self.mapped) == is_mapped
        self.makers[task_id] = maker if is_same or task_id not in self.known else None
        if task_id in self.known:
            self.operators.pop(task_id, None)
        self.known.add(task_id)
        if is_mapped:
            self.mapped.add(task_id)

    def _other(self, callee: RefExpr, call: CallExpr) -> None:
        """Looks at a call that makes no task itself, as far as that is known."""
        node = callee.node
        if isinstance(node, TypeInfo):
            if node.fullname == names.SDK_DAG:
                self._dags += 1
            elif ARG_STAR2 in call.arg_kinds or not self._is_harmless_class(node):
                self.whole = False
            elif node.name == _GROUP:
                self.whole = False  # someone may enter it later
        elif isinstance(node, FuncDef) and self._site.defines(node):
            if (node, self._prefix) not in self._entered:
                self._entered.add((node, self._prefix))
                self._statements(node.body.body)
        elif isinstance(node, Decorator) and self._site.defines(node.func):
            pass  # a DAG or a group, whose body is read where it stands
        elif not self._is_harmless(callee.fullname):
            self.whole = False

    def _is_harmless_class(self, info: TypeInfo) -> bool:
        """Whether a class is of a library, and is no task, group or DAG."""
        if self._is_harmless(info.fullname):
            return True
        found = self._site.api.modules.get(info.module_name)
        is_known = not info.fallback_to_any and not any(map(info.has_base, _NODE_CLASSES))
        return is_known and found is not None and is_library(found.path)

    def _is_harmless(self, fullname: str) -> bool:
        """Whether something is of the standard library, or of Airflow and no operator."""
        if fullname.startswith((f"{names.SDK}.", "pendulum.")):
            return True
        if fullname.startswith("airflow."):
            return not fullname.endswith(_NODES)
        module = fullname
        while module and module not in self._site.api.modules:
            module = module.rpartition(".")[0]
        found = self._site.api.modules.get(module)
        return found is not None and found.is_stub and is_library(found.path)

    def _made(self, callee: Expression) -> tuple[Decorator, CallExpr | None] | None:
        """Returns the task or group that ``callee(...)`` makes, and an ``override(...)`` before."""
        if isinstance(callee, MemberExpr) and callee.name in ("partial", "override"):
            return None
        override = None
        while not isinstance(callee, NameExpr):
            if isinstance(callee, MemberExpr) and callee.name in OF_TASKS:
                callee = callee.expr
            elif isinstance(callee, CallExpr) and isinstance(callee.callee, MemberExpr):
                if callee.callee.name == "override":
                    override = override or callee
                callee = callee.callee
            else:
                return None
        node = callee.node
        if not isinstance(node, Decorator) or not (self._is_task(node) or self._is_group(node)):
            return None
        return node, override

    def _is_step(self, callee: Expression) -> bool:
        """Whether this is ``step.partial`` or ``step.override``, which make no task yet."""
        if not isinstance(callee, MemberExpr) or callee.name not in OF_TASKS:
            return False
        root: Expression = callee
        while isinstance(root, (MemberExpr, CallExpr)):
            root = root.expr if isinstance(root, MemberExpr) else root.callee
        if not isinstance(root, RefExpr):
            return False
        if isinstance(root.node, Decorator):
            return self._is_task(root.node) or self._is_group(root.node)
        # `Operator.partial(task_id=...)` has made the task's id known.
        return isinstance(root.node, TypeInfo) and callee.name in MAPPING

    def _is_task(self, decorated: Decorator) -> bool:
        return self._is_under(decorated, TASK_NAMES)

    def _is_group(self, decorated: Decorator) -> bool:
        return self._is_under(decorated, GROUP_NAMES)

    def _is_under(self, decorated: Decorator, names_: tuple[str, ...]) -> bool:
        """Whether it is made in this file. mypy's cache keeps no decorators of other files."""
        return self._site.defines(decorated.func) and any(
            decorator_name(one) in names_ for one in decorated.original_decorators
        )


def decorator_name(expr: Expression) -> str:
    """Returns the full name of a decorator: that of ``task`` for ``@task.branch(retries=1)``."""
    while isinstance(expr, CallExpr):
        expr = expr.callee
    owner = expr.expr if isinstance(expr, MemberExpr) else None
    if isinstance(owner, RefExpr) and owner.fullname in TASK_NAMES:
        return owner.fullname
    return expr.fullname if isinstance(expr, RefExpr) else ""


def _name_of(callee: Expression) -> str:
    return callee.fullname.rpartition(".")[2] if isinstance(callee, RefExpr) else ""


def _is_branch(decorator: Expression) -> bool:
    """Whether this is ``task.branch``, or one of its relatives, of ours or of Airflow's."""
    while isinstance(decorator, CallExpr):
        decorator = decorator.callee
    return (
        isinstance(decorator, MemberExpr)
        and decorator.name in names.BRANCHES
        and decorator_name(decorator) in TASK_NAMES
    )


def _is_group(expr: Expression) -> bool:
    callee = expr.callee if isinstance(expr, CallExpr) else None
    return isinstance(callee, (NameExpr, MemberExpr)) and callee.name == _GROUP


_GROUP: Final = "TaskGroup"


def _id_of(decorated: Decorator, override: CallExpr | None) -> str | None:
    """Returns the id of the task that a call makes, or None where it is computed."""
    settings = [override] if override is not None else []
    settings += [one for one in decorated.original_decorators if isinstance(one, CallExpr)]
    for call in settings:
        if ARG_STAR2 in call.arg_kinds:
            return None
        task_id = _given(call, "task_id")
        if task_id is not None:
            return task_id.value if isinstance(task_id, StrExpr) else None
    return decorated.func.name


def _changes_value(override: CallExpr | None) -> bool:
    """Whether ``override(...)`` may change what the task pushes."""
    return override is not None and not UNRELATED.issuperset(override.arg_names)


def _given(call: CallExpr, name: str) -> Expression | None:
    pairs = zip(call.arg_names, call.args, strict=True)
    return next((expr for given, expr in pairs if given == name), None)
