"""Finds branches into a task that the DAG does not have: ``return "lod"`` in a ``@task.branch``.

Only a function of which each returned id is known is looked at, by its annotation or else by its
code. An id that resembles no other is left alone: its task may be made in another environment only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.wiring.code import hint_at
from typedxcom.airflow.wiring.flows import operator_contract
from typedxcom.contracts import Contract
from typedxcom.inference import returned_by
from typedxcom.nearness import branch_meant
from typedxcom.schema import Schema
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    Scalar,
    SequenceOf,
    TupleOf,
    bare,
    members_of,
)

__all__ = ["wrong_branches"]

_CLASSIC = (
    "BranchPythonOperator",
    "BranchPythonVirtualenvOperator",
    "BranchExternalPythonOperator",
)


def wrong_branches(operator: Any) -> Iterator[str]:
    """One sentence for each id that *operator* may choose and that is misspelt."""
    contract = _contract(operator)
    ids = None if contract is None else _ids(contract)
    if not ids:
        return
    known = {*operator.dag.task_dict, *filter(None, operator.dag.task_group_dict)}
    for one in ids:
        # What it also returns is spelt as it should be: `load_a` is not meant by `load_b`.
        meant = None if one in known else branch_meant(one, sorted(known.difference(ids)))
        if meant is not None:
            yield (
                f"{operator.task_id} branches into {one!r}, but this DAG has no such task."
                f"{hint_at(meant)}"
            )


def _contract(operator: Any) -> Contract | None:
    """The contract of a function that chooses tasks; None for any other."""
    operator_class = getattr(operator, "operator_class", type(operator))
    if hasattr(operator_class, "custom_operator_name"):
        is_branch = kind_of(operator_class).result == "branch"
        return operator_contract(operator) if is_branch else None
    function = getattr(operator, "python_callable", None)
    if function is None or operator_class.__name__ not in _CLASSIC:
        return None
    return operator_contract(operator) or Contract(function)


def _ids(contract: Contract) -> tuple[str, ...] | None:
    """The ids that the function returns; None if some are not known."""
    promised = _of_schema(contract.body.schema)
    if promised is not None:
        return promised
    shown = returned_by(contract.function, contract.local_names)
    return _of_schema(shown.inner) if isinstance(shown, Inferred) else None


def _of_schema(schema: Schema) -> tuple[str, ...] | None:
    """The texts that a value may hold, alone or in a list; None if it may hold any."""
    found: dict[str, None] = {}
    for one in members_of(bare(schema)):
        match bare(one):
            case LiteralOf(values=values) if all(isinstance(value, str) for value in values):
                parts: list[Any] = [values]
            case Scalar(type=kind) if kind is type(None):
                parts = []
            case SequenceOf(item=item):
                parts = [_of_schema(item)]
            case TupleOf(items=items):
                parts = list(map(_of_schema, items))
            case _:
                return None
        if None in parts:
            return None
        found.update(dict.fromkeys(text for part in parts for text in part))
    return tuple(found)
