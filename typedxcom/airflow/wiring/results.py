"""What the functions of ``@task.branch``, ``.sensor``, ``.bash``, ``.llm`` and others may return.

Also: what a function that yields may promise, in any kind of task.
"""

from __future__ import annotations

import collections.abc as abc
import inspect
import types
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import typing_extensions as te
from airflow.sdk import Metadata

from typedxcom.airflow.decorator_kinds import DecoratorKind, kind_of
from typedxcom.annotations import never_yields, read_hints
from typedxcom.contracts import Contract
from typedxcom.errors import ContractError
from typedxcom.schema import Schema, Unknown
from typedxcom.schema.nodes import (
    EnumOf,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    bare,
)

__all__ = ["refuse_generator", "refuse_result"]

_ALLOWED = {
    "branch": "the ids of tasks: a `str`, a `list[str]`, or None",
    "sensor": "a `bool` or a `PokeReturnValue`",
    "command": "the command: a `str`",
    "prompt": "the prompt: a `str`, or a list of texts, images and the like",
    "text": "the prompt: a `str`",
    "prompts": "the prompts: a `list[str]`, or a list of dicts with a `prompt`",
}


def refuse_result(operator_class: type, contract: Contract) -> None:
    """Raise ContractError if the function returns what its kind of task cannot use.

    Args:
        operator_class: The operator that runs it.
        contract: The contract of the function.
    """
    kind = kind_of(operator_class)
    allowed, returned = _ALLOWED.get(kind.result), contract.body.schema
    if allowed is None or _may_be(kind, returned):
        return
    decorator = getattr(operator_class, "custom_operator_name", "")
    raise ContractError(
        f"Task function {contract.name!r} is a {decorator}: it must return {allowed}, "
        f"not `{returned}`."
    )


def refuse_generator(contract: Contract) -> None:
    """Raise ContractError if a function that yields promises what it yields.

    Airflow takes asset `Metadata` from a generator, and pushes what it finally returns. It never
    runs an async generator.
    """
    if never_yields(contract.function):
        return
    is_async = inspect.isasyncgenfunction(contract.function)
    if not is_async and not inspect.isgeneratorfunction(contract.function):
        return
    hints = read_hints(contract.function, local_names=contract.local_names, importing=False)
    promised = _plain(hints.found.get("return", Any))
    if is_async and promised is not Any:
        raise ContractError(
            f"Task function {contract.name!r} is an async generator, which Airflow never runs. "
            "Return a list."
        )
    if is_async or _yields_metadata(promised):
        return
    shown = promised.__name__ if isinstance(promised, type) and not get_args(promised) else promised
    raise ContractError(
        f"Task function {contract.name!r} yields, so it pushes nothing of "
        f"`{str(shown).replace('collections.abc.', '').replace('typing.', '')}`: Airflow keeps only "
        "what it returns in the end. Return a list. To yield asset metadata and return a value, "
        "annotate it as Generator[Metadata, None, T]."
    )


def _yields_metadata(promised: Any) -> bool:
    """Whether an annotation promises no value, asset metadata, or what is returned in the end."""
    if promised in (Any, None, type(None)) or isinstance(promised, TypeVar):
        return True
    origin, args = get_origin(promised) or promised, get_args(promised)
    if origin not in (abc.Generator, abc.Iterator, abc.Iterable):
        return False
    returns = args[2] if origin is abc.Generator and len(args) == 3 else None
    return not args or returns not in (None, type(None)) or _is_metadata(args[0])


def _is_metadata(yielded: Any) -> bool:
    yielded = _plain(yielded)
    if get_origin(yielded) in (Union, types.UnionType):
        return any(map(_is_metadata, get_args(yielded)))
    if isinstance(yielded, type):
        return yielded in (Any, object) or issubclass(yielded, Metadata)
    return True


def _plain(annotation: Any) -> Any:
    """*annotation* without what is written around it, and what a `type` alias stands for."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, te.TypeAliasType):
            annotation = annotation.__value__
        else:
            return annotation


def _may_be(kind: DecoratorKind, schema: Schema) -> bool:
    schema = bare(schema)
    if isinstance(schema, UnionOf):
        return all(_may_be(kind, member) for member in schema.members)
    if kind.result == "sensor":
        is_other = not isinstance(schema, (Scalar, LiteralOf, EnumOf, SequenceOf, TupleOf))
        return is_other or (isinstance(schema, Scalar) and schema.type is bool)
    if kind.result in ("command", "text"):
        return _is_text(schema)
    if kind.result in ("prompt", "prompts"):
        return _is_prompt(schema, is_many=kind.result == "prompts")
    if isinstance(schema, SequenceOf):
        return _is_text(bare(schema.item))
    if isinstance(schema, TupleOf):
        return all(_is_text(bare(item)) for item in schema.items)
    return schema == Scalar(type(None)) or _is_text(schema)


def _is_prompt(schema: Schema, *, is_many: bool) -> bool:
    """Whether it is a prompt, or a list of its parts; or, if *is_many*, a list of prompts."""
    match schema:
        case SequenceOf(type=kind, item=item):
            return not issubclass(kind, abc.Set) and _is_part(bare(item), is_many=is_many)
        case TupleOf(items=items):
            return all(_is_part(bare(item), is_many=is_many) for item in items)
        case MappingOf() | TableOf() | Record(style="model" | "dataclass" | "typeddict" | "struct"):
            return False
        case Scalar() | LiteralOf() | EnumOf():
            return not is_many and _is_text(schema)
    return True


def _is_part(item: Schema, *, is_many: bool) -> bool:
    match item:
        case UnionOf(members=members):
            return all(_is_part(bare(one), is_many=is_many) for one in members)
        case Scalar() | LiteralOf() | EnumOf():
            return _is_text(item)
        case MappingOf() | Record(style="typeddict"):
            return is_many
        case Record():
            return not is_many
    return True


def _is_text(schema: Schema) -> bool:
    match schema:
        case Unknown():
            return True
        case LiteralOf(values=values):
            return all(isinstance(value, str) for value in values)
        case Scalar(type=kind) | EnumOf(type=kind):
            return issubclass(kind, str)
        case UnionOf(members=members):
            return all(_is_text(bare(member)) for member in members)
    return False
