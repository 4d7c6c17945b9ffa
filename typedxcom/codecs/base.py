"""The base class of codecs: it writes, reads and checks the values of one schema."""

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
from typedxcom.codecs.text import list_parts, long_int, quick_tree, write_text
from typedxcom.errors import CodecError, DecodeError, EncodeError, Problem, ValidationError, shorten
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.nodes import Schema

__all__ = ["Encoded", "ValueCodec"]


@dataclass(slots=True)
class Encoded:
    """A value as JSON text; its tree is built only if somebody asks for it.

    For example, a value that goes to a store never becomes a tree.

    Attributes:
        text: ASCII JSON.
        count: How many items it has, if it is known to be an array.
    """

    text: bytes
    _tree: Any = None
    count: int | None = None

    @classmethod
    def of(cls, tree: JsonValue) -> Encoded:
        """Encodes JSON builtins. Raises EncodeError if they cannot be written as text."""
        return cls(write_text(tree), tree)

    @property
    def tree(self) -> JsonValue:
        """JSON builtins."""
        if self._tree is None:
            self._tree = quick_tree(self.text)
        made: JsonValue = self._tree
        return made


class ValueCodec(ABC):
    """Encodes and decodes the values of one schema. It is built once for each contract.

    Attributes:
        schema: The schema of the values.
        lax: Whether it reads by lax rules.
    """

    lax: bool = False

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @cached_property
    def _first_loss(self) -> Callable[[Any, Any], Loss | None]:
        """Finds what a value would lose. Built at the first value: a DAG's parse needs none."""
        return comparison(self.schema)

    @abstractmethod
    def check(self, value: Any) -> Any:
        """Validates the Python object *value*. Raises ValidationError, EncodeError."""

    @abstractmethod
    def to_tree(self, value: Any) -> JsonValue:
        """Turns a checked *value* into JSON builtins. Raises EncodeError, ValidationError."""

    @abstractmethod
    def decode(self, text: bytes) -> Any:
        """Reads a value from JSON *text*. Raises ValidationError, DecodeError."""

    @contained(DecodeError)
    def decode_tree(self, tree: JsonValue) -> Any:
        """Reads a value from JSON builtins. Raises ValidationError, DecodeError."""
        return self.decode(write_text(tree))

    @contained(DecodeError)
    def decode_mixed(self, tree: Any) -> Any:
        """Reads a value from JSON builtins that hold Python objects where the annotation is `Any`.

        Raises:
            ValidationError, EncodeError, DecodeError: As for `check` and `decode_tree`.
        """
        try:
            return self.check(tree)
        except (ValidationError, EncodeError):
            return self.decode_tree(tree)

    @cached_property
    def reads_items_alone(self) -> bool:
        """Whether it reads a list, and each item of it as if it were the only one."""
        return False

    def ready(self, value: Any) -> Any:
        """Prepares *value* for writing. The comparison afterwards finds what does not fit."""
        return self.check(value)

    def to_text(self, value: Any) -> bytes | None:
        """Writes *value* as ASCII JSON the quick way; None if only `to_tree` can write it."""
        return None

    def proved_text(self, value: Any) -> bytes | None:
        """Writes *value* as ASCII JSON if its types alone prove that it comes back; else None."""
        return None

    @contained(EncodeError)
    def encode(self, value: Any) -> Encoded:
        """Encodes *value* as JSON, and proves that it comes back.

        The proof is the value's type, if that is enough; otherwise the JSON is read back.

        Raises:
            ValidationError: The value breaks the schema.
            EncodeError: It would come back as something else.
        """
        text = self.proved_text(value)
        if text is None:
            text = self.to_text(value)
            if text is not None and not self._returns(value, text):
                text = None
        if text is not None:
            is_array = type(value) is list and self.reads_items_alone
            return Encoded(text, count=len(value) if is_array else None)
        ready = self.ready(value)
        tree = self.to_tree(ready)
        text = write_text(tree)
        try:
            again = self.decode(text)
        except ValidationError as error:
            self.check(ready)  # raises if the value itself is at fault
            raise self.unread(ready, error) from None
        except DecodeError as error:
            raise EncodeError(long_int(tree) or f"Value cannot be read back: {error}") from error
        loss = self._first_loss(value, again)
        if loss is not None:
            raise self._loss_error(loss)
        return Encoded(text, tree)

    def unread(self, value: Any, error: ValidationError) -> Exception:
        """Builds the error for a right *value* whose JSON is refused with *error*."""
        return error

    def _returns(self, value: Any, text: bytes) -> bool:
        """Whether reading *text* gives *value*."""
        try:
            if not self.reads_items_alone:
                return self._first_loss(value, self.decode(text)) is None
            parts = list_parts(value, text)
            return all(self._first_loss(one, self.decode(json)) is None for one, json in parts)
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
        """Whether messages may not show any of its values."""
        return hides_values(self.schema)

    def cause(self, error: Exception) -> Exception | None:
        """Returns the cause to show with an error, or None if it may quote a hidden value."""
        return None if self.hides else error

    def raised(self, error: Exception) -> ValidationError:
        """Builds the error for an exception of the author's own validator or constructor."""
        what = f"reading it raised `{type(error).__name__}`"
        words = shorten(str(error))
        return self.invalid([Problem("$", what if self.hides else f"{what}: {words}")])

    def invalid(self, problems: Sequence[Problem]) -> ValidationError:
        """Builds the error for *problems*. The caller adds whose value it is."""
        return self.wrong(Explanation(list(problems)))

    def wrong(self, found: Explanation) -> ValidationError:
        """Builds the error for the problems that an explanation found."""
        problems = found.problems
        if self.hides:
            problems = [hidden(problem) for problem in problems]
        return ValidationError(
            "Value breaks its contract", problems, more=found.more, is_partial=found.is_partial
        )
