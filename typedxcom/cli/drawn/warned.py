"""Lets a wrong DAG be built so that it can be drawn, and collects its errors."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator

from typedxcom.airflow.modes import always_warning
from typedxcom.errors import ContractWarning

__all__ = ["warning_instead"]


@contextlib.contextmanager
def warning_instead() -> Iterator[Callable[[str], list[str]]]:
    """Turns errors of calls into warnings. Yields a function: DAG id -> errors so far."""
    with warnings.catch_warnings(record=True) as caught, always_warning():
        warnings.simplefilter("always", ContractWarning)

        def wrong(dag_id: str) -> list[str]:
            about = f"DAG {dag_id!r}: "
            texts = [str(one.message) for one in caught if one.category is ContractWarning]
            found = (text.removeprefix(about) for text in texts if text.startswith(about))
            return list(dict.fromkeys(found))

        yield wrong
