"""How long an object that no row names is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from typedxcom.errors import ConfigurationError
from typedxcom.pointer import folder_of

__all__ = ["Rules", "parse_period"]

_SHORTEST = timedelta(hours=1)  # the clocks of workers, stores and this machine differ
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How old an object must be before the sweep removes it; what a row names always stays.

    Attributes:
        grace: For all DAGs, and for what unfinished writes left.
        retention: DAG id to the period that counts for its objects instead.

    Raises:
        ConfigurationError: A period is shorter than an hour.
    """

    grace: timedelta = timedelta(days=1)
    retention: Mapping[str, timedelta] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for period in (self.grace, *self.retention.values()):
            if period < _SHORTEST:
                raise ConfigurationError(
                    "The sweep keeps objects for at least 1h, because the clocks of workers and "
                    "stores differ"
                )

    def by_folder(self) -> dict[str, timedelta]:
        """The folder of a DAG to its retention."""
        return {folder_of(dag_id): period for dag_id, period in self.retention.items()}


def parse_period(text: str) -> timedelta:
    """The period that *text* spells: ``90m``, ``36h``, ``7d``, ``4w``.

    Raises:
        ConfigurationError: It is something else.
    """
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text.strip())
    if not found:
        raise ConfigurationError(f"{text!r} is no period. Write 90m, 36h, 7d or 4w.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
