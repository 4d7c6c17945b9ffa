"""Finds the annotations that the tasks of a file lack."""

from __future__ import annotations

import functools
import inspect
import keyword
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from typing_extensions import is_typeddict

from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.wiring.code import shown_by
from typedxcom.airflow.wiring.edges import arguments_of
from typedxcom.airflow.wiring.flows import NotAnItem, element, literal, operator_contract
from typedxcom.airflow.wiring.readers import read_in
from typedxcom.annotations import VARIADIC, annotations_of, signature_of
from typedxcom.cli.spelling import Spelling, spelled
from typedxcom.contracts import contract_of
from typedxcom.inference.flow import falls_through
from typedxcom.inference.kinds import one_of
from typedxcom.inference.source import node_of
from typedxcom.schema import UNKNOWN, Schema, Unknown
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    SequenceOf,
    UnionOf,
    Written,
    members_of,
    walk,
)

__all__ = ["NewDict", "Wish", "file_of", "function_of", "given_type", "wishes_of"]

_NONE = Scalar(type(None))


@dataclass(frozen=True)
class NewDict:
    """A class to write for dicts of known keys.

    Attributes:
        name: Its name.
        fields: Name to annotation.
        optional: The fields that some of the dicts do not have.
    """

    name: str
    fields: dict[str, Spelling]
    optional: frozenset[str] = frozenset()


@dataclass
class Wish:
    """The annotations that one function lacks.

    Attributes:
        function: The author's function.
        operators: Its tasks.
        returns: The annotation of its result, if it has none yet.
        plainly: The same for a function that returns a variable which the author does not
            annotate: without new classes, and with ``Any`` where a type checker would take the
            items of a display for something else.
        parameters: Parameter to annotation.
        dicts: The classes for dicts that these annotations name.
        keeps_one_output: Whether the new annotation would make Airflow push each key.
    """

    function: Any
    operators: list[Any] = field(default_factory=list)
    returns: Spelling | None = None
    plainly: Spelling | None = None
    parameters: dict[str, Spelling] = field(default_factory=dict)
    dicts: list[NewDict] = field(default_factory=list)
    keeps_one_output: bool = False

    @property
    def is_vague(self) -> bool:
        """Whether the annotation of its result leaves something open."""
        fields = [one for new in self.dicts for one in new.fields.values()]
        return any(one.is_vague for one in (self.returns, *fields) if one is not None)

    def __bool__(self) -> bool:
        return self.returns is not None or bool(self.parameters)


def wishes_of(dags: Iterable[Any], file: Path) -> list[Wish]:
    """Returns a wish for each function of *file* that is a task of *dags* and lacks something.

    Args:
        dags: All that use tasks of the file, also those of other files.
        file: A resolved path.
    """
    operators: dict[Any, list[Any]] = {}
    for dag in dags:
        for operator in dag.tasks:
            function = function_of(operator)
            if function is not None and file_of(function) == file:
                operators.setdefault(function.__code__, []).append(operator)
    found = [_wish(function_of(own[0]), own) for own in operators.values()]
    return sorted(filter(None, found), key=lambda wish: wish.function.__code__.co_firstlineno)


def function_of(operator: Any) -> Any:
    """Returns the plain function of a decorated task, or None."""
    if not hasattr(getattr(operator, "operator_class", operator), "custom_operator_name"):
        return None
    function = getattr(operator, "python_callable", None)
    contract = contract_of(function)
    function = function if contract is None else contract.function
    return function if hasattr(function, "__code__") else None


def file_of(function: Any) -> Path:
    """Returns the resolved path of the file that defines a plain function."""
    return _resolved(function.__code__.co_filename)


@functools.lru_cache(maxsize=1024)
def _resolved(name: str) -> Path:
    return Path(name).resolve()


def _wish(function: Any, operators: list[Any]) -> Wish:
    wish = Wish(function, operators)
    is_ours = contract_of(getattr(operators[0], "python_callable", None)) is not None
    if "return" not in annotations_of(function) and _can_say(function):
        shown = shown_by(operators[0])
        if _says_enough(shown, is_ours=is_ours) and not _lacks_return(function, shown):
            _wish_return(wish, shown, operators[0])
    for name, schema in _wired(function, operators).items():
        found = spelled(schema)
        if found is not None and found.text != "Any":
            wish.parameters[name] = found
    return wish


def _can_say(function: Any) -> bool:
    """Returns whether an annotation says what Airflow pushes. Of a generator, it says more."""
    return function.__name__ != "<lambda>" and not inspect.isgeneratorfunction(function)


def _lacks_return(function: Any, shown: Schema) -> bool:
    """Returns whether a type checker would miss a ``return`` at the end of the function."""
    inner = shown.inner if isinstance(shown, Inferred) else shown
    node = None if inner == _NONE else node_of(function)
    return node is not None and falls_through(node.body)


def _says_enough(shown: Schema, *, is_ours: bool) -> bool:
    """Returns whether *shown* is worth writing. In our contracts an ``Any`` would mean JSON."""
    if isinstance(shown, Unknown):
        return False
    return not (is_ours and any(isinstance(node, Unknown) for _, node in walk(shown)))


def _wish_return(wish: Wish, shown: Schema, operator: Any) -> None:
    inner = shown.inner if isinstance(shown, Inferred) else shown
    name = "".join(part.title() for part in wish.function.__name__.split("_"))
    wish.returns, wish.plainly = _with_dicts(wish, inner, name), spelled(_loosened(inner))
    is_split = getattr(operator, "multiple_outputs", False)
    wish.keeps_one_output = wish.returns is not None and _is_dict(wish.returns) and not is_split


def _loosened(schema: Schema, *, is_inside: bool = False) -> Schema:
    match schema:
        case UnionOf(members=members):
            return UNKNOWN if is_inside else one_of(map(_loosened, members))
        case LiteralOf(values=values) if is_inside and len(set(map(type, values))) > 1:
            return UNKNOWN
        case SequenceOf(item=item):
            return replace(schema, item=_loosened(item, is_inside=True))
        case MappingOf(value=value):
            return replace(schema, value=_loosened(value, is_inside=True))
        case Record(type=kind, fields=fields) if kind is dict:
            loose = {
                name: replace(one, schema=_loosened(one.schema, is_inside=True))
                for name, one in fields.items()
            }
            return replace(schema, fields=loose)
    return schema


def _is_dict(found: Spelling) -> bool:
    """Returns whether Airflow takes an annotation for a dict, and so would push each key."""
    what = found.names.get(found.text)
    return found.text.startswith("dict[") or isinstance(what, NewDict) or is_typeddict(what)


def _with_dicts(wish: Wish, schema: Schema, name: str) -> Spelling | None:
    """Returns the annotation of a returned value, with TypedDicts for dicts of known keys."""
    dicts = [one for one in members_of(schema) if isinstance(one, Record) and one.type is dict]
    others = [one for one in members_of(schema) if one not in dicts]
    if dicts and all(one == _NONE for one in others):
        made = _new_dict(dicts, f"{name}Result")
        if made is not None:
            wish.dicts.append(made)
            text = f"{made.name} | None" if others else made.name
            return Spelling(text, {made.name: made})
    if isinstance(schema, SequenceOf) and schema.type is list:
        rows = members_of(schema.item)
        made = _new_dict(rows, f"{name}Row") if all(map(_is_display, rows)) else None
        if made is not None:
            wish.dicts.append(made)
            return Spelling(f"list[{made.name}]", {made.name: made})
    return spelled(schema)


def _is_display(schema: Schema) -> bool:
    return isinstance(schema, Record) and schema.type is dict


def _new_dict(dicts: Iterable[Any], name: str) -> NewDict | None:
    """Returns one TypedDict for all of *dicts*, or None if the keys cannot be its fields."""
    found = list(dicts)
    names = list(dict.fromkeys(key for one in found for key in one.fields))
    if not names or not all(map(_can_be_field, names)):
        return None
    fields, optional = {}, set()
    for key in names:
        parts = [one.fields[key] for one in found if key in one.fields]
        field_type = spelled(one_of(one.schema for one in parts)) or spelled(UNKNOWN)
        assert field_type is not None  # an unknown type is spelled `Any`
        fields[key] = field_type
        if len(parts) < len(found) or not all(one.required for one in parts):
            optional.add(key)
    return NewDict(name, fields, frozenset(optional))


def _can_be_field(key: str) -> bool:
    """Returns whether a class can have a field *key*: Python changes some letters of names."""
    is_name = key.isidentifier() and not keyword.iskeyword(key)
    return is_name and unicodedata.normalize("NFKC", key) == key


def _wired(function: Any, operators: list[Any]) -> dict[str, Schema]:
    """Returns what all calls of *function* pass to each parameter without an annotation."""
    parameters, annotated = signature_of(function).parameters, annotations_of(function)
    found: dict[str, list[Schema]] = {}
    for operator in operators:
        contract = operator_contract(operator)
        if (
            contract is None
            or not kind_of(getattr(operator, "operator_class", type(operator))).has_context
        ):
            return {}
        with read_in(operator.task_group):
            for argument, is_mapped in arguments_of(operator, contract):
                if argument.name == "**":
                    return {}
                schema = given_type(argument.value, is_mapped=is_mapped)
                if not argument.injected:
                    found.setdefault(argument.name, []).append(schema)
    free = {
        name: parameter
        for name, parameter in parameters.items()
        if name not in annotated and parameter.kind not in VARIADIC
    }
    return {
        name: one_of([*found[name], *_default(parameter)])
        for name, parameter in free.items()
        if name in found
    }


def given_type(value: Any, *, is_mapped: bool) -> Schema:
    """Returns the type of an argument as a parameter gets it: each item, if it is mapped over."""
    try:
        return _plain(element(literal(value)) if is_mapped else literal(value))
    except NotAnItem:
        return UNKNOWN


def _default(parameter: inspect.Parameter) -> Iterator[Schema]:
    if parameter.default is not inspect.Parameter.empty:
        yield _plain(literal(parameter.default))


def _plain(schema: Schema) -> Schema:
    """Returns the type of an argument, without the marks of where it comes from."""
    while isinstance(schema, (Written, Inferred)):
        schema = schema.inner
    if isinstance(schema, UnionOf):
        return one_of(map(_plain, schema.members))
    return schema
