"""The plugin's error codes. You can use each in ``# type: ignore[...]`` and in mypy's options."""

from __future__ import annotations

from typing import Final

from mypy.errorcodes import ErrorCode

__all__ = ["XCOM_ARG", "XCOM_CONFIG", "XCOM_INTERNAL", "XCOM_KEY", "XCOM_MAP", "XCOM_PARAM"]
__all__ += ["XCOM_TASK", "XCOM_TEXT", "XCOM_UNCHECKED", "XCOM_USE"]

CATEGORY: Final = "typedxcom"

XCOM_ARG: Final = ErrorCode("xcom-arg", "An output does not fit the parameter it goes to", CATEGORY)
XCOM_KEY: Final = ErrorCode("xcom-key", "An output has no such key", CATEGORY)
XCOM_MAP: Final = ErrorCode("xcom-map", "A task cannot be mapped over this", CATEGORY)
XCOM_PARAM: Final = ErrorCode(
    "xcom-param", "A task reads what is no parameter of its DAG", CATEGORY
)
XCOM_TASK: Final = ErrorCode("xcom-task", "A task returns what its kind does not allow", CATEGORY)
XCOM_USE: Final = ErrorCode("xcom-use", "An output has no value while the DAG is parsed", CATEGORY)
# Only notes have this code, and they fail no run: with ``>>`` between the tasks it is right.
XCOM_TEXT: Final = ErrorCode("xcom-text", "A text has an output, and no dependency on it", CATEGORY)
XCOM_UNCHECKED: Final = ErrorCode(
    "xcom-unchecked",
    "mypy skips this DAG function, because it has no annotations",
    CATEGORY,
    default_enabled=False,
)
XCOM_CONFIG: Final = ErrorCode("xcom-config", "Wrong [tool.typedxcom.mypy] options", CATEGORY)
XCOM_INTERNAL: Final = ErrorCode("xcom-internal", "The plugin itself failed here", CATEGORY)
