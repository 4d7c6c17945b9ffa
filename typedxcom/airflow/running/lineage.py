"""Reports stored values as datasets to OpenLineage, if its provider is installed and enabled.

Its listener asks the operator for datasets when the task has ended. This module notes what the task
reads and pushes before that, but only if the provider is loaded. Without the provider, nothing here
runs and nothing is imported.

A dataset is one XCom of a task. Its name has no run in it, so that all runs have the same dataset.
Small values, which are in the entry itself, are datasets only if the setting `lineage_inline` says
so. They have no digest: somebody could guess a small value from it.
"""

from __future__ import annotations

import functools
import inspect
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

import msgspec
from typing_extensions import ParamSpec

from typedxcom.airflow.config import lineage_inline
from typedxcom.airflow.modes import warns
from typedxcom.airflow.running.origins import origins_of
from typedxcom.contracts import Contract, Place, Promise
from typedxcom.pointer import Origin, Pointer, is_pointer, parse
from typedxcom.schema.descriptions import descriptions
from typedxcom.schema.nodes import Record, Schema, walk
from typedxcom.stored import StoredCodec, has_stored

if TYPE_CHECKING:
    from typedxcom.tables.row.nodes import TableSchema

__all__ = ["facets_of", "is_recorded", "note_inputs", "note_output", "stored_places"]

_log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
_NOTED = "_typedxcom_flow"  # on the operator
_PROVIDER = "airflow.providers.openlineage.plugins.listener"


@dataclass(slots=True)
class _Flow:
    """The values that one task read and pushed.

    Attributes:
        inputs: The XComs that were read, each with the promise of the parameter.
        outputs: The pointers in the entry of the return value.
        inline: Bytes of the entry, if it has no pointers and is a dataset nevertheless.
        returned: The promise of the return value.
    """

    inputs: list[tuple[Origin, Promise]] = field(default_factory=list)
    outputs: list[Pointer] = field(default_factory=list)
    inline: int | None = None
    returned: Promise = field(default_factory=Promise)


def _harmless(note: Callable[P, R]) -> Callable[P, R | None]:
    """Wraps *note* so that an error in it does not fail the task."""

    @functools.wraps(note)
    def noted(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return note(*args, **kwargs)
        except Exception as error:
            _log.warning("OpenLineage will lack datasets of this task: %s", type(error).__name__)
            return None

    return noted


def is_recorded() -> bool:
    """Returns whether OpenLineage's listener is loaded in this process."""
    return _PROVIDER in sys.modules


def _flow_of(operator: Any) -> _Flow:
    """Returns what was noted about *operator*."""
    found: _Flow = vars(operator).setdefault(_NOTED, _Flow())
    return found


@_harmless
def note_inputs(
    operator: Any, contract: Contract, raw: Mapping[Place, Any], stored: set[Place], ti: Any
) -> None:
    """Notes which XComs the arguments of *operator* were read from, after they were checked.

    Args:
        operator: The operator that runs.
        contract: Its contract.
        raw: Place of an argument -> what the DAG's author wrote there.
        stored: The arguments that came as a pointer.
        ti: The task instance that runs.
    """
    flow = _flow_of(operator)
    for place, value in raw.items():
        promise = _promise_at(contract, operator, place)
        if lineage_inline() or place in stored or has_stored(promise.schema):
            flow.inputs.extend((origin, promise) for origin in origins_of(value, ti))


def _promise_at(contract: Contract, operator: Any, place: Place) -> Promise:
    for argument in contract.bind(operator.op_args, operator.op_kwargs):
        if argument.place == place:
            return argument.promise
    return Promise()


@_harmless
def stored_places(contract: Contract, operator: Any) -> set[Place]:
    """Returns the arguments of *operator* that are pointers, before they are read."""
    given = contract.bind(operator.op_args, operator.op_kwargs)
    return {one.place for one in given if is_pointer(one.value)}


@_harmless
def note_output(operator: Any, entry: Any, promise: Promise) -> None:
    """Notes what is a dataset in *entry*, which was pushed for *promise*."""
    flow = _flow_of(operator)
    flow.outputs, flow.returned = list(_pointers(entry)), promise
    is_pushed = entry is not None and operator.do_xcom_push
    if is_pushed and not flow.outputs and lineage_inline():
        flow.inline = len(msgspec.json.encode(entry))


def _pointers(entry: Any) -> Iterator[Pointer]:
    if is_pointer(entry):
        yield parse(entry)
    elif isinstance(entry, (dict, list)):
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from _pointers(part)


def facets_of(operator: Any, ti: Any, before: Any) -> Any:
    """Returns the `OperatorLineage` of a task that has ended.

    Args:
        operator: The operator.
        ti: Its task instance.
        before: The lineage that the operator's own class returns, or None.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage

    flow, is_checked = _flow_of(operator), not warns(ti.dag_id)
    found = OperatorLineage(
        inputs=list(_unique(_input(*one, is_checked=is_checked) for one in flow.inputs)),
        outputs=[_output(flow, ti)] if flow.outputs or flow.inline is not None else [],
    )
    if before is not None:
        return found.merge(before)
    if found.inputs or found.outputs:
        return _with_the_authors(found, operator, ti)
    return found  # the provider then looks for the others itself


def _with_the_authors(found: Any, operator: Any, ti: Any) -> Any:
    """Adds to *found* the datasets of hooks, or else of inlets and outlets.

    The provider asks for these only if an operator names no dataset. Ours are reported in
    addition to them.
    """
    from airflow.providers.openlineage.extractors.manager import ExtractorManager
    from airflow.sdk import TaskInstanceState

    manager = ExtractorManager()
    hooks = _called(manager.get_hook_lineage, ti, TaskInstanceState.SUCCESS)
    if hooks is not None:
        return found.merge(hooks)
    _called(manager.extract_inlets_and_outlets, found, operator, ti)
    return found


def _called(method: Any, *args: Any) -> Any:
    """Calls *method*, which takes fewer arguments in earlier releases of the provider."""
    return method(*args[: len(inspect.signature(method).parameters)])


def _unique(datasets: Iterator[Any]) -> Iterator[Any]:
    return iter({(one.namespace, one.name): one for one in datasets}.values())


def _namespace() -> str:
    from airflow.providers.openlineage import conf

    return f"airflow-xcom://{conf.namespace()}"


def _name(dag_id: str | None, task_id: str | None, key: str | None) -> str:
    return f"{dag_id}.{task_id}.{key}"


def _input(origin: Origin, promise: Promise, *, is_checked: bool) -> Any:
    from openlineage.client.event_v2 import InputDataset

    row = _row(promise)
    is_checked = is_checked and row is not None and not _is_lazy(promise.annotation)
    return InputDataset(
        namespace=_namespace(),
        name=_name(origin.dag_id, origin.task_id, origin.key),
        facets=_schema_facet(promise.schema, row),
        inputFacets=_assertions(row) if row and is_checked else {},
    )


def _output(flow: _Flow, ti: Any) -> Any:
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import (
        dataset_version_dataset,
        output_statistics_output_dataset,
    )

    rows = [one.rows for one in flow.outputs if one.rows is not None]
    statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
        rowCount=sum(rows) if rows else None,
        size=sum(one.size for one in flow.outputs) if flow.inline is None else flow.inline,
    )
    facets = _schema_facet(flow.returned.schema, _row(flow.returned))
    if len(flow.outputs) == 1:
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(
            datasetVersion=flow.outputs[0].digest
        )
    return OutputDataset(
        namespace=_namespace(),
        name=_name(ti.dag_id, ti.task_id, "return_value"),
        facets=facets,
        outputFacets={"outputStatistics": statistics},
    )


def _row(promise: Promise) -> TableSchema | None:
    """Returns the schema of the promised table, or None unless there is exactly one kind."""
    codec = promise.codec
    rows = list(codec.table_schemas()) if isinstance(codec, StoredCodec) else []
    return rows[0] if len(rows) == 1 else None


def _is_lazy(annotation: Any) -> bool:
    """Returns whether a table is checked only while the task reads it, and as far as it does."""
    from typedxcom.tables import LazyTable
    from typedxcom.tables.libraries.convert import is_streamed

    is_one = LazyTable in (annotation, get_origin(annotation)) or is_streamed(annotation)
    return is_one or any(map(_is_lazy, get_args(annotation)))


def _schema_facet(schema: Schema, row: TableSchema | None) -> dict[str, Any]:
    """Returns the columns or fields, with types and descriptions, or an empty dict."""
    from openlineage.client.facet_v2 import schema_dataset

    record = next((node for _, node in walk(schema) if isinstance(node, Record)), None)
    said = {} if record is None else descriptions(record.type)
    fields = [
        schema_dataset.SchemaDatasetFacetFields(name=name, type=kind, description=said.get(field))
        for field, name, kind in _fields(record, row)
    ]
    return {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)} if fields else {}


def _fields(record: Record | None, row: TableSchema | None) -> Iterator[tuple[str, str, str]]:
    """Yields each field, with its name in the data and its type."""
    if row is not None:
        for column in row:
            yield column.name, column.name, str(column.node.type)
    elif record is not None:
        for name, one in record.fields.items():
            yield name, one.key or name, str(one.schema)


def _assertions(row: TableSchema) -> dict[str, Any]:
    """Returns the rules that every row was checked by. They hold, or it would have failed."""
    from openlineage.client.facet_v2 import data_quality_assertions_dataset as quality

    found = [
        quality.Assertion(assertion=text, success=True, column=column)
        for text, column in _rules(row)
    ]
    facet = quality.DataQualityAssertionsDatasetFacet(assertions=found)
    return {"dataQualityAssertions": facet} if found else {}


def _rules(row: TableSchema) -> Iterator[tuple[str, str | None]]:
    for column in row:
        if not column.node.nullable:
            yield "not_null", column.name
        for rule in column.node.rules:
            yield f"no value is {rule.words}", column.name
    for key in row.keys:
        yield "unique", key.columns[0] if len(key.columns) == 1 else None
    for name, _ in row.rules:
        yield name, None
