"""What a language model answers: the type that an operator's ``output_type`` says.

The library behind the operator validates the answer against that type, so it is a promise like a
return annotation. For operators that no table lists, the class itself says which of its
arguments hold such types: Airflow's ``deserialization_allowed_class_fields``.
"""

from __future__ import annotations

import types
from typing import Any, Union, get_args, get_origin

import typing_extensions as te
from pydantic import BaseModel

from typedxcom.annotations import annotations_of
from typedxcom.operator_outputs import Answer, Arguments, Unsure

__all__ = ["answer_type", "declared_answer"]

_UNION: Any = Union
_UNIONS = (Union, types.UnionType)
_OPEN = (Any, "Any", "typing.Any", "t.Any")  # what an `execute` may say of its result


def answer_type(pushed: Any) -> Any:
    """Returns *pushed*, a type of the table, as an annotation; `Any` if it is no type.

    Args:
        pushed: A type, or an `Answer` with what the author gave: also a list of types, one of
            which the model answers, or a function or marker of pydantic-ai, which is no type.
    """
    if not isinstance(pushed, Answer):
        return pushed
    given = pushed.type
    if isinstance(given, (list, tuple)):
        members = list(given)
    else:
        members = list(get_args(given)) if get_origin(given) in _UNIONS else [given]
    found = [_member(one, is_dumped=bool(pushed.is_dumped)) for one in members]
    if not found or Any in found:
        return Any
    return _UNION[tuple(found)]


def _member(given: Any, *, is_dumped: bool) -> Any:
    if isinstance(given, Answer) or not _is_type(given):
        return Any
    is_model = isinstance(given, type) and issubclass(given, BaseModel)
    return dict[str, Any] if is_dumped and is_model else given


def _is_type(given: Any) -> bool:
    if str(getattr(given, "__module__", "")).startswith("pydantic_ai"):
        return False  # an answer that asks for more, for example a tool call to approve
    if given is None or isinstance(given, (type, te.TypeAliasType)):
        return True
    return get_origin(given) is not None or hasattr(given, "__supertype__")


def declared_answer(operator_class: Any, given: Arguments) -> Any:
    """Returns what an operator pushes by its own declaration; None if it declares nothing.

    Args:
        operator_class: A class of operators that no table lists.
        given: Returns its arguments.
    """
    fields: tuple[str, ...] = getattr(operator_class, "deserialization_allowed_class_fields", ())
    returned = annotations_of(operator_class.execute).get("return", Any)
    if len(fields) != 1 or returned not in _OPEN:
        return None
    try:
        found = given(fields[0], None)
        return None if found is None else Answer(found, given("serialize_output", False))
    except Unsure:
        return None
