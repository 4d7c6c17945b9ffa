"""The user's own codecs, for classes that pydantic and msgspec do not know, such as attrs ones."""

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
        encode: Turns an instance into JSON builtins.
        decode: Turns JSON builtins into an instance.
        equal: Whether the second of two instances is what the first should come back as.
    """

    encode: Callable[[Any], JsonValue]
    decode: Callable[[JsonValue], Any]
    equal: Callable[[Any, Any], Any] | None = None

    def same(self, one: Any, other: Any) -> bool:
        """Whether *one* came back as *other* without a change.

        Without ``equal``, the class's own ``==`` decides. The ``==`` of arrays does not return a
        bool, and a class may have no ``==`` at all. Then both must be encoded alike.
        """
        if self.equal is not None:
            return bool(self.equal(one, other))
        verdict = _own_verdict(one, other)
        return self._form(one) == self._form(other) if verdict is None else verdict

    def _form(self, value: Any) -> str:
        return json.dumps(self.encode(value), default=str)


def _own_verdict(one: Any, other: Any) -> bool | None:
    """Returns what ``==`` says about two instances of one class; None if it gives no answer."""
    compare: Any = type(one).__eq__
    if compare is object.__eq__:
        return None
    try:
        verdict = one == other
    except Exception:  # the user's own == may do anything
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
    """Registers a codec for a class. Do this before you declare a contract that names the class.

    Args:
        cls: The class. A generic class counts with any arguments (``numpy.typing.NDArray``). Its
            subclasses are not included.
        encode: Turns an instance into a value that ``json.dumps`` accepts.
        decode: Turns the result of ``encode``, after a round trip through JSON, into an equal
            instance. It raises ValueError or TypeError for any other data.
        equal: Whether an instance and the one that it came back as are the same. Without it,
            ``==`` decides. If ``==`` gives no bool (arrays), both must be encoded alike.

    Raises:
        ContractError: *cls* is not a class.
    """
    alias: Any = cls
    kind = get_origin(getattr(alias, "__value__", alias)) or alias
    if not isinstance(kind, type):
        raise ContractError(f"register_codec() takes a class, got `{shorten(cls)}`.")
    _CODECS[kind] = TypeCodec(encode=encode, decode=decode, equal=equal)


def codec_for(cls: type) -> TypeCodec:
    """Returns the codec of *cls*. Raises KeyError if there is no such codec."""
    return _CODECS[cls]


def registered(cls: object) -> bool:
    """Whether the user registered a codec for *cls*."""
    return isinstance(cls, type) and cls in _CODECS
