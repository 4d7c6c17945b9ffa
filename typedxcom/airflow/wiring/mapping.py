"""What maps over what: the wiring of `.expand()` and `.expand_kwargs()`."""

from __future__ import annotations

import collections.abc as abc
import functools
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from typedxcom.airflow.private import (
    NOTSET,
    AirflowXComArg,
    MappedArgument,
    ResolveMixin,
)
from typedxcom.airflow.wiring.call import (
    broken_need,
    check_arguments,
    holds_output,
    reason,
    unknown_name,
    wiring_sentence,
)
from typedxcom.airflow.wiring.flows import (
    LOOKED_AT,
    NotAnItem,
    describe,
    element,
    literal,
    misuse,
    producers,
)
from typedxcom.airflow.wiring.readers import default_args
from typedxcom.annotations import VARIADIC
from typedxcom.contracts import Argument, Contract
from typedxcom.errors import as_sentence, shorten
from typedxcom.schema import Schema, Unknown
from typedxcom.schema.nodes import Field, Inferred, MappingOf, Record, inferred, members_of
from typedxcom.schema.relation import Solution, mismatches

__all__ = ["check_expand", "check_expand_kwargs", "each_kind", "wired_arguments"]


def check_expand(
    contract: Contract,
    task: str,
    partial: Mapping[str, Any],
    mapped: Mapping[str, Any],
    solution: Solution,
) -> list[str]:
    """What is wrong with ``.partial(...).expand(...)``, one sentence each."""
    found = check_arguments(contract, task, (), partial, solution)
    found += _twice(task, partial, mapped, "expand()")
    for name, value in mapped.items():
        wrong = misuse(value)
        if wrong:
            found.append(as_sentence(f"{task}({name}) {wrong}"))
            continue
        downstream = contract.parameter(name).schema
        try:
            item = element(_as_mapped(value))
        except NotAnItem as error:
            found.append(as_sentence(f"{task}({name}) expands over {_origin(value)}, but {error}"))
            continue
        wrong_items = [
            _wrong_item(f"{task}({name})", downstream, value)
            or wiring_sentence(f"{task}({name})", downstream, item, problem, value, items=True)
            for problem in mismatches(item, downstream, solution=solution)[:1]
        ]
        found.extend(wrong_items)
        if not wrong_items and isinstance(value, ResolveMixin):
            found.extend(broken_need(contract, task, name, value, item))
    unknown = _unknown(contract, task, {**partial, **mapped})
    return [*found, *(unknown or _missing(contract, task, {**partial, **mapped}))]


def check_expand_kwargs(
    contract: Contract, task: str, partial: Mapping[str, Any], value: Any, solution: Solution
) -> list[str]:
    """What is wrong with ``.partial(...).expand_kwargs(...)``, one sentence each."""
    found = check_arguments(contract, task, (), partial, solution)
    wrong = misuse(value)
    if wrong:
        return [*found, as_sentence(f"{task}.expand_kwargs() {wrong}")]
    try:
        item = element(literal(value))
    except NotAnItem as error:
        return [*found, as_sentence(f"{task}.expand_kwargs() takes {_origin(value)}, but {error}")]
    check = functools.partial(_keyword_item, contract, task, partial, value, solution)
    return [*found, *each_kind(item, check)]


def each_kind(item: Schema, check: Callable[[Schema], Iterator[str]]) -> list[str]:
    """What is wrong with the items, of each kind of them; of what code shows, with all kinds."""
    if isinstance(item, Inferred):
        wrong = each_kind(item.promised, check)
        options = [list(check(_as_shown(one))) for one in members_of(item.inner)]
        return wrong or (options[0] if all(options) else [])
    return [sentence for member in members_of(item) for sentence in check(member)]


def _as_shown(item: Schema) -> Schema:
    """One kind of item that code shows, whose values are compared as such."""
    if not isinstance(item, Record):
        return item
    fields = {name: Field(inferred(one.schema)) for name, one in item.fields.items()}
    return Record(item.type, item.style, item.args, fields)


def _unknown(contract: Contract, task: str, given: Mapping[str, Any]) -> list[str]:
    """Names that no parameter has, or that only Airflow may fill."""
    known, any_name = _parameters(contract)
    injected = [
        f"{task}({name}) cannot be given: Airflow fills it from its context."
        for name in given
        if contract.is_injected(name)
    ]
    strange = [] if any_name else [name for name in given if name not in known]
    return injected or [unknown_name(contract, task, name) for name in strange]


def _twice(
    task: str, partial: Mapping[str, Any], mapped: Mapping[str, Any], method: str
) -> list[str]:
    """Arguments given twice. Airflow would silently take the mapped one."""
    return [
        f"{task}({name}) is given twice, by partial() and by {method}: leave one out."
        for name in mapped
        if name in partial
    ]


def _wrong_item(subject: str, downstream: Schema, value: Any) -> str | None:
    """The sentence about the first item of a literal that does not fit; None for an output."""
    if isinstance(value, AirflowXComArg | MappedArgument) or not isinstance(value, abc.Collection):
        return None
    if isinstance(value, abc.Mapping):
        return _wrong_pair(subject, downstream, value)
    for index, item in enumerate(itertools.islice(value, LOOKED_AT)):
        upstream = literal(item)
        for problem in mismatches(upstream, downstream)[:1]:
            if any(producers(item)):
                return wiring_sentence(subject, downstream, upstream, problem, item)
            got = f"got `{shorten(item)}` (item {index} of the list)"
            return as_sentence(f"{subject} expects `{downstream}`, {got}{reason(problem)}")
    return None


def _wrong_pair(subject: str, downstream: Schema, value: Mapping[Any, Any]) -> str | None:
    for pair in itertools.islice(value.items(), LOOKED_AT):
        upstream = literal(pair)
        if mismatches(upstream, downstream):
            shown = upstream if any(producers(pair)) else shorten(pair)
            return (
                f"{subject} expects `{downstream}`, but expand() over a dict gives pairs of key "
                f"and value: `{shown}`. Give a list to map over the values alone."
            )
    return None


def _as_mapped(value: Any) -> Schema:
    """A literal as expand takes it. A tuple or a range counts as a sequence there."""
    is_sequence = isinstance(value, abc.Sequence) and not isinstance(value, (str, bytes, bytearray))
    return literal(list(value[:LOOKED_AT])) if is_sequence else literal(value)


def _keyword_item(
    contract: Contract,
    task: str,
    partial: Mapping[str, Any],
    value: Any,
    solution: Solution,
    item: Schema,
) -> Iterator[str]:
    """One kind of item that `expand_kwargs` spreads over the parameters."""
    match item:
        case Record(style=style, fields=fields) if style != "namedtuple":
            yield from _twice(task, partial, fields, "expand_kwargs()")
            yield from _known_keys(contract, task, fields, value, solution)
            sure = {
                name for name, field in fields.items() if field.required or style != "typeddict"
            }
            yield from _missing(contract, task, {**partial, **dict.fromkeys(sure)})
        case MappingOf(value=values):
            yield from _any_keys(contract, task, partial, values, value)
        case Unknown():
            return
        case _:
            yield (
                f"{task}.expand_kwargs() takes {_origin(value)}, but its items are `{item}`: "
                "it needs dicts."
            )


def _known_keys(
    contract: Contract, task: str, fields: Mapping[str, Field], value: Any, solution: Solution
) -> Iterator[str]:
    """Items with known keys. Each key must be a parameter that takes the value."""
    known, any_name = _parameters(contract)
    for name, field in fields.items():
        if name not in known and not any_name:
            whence = f", which {_origin(value)} gives to expand_kwargs()"
            yield unknown_name(contract, task, name, whence)
            continue
        downstream = contract.parameter(name).schema
        for problem in mismatches(field.schema, downstream, solution=solution)[:1]:
            subject = f"{task}({name})"
            yield _wrong_item(subject, downstream, _given(value, name)) or wiring_sentence(
                subject, downstream, field.schema, problem, value, items=True
            )
        if isinstance(downstream, Unknown) and isinstance(value, ResolveMixin):
            yield from broken_need(contract, task, name, value, field.schema)


def _given(value: Any, name: str) -> Any:
    """What the dicts of a literal give to the parameter *name*. An output stays as it is."""
    if not isinstance(value, (list, tuple)):
        return value
    return [item.get(name, NOTSET) if isinstance(item, dict) else NOTSET for item in value]


def _any_keys(
    contract: Contract, task: str, partial: Mapping[str, Any], values: Schema, value: Any
) -> Iterator[str]:
    """Items with unknown keys. Some parameter must take the type of their values."""
    names, any_name = _parameters(contract)
    free = [name for name in names if name not in partial]
    fitting = [n for n in free if not mismatches(values, contract.parameter(n).schema)]
    if free and not fitting and not any_name:
        yield (
            f"{task}.expand_kwargs() takes {_origin(value)}, whose values are `{values}`: "
            f"they fit no parameter of {task}."
        )


def _parameters(contract: Contract) -> tuple[list[str], bool]:
    """The names that a DAG's author may give, and whether ``**kwargs`` takes any other."""
    parameters = contract.signature.parameters.values()
    named = [p.name for p in parameters if p.kind not in VARIADIC]
    return (
        [name for name in named if not contract.is_injected(name)],
        any(p.kind is p.VAR_KEYWORD for p in parameters),
    )


def _missing(contract: Contract, task: str, given: Mapping[str, Any]) -> list[str]:
    """Parameters without a default that nobody gives. Airflow only notices in the run."""
    defaults = default_args()
    return [
        f"{task}: the parameter `{p.name}` is never given; add it to .partial({p.name}=...) or .expand()."
        for p in contract.signature.parameters.values()
        if p.default is inspect.Parameter.empty
        and p.kind not in VARIADIC
        and p.name not in given
        and p.name not in defaults
        and not contract.is_injected(p.name)
    ]


def _origin(value: Any) -> str:
    tasks = list(dict.fromkeys(producers(value)))
    if not tasks:
        return f"`{shorten(value)}`"
    return (
        f"the output of {', '.join(map(repr, tasks))} (`{describe(value)}`)"
        if isinstance(value, AirflowXComArg)
        else f"outputs of {', '.join(map(repr, tasks))}"
    )


def wired_arguments(contract: Contract, check: Any, *given: Any) -> Iterator[Argument]:
    """The arguments of a call or a mapping that hold outputs.

    Args:
        contract: The contract of the task.
        check: `check_expand`, `check_expand_kwargs`, or the check of a call.
        *given: What that check is given: of a call both kinds of arguments, else the partial ones
            and what is mapped over.
    """
    first, second = given
    if check is check_expand_kwargs and isinstance(second, ResolveMixin):  # of any name
        free = [name for name in contract.signature.parameters if name not in first]
        arguments = contract.bind((), {**first, **dict.fromkeys(free, second)})
    elif check is check_expand_kwargs:
        items = [one for one in second if isinstance(one, dict)]
        arguments = (one for item in items for one in contract.bind((), {**first, **item}))
    elif check is check_expand:
        arguments = contract.bind((), {**first, **second})
    else:
        arguments = contract.bind(first, second)
    return (one for one in arguments if holds_output(one.value))
