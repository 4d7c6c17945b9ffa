"""Reports what is wrong with a table: the count per rule, the first rows and their values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typedxcom.errors import MAX_VALUE, Problem, ValidationError, shorten
from typedxcom.tables.checks.chunk import python_values
from typedxcom.tables.checks.rules import Failure

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MAX_EXAMPLES", "Filtered", "TableProblem", "TableReport", "shown_value"]

MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class TableProblem(Problem):
    """One thing that is wrong with a column, or with the table as a whole.

    Attributes:
        column: The path of the column: ``fare``, ``tags[]``; empty for a rule of the table.
        rule: The rule that is broken: ``ge``, ``null``, ``unique``, or a table rule's name.
        count: How many values break it.
        rows: The first rows that do, from 0.
        values: Their values there. Empty if they must not be shown.
    """

    column: str = ""
    rule: str = ""
    count: int = 0
    rows: tuple[int, ...] = ()
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """Return the sentence; it names its place itself."""
        return self.message


@dataclass(frozen=True, slots=True)
class Filtered:
    """A table divided into good rows and problems.

    Attributes:
        good: The rows that keep the contract, cast to its types, as a ``pyarrow.Table``.
        problems: What is wrong with the others. A row that breaks two rules counts in both.
        dropped: How many rows are not in ``good``.
    """

    good: pa.Table
    problems: tuple[TableProblem, ...]
    dropped: int

    @property
    def counts(self) -> Mapping[str, int]:
        """Column and rule (``fare.ge``) to the number of values that break it."""
        return {f"{one.column}.{one.rule}".strip("."): one.count for one in self.problems}


@dataclass(slots=True)
class FailureTally:
    """One rule's failures so far."""

    failure: Failure
    count: int = 0
    rows: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, failure: Failure, offset: int) -> None:
        """Count a chunk's failures, and keep the first few."""
        self.count += len(failure.rows)
        room = MAX_EXAMPLES - len(self.rows)
        if room > 0:
            self.rows.extend(row + offset for row in failure.rows.slice(0, room).to_pylist())
            self.values.extend(python_values(failure.values.slice(0, room)))


class TableReport:
    """The failures of a whole table, gathered chunk by chunk in constant memory."""

    def __init__(self, name: str, *, hide: bool = False) -> None:
        self.name = name
        self._hide = hide
        self._tallies: dict[tuple[str, str, str], FailureTally] = {}

    def add(self, failure: Failure, offset: int) -> None:
        """Count *failure*, of a chunk whose first row is *offset*."""
        if len(failure.rows):
            key = (failure.path, failure.rule.kind, failure.rule.words)
            self._tallies.setdefault(key, FailureTally(failure)).add(failure, offset)

    def __bool__(self) -> bool:
        return bool(self._tallies)

    def problems(self) -> tuple[TableProblem, ...]:
        """Every broken rule."""
        return tuple(self._problem(tally) for tally in self._tallies.values())

    def raise_any(self) -> None:
        """Raise ValidationError if anything was found."""
        if self._tallies:
            raise ValidationError(self.name, self.problems())

    def _problem(self, tally: FailureTally) -> TableProblem:
        failure, rule = tally.failure, tally.failure.rule
        hidden = self._hide or failure.hidden
        shown = () if hidden or rule.kind in {"null", "table"} else tuple(tally.values)
        examples = _examples(tally.rows, shown, tally.count)
        if rule.kind == "table":
            message = f"rule {rule.words!r} is broken by {_many(tally.count, 'row')}{examples}"
        elif rule.kind == "python":
            place = f"column `{failure.path}`" if failure.path else "row"
            message = f"{place}: {rule.words}{examples}"
        else:
            message = f"column `{failure.path}` has {_counted(tally.count, rule.words)}{examples}"
        name = rule.words if rule.kind == "table" else rule.kind
        return TableProblem(
            path=f"$.{failure.path}".rstrip("."), message=message, column=failure.path, rule=name,
            count=tally.count, rows=tuple(tally.rows), values=shown,
        )  # fmt: skip


def _counted(count: int, words: str) -> str:
    if words == "null":
        return _many(count, "null")
    if words.startswith("repeated "):
        return _many(count, words.removesuffix("s"))
    return f"{_many(count, 'value')} {words}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _examples(rows: list[int], values: Iterable[Any], count: int) -> str:
    if not rows:
        return ""
    numbers = ", ".join(map(str, rows)) + (", …" if count > len(rows) else "")
    shown = ", ".join(shown_value(value) for value in values)
    return f" ({'row' if count == 1 else 'rows'} {numbers}{': ' if shown else ''}{shown})"


def shown_value(value: Any) -> str:
    """*value* as a message shows it, at most 40 characters."""
    if isinstance(value, (str, bytes, list, tuple, dict)):
        return shorten(value)
    text = str(value)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
