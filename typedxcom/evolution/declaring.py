"""`@upcast`: declares a function that reads values of an older version of a type."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any, TypeVar

from typedxcom.annotations import read_hints
from typedxcom.errors import ContractError, shorten
from typedxcom.promises import RETURN_PLACE, Promise, parameter_place, promise_of
from typedxcom.registry import registered
from typedxcom.schema import Schema
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Named, Opaque, TableOf, Var
from typedxcom.scopes import local_names
from typedxcom.upcasters import Upcaster, keep_upcasters, paths_to, target_of, upcasters_of

__all__ = ["upcast"]

F = TypeVar("F", bound=Callable[[Any], Any])
_RETURN = "return"
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def upcast(function: F) -> F:
    """Declares *function* as the way from an older type to a newer one.

    A task whose parameter has the newer type, alone or inside another type, then reads stored
    values of the older one too. The function is called on the worker, and only for a value that the
    newer type refuses.

    Args:
        function: It takes one value of the older type and returns one of the newer type, as its
            annotations say. The newer type is a class, a generic one with its arguments such as
            ``Page[int]``, an Enum or ``Table[Row]``.

    Returns:
        The same function.

    Raises:
        ContractError: It has another shape, its types cannot travel, or there is one already.
    """
    upcaster = _read(function)
    known = upcasters_of(upcaster.new.schema)
    same = next((one for one in known if _is_same(one, upcaster)), None)
    if same is not None and _home(same.function) != _home(function):
        raise _wrong(
            function,
            f"`{same.name}` in {same.function.__module__} turns `{upcaster.old.schema}` into "
            f"`{upcaster.new.schema}` already. Keep one of them",
        )
    _refuse_cycle(function, upcaster)
    if same is not None:  # the file is imported again
        kept = tuple(upcaster if one is same else one for one in known)
    else:
        kept = (upcaster, *known)
    if not keep_upcasters(upcaster.new.schema, kept):
        raise _wrong(function, f"`{upcaster.new.schema}` cannot be marked, so it can have none")
    return function


def _read(function: Any) -> Upcaster:
    """Returns the upcaster that *function* is. Raises ContractError."""
    if not isinstance(function, types.FunctionType):
        raise ContractError(f"upcast() takes a function, got `{shorten(function)}`.")
    if (
        inspect.iscoroutinefunction(function)
        or inspect.isgeneratorfunction(function)
        or inspect.isasyncgenfunction(function)
    ):
        raise _wrong(function, "it must return the value itself. Use `def`, without `yield`")
    parameters = list(inspect.signature(function).parameters.values())
    if len(parameters) != 1 or parameters[0].kind not in _BY_POSITION:
        raise _wrong(function, "it takes one value. Give it exactly one parameter")
    name = parameters[0].name
    hints = read_hints(function, local_names=local_names(function), importing=False)
    for one, what in hints.missing.items():
        raise _wrong(
            function,
            f"the annotation of {_place(one)} names `{what}`, which does not exist yet. Declare "
            "the upcaster below both types",
        )
    old, new = (_promise(function, one, hints.found.get(one)) for one in (name, _RETURN))
    return _refuse_types(function, Upcaster(function, old, new))


def _promise(function: Any, name: str, annotation: Any) -> Promise:
    if annotation is None or annotation is Any or annotation is object:
        raise _wrong(function, f"{_place(name)} has no type. Annotate it")
    try:
        promise = promise_of(annotation)
    except ContractError as error:
        raise _wrong(function, f"{_place(name)}: {str(error).rstrip('.')}") from None
    if promise.is_open:
        raise _wrong(function, f"{_place(name)} takes anything. Name its type")
    return promise


def _refuse_types(function: Any, upcaster: Upcaster) -> Upcaster:
    old, new = upcaster.old.schema, upcaster.new.schema
    if target_of(new) is None:
        raise _wrong(function, _no_target(new))
    variable = next((one for one in getattr(new, "args", ()) if isinstance(one, Var)), None)
    if variable is not None:
        raise _wrong(
            function,
            f"it returns `{new}`, and a reader names what `{variable}` is. Declare an upcaster for "
            f"each type that readers name, such as `{str(new).replace(f'[{variable}', '[int')}`",
        )
    tables = [isinstance(one, TableOf) and not one.is_lazy for one in (old, new)]
    is_table = isinstance(old, TableOf) or isinstance(new, TableOf)
    if is_table and (not all(tables) or target_of(old) is None):
        raise _wrong(
            function,
            f"it takes `{old}` and returns `{new}`. A table is made from a table: annotate both "
            "with Table[Row]",
        )
    if target_of(old) == target_of(new):
        raise _wrong(function, f"both types are `{new}`. Keep the older one under another name")
    return upcaster


def _no_target(new: Schema) -> str:
    """Says why readers could not find an upcaster to *new*."""
    if isinstance(new, Named):
        why = f"`{new}` is only another name for `{new.inner}` when the program runs"
    elif isinstance(new, Opaque) and registered(new.type):
        return f"`{new}` has a codec of yours. Let its decode function take the older form too"
    else:
        why = f"`{new}` is no class of its own"
    return (
        f"readers find it by the class that it returns, and {why}. "
        "Return a model, a dataclass, a Struct, a TypedDict, a NamedTuple, an Enum or Table[Row]"
    )


def _refuse_cycle(function: Any, upcaster: Upcaster) -> None:
    """Raises ContractError if the newer type leads to the older one already."""
    for path in paths_to(upcaster.old.schema):
        if target_of(path[0].old.schema) == target_of(upcaster.new.schema):
            names = " and ".join(f"`{one.name}`" for one in path)
            raise _wrong(
                function,
                f"`{upcaster.new.schema}` becomes `{upcaster.old.schema}` by {names}, so this would "
                "be a circle. Keep the direction from old to new",
            )


def _is_same(one: Upcaster, other: Upcaster) -> bool:
    """Whether both lead from one type, or are one function of a file that was imported again."""
    if one.old.annotation == other.old.annotation:
        return True
    old, again = one.old.schema, other.old.schema
    is_alike = str(old) == str(again) and fingerprint(old) == fingerprint(again)
    return is_alike and _home(one.function) == _home(other.function)


def _home(function: Any) -> tuple[str, str]:
    """Returns where a function is defined: the same when its file is imported again."""
    return function.__code__.co_filename, function.__qualname__


def _place(name: str) -> str:
    return RETURN_PLACE if name == _RETURN else parameter_place(name)


def _wrong(function: Any, words: str) -> ContractError:
    return ContractError(f"Upcaster {function.__name__!r}: {words}.")
