"""Says which XCom keys Airflow would take for others: its client does not quote them in URLs.

The plugin asks this too, so this module imports only the standard library.
"""

from __future__ import annotations

import functools
import re
from typing import Final

__all__ = ["key_fault"]

_UNSENDABLE: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_CUTS: Final = re.compile(r"[?#]")
_ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")
# Airflow's server asks for a part of a mapped task's values under these addresses.
_ADDRESS: Final = re.compile(r"/item/[^/]+\Z|/slice\Z")


@functools.lru_cache(maxsize=4096)
def key_fault(key: str) -> str | None:
    """Says what Airflow would do to *key* on its way through a URL; None for a good key.

    `tests/shell/test_key_names.py` sends keys through Airflow's own client and router.
    """
    if not key:
        return "an XCom needs a key"
    if _UNSENDABLE.search(key):
        return "a URL cannot hold its control characters or lone surrogates"
    if found := _CUTS.search(key):
        return f"the URL ends at `{found[0]}`"
    if found := _ESCAPE.search(key):
        return f"`{found[0]}` in a URL stands for another character"
    if any(step in (".", "..") for step in key.split("/")):
        return "`.` and `..` lead to another address"
    if found := _ADDRESS.search(key):
        return f"`{found[0]}` asks Airflow for a part of another key"
    return None
