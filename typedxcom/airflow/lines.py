"""Errors on the author's own line: an import error of Airflow shows only the last two frames."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

__all__ = ["on_the_authors_line"]

F = TypeVar("F", bound=Callable[..., Any])


def on_the_authors_line(call: F) -> F:
    """*call* whose TypeErrors, ours and those of Airflow, come from where it was called."""

    @functools.wraps(call)
    def shown(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except TypeError as error:
            raise error.with_traceback(None) from error.__cause__

    return cast(F, shown)
