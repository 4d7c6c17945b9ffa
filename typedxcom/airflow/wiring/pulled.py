"""Finds what the code of a task does with a value that it pulls, and that the value cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.decorator_kinds import is_typed
from typedxcom.airflow.wiring.code import keys_shown, near
from typedxcom.airflow.wiring.flows import instance_output, operator_contract
from typedxcom.airflow.wiring.pulls import Pull
from typedxcom.inference.needed import broken_by, lacks
from typedxcom.nearness import key_meant
from typedxcom.needs import Need
from typedxcom.schema import Schema
from typedxcom.schema.nodes import UNKNOWN, Inferred, Record, SequenceOf, Unknown, bare, members_of

__all__ = ["fields_returned", "wrong_uses"]


def wrong_uses(dag: Any, pull: Pull, operator: Any) -> Iterator[str]:
    """One sentence for each value of *pull* that *operator* uses as it cannot be used."""
    for item, needs in pull.uses:
        task_id, schema = _value(dag, pull, item)
        task = dag.task_dict.get(task_id)
        # Only from one typed task to another, a value arrives as the class that was promised.
        is_exact = is_typed(operator) and (task is None or is_typed(task))
        keys = _keys(schema)
        misspelt = (one for one in needs.maybe if key_meant(one.key or "", keys))
        for need in (*needs.found, *misspelt):
            sentence = _wrong_key(task, schema, need) if task is not None else None
            if sentence is None and broken_by(schema, needs, is_exact=is_exact) == need:
                sentence = _wrong_kind(schema, need)
            if sentence is not None:
                pulled = repr(task_id) if task_id else "several values"
                yield f"{operator.task_id} pulls {pulled} and {sentence}"
                break


def _value(dag: Any, pull: Pull, item: int | None) -> tuple[str | None, Schema]:
    """The task whose value is used, if it is one, and what the value is."""
    if len(pull.task_ids) != pull.asked or pull.key is None:
        return None, UNKNOWN
    if pull.is_list:
        if item is None:
            return None, SequenceOf(list, UNKNOWN)
        is_there = -len(pull.task_ids) <= item < len(pull.task_ids)
        task_id = pull.task_ids[item] if is_there else None
        return task_id, _pushed(dag, task_id, pull.key, is_mapped=False)
    (task_id,) = pull.task_ids
    if pull.instances == 0:
        schema = _pushed(dag, task_id, pull.key, is_mapped=False)
    else:
        schema = _pushed(dag, task_id, pull.key, is_mapped=True)
        if pull.instances > 1 and not isinstance(schema, Unknown):
            return (None, SequenceOf(list, UNKNOWN)) if item is None else (task_id, schema)
    return task_id, schema if item is None else _item(schema)


def _pushed(dag: Any, task_id: str | None, key: str, *, is_mapped: bool) -> Schema:
    """What one instance of a task pushes; unknown if it may have several instances, or only one."""
    task = dag.task_dict.get(task_id)
    if task is None or task.get_closest_mapped_task_group() is not None:
        return UNKNOWN
    return instance_output(task, key) if task.is_mapped is is_mapped else UNKNOWN


def _item(schema: Schema) -> Schema:
    inner = bare(schema.inner if isinstance(schema, Inferred) else schema)
    return inner.item if isinstance(inner, SequenceOf) and inner.type is list else UNKNOWN


def _wrong_key(task: Any, schema: Schema, need: Need) -> str | None:
    """What is wrong with the key that a need reads of a dict whose keys are known."""
    keys = _keys(schema)
    if need.key is None or need.path or not keys or need.key in keys:
        return None
    known = ", ".join(map(repr, keys))
    return f"reads {need.key!r} of it: the dict has {known}.{near(need.key, keys)}"


def _keys(schema: Schema) -> tuple[str, ...]:
    """All keys of a dict, if they are known."""
    found: dict[str, None] = {}
    for one in members_of(bare(schema.inner if isinstance(schema, Inferred) else schema)):
        member = bare(one)
        if not isinstance(member, Record) or member.style != "typeddict" or member.extras:
            return ()
        found.update(dict.fromkeys(member.fields))
    return tuple(found)


def _wrong_kind(schema: Schema, need: Need) -> str:
    gets = f"but it gets `{schema}`{lacks(need, schema)}."
    if need.key is not None and not need.path:
        return f"reads {need.key!r} of it as of a dict, {gets}"
    return f"uses it as `{need.words}`, {gets}"


def fields_returned(task: Any) -> tuple[str, ...] | None:
    """The keys of the dict that a task returns; None where they are not known."""
    contract = operator_contract(task)
    if contract is None or task.is_mapped or task.get_closest_mapped_task_group() is not None:
        return None
    schema = bare(contract.returned.schema)
    if isinstance(schema, Record):
        is_whole = schema.style == "typeddict" and not schema.extras
        return tuple(schema.fields) if is_whole else None
    return keys_shown(task)
