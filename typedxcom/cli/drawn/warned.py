"""A wrong DAG is built all the same, so that it can be drawn, and what is wrong is collected."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator

from typedxcom.airflow.modes import always_warning
from typedxcom.errors import ContractWarning

__all__ = ["warning_instead"]


@contextlib.contextmanager
def warning_instead() -> Iterator[Callable[[str], list[str]]]:
    """Inside, a wrong call is no error; gives what was wrong so far, by the id of the DAG."""
    with warnings.catch_warnings(record=True) as caught, always_warning():
        warnings.simplefilter("always", ContractWarning)

        def wrong(dag_id: str) -> list[str]:
            about = f"DAG {dag_id!r}: "
            texts = [str(one.message) for one in caught if one.category is ContractWarning]
            found = (text.removeprefix(about) for text in texts if text.startswith(about))
            return list(dict.fromkeys(found))

        yield wrong
