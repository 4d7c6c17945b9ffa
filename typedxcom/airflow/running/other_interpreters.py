"""Tasks whose body runs in another interpreter, and what crosses over as plain data.

Airflow sends arguments and results through a file of its own, in pickle, which names classes. A
class that only the DAG file knows cannot be imported there, because Airflow imports the file as
``unusual_prefix_…``. So a value of such a class goes over as the JSON builtins
that its entry would hold, and what comes back is read by the contract.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import pydantic_core

from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.contracts import Contract, Promise
from typedxcom.errors import CodecError, ValidationError
from typedxcom.exchange import load
from typedxcom.exchange.arguments import is_typed_params
from typedxcom.schema.nodes import EnumOf, Opaque, Record, Schema, walk
from typedxcom.stored.base import StoredCodec

__all__ = ["for_child", "from_child", "runs_elsewhere"]

_FILE_PREFIXES = ("__main__", "unusual_prefix_", "typedxcom_dag_")  # of modules nobody can import


def runs_elsewhere(operator: Any) -> bool:
    """Whether Airflow pickles the arguments of *operator* for another interpreter or container."""
    return hasattr(operator, "pickling_library") or kind_of(type(operator)).place != "worker"


def for_child(
    contract: Contract, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments, as plain data if the other interpreter cannot import their classes.

    Args:
        contract: What the task requires.
        args: Positional arguments, as the contract read them.
        kwargs: Keyword arguments, likewise.
    """
    given = [
        one.value if one.injected and not is_typed_params(one) else _plain(one.value, one.promise)
        for one in contract.bind(args, kwargs)
    ]
    return given[: len(args)], dict(zip(kwargs, given[len(args) :], strict=True))


def _plain(value: Any, promise: Promise) -> Any:
    if not promise.known:
        if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray)):
            value = value[:]  # a lazy one of ours has no class there either
        return (
            pydantic_core.to_jsonable_python(value, by_alias=False) if _is_of_file(value) else value
        )
    if not _names_the_file(promise.schema):
        return value
    codec = promise.codec
    if isinstance(codec, StoredCodec):
        return value
    try:
        return codec.to_tree(value)
    except (ValidationError, CodecError):  # let through, in a DAG that only warns
        return value


def from_child(value: Any, promise: Promise) -> Any:
    """What the body returned, as the contract promises it. Plain data is read like an entry.

    A value that is neither stays as it is, and the check of the result says what is wrong.
    """
    if value is None or not any(map(_class_of, _nodes(promise.schema))):
        return value
    if isinstance(promise.codec, StoredCodec):
        return value
    try:
        return load(value, promise.codec, upcasting=False)
    except (ValidationError, CodecError):
        return value


def _names_the_file(schema: Schema) -> bool:
    """Whether a class in *schema* has no name that another interpreter can import."""
    return any(not _is_importable(kind) for kind in map(_class_of, _nodes(schema)) if kind)


def _is_of_file(value: Any) -> bool:
    """Whether *value*, for which there is no annotation, holds an object of such a class."""
    if isinstance(value, dict):
        return any(map(_is_of_file, value.values()))
    if type(value) in (list, tuple, set, frozenset):
        return any(map(_is_of_file, value))
    return not _is_importable(type(value))


def _nodes(schema: Schema) -> list[Schema]:
    return [node for _, node in walk(schema)]


def _class_of(node: Schema) -> type | None:
    """The class that a pickled value of *node* would name."""
    match node:
        case Record(style="typeddict"):
            return None  # its values are dicts
        case Record(type=kind) | EnumOf(type=kind) | Opaque(type=kind):
            return kind
    return None


def _is_importable(kind: type) -> bool:
    if kind.__module__.startswith(_FILE_PREFIXES):
        return False
    found: Any = sys.modules.get(kind.__module__)
    for name in kind.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is kind
