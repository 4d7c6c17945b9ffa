"""Knows functions that cannot tell in which class the zone of a datetime is held.

pydantic reads ``+00:00`` as a zone of its own class, not as `datetime.timezone.utc`. A function
that only compares, adds and subtracts the fields of a model gets the same results from either. Its
code shows that: every instruction and every name must be known here. So a new version of Python may
make fewer functions known, but none of them wrongly.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Container
from types import FunctionType
from typing import Any

__all__ = ["tells_no_zones"]

_KNOWN = frozenset({
    "BINARY_ADD", "BINARY_SUBTRACT", "BUILD_STRING", "CALL", "CALL_FUNCTION", "COMPARE_OP", "COPY",
    "DUP_TOP", "FORMAT_SIMPLE", "LOAD_ASSERTION_ERROR", "LOAD_COMMON_CONSTANT", "LOAD_CONST",
    "LOAD_SMALL_INT", "NOP", "NOT_TAKEN", "POP_TOP", "PRECALL", "PUSH_NULL", "RAISE_VARARGS", "RESUME",
    "RETURN_CONST", "RETURN_VALUE", "ROT_THREE", "ROT_TWO", "SWAP", "TO_BOOL", "UNARY_NOT",
})  # fmt: skip
_JUMPS = ("JUMP_FORWARD", "POP_JUMP_", "JUMP_IF_")
_MODEL = ("LOAD_FAST", "LOAD_FAST_BORROW")  # the argument, as there is no other local variable
_CALLED = frozenset({"AssertionError", "TypeError", "ValueError"})
_UNFORMATTED = (None, False)  # without `!r`, and without a format such as `%Z`
_OTHER_KINDS = (
    inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR | inspect.CO_COROUTINE
    | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE
)  # fmt: skip


def tells_no_zones(function: Any, fields: Container[str]) -> bool:
    """Whether *function* surely does the same, whatever class the zones in a model have.

    Args:
        function: A function of one argument, the model.
        fields: The names of its fields, which hold immutable builtins.
    """
    if type(function) is not FunctionType or function.__closure__:
        return False
    code = function.__code__
    if (code.co_argcount, code.co_kwonlyargcount) != (1, 0) or code.co_flags & _OTHER_KINDS:
        return False
    steps = list(dis.get_instructions(code))
    return all(
        _is_blind(*three, fields, function.__globals__)
        for three in zip([None, *steps], steps, [*steps[1:], None], strict=False)
    )


def _is_blind(
    before: dis.Instruction | None,
    step: dis.Instruction,
    after: dis.Instruction | None,
    fields: Container[str],
    own_names: Container[str],
) -> bool:
    """Whether one *step* of a function does the same with each class of zones."""
    if step.opname in _MODEL:  # it must not get to the author's own methods, such as __eq__
        return after is not None and after.opname in ("LOAD_ATTR", "RETURN_VALUE")
    match step.opname:
        case "LOAD_ATTR":
            of_model = before is not None and before.opname in _MODEL
            return of_model and step.argval in fields
        case "LOAD_GLOBAL":
            return step.argval in _CALLED and step.argval not in own_names
        case "IS_OP":
            return before is not None and before.opname == "LOAD_CONST" and before.argval is None
        case "BINARY_OP":
            return step.argrepr in ("+", "-")
        case "FORMAT_VALUE":
            return bool(step.argval == _UNFORMATTED)
    return step.opname in _KNOWN or step.opname.startswith(_JUMPS)
