"""The contracts of imported DAGs, as `typedxcom lock` writes them and `breaking` compares them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from typedxcom.airflow.wiring.edges import Edge, edges_of
from typedxcom.airflow.wiring.flows import RETURN_KEY, operator_contract, output_schema
from typedxcom.airflow.wiring.readers import gets_list, read_in
from typedxcom.annotations import VARIADIC
from typedxcom.cli.findings import CheckedDag
from typedxcom.cli.parts import parts_read
from typedxcom.cli.pulled import keys_pushed, promises_pushed, pulled_by, pulled_later
from typedxcom.contracts import Promise
from typedxcom.errors import TypedXComError
from typedxcom.evolution.columns import ColumnsOf, columns_of_tree, columns_tree
from typedxcom.evolution.describing import described
from typedxcom.evolution.locks import Read, TaskLock, Version, item_of, kept_versions, write_of
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.samples import samples
from typedxcom.evolution.sources import sources_of
from typedxcom.schema import UNKNOWN, Schema, Unknown
from typedxcom.schema.nodes import Inferred, Record, TableOf, bare
from typedxcom.schema.relation import mismatches
from typedxcom.stored.table import TableCodec

__all__ = ["LiveTask", "contracts_in"]


@dataclass(frozen=True, slots=True)
class LiveTask:
    """The contract of a task of now, with what decodes its values.

    Attributes:
        lock: The contract, as it is locked, without samples.
        returned: The promise of its return value.
        readers: Edge to the promise of the parameter.
    """

    lock: TaskLock
    returned: Promise
    readers: Mapping[tuple[str, str, str], Promise] = field(default_factory=dict)

    def sampled(self, before: TaskLock | None) -> TaskLock:
        """Returns the contract with samples: those of now, and those of *before* to keep."""
        kept: list[Version] = []
        write = self.lock.writes.get(RETURN_KEY)
        if write is not None and self.returned.known:
            old = before.versions if before is not None else ()
            is_kept = any(one.fingerprint == write.fingerprint for one in old)
            made = [] if is_kept else _samples(self.returned)
            kept.extend(kept_versions(RETURN_KEY, write.fingerprint, made, old))
        return replace(self.lock, versions=tuple(kept))


def contracts_in(
    dags: list[CheckedDag], is_beyond: Callable[[str, str], bool]
) -> Iterator[LiveTask]:
    """Yields the contract of each task.

    Args:
        dags: The DAGs, as `examine` found them.
        is_beyond: Whether the settings say of a DAG's task that its value outlives the run.
    """
    for checked in dags:
        into: dict[str, list[Edge]] = {}
        out: dict[str, list[Edge]] = {}
        for edge in edges_of(checked.dag):
            into.setdefault(edge.downstream, []).append(edge)
            out.setdefault(edge.upstream, []).append(edge)
        live = {one.task_id: _output(one) for one in checked.dag.tasks}
        whole = {one.task_id: _returned(one, live[one.task_id]) for one in checked.dag.tasks}
        prior = {one for task in checked.dag.tasks for one in pulled_later(task, checked.dag_id)}
        for operator in checked.dag.tasks:
            name = operator.task_id
            lock = TaskLock(
                checked.dag_id,
                name,
                _shown(checked.path),
                {
                    key: write_of(one, live[name] if key == RETURN_KEY else one)
                    for key, one in _writes(operator, whole[name], out.get(name, []))
                },
                tuple(_reads(operator, into.get(name, []), whole)),
                dict(_parameters(operator)),
                tuple(_beyond(operator, prior, is_set=is_beyond(checked.dag_id, name))),
                open_keys=keys_pushed(operator) is None,
            )
            contract = operator_contract(operator)
            promise = Promise() if contract is None else contract.returned
            yield LiveTask(lock, promise, dict(_promises(operator, lock)))


def _output(operator: Any) -> Schema:
    """Returns the type of what a task pushes as its return value."""
    contract = operator_contract(operator)
    if contract is None:
        return UNKNOWN
    return output_schema(contract, operator)


def _returned(operator: Any, output: Schema) -> Schema:
    """Returns the type of what a task pushes as its return value, as it is locked."""
    contract = operator_contract(operator)
    return UNKNOWN if contract is None else _locked(output, contract.returned)


def _locked(schema: Schema, promise: Promise | None = None, *, upcasting: bool = False) -> Schema:
    """Returns *schema* as a file keeps it. A type that only code shows decodes nothing.

    Args:
        schema: The type.
        promise: The promise of which it is the type.
        upcasting: Whether upcasters to the type count, because a task reads it.
    """
    if isinstance(schema, (Unknown, Inferred)):
        return UNKNOWN
    if isinstance(schema, TableOf) and promise is not None and promise.schema is schema:
        columns = _columns(promise)
        if columns is not None:
            return replace(columns, sources=sources_of(schema)) if upcasting else columns
    return read_type(described(schema, upcasting=upcasting))


def _columns(promise: Promise) -> ColumnsOf | None:
    """Returns the columns of a table with what only the annotation says, such as its rules."""
    try:
        codec = promise.codec
    except TypedXComError:
        return None
    if not isinstance(codec, TableCodec) or not isinstance(promise.schema, TableOf):
        return None
    return columns_of_tree(columns_tree(codec.row), str(promise.schema.row))


def _writes(operator: Any, returned: Schema, edges: list[Edge]) -> Iterator[tuple[str, Schema]]:
    """Yields each key that a task is known to push, with its type."""
    yield RETURN_KEY, returned
    keys = {edge.key: edge for edge in edges if edge.key is not None and not edge.mapped}
    source = edges[0].source if edges else None
    fields = bare(returned)
    is_split = source is not None and getattr(source, "multiple_outputs", False)
    is_mapped = source is not None and source.is_mapped
    if is_split and isinstance(fields, Record) and not is_mapped:
        for name, part in fields.fields.items():
            yield name, part.schema
    known = getattr(fields, "fields", {})
    typed = promises_pushed(operator)
    for key in keys_pushed(operator) or ():
        if key not in known and key not in keys and key not in typed:
            yield key, UNKNOWN
    for key, promise in typed.items():
        yield key, _locked(promise.schema, promise)
    for key, edge in keys.items():
        if key not in known and key not in typed:
            yield key, _locked(edge.written)


def _reads(operator: Any, edges: list[Edge], whole: Mapping[str, Schema]) -> Iterator[Read]:
    """Yields each edge into a task: its arguments, and what its body and templates pull."""
    found = [_read(edge, whole) for edge in _single(edges)]
    yield from found
    known = {one.edge for one in found}
    for pulled in pulled_by(operator):
        upstream = operator.dag.task_dict.get(pulled.upstream)
        with read_in(operator.task_group):
            is_many = upstream is not None and gets_list(upstream)
        schema = (
            UNKNOWN if is_many else _locked(pulled.promise.schema, pulled.promise, upcasting=True)
        )
        pull = "needed" if pulled.needed else "optional"
        read = Read(pulled.name, pulled.upstream, pulled.key, "whole", schema, pull=pull)
        if read.edge not in known:
            known.add(read.edge)
            yield read


def _single(edges: list[Edge]) -> list[Edge]:
    """Returns the edges, each once: a parameter may take two outputs of one task."""
    return list({(one.parameter, one.upstream, one.key): one for one in edges}.values())


def _read(edge: Edge, whole: Mapping[str, Schema]) -> Read:
    schema = _locked(edge.read, _promise(edge.target, edge.parameter), upcasting=True)
    key = edge.key or RETURN_KEY
    if edge.is_part or mismatches(edge.given, edge.read):
        return _read_part(edge, key, whole)
    given = _locked(edge.given)
    pushed = whole.get(edge.upstream, UNKNOWN) if edge.key is None else given
    for how, one in (("whole", pushed), ("each", item_of(pushed))):
        if _is_same(given, one):
            return Read(edge.parameter, edge.upstream, key, how, schema)
    return Read(edge.parameter, edge.upstream, key, "other", schema, given)


def _read_part(edge: Edge, key: str, whole: Mapping[str, Schema]) -> Read:
    """Returns the edge of an output in a display, as in ``[out, 1]``: what is read at its place."""
    written = _locked(edge.written)
    pushed = whole.get(edge.upstream, UNKNOWN) if edge.key is None else written
    places = [_locked(one) for one in parts_read(edge)]
    if (
        not places
        or not _is_same(written, pushed)
        or not all(_is_same(places[0], p) for p in places)
    ):
        return Read(edge.parameter, edge.upstream, key, "other", UNKNOWN)
    return Read(edge.parameter, edge.upstream, key, "part", places[0])


def _is_same(one: Schema, other: Schema) -> bool:
    if isinstance(one, ColumnsOf) and isinstance(other, ColumnsOf):
        return one.row == other.row
    return described(one) == described(other)


def _promise(operator: Any, parameter: str) -> Promise:
    """Returns the promise of a parameter; nothing for ``*args``, which has no name of its own."""
    contract = operator_contract(operator) if operator is not None else None
    is_named = contract is not None and not parameter.startswith("*")
    return contract.parameter(parameter) if contract is not None and is_named else Promise()


def _promises(operator: Any, lock: TaskLock) -> Iterator[tuple[tuple[str, str, str], Promise]]:
    contract = operator_contract(operator)
    if contract is None:
        return
    for read in lock.reads:
        promise = _promise(operator, read.parameter)
        if promise.known and contract.takes(read.parameter):
            yield read.edge, promise


def _parameters(operator: Any) -> Iterator[tuple[str, bool]]:
    """Yields each parameter of a task's function, and whether it must be given."""
    contract = operator_contract(operator)
    if contract is None:
        return
    for name, parameter in contract.signature.parameters.items():
        is_variadic = parameter.kind in VARIADIC
        if not is_variadic and not contract.is_injected(name):
            yield name, parameter.default is parameter.empty


def _beyond(operator: Any, prior: set[str], *, is_set: bool) -> Iterator[str]:
    """Yields why the value of a task is read after its run, or from outside of it."""
    if getattr(operator, "returns_dag_result", False):
        yield "result"
    operator_class = getattr(operator, "operator_class", type(operator))
    if getattr(operator_class, "custom_operator_name", "") == "@task.stub":
        yield "stub"
    if operator.task_id in prior:
        yield "include_prior_dates"
    if is_set:
        yield "settings"


def _samples(promise: Promise) -> list[Any]:
    try:
        return samples(promise.codec)
    except TypedXComError:
        return []


def _shown(path: Path) -> str:
    here = Path.cwd()
    absolute = path.absolute()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else path).as_posix()
