"""How long an object is kept that no entry points to, and how many may go at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from typedxcom.errors import ConfigurationError
from typedxcom.pointer import folder_of

__all__ = ["SweepRules", "parse_period"]

_SHORTEST = timedelta(hours=1)  # the clocks of workers, stores and this machine differ
_MANY = 100  # orphans: below, a share says little
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRules:
    """How old an orphan must be before the sweep deletes it. Other objects always stay.

    Attributes:
        grace: For all DAGs, and for what unfinished writes left.
        retention: DAG id to the period that counts for its objects instead.
        max_percent: How many of a store's old objects may be orphans. If there are more, the sweep
            doubts that it read the right entries. Fewer than 100 are never too many.

    Raises:
        ConfigurationError: A period is shorter than an hour, or a share is no percentage.
    """

    grace: timedelta = timedelta(days=1)
    retention: Mapping[str, timedelta] = field(default_factory=dict)
    max_percent: int = 50

    def __post_init__(self) -> None:
        for period in (self.grace, *self.retention.values()):
            if period < _SHORTEST:
                raise ConfigurationError(
                    "The sweep keeps objects for at least 1h, because the clocks of workers and "
                    "stores differ"
                )

        if not 0 <= self.max_percent <= 100:
            raise ConfigurationError(
                "The share of orphans at which the sweep stops is 0 to 100 percent"
            )

    def are_too_many(self, orphans: int, old: int) -> bool:
        """Whether so many orphans among so many old objects are more than ordinary leftovers."""
        return orphans >= _MANY and orphans * 100 > old * self.max_percent

    def by_folder(self) -> dict[str, timedelta]:
        """The folder of a DAG to its retention."""
        return {folder_of(dag_id): period for dag_id, period in self.retention.items()}


def parse_period(text: str) -> timedelta:
    """The period that *text* stands for: ``90m``, ``36h``, ``7d``, ``4w``.

    Raises:
        ConfigurationError: It is something else.
    """
    found = re.fullmatch(r"([0-9]{1,6})([mhdw])", text.strip())
    if not found:
        raise ConfigurationError(f"{text!r} is not a period. Write 90m, 36h, 7d or 4w.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
