"""What classic operators push, by the table that the check at DAG parse also reads.

No operator promises these types. So they refuse only what cannot work, as with types that only
the code of a task shows. The answer of a language model is a promise: its operator validates it.
"""

from __future__ import annotations

from typing import Any, Final

from mypy.nodes import CallExpr, Expression, StrExpr
from mypy.plugin import FunctionContext
from mypy.types import AnyType, CallableType, ExtraAttrs, Instance, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.features.answers import (
    argument_of,
    declared_type,
    given_in,
    is_model,
    pushed_type,
)
from typedxcom.mypy.types.origins import origins
from typedxcom.mypy.types.outputs import Note, note_attrs
from typedxcom.mypy.types.site import Site
from typedxcom.operator_outputs import Answer, output_of

__all__ = ["PROMISED", "named_output", "noted_operator"]

PROMISED: Final = "<typedxcom promised>"
_DECLARED: Final = "deserialization_allowed_class_fields"


def noted_operator(
    site: Site, call: CallExpr, operator: Instance, asked: list[str] | None = None
) -> Instance:
    """Returns *operator* with a note on its type: what this call's output is.

    Args:
        site: The place.
        call: Makes the operator, or sets some of its arguments.
        operator: Its type.
        asked: Gets the names of the arguments that decide the note.
    """

    def given(name: str, default: Any) -> Any:
        if asked is not None:
            asked.append(name)
        return argument_of(call, name, default)

    row = output_of(tuple((one.fullname, one.names) for one in operator.type.mro))
    pushed: Any = None if row is None else row.of(given)
    if isinstance(pushed, Answer):
        pushed = pushed.in_airflow()
    if row is None and asked is not None:
        asked.append("output_type")
    found = _declared(site, call, operator) if row is None else pushed_type(site, pushed)
    if found is None:
        return operator
    made, note = operator.copy_modified(), Note(_task_id(call))
    if isinstance(pushed, Answer) and not pushed.is_dumped:
        attrs = note_attrs(site, note, None)
        made.extra_attrs = ExtraAttrs({**attrs.attrs, PROMISED: found}, set(), None)
    else:
        made.extra_attrs = note_attrs(site, note, found)
    return made


def named_output(site: Site, ctx: FunctionContext) -> Type:
    """Types ``typed_output(operator, str)``, and remembers the id of its task for messages."""
    found, call = get_proper_type(ctx.default_return_type), ctx.context
    if not isinstance(found, Instance) or not isinstance(call, CallExpr) or not call.args:
        return ctx.default_return_type
    made = [call.args[0], *origins(site, call.args[0])]
    ids = {_task_id(one) for one in made if isinstance(one, CallExpr)} - {""}
    if len(ids) != 1:
        return ctx.default_return_type
    found = found.copy_modified()
    found.extra_attrs = note_attrs(site, Note(ids.pop()))
    return found


def _declared(site: Site, call: CallExpr, operator: Instance) -> Type | None:
    """Returns the type in the argument that holds the class of the operator's result.

    The operator's class says that there is one, in a field whose value is not in mypy's cache.
    So the argument is found by what it is.
    """
    owner = next((one for one in operator.type.mro if _DECLARED in one.names), None)
    execute = operator.type.get("execute")
    written = get_proper_type(execute.type) if execute else None
    is_open = not isinstance(written, CallableType) or isinstance(
        get_proper_type(written.ret_type), AnyType
    )
    if owner is None or owner.fullname == names.SDK_OPERATOR or not is_open:
        return None
    if (given := given_in(call, "output_type")) is not None:
        return declared_type(site, given)
    found = [_model_in(site, one) for one in call.args]
    models = [one for one in found if one is not None]
    return models[0] if len(models) == 1 else None


def _model_in(site: Site, expr: Expression) -> Type | None:
    proper = get_proper_type(site.type_of(expr))
    if not isinstance(proper, CallableType) or not proper.is_type_obj():
        return None
    return proper.ret_type if is_model(proper.ret_type) else None


def _task_id(call: CallExpr) -> str:
    found = given_in(call, "task_id")
    return found.value if isinstance(found, StrExpr) else ""
