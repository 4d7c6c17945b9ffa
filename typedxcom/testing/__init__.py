"""What you import in your own tests. Everything is imported on first use.

The pytest plugin in `plugin` offers the same functions as fixtures.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typedxcom.testing.dags import dag_wiring, typed_dag_run
    from typedxcom.testing.samples import sample
    from typedxcom.testing.stores import FORGED_PATHS, StoreTests
    from typedxcom.testing.tasks import run_task
    from typedxcom.testing.values import strategy
    from typedxcom.testing.wire import through_wire

__all__ = [
    "FORGED_PATHS",
    "StoreTests",
    "dag_wiring",
    "run_task",
    "sample",
    "strategy",
    "through_wire",
    "typed_dag_run",
]

_HOMES = {
    "FORGED_PATHS": "stores",
    "StoreTests": "stores",
    "dag_wiring": "dags",
    "run_task": "tasks",
    "sample": "samples",
    "strategy": "values",
    "through_wire": "wire",
    "typed_dag_run": "dags",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
