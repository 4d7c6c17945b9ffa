"""Makes sure that a codec raises only our own errors, whatever the user's classes raise.

A property, an ``==``, a time zone or a length may raise anything while a value is written, read or
compared. Airflow would retry such an error, and the error does not say whose value it was or where.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from typedxcom.errors import CodecError, DecodeError, TypedXComError, shorten

__all__ = ["contained"]

Method = Callable[[Any, Any], Any]


def contained(kind: type[CodecError]) -> Callable[[Method], Method]:
    """Decorates a codec's method of one argument: it raises foreign errors as *kind*."""

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        def call(codec: Any, given: Any) -> Any:
            try:
                return method(codec, given)
            except TypedXComError:
                raise
            except RecursionError as error:
                raise kind(_too_deep(kind, given)) from error
            except Exception as error:
                raise kind(_sentence(kind, given, error, hide=codec.hides)) from (
                    None if codec.hides else error
                )

        return call

    return decorate


def _too_deep(kind: type[CodecError], given: Any) -> str:
    if kind is DecodeError:
        return "The JSON of an XCom is nested too deeply to be read"
    return f"`{type(given).__name__}` is nested too deeply, or contains itself"


def _sentence(kind: type[CodecError], given: Any, error: Exception, *, hide: bool) -> str:
    whose = "Reading it" if kind is DecodeError else f"Writing a `{type(given).__name__}`"
    words = "" if hide or not str(error) else f": {shorten(str(error))}"
    return f"{whose} raised `{type(error).__name__}`{words}"
