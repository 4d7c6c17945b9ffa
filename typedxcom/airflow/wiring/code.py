"""What the code of a task shows beyond its annotations: the type of its value, and its keys.

An inferred type explains and refuses wiring. No value is encoded or decoded by it: a task without
annotations pushes and reads as Airflow does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from typedxcom.airflow.config import settings
from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.annotations import annotations_of
from typedxcom.contracts import contract_of
from typedxcom.errors import ConfigurationError
from typedxcom.inference import returned_by
from typedxcom.inference.kinds import one_of
from typedxcom.nearness import nearest
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import (
    Inferred,
    Record,
    Scalar,
    Unknown,
    inferred,
    members_of,
)
from typedxcom.schema.vague import filled, is_vague, kept

__all__ = ["hint_at", "keys_shown", "near", "shown_by", "with_code"]

_RETURN_KEY = "return_value"


Given: TypeAlias = Callable[[str], Schema]
"""What a call gives a parameter."""


def with_code(operator: Any, promised: Schema, key: str, given: Given) -> Schema:
    """What one instance pushes under *key*, where its annotation leaves something to be seen.

    Args:
        operator: The task.
        promised: What its annotation says of that.
        key: The XCom key.
        given: What the task gets.
    """
    if not _reads_strictly():
        return promised
    if key == _RETURN_KEY:
        return _over(shown_by(operator, given), promised) if is_vague(promised) else promised
    is_said = not isinstance(promised, Unknown) and not is_vague(promised)
    if is_said or not getattr(operator, "multiple_outputs", False):
        return promised
    parts = [
        member.fields[key].schema
        for member in _dicts(shown_by(operator, given))
        if key in member.fields
    ]
    return _over(inferred(one_of(parts)), promised)


def _reads_strictly() -> bool:
    """Whether ``"5"`` is no number: where readers are lax, code shows nothing that fails."""
    try:
        return settings().strict
    except ConfigurationError:  # which the run reports
        return True


def shown_by(operator: Any, given: Given | None = None) -> Schema:
    """What the code of a task returns: an `Inferred` schema, or unknown."""
    function = getattr(operator, "python_callable", None)
    if function is None:
        return UNKNOWN
    kind = kind_of(getattr(operator, "operator_class", type(operator)))
    contract = contract_of(function)
    if not kind.returns_value or not _runs_its_function(operator) or _promises_anything(function):
        return UNKNOWN
    if contract is None:
        return returned_by(function, None, given)
    if contract.output is not None:
        return UNKNOWN
    return returned_by(contract.function, contract.local_names, given)


def _promises_anything(function: Any) -> bool:
    """Whether the author wrote ``-> Any``, so that nothing is asked of the code."""
    return annotations_of(function).get("return") in (Any, object, "Any", "object")


def keys_shown(operator: Any) -> tuple[str, ...] | None:
    """The keys of the dict that a task returns; None where some return does not show its keys."""
    whole = shown_by(operator)
    if not isinstance(whole, Inferred):
        return None
    members = members_of(whole.inner)
    dicts = list(_dicts(whole))
    nothing = [one for one in members if one == Scalar(type(None))]
    if len(dicts) + len(nothing) != len(members):
        return None
    return tuple(dict.fromkeys(key for one in dicts for key in one.fields)) or None


def near(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'rows'?`` where one of *known* looks like *name*; else nothing."""
    return hint_at(nearest(name, known))


def hint_at(meant: str | None) -> str:
    """`` Did you mean 'rows'?``, if something was meant."""
    return "" if meant is None else f" Did you mean {meant!r}?"


def _runs_its_function(operator: Any) -> bool:
    """Whether a task decorator made it; the body of ``@task.stub`` is in another language."""
    operator_class = getattr(operator, "operator_class", type(operator))
    return getattr(operator_class, "custom_operator_name", "@task.stub") != "@task.stub"


def _over(shown: Schema, promised: Schema) -> Schema:
    """What code shows over a promise, where the two speak of the same kind of value."""
    if not isinstance(shown, Inferred):
        return promised
    if isinstance(promised, Unknown):
        return shown
    return inferred(filled(one_of(kept(shown.inner, promised)), promised), promised)


def _dicts(schema: Schema) -> list[Record]:
    """The dicts with known keys among what code shows."""
    inner = schema.inner if isinstance(schema, Inferred) else schema
    members = members_of(inner)
    return [one for one in members if isinstance(one, Record) and one.type is dict]
