"""What a task promises under one of its keys, and in one part of what it pushes."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

import typing_extensions as te

from typedxcom.airflow.forms import form_contract
from typedxcom.airflow.wiring.flows import RETURN_KEY
from typedxcom.annotations import fields_hints
from typedxcom.contracts import Promise, contract_of
from typedxcom.errors import ContractError
from typedxcom.schema import schema_of

__all__ = ["part_promise", "promised_under"]

_QUALIFIERS = (te.Required, te.NotRequired, te.ReadOnly)


def promised_under(operator: Any, key: str, path: Sequence[int] = ()) -> Promise:
    """What one instance of a task of ours pushes under *key*. Unknown for any other task.

    Args:
        operator: The task that pushes.
        key: The XCom key.
        path: Indexes into what it pushes.
    """
    contract = form_contract(operator) or contract_of(getattr(operator, "python_callable", None))
    if contract is None:
        return Promise()
    with contextlib.suppress(ContractError):  # then it is not known, and JSON is what there is
        contract.resolve()
    promise = contract.returned
    if key != RETURN_KEY:
        has_keys = getattr(operator, "multiple_outputs", False)
        promise = part_promise(promise, key) if has_keys else Promise()
    return functools.reduce(part_promise, path, promise)


def part_promise(promise: Promise, key: Any) -> Promise:
    """What is promised under an index, a dict's key or a field's name. Unknown if unsure."""
    if not promise.known:
        return Promise()
    annotation = _part(promise.annotation, key)
    try:
        return Promise(annotation, schema_of(annotation))
    except NameError:
        return Promise()


def _part(annotation: Any, key: Any) -> Any:
    annotation = _peeled(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    kind = origin or annotation
    if not isinstance(kind, type):
        return Any
    if not args:
        return _field(kind, key)
    if issubclass(kind, tuple):
        if args[-1] is Ellipsis:
            return args[0]
        return args[key] if isinstance(key, int) and -len(args) <= key < len(args) else Any
    if issubclass(kind, Mapping):
        return args[1] if len(args) == 2 else Any
    return args[0] if issubclass(kind, Sequence) else Any


def _peeled(annotation: Any) -> Any:
    """*annotation* without constraints, names of its own, and None beside it."""
    while True:
        if get_origin(annotation) in (te.Annotated, *_QUALIFIERS):
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__") and not get_args(annotation):
            annotation = annotation.__value__
        elif type(None) in get_args(annotation) and len(get_args(annotation)) == 2:
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _field(kind: type, key: Any) -> Any:
    """The annotation of a field.

    A model with serializers or validators of its own may write a field as anything. So its keys
    stay JSON.
    """
    names = getattr(kind, "_fields", ())
    if issubclass(kind, tuple) and isinstance(key, int) and -len(names) <= key < len(names):
        key = names[key]
    own = getattr(kind, "__pydantic_decorators__", None)
    if not isinstance(key, str) or (own is not None and any(_own_ways(own))):
        return Any
    return _qualified(fields_hints(kind).get(key, Any))


def _own_ways(decorators: Any) -> Iterator[Any]:
    """Each kind of decorator that a pydantic model has inside."""
    for kind in ("serializers", "validators"):
        for where in ("field", "model", "root"):
            yield getattr(decorators, f"{where}_{kind}", None)


def _qualified(annotation: Any) -> Any:
    while get_origin(annotation) in _QUALIFIERS:
        annotation = get_args(annotation)[0]
    return annotation
