"""What a codec of one schema can do, and how it is chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from typedxcom.codecs.escapes import contained
from typedxcom.codecs.explain import Explanation
from typedxcom.codecs.hiding import hidden, hides_values
from typedxcom.codecs.roundtrip.fidelity import Loss, comparison
from typedxcom.codecs.text import long_int, quick_tree, write_text
from typedxcom.errors import CodecError, DecodeError, EncodeError, Problem, ValidationError, shorten
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.nodes import Schema

__all__ = ["Encoded", "ValueCodec"]


@dataclass(slots=True)
class Encoded:
    """A value as JSON, as far as it is asked for: what goes to a store never becomes a tree.

    Attributes:
        text: ASCII JSON.
    """

    text: bytes
    _tree: Any = None

    @classmethod
    def of(cls, tree: JsonValue) -> Encoded:
        """JSON builtins. Raises EncodeError where they cannot be written as text."""
        return cls(write_text(tree), tree)

    @property
    def tree(self) -> JsonValue:
        """JSON builtins."""
        if self._tree is None:
            self._tree = quick_tree(self.text)
        made: JsonValue = self._tree
        return made


class ValueCodec(ABC):
    """Encode and decode the values of one schema; built once for each contract.

    Attributes:
        schema: What the values are.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @cached_property
    def _first_loss(self) -> Callable[[Any, Any], Loss | None]:
        """What a value would lose; built at the first value, since a parsed DAG has none."""
        return comparison(self.schema)

    @abstractmethod
    def check(self, value: Any) -> Any:
        """*value*, a Python object, as the schema has it. Raises ValidationError, EncodeError."""

    @abstractmethod
    def to_tree(self, value: Any) -> JsonValue:
        """*value*, already checked, as JSON builtins. Raises EncodeError, ValidationError."""

    @abstractmethod
    def decode(self, text: bytes) -> Any:
        """The value that JSON *text* stands for. Raises ValidationError, DecodeError."""

    @contained(DecodeError)
    def decode_tree(self, tree: JsonValue) -> Any:
        """The value that JSON builtins stand for. Raises ValidationError, DecodeError."""
        return self.decode(write_text(tree))

    @contained(DecodeError)
    def decode_mixed(self, tree: Any) -> Any:
        """The value of JSON builtins with Python objects where the annotation says `Any`.

        Raises:
            ValidationError, EncodeError, DecodeError: As for `check` and `decode_tree`.
        """
        try:
            return self.check(tree)
        except (ValidationError, EncodeError):
            return self.decode_tree(tree)

    def ready(self, value: Any) -> Any:
        """*value* as it is to be written; the comparison afterwards finds what does not fit."""
        return self.check(value)

    def to_text(self, value: Any) -> bytes | None:
        """The quick way to *value* as ASCII JSON; None where only `to_tree` knows what it is."""
        return None

    def surely_returns(self, value: Any) -> bool:
        """Whether it is proved by type alone that *value* comes back from its text."""
        return False

    @contained(EncodeError)
    def encode(self, value: Any) -> Encoded:
        """*value* as JSON that is proved to come back: by its type, else by reading it back.

        Raises:
            ValidationError: The value breaks the schema.
            EncodeError: It would come back as something else.
        """
        text = self.to_text(value)
        if text is not None and (self.surely_returns(value) or self._returns(value, text)):
            return Encoded(text)
        ready = self.ready(value)
        tree = self.to_tree(ready)
        text = write_text(tree)
        try:
            again = self.decode(text)
        except ValidationError:
            self.check(ready)  # tells of the value itself, where that is at fault
            raise
        except DecodeError as error:
            raise EncodeError(long_int(tree) or f"Value cannot be read back: {error}") from error
        loss = self._first_loss(value, again)
        if loss is not None:
            raise self._loss_error(loss)
        return Encoded(text, tree)

    def _returns(self, value: Any, text: bytes) -> bool:
        """Whether *text* is read back as *value*."""
        try:
            return self._first_loss(value, self.decode(text)) is None
        except (ValidationError, DecodeError):
            return False  # the slow way repairs what it can, or raises

    def _loss_error(self, loss: Loss) -> ValidationError | CodecError:
        if loss.expected:
            return self.invalid(
                [Problem(loss.path, f"expected `{loss.expected}`, got `{loss.got}`")]
            )
        problem = Problem(loss.path, f": {loss.message}")
        if self.hides:
            problem = Problem(hidden(problem).path, "")
        return EncodeError(
            f"Value does not come back as it was{problem.message} - at `{problem.path}`"
        )

    @cached_property
    def hides(self) -> bool:
        """Whether no value of it may be shown in a message."""
        return hides_values(self.schema)

    def cause(self, error: Exception) -> Exception | None:
        """What an error is chained to, which is shown with it; None where it may quote a value."""
        return None if self.hides else error

    def raised(self, error: Exception) -> ValidationError:
        """The error for what a validator or constructor of the author's own raised."""
        what = f"reading it raised `{type(error).__name__}`"
        words = shorten(str(error))
        return self.invalid([Problem("$", what if self.hides else f"{what}: {words}")])

    def invalid(self, problems: Sequence[Problem]) -> ValidationError:
        """The error for *problems*; the caller adds whose value it is."""
        return self.wrong(Explanation(list(problems)))

    def wrong(self, found: Explanation) -> ValidationError:
        """The error for what an explanation found."""
        problems = found.problems
        if self.hides:
            problems = [hidden(problem) for problem in problems]
        return ValidationError(
            "Value breaks its contract", problems, more=found.more, is_partial=found.is_partial
        )
