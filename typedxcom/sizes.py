"""Writes sizes in the units that people read."""

from __future__ import annotations

__all__ = ["amount"]


def amount(size: int) -> str:
    """Writes *size* bytes in words, for example ``17 kB``."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return (
                f"{value:,.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
            )
        value /= 1000
    return f"{value:,.1f} TB"
