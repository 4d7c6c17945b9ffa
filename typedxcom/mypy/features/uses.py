"""Reports what an output cannot do while the DAG is parsed: its value does not exist yet."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Final

from mypy.expandtype import expand_type
from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    AwaitExpr,
    CallExpr,
    Context,
    Expression,
    IndexExpr,
    MemberExpr,
    NameExpr,
    TypeInfo,
)
from mypy.plugin import AttributeContext, FunctionSigContext, MethodContext, MethodSigContext
from mypy.subtypes import is_subtype
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_USE
from typedxcom.mypy.features.arguments import Argument, Slot
from typedxcom.mypy.features.calls import Call
from typedxcom.mypy.guard import unfiltered
from typedxcom.mypy.types.imports import is_library
from typedxcom.mypy.types.outputs import (
    Output,
    first_output,
    holds_output,
    is_output,
    output_of,
)
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import awaited, task_of

__all__ = [
    "COMPUTING",
    "REFUSED",
    "attribute",
    "computing_call",
    "plain_call",
    "refuse",
    "refuse_await",
    "shadowed_attribute",
]

# Methods of `typedxcom_types.Refused`, and what users do to call them.
REFUSED: Final = {
    "__iter__": "iterated over",
    "__next__": "iterated over",
    "__contains__": "searched",
    "__call__": "called",
    **dict.fromkeys(("__lt__", "__le__", "__gt__", "__ge__"), "compared"),
    **dict.fromkeys(("__neg__", "__pos__", "__invert__"), "computed with"),
}
ARITHMETIC: Final = [
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
    "divmod",
]
REVERSED: Final = frozenset(f"__r{_name}__" for _name in ARITHMETIC)
for _name in ARITHMETIC:
    REFUSED[f"__{_name}__"] = REFUSED[f"__r{_name}__"] = "computed with"

# Attributes of Airflow's own XComArg objects, in addition to the declared ones.
REAL: Final = frozenset({"operator", "key", "args", "arg", "callables", "fillvalue"})


def refuse(site: Site, ctx: MethodSigContext, *, method: str) -> CallableType:
    """Reports ``out + 1`` or ``for x in out``, with the cure."""
    output = output_of(ctx.type)
    if output is not None:
        done = REFUSED[method]
        hint = ""
        if method == "__iter__":
            hint = ", or map over it with expand()"
        # mypy tries `1 + out` as `int.__add__` first, and drops what the second try reports. With
        # a class that fits anything, mypy tries the other way round.
        is_tried = method in REVERSED or _class_name(ctx.type) in names.OPEN
        tries = unfiltered(site.api) if is_tried else nullcontext()
        with tries:
            _report_use(site, output, done, ctx.context, hint)
    return _anything(ctx.default_signature)


def _class_name(found: Type) -> str:
    proper = get_proper_type(found)
    return proper.type.fullname if isinstance(proper, Instance) else ""


def refuse_await(site: Site, ctx: MethodContext) -> Type:
    """Reports ``await out``, which only an ``async`` DAG function can contain."""
    found = site.type_of(ctx.context.expr) if isinstance(ctx.context, AwaitExpr) else None
    output = output_of(found) if found is not None else None
    if output is not None:
        _report_use(site, output, "awaited", ctx.context)
    return ctx.default_return_type


def _report_use(site: Site, output: Output, done: str, where: Context, hint: str = "") -> None:
    text = f"{_subject(output)} cannot be {done} while the DAG is parsed: do it inside a task"
    site.fail(text + hint, where, XCOM_USE)


def _anything(signature: CallableType) -> CallableType:
    """Returns the same method without its impossible parameter."""
    rows = zip(signature.arg_types, signature.arg_kinds, signature.arg_names, strict=True)
    kept = [(unknown(), kind, name) for _, kind, name in rows if not kind.is_named()]
    return signature.copy_modified(
        arg_types=[row[0] for row in kept],
        arg_kinds=[row[1] for row in kept],
        arg_names=[row[2] for row in kept],
        ret_type=signature.ret_type,
    )


def attribute(site: Site, ctx: AttributeContext, *, name: str) -> Type:
    """Types ``extract().total``."""
    output = output_of(ctx.type)
    if output is None or name.startswith("__"):
        return ctx.default_attr_type
    if name in REAL and not _has_field(output.value, name):
        return ctx.default_attr_type
    return _missing_attribute(site, ctx, output, name)


def shadowed_attribute(site: Site, ctx: AttributeContext, *, name: str) -> Type:
    """Types ``extract().roots``: Airflow's own attribute, unless the value has such a field."""
    output = output_of(ctx.type)
    if output is None or not _has_field(output.value, name):
        return ctx.default_attr_type
    return _missing_attribute(site, ctx, output, name)


def _has_field(value: Type, name: str) -> bool:
    """Whether a value has such a field or property, or may have it."""
    proper = get_proper_type(value)
    if isinstance(proper, UnionType):
        return any(_has_field(item, name) for item in proper.items)
    if isinstance(proper, TupleType):
        proper = proper.partial_fallback
    if isinstance(proper, TypedDictType):
        return name in proper.items
    if not isinstance(proper, Instance):
        return False
    return any(name in info.names for info in proper.type.mro if not _is_base(info))


def _is_base(info: TypeInfo) -> bool:
    """Whether a class is a library's base class: its methods are no fields."""
    return info.module_name.partition(".")[0] in _BASES


_BASES: Final = frozenset({"pydantic", "msgspec", "builtins", "typing", "enum", "_typeshed"})


def _missing_attribute(site: Site, ctx: AttributeContext, output: Output, name: str) -> Type:
    text = (
        f'{_subject(output)} has no attribute "{name}" while the DAG is parsed: '
        f'read it inside a task, or as ["{name}"] of a task with multiple_outputs=True'
    )
    site.fail(text, ctx.context, XCOM_USE)
    return unknown()


def _subject(output: Output, the: str = "The") -> str:
    if output.note is None or not output.note.task:
        return "An output" if the == "The" else "an output"
    return f"{the} output of {output.phrase()}"


# Python's own functions that need a value. `str`, `print` and `repr` are fine: they give
# Jinja text, and a `dict` or a list may hold outputs.
COMPUTING: Final = frozenset(
    f"builtins.{name}"
    for name in (
        *("abs", "all", "any", "bin", "bool", "bytes", "chr", "complex", "divmod", "enumerate"),
        *("filter", "float", "frozenset", "hex", "int", "iter", "len", "list", "map", "max"),
        *("min", "next", "oct", "open", "ord", "pow", "range", "reversed", "round", "set"),
        *("sorted", "sum", "tuple", "zip"),
    )
)


def computing_call(site: Site, ctx: FunctionSigContext) -> FunctionLike:
    """Reports ``len(out)``: the value does not exist yet."""
    signature = ctx.default_signature
    if not site.sees_airflow:
        return signature
    refused: set[int] = set()
    for index, args in enumerate(ctx.args):
        for expr in args:
            found = site.type_of(expr) if isinstance(expr, _MAY_BE_OUTPUT) else None
            output = output_of(found) if found is not None else None
            if output is None or isinstance(found, TupleType):  # a tuple of outputs is a real tuple
                continue
            refused.add(index)
            name = (signature.name or "function").split(" of ")[0]
            text = f'"{name}" runs while the DAG is parsed, when {_subject(output, "the")} has no'
            with unfiltered(site.api):
                site.fail(f"{text} value yet: do it inside a task", expr, XCOM_USE)
    if not refused:
        return signature
    formals = enumerate(signature.arg_types)
    types = [unknown() if index in refused else formal for index, formal in formals]
    opened = signature.copy_modified(arg_types=types)
    solved = expand_type(opened, {variable.id: unknown() for variable in signature.variables})
    return solved.copy_modified(variables=[])


_MAY_BE_OUTPUT: Final = (NameExpr, CallExpr, MemberExpr, IndexExpr)


# Plain functions ---------------------------------------------------------------------------------


def plain_call(site: Site, ctx: FunctionSigContext | MethodSigContext) -> FunctionLike:
    """Checks a call of one of the user's own functions, which runs while the DAG is parsed.

    A function that returns nothing, or outputs, may connect tasks. Its parameters then take what
    the tasks inside take. A function that returns a value computes, and an output has no value.
    """
    signature, call = ctx.default_signature, ctx.context
    if signature.variables or not isinstance(call, CallExpr) or not call.args:
        return signature
    if is_library(site.api.tree.path):
        return signature
    probe = Argument(site, Slot("", ""))
    held = [expr for expr in call.args if probe.holds(expr)]
    if not held or any(kind in (ARG_STAR, ARG_STAR2) for kind in call.arg_kinds):
        return signature
    name = (signature.name or "function").split(" of ")[0]
    checked = Call(site, call, f'function "{name}"', signature)
    formals = list(signature.arg_types)
    for index, actuals in enumerate(checked.matched):
        for actual in actuals:
            expr = call.args[actual]
            if expr not in held or is_subtype(site.type_of(expr), formals[index]):
                continue
            if task_of(site.type_of(expr)) is not None or _takes_tasks(formals[index]):
                continue
            if wires(signature.ret_type):
                Argument(site, Slot(f'function "{name}"', signature.arg_names[index] or "")).check(
                    expr, formals[index]
                )
            else:
                _refuse_argument(site, name, site.type_of(expr), call.args[actual])
            formals[index] = unknown()
    return signature.copy_modified(arg_types=formals)


def _takes_tasks(formal: Type) -> bool:
    """Whether a parameter takes a task, or several: an output stands for its task there."""
    proper = get_proper_type(formal)
    if isinstance(proper, UnionType):
        return any(_takes_tasks(item) for item in proper.items)
    if not isinstance(proper, Instance) or is_output(proper):
        return False
    return proper.type.has_base(names.SDK_DEPENDENCY) or any(
        _takes_tasks(arg) for arg in proper.args
    )


def _refuse_argument(site: Site, name: str, found: ProperType, expr: Expression) -> None:
    output = first_output(found)
    source = output.phrase() if output else "a task"
    text = (
        f'Function "{name}" runs while the DAG is parsed, when the output of {source} '
        f'has no value yet: make "{name}" a task'
    )
    site.fail(text, expr, XCOM_USE)


def wires(returned: Type) -> bool:
    """Whether a function with this return type may be one that only connects tasks."""
    proper = awaited(returned)
    if isinstance(proper, (AnyType, NoneType)) or task_of(proper) or holds_output(proper):
        return True
    if isinstance(proper, UnionType):
        return any(wires(item) for item in proper.items)
    if isinstance(proper, TupleType):
        return any(wires(item) for item in proper.items)
    return isinstance(proper, Instance) and (
        proper.type.has_base(names.SDK_DEPENDENCY) or any(wires(arg) for arg in proper.args)
    )
