"""What classic operators push, as far as the table of their classes tells.

Nobody promised it to us: it explains wiring and refuses what cannot work, and decodes no value.
What a language model answers is a promise, because its operator has validated the answer. So is
what people answer in a form of ours.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

from typedxcom.airflow.answers import answer_type, declared_answer
from typedxcom.airflow.forms import form_contract
from typedxcom.airflow.private import INJECTED_KEYS, MappedOperator
from typedxcom.annotations import annotations_of
from typedxcom.caches import by_class
from typedxcom.contracts import Contract
from typedxcom.errors import TypedXComError
from typedxcom.inference import returned_by
from typedxcom.operator_outputs import Answer, OperatorOutput, ReturnOf, Unsure, output_of
from typedxcom.schema import UNKNOWN, Schema, schema_of
from typedxcom.schema.nodes import inferred

__all__ = ["argument_of", "classic_output"]


def classic_output(operator: Any) -> Schema:
    """What one instance of *operator* pushes as its return value; unknown where nothing tells.

    Args:
        operator: A classic operator, mapped or not.
    """
    if (form := form_contract(operator)) is not None:
        return form.returned.schema
    operator_class = getattr(operator, "operator_class", type(operator))
    row, given = _row_of(operator_class), functools.partial(argument_of, operator)
    if row is None:
        declared = declared_answer(operator_class, given)
        return UNKNOWN if declared is None else inferred(_schema(answer_type(declared)))
    pushed = row.of(given)
    if isinstance(pushed, Answer):
        pushed = pushed.in_airflow()
        schema = _schema(answer_type(pushed))
        return inferred(schema) if pushed.is_dumped else schema
    return inferred(
        _returned(pushed.function) if isinstance(pushed, ReturnOf) else schema_of(pushed)
    )


def _schema(annotation: Any) -> Schema:
    """The schema of a type that an author gave; unknown for a name that has no meaning yet."""
    try:
        return schema_of(annotation)
    except (NameError, TypeError):
        return UNKNOWN


@by_class
def _row_of(operator_class: Any) -> OperatorOutput | None:
    mro = operator_class.__mro__
    return output_of(tuple((f"{one.__module__}.{one.__qualname__}", vars(one)) for one in mro))


def argument_of(operator: Any, name: str, default: Any) -> Any:
    """An argument of *operator*, mapped or not. Raises Unsure if instances differ."""
    if not isinstance(operator, MappedOperator):
        return getattr(operator, name, default)
    mapped: Any = operator.expand_input.value
    if not isinstance(mapped, dict) or name in mapped:
        raise Unsure
    return operator.partial_kwargs.get(name, default)


def _returned(function: Any) -> Schema:
    """What a function of the author's returns, by its annotation or else its code."""
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        return UNKNOWN
    if "return" not in annotations_of(function):
        return returned_by(function)
    try:
        return inferred(Contract(function, injected=INJECTED_KEYS).body.schema)
    except (NameError, TypeError, ValueError, TypedXComError):
        return UNKNOWN
