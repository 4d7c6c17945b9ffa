"""Checks the wiring of one call, on its author's line, while the DAG is parsed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from airflow.sdk import BaseOperator

from typedxcom.airflow.decorator_kinds import is_typed
from typedxcom.airflow.params import dag_param, place_of
from typedxcom.airflow.private import CALLBACK_KEYS, MappedArgument, PlainXComArg, ResolveMixin
from typedxcom.airflow.wiring.code import near
from typedxcom.airflow.wiring.flows import (
    RETURN_KEY,
    is_template,
    literal,
    misuse,
    producers,
    runs_code,
)
from typedxcom.airflow.wiring.needed import needs_of_parameter
from typedxcom.airflow.wiring.operator_settings import settings_of
from typedxcom.annotations import VARIADIC
from typedxcom.contracts import Argument, Contract
from typedxcom.errors import EncodeError, ValidationError, as_sentence, shorten
from typedxcom.exchange import load
from typedxcom.inference.needed import broken_by, lacks, shows_inside
from typedxcom.nearness import setting_meant
from typedxcom.schema import Schema
from typedxcom.schema.build import is_lax
from typedxcom.schema.nodes import (
    Constrained,
    Inferred,
    MappingOf,
    Record,
    SequenceOf,
    Unknown,
    bare,
    members_of,
    part,
    walk,
)
from typedxcom.schema.possible import misfit
from typedxcom.schema.relation import Mismatch, Solution, mismatches
from typedxcom.schema.vague import is_vague

__all__ = [
    "broken_need",
    "check_arguments",
    "check_call",
    "check_value",
    "holds_output",
    "reason",
    "unknown_name",
    "wiring_sentence",
]


def check_arguments(
    contract: Contract,
    task: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    solution: Solution,
) -> list[str]:
    """What is wrong with a call, one sentence each.

    Args:
        contract: The contract of the called task.
        task: Its name, for messages.
        args: Positional arguments.
        kwargs: Keyword arguments.
        solution: Filled with what the contract's type variables stand for.
    """
    found = [unknown_name(contract, task, name) for name in kwargs if not contract.takes(name)]
    if found:
        return found
    is_reserved = contract.reserved and contract.takes_positions(len(args))
    for argument in contract.bind(args, kwargs):
        if argument.injected and isinstance(argument.place, int) and is_reserved:
            found.append(_by_position(task, argument.name))
        else:
            found.extend(_argument(contract, task, argument, solution))
    return found


def check_call(
    contract: Contract,
    task: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    solution: Solution,
) -> list[str]:
    """As `check_arguments`, for a call that must give every argument."""
    found = check_arguments(contract, task, args, kwargs, solution)
    parameters = contract.signature.parameters
    if found or CALLBACK_KEYS.isdisjoint(parameters):
        return found
    given = {argument.name for argument in contract.bind(args, kwargs)}
    return [
        f"{task}: the parameter `{name}` is never given: Airflow has `{name}` for callbacks, not for "
        "a running task. Give it a value, or a default."
        for name in CALLBACK_KEYS.intersection(parameters).difference(given)
        if parameters[name].default is inspect.Parameter.empty
        and parameters[name].kind not in VARIADIC
    ]


def _by_position(task: str, name: str) -> str:
    return (
        f"{task}({name}) cannot be given by position: Airflow fills `{name}` from its context, and "
        f"the task would fail. Give it by name, {name}=..., or rename the parameter."
    )


def unknown_name(contract: Contract, task: str, name: str, whence: str = "") -> str:
    """The sentence about an argument of a name that no parameter has.

    Args:
        contract: The contract of the task.
        task: Its name, for messages.
        name: The name.
        whence: What gives it, if that is not the call: ``, which ... gives to expand_kwargs()``.
    """
    names = [
        one.name
        for one in contract.signature.parameters.values()
        if one.kind not in VARIADIC and not contract.is_injected(one.name)
    ]
    takes = ", ".join(f"`{one}`" for one in names) or "no arguments"
    hint = near(name, names) or _setting(name)
    return f"{task} has no parameter `{name}`{whence}: it takes {takes}.{hint}"


def _setting(name: str) -> str:
    """The hint at a setting of the task, which the function is not given."""
    known = settings_of(BaseOperator)
    meant = name if name in known else setting_meant(name, known)
    return "" if meant is None else f" Did you mean `.override({meant}=...)`?"


def _argument(
    contract: Contract, task: str, argument: Argument, solution: Solution
) -> Iterator[str]:
    name, value, promise = argument.name, argument.value, argument.promise
    wrong = misuse(value)
    if wrong:
        yield as_sentence(f"{task}({name}) {wrong}")
        return
    if promise.is_local and not holds_output(value) and not promise.may_be(value):
        yield as_sentence(f"{task}({name}) expects `{promise.schema}`, got `{shorten(value)}`")
        return
    if not promise.known:
        yield from _breaks_need(contract, task, argument)
        return
    if is_lax(promise.annotation):
        return  # only the value shows what lax mode accepts
    found = list(check_value(f"{task}({name})", value, promise.schema, solution))
    yield from found or _breaks_need(contract, task, argument)
    if not found and _is_constrained(promise.schema) and not holds_output(value):
        yield from _broken_limit(task, name, promise, value)


def _breaks_need(contract: Contract, task: str, argument: Argument) -> Iterator[str]:
    """An output that the code of a task cannot work with, where no annotation decides that."""
    if holds_output(argument.value) and not argument.injected:
        yield from broken_need(contract, task, argument.name, argument.value)


def broken_need(
    contract: Contract,
    task: str,
    name: str,
    value: Any,
    item: Schema | None = None,
) -> Iterator[str]:
    """What is wrong with an output, where no annotation says all that a parameter needs.

    Args:
        contract: The contract of the task that reads.
        task: Its name, for messages.
        name: The parameter.
        value: The output.
        item: What one item of it is, if the task is mapped over it.
    """
    promised = contract.parameter(name).schema
    is_open = isinstance(promised, Unknown)
    if not is_open and not is_vague(promised):
        return
    upstream = literal(value) if item is None else item
    if not is_open and not shows_inside(upstream):
        return
    needs = needs_of_parameter(contract, name)
    is_exact = is_open and _is_decoded(value)
    need = broken_by(upstream, needs, is_exact=is_exact, is_promised=not is_open)
    if need is not None:
        source = _source(value, upstream, items=item is not None)
        yield f"{task}({name}) is used as `{need.words}`, but {source}{lacks(need, upstream)}."


def _is_decoded(value: Any) -> bool:
    """Whether an output is decoded by its annotation, so that it has that very class."""
    return isinstance(value, PlainXComArg) and is_typed(value.operator)


def check_value(subject: str, value: Any, downstream: Schema, solution: Solution) -> Iterator[str]:
    """What is wrong with *value*, as written in the DAG file, if *downstream* is expected.

    Args:
        subject: Who reads: ``load(order)``.
        value: A literal, an output, or a literal that holds outputs.
        downstream: What is expected.
        solution: Filled with what type variables stand for.
    """
    wrong = _first_wrong(value, downstream, "$", solution)
    if wrong is not None:
        yield _part_sentence(subject, wrong)


@dataclass(frozen=True, slots=True)
class WrongPart:
    """The innermost part of an argument that does not fit."""

    value: Any
    upstream: Schema
    downstream: Schema
    path: str
    problem: Mismatch


def _first_wrong(value: Any, downstream: Schema, path: str, solution: Solution) -> WrongPart | None:
    """Look into a literal for the very output that does not fit."""
    upstream = literal(value)
    problems = mismatches(upstream, downstream, solution=solution)
    if not problems:
        return None
    for key, item in _literal_items(value):
        wanted = part(downstream, key)
        step = f"[{key}]" if isinstance(key, int) else f".{key}"
        inside = _first_wrong(item, wanted, path + step, Solution())
        if inside is not None:
            return inside
    return WrongPart(value, upstream, downstream, path, problems[0])


def _literal_items(value: Any) -> list[tuple[Any, Any]]:
    if type(value) is dict:
        return list(value.items())
    return list(enumerate(value)) if type(value) in (list, tuple) else []


def _part_sentence(subject: str, wrong: WrongPart) -> str:
    problem, where = wrong.problem, "" if wrong.path == "$" else f" - at `{wrong.path}`"
    if where and reason(problem):  # which has a path itself
        problem = replace(problem, path=wrong.path + problem.path.removeprefix("$"))
        where = ""
    words = wiring_sentence(subject, wrong.downstream, wrong.upstream, problem, wrong.value)
    return as_sentence(words.removesuffix(".") + where)


def _broken_limit(task: str, name: str, promise: Any, value: Any) -> Iterator[str]:
    """A literal whose type fits but whose value breaks a constraint."""
    if isinstance(value, str) and is_template(value):
        return
    try:
        load(value, promise.codec, upcasting=False)
    except ValidationError as error:
        yield as_sentence(str(error.about(f"{task}({name})")))
    except EncodeError:
        return


def _is_constrained(schema: Schema) -> bool:
    return any(isinstance(node, Constrained) for _, node in walk(schema, into_models=False))


def wiring_sentence(
    subject: str,
    downstream: Schema,
    upstream: Schema,
    problem: Mismatch,
    value: Any,
    *,
    items: bool = False,
) -> str:
    """The one sentence of a wiring error.

    Args:
        subject: Who reads: ``load(order)``.
        downstream: What it expects.
        upstream: What it would get.
        problem: The first reason why that does not fit.
        value: The argument as written in the DAG file.
        items: Whether the reader is mapped over it.
    """
    why = reason(problem)
    upstream = _promised_instead(upstream, downstream)
    if dag_param(value) is not None:
        return f"{subject} expects `{downstream}`, but {place_of(value)} is `{upstream}`{why}."
    if not any(producers(value)):
        return f"{subject} expects `{downstream}`, got `{shorten(value)}`{why}."
    if not items and getattr(value, "key", None) == RETURN_KEY:
        why = why or _expanding(subject, upstream, downstream)
    why = why or _unpromised(value, upstream, downstream)
    return f"{subject} expects `{downstream}`, but {_source(value, upstream, items=items)}{why}."


def _promised_instead(upstream: Schema, downstream: Schema) -> Schema:
    """The annotation of a task, where only that does not fit, and not what the code shows."""
    if isinstance(upstream, Inferred) and not misfit(upstream.inner, downstream):
        return upstream.promised
    return upstream


def _unpromised(value: Any, upstream: Schema, downstream: Schema) -> str:
    """The cure for a dict of any keys that goes where some are needed."""
    is_open = isinstance(upstream, MappingOf) and isinstance(upstream.value, Unknown)
    needs_keys = [one for one in members_of(bare(downstream)) if isinstance(bare(one), Record)]
    tasks = list(dict.fromkeys(producers(value)))
    if not is_open or not needs_keys or len(tasks) != 1:
        return ""
    return f": it promises no keys. Annotate {tasks[0]!r} with a model or a TypedDict"


def _source(value: Any, upstream: Schema, *, items: bool) -> str:
    """Which tasks an argument comes from, and what it is: ``upstream 'extract' returns `int```."""
    tasks = ", ".join(map(repr, dict.fromkeys(producers(value))))
    if not isinstance(value, ResolveMixin):
        verb = "is wired into"
    else:
        items = items or isinstance(value, MappedArgument)
        verb = "gives items of" if items else "returns"
    is_shown = isinstance(value, ResolveMixin) and _is_inferred(upstream) and runs_code(value)
    whose = "the code of upstream" if is_shown else "upstream"
    source = f"{whose} {tasks} {verb}"
    if (key := getattr(value, "key", RETURN_KEY)) != RETURN_KEY:
        source = f"key {key!r} of {whose} {tasks} is"
    return f"{source} `{_shown(upstream)}`"


def _expanding(subject: str, upstream: Schema, downstream: Schema) -> str:
    """The cure if each item of a list would fit."""
    upstream = upstream.inner if isinstance(upstream, Inferred) else upstream
    task = re.fullmatch(r"(?:.*\.)?(\w+)\((\w+)\)", subject)
    if not (task and isinstance(upstream, SequenceOf) and upstream.type in (list, tuple)):
        return ""
    if mismatches(upstream.item, downstream):
        return ""
    return f": `{task[1]}.expand({task[2]}=...)` runs it for each item"


def _is_inferred(schema: Schema) -> bool:
    """Whether a type was seen in code, also that of each instance of a mapped task."""
    inner = schema.item if isinstance(schema, SequenceOf) else schema
    return isinstance(inner, Inferred)


def reason(problem: Mismatch) -> str:
    """Why something does not fit, if the two types alone do not show it."""
    return "" if problem.path == "$" and " is not `" in problem.reason else f": {problem}"


def _shown(schema: Schema) -> str:
    """A schema as a message shows it. A dict literal is shown with its keys."""
    if isinstance(schema, Record) and schema.type is dict:
        inside = ", ".join(
            f"{key!r}: {part.schema}" for key, part in list(schema.fields.items())[:5]
        )
        return "{" + inside + "}"
    return str(schema)


def holds_output(value: Any) -> bool:
    """Whether *value* is an output, or a literal that holds some."""
    if isinstance(value, ResolveMixin):
        return True
    if isinstance(value, dict):
        return any(map(holds_output, value.values()))
    return isinstance(value, (list, tuple, set)) and any(map(holds_output, value))
