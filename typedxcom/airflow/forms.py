"""Finds the form of a task that waits for people, while a DAG is built, checked and run."""

from __future__ import annotations

from typing import Any

from typedxcom.contracts import Contract

__all__ = ["ANSWERED", "form_contract"]

ANSWERED = "__typedxcom_answered__"
"""The attribute of an operator's class that holds the contract of what its form gives."""


def form_contract(operator: Any) -> Contract | None:
    """What the form of *operator*, mapped or not, promises to readers; None if it has none."""
    found: Contract | None = getattr(
        getattr(operator, "operator_class", type(operator)), ANSWERED, None
    )
    return found
