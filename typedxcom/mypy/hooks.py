"""The hooks themselves, and the table from full names to them.

A hook gets the place in the user's code and mypy's context for it. Each hook only unpacks the
context. What the plugin knows about Airflow is in the modules of the features.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from mypy.erasetype import erase_typevars
from mypy.nodes import ARG_POS, CallExpr, Expression, FuncDef, IndexExpr, LambdaExpr, MemberExpr
from mypy.plugin import FunctionContext, MethodContext, MethodSigContext
from mypy.types import AnyType, CallableType, FunctionLike, Instance, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG, XCOM_MAP
from typedxcom.mypy.features import chaining, groups, uses
from typedxcom.mypy.features.bare import call_decorator
from typedxcom.mypy.features.branches import check_branches
from typedxcom.mypy.features.calls import Call
from typedxcom.mypy.features.classic import named_output
from typedxcom.mypy.features.dags import decorate_dag
from typedxcom.mypy.features.decorators import (
    boolean,
    decorate_contract,
    decorate_mark,
    decorate_task,
    overridden,
    same_task,
)
from typedxcom.mypy.features.fast_path import fitting_arguments, maps_plainly, sets_plainly
from typedxcom.mypy.features.forms import ask, ask_each, ask_partly
from typedxcom.mypy.features.groups import decorate_group
from typedxcom.mypy.features.keynames import declared_key
from typedxcom.mypy.features.kwargs import KeywordMapping
from typedxcom.mypy.features.loops import check_loop
from typedxcom.mypy.features.mapping import Mapping
from typedxcom.mypy.features.operators import expand_operator
from typedxcom.mypy.features.pulls import check_pulls, pulled
from typedxcom.mypy.features.rebinding import named_like_task
from typedxcom.mypy.features.spelling import check_settings
from typedxcom.mypy.features.stubs import check_stub_call
from typedxcom.mypy.features.triggers import call_dag, call_trigger
from typedxcom.mypy.features.truth import check_module_truth
from typedxcom.mypy.features.upcasters import declared_upcaster
from typedxcom.mypy.types.bodies import quiet_return, visit_helper
from typedxcom.mypy.types.callee import Callee
from typedxcom.mypy.types.defaults import with_defaults
from typedxcom.mypy.types.outputs import Output, holds_output, output_of
from typedxcom.mypy.types.passed import called_with
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.solving import mapped_return
from typedxcom.mypy.types.tasks import (
    Tasklike,
    awaited,
    group_result,
    make_task,
    named_task,
    task_of,
)

__all__ = ["RETURNS", "SIGNATURES", "infer_unannotated"]

SignatureHook = Callable[[Site, MethodSigContext], FunctionLike]
# Of a function or of a method: mypy's two contexts differ in one attribute.
ReturnHook = Callable[[Site, Any], Type]


def _signature_table() -> dict[str, SignatureHook]:
    table: dict[str, SignatureHook] = {}
    for task in (names.TASK, names.SDK_TASK, names.SDK_TASK_IMPL, names.GROUP, names.SDK_GROUP):
        table[f"{task}.__call__"] = _call
        table[f"{task}.expand"] = partial(_expand, method="expand")
        table[f"{task}.expand_kwargs"] = partial(_expand, method="expand_kwargs")
        table[f"{task}.partial"] = _partial
    for group in (names.GROUP, names.SDK_GROUP):
        table[f"{group}.loop"] = _loop
    for kind in names.OUTPUTS:
        table[f"{kind}.map"] = partial(_chain, method=chaining.mapped)
        table[f"{kind}.zip"] = partial(_chain, method=chaining.zipped)
        table[f"{kind}.concat"] = partial(_chain, method=chaining.concat)
        table[f"{kind}.batches"] = _batches
        table[f"{kind}.__getitem__"] = _item
    for decorator in (names.DECORATORS, names.DECORATOR):
        table[f"{decorator}.__call__"] = partial(call_decorator, plain=False)
    table[f"{names.DAG_MADE}.__call__"] = call_dag
    table[f"{names.TRIGGER}.__call__"] = call_trigger
    table[f"{names.SDK_DECORATORS}.__call__"] = partial(call_decorator, plain=True)
    partial_name = names.SDK_OPERATOR_PARTIAL
    table[f"{partial_name}.expand"] = partial(expand_operator, method="expand")
    table[f"{partial_name}.expand_kwargs"] = partial(expand_operator, method="expand_kwargs")
    return table


def _return_table() -> dict[str, ReturnHook]:
    table: dict[str, ReturnHook] = {
        f"{names.DECORATOR}.__call__": partial(decorate_task, kind="python", plain=False),
        f"{names.SDK_DECORATOR}.__call__": partial(decorate_task, kind="python", plain=True),
        names.KEY: declared_key,
        names.UPCAST: declared_upcaster,
        names.TYPED_OUTPUT: named_output,
        names.CONTRACT: decorate_contract,
        f"{names.CONTRACT_DECORATOR}.__call__": decorate_contract,
        f"{names.MARK}.__call__": decorate_mark,
        f"{names.GROUP_DECORATOR}.__call__": decorate_group,
        names.GROUP_FUNCTION: decorate_group,
        names.SDK_GROUP_FUNCTION: decorate_group,
        f"{names.DAG_DECORATOR}.__call__": partial(decorate_dag, plain=False),
        f"{names.PLAIN_DAG_DECORATOR}.__call__": partial(decorate_dag, plain=True),
        names.DAG_FUNCTION: partial(decorate_dag, plain=False),
        names.SDK_DAG_FUNCTION: partial(decorate_dag, plain=True),
        names.SDK_DAG: _dag,
        names.SDK_PARAM: _param,
        names.SDK_RESULT: same_task,
        f"{names.AWAIT}.__call__": uses.refuse_await,
        f"{names.FORM}.__call__": ask,
        f"{names.FORM}.partial": ask_partly,
        f"{names.FORM_PARTIAL}.expand": ask_each,
        f"{names.FORM_PARTIAL}.expand_kwargs": ask_each,
    }
    for instance in names.SDK_INSTANCES:
        table[f"{instance}.xcom_pull"] = pulled
    for mark in (names.SDK_SETUP, names.SDK_TEARDOWN):
        table[mark] = partial(decorate_mark, plain=True)
    for mark in (names.SDK_SETUP_IMPL, names.SDK_TEARDOWN_IMPL):
        table[mark] = partial(decorate_mark, plain=True)
    for task in (names.TASK, names.SDK_TASK, names.SDK_TASK_IMPL, names.GROUP, names.SDK_GROUP):
        table[f"{task}.override"] = _override
    return table


def _call(site: Site, ctx: MethodSigContext) -> FunctionLike:
    call, task = ctx.context, task_of(ctx.type)
    if isinstance(call, CallExpr):
        site.note_call(call)
    if task is not None and (callee := task.usual) is not None and isinstance(call, CallExpr):
        return _checked_call(site, call, task, callee)
    return _first_call(site, ctx)


def _checked_call(site: Site, call: CallExpr, task: Tasklike, callee: Callee) -> FunctionLike:
    """Checks a call whose arguments do not decide what it returns."""
    returned = called_with(site, task, call).result(site)
    check_module_truth(site, call, returned)
    returned = named_like_task(site, call, returned)
    if callee.filled:
        _check_filled(site, call, task, callee)
    check_stub_call(site, call, task.note.kind, task.label)
    left = fitting_arguments(site, call, callee, is_task=not task.group)
    function = callee.function
    if len(call.args) < len(callee.needed):
        function = with_defaults(site, call, function)
    if left is None:
        left = Call(site, call, task.label, function, is_task=not task.group).check_arguments()
    return function.copy_modified(arg_types=left, ret_type=returned)


def _check_filled(site: Site, call: CallExpr, task: Tasklike, callee: Callee) -> None:
    """Reports a positional argument for a parameter that Airflow fills: the task would fail."""
    if task.note.kind not in names.MERGES_CONTEXT:
        return
    for place, (expr, kind) in enumerate(zip(call.args, call.arg_kinds, strict=True)):
        if kind is not ARG_POS:
            return
        if place in callee.filled:
            name = callee.function.arg_names[place]
            text = f'cannot be given by position: Airflow injects "{name}". Give it by name'
            site.fail(f'Argument "{name}" of {task.label} {text}', expr, XCOM_ARG)


def _first_call(site: Site, ctx: MethodSigContext) -> FunctionLike:
    """Checks a task's first call, or a call that is not a usual one."""
    call = ctx.context
    task = named_task(ctx.type, call.callee) if isinstance(call, CallExpr) else None
    if task is None or not isinstance(call, CallExpr):
        return ctx.default_signature
    if task.note.partial:
        text = f"{task.label} has partial arguments: only expand() can use it"
        site.fail(text[0].upper() + text[1:], call, XCOM_MAP)
        return _open(ctx.default_signature, _result(site, task, task.value))
    callee = task.callee(site)
    if callee is None:
        returned = _result(site, task, task.value)
        check_module_truth(site, call, returned)
        return _open(ctx.default_signature, named_like_task(site, call, returned))
    if not callee.generic:
        return _checked_call(site, call, task, callee)
    if callee.filled:
        _check_filled(site, call, task, callee)
    checked = Call(site, call, task.label, callee.function).check()
    is_result = task.note.kind in names.RUNS_FUNCTION
    returned = _result(site, task, awaited(checked.ret_type) if is_result else task.value)
    check_module_truth(site, call, returned)
    return checked.copy_modified(ret_type=named_like_task(site, call, returned))


def _owner(ctx: MethodContext | MethodSigContext) -> Tasklike | None:
    """Returns the task whose method is called."""
    callee = ctx.context.callee if isinstance(ctx.context, CallExpr) else None
    if isinstance(callee, MemberExpr):
        return named_task(ctx.type, callee.expr)
    return task_of(ctx.type)


def _result(site: Site, task: Tasklike, value: Type) -> Type:
    return group_result(site, value) if task.group else task.output_of_call(site, value)


def _open(signature: CallableType, returned: Type) -> CallableType:
    return signature.copy_modified(
        arg_types=[unknown()] * len(signature.arg_types), ret_type=returned
    )


def _expand(site: Site, ctx: MethodSigContext, *, method: str) -> FunctionLike:
    call, task = ctx.context, _owner(ctx)
    if task is None or not isinstance(call, CallExpr):
        return ctx.default_signature
    site.note_call(call)
    check_stub_call(site, call, task.note.kind, task.label)
    callee = task.callee(site)
    if method != "expand":
        KeywordMapping(site, call, task).check()
    elif not _is_usual(site, call, task, maps_plainly):
        Mapping(site, call, task).expand()
    if task.group:
        mapped = groups.mapped_group_result(site, task)
        return _open(ctx.default_signature, named_like_task(site, call, mapped))
    if callee is not None and callee.generic:
        value = mapped_return(site, call, task, callee.function)
        returned = task.output_of_call(site, value or erase_typevars(task.value), names.MAPPED)
    else:
        returned = called_with(site, task, call).output(site, names.MAPPED)
    check_module_truth(site, call, returned)
    return _open(ctx.default_signature, named_like_task(site, call, returned))


def _partial(site: Site, ctx: MethodSigContext) -> FunctionLike:
    call, task = ctx.context, _owner(ctx)
    if task is None or not isinstance(call, CallExpr):
        return ctx.default_signature
    site.note_call(call)
    if not _is_usual(site, call, task, sets_plainly):
        Mapping(site, call, task).partial()
    return _open(ctx.default_signature, make_task(site, task.set_by(call)))


def _loop(site: Site, ctx: MethodSigContext) -> FunctionLike:
    group = _owner(ctx)
    if group is not None and isinstance(ctx.context, CallExpr):
        check_loop(site, ctx.context, group)
    return ctx.default_signature


def _is_usual(
    site: Site,
    call: CallExpr,
    task: Tasklike,
    judge: Callable[[Site, CallExpr, Callee, tuple[str, ...]], bool],
) -> bool:
    callee = task.callee(site)
    return callee is not None and not callee.generic and judge(site, call, callee, task.note.given)


def _override(site: Site, ctx: MethodContext) -> Type:
    task = _owner(ctx)
    if task is None or not isinstance(ctx.context, CallExpr):
        return ctx.default_return_type
    if not task.group:
        label = f"override() of {task.label}"
        check_settings(site, ctx.context, task.note.kind, label)
    for name, expr in zip(ctx.context.arg_names, ctx.context.args, strict=True):
        if name == "multiple_outputs" and (keys := boolean(expr)) is not None:
            task = task.noted(task.note._replace(keys=keys))
    task = overridden(site, ctx.context, task)
    return ctx.type if task is task_of(ctx.type) else make_task(site, task)


def _chain(
    site: Site, ctx: MethodSigContext, *, method: Callable[[Site, Output, CallExpr], Type]
) -> FunctionLike:
    output = output_of(ctx.type)
    if output is None or not isinstance(ctx.context, CallExpr):
        return ctx.default_signature
    returned = method(site, output, ctx.context)
    opened = _open(ctx.default_signature, returned).copy_modified(variables=[])
    if method is chaining.mapped and isinstance(ctx.context.args[0], LambdaExpr):
        return opened.copy_modified(arg_types=[chaining.lambda_context(site, output)])
    return opened


def _batches(site: Site, ctx: MethodSigContext) -> FunctionLike:
    output = output_of(ctx.type)
    if output is None:
        return ctx.default_signature
    return ctx.default_signature.copy_modified(
        ret_type=chaining.batched(site, output, ctx.context), variables=[]
    )


def _item(site: Site, ctx: MethodSigContext) -> FunctionLike:
    output = output_of(ctx.type)
    if output is None:
        return ctx.default_signature
    where: Any = ctx.context  # for an index expression, mypy passes the expression itself
    key: Expression | None = where.index if isinstance(where, IndexExpr) else None
    return _open(ctx.default_signature, chaining.item(site, output, key, key or where))


def _dag(site: Site, ctx: FunctionContext) -> Type:
    """Looks at a file with ``with DAG(...)``, which has no decorator of a DAG function."""
    check_pulls(site)
    check_branches(site)
    return ctx.default_return_type


def _param(site: Site, ctx: FunctionContext) -> Type:
    """Lets ``def pipeline(n: int = Param(3))`` pass: Airflow puts the parameter's value there."""
    contexts: list[Type | None] = site.api.type_context
    proper = get_proper_type(contexts[-1]) if contexts else None
    if isinstance(proper, Instance) and proper.type.fullname != names.SDK_PARAM:
        return unknown()
    return ctx.default_return_type


def infer_unannotated(site: Site, ctx: FunctionContext) -> Type:
    """Returns what the body of a function in the same file returns, if no annotation says it."""
    callee = ctx.context.callee if isinstance(ctx.context, CallExpr) else None
    node = getattr(callee, "node", None)
    if isinstance(node, FuncDef) and node.type is None:
        visit_helper(site, node)
    if not isinstance(node, FuncDef) or not isinstance(node.type, CallableType):
        return ctx.default_return_type
    if not isinstance(get_proper_type(ctx.default_return_type), AnyType):
        return ctx.default_return_type
    if not isinstance(get_proper_type(node.type.ret_type), AnyType):
        return ctx.default_return_type
    if _file_of(site) != node.fullname.rpartition(".")[0] and "." in node.fullname:
        return ctx.default_return_type  # its body is not there when mypy's cache is warm
    found = quiet_return(site, node)
    known = found is not None and (task_of(found) is not None or holds_output(found))
    return found if known and found is not None else ctx.default_return_type


def _file_of(site: Site) -> str:
    name: str = site.api.tree.fullname
    return name


SIGNATURES: Final = _signature_table()
RETURNS: Final = _return_table()
