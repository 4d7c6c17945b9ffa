"""Types ``@task`` and its relatives: they make a task's type from a decorated function."""

from __future__ import annotations

import json
from functools import partial
from typing import Final

from mypy.nodes import (
    ARG_STAR2,
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    MemberExpr,
    NameExpr,
    RefExpr,
)
from mypy.plugin import AttributeContext, FunctionContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_KEY, XCOM_TASK
from typedxcom.mypy.features.answers import argument_of, declared_type, pushed_type
from typedxcom.mypy.features.keynames import pushed_key_fault
from typedxcom.mypy.features.spelling import check_settings
from typedxcom.mypy.features.stubs import check_stub
from typedxcom.mypy.types.defaults import taking_none
from typedxcom.mypy.types.ids import OUR_TASK, TASK_NAMES, decorator_name
from typedxcom.mypy.types.inferred import keys_of, return_in_code
from typedxcom.mypy.types.polled import polled_in_code
from typedxcom.mypy.types.pushed import keys_of_task
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tables import fields_of
from typedxcom.mypy.types.tasks import (
    Tasklike,
    TaskNote,
    awaited,
    make_task,
    output_value,
    pushes_keys,
    task_of,
)
from typedxcom.mypy.types.unions import members, union
from typedxcom.mypy.types.vague import filled, is_vague, kept
from typedxcom.operator_outputs import ANSWERS, Answer

__all__ = [
    "boolean",
    "condition",
    "decorate_contract",
    "decorate_mark",
    "decorate_task",
    "decorated_task",
    "defined_task",
    "kind_of",
    "overridden",
    "same_task",
    "sub_decorator",
]

NOTE: Final = "<typedxcom decorator>"
_SHOWN: Final = {"python": "@task", "bash_processed": "@task.bash"}
OUTPUT: Final = "<typedxcom output>"
INPUTS: Final = "<typedxcom inputs>"
ANSWER: Final = "<typedxcom answer>"  # a promise
FOREIGN: Final = "<typedxcom foreign>"  # this package knows nothing of its function
DUMPED: Final = "<typedxcom dumped>"  # a model as a dict, which nobody promises


def decorate_task(site: Site, ctx: MethodContext, *, kind: str, plain: bool) -> Type:
    """Returns the type of ``task(f)``, ``task.branch(f)`` and the same with arguments."""
    made = get_proper_type(ctx.default_return_type)
    if isinstance(made, Instance) and made.extra_attrs:  # `bare` has made it
        return made
    attrs = dict(_attrs(ctx.type))
    note = _task_note(attrs, TaskNote(kind=kind, plain=plain))
    if isinstance(ctx.context, CallExpr):
        note = _said(site, ctx.context, note, attrs)
    function = _function(ctx)
    if function is None:
        return _with_arguments(site, ctx, note, attrs)
    return _decorated(site, ctx.context, function, note, attrs)


def decorated_task(
    site: Site,
    context: Context,
    decorator: Type,
    function: CallableType,
    *,
    kind: str,
    plain: bool,
    settings: CallExpr | None = None,
) -> Type:
    """Returns the type of the task that *decorator* makes of *function*.

    Args:
        site: The file.
        context: The decorated function.
        decorator: The type of the decorator.
        function: The type of the function.
        kind: The sub-decorator.
        plain: Whether it is Airflow's own.
        settings: The call of the decorator, if it is used with arguments.
    """
    attrs = _attrs(decorator)
    note = _task_note(attrs, TaskNote(kind=kind, plain=plain))
    if settings is not None:
        attrs = dict(attrs)
        note = _said(site, settings, note, attrs)
    return _decorated(site, context, function, note, attrs)


def defined_task(site: Site, decorated: Decorator) -> Type | None:
    """Returns the type of a task whose decorator mypy has not checked yet, if it is the only one.

    It reports nothing.
    """
    given = decorated.original_decorators
    callee = given[0].callee if isinstance(given[0], CallExpr) else given[0]
    if len(given) != 1 or not isinstance(callee, RefExpr):
        return None
    note = TaskNote(plain=decorator_name(callee) != OUR_TASK)
    if isinstance(callee, MemberExpr) and callee.fullname not in TASK_NAMES:
        note = note._replace(kind=callee.name)

    def made() -> Type:
        attrs: dict[str, Type] = {}
        said = note
        if isinstance(given[0], CallExpr):
            said = _said(site, given[0], note, attrs)
        function = get_proper_type(site.api.function_type(decorated.func))
        assert isinstance(function, CallableType)
        return _decorated(site, decorated, function, said, attrs)

    return site.quietly(made)


def _decorated(
    site: Site, context: Context, function: CallableType, note: TaskNote, attrs: dict[str, Type]
) -> Type:
    runs_function = note.kind in names.RUNS_FUNCTION
    if isinstance(context, Decorator) and _is_own(function, context):
        function = taking_none(function, context.func)
    if attrs:
        output = attrs.get(OUTPUT) if runs_function else None
        function = with_contract(function, attrs.get(INPUTS), output)
    # A ParamSpec may have lost the function's name.
    name = _name(function) or (context.func.name if isinstance(context, Decorator) else note.name)
    note = note._replace(name=name, pushed=keys_of_task(site, context, function))
    if FOREIGN not in attrs:
        _check_returned(site, context, function, note)
    _check_keys(site, context, function, note)
    _check_yielded(site, context, function, note)
    check_stub(site, context, function, note.kind)
    shown = attrs.get(DUMPED) or _in_code(site, context, function, note)
    # An operator's answer is not what its function returns.
    answer = None if runs_function else attrs.get(OUTPUT, attrs.get(ANSWER))
    value = output_value(site, function, note.kind) if answer is None else answer
    return make_task(site, Tasklike(note, function, value, inferred=shown))


def _in_code(site: Site, context: Context, function: CallableType, note: TaskNote) -> Type | None:
    """Returns the type that a task's code shows, if its annotation omits it or leaves it open."""
    returned = awaited(function.ret_type)
    if note.kind == "sensor":
        return _found_in_code(site, context) if _may_poke(returned) else None
    if note.kind not in names.RUNS_FUNCTION:
        return None
    is_dict = isinstance(returned, Instance) and returned.type.has_base("typing.Mapping")
    is_open = is_vague(returned)
    if not is_dict and not is_open and not _is_unannotated(returned):
        return None
    func = function.definition
    if isinstance(context, Decorator):
        func = context.func if _is_own(function, context) else None
    if not isinstance(func, FuncDef) or not site.defines(func):
        return None
    found = return_in_code(site, func)
    if found is None or _is_unannotated(returned):
        return found
    if not is_open:
        return keys_of(found)
    shown = [one for one in kept(found, returned) if not _is_empty(one)]
    return filled(union(shown), returned) if shown else None


def _is_own(function: CallableType, decorated: Decorator) -> bool:
    """Whether it is the type of the function itself: another decorator may have changed it."""
    func = function.definition
    return func is decorated.func or (func is None and function.implicit)


def _found_in_code(site: Site, context: Context) -> Type | None:
    """Returns what a sensor pushes, if its code shows that."""
    return polled_in_code(site, context.func) if isinstance(context, Decorator) else None


def _may_poke(returned: ProperType) -> bool:
    """Whether a sensor's annotation is missing, or names ``PokeReturnValue``."""
    classes = [one.type.fullname for one in members(returned) if isinstance(one, Instance)]
    return _is_unannotated(returned) or names.SDK_POKE in classes


def _is_empty(shown: ProperType) -> bool:
    """Whether it is ``{}``, which the author may fill one day."""
    return isinstance(shown, TypedDictType) and not shown.items


def _name(function: CallableType) -> str:
    return (function.name or "").split(" of ")[0]


def _function(ctx: MethodContext | FunctionContext) -> CallableType | None:
    """Returns the decorated function, if the call gets one."""
    for types in ctx.arg_types[:1]:
        for found in types[:1]:
            proper = get_proper_type(found)
            if isinstance(proper, CallableType) and not proper.is_type_obj():
                return proper
    return None


def _with_arguments(site: Site, ctx: MethodContext, note: TaskNote, attrs: dict[str, Type]) -> Type:
    """Keeps the settings that matter for types, as in ``task(multiple_outputs=True)``."""
    default, context = get_proper_type(ctx.default_return_type), ctx.context
    # Airflow's TaskDecorator gives a plain callable, which cannot carry a note.
    made = default if isinstance(default, Instance) else site.instance(names.DECORATOR)
    if made is None or not isinstance(context, CallExpr):
        return ctx.default_return_type
    kept = {"kind": note.kind, "keys": note.keys, "plain": note.plain, "open": note.open}
    attrs[NOTE] = site.text_note(json.dumps(kept))
    made = made.copy_modified()
    made.extra_attrs = ExtraAttrs(attrs, set(), None)
    return made


def _said(site: Site, call: CallExpr, note: TaskNote, attrs: dict[str, Type]) -> TaskNote:
    """Returns the note with a decorator's settings. Types among them go into *attrs*."""
    check_settings(site, call, note.kind, _SHOWN.get(note.kind, f"@task.{note.kind}"))
    if ARG_STAR2 in call.arg_kinds:
        note = note._replace(open=True)
    for name, expr in zip(call.arg_names, call.args, strict=True):
        if name == "multiple_outputs":
            note = note._replace(keys=boolean(expr))
        elif name == "output_processor" and note.kind == "bash":
            note = note._replace(kind="bash_processed")
        elif name in ("inputs", "output") and (declared := declared_type(site, expr)) is not None:
            attrs[INPUTS if name == "inputs" else OUTPUT] = declared
    attrs.update(answer_attrs(site, call, note))
    return note


def answer_attrs(site: Site, call: CallExpr, note: TaskNote) -> dict[str, Type]:
    """Returns what a language model answers a task, by the arguments of its decorator."""
    row = ANSWERS.get(note.kind)
    if row is None:
        return {}
    if _is_foreign(call):
        return {ANSWER: unknown(), FOREIGN: unknown()}
    pushed = row.of(partial(argument_of, call))
    if isinstance(pushed, Answer) and note.plain:
        pushed = pushed.in_airflow()
    found = pushed_type(site, pushed) or unknown()
    return {DUMPED if isinstance(pushed, Answer) and pushed.is_dumped else ANSWER: found}


def _is_foreign(call: CallExpr) -> bool:
    """Whether it is a decorator of another package: ``@task.llm(model="o3-mini")``."""
    given = set(call.arg_names)
    return bool(given) and ("model" in given or not {"llm_conn_id", "output_type", None} & given)


def overridden(site: Site, call: CallExpr, task: Tasklike) -> Tasklike:
    """Returns *task* as ``task.override(output_type=...)`` makes it."""
    if not {"output_type", "serialize_output", "allow_multiple_branches"} & set(call.arg_names):
        return task
    attrs = answer_attrs(site, call, task.note)
    if not attrs:
        return task
    value = attrs.get(ANSWER) or unknown()
    return Tasklike(task.note, task.function, value, inferred=attrs.get(DUMPED))


def kind_of(decorator: Type) -> str:
    """Returns the kind of task that a decorator makes."""
    return _task_note(_attrs(decorator), TaskNote()).kind


def sub_decorator(site: Site, ctx: AttributeContext, *, kind: str) -> Type:
    """Returns the type of a sub-decorator such as ``task.docker``, with its name noted."""
    proper = get_proper_type(ctx.default_attr_type)
    if not isinstance(proper, Instance):
        return ctx.default_attr_type
    made = proper.copy_modified()
    text = site.text_note(json.dumps({"kind": kind}))
    made.extra_attrs = ExtraAttrs({NOTE: text}, set(), None)
    return made


def _attrs(found: Type) -> dict[str, Type]:
    proper = get_proper_type(found)
    if isinstance(proper, Instance) and proper.extra_attrs:
        return proper.extra_attrs.attrs
    return {}


def _task_note(attrs: dict[str, Type], note: TaskNote) -> TaskNote:
    text = get_proper_type(attrs.get(NOTE))
    if isinstance(text, LiteralType) and isinstance(text.value, str):
        return note._replace(**json.loads(text.value))
    return note


def boolean(expr: Expression) -> bool | None:
    """Returns the value of ``True`` or ``False``, or None for any other expression."""
    name = expr.name if isinstance(expr, NameExpr) else ""
    return {"True": True, "False": False}.get(name)


def condition(site: Site, ctx: MethodContext) -> Type:
    """Types ``task.run_if(...)``, whose bound in Airflow allows only Airflow's own classes."""
    return site.instance(names.CONDITION) or ctx.default_return_type


def same_task(site: Site, ctx: FunctionContext) -> Type:
    """Types ``@result``, which returns the task that it gets."""
    given = [t for types in ctx.arg_types[:1] for t in types[:1]]
    return given[0] if given and task_of(given[0]) is not None else ctx.default_return_type


# @contract and @setup ----------------------------------------------------------------------------


def with_contract(function: CallableType, inputs: Type | None, output: Type | None) -> CallableType:
    """Returns the function as ``inputs=`` and ``output=`` declare it."""
    if output is not None:
        function = function.copy_modified(ret_type=output)
    fields = fields_of(get_proper_type(inputs)) if inputs is not None else None
    if not fields:
        return function
    types = [
        fields[name][0] if name in fields and _is_unannotated(kind) else kind
        for name, kind in zip(function.arg_names, function.arg_types, strict=True)
    ]
    return function.copy_modified(arg_types=types)


def _is_unannotated(found: Type) -> bool:
    proper = get_proper_type(found)
    return isinstance(proper, AnyType) and proper.type_of_any == TypeOfAny.unannotated


def decorate_contract(site: Site, ctx: MethodContext | FunctionContext) -> Type:
    """Types ``@contract(inputs=..., output=...)``."""
    function = _function(ctx)
    attrs = _attrs(ctx.type) if isinstance(ctx, MethodContext) else {}
    if function is not None:
        return with_contract(function, attrs.get(INPUTS), attrs.get(OUTPUT))
    made, context = get_proper_type(ctx.default_return_type), ctx.context
    if not isinstance(made, Instance) or not isinstance(context, CallExpr):
        return ctx.default_return_type
    found: dict[str, Type] = {}
    for name, expr in zip(context.arg_names, context.args, strict=True):
        if name in ("inputs", "output") and (declared := declared_type(site, expr)) is not None:
            found[INPUTS if name == "inputs" else OUTPUT] = declared
    made = made.copy_modified()
    made.extra_attrs = ExtraAttrs(found, set(), None)
    return made


def decorate_mark(site: Site, ctx: MethodContext | FunctionContext, *, plain: bool = False) -> Type:
    """Types ``@setup`` and ``@teardown`` on a function or on a task."""
    given = [get_proper_type(t) for types in ctx.arg_types[:1] for t in types[:1]]
    if given and task_of(given[0]) is not None:
        return given[0]
    function = _function(ctx)
    if function is not None:
        pushed = keys_of_task(site, ctx.context, function)
        note = TaskNote(name=_name(function), plain=plain, pushed=pushed)
        shown = _in_code(site, ctx.context, function, note)
        value = output_value(site, function, note.kind)
        return make_task(site, Tasklike(note, function, value, inferred=shown))
    if plain:  # airflow's teardown(on_failure_fail_dagrun=True)
        return site.instance(names.MARK) or ctx.default_return_type
    return ctx.default_return_type


# What the kinds of task may return ---------------------------------------------------------------


def _check_returned(site: Site, context: Context, function: CallableType, note: TaskNote) -> None:
    allowed = _ALLOWED.get(note.kind)
    if allowed is None or allowed_return(returned := awaited(function.ret_type), note.kind):
        return
    (shown,) = site.describe(returned)
    where = context.decorators[0] if isinstance(context, Decorator) else context
    name = _name(function) or note.name
    site.fail(f'Task "{name}" must return {allowed}, not "{shown}"', where, XCOM_TASK)


def _check_keys(site: Site, context: Context, function: CallableType, note: TaskNote) -> None:
    """Reports a key of the result that Airflow would push under another name."""
    value = get_proper_type(output_value(site, function, note.kind))
    found = pushed_key_fault(value) if pushes_keys(value, note) else None
    if found is not None:
        key, fault = found
        where = context.decorators[0] if isinstance(context, Decorator) else context
        text = f'Key "{key}" of task "{_name(function) or note.name}" cannot name an XCom: {fault}'
        site.fail(text, where, XCOM_KEY)


def _check_yielded(site: Site, context: Context, function: CallableType, note: TaskNote) -> None:
    """Reports a function that yields what it promises: Airflow pushes only what it returns."""
    if not isinstance(context, Decorator) or not context.func.is_generator:
        return
    promised, name = get_proper_type(function.ret_type), _name(function) or note.name
    if context.func.is_async_generator:
        if isinstance(promised, AnyType):
            return
        text = f'Task "{name}" is an async generator, which Airflow never runs: return a list'
    elif _yields_metadata(promised):
        return
    else:
        (shown,) = site.describe(function.ret_type)
        text = f'Task "{name}" yields, so it pushes nothing of "{shown}": return a list'
    site.fail(text, context.decorators[0], XCOM_TASK)


def _yields_metadata(promised: ProperType) -> bool:
    """Whether an annotation promises no value, asset metadata, or a value returned at the end."""
    if isinstance(promised, (AnyType, NoneType)):
        return True
    if not isinstance(promised, Instance) or promised.type.fullname not in _YIELDS:
        return False
    if len(promised.args) > 2 and not isinstance(get_proper_type(promised.args[2]), NoneType):
        return True
    return not promised.args or _is_metadata(get_proper_type(promised.args[0]))


_YIELDS: Final = ("typing.Generator", "typing.Iterator", "typing.Iterable")


def _is_metadata(yielded: ProperType) -> bool:
    if isinstance(yielded, UnionType):
        return any(_is_metadata(get_proper_type(item)) for item in yielded.items)
    if not isinstance(yielded, Instance):
        return isinstance(yielded, AnyType)
    return yielded.type.fullname == "builtins.object" or yielded.type.has_base(names.SDK_METADATA)


_ALLOWED: Final = {
    **dict.fromkeys(names.BRANCHES, "task ids: a str, a list of str, or None"),
    "sensor": "a bool or a PokeReturnValue",
    **dict.fromkeys(names.COMMANDS, "the command as a str"),
    **dict.fromkeys(names.PROMPTS, "the prompt: a str, or a list of texts, images and the like"),
    **dict.fromkeys(names.TEXT_PROMPTS, "the prompt as a str"),
    **dict.fromkeys(names.BATCHES, "the prompts: a list of str, or of dicts with a prompt"),
}


def allowed_return(returned: ProperType, kind: str) -> bool:
    """Whether a kind of task may return this."""
    if isinstance(returned, AnyType):
        return True
    if isinstance(returned, UnionType):
        return all(allowed_return(get_proper_type(item), kind) for item in returned.items)
    if isinstance(returned, NoneType):
        return kind in names.BRANCHES
    if kind in names.PROMPTS | names.BATCHES:
        return _is_prompt(returned, is_many=kind in names.BATCHES)
    if isinstance(returned, LiteralType):
        returned = returned.fallback
    if kind in names.BRANCHES:
        return _is_task_ids(returned)
    if not isinstance(returned, Instance):
        return False
    bases = (
        ("builtins.str",)
        if kind in names.COMMANDS | names.TEXT_PROMPTS
        else ("builtins.bool", names.SDK_POKE)
    )
    return any(returned.type.has_base(base) for base in bases)


def _is_prompt(returned: ProperType, *, is_many: bool) -> bool:
    """Whether it is a prompt, or a list of its parts; or, if *is_many*, a list of prompts."""
    if isinstance(returned, LiteralType):
        returned = returned.fallback
    if isinstance(returned, TupleType):
        return all(_is_part(get_proper_type(one), is_many=is_many) for one in returned.items)
    if not isinstance(returned, Instance):
        return False
    if returned.type.has_base("builtins.str"):
        return not is_many
    is_sequence = any(returned.type.has_base(one) for one in _SEQUENCES)
    is_other = (
        returned.type.fullname in _BYTES
        or not returned.args
        or any(returned.type.has_base(one) for one in ("typing.AbstractSet", "typing.Mapping"))
    )
    return (
        is_sequence
        and not is_other
        and _is_part(get_proper_type(returned.args[0]), is_many=is_many)
    )


_SEQUENCES: Final = ("typing.Sequence", "typing.Collection", "typing.Iterable")
_BYTES: Final = frozenset({"builtins.bytes", "builtins.bytearray"})
_SCALARS: Final = _BYTES | {f"builtins.{name}" for name in ("int", "float", "bool", "complex")}


def _is_part(item: ProperType, *, is_many: bool) -> bool:
    if isinstance(item, UnionType):
        return all(_is_part(get_proper_type(one), is_many=is_many) for one in item.items)
    if isinstance(item, LiteralType):
        item = item.fallback
    if isinstance(item, TypedDictType):
        return is_many
    if not isinstance(item, Instance):
        return not isinstance(item, NoneType)
    if item.type.has_base("typing.Mapping"):
        return is_many
    if item.type.fullname in _SCALARS:
        return False
    return not is_many or item.type.has_base("builtins.str") or item.type.fullname == _OBJECT


_OBJECT: Final = "builtins.object"


def _is_task_ids(returned: ProperType) -> bool:
    from typedxcom.mypy.types.shapes import iterated

    if isinstance(returned, Instance) and returned.type.has_base("builtins.str"):
        return True
    item = get_proper_type(iterated(returned))
    return item is not None and not isinstance(item, NoneType) and _is_str(item)


def _is_str(item: ProperType) -> bool:
    if isinstance(item, UnionType):
        return all(_is_str(get_proper_type(member)) for member in item.items)
    if isinstance(item, LiteralType):
        item = item.fallback
    return isinstance(item, AnyType) or (
        isinstance(item, Instance) and item.type.has_base("builtins.str")
    )
