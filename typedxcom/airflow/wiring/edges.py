"""Every edge of a DAG: which output flows into which parameter, and the types at both ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from typedxcom.airflow.private import (
    AirflowXComArg,
    ListOfDictsExpandInput,
    MappedArgument,
    MappedOperator,
    PlainXComArg,
)
from typedxcom.airflow.wiring.fields import field_schema
from typedxcom.airflow.wiring.flows import (
    RETURN_KEY,
    NotAnItem,
    describe,
    element,
    literal,
    operator_contract,
)
from typedxcom.airflow.wiring.kept import kept
from typedxcom.airflow.wiring.needed import needs_of_parameter
from typedxcom.airflow.wiring.readers import gets_list, read_in
from typedxcom.airflow.wiring.triggers import conf_contract
from typedxcom.annotations import VARIADIC
from typedxcom.contracts import Argument, Contract, Promise
from typedxcom.needs import Needs
from typedxcom.schema import UNKNOWN, Schema, Unknown
from typedxcom.schema.nodes import Field, Inferred, MappingOf, Record, SequenceOf, UnionOf, inferred
from typedxcom.schema.vague import is_vague

__all__ = [
    "Edge",
    "NoEdge",
    "arguments_of",
    "edges_from",
    "edges_of",
    "fields_of",
    "outputs_in",
    "sources_of",
]


@dataclass(frozen=True)
class Edge:
    """One output that flows into one parameter.

    Attributes:
        upstream: The id of the task that pushes.
        downstream: The id of the task that reads.
        parameter: The parameter, the templated field, or ``**`` for `expand_kwargs`.
        written: What is pushed.
        read: What is read.
        mapped: Whether the reader is mapped over it.
        key: The XCom key, where it is another than that of the return value.
        source: The operator that pushes.
        target: The operator that reads.
        argument: The argument as the author wrote it. The output may be a part of it: ``[out]``.
        is_part: Whether it is.
        is_many: Whether the output is a list with what each instance of a mapped task pushes.
    """

    upstream: str
    downstream: str
    parameter: str
    written: Schema
    read: Schema
    mapped: bool = False
    key: str | None = None
    source: Any = field(default=None, repr=False, compare=False)
    target: Any = field(default=None, repr=False, compare=False)
    argument: Any = field(default=None, repr=False, compare=False)
    is_part: bool = False
    is_many: bool = False

    @property
    def unannotated(self) -> tuple[str, ...]:
        """Which ends have no type: ``writer``, ``reader``. Needs are not one."""
        written = self.written
        if self.is_many and isinstance(written, SequenceOf):
            written = written.item  # that it is a list, no code of the task says
        ends = (("writer", written), ("reader", self.read))
        return tuple(name for name, schema in ends if isinstance(schema, Unknown))

    @cached_property
    def needs(self) -> Needs:
        """What the reader's code needs of it, if no annotation says all of that."""
        contract = None if self.target is None else operator_contract(self.target)
        is_open = isinstance(self.read, Unknown) or is_vague(self.read)
        if contract and self.parameter == "**":
            return _needs_of_all(contract, self.target) if is_open else Needs()
        return needs_of_parameter(contract, self.parameter) if contract and is_open else Needs()

    @property
    def missing(self) -> tuple[str, ...]:
        """Which ends do not say what they are: ``writer``, ``reader``."""
        return tuple(one for one in self.unannotated if one == "writer" or not self.needs)

    @property
    def is_typed(self) -> bool:
        """Whether both ends say what they are."""
        return not self.missing

    @property
    def is_read_by_code(self) -> bool:
        """Whether it is typed only because the code of the reader shows what it needs."""
        return self.is_typed and "reader" in self.unannotated

    @property
    def is_precise(self) -> bool:
        """Whether both ends say more than ``dict`` or ``list``, by annotations or by their code."""
        if not self.is_typed or _is_bare(self.written):
            return False
        is_read = not self.is_read_by_code and not _is_bare(self.read)
        return is_read or self.needs.is_precise

    @property
    def given(self) -> Schema:
        """What the reader gets: an item of what is written, where it is mapped over it."""
        try:
            return element(self.written) if self.mapped else self.written
        except NotAnItem:
            return UNKNOWN

    @property
    def given_whole(self) -> Schema:
        """What the parameter gets: as `given`, or all of a display that the output is in."""
        if not self.is_part:
            return self.given
        try:
            with read_in(self.target.task_group):
                whole = literal(self.argument)
            return element(whole) if self.mapped else whole
        except NotAnItem:
            return UNKNOWN

    def __str__(self) -> str:
        how = " (each item)" if self.mapped else ""
        same = str(self.written) == str(self.read)
        is_shown = self.is_read_by_code or self.needs.found
        read = f"{self.read} ({self.needs})" if is_shown else f"{self.read}"
        types = read if same else f"{self.written} as {read}"
        return f"{self.upstream} -> {self.downstream}.{self.parameter}: {types}{how}"


class NoEdge:
    """A base of outputs that only our own helper tasks read, so they are not the author's edges."""


def _is_bare(schema: Schema) -> bool:
    """Whether a type names a container and nothing of what is in it."""
    match schema:
        case Inferred(inner=inner):
            return _is_bare(inner)
        case SequenceOf(item=Unknown()) | MappingOf(value=Unknown()):
            return True
        case SequenceOf(item=item):
            return _is_bare(item)
        case UnionOf(members=members):
            return any(map(_is_bare, members))
    return False


def edges_of(dag: Any) -> list[Edge]:
    """The edges of *dag*, in the order of its tasks and their parameters."""
    found: list[Edge] = []
    for operator in dag.tasks:
        with read_in(operator.task_group):
            found.extend(_into(operator))
    return found


def edges_from(operator: Any) -> Iterator[Edge]:
    """The edges to the readers of what *operator* pushes; a task without a DAG has none."""
    tasks = operator.dag.task_dict if operator.has_dag() else {}
    found = tasks[operator.task_id].downstream_task_ids if tasks else ()
    for task_id in sorted(found):
        with read_in(tasks[task_id].task_group):
            edges = list(_into(tasks[task_id]))
        yield from (edge for edge in edges if edge.upstream == operator.task_id)


def _into(operator: Any) -> Iterator[Edge]:
    for argument, mapped, output, sources in sources_of(operator):
        key = getattr(output, "key", RETURN_KEY)
        for upstream, source in sources.items():
            yield Edge(
                upstream,
                operator.task_id,
                argument.name,
                describe(output),
                _spread(operator) if argument.name == "**" else argument.promise.schema,
                mapped,
                None if key == RETURN_KEY else key,
                source,
                operator,
                argument.value,
                output is not argument.value,
                isinstance(output, PlainXComArg) and gets_list(output.operator),
            )


def _spread(operator: Any) -> Schema:
    """What `expand_kwargs` reads: a dict with each parameter, if all of them are annotated."""
    contract = operator_contract(operator) if _is_decorated(operator) else None
    if contract is None:
        return UNKNOWN
    parts = {name: contract.parameter(name).schema for name in _spread_over(contract, operator)}
    if not parts or any(isinstance(one, Unknown) for one in parts.values()):
        return UNKNOWN
    fields = {name: Field(one) for name, one in parts.items()}
    return inferred(Record(dict, "typeddict", (), fields))


def _needs_of_all(contract: Contract, operator: Any) -> Needs:
    """What the code needs of the parameters that `expand_kwargs` gives."""
    if not _is_decorated(operator):
        return Needs()
    parts = {name: needs_of_parameter(contract, name) for name in _spread_over(contract, operator)}
    found, maybe = (
        tuple(
            replace(need, path=(name, *need.path))
            for name, part in parts.items()
            for need in getattr(part, kind)
        )
        for kind in ("found", "maybe")
    )
    is_closed = bool(parts) and all(one.is_closed for one in parts.values())
    return Needs(found, is_closed, maybe)


def _spread_over(contract: Contract, operator: Any) -> Iterator[str]:
    """The parameters that nothing but `expand_kwargs` gives."""
    given = operator.partial_kwargs.get("op_kwargs") or {}
    for name, parameter in contract.signature.parameters.items():
        if parameter.kind not in VARIADIC and name not in given and not contract.is_injected(name):
            yield name


def sources_of(operator: Any) -> Iterator[tuple[Argument, bool, Any, dict[str, Any]]]:
    """Each output that a task reads: argument, whether it maps over it, output, its tasks by id."""
    for argument, mapped in _arguments(operator, operator_contract(operator), _may_hold_output):
        for output in outputs_in(argument.value):
            sources = {one.task_id: one for one, _ in AirflowXComArg.iter_xcom_references(output)}
            yield argument, mapped, output, sources


def arguments_of(operator: Any, contract: Contract | None) -> Sequence[tuple[Argument, bool]]:
    """Each argument as the author wrote it, and whether the task is mapped over it.

    Templated fields count as arguments, `env` of ``@task.bash`` too. The value of `expand_kwargs`
    is one argument with the name ``**``.
    """
    return kept("arguments", operator, lambda: tuple(_arguments(operator, contract, _any)))


def _any(_: Any) -> bool:
    return True


def _may_hold_output(value: Any) -> bool:
    """Whether it is worth a look: most arguments are plain values, and most fields are not set."""
    kind = type(value)
    return kind not in _WITHOUT_OUTPUTS and (kind not in (list, tuple, dict) or bool(value))


def _arguments(
    operator: Any, contract: Contract | None, wanted: Callable[[Any], bool]
) -> Iterator[tuple[Argument, bool]]:
    """Each argument whose value is *wanted*."""
    yield from _fields(operator, wanted)
    if contract is None:
        return
    if isinstance(operator, MappedOperator):
        decorated: Any = operator
        for name, value in (operator.partial_kwargs.get("op_kwargs") or {}).items():
            if wanted(value):
                yield Argument(name, name, value, contract.parameter(name)), False
        for name, value in _mapped(decorated.op_kwargs_expand_input):
            if wanted(value):
                promise = Promise() if name == "**" else contract.parameter(name)
                yield Argument(name, name, value, promise), True
    elif any(map(wanted, operator.op_args)) or any(map(wanted, operator.op_kwargs.values())):
        for argument in contract.bind(operator.op_args, operator.op_kwargs):
            if wanted(argument.value):
                yield argument, False


def _fields(operator: Any, wanted: Callable[[Any], bool]) -> Iterator[tuple[Argument, bool]]:
    """The templated fields of an operator."""
    operator_class: Any = getattr(operator, "operator_class", type(operator))

    def argument(name: str, value: Any) -> Argument:
        if name == "**" or value is None:  # then nobody asks what it would be read as
            return Argument(name, name, value)
        return Argument(name, name, value, Promise(schema=field_schema(operator_class, name)))

    if isinstance(operator, MappedOperator):
        for name, value in operator.partial_kwargs.items():
            if wanted(value) and (name not in _OF_THE_FUNCTION or not _is_decorated(operator)):
                yield argument(name, value), False
        for name, value in _mapped(operator.expand_input):
            if wanted(value):
                yield argument(name, value), True
        return
    params = getattr(operator, "typed_params", None)  # of `trigger`, whose conf they are
    if params is not None:
        yield from ((one, False) for one in conf_contract(params).bind((), operator.conf or {}))
    for name in fields_of(operator):
        if name == "conf" and params is not None:
            continue
        value = getattr(operator, name, None)
        if wanted(value):
            yield argument(name, value), False


_WITHOUT_OUTPUTS = frozenset({str, int, float, bool, type(None)})
_OF_THE_FUNCTION = ("op_args", "op_kwargs")  # the arguments of a decorated function


def fields_of(operator: Any) -> Iterator[str]:
    """The names of the templated fields of *operator*, without its function's arguments."""
    hidden = _OF_THE_FUNCTION if _is_decorated(operator) else ()
    return (name for name in operator.template_fields if name not in hidden)


def _is_decorated(operator: Any) -> bool:
    """Whether a task decorator made *operator*."""
    return hasattr(getattr(operator, "operator_class", operator), "custom_operator_name")


def _mapped(expand_input: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(expand_input, ListOfDictsExpandInput):
        yield "**", expand_input.value
    else:
        yield from expand_input.value.items()


def outputs_in(value: Any) -> Iterator[Any]:
    """The outputs inside an argument, at any depth."""
    if isinstance(value, NoEdge):
        return
    if isinstance(value, AirflowXComArg | MappedArgument):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from outputs_in(part)
    elif isinstance(value, (list, tuple, set)):
        for part in value:
            yield from outputs_in(part)
