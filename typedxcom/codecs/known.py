"""Keeps codecs that were built before, because a DAG uses the same few types again and again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Union, get_args, get_origin

from typedxcom.caches import kept_on, owner_of
from typedxcom.codecs.base import ValueCodec
from typedxcom.schema.build import is_union
from typedxcom.schema.nodes import Schema

__all__ = ["known_codec", "remember"]


def known_codec(annotation: Any, schema: Schema, *, lax: bool) -> ValueCodec | None:
    """Returns the codec that was built for exactly this type, or None.

    Args:
        annotation: What the author wrote.
        schema: The annotation's description. A class may have a new description since then, for
            example because the user registered a codec for it.
        lax: Whether it reads by lax rules.
    """
    key, known = _key(annotation), _kept(annotation)
    found: ValueCodec | None = None if key is None else known.get((key, lax))
    return found if found is not None and found.schema == schema else None


def remember(annotation: Any, codec: ValueCodec, *, lax: bool) -> None:
    """Keeps *codec* for the next contract of the same type."""
    key = _key(annotation)
    if key is not None:
        _kept(annotation)[key, lax] = codec


def _kept(annotation: Any) -> dict[Hashable, Any]:
    is_kept, cls = owner_of(annotation)
    return kept_on(cls) if is_kept else {}


def _key(annotation: Any) -> Hashable | None:
    """Returns a key that only this annotation has, in this order of its parts; None if unsure.

    Annotations themselves are no good keys: for Python, `int | str` equals `str | int`, and two
    `Annotated` are equal if their marks are.
    """
    if type(annotation) is type:  # the most of them
        return annotation
    if annotation is None or annotation is Ellipsis:
        return str(annotation)
    args = get_args(annotation)
    if not args:
        is_class = isinstance(annotation, type) and type(annotation).__hash__ is type.__hash__
        return annotation if is_class else None
    origin = Union if is_union(annotation) else get_origin(annotation)
    if not isinstance(origin, type) and origin is not Union:
        return None
    keys = tuple(map(_key, args))
    return None if None in keys else (origin, keys)
