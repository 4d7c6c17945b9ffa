"""Do the tasks of this deployment run on other machines too?

If they do, a folder under AIRFLOW_HOME is no store, because other workers could not read it. A
worker only knows its own settings, and these may be wrong about it: the pods of Airflow's Helm
chart name the LocalExecutor, and an edge worker needs to name no executor at all. So it also counts
what started this process. An executor that nobody knows here may use other machines.
"""

from __future__ import annotations

import os
import re
from typing import Final

from typedxcom.airflow.config import conf

__all__ = ["are_several", "is_for_one_task"]

_LOCAL: Final = frozenset({"LocalExecutor", "SequentialExecutor", "DebugExecutor"})
# What the executors of Kubernetes, of ECS and Batch, and AWS Lambda itself set around a task.
_AROUND_A_TASK: Final = (
    "AIRFLOW_IS_K8S_EXECUTOR_POD",
    "AIRFLOW_IS_EXECUTOR_CONTAINER",
    "AWS_LAMBDA_FUNCTION_NAME",
)
_EDGE: Final = "airflow.providers.edge3."  # whose worker sets how its host is called


def are_several() -> bool:
    """Whether tasks run on several machines, as far as this process can know."""
    if is_for_one_task():
        return True
    if str(conf.get("core", "hostname_callable", fallback="")).startswith(_EDGE):
        return True
    return not _executors() <= _LOCAL


def is_for_one_task() -> bool:
    """Whether this pod or container was made for one task, and goes with it."""
    return any(os.environ.get(name) for name in _AROUND_A_TASK)


def _executors() -> set[str]:
    """The class names in ``[core] executor``: ``A``, ``a.b.A``, ``alias:a.b.A`` or ``team=A``."""
    written = str(conf.get("core", "executor", fallback="") or "")
    entries = filter(None, map(str.strip, re.split("[,;]", written)))
    return {re.split("[=:.]", entry)[-1].strip() for entry in entries}
