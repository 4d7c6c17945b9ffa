"""What a codec of one schema can do, and how it is chosen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from typedxcom.codecs.fidelity import Loss, comparison
from typedxcom.codecs.problems import hides_values, without_value
from typedxcom.codecs.text import write_text
from typedxcom.errors import CodecError, DecodeError, EncodeError, Problem, ValidationError, shorten
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.nodes import Schema

__all__ = ["ValueCodec"]


class ValueCodec(ABC):
    """Encode and decode the values of one schema; built once for each contract.

    Attributes:
        schema: What the values are.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._first_loss = comparison(schema)

    @abstractmethod
    def check(self, value: Any) -> Any:
        """*value*, a Python object, as the schema has it. Raises ValidationError, EncodeError."""

    @abstractmethod
    def to_tree(self, value: Any) -> JsonValue:
        """*value*, already checked, as JSON builtins. Raises EncodeError, ValidationError."""

    @abstractmethod
    def decode(self, text: bytes) -> Any:
        """The value that JSON *text* stands for. Raises ValidationError, DecodeError."""

    def decode_tree(self, tree: JsonValue) -> Any:
        """The value that JSON builtins stand for. Raises ValidationError, DecodeError."""
        return self.decode(write_text(tree))

    def ready(self, value: Any) -> Any:
        """*value* as it is to be written; the comparison afterwards finds what does not fit."""
        return self.check(value)

    def encode(self, value: Any) -> tuple[JsonValue, bytes]:
        """*value* as JSON that is proved to come back.

        Returns:
            The JSON builtins and their ASCII text.

        Raises:
            ValidationError: The value breaks the schema.
            EncodeError: It would come back as something else.
        """
        ready = self.ready(value)
        tree = self.to_tree(ready)
        text = write_text(tree)
        try:
            again = self.decode(text)
        except ValidationError:
            self.check(ready)  # tells of the value itself, where that is at fault
            raise
        except DecodeError as error:
            raise EncodeError(f"Value cannot be read back: {error}") from error
        loss = self._first_loss(value, again)
        if loss is not None:
            raise self._told_loss(loss)
        return tree, text

    def _told_loss(self, loss: Loss) -> ValidationError | CodecError:
        if loss.expected:
            return self.invalid(
                [Problem(loss.path, f"expected `{loss.expected}`, got `{loss.got}`")]
            )
        return EncodeError(f"Value does not come back as it was: {loss.message} - at `{loss.path}`")

    @cached_property
    def _hides(self) -> bool:
        return hides_values(self.schema)

    def raised(self, error: Exception) -> ValidationError:
        """The error for what a validator or constructor of the author's own raised."""
        told = f"reading it raised `{type(error).__name__}`"
        words = shorten(str(error))
        return self.invalid([Problem("$", told if self._hides else f"{told}: {words}")])

    def invalid(self, problems: Sequence[Problem]) -> ValidationError:
        """The error for *problems*; the caller adds whose value it is."""
        if self._hides:
            problems = [without_value(problem) for problem in problems]
        return ValidationError("Value breaks its contract", problems)
