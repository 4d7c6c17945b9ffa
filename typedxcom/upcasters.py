"""Upcasters: functions of the user that turn a value of an older type into one of a newer type.

They are kept on the class that they lead to, or on one that its type arguments name. So a reader
finds them by its own annotation and never by a name in data, and they are freed with the class.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeAlias, get_args, get_origin

from typedxcom.errors import CodecError, ContractError, Problem, ValidationError, shorten
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Alias, EnumOf, LiteralOf, Record, Schema, TableOf, walk
from typedxcom.schema.records import style_of

__all__ = [
    "Target",
    "Upcaster",
    "UpcasterError",
    "has_upcasters",
    "keep_upcasters",
    "paths_to",
    "target_of",
    "upcasters_of",
]

_VALUES, _TABLES = "__typedxcom_upcasters__", "__typedxcom_table_upcasters__"


class UpcasterError(ValidationError):
    """An upcaster failed, or returned something else than it says. A retry does not help."""


@dataclass(frozen=True, slots=True, eq=False)
class Upcaster:
    """One function from an older type to a newer one.

    Attributes:
        function: The function.
        old: The promise of its parameter, a `typedxcom.promises.Promise`.
        new: The promise of its result.
    """

    function: Callable[[Any], Any]
    old: Any
    new: Any

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.__name__

    def __call__(self, value: Any, path: str) -> Any:
        """Returns the newer value for an older one, after checking it.

        Args:
            value: A value of the older type.
            path: Where it is, for messages.

        Raises:
            UpcasterError: The function failed, or it returned something else.
        """
        codec = self.new.codec
        try:
            made = self.function(value)
        except Exception as error:  # the user's own function may raise anything
            hides = any(getattr(one.codec, "hides", False) for one in (self.old, self.new))
            words = "" if hides else f": {shorten(str(error))}"
            raised = self.failed(path, f"raised `{type(error).__name__}`{words}")
            raise raised from (None if hides else error)
        try:
            return codec.check(made)
        except (ValidationError, CodecError, ContractError) as error:
            raise self.failed(path, f"returned something else: {error}") from None

    def failed(self, path: str, words: str) -> UpcasterError:
        """Returns the error that says what the function did."""
        problem = Problem(path, f"the upcaster `{self.name}` {words}")
        return UpcasterError("Value breaks its contract", [problem])


_Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What upcasters lead to.

    Attributes:
        owner: The class that keeps them.
        attribute: The attribute in which it keeps them: target to upcasters.
        kind: The class of the values, or of a table's rows; for ``Page[int]`` it is ``Page``.
        args: What the type arguments are: equal for equal ones only.
    """

    owner: type
    attribute: str
    kind: type
    args: _Key = ()


def target_of(schema: Schema) -> Target | None:
    """Returns where upcasters to *schema* are kept; None if it can have none.

    A class, a generic with its arguments, an Enum and a table can have some.
    """
    match schema:
        case Record(type=kind, args=args):
            return _target(_VALUES, kind, args)
        case EnumOf(type=kind):
            return Target(kind, _VALUES, kind)
        case TableOf(row=Record(type=kind, args=args)):
            return _target(_TABLES, kind, args)
    return None


def _target(attribute: str, kind: Any, args: tuple[Schema, ...]) -> Target:
    key = tuple(map(_of_schema, args))
    made = getattr(kind, "__pydantic_generic_metadata__", None)
    if made and made["origin"]:
        # pydantic makes the class of `Page[int]` again where nothing refers to it, and once for
        # each thread.
        kind, key = made["origin"], tuple(map(_of_annotation, made["args"]))
    owner = next((one for one in _leaves(key) if _has_room(one)), kind)
    return Target(owner, attribute, kind, key)


def _of_schema(part: Any) -> Any:
    """Returns what is equal for equal parts of a schema only, and for those of a later one."""
    match part:
        case Record(type=kind, args=args):
            target = _target(_VALUES, kind, args)
            return target.kind, target.args
        case Alias(name=name):
            return name, fingerprint(part)
        case LiteralOf(values=values):
            return tuple((type(one), one) for one in values)  # 1 is no True
        case Schema():
            compared = [one.name for one in fields(part) if one.compare]
            return type(part), *(_of_schema(getattr(part, name)) for name in compared)
        case tuple():
            return tuple(map(_of_schema, part))
        case type():
            return part
    return repr(part)


def _of_annotation(part: Any) -> Any:
    """As `_of_schema`, for a type argument of a pydantic class."""
    made = getattr(part, "__pydantic_generic_metadata__", None)
    if made and made["origin"]:
        return made["origin"], *map(_of_annotation, made["args"])
    args = get_args(part)
    if args:
        return repr(get_origin(part)), *map(_of_annotation, args)
    return part if isinstance(part, type) else (type(part), repr(part))


def _leaves(key: Any) -> Iterator[Any]:
    if isinstance(key, tuple):
        for one in key:
            yield from _leaves(one)
    else:
        yield key


def _has_room(one: Any) -> bool:
    """Whether it is a class of a contract. Such a class is freed with its module."""
    if not isinstance(one, type) or issubclass(one, Schema):
        return False
    return issubclass(one, enum.Enum) or style_of(one) is not None


def upcasters_of(schema: Schema) -> tuple[Upcaster, ...]:
    """Returns the upcasters to *schema*, in the order in which they are tried."""
    target = target_of(schema)
    return () if target is None else _kept(target).get(target, ())


def _kept(target: Target) -> dict[Target, tuple[Upcaster, ...]]:
    found: dict[Target, tuple[Upcaster, ...]] = vars(target.owner).get(target.attribute, {})
    return found


def keep_upcasters(schema: Schema, upcasters: tuple[Upcaster, ...]) -> bool:
    """Replaces the upcasters to *schema*. Returns whether its class has room for them."""
    target = target_of(schema)
    if target is None:
        return False
    try:
        setattr(target.owner, target.attribute, {**_kept(target), target: upcasters})
    except (AttributeError, TypeError):
        return False
    return True


def has_upcasters(schema: Schema) -> bool:
    """Whether some part of *schema* has an upcaster."""
    return any(upcasters_of(node) for _, node in walk(schema))


def paths_to(schema: Schema) -> Iterator[tuple[Upcaster, ...]]:
    """Yields each way that leads to *schema*: upcasters, the first of which reads what is stored.

    For example, with functions from version 1 to 2 and from 2 to 3, version 3 has two ways.
    """
    for last in upcasters_of(schema):
        yield (last,)
        yield from ((*before, last) for before in paths_to(last.old.schema))
