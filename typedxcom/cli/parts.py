"""What a reader takes at the place of an output in a list or a dict, as in ``[out, 1]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typedxcom.airflow.private import AirflowXComArg
from typedxcom.airflow.wiring.edges import outputs_in
from typedxcom.airflow.wiring.flows import RETURN_KEY
from typedxcom.evolution.facts import facts_of
from typedxcom.evolution.finite import plain
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import MappingOf, Record, SequenceOf, TupleOf, UnionOf

if TYPE_CHECKING:
    from typedxcom.airflow.wiring.edges import Edge

__all__ = ["parts_read"]


def parts_read(edge: Edge) -> Iterator[Schema]:
    """Yields the type that is read at each place of the output; unknown where that is not clear."""
    if not edge.mapped:
        yield from _at(edge, edge.argument, edge.read)
    elif isinstance(edge.argument, (list, tuple)):  # each item goes to an instance
        for one in edge.argument:
            yield from _at(edge, one, edge.read)
    else:
        yield UNKNOWN


def _at(edge: Edge, value: Any, schema: Schema) -> Iterator[Schema]:
    match value:
        case list() | tuple():
            for place, one in enumerate(value):
                yield from _at(edge, one, _item(schema, place))
        case dict():
            for name, one in value.items():
                yield from _at(edge, one, _field(schema, name))
        case _ if edge.upstream in _tasks_in(value):
            is_whole = getattr(value, "key", None) == (edge.key or RETURN_KEY)
            yield schema if is_whole else UNKNOWN


def _tasks_in(value: Any) -> set[str]:
    return {
        task.task_id
        for output in outputs_in(value)
        for task, _ in AirflowXComArg.iter_xcom_references(output)
    }


def _item(schema: Schema, place: int) -> Schema:
    """Returns the type of an item of a list that *schema* reads."""
    match _only(schema, (SequenceOf, TupleOf)):
        case SequenceOf(item=item):
            return item
        case TupleOf(items=items) if place < len(items):
            return items[place]
    return UNKNOWN


def _field(schema: Schema, name: Any) -> Schema:
    """Returns the type of a value of a dict that *schema* reads."""
    match found := _only(schema, (MappingOf, Record)):
        case MappingOf(value=value):
            return value
        case Record(fields=fields):
            reads = facts_of(found).fields
            one = next((field for field in fields if name in reads[field].reads), None)
            return UNKNOWN if one is None else fields[one].schema
    return UNKNOWN


def _only(schema: Schema, kinds: tuple[type, ...]) -> Schema:
    """Returns the only member of *kinds*, without its limits and names."""
    bare = plain(schema)
    members = [plain(one) for one in bare.members] if isinstance(bare, UnionOf) else [bare]
    found = [one for one in members if isinstance(one, kinds)]
    return found[0] if len(found) == 1 else UNKNOWN
