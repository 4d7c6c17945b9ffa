"""Finds readers that no wiring shows: templates, and pulls by the id of a task.

Such a reader gets JSON, because at DAG parse it is not known whose contract decodes it. An
id or a key that is misspelt gets nothing.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.airflow.decorator_kinds import is_typed, kind_of
from typedxcom.airflow.wiring.code import near
from typedxcom.airflow.wiring.edges import arguments_of
from typedxcom.airflow.wiring.flows import RETURN_KEY, operator_contract
from typedxcom.airflow.wiring.promised import promised_under
from typedxcom.airflow.wiring.pulled import fields_returned, wrong_uses
from typedxcom.airflow.wiring.pulls import Pull, pulls_in_body, pulls_in_text, templates_in
from typedxcom.airflow.wiring.pushed import PushingBody, keys_of_task
from typedxcom.codecs.jsonschema.records import record_members
from typedxcom.contracts import contract_of
from typedxcom.nearness import task_meant
from typedxcom.pointer.pointer import MARKER, Pointer
from typedxcom.schema import Schema, Unknown
from typedxcom.schema.nodes import MappingOf, Record, Scalar, SequenceOf, UnionOf, bare, walk

__all__ = [
    "WrongPull",
    "body_of",
    "pulls_in_templates",
    "pushed_keys",
    "unwired_in",
    "wrong_pulls",
]

# What a template may read of an entry that is a text form or a pointer.
_OF_FORMS = frozenset({"json", "is", MARKER, *Pointer.__struct_fields__})
_JSON = frozenset({str, int, float, bool, type(None)})


def unwired_in(dag: Any) -> Iterator[str]:
    """One sentence for each reader in *dag* that gets JSON although a type was promised.

    And one for each that may run before the task whose XCom it pulls.
    """
    for operator in dag.tasks:
        yield from _templates(dag, operator)
        yield from _pulls(dag, operator)
        yield from _unordered(dag, operator)


def _templates(dag: Any, operator: Any) -> Iterator[str]:
    """Templates that pull from a typed task whose value is more than JSON."""
    seen: set[tuple[str, str]] = set()
    for name, pull in pulls_in_templates(operator):
        for task_id in pull.task_ids:
            promised = promised_under(dag.task_dict.get(task_id), RETURN_KEY).schema
            if _is_more_than_json(promised) and (name, task_id) not in seen:
                seen.add((name, task_id))
                yield (
                    f"{operator.task_id}.{name} pulls {task_id!r} in a template: it gets "
                    f"JSON, not `{promised}`. Give the output as an argument to get that."
                )


def pulls_in_templates(operator: Any) -> Iterator[tuple[str, Pull]]:
    """The pulls in the templates of a task, each with the name of its argument."""
    for argument, _ in arguments_of(operator, operator_contract(operator)):
        for text in templates_in(argument.value):
            for pull in pulls_in_text(text):
                yield argument.name, pull


def _is_more_than_json(schema: Schema) -> bool:
    """Whether plain JSON is another value than what *schema* promises."""
    return not all(
        isinstance(node, (MappingOf, Unknown, UnionOf))
        or (isinstance(node, Record) and node.style == "typeddict")
        or (isinstance(node, Scalar) and node.type in _JSON)
        or (isinstance(node, SequenceOf) and node.type is list)
        for _, node in walk(schema)
    )


def _pulls(dag: Any, operator: Any) -> Iterator[str]:
    """Pulls in the body of a typed task by an id that no task of its DAG has."""
    contract = contract_of(getattr(operator, "python_callable", None))
    for pull in pulls_in_body(contract.function) if contract is not None else ():
        if pull.dag_id not in (None, dag.dag_id):
            yield (
                f"{operator.task_id} pulls from the DAG {pull.dag_id!r} by xcom_pull: it gets "
                "JSON. Use an XComKey to get a typed value."
            )
            continue
        for task_id in pull.task_ids if pull.dag_id is None else ():
            if task_id not in dag.task_dict and task_meant(task_id, dag.task_dict) is None:
                yield (
                    f"{operator.task_id} pulls {task_id!r} by xcom_pull, but this DAG has no such "
                    "task: it gets JSON, or None."
                )


def _unordered(dag: Any, operator: Any) -> Iterator[str]:
    """Pulls from a task that the reader does not wait for. Airflow sees none of them."""
    pulls = [one for one in pulls_in_body(body_of(operator)) if one.dag_id in (None, dag.dag_id)]
    # With the id of the DAG, the template is an output in a text, which has a note of its own.
    pulls += [one for _, one in pulls_in_templates(operator) if one.dag_id is None]
    asked = {task_id: None for pull in pulls if not pull.is_elsewhere for task_id in pull.task_ids}
    waits_for = operator.get_flat_relative_ids(upstream=True) if asked else ()
    for task_id in asked:
        if task_id in dag.task_dict and task_id not in (*waits_for, operator.task_id):
            yield (
                f"{operator.task_id} pulls {task_id!r} by xcom_pull, and does not wait for it. Order "
                f"the two: {task_id} >> {operator.task_id}."
            )


@dataclass(frozen=True, slots=True)
class WrongPull:
    """A pull that gets nothing.

    Attributes:
        task_id: Who pulls.
        sentence: What is wrong.
        file: Where the body is that it stands in; None for a template.
        line: Its line there.
    """

    task_id: str
    sentence: str
    file: str | None = None
    line: int | None = None


def wrong_pulls(dag: Any) -> Iterator[WrongPull]:
    """The pulls of *dag* by a misspelt id, or by a key that the task never pushes."""
    for operator in dag.tasks:
        function = body_of(operator)
        for pull in pulls_in_body(function):
            for sentence in (*_wrong(dag, pull, operator), *_wrong_uses(dag, pull, operator)):
                file = inspect.unwrap(function).__code__.co_filename
                yield WrongPull(operator.task_id, sentence, file, pull.line)
        found = (
            sentence
            for _, one in pulls_in_templates(operator)
            for sentence in _wrong(dag, one, operator)
        )
        for sentence in dict.fromkeys(found):
            yield WrongPull(operator.task_id, sentence)


def _wrong_uses(dag: Any, pull: Pull, operator: Any) -> Iterator[str]:
    is_here = not pull.is_elsewhere and pull.dag_id in (None, dag.dag_id)
    return wrong_uses(dag, pull, operator) if is_here else iter(())


def body_of(operator: Any) -> Any:
    """The author's function of a task; None where it has none."""
    function = getattr(operator, "python_callable", None)
    contract = contract_of(function)
    return function if contract is None else contract.function


def _wrong(dag: Any, pull: Pull, operator: Any) -> Iterator[str]:
    if pull.is_elsewhere or pull.dag_id not in (None, dag.dag_id):
        return
    tasks = [dag.task_dict[one] for one in pull.task_ids if one in dag.task_dict]
    for task_id in pull.task_ids:
        close = None if task_id in dag.task_dict else task_meant(task_id, dag.task_dict)
        if close is not None:
            yield (
                f"{operator.task_id} pulls {task_id!r} by xcom_pull, but this DAG has no such "
                f"task. Did you mean {close!r}?"
            )
    if pull.key is not None:
        found = [list(_wrong_key(operator, task, pull)) for task in tasks]
        yield from itertools.chain(*found) if all(found) else ()  # one of several may push it


def _wrong_key(operator: Any, task: Any, pull: Pull) -> Iterator[str]:
    who = f"{operator.task_id} pulls"
    if pull.key != RETURN_KEY:
        keys = pushed_keys(task)
        if keys is not None and pull.key not in keys:
            pushed = ", ".join(map(repr, keys)) or "no key beside its return value"
            yield (
                f"{who} the key {pull.key!r} of {task.task_id!r}, which pushes {pushed}."
                f"{near(str(pull.key), keys)}"
            )
        return
    if pull.field is None:
        return
    fields = fields_returned(task)
    if not fields and pull.field not in _OF_FORMS:
        fields = _keys_of_entry(task)
    if fields and pull.field not in fields:
        known = ", ".join(map(repr, fields))
        yield (
            f"{who} {task.task_id!r} and reads {pull.field!r} of it: the dict has {known}."
            f"{near(pull.field, fields)}"
        )


def _keys_of_entry(task: Any) -> tuple[str, ...] | None:
    """The keys of the JSON of a model that a typed task returns, which is what a template gets."""
    schema = _returned(task)
    if not is_typed(task) or not isinstance(schema, Record):
        return None
    members = record_members(schema)
    if members is None or members.is_array or members.root is not None or _writes_itself(schema):
        return None
    tag = () if members.tag is None else (members.tag[0],)
    return (*(part.key or name for name, part in schema.fields.items()), *tag)


def _writes_itself(schema: Record) -> bool:
    """Whether other keys may be there: of a serializer, or that a model takes beside its fields."""
    decorators = getattr(schema.type, "__pydantic_decorators__", None)
    config = getattr(schema.type, "model_config", None) or {}
    return bool(getattr(decorators, "model_serializers", None)) or config.get("extra") == "allow"


def pushed_keys(task: Any, reading: type[PushingBody] = PushingBody) -> tuple[str, ...] | None:
    """The keys that a task pushes beside its return value; None if that is not known.

    Args:
        task: The task.
        reading: What reads its body.
    """
    operator_class = getattr(task, "operator_class", type(task))
    name = getattr(operator_class, "custom_operator_name", None)
    if name is None:
        is_plain = operator_class.__name__ == "PythonOperator"
    else:
        is_plain = kind_of(operator_class).returns_value and name != "@task.short_circuit"
    own = keys_of_task(task, body_of(task), reading) if is_plain else None
    if own is None or not getattr(task, "multiple_outputs", False):
        return own
    fields = fields_returned(task)
    return None if fields is None else (*fields, *own)


def _returned(task: Any) -> Schema | None:
    """What the one instance of a task promises; None where there may be several."""
    contract = operator_contract(task)
    if contract is None or task.is_mapped or task.get_closest_mapped_task_group() is not None:
        return None
    return bare(contract.returned.schema)
