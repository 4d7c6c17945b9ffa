"""Codecs that were built before: the parse of a DAG asks for the same few types all the time."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Union, get_args, get_origin

from typedxcom.caches import kept_on, owner_of
from typedxcom.codecs.base import ValueCodec
from typedxcom.schema.build import is_union
from typedxcom.schema.nodes import Schema

__all__ = ["known_codec", "remember"]


def known_codec(annotation: Any, schema: Schema, *, lax: bool) -> ValueCodec | None:
    """The codec that was built for this very type, None where there is none.

    Args:
        annotation: What the author wrote.
        schema: The same, described; what a class is may have changed since, by a codec of the
            user's own for example.
        lax: Whether it reads by lax rules.
    """
    key, known = _key(annotation), _kept(annotation)
    found: ValueCodec | None = None if key is None else known.get((key, lax))
    return found if found is not None and found.schema == schema else None


def remember(annotation: Any, codec: ValueCodec, *, lax: bool) -> None:
    """Keep *codec* for the next contract of the same type."""
    key = _key(annotation)
    if key is not None:
        _kept(annotation)[key, lax] = codec


def _kept(annotation: Any) -> dict[Hashable, Any]:
    is_kept, cls = owner_of(annotation)
    return kept_on(cls) if is_kept else {}


def _key(annotation: Any) -> Hashable | None:
    """What tells an annotation from every other, in the order it was written; None if unsure.

    Python itself finds `int | str` and `str | int` equal, and two `Annotated` whose marks are.
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
