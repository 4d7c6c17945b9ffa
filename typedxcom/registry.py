"""Codecs of the user's own, for classes that neither pydantic nor msgspec knows (attrs, say)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from typedxcom.errors import ContractError, shorten
from typedxcom.jsontypes import JsonValue

__all__ = ["TypeCodec", "codec_for", "register_codec", "registered"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TypeCodec:
    """How one class becomes JSON and comes back."""

    encode: Callable[[Any], JsonValue]
    decode: Callable[[JsonValue], Any]


_CODECS: dict[type, TypeCodec] = {}


def register_codec(
    cls: type[T], *, encode: Callable[[T], JsonValue], decode: Callable[[JsonValue], T]
) -> None:
    """Teach typedxcom a class, before a contract that names it is declared.

    Args:
        cls: The class; its subclasses are not included.
        encode: An instance to what ``json.dumps`` accepts.
        decode: What ``encode`` gave, after a round trip through JSON, to an equal instance.
            Raises ValueError or TypeError on data that is not one.

    Raises:
        ContractError: *cls* is no class.
    """
    if not isinstance(cls, type):
        raise ContractError(f"register_codec() takes a class, got `{shorten(cls)}`.")
    _CODECS[cls] = TypeCodec(encode=encode, decode=decode)


def codec_for(cls: type) -> TypeCodec:
    """The codec of *cls*. Raises KeyError where there is none."""
    return _CODECS[cls]


def registered(cls: object) -> bool:
    """Whether *cls* has a codec of the user's own."""
    return isinstance(cls, type) and cls in _CODECS
