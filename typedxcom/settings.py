"""The settings that the core obeys; the Airflow shell fills them from ``[typedxcom]``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_PREVIEW", "Settings"]

MAX_PREVIEW = 100  # rows that a preview may be asked for; far fewer fit into its bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """How values are read and written.

    Attributes:
        strict: Read by JSON rules: an ISO string is a datetime, but ``"5"`` is not an int.
        threshold: Bytes of JSON up to which an entry holds plain JSON. A larger value goes as one
            text, which every hop copies instead of walking: at 10 kB plain JSON takes a third
            longer (docs/explanation/performance.md has the measurement).
        store_threshold: Bytes of JSON above which a value goes to a store, where there is one.
        preview: Rows of a stored value that people see in the UI; None for no preview at all.
    """

    strict: bool = True
    threshold: int = 8_000
    store_threshold: int = 100_000
    preview: int | None = None

    def is_plain(self, size: int) -> bool:
        """Whether *size* bytes of JSON are plain JSON in the entry, where they survive as that."""
        return size <= self.threshold

    def is_stored(self, size: int) -> bool:
        """Whether *size* bytes of JSON go to a store, where there is one."""
        return size > self.store_threshold
