"""The goals for DAG files in the style of public ones, beside what two suites measured."""

from __future__ import annotations

import statistics
from typing import Any, NamedTuple

__all__ = ["goals"]

TITLE = "Goals on DAG files in the style of public ones"
ABOUT = """Hardly a function in these files has an annotation, and half of the files have one mistake each. The
numbers are those of the two suites below."""


class Goal(NamedTuple):
    """One goal.

    Attributes:
        text: What is measured.
        suite: The suite that measures it.
        contender: Whose number it is.
        key: The name of the metric.
        most: The largest number that meets the goal; None if it is the smallest.
        least: The smallest number that meets the goal.
        unit: What is written behind a number.
        beside: The contender by which the number is divided.
        case: What the name of the case ends with; the last case, if it is empty.
    """

    text: str
    suite: str
    contender: str
    key: str
    most: float | None = None
    least: float = 0
    unit: str = " %"
    beside: str = ""
    case: str = ""

    def measured(self, results: dict[str, Any]) -> float | None:
        """Returns the median of a case in full size; None if it was not measured."""
        found = results["suites"].get(self.suite, {})
        if found.get("size") != "full":
            return None
        cases = [one for one in found["cases"] if one["name"].endswith(self.case)]
        if not cases:
            return None
        contenders = cases[-1]["contenders"]
        value = _median(contenders, self.contender, self.key)
        if value is None or not self.beside:
            return value
        base = _median(contenders, self.beside, self.key)
        return value / base if base else None

    def row(self, value: float) -> str:
        """Returns a line of the table."""
        if self.most is None:
            wanted, is_met = f"at least {self.least:g}{self.unit}", value >= self.least
        else:
            wanted, is_met = f"at most {self.most:g}{self.unit}", value <= self.most
        return f"| {self.text} | {wanted} | {value:.3g}{self.unit} | {'yes' if is_met else 'no'} |"


GOALS = (
    Goal("Mistakes that mypy finds", "real_files", "with", "found", least=95),
    Goal("Mistakes that `typedxcom check` finds", "checking", "check", "found", least=95),
    Goal("Edges typed at both ends", "checking", "check", "typed", least=75),
    Goal("Edges typed precisely", "checking", "check", "precise", least=50),
    Goal("False errors of mypy", "real_files", "with", "false", most=0, unit=""),
    Goal("False errors of `typedxcom check`", "checking", "check", "false", most=0, unit=""),
    *(
        Goal(
            f"CPU time of mypy with the plugin, beside mypy alone: {words}",
            *("real_files", "with", "cpu"),
            most=1.1,
            unit=" times",
            beside="without",
            case=case,
        )
        for words, case in (("no cache", "no cache"), ("Airflow in the cache", "cold"))
    ),
)


def goals(results: dict[str, Any]) -> str:
    """Returns the table; empty if no goal was measured in full size."""
    found = [(one, one.measured(results)) for one in GOALS]
    rows = [one.row(value) for one, value in found if value is not None]
    if not rows:
        return ""
    head = "| Goal | Wanted | Measured | Met |\n| --- | --: | --: | --- |"
    return "\n\n".join([f"### {TITLE}", ABOUT, "\n".join([head, *rows])])


def _median(contenders: dict[str, Any], name: str, key: str) -> float | None:
    values = contenders.get(name, {}).get(key, [])
    return statistics.median(values) if values else None
