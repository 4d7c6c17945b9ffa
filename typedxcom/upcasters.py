"""Upcasters: functions of the user that turn a value of an older type into one of a newer type.

They are kept on the class that they lead to. So a reader finds them by its own annotation and never
by a name in data, and they are freed with the class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.errors import CodecError, ContractError, Problem, ValidationError, shorten
from typedxcom.schema.nodes import EnumOf, Record, Schema, TableOf, walk

__all__ = [
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


def target_of(schema: Schema) -> tuple[type, str] | None:
    """Returns the class that keeps the upcasters to *schema*, and the attribute; None if none can.

    A class, an Enum and a table can have some.
    """
    match schema:
        case Record(type=kind, args=()) | EnumOf(type=kind):
            return kind, _VALUES
        case TableOf(row=Record(type=kind)):
            return kind, _TABLES
    return None


def upcasters_of(schema: Schema) -> tuple[Upcaster, ...]:
    """Returns the upcasters to *schema*, in the order in which they are tried."""
    target = target_of(schema)
    if target is None:
        return ()
    found: tuple[Upcaster, ...] = vars(target[0]).get(target[1], ())
    return found


def keep_upcasters(schema: Schema, upcasters: tuple[Upcaster, ...]) -> bool:
    """Replaces the upcasters to *schema*. Returns whether its class has room for them."""
    target = target_of(schema)
    if target is None:
        return False
    try:
        setattr(*target, upcasters)
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
