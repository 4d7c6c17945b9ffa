"""Checks keys, `.map`, `.zip` and `.concat` of an output.

Our outputs are checked when the call is made. The whole-DAG check looks at Airflow's own outputs
with `late_problems`, once they are arguments of a task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from typedxcom.airflow.keynames import key_sentence
from typedxcom.airflow.private import ConcatXComArg, MapXComArg, PlainXComArg, ZipXComArg
from typedxcom.airflow.wiring.code import keys_shown, near, shown_by
from typedxcom.airflow.wiring.flows import (
    RETURN_KEY,
    NotAnItem,
    counted_element,
    describe,
    operator_contract,
    producers,
)
from typedxcom.airflow.wiring.pushed import keys_of_task
from typedxcom.annotations import annotations_of, read_hints, signature_of
from typedxcom.contracts import Promise, contract_of
from typedxcom.errors import GraveSentence
from typedxcom.inference.needed import broken_by, lacks, needed_of
from typedxcom.schema import UNKNOWN, Schema, schema_of
from typedxcom.schema.nodes import MappingOf, Record, SequenceOf, Unknown, bare, seen
from typedxcom.schema.relation import mismatches

__all__ = [
    "joining_problem",
    "key_problem",
    "late_problems",
    "map_input",
    "map_problem",
    "name_of",
]


def key_problem(operator: Any, schema: Schema, key: str) -> str | None:
    """Why a task that returns *schema* pushes nothing under *key*, or None."""
    if unsendable := key_sentence(key):
        return GraveSentence(f"The output of task {operator.task_id!r}: {unsendable}.")
    problem = _field_problem(operator, schema, key)
    if problem is None:
        return None
    pushed = keys_of_task(operator, getattr(operator, "python_callable", None))
    if pushed is None or key in pushed:
        return None
    own = f" Its body pushes {', '.join(map(repr, pushed))}." if pushed else ""
    return problem + own


def _field_problem(operator: Any, schema: Schema, key: str) -> str | None:
    """Why the value that a task returns gives it no *key*, or None."""
    task_id = operator.task_id
    schema = bare(schema)
    if isinstance(schema, Unknown):
        return None if schema.claimed else _shown_problem(operator, key)
    if isinstance(schema, MappingOf) and getattr(operator, "multiple_outputs", False):
        return _shown_problem(operator, key)
    fields = schema.fields if isinstance(schema, Record) else {}
    if getattr(operator, "multiple_outputs", False):
        if key in fields or not isinstance(schema, Record):
            return None
        known = ", ".join(map(repr, fields))
        hint = near(key, fields)
        return (
            f"Task {task_id!r} returns `{schema}`, which has no key {key!r} (it has {known}).{hint}"
        )
    cure = " Push its fields too: @task(multiple_outputs=True)." if key in fields else ""
    return f"Task {task_id!r} returns `{schema}` as one XCom and pushes no key {key!r}.{cure}"


def _shown_problem(operator: Any, key: str) -> str | None:
    """The same by the task's code, where no annotation names the keys."""
    task_id, shown = operator.task_id, shown_by(operator)
    keys = keys_shown(operator)
    if isinstance(shown, Unknown):
        return None
    if not getattr(operator, "multiple_outputs", False):
        cure = " Push its fields too: @task(multiple_outputs=True)." if key in (keys or ()) else ""
        return f"The code of task {task_id!r} returns `{shown}` as one XCom and pushes no key {key!r}.{cure}"
    if keys is None or key in keys:
        return None
    known = ", ".join(map(repr, keys))
    return (
        f"The code of task {task_id!r} returns dicts without the key {key!r}: they have {known}."
        f"{near(key, keys)}"
    )


def map_input(arg: Any, f: Callable[..., Any]) -> Promise | None:
    """What `.map(f)` decodes each item as: *f*'s annotation, else the upstream task's."""
    parameter = _first_parameter(f)
    found = read_hints(f, local_names={}, importing=True).found if parameter else {}
    if parameter in found:
        return Promise(found[parameter], schema_of(found[parameter]))
    return _promised_item(arg)


def _promised_item(arg: Any) -> Promise | None:
    """What the task promises of each item, if an item can be decoded alone."""
    contract = operator_contract(arg.operator) if isinstance(arg, PlainXComArg) else None
    if contract is None or contract_of(contract.function) is None:
        return None  # what a plain task pushed comes as Airflow's own serialization made it
    whole = contract.returned
    if arg.operator.is_mapped:
        return whole
    args = get_args(whole.annotation)
    if isinstance(whole.schema, SequenceOf) and args:
        return Promise(args[0], whole.schema.item)
    return None


def map_problem(arg: Any, f: Callable[..., Any]) -> str | None:
    """Why *f* cannot be mapped over *arg*, or None."""
    upstream = ", ".join(dict.fromkeys(producers(arg)))
    try:
        item = counted_element(describe(arg))
    except NotAnItem as error:
        return f"map({name_of(f)}) over {upstream!r}: {error}"
    parameter = _first_parameter(f)
    annotation = read_hints(f, local_names={}, importing=False).found.get(parameter or "", Any)
    try:
        downstream = schema_of(annotation)
    except NameError:
        return None
    wrong = mismatches(item, downstream)
    if not wrong:
        return _unusable(arg, f, parameter, item) if annotation is Any else None
    return f"map({name_of(f)}) expects `{downstream}`, but the items of {upstream!r} are `{item}`: {wrong[0]}"


def _unusable(arg: Any, f: Callable[..., Any], parameter: str | None, item: Schema) -> str | None:
    """What the code of *f*, which has no annotation, needs of an item and cannot have."""
    if parameter is None or parameter in annotations_of(f):
        return None
    is_exact = _promised_item(arg) is not None
    if is_exact and isinstance(item, Record) and item.style == "typeddict" and not item.extras:
        item = Record(dict, "typeddict", (), item.fields)  # no other keys are decoded
    need = broken_by(item, needed_of(f, parameter), is_exact=is_exact)
    if need is None:
        return None
    upstream = ", ".join(dict.fromkeys(producers(arg)))
    return (
        f"map({name_of(f)}) uses an item as `{need.words}`, but the items of {upstream!r} are "
        f"`{seen(item)}`{lacks(need, item)}"
    )


def joining_problem(how: str, args: Sequence[Any]) -> str | None:
    """Why zip or concat cannot take one of *args*, or None."""
    for arg in args:
        try:
            counted_element(describe(arg))
        except NotAnItem as error:
            upstream = ", ".join(dict.fromkeys(producers(arg)))
            return f"{how}() takes the output of {upstream!r}, but {error}"
    return None


def late_problems(value: Any) -> Iterator[str]:
    """What is wrong with the keys and chains of Airflow's own outputs in *value*."""
    match value:
        case PlainXComArg(operator=operator, key=key) if type(value) is PlainXComArg:
            if key != RETURN_KEY:
                contract = operator_contract(operator)
                returned = UNKNOWN if contract is None else contract.returned.schema
                yield from filter(None, [key_problem(operator, returned, key)])
        case MapXComArg(arg=source, callables=functions):
            yield from late_problems(source)
            if type(value) is MapXComArg:
                steps = [
                    source,
                    *(MapXComArg(source, functions[:n]) for n in range(1, len(functions))),
                ]
                found = map(map_problem, steps, functions)
                yield from list(filter(None, found))[:1]
        case ZipXComArg(args=parts) | ConcatXComArg(args=parts):
            for part in parts:
                yield from late_problems(part)
            how = "zip" if isinstance(value, ZipXComArg) else "concat"
            problem = joining_problem(how, parts)
            if problem:
                yield problem
        case dict():
            for part in value.values():
                yield from late_problems(part)
        case list() | tuple():
            for part in value:
                yield from late_problems(part)


def _first_parameter(f: Callable[..., Any]) -> str | None:
    try:
        return next(iter(signature_of(f).parameters), None)
    except (TypeError, ValueError):
        return None


def name_of(f: Callable[..., Any]) -> str:
    """The name of *f* in messages. A partial or an object has no name of its own."""
    return getattr(f, "__name__", type(f).__name__)
