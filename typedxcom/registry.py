"""Codecs of the user's own, for classes that neither pydantic nor msgspec knows (attrs, say)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_origin

from typedxcom.errors import ContractError, shorten
from typedxcom.jsontypes import JsonValue

__all__ = ["TypeCodec", "codec_for", "register_codec", "registered"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TypeCodec:
    """How one class becomes JSON and comes back.

    Attributes:
        encode: An instance to JSON builtins.
        decode: JSON builtins to an instance.
        equal: Whether the second of two instances is the first, come back.
    """

    encode: Callable[[Any], JsonValue]
    decode: Callable[[JsonValue], Any]
    equal: Callable[[Any, Any], Any] | None = None

    def same(self, one: Any, other: Any) -> bool:
        """Whether *other* is *one*, come back.

        Without ``equal`` the class's own ``==`` decides. Arrays have none that says yes or no, and
        a class may have none at all: then both must be encoded alike.
        """
        if self.equal is not None:
            return bool(self.equal(one, other))
        verdict = _own_verdict(one, other)
        return self._form(one) == self._form(other) if verdict is None else verdict

    def _form(self, value: Any) -> str:
        return json.dumps(self.encode(value), default=str)


def _own_verdict(one: Any, other: Any) -> bool | None:
    """What ``==`` says of two instances of one class; None where it says nothing."""
    compare: Any = type(one).__eq__
    if compare is object.__eq__:
        return None
    try:
        verdict = one == other
    except Exception:  # an == of the user's own may do anything
        return None
    return verdict if isinstance(verdict, bool) else None


_CODECS: dict[type, TypeCodec] = {}


def register_codec(
    cls: type[T],
    *,
    encode: Callable[[T], JsonValue],
    decode: Callable[[JsonValue], T],
    equal: Callable[[T, T], Any] | None = None,
) -> None:
    """Teach typedxcom a class, before a contract that names it is declared.

    Args:
        cls: The class, for a generic one with any arguments (``numpy.typing.NDArray``); its
            subclasses are not included.
        encode: An instance to what ``json.dumps`` accepts.
        decode: What ``encode`` gave, after a round trip through JSON, to an equal instance.
            Raises ValueError or TypeError on data that is not one.
        equal: Whether an instance and what it came back as are the same. Without it ``==`` says
            so; where that gives no bool (arrays), both must be encoded alike.

    Raises:
        ContractError: *cls* is no class.
    """
    alias: Any = cls
    kind = get_origin(getattr(alias, "__value__", alias)) or alias
    if not isinstance(kind, type):
        raise ContractError(f"register_codec() takes a class, got `{shorten(cls)}`.")
    _CODECS[kind] = TypeCodec(encode=encode, decode=decode, equal=equal)


def codec_for(cls: type) -> TypeCodec:
    """The codec of *cls*. Raises KeyError where there is none."""
    return _CODECS[cls]


def registered(cls: object) -> bool:
    """Whether *cls* has a codec of the user's own."""
    return isinstance(cls, type) and cls in _CODECS
