"""Every failure of typedxcom: what is wrong, where, and the cure.

::

    TypedXComError
    ├─ ContractError(TypeError)        when the DAG is written or parsed
    │  ├─ UnsupportedTypeError
    │  └─ WiringError
    │     └─ OutputAttributeError(AttributeError)
    ├─ ValidationError(ValueError)     a value breaks its contract; never retried
    ├─ CodecError
    │  ├─ EncodeError
    │  └─ DecodeError
    ├─ StoreError(OSError)             a retry may help
    │  ├─ PointerNotFoundError
    │  └─ IntegrityError               never retried
    ├─ ConfigurationError
    └─ SweepError                      a retry may help

Each class has a ``code``; the codes equal the headings of ``docs/reference/errors.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "CodecError",
    "ConfigurationError",
    "ContractError",
    "ContractWarning",
    "DecodeError",
    "EncodeError",
    "GraveSentence",
    "IntegrityError",
    "OutputAttributeError",
    "PointerNotFoundError",
    "Problem",
    "StoreError",
    "SweepError",
    "TypedXComError",
    "UnsupportedTypeError",
    "ValidationError",
    "WiringError",
    "as_sentence",
    "not_called",
    "shorten",
]

MAX_PROBLEMS = 10
MAX_VALUE = 40


class GraveSentence(str):
    """A sentence about a secret or an unsafe key, for which a warning is never enough."""

    __slots__ = ()


class TypedXComError(Exception):
    """The base of all errors of typedxcom.

    Attributes:
        is_grave: Whether it is about a secret or an unsafe key. Such an error is never only a
            warning, whatever ``[typedxcom] mode`` says.
    """

    code: ClassVar[str] = "typedxcom-error"
    is_grave: bool = False

    @property
    def sentence(self) -> str:
        """The message. It is a `GraveSentence` if the error is grave."""
        return GraveSentence(self) if self.is_grave else str(self)


class ContractError(TypedXComError, TypeError):
    """A contract cannot be kept as it is written. A retry does not help."""

    code: ClassVar[str] = "contract"

    def __init__(self, message: str = "", *, is_grave: bool = False) -> None:
        super().__init__(message)
        self.is_grave = is_grave


class UnsupportedTypeError(ContractError):
    """The values of an annotation cannot make the round trip through an XCom.

    Attributes:
        annotation: The annotation that was refused.
    """

    code: ClassVar[str] = "unsupported-type"

    def __init__(self, message: str, *, annotation: object = None, is_grave: bool = False) -> None:
        super().__init__(message, is_grave=is_grave)
        self.annotation = annotation


class WiringError(ContractError):
    """An output is wired to a parameter that it does not fit."""

    code: ClassVar[str] = "wiring"


class OutputAttributeError(WiringError, AttributeError):
    """A DAG file uses the value of an output while the DAG is parsed."""

    code: ClassVar[str] = "output-attribute"


class ContractWarning(UserWarning):
    """A ContractError that is only a warning, because the DAG only warns (``[typedxcom] mode``)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a value.

    Attributes:
        path: Where it is wrong, such as ``$.items[0].qty``.
        message: What is wrong, in one clause: ``expected `int`, got `str```.
    """

    path: str
    message: str

    def __str__(self) -> str:
        """Returns the clause with its path."""
        return f"{self.message} - at `{self.path}`"


class ValidationError(TypedXComError, ValueError):
    """A value breaks its contract. The task is not retried: the value stays wrong.

    Attributes:
        problems: What is wrong, in the order of the value; at most ten problems of one value.
        more: How many further problems there are.
        is_partial: Whether the value was too large to count all problems, so there may be more.
    """

    code: ClassVar[str] = "validation"

    def __init__(
        self,
        subject: str,
        problems: Sequence[Problem] = (),
        *,
        more: int = 0,
        is_partial: bool = False,
    ) -> None:
        self.problems = tuple(problems)
        self.subject = subject
        self.more, self.is_partial = more, is_partial
        super().__init__(_sentence(subject, self.problems, more, is_partial))

    def about(self, subject: str) -> ValidationError:
        """Returns the same problems about another *subject*, such as a task and its parameter."""
        return ValidationError(subject, self.problems, more=self.more, is_partial=self.is_partial)

    @classmethod
    def together(cls, errors: Sequence[ValidationError | CodecError]) -> ValidationError:
        """Returns one error about several wrong values, with a line for each of the first ten."""
        lines = list(map(str, errors[:MAX_PROBLEMS]))
        more = len(errors) - MAX_PROBLEMS
        made = cls("\n".join([*lines, f"and {more} more"] if more > 0 else lines))
        made.problems = tuple(one for error in errors for one in getattr(error, "problems", ()))
        return made


class CodecError(TypedXComError):
    """A value cannot be turned into data, or data into a value."""

    code: ClassVar[str] = "codec"

    def __init__(self, message: str = "", *, is_grave: bool = False) -> None:
        super().__init__(message)
        self.is_grave = is_grave

    def about(self, subject: str) -> CodecError:
        """Returns the same error about *subject*, such as a task and its parameter."""
        return type(self)(f"{subject}: {self}", is_grave=self.is_grave)


class EncodeError(CodecError):
    """No codec can write the value so that it comes back. A retry does not help."""

    code: ClassVar[str] = "encode"


class DecodeError(CodecError):
    """Stored data is damaged, or is not what it claims to be. A retry does not help."""

    code: ClassVar[str] = "decode"


class StoreError(TypedXComError, OSError):
    """A store refused to write or read an object. A retry may help."""

    code: ClassVar[str] = "store"


class PointerNotFoundError(StoreError):
    """The object that a pointer names is not in the store. A retry may help."""

    code: ClassVar[str] = "pointer-not-found"


class IntegrityError(StoreError):
    """An object is not the one that was written. A retry does not help."""

    code: ClassVar[str] = "integrity"


class ConfigurationError(TypedXComError):
    """A setting under ``[typedxcom]`` is missing or wrong."""

    code: ClassVar[str] = "configuration"


class SweepError(TypedXComError):
    """The sweep cannot be sure what the entries point to, and deletes nothing. A retry may help."""

    code: ClassVar[str] = "sweep"


def shorten(value: object) -> str:
    """Returns *value* as a message shows it: at most 40 characters, never its whole repr."""
    try:
        if (
            isinstance(value, (str, bytes, list, tuple, set, frozenset))
            and len(value) > 2 * MAX_VALUE
        ):
            value = _head(value)
        text = repr(value)
    except Exception:  # a user's class may raise anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


def as_sentence(text: str) -> str:
    """Returns *text* with one full stop at its end. A text that it quotes may have one already."""
    return text.rstrip(".") + "."


def not_called(name: str) -> str:
    """Says that a task function itself stands where one of its tasks is meant."""
    return f"Task {name!r} was not called, so it has no place in the DAG: write {name}(...)."


def _head(
    value: str | bytes | list[object] | tuple[object, ...] | set[object] | frozenset[object],
) -> object:
    """Returns enough of *value* for a message, so that its repr costs little."""
    if isinstance(value, (set, frozenset)):
        return type(value)(list(value)[:MAX_VALUE])
    return value[: 2 * MAX_VALUE]


def _sentence(subject: str, problems: Sequence[Problem], more: int, is_partial: bool) -> str:
    """Returns at most ten problems in words, and how many more there are."""
    if not problems:
        return subject
    shown = "; ".join(str(problem) for problem in problems[:MAX_PROBLEMS])
    more += max(len(problems) - MAX_PROBLEMS, 0)
    if not more:
        return f"{subject}: {shown}"
    return f"{subject}: {shown}; and {'at least ' if is_partial else ''}{more} more"
