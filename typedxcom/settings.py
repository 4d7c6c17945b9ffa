"""The settings of the core. The Airflow part of the library reads them from ``[typedxcom]``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_INLINE", "MAX_PREVIEW", "Settings"]

MAX_INLINE = 1_000_000  # bytes of JSON that a task in another language may get
MAX_PREVIEW = 100  # rows that a preview may be asked for; far fewer fit into its bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """How values are read and written.

    Attributes:
        strict: Whether to read by JSON rules: an ISO string is a datetime, but ``"5"`` is not an
            int.
        threshold: Bytes of JSON up to which an entry holds plain JSON. A larger value becomes one
            text, because every hop can copy a text without walking through it. At 10 kB plain
            JSON takes a third longer (docs/explanation/performance.md has the measurement).
        store_threshold: Bytes of JSON above which a value goes to a store, if there is one.
        preview: How many rows of a stored value the UI shows; None for no preview at all.
        inline: Whether a value must stay plain JSON in the entry, because a task in another
            language reads it.
    """

    strict: bool = True
    threshold: int = 8_000
    store_threshold: int = 100_000
    preview: int | None = None
    inline: bool = False

    def is_plain(self, size: int) -> bool:
        """Whether *size* bytes of JSON stay plain JSON in the entry, if databases keep them so."""
        return size <= self.threshold

    def is_stored(self, size: int) -> bool:
        """Whether *size* bytes of JSON go to a store, if there is one."""
        return size > self.store_threshold
