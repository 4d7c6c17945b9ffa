"""The parameters of one DAG, read from the annotations of its function, or from a model.

Each becomes what Airflow calls a Param: a default in JSON, a JSON Schema that Airflow checks when a
run is triggered, and what the form shows beside it.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

import typing_extensions as te

from typedxcom.annotations import VARIADIC, fields_hints, read_hints, signature_of
from typedxcom.codecs import ValueCodec
from typedxcom.codecs.jsonschema import Json, form_schema
from typedxcom.errors import (
    CodecError,
    ContractError,
    UnsupportedTypeError,
    ValidationError,
    as_sentence,
)
from typedxcom.jsontypes import JsonValue
from typedxcom.promises import Promise, holds_secret
from typedxcom.schema import schema_of
from typedxcom.schema.descriptions import said_of
from typedxcom.schema.nodes import Record, Schema
from typedxcom.schema.records import annotation_of
from typedxcom.schema.refusals import SECRET_CURE
from typedxcom.stored.base import StoredCodec

__all__ = ["NO_DEFAULT", "PARAMS", "DagParams", "TypedParam", "read_fields", "read_params"]

PARAMS = "__typedxcom_params__"
"""The attribute of a DAG, and of the function that makes it, that holds its `DagParams`."""
NO_DEFAULT: Any = inspect.Parameter.empty
_TIME_OF_DAY = re.compile(r"[0-9:]{8}")


@dataclass(frozen=True)
class TypedParam:
    """One parameter of a DAG.

    Attributes:
        name: Its name in the form and in ``conf``.
        promise: The type of its value.
        schema: The JSON Schema of that type, with the texts that the form shows.
        default: The default in JSON; `NO_DEFAULT` if a run must give the value.
    """

    name: str
    promise: Promise
    schema: Json
    default: Any = NO_DEFAULT

    def as_json(self, value: Any) -> JsonValue:
        """Returns *value* in JSON: a value of the parameter's type, or such a JSON already.

        Raises:
            ValidationError, CodecError: It is neither.
        """
        codec = _codec(self.promise)
        try:
            tree = codec.to_tree(codec.check(value))
        except (ValidationError, CodecError):
            if not isinstance(value, (str, int, float, list, dict)):
                raise
            codec.decode(json.dumps(value, default=repr).encode())
            tree = value
        made: JsonValue = json.loads(json.dumps(tree))
        return made

    def load(self, value: JsonValue) -> Any:
        """Reads the JSON *value* as the parameter's type."""
        return _codec(self.promise).decode(json.dumps(value).encode())


@dataclass(frozen=True)
class DagParams:
    """All typed parameters of one DAG.

    Attributes:
        dag: The name of the DAG function, for messages.
        params: Name to parameter.
        model: The model of ``@dag(params=Model)``, if there is one.
        others: Names that the DAG has besides, without a type.
    """

    dag: str
    params: Mapping[str, TypedParam] = field(default_factory=dict)
    model: Any = None
    others: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether any parameter has a type."""
        return bool(self.params)

    @property
    def names(self) -> set[str]:
        """The names of all parameters."""
        return {*self.params, *self.others}

    @property
    def is_open(self) -> bool:
        """Whether the model keeps names that it does not declare."""
        schema = None if self.model is None else schema_of(self.model)
        return isinstance(schema, Record) and bool(schema.extras)

    def given_to(self, schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
        """Returns those of *values* that the reader of *schema* gets.

        A model that reads some parameters of the DAG does not see the others. What nobody declared
        stays: a model that forbids it says so.
        """
        known = set(schema.fields) if isinstance(schema, Record) else set()
        return {
            name: one for name, one in values.items() if name in known or name not in self.names
        }


def read_params(
    function: Callable[..., Any],
    *,
    model: Any = None,
    local_names: Mapping[str, Any],
    defaults: Mapping[str, Any],
    stock: Iterable[str] = (),
) -> DagParams:
    """Reads the parameters of a DAG function, and the fields of *model*.

    Args:
        function: The DAG function.
        model: What ``@dag(params=...)`` was given, if that is a class.
        local_names: Names of the scope that defined the function.
        defaults: Parameter to its default; `NO_DEFAULT` if a run must give the value.
        stock: Names of Airflow's own Params of the same DAG.

    Raises:
        ContractError: A type can have no form, a default breaks its type, or a name is not known.
    """
    dag = function.__name__
    hints = read_hints(function, local_names=local_names, importing=True)
    found: dict[str, TypedParam] = {}
    others: list[str] = [*stock]
    for name, parameter in signature_of(function).parameters.items():
        if parameter.kind in VARIADIC:
            continue
        if name in hints.missing:
            raise ContractError(
                f"DAG function {dag!r}: the annotation of the parameter `{name}` names "
                f"`{hints.missing[name]}`, which does not exist at run time. Import it at run time."
            )
        made = _typed(dag, name, hints.found.get(name, Any), defaults[name])
        if made is None:
            others.append(name)
        else:
            found[name] = made
    if model is not None:
        found.update(_of_model(dag, model, found))
    return DagParams(dag, found, model, frozenset(others))


def _typed(dag: str, name: str, annotation: Any, default: Any) -> TypedParam | None:
    """Returns one parameter, or None if its annotation says nothing."""
    try:
        promise = Promise(annotation, schema_of(annotation))
    except NameError as error:
        raise ContractError(f"DAG function {dag!r}, the parameter `{name}`: {error}.") from None
    if not promise.known:
        return None
    about = f"DAG function {dag!r}, the parameter `{name}`"
    return _param(about, name, promise, said_of(annotation), default)


def _param(about: str, name: str, promise: Promise, said: Json, default: Any) -> TypedParam:
    if holds_secret(promise.schema):
        raise UnsupportedTypeError(
            f"{about}: `{promise.schema}` holds a secret, and Airflow stores and shows such values "
            f"as they are. Instead: {SECRET_CURE}.",
            annotation=promise.annotation,
            is_grave=True,
        )
    try:
        promise.refuse_unsupported()
        schema = {**_chosen(form_schema(promise.schema)), **_shown(said, promise)}
    except UnsupportedTypeError as error:
        raise UnsupportedTypeError(
            f"{about}: {error}", annotation=error.annotation, is_grave=error.is_grave
        ) from None
    if default is None and not _reads_none(promise):  # `limit: int = None`, as it once was written
        annotation: Any = Union[promise.annotation, None]  # noqa: UP007  # a string has no `|`
        return _param(about, name, Promise(annotation, schema_of(annotation)), said, default)
    made = TypedParam(name, promise, schema)
    if default is NO_DEFAULT:
        return made
    try:
        value = made.as_json(default)
    except (ValidationError, CodecError) as error:
        raise ContractError(as_sentence(str(error.about(f"{about}, its default")))) from None
    return dataclasses.replace(made, default=value, schema=_fitting(schema, value))


def _chosen(schema: Json) -> Json:
    """Lets the form offer the members of a list of enums, as a choice of several."""
    items = schema.get("items")
    if schema.get("type") != "array" or not isinstance(items, dict) or "enum" not in items:
        return schema
    labels = {"values_display": items["values_display"]} if "values_display" in items else {}
    return {**schema, "examples": items["enum"], **labels}


def _shown(said: Json, promise: Promise) -> Json:
    """Returns what the author says of a parameter, with examples in JSON."""
    if "examples" not in said:
        return said
    shown = []
    for one in said["examples"]:
        try:
            shown.append(TypedParam("", promise, {}).as_json(one))
        except (ValidationError, CodecError):  # an example is only shown
            continue
    return {**said, "examples": shown}


def _reads_none(promise: Promise) -> bool:
    try:
        _codec(promise).decode(b"null")
    except (ValidationError, CodecError):
        return False
    return True


def _codec(promise: Promise) -> ValueCodec:
    """Returns the codec of a parameter. None is stored: `form_schema` refuses such types."""
    codec = promise.codec
    if isinstance(codec, StoredCodec):
        raise UnsupportedTypeError(f"`{promise.schema}` is stored", annotation=promise.annotation)
    return codec


def _fitting(schema: Json, default: Any) -> Json:
    """Returns *schema* without ``format: time`` if the default has a fraction or an offset.

    Airflow checks that format as ``HH:MM:SS``.
    """
    if schema.get("format") == "time" and not _TIME_OF_DAY.fullmatch(str(default)):
        return {word: part for word, part in schema.items() if word != "format"}
    return schema


def _of_model(dag: str, model: Any, taken: Mapping[str, Any]) -> dict[str, TypedParam]:
    try:
        made = read_fields(model, owner=f"DAG function {dag!r}, the parameter")
    except NameError as error:
        raise ContractError(f"DAG function {dag!r}: @dag(params=...): {error}.") from None
    if made is None:
        raise ContractError(
            f"DAG function {dag!r}: @dag(params=...) takes a dict of Params, or a model whose fields "
            f"are the parameters, got `{schema_of(model)}`."
        )
    for name in made:
        if name in taken:
            raise ContractError(
                f"DAG function {dag!r}: `{name}` is a parameter of the function and a field of "
                f"`{schema_of(model)}`. Take one of them away."
            )
    return made


def read_fields(model: Any, *, owner: str) -> dict[str, TypedParam] | None:
    """Reads the fields of *model*, each as one parameter.

    Args:
        model: A pydantic model, dataclass, Struct or TypedDict.
        owner: Says in messages whose fields they are. The name of a field follows.

    Returns:
        The name of each in JSON, to the parameter; None if *model* has no named fields.

    Raises:
        ContractError: A type can have no form, or a default breaks its type.
        NameError: An annotation names what does not exist.
    """
    schema = schema_of(model)
    if not isinstance(schema, Record) or schema.style == "namedtuple" or "root" in schema.fields:
        return None
    made: dict[str, TypedParam] = {}
    annotations = _annotations(model, schema.style)
    for name, part in schema.fields.items():
        key = part.key or name
        annotation, said = annotations.get(name, (Any, {}))
        promise, default = Promise(annotation, part.schema), _default_of(model, name, schema)
        made[key] = _param(f"{owner} `{key}`", key, promise, said, default)
    return made


def _annotations(model: Any, style: str) -> dict[str, tuple[Any, Json]]:
    """Returns field to annotation, and to what its author says of it to people."""
    infos = getattr(model, "__pydantic_fields__", None)
    if style == "model" and infos is not None:
        return {
            name: (annotation_of(info), said_of(te.Annotated[Any, info]))
            for name, info in infos.items()
        }
    hints = fields_hints(model)
    return {name: (hint, said_of(hint)) for name, hint in hints.items()}


def _default_of(model: Any, name: str, record: Record) -> Any:
    """Returns the default of a field, made by its factory if it has one."""
    if record.fields[name].required:
        return NO_DEFAULT
    infos = getattr(model, "__pydantic_fields__", None)
    if infos is not None:
        return infos[name].get_default(call_default_factory=True)
    if record.style == "dataclass":
        part = model.__dataclass_fields__[name]
        is_made = part.default is dataclasses.MISSING
        return part.default_factory() if is_made else part.default
    if record.style == "struct":
        import msgspec

        given = {one.name: one for one in msgspec.structs.fields(model)}[name]
        return given.default_factory() if given.default is msgspec.NODEFAULT else given.default
    return NO_DEFAULT  # a TypedDict's key that may be missing
