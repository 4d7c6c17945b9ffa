"""Floor 5: the Airflow shell, the only part of typedxcom that imports Airflow.

Everything is imported on first use: Airflow loads `provider` and `policy` from this package while
it is itself still being imported.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Task": "typedxcom.airflow.private",
    "XComArg": "typedxcom.airflow.outputs",
    "XComKey": "typedxcom.airflow.keys",
    "contract": "typedxcom.airflow.decorators",
    "dag": "airflow.sdk",
    "result": "airflow.sdk",
    "setup": "typedxcom.airflow.decorators",
    "task": "typedxcom.airflow.decorators",
    "task_group": "airflow.sdk",
    "teardown": "typedxcom.airflow.decorators",
    "typed": "typedxcom.airflow.decorators",
    "typed_output": "typedxcom.airflow.classic",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Import the public *name* from its module; Airflow 3.1 has no `result`."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
