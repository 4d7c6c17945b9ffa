"""Checks outputs that go into classic operators: ``BashOperator(bash_command=commands())``."""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, FuncDef, TypeInfo
from mypy.plugin import AttributeContext, FunctionSigContext, MethodContext, MethodSigContext
from mypy.types import (
    CallableType,
    ExtraAttrs,
    FunctionLike,
    Instance,
    LiteralType,
    Type,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features.arguments import Argument, Slot
from typedxcom.mypy.features.callables import check_callable, check_mapped_callable
from typedxcom.mypy.features.calls import Call
from typedxcom.mypy.features.classic import PROMISED, noted_operator
from typedxcom.mypy.features.kwargs import KeywordMapping
from typedxcom.mypy.features.mapping import Mapping
from typedxcom.mypy.types.defaults import with_defaults
from typedxcom.mypy.types.outputs import INFERRED, Note, first_output, make_output, note_of
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import Tasklike, TaskNote

__all__ = [
    "construct",
    "expand_operator",
    "is_operator",
    "output",
    "partial_operator",
    "settings_of",
    "without_not_set",
]

OPERATOR: Final = "<typedxcom operator>"
GIVEN: Final = "<typedxcom given>"
ASKED: Final = "<typedxcom asked>"  # the arguments that decide what an instance pushes

# BaseOperator's own arguments that are more than plain settings.
NOT_SETTINGS: Final = frozenset({"inlets", "outlets", "params", "default_args", "kwargs", "self"})


def is_operator(info: TypeInfo) -> bool:
    """Whether a class is a classic operator."""
    return info.has_base(names.SDK_OPERATOR)


def construct(site: Site, ctx: FunctionSigContext) -> FunctionLike:
    """Types ``BashOperator(...)``: each output must fit the field it goes to."""
    signature = ctx.default_signature
    operator = get_proper_type(signature.ret_type)
    if not isinstance(ctx.context, CallExpr) or not isinstance(operator, Instance):
        return signature
    signature = with_defaults(site, ctx.context, signature)
    checked = _check(site, ctx.context, operator.type, signature)
    check_callable(site, ctx.context, operator.type)
    return checked.copy_modified(ret_type=noted_operator(site, ctx.context, operator))


def _check(site: Site, call: CallExpr, operator: TypeInfo, signature: CallableType) -> CallableType:
    owner = f'"{operator.name}"'
    settings = settings_of(site)
    for name, expr in zip(call.arg_names, call.args, strict=True):
        if name in settings and Argument(site, Slot(owner, name)).holds(expr):
            output = first_output(site.type_of(expr))
            source = output.phrase() if output else "a task"
            text = f"is not templated: it cannot take the output of {source}"
            site.fail(f'Argument "{name}" of {owner} {text}', expr, XCOM_ARG)
            return signature
    asked = Call(site, call, owner, signature)
    given = [
        without_not_set(formal) if actuals else formal
        for formal, actuals in zip(signature.arg_types, asked.matched, strict=True)
    ]
    plain = asked.function = signature.copy_modified(arg_types=given)
    checked = asked.check()
    rows = zip(signature.arg_types, plain.arg_types, checked.arg_types, strict=True)
    return signature.copy_modified(
        arg_types=[new if new is not plain_type else old for old, plain_type, new in rows]
    )


def settings_of(site: Site) -> frozenset[str]:
    """Returns the arguments of every operator, which are read while the DAG is parsed."""
    info = site.classes[names.SDK_OPERATOR]
    symbol = info.names.get("__init__") if info else None
    node = symbol.node if symbol else None
    if not isinstance(node, FuncDef):
        return frozenset()
    if _Last.node is not node:
        named = frozenset(name for name in node.arg_names if name)
        _Last.node, _Last.settings = node, named - NOT_SETTINGS
    return _Last.settings


class _Last:
    """The settings of the build, which each operator asks for."""

    node: FuncDef | None = None
    settings: frozenset[str] = frozenset()


def without_not_set(found: Type) -> Type:
    """Removes ``ArgNotSet``: for people, ``str | ArgNotSet`` is ``str``."""
    proper = get_proper_type(found)
    if not isinstance(proper, UnionType):
        return found
    items = [item for item in proper.items if not _is_not_set(item)]
    return UnionType.make_union(items) if len(items) < len(proper.items) else found


def _is_not_set(found: Type) -> bool:
    proper = get_proper_type(found)
    return isinstance(proper, Instance) and proper.type.fullname in names.NOT_SET


def partial_operator(site: Site, ctx: MethodContext) -> Type:
    """Types ``BashOperator.partial(...)``, and remembers the operator for ``expand``."""
    owner = get_proper_type(ctx.type)
    made = get_proper_type(ctx.default_return_type)
    operator = get_proper_type(owner.ret_type) if isinstance(owner, CallableType) else None
    if not isinstance(operator, Instance) or not isinstance(made, Instance):
        return ctx.default_return_type
    made = made.copy_modified()
    call = ctx.context
    given = [name for name in call.arg_names if name] if isinstance(call, CallExpr) else []
    asked: list[str] = []
    if isinstance(call, CallExpr):
        operator = noted_operator(site, call, operator, asked)
    attrs: dict[str, Type] = {
        OPERATOR: operator,
        GIVEN: site.text_note(",".join(given)),
        ASKED: site.text_note(",".join(asked)),
    }
    made.extra_attrs = ExtraAttrs(attrs, set(), None)
    _check_partial(site, ctx, operator.type)
    return made


def _check_partial(site: Site, ctx: MethodContext, operator: TypeInfo) -> None:
    """Judges outputs among the arguments that stay the same for all instances."""
    fields = _fields(operator)
    if fields is None or not isinstance(ctx.context, CallExpr):
        return
    check_callable(site, ctx.context, operator, whole=False)
    for name, expr in zip(ctx.context.arg_names, ctx.context.args, strict=True):
        found = fields.argument_by_name(name) if name else None
        if name is not None and found is not None:
            Argument(site, Slot(f'"{operator.name}"', name)).check(expr, found.typ)


def expand_operator(site: Site, ctx: MethodSigContext, *, method: str) -> FunctionLike:
    """Types ``.expand(bash_command=commands())`` of a classic operator."""
    partial = get_proper_type(ctx.type)
    attrs = (
        partial.extra_attrs.attrs if isinstance(partial, Instance) and partial.extra_attrs else {}
    )
    operator = get_proper_type(attrs.get(OPERATOR))
    if not isinstance(operator, Instance) or not isinstance(ctx.context, CallExpr):
        return _open(ctx.default_signature)
    fields = _fields(operator.type)
    if fields is None:
        return _open(ctx.default_signature)
    given = _given(attrs.get(GIVEN))
    task = _Operator(TaskNote(name=operator.type.name, given=given), fields, unknown())
    if method == "expand":
        Mapping(site, ctx.context, task, injected=False).expand()
        check_mapped_callable(site, ctx.context, operator.type)
    else:
        KeywordMapping(site, ctx.context, task, injected=False).check()
    returned = _mapped(ctx, operator, _given(attrs.get(ASKED)), method)
    return _open(ctx.default_signature).copy_modified(ret_type=returned)


def _mapped(ctx: MethodSigContext, operator: Instance, asked: tuple[str, ...], method: str) -> Type:
    """Returns the mapped operator with the note of *operator*, unless instances differ in it."""
    made = get_proper_type(ctx.default_signature.ret_type)
    if not isinstance(made, Instance) or not isinstance(ctx.context, CallExpr):
        return ctx.default_signature.ret_type
    is_open = bool(asked) if method == "expand_kwargs" else None in ctx.context.arg_names
    if is_open or not set(asked).isdisjoint(ctx.context.arg_names):
        return made
    made = made.copy_modified()
    made.extra_attrs = operator.extra_attrs
    return made


def _given(note: Type | None) -> tuple[str, ...]:
    text = get_proper_type(note)
    value = text.value if isinstance(text, LiteralType) else ""
    return tuple(str(value).split(",")) if value else ()


def output(site: Site, ctx: AttributeContext) -> Type:
    """Types ``operator.output``. The operator promises no type, but the table may have one."""
    operator = get_proper_type(ctx.type)
    attrs = (
        operator.extra_attrs.attrs
        if isinstance(operator, Instance) and operator.extra_attrs
        else {}
    )
    note = note_of(operator) if isinstance(operator, Instance) else None
    value, inferred = attrs.get(PROMISED, unknown()), attrs.get(INFERRED)
    if not isinstance(operator, Instance) or operator.type.fullname != names.SDK_MAPPED_OPERATOR:
        return make_output(site, value, note=note or Note(), inferred=inferred)
    listed = None if inferred is None else site.builtin("list", [inferred])
    return make_output(site, value, kind=names.MAPPED, note=note or Note(), inferred=listed)


def _fields(operator: TypeInfo) -> CallableType | None:
    """Returns the operator's own constructor, without ``self``."""
    symbol = operator.get("__init__")
    signature = get_proper_type(symbol.type) if symbol else None
    if not isinstance(signature, CallableType):
        return None
    return signature.copy_modified(
        arg_types=[without_not_set(kind) for kind in signature.arg_types[1:]],
        arg_kinds=signature.arg_kinds[1:],
        arg_names=signature.arg_names[1:],
    )


def _open(signature: CallableType) -> CallableType:
    return signature.copy_modified(arg_types=[unknown() for _ in signature.arg_types])


class _Operator(Tasklike):
    """A classic operator, in the form that mapping needs."""

    @property
    def label(self) -> str:
        return f'"{self.note.name}"'
