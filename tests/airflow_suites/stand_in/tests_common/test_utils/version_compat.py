"""Which Airflow this is: ``AIRFLOW_V_3_2_PLUS`` and the like, and names that have moved."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

from airflow.sdk.definitions._internal.types import NOTSET
from packaging.version import Version

__all__ = ["NOTSET", "XCOM_RETURN_KEY"]

XCOM_RETURN_KEY = "return_value"
_AIRFLOW = Version(Version(version("apache-airflow-core")).base_version)


def __getattr__(name: str) -> Any:
    found = re.fullmatch(r"AIRFLOW_V_(\d+(?:_\d+)*?)(_PLUS)?", name)
    if found is None:
        raise AttributeError(name)
    asked = Version(found[1].replace("_", "."))
    return asked <= _AIRFLOW if found[2] else asked == _AIRFLOW
