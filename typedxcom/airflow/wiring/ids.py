"""Which task a misspelt id was probably to name."""

from __future__ import annotations

from collections.abc import Iterable

from typedxcom.airflow.wiring.code import nearest

__all__ = ["meant"]


def meant(task_id: str, known: Iterable[str]) -> str | None:
    """The one of *known* that *task_id* was probably to be: in a group, or of nearly that name."""
    names = list(known)
    inside = [one for one in names if one.endswith(f".{task_id}")]
    if inside:
        return inside[0]
    # Names that differ in numbers alone are of tasks that are sometimes made and sometimes not.
    letters = _letters(task_id)
    return nearest(task_id, [one for one in names if _letters(one) != letters])


def _letters(name: str) -> str:
    return "".join(one for one in name if not one.isdigit())
