"""Judges the usual statements of a DAG function without annotations, where mypy takes longer.

Most of such a body are tasks and plain calls of them. mypy infers them in general ways, and asks
the plugin on the way. Nobody sees what mypy itself finds there, so here the plugin does not ask it.
"""

from __future__ import annotations

from typing import Any, Final

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    LDEF,
    AssignmentExpr,
    AssignmentStmt,
    CallExpr,
    Decorator,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    Import,
    ImportFrom,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    NameExpr,
    NonlocalDecl,
    OpExpr,
    OverloadedFuncDef,
    PassStmt,
    RefExpr,
    ReturnStmt,
    Statement,
    StrExpr,
    TupleExpr,
    TypeInfo,
    Var,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    Type,
    UninhabitedType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features import chaining
from typedxcom.mypy.features.calls import Call
from typedxcom.mypy.features.decorators import boolean, decorated_task
from typedxcom.mypy.features.fast_path import (
    NEVER_OUTPUTS,
    fitting_arguments,
    is_literal_of,
    maps_plainly,
    sets_plainly,
)
from typedxcom.mypy.features.mapping import Mapping
from typedxcom.mypy.features.stubs import STUB
from typedxcom.mypy.types.bindings import deep_statements, targets_of
from typedxcom.mypy.types.outputs import output_of
from typedxcom.mypy.types.passed import called_with
from typedxcom.mypy.types.site import Site, inferred, unknown
from typedxcom.mypy.types.tasks import Tasklike, task_of

__all__ = ["left_for_mypy"]

# After any other statement, the next one may never run.
_GOES_ON: Final = frozenset({
    AssignmentStmt, Decorator, ExpressionStmt, ForStmt, FuncDef, Import, ImportFrom, PassStmt,
})  # fmt: skip
_BINDS_NOTHING: Final = frozenset({
    Decorator, ExpressionStmt, FuncDef, Import, ImportFrom, PassStmt, ReturnStmt,
})  # fmt: skip
# Class of a decorator -> whether it is Airflow's own.
_DECORATORS: Final = {names.SDK_DECORATORS: True, names.DECORATORS: False, names.DECORATOR: False}
_GROUPS: Final = {names.SDK_GROUP_FUNCTION: True, names.GROUP_FUNCTION: False}
_KINDS: Final = frozenset({"branch", "short_circuit"})  # they take the same as `@task` itself
_CHAIN: Final = f"{names.SDK}.bases.operator.chain"
_ORDERING: Final = (">>", "<<")
_LITERALS: Final = {StrExpr: "str", IntExpr: "int"}


def left_for_mypy(site: Site, func: FuncDef) -> list[Statement]:
    """Judges what it can, and returns the other statements of a body in their order.

    Args:
        site: The file.
        func: The function. mypy knows the type of none of its names yet.
    """
    body = func.body.body
    usual = _Usual(site, func)
    left: list[Statement] = []
    with site.api.scope.push_function(func):
        for place, statement in enumerate(body):
            if usual.fits(statement):
                usual.judge(statement)
            else:
                left.append(statement)
            if type(statement) not in _GOES_ON or _may_end(statement):
                left += body[place + 1 :]
                break
    inferred.types.clear()
    return left


def _may_end(statement: Statement) -> bool:
    """Whether a call may never return, such as ``sys.exit()``."""
    call = statement.expr if isinstance(statement, ExpressionStmt) else None
    callee = call.callee if isinstance(call, CallExpr) else None
    node = callee.node if isinstance(callee, RefExpr) else None
    signature = node.type if isinstance(node, FuncDef) else None
    if not isinstance(signature, CallableType):
        return False
    return isinstance(get_proper_type(signature.ret_type), UninhabitedType)


def _set_once(site: Site, func: FuncDef) -> set[int]:
    """Returns the ids of the variables in a body that are set in one place only."""
    statements = deep_statements(func.body.body)
    kinds = map(type, site.parts_of(func.body))
    if AssignmentExpr in kinds or NonlocalDecl in map(type, statements):
        return set()
    seen = {id(one.variable) for one in func.arguments}
    again: set[int] = set()
    for statement in statements:
        if type(statement) in _BINDS_NOTHING:
            continue
        for target in targets_of(statement):
            (again if id(target.node) in seen else seen).add(id(target.node))
    return seen - again


class _Usual:
    """The usual statements of one body. `fits` says whether all of one is clear without mypy.

    Attributes:
        known: The ids of the variables that have their type.
    """

    def __init__(self, site: Site, func: FuncDef) -> None:
        self.site = site
        self._once = _set_once(site, func)
        self.known: set[int] = set()
        for one in func.arguments:  # mypy gives them the same type
            one.variable.type, one.variable.is_ready = unknown(), True
            if id(one.variable) in self._once and not one.kind.is_star():
                self.known.add(id(one.variable))

    def fits(self, statement: Statement) -> bool:
        """Whether `judge` can judge a statement. Afterwards its names count as known."""
        asked = _FITS.get(type(statement))
        return asked is not None and asked(self, statement)

    def judge(self, statement: Any) -> None:
        """Reports what is wrong with a statement, and gives its names their types."""
        kind = type(statement)
        if kind is ExpressionStmt:
            self._judge_step(statement.expr)
        elif kind is AssignmentStmt:
            self._set(statement.lvalues[0], self._judge_value(statement.rvalue))
        elif kind is ReturnStmt:
            self._judge_value(statement.expr)
        elif kind is Decorator:
            _decorate(self.site, statement)
        elif kind is ForStmt:
            for one in statement.body.body:
                self.judge(one)

    def _set(self, target: Any, found: Type) -> None:
        node = target.node
        node.type, node.is_inferred, node.is_ready = found, True, True
        self.site.api.store_type(target, found)

    # Does it fit? --------------------------------------------------------------------------------

    def _is_usual_step(self, statement: ExpressionStmt) -> bool:
        """Whether it is a text, a usual call, or an order of these: ``a >> b``, ``chain(a, b)``."""
        expr = statement.expr
        kind = type(expr)
        if kind is StrExpr:
            return True
        if kind is CallExpr and _is_chain(expr):
            return all(map(self._is_order, expr.args))  # type: ignore[attr-defined]
        return kind in (CallExpr, OpExpr) and self._is_order(expr)

    def _is_order(self, expr: Expression) -> bool:
        kind = type(expr)
        if kind is OpExpr:
            parts: Any = (expr.left, expr.right)  # type: ignore[attr-defined]
            return expr.op in _ORDERING and all(map(self._is_order, parts))  # type: ignore[attr-defined]
        if kind is ListExpr:
            return all(map(self._is_order, expr.items))  # type: ignore[attr-defined]
        return self._is_value(expr) or self._task(expr) is not None

    def _is_usual_assignment(self, statement: AssignmentStmt) -> bool:
        target = statement.lvalues[0]
        if len(statement.lvalues) != 1 or not self._is_new(target):
            return False
        if statement.unanalyzed_type is not None or statement.is_final_def:
            return False
        if type(statement.rvalue) is NameExpr or not self._is_value(statement.rvalue):
            return False
        self.known.add(id(target.node))  # type: ignore[attr-defined]
        return True

    def _is_new(self, target: Expression) -> bool:
        if type(target) is not NameExpr or target.kind != LDEF:
            return False
        node = target.node
        return type(node) is Var and node.type is None and id(node) in self._once

    def _is_usual_loop(self, loop: ForStmt) -> bool:
        """Whether it is ``for table in ["a", "b"]:`` over usual statements."""
        items = loop.expr.items if isinstance(loop.expr, (ListExpr, TupleExpr)) else []
        kinds = set(map(type, items))
        if loop.is_async or loop.else_body or len(kinds) != 1 or not kinds <= _LITERALS.keys():
            return False
        if loop.unanalyzed_index_type is not None or not self._is_new(loop.index):
            return False
        index, before = loop.index, set(self.known)
        self._set(index, self.site.builtin(_LITERALS[kinds.pop()]))
        self.known.add(id(index.node))  # type: ignore[attr-defined]
        inside = loop.body.body
        if all(type(one) in _IN_LOOPS and self.fits(one) for one in inside):
            return True
        self.known = before
        index.node.type, index.node.is_ready = None, False  # type: ignore[attr-defined]
        return False

    def _is_value(self, expr: Expression | None) -> bool:
        """Whether it is a usual call, or a name or a key of what one gave."""
        kind = type(expr)
        if kind is NameExpr:
            return id(expr.node) in self.known  # type: ignore[union-attr]
        if kind is CallExpr:
            return self._is_usual_call(expr)  # type: ignore[arg-type]
        return kind is IndexExpr and self._is_key(expr)  # type: ignore[arg-type]

    def _is_key(self, expr: IndexExpr) -> bool:
        base = expr.base
        if type(expr.index) is not StrExpr or type(base) is not NameExpr:
            return False
        is_output = id(base.node) in self.known and not _is_plain(base.node)
        return is_output and expr.analyzed is None

    def _is_usual_call(self, call: CallExpr) -> bool:
        callee = call.callee
        if type(callee) is MemberExpr:
            return self._is_usual_mapping(call, callee)
        task = self._task(callee)
        parameters = None if task is None else task.usual
        if parameters is None or parameters.filled:
            return False
        given: set[int] = set()
        kinds = call.arg_kinds
        for place, expr in enumerate(call.args):
            if kinds[place] is ARG_NAMED:
                place = parameters.named.get(call.arg_names[place] or "", -1)
                if place < 0:
                    return False
            elif kinds[place] is not ARG_POS or place >= parameters.positional:
                return False
            if place in given or not self._is_usual_argument(expr, parameters.types[place]):
                return False
            given.add(place)
        return parameters.needed <= given

    def _is_usual_argument(self, expr: Expression, formal: Type) -> bool:
        """Whether it is an output, or a value that certainly fits."""
        kind = type(expr)
        if kind is NameExpr and (plain := _is_plain(expr.node)):  # type: ignore[attr-defined]
            known = id(expr.node) in self.known  # type: ignore[attr-defined]
            return known and (isinstance(plain, AnyType) or _takes(formal, plain))
        if kind in NEVER_OUTPUTS:
            is_any = isinstance(get_proper_type(formal), AnyType) and kind is not LambdaExpr
            return is_any or is_literal_of(expr, formal)
        return self._is_value(expr)

    def _is_usual_mapping(self, call: CallExpr, callee: MemberExpr) -> bool:
        """Whether it is ``task.expand(...)`` or ``task.partial(...).expand(...)``."""
        if callee.name != "expand" or not call.args:
            return False
        owner = callee.expr
        if type(owner) is CallExpr:
            first = owner.callee
            if type(first) is not MemberExpr or first.name != "partial":
                return False
            if not all(map(self._is_fixed, owner.args)) or set(owner.arg_kinds) - {ARG_NAMED}:
                return False
            owner = first.expr
        task = self._task(owner)
        if task is None or task.usual is None or task.group:
            return False
        return set(call.arg_kinds) == {ARG_NAMED} and all(
            type(one) in (NameExpr, CallExpr) and self._is_value(one) for one in call.args
        )

    def _is_fixed(self, expr: Expression) -> bool:
        kind = type(expr)
        return (kind in NEVER_OUTPUTS and kind is not LambdaExpr) or self._is_value(expr)

    def _task(self, name: Expression) -> Tasklike | None:
        """Returns the task that a decorated function is, ready for usual calls."""
        node = name.node if type(name) is NameExpr else None
        if type(node) is not Decorator or node.var.type is None or node in self.site.rebound:
            return None
        task = task_of(node.var.type)
        if task is None or task.note.kind == STUB:
            return None
        if task.usual is None:
            task.callee(self.site)
        return task

    # What is it? ---------------------------------------------------------------------------------

    def _judge_step(self, expr: Any) -> None:
        kind = type(expr)
        if kind is OpExpr:
            self._judge_step(expr.left)
            self._judge_step(expr.right)
        elif kind is ListExpr or (kind is CallExpr and _is_chain(expr)):
            for one in expr.items if kind is ListExpr else expr.args:
                self._judge_step(one)
        elif kind is NameExpr and (task := self._task(expr)) is not None:
            label, call = f"{task.label[0].upper()}{task.label[1:]}", f"{expr.name}()"
            text = f'was not called, so it has no place in the DAG: write "{call}"'
            self.site.fail(f"{label} {text}", expr, XCOM_ARG)
        elif kind is not StrExpr:
            self._judge_value(expr)

    def _judge_value(self, expr: Any) -> Type:
        """Judges a value that fits, and returns its type."""
        kind = type(expr)
        if kind is NameExpr:
            found: Type = expr.node.type
        elif kind is IndexExpr:
            self._judge_value(expr.base)
            output = output_of(get_proper_type(expr.base.node.type))
            found = unknown()
            if output is not None:
                found = chaining.item(self.site, output, expr.index, expr.index)
            inferred.types[expr] = get_proper_type(found)
        elif type(expr.callee) is MemberExpr:
            found = self._judge_mapping(expr)
            inferred.types[expr] = get_proper_type(found)
        else:
            found = self._judge_call(expr)
        self.site.api.store_type(expr, found)
        return found

    def _judge_arguments(self, call: CallExpr) -> None:
        for expr in call.args:
            if type(expr) not in NEVER_OUTPUTS:
                self._judge_value(expr)

    def _judge_call(self, call: CallExpr) -> Type:
        task = self._task(call.callee)
        assert task is not None
        assert task.usual is not None
        self._judge_arguments(call)
        is_task, function = not task.group, task.usual.function
        if fitting_arguments(self.site, call, task.usual, is_task=is_task) is None:
            Call(self.site, call, task.label, function, is_task=is_task).check_arguments()
        self._note(call.callee)
        return called_with(self.site, task, call).result(self.site)

    def _judge_mapping(self, call: Any) -> Type:
        owner = call.callee.expr
        fixed: Any = owner if type(owner) is CallExpr else None
        name = owner if fixed is None else fixed.callee.expr
        task = self._task(name)
        assert task is not None
        assert task.usual is not None
        self._note(name)
        site, parameters = self.site, task.usual
        if fixed is not None:
            self._judge_arguments(fixed)
            if not sets_plainly(site, fixed, parameters, ()):
                Mapping(site, fixed, task).partial()
            task = task.set_by(fixed)
        self._judge_arguments(call)
        if not maps_plainly(site, call, parameters, task.note.given):
            Mapping(site, call, task).expand()
        return called_with(site, task, call).output(site, names.MAPPED)

    def _note(self, name: Any) -> None:
        """Lets mypy know that the errors here depend on a task's type."""
        self.site.api.store_type(name, name.node.var.type)


def _is_chain(call: Any) -> bool:
    """Whether it is Airflow's ``chain(a, b)``, which may take whole lists."""
    node = call.callee.node if type(call.callee) is NameExpr else None
    return type(node) is FuncDef and node.fullname == _CHAIN and set(call.arg_kinds) == {ARG_POS}


def _is_plain(node: Any) -> ProperType | None:
    """Returns the type of a variable that certainly holds no output."""
    found = get_proper_type(node.type) if type(node) is Var else None
    return found if isinstance(found, AnyType) or _is_builtin(found) else None


def _is_builtin(found: ProperType | None) -> bool:
    return isinstance(found, Instance) and found.type.fullname in ("builtins.str", "builtins.int")


def _takes(formal: Type, found: ProperType) -> bool:
    down = get_proper_type(formal)
    return isinstance(down, AnyType) or down == found


def _is_usual_decorator(usual: _Usual, decorated: Decorator) -> bool:
    """Whether it is ``@task``, ``@task.branch(retries=2)`` or ``@task_group``."""
    func, site = decorated.func, usual.site
    if len(decorated.decorators) != 1 or func.original_def is not None:
        return False
    if func.is_property or decorated.is_overload:
        return False
    expr, kind, settings = _parts_of(decorated.decorators[0])
    if settings is not None and not _are_plain(settings):
        return False
    is_bare = settings is None and kind == "python"
    node = expr.node if isinstance(expr, RefExpr) else None
    if isinstance(node, (FuncDef, OverloadedFuncDef)):
        plain = _GROUPS.get(node.fullname) if is_bare else None
    else:
        made_by = get_proper_type(node.type) if type(node) is Var else None
        if not isinstance(made_by, Instance) or made_by.extra_attrs:
            return False
        plain = _DECORATORS.get(made_by.type.fullname)
        if made_by.type.fullname == names.DECORATOR and not is_bare:
            return False  # what `task(...)` has made takes a function only
    if plain is None or (plain and not site.config.check_plain_airflow):
        return False
    return isinstance(site.api.function_type(func), CallableType)


def _parts_of(decorator: Any) -> tuple[Any, str, CallExpr | None]:
    """Returns the name of a decorator, which kind of task it makes, and the call with settings."""
    settings = decorator if type(decorator) is CallExpr else None
    expr: Any = decorator if settings is None else settings.callee
    if type(expr) is MemberExpr and expr.name in _KINDS:
        return expr.expr, expr.name, settings
    return expr, "python", settings


def _are_plain(settings: CallExpr) -> bool:
    """Whether mypy and the plugin have nothing to say of the settings of a task."""
    for name, kind, expr in zip(settings.arg_names, settings.arg_kinds, settings.args, strict=True):
        if kind is not ARG_NAMED or name in _DECLARING:
            return False
        if not (_is_inert(expr) if name != "multiple_outputs" else boolean(expr) is not None):
            return False
    return True


def _is_inert(expr: Any) -> bool:
    """Whether an expression surely holds no output."""
    kind = type(expr)
    if kind is NameExpr:
        return expr.fullname in _CONSTANTS or bool(_is_plain(expr.node))
    if kind is ListExpr or kind is TupleExpr:
        return all(map(_is_inert, expr.items))
    if kind is CallExpr:
        node = expr.callee.node if type(expr.callee) is NameExpr else None
        is_made = type(node) is TypeInfo and node.module_name == "datetime"
        return is_made and all(map(_is_inert, expr.args))
    return kind in NEVER_OUTPUTS and kind is not LambdaExpr


def _decorate(site: Site, decorated: Any) -> None:
    """Makes a task or a group of a function."""
    expr, kind, settings = _parts_of(decorated.decorators[0])
    function = site.api.function_type(decorated.func)
    if type(expr.node) is Var:
        made_by: Any = get_proper_type(expr.node.type)
        plain = _DECORATORS[made_by.type.fullname]
        made = decorated_task(
            site, decorated, made_by, function, kind=kind, plain=plain, settings=settings
        )
        site.api.store_type(expr, made_by)
    else:
        made = site.make_group(site, decorated, function)
    decorated.var.type, decorated.var.is_ready = made, True


_DECLARING: Final = ("inputs", "output")
_CONSTANTS: Final = ("builtins.True", "builtins.False", "builtins.None")
_FITS: Final[dict[type, Any]] = {
    AssignmentStmt: _Usual._is_usual_assignment,
    Decorator: _is_usual_decorator,
    ExpressionStmt: _Usual._is_usual_step,
    ForStmt: _Usual._is_usual_loop,
    Import: lambda _, it: not it.assignments,
    ImportFrom: lambda _, it: not it.assignments,
    ReturnStmt: lambda usual, it: usual._is_value(it.expr),
}
_IN_LOOPS: Final = frozenset({AssignmentStmt, ExpressionStmt, ForStmt})
