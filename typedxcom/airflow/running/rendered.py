"""Shows each argument under its parameter's name on Airflow's page of rendered templates.

Airflow lists the template fields of an operator there, which for a function are `op_args` and
`op_kwargs`. After they are rendered, the operator of this run gets a field for each argument
instead. Its value is what the page shows: a line for a pointer, and only the first parts of a long
list or dict. It is no text of our own making, so Airflow's secrets masker still sees keys and
whole texts.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from typing import Any

from typedxcom.airflow.config import conf
from typedxcom.codecs.text import read_text
from typedxcom.contracts import Argument, Contract
from typedxcom.errors import TypedXComError
from typedxcom.exchange.forms import is_form, text_in
from typedxcom.exchange.plain import ordered
from typedxcom.exchange.unannotated import Unread
from typedxcom.pointer import MARKER, is_pointer, line_in
from typedxcom.preview import visible, withheld_names, withholds_all

__all__ = ["fields_to_render", "show_arguments"]

_log = logging.getLogger(__name__)
_ARGUMENTS = ("op_args", "op_kwargs")
_LABEL = "argument "  # with a space, so it hides no attribute of the operator
_MAX_LINE = 200  # characters
_MAX_DEPTH = 20
_WITHHELD = "(withheld)"
_MAX_INT = 2**63 - 1  # of msgpack, in which Airflow sends the fields


def fields_to_render(fields: Iterable[str]) -> list[str]:
    """Returns the template fields without ours, which are for people and hold no templates."""
    return [name for name in fields if not name.startswith(_LABEL)]


def show_arguments(operator: Any, contract: Contract | None, fields: Iterable[str]) -> None:
    """Gives *operator* a template field for each argument. If that fails, the task goes on.

    Args:
        operator: The operator of this run, with its arguments as they were pulled.
        contract: Its contract.
        fields: Its template fields.
    """
    names = list(fields)
    if contract is None or not set(_ARGUMENTS) <= set(names):
        return
    try:
        limit = conf.getint("core", "max_templated_field_length", fallback=4096)
        given = contract.bind(operator.op_args, operator.op_kwargs)
        shown = {name: _Glance(one, limit).shown for name, one in _labelled(given)}
    except Exception as error:  # its text may quote a value
        name = type(error).__name__
        _log.debug("Task %s shows op_args and op_kwargs: %s", operator.task_id, name)
        return
    others = [name for name in names if name not in _ARGUMENTS]
    vars(operator).update(shown, template_fields=(*shown, *others))


def _labelled(given: Iterable[Argument]) -> Iterator[tuple[str, Argument]]:
    taken = set[str]()
    for one in given:
        name = f"{one.name}[{one.place}]" if one.name.startswith("*") else one.name
        label = f"{_LABEL}{name if name not in taken else '**' + name}"
        taken.add(name)
        yield label, one


class _Glance:
    """A look at one argument that ends after about as many characters as Airflow shows.

    Texts are not cut, because the masker does not find a part of a secret.
    """

    def __init__(self, argument: Argument, limit: int) -> None:
        self._schema = argument.promise.schema
        self._limit = limit
        self._left = limit - limit // 8  # for what says that parts are missing
        self._names: frozenset[str] | None = None
        self.shown = self._withheld(argument.value) or self._part(argument.value, 0)

    def _withheld(self, value: Any) -> str | None:
        is_hidden = isinstance(value, (dict, list, tuple)) and withholds_all(self._schema)
        return _WITHHELD if is_hidden and not is_pointer(value) else None

    def _part(self, value: Any, depth: int) -> Any:
        if isinstance(value, Unread):
            value = value.entry
        if isinstance(value, dict) and MARKER in value:
            value = _opened(value, self._limit)
        if isinstance(value, (dict, list, tuple)):
            if depth >= _MAX_DEPTH:
                return "…"
            self._left -= len("{}")
            return self._dict(value, depth) if isinstance(value, dict) else self._list(value, depth)
        return self._leaf(value, depth)

    def _leaf(self, value: Any, depth: int) -> Any:
        value = _sendable(value)
        is_text = isinstance(value, str)
        size = len(value if is_text else str(value)) + len("'', ")
        if depth and is_text and size > self._left:
            return f"text of {len(value):,} characters"
        self._left -= size
        return value

    def _list(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        made: list[Any] = []
        for part in value:
            if self._left <= 0:
                return [*made, f"… {len(value) - len(made):,} more"]
            made.append(self._part(part, depth + 1))
        return made

    def _dict(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        if self._names is None:
            self._names = withheld_names(self._schema)
        made: dict[Any, Any] = {}
        for key, part in value.items():
            if self._left <= 0:
                return {**made, "…": f"{len(value) - len(made):,} more"}
            self._left -= len(str(key)) + len("'': ")
            made[_sendable(key)] = _WITHHELD if key in self._names else self._part(part, depth + 1)
        return made


def _sendable(value: Any) -> Any:
    """Returns *value*, or a text for what neither msgpack nor every database takes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value) if isinstance(value, int) and abs(value) > _MAX_INT else value


def _opened(entry: dict[str, Any], limit: int) -> Any:
    """Returns what an entry in one of our own forms says: a line if it is long, else its JSON."""
    if is_pointer(entry):
        return visible(line_in(entry), _MAX_LINE)
    try:
        if not is_form(entry):
            return ordered(entry)
        text = text_in(entry)
        return read_text(text) if len(text) <= limit else visible(line_in(entry), _MAX_LINE)
    except TypedXComError:  # damaged: the task itself says so when it reads its arguments
        return entry
