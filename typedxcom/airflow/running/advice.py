"""Suggests a return annotation. Without one, Airflow's form decides what the reader gets."""

from __future__ import annotations

import dataclasses
import enum
import logging
from typing import Any

from typedxcom.annotations import annotations_of
from typedxcom.contracts import Contract

__all__ = ["advise_annotation", "annotation_for"]

_log = logging.getLogger(__name__)


def advise_annotation(value: Any, contract: Contract, task_id: str) -> None:
    """Log which return annotation to write, if *value* is of a class and the task has none."""
    if not contract.returns or "return" in annotations_of(contract.function):
        return
    written = annotation_for(value)
    if written is not None:
        _log.warning(
            "Task %r returns `%s` and has no return annotation, so Airflow writes the value in its "
            "own form, with the name of the class. Readers without an annotation need that name on "
            "Airflow's allow-list. Write: def %s(...) -> %s",
            task_id,
            written,
            contract.name,
            written,
        )


def annotation_for(value: Any) -> str | None:
    """The annotation for *value*, as far as its first item shows, or None for builtins."""
    kind = type(value)
    if kind in (list, set, frozenset, tuple) and value:
        item = annotation_for(next(iter(value)))
        dots = ", ..." if kind is tuple else ""
        return None if item is None else f"{kind.__name__}[{item}{dots}]"
    if kind is dict and value:
        key, first = next(iter(value.items()))
        item = annotation_for(first)
        return None if item is None else f"dict[{type(key).__name__}, {item}]"
    return kind.__name__ if _is_record(kind) else None


def _is_record(kind: type) -> bool:
    return (
        dataclasses.is_dataclass(kind)
        or issubclass(kind, enum.Enum)
        or any(
            hasattr(kind, mark)
            for mark in ("__pydantic_validator__", "__attrs_attrs__", "__struct_fields__")
        )
        or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    )
