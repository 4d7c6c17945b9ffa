"""Floor 5: the Airflow shell, the only part of typedxcom that imports Airflow.

Everything is imported on first use: Airflow loads `provider` and `policy` from this package while
it is itself still being imported.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "Form": "typedxcom.airflow.authoring.forms",
    "StateKey": "typedxcom.airflow.authoring.state",
    "Task": "typedxcom.airflow.private",
    "XComArg": "typedxcom.airflow.authoring.outputs",
    "XComKey": "typedxcom.airflow.authoring.keys",
    "contract": "typedxcom.airflow.authoring.decorators",
    "dag": "typedxcom.airflow.authoring.dags",
    "result": "airflow.sdk",
    "setup": "typedxcom.airflow.authoring.decorators",
    "task": "typedxcom.airflow.authoring.decorators",
    "task_group": "typedxcom.airflow.authoring.groups",
    "teardown": "typedxcom.airflow.authoring.decorators",
    "trigger": "typedxcom.airflow.authoring.trigger",
    "typed": "typedxcom.airflow.authoring.decorators",
    "typed_output": "typedxcom.airflow.authoring.classic",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Import the public *name* from its module; Airflow 3.1 has no `result`."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
