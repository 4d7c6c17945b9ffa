"""msgspec: the codec for Structs, dataclasses, TypedDicts, NamedTuples and builtins."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, get_origin

import msgspec

from typedxcom.annotations import annotations_of
from typedxcom.caches import by_class
from typedxcom.codecs.base import ValueCodec
from typedxcom.codecs.collector import LONG, seldom_collected
from typedxcom.codecs.escapes import contained
from typedxcom.codecs.explain import explain
from typedxcom.codecs.guard import Guard, guard_of, refuse_endless
from typedxcom.codecs.problems import repair
from typedxcom.codecs.subclasses import as_base
from typedxcom.codecs.text import as_ascii, read_text, write_text
from typedxcom.codecs.unwritable import first_foreign
from typedxcom.errors import (
    CodecError,
    DecodeError,
    EncodeError,
    Problem,
    ValidationError,
    shorten,
)
from typedxcom.jsontypes import JsonValue
from typedxcom.registry import codec_for, registered
from typedxcom.schema import schema_of
from typedxcom.schema.kinds import NATIVE_SCALARS, TEXT_SCALARS
from typedxcom.schema.nodes import Record, Schema, SequenceOf, Unknown, walk

__all__ = ["NativeCodec"]

_KEPT = tuple(NATIVE_SCALARS - {bool, int, float, str, type(None)})


class NativeCodec(ValueCodec):
    """Reads and writes values with msgspec, and other classes with their registered codecs."""

    def __init__(self, annotation: Any, schema: Schema, *, lax: bool = False) -> None:
        super().__init__(schema)
        self.annotation = annotation
        self.lax = lax
        _learn_names(schema)
        # Built here, so that an annotation that msgspec rejects is rejected now.
        self._decoder = msgspec.json.Decoder(annotation, strict=not lax, dec_hook=_decode_other)

    @cached_property
    def reads_items_alone(self) -> bool:
        """Whether it reads a list without limits."""
        return isinstance(self.schema, SequenceOf) and self.schema.type is list

    def ready(self, value: Any) -> Any:
        """Returns *value* itself. Reading it back validates it, and the comparison checks types."""
        return value

    @contained(EncodeError)
    def check(self, value: Any) -> Any:
        """Returns *value*, or raises an error with every problem of its fields."""
        kept = None
        try:
            kept = msgspec.to_builtins(value, builtin_types=_KEPT, enc_hook=_encode_other)
            made = self._convert(kept)
        except (TypeError, NotImplementedError, RecursionError) as error:
            raise self._cannot_write(value, error) from self.cause(error)
        except (msgspec.ValidationError, UnicodeError) as error:
            repaired = repair(self.schema, kept)
            if repaired is not kept:
                return self.check(repaired)
            raise self.wrong(explain(self.schema, kept, self._leaf, error)) from None
        except Exception as error:  # msgspec lets other exceptions of a __post_init__ pass
            raise self.raised(error) from self.cause(error)
        loss = self._first_loss(value, made)
        if loss is not None and loss.expected:
            raise self._loss_error(loss)
        return value

    def to_text(self, value: Any) -> bytes | None:
        """Writes *value* with msgspec. Reading it back shows whether the text is right."""
        try:
            return as_ascii(msgspec.json.encode(value, enc_hook=_encode_other))
        except Exception:  # the slow way finds out what is wrong
            return None

    def to_tree(self, value: Any) -> JsonValue:
        """Turns *value* into JSON builtins. The keys of a dict become text."""
        try:
            tree: JsonValue = msgspec.to_builtins(value, str_keys=True, enc_hook=_encode_other)
        except Exception as error:  # the user's own codec may raise anything
            raise self._cannot_write(value, error) from self.cause(error)
        return tree

    def _cannot_write(self, value: Any, error: Exception) -> ValidationError | CodecError:
        """Builds the error for a value that is not JSON; it names the part that is not."""
        if isinstance(error, RecursionError):
            return EncodeError(f"`{type(value).__name__}` is nested too deeply, or contains itself")
        found = (
            first_foreign(self.schema, value) if isinstance(error, NotImplementedError) else None
        )
        if found is None:
            name, words = type(value).__name__, str(error)[:200]
            words = type(error).__name__ if self.hides else words
            return EncodeError(f"`{name}` cannot be written as JSON: {words}")
        path, expected, foreign = found
        if not isinstance(expected, Unknown):
            return self.invalid([Problem(path, f"expected `{expected}`, got `{shorten(foreign)}`")])
        name = type(foreign).__name__
        return EncodeError(
            f"`{name}` cannot be written as JSON - at `{path}`. Annotate that part with a type that "
            f"travels, or register a codec: typedxcom.register_codec({name}, encode=..., decode=...)"
        )

    @contained(DecodeError)
    def decode(self, text: bytes) -> Any:
        """Reads JSON *text*. Text that msgspec's reader rejects is read the slow way."""
        try:
            if len(text) > LONG:
                with seldom_collected():
                    return self._decoder.decode(text)
            return self._decoder.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return self.decode_tree(read_text(text))
        except Exception as error:  # msgspec lets other exceptions of a __post_init__ pass
            raise self.raised(error) from self.cause(error)

    @contained(DecodeError)
    def decode_tree(self, tree: JsonValue) -> Any:
        """Reads JSON builtins, by the same rules."""
        try:
            return self._convert(tree, from_json=True)
        except RecursionError as error:
            raise DecodeError("The JSON of an XCom is nested too deeply to be read") from error
        except (msgspec.ValidationError, UnicodeError) as error:
            repaired = repair(self.schema, tree)
            if repaired is not tree:
                return self.decode_tree(repaired)
            raise self.wrong(explain(self.schema, tree, self._leaf, error)) from None
        except Exception as error:  # msgspec lets other exceptions of a __post_init__ pass
            raise self.raised(error) from self.cause(error)

    def decode_mixed(self, tree: Any) -> Any:
        """Reads JSON builtins and objects. Where the annotation is `Any`, msgspec keeps objects."""
        return self.decode_tree(tree)

    def _convert(self, value: Any, *, from_json: bool = False) -> Any:
        return msgspec.convert(
            value, self.annotation, strict=not self.lax, str_keys=from_json, dec_hook=_decode_other
        )

    @staticmethod
    def _leaf(annotation: Any, value: Any) -> str | None:
        """Returns msgspec's complaint about one scalar, or None if there is none."""
        try:
            msgspec.convert(value, annotation, str_keys=True, dec_hook=_decode_other)
        except (msgspec.ValidationError, UnicodeError) as error:
            return str(error)
        return None


def _learn_names(schema: Schema) -> None:
    """Lets msgspec encode each field name once, so that its reader knows it (msgspec#1126).

    The reader compares keys with the UTF-8 that the name's `str` object caches. Only encoding
    fills this cache. An ASCII name does not need it: it is its own UTF-8.
    """
    for _, node in walk(schema):
        if isinstance(node, Record) and not "".join(node.fields).isascii():
            msgspec.json.encode(list(_written_names(node.type)))


def _written_names(cls: Any) -> Iterator[str]:
    """Yields the string objects that hold a class's field names, and those of its bases."""
    yield from (part.name for part in getattr(cls, "__dataclass_fields__", {}).values())
    yield from annotations_of(cls)
    for base in (*getattr(cls, "__orig_bases__", ()), *getattr(cls, "__bases__", ())):
        yield from _written_names(get_origin(base) or base)


def _encode_other(value: Any) -> Any:
    kind = type(value)
    if registered(kind):
        return codec_for(kind).encode(value)
    if isinstance(value, TEXT_SCALARS):
        return str(value)
    base = as_base(value)
    if base is not value:  # a subclass of a scalar: pendulum's DateTime, numpy's float64
        return base
    if hasattr(kind, "__pydantic_serializer__"):
        return value.model_dump(mode="json", by_alias=False, round_trip=True)
    raise NotImplementedError(f"`{kind.__name__}` cannot be written as JSON")


def _decode_other(annotation: Any, value: Any) -> Any:
    kind: type = get_origin(annotation) or annotation
    if isinstance(value, kind):
        return value
    try:
        if registered(kind):
            return codec_for(kind).decode(value)
        if kind in TEXT_SCALARS and isinstance(value, str):
            refuse_endless(kind, value)
            return kind(value)
        validate = getattr(kind, "model_validate_json", None)
        if validate is not None:
            _look_at(kind, value)
            return validate(write_text(value), by_alias=True, by_name=True)
    except RecursionError:
        raise
    except Exception as error:  # the user's own codec may raise anything
        raise msgspec.ValidationError(f"{str(error)[:200]}") from error
    raise msgspec.ValidationError(f"Expected `{kind.__name__}`, got `{type(value).__name__}`")


@by_class
def _guard(model: Any) -> Guard | None:
    return guard_of(schema_of(model), model.__pydantic_core_schema__)


def _look_at(model: Any, value: Any) -> None:
    """Raises an error if reading *value* as a pydantic *model* may take for ever."""
    guard = _guard(model)
    problem = guard(value) if guard is not None else None
    if problem is not None:
        raise ValueError(problem.message)
