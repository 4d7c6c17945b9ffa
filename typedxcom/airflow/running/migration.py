"""Entries that the common.io provider's backend wrote, so that a deployment can switch.

That backend's pointer is a string that looks like a URL under its base path. It is followed only if
``[typedxcom] read_common_io`` is on, and you never get the string itself instead of a value.
"""

from __future__ import annotations

from typing import Any

from typedxcom.airflow.config import SECTION, conf
from typedxcom.errors import PointerNotFoundError

__all__ = ["is_common_io", "read_common_io"]


def is_common_io(entry: Any) -> bool:
    """Whether *entry* is a pointer of the common.io backend."""
    if not isinstance(entry, str) or not conf.getboolean(SECTION, "read_common_io", fallback=False):
        return False
    base = conf.get("common.io", "xcom_objectstorage_path", fallback="") or ""
    return bool(base) and entry.startswith(base.rstrip("/") + "/") and "/../" not in entry


def read_common_io(entry: str) -> Any:
    """The value that *entry* points to.

    Raises:
        PointerNotFoundError: The object is gone. That backend would have returned its path instead.
    """
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    path = XComObjectStorageBackend._get_full_path(entry)
    if not path.exists():
        raise PointerNotFoundError(
            f"`{entry}`, which the common.io backend wrote, is not in its store. "
            "Clear the task that wrote it."
        )

    class _Result:
        value = entry

    return XComObjectStorageBackend.deserialize_value(_Result)
