"""pydantic-core: the codec for everything that contains a pydantic model or validator."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec
import pydantic
import typing_extensions as te

from typedxcom.codecs.base import ValueCodec
from typedxcom.codecs.collecting import forgets_names, reads_collections
from typedxcom.codecs.collector import LONG, seldom_collected
from typedxcom.codecs.escapes import contained
from typedxcom.codecs.guard import Guard, guard_of
from typedxcom.codecs.hiding import field_names
from typedxcom.codecs.problems import from_pydantic, repair
from typedxcom.codecs.roundtrip.parts import Proof
from typedxcom.codecs.roundtrip.proof import TypeProof, is_bare_list, proof_of
from typedxcom.codecs.roundtrip.revalidation import Revalidation, revalidation
from typedxcom.codecs.text import (
    as_ascii,
    has_too_large_float,
    list_parts,
    read_text,
    write_text,
)
from typedxcom.errors import DecodeError, EncodeError, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.kinds import TEXT_SCALARS
from typedxcom.schema.nodes import Schema

__all__ = ["ModelCodec"]

# Outside of models, reading is strict; each model obeys its own configuration.
_OUTSIDE: dict[str, Any] = {
    "ser_json_bytes": "base64",
    "val_json_bytes": "base64",
    "ser_json_inf_nan": "constants",
}
# Written by field name, which always comes back; read by name or alias, for other writers.
_NAMES: dict[str, bool] = {"by_alias": True, "by_name": True}


def _write_other(value: Any) -> Any:
    """Returns what stands for a value that older pydantic cannot write. Raises TypeError.

    It writes the fields of a NamedTuple by their values, as if they had no annotation.
    """
    if isinstance(value, TEXT_SCALARS):
        return str(value)
    if isinstance(value, deque):
        return list(value)
    raise TypeError(f"`{type(value).__name__}` has no known type")


_fields_of = attrgetter("__dict__")
_WRITTEN: dict[str, Any] = {
    "by_alias": False,
    "round_trip": True,
    "warnings": False,
    "fallback": _write_other,
}


class ModelCodec(ValueCodec):
    """Reads and writes with pydantic. Models keep their validators, aliases and serializers."""

    def __init__(self, annotation: Any, schema: Schema, *, lax: bool = False) -> None:
        super().__init__(schema)
        self.lax = lax
        config = pydantic.ConfigDict(strict=not lax, **_OUTSIDE)  # type: ignore[typeddict-item]
        self._outside: Any = None if _has_config(annotation) else config
        if self._outside is None:
            self._made: Any = pydantic.TypeAdapter(annotation)
        else:  # an alias lets a bare dataclass or TypedDict take a configuration from outside
            alias: Any = te.TypeAliasType("Contract", annotation)
            self._made = pydantic.TypeAdapter(alias, config=config)

    @cached_property
    def _adapter(self) -> Any:
        """What pydantic made, mended at the first value: parsing a DAG needs none of it."""
        if self._outside is not None:
            mended = reads_collections(self._made.core_schema, self._outside)
            if mended is not None:
                self._made.validator = mended
        return self._made

    @cached_property
    def _read(self) -> Any:
        """What reads JSON, by `_NAMES`."""
        return self._adapter.validator.validate_json

    @cached_property
    def _proof(self) -> TypeProof | None:
        """The proof, built at the first value: parsing a DAG needs none."""
        return proof_of(self._made.core_schema)

    @cached_property
    def _guard(self) -> Guard | None:
        """The guard, built at the first value as well."""
        return guard_of(self.schema, self._made.core_schema)

    @cached_property
    def reads_items_alone(self) -> bool:
        """Whether it reads a list without limits, and without a validator of the list itself."""
        return is_bare_list(self._made.core_schema)

    @cached_property
    def _revalidation(self) -> Revalidation | None:
        """What its validators can be asked of a list whose fields surely come back."""
        return revalidation(self._made.core_schema) if self.reads_items_alone else None

    def _remade(self, rows: list[dict[str, Any]]) -> Any:
        return self._adapter.validator.validate_python(rows, **_NAMES)

    def surely_returns(self, value: Any) -> bool:
        """Whether every part of *value* has exactly the class that pydantic would build."""
        try:
            return self._proof is not None and self._proof.is_enough and self._proof.holds([value])
        except (AttributeError, LookupError, TypeError):  # a field never set; another kind of value
            return False

    def proved_text(self, value: Any) -> bytes | None:
        """Writes a *value* that surely comes back. It is plain, so msgspec writes it quicker."""
        proof = self._proof
        if proof is None or not (proof.is_enough or self._guard is None):
            return None
        try:
            if not proof.is_enough:
                return self._alike_text(value, proof.holds)
            return _plain_text(value) if proof.holds([value]) else None
        except Exception:  # a field never set, a lone surrogate; the slow way finds out
            return None

    def _alike_text(self, value: Any, has_classes: Proof) -> bytes | None:
        """Writes *value* if reading it gives the same classes, which are written the same."""
        text, read = _plain_text(value), self._read
        if self._revalidation is not None and type(value) is list:
            is_kept = has_classes([value]) and self._revalidation.keeps(value, self._remade)
            return text if is_kept else None
        parts = list_parts(value, text) if self.reads_items_alone else ((value, text),)
        for one, json in parts:
            again = read(json, **_NAMES)
            if not has_classes([one, again]) or _plain_text(again) != json:
                return None
        return text

    @contained(EncodeError)
    def check(self, value: Any) -> Any:
        """Validates *value* with pydantic. An instance is accepted as it is."""
        try:
            return self._adapter.validate_python(value, **_NAMES)
        except pydantic.ValidationError as error:
            repaired = repair(self.schema, value)
            if repaired is not value:
                return self.check(repaired)
            raise self._from_pydantic(error, value) from None
        except RecursionError as error:
            raise EncodeError(f"`{type(value).__name__}` is nested too deeply") from error
        except Exception as error:  # pydantic lets other exceptions of a validator pass
            raise self.raised(error) from self.cause(error)

    def to_text(self, value: Any) -> bytes | None:
        """Writes *value* with pydantic; None if it cannot, and the slow way finds out why."""
        try:
            return as_ascii(self._adapter.dump_json(value, **_WRITTEN))
        except Exception:
            return None

    def to_tree(self, value: Any) -> JsonValue:
        """Turns *value* into JSON builtins, by field name and without computed fields."""
        try:
            tree: JsonValue = self._adapter.dump_python(value, mode="json", **_WRITTEN)
        except RecursionError as error:
            raise EncodeError(f"`{type(value).__name__}` is nested too deeply") from error
        except Exception as error:  # the user's own serializer may raise anything
            raise EncodeError(self._cannot_write(value, error)) from self.cause(error)
        return tree

    def unread(self, value: Any, error: ValidationError) -> Exception:
        """Finds out whether pydantic forgot that it reads fields by their names."""
        if not forgets_names():
            return error
        try:
            self._read(self._adapter.dump_json(value, **{**_WRITTEN, "by_alias": True}), **_NAMES)
        except Exception:
            return error
        return EncodeError(
            f"Value cannot be read back: pydantic {pydantic.VERSION} reads fields only by their "
            "aliases inside a deque, a defaultdict or a wrap validator. Upgrade to pydantic 2.14, "
            "or give the models there model_config = ConfigDict(populate_by_name=True)"
        )

    def _cannot_write(self, value: Any, error: Exception) -> str:
        words = f"`{type(value).__name__}` cannot be written as JSON"
        if self.hides:
            return f"{words}: {type(error).__name__}"
        cure = (
            '. For bytes that are no text: model_config = ConfigDict(ser_json_bytes="base64", '
            'val_json_bytes="base64")'
            if "invalid utf-8" in str(error)
            else ""
        )
        return f"{words}: {str(error)[:200]}{cure}"

    @contained(DecodeError)
    def decode(self, text: bytes) -> Any:
        """Reads and validates JSON *text*."""
        is_long = len(text) > LONG
        proof = self._proof if is_long else None  # worth building, if only to read it
        if (proof is None or proof.takes_infinity) and has_too_large_float(text):
            read_text(text)  # raises: pydantic would turn the number into infinity
        if self._guard is not None:
            problem = self._guard(read_text(text))
            if problem is not None:
                raise self.invalid([problem])
        try:
            if is_long:
                with seldom_collected():
                    return self._read(text, **_NAMES)
            return self._read(text, **_NAMES)
        except pydantic.ValidationError as error:
            tree = read_text(text)
            if (
                error.error_count() == 1
                and error.errors(include_context=False)[0]["type"] == "json_invalid"
            ):
                raise _unreadable(error) from None
            repaired = repair(self.schema, tree)
            if repaired is not tree:
                return self.decode(write_text(repaired))
            raise self._from_pydantic(error, tree) from None
        except RecursionError as error:
            raise DecodeError("The JSON of an XCom is nested too deeply to be read") from error
        except Exception as error:  # pydantic lets other exceptions of a validator pass
            raise self.raised(error) from self.cause(error)

    def _from_pydantic(self, error: pydantic.ValidationError, root: Any) -> Exception:
        errors = error.errors(include_url=False, include_context=False)
        names = field_names(self.schema) if self.hides else None
        return self.wrong(from_pydantic(errors, root, names=names))


def _plain_text(value: Any) -> bytes:
    """Writes models that hold nothing but their fields."""
    return as_ascii(msgspec.json.encode(value, enc_hook=_fields_of))


def _unreadable(error: pydantic.ValidationError) -> DecodeError:
    reason = error.errors(include_url=False)[0]["msg"]
    return DecodeError(f"pydantic cannot read the JSON of an XCom: {reason[:200]}")


def _has_config(annotation: Any) -> bool:
    is_model = isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)
    return is_model or hasattr(annotation, "__pydantic_config__")
