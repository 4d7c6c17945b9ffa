"""What a call of a task returns while the DAG is parsed: Airflow's reference, with a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import GenericAlias
from typing import Any

from typedxcom.airflow.authoring.arithmetic import NoArithmetic
from typedxcom.airflow.authoring.batches import SlicedSource, count_task, sliced_schema
from typedxcom.airflow.authoring.error_lines import noted, on_the_authors_line
from typedxcom.airflow.authoring.joined import concatenated, map_cure, mapped, zipped
from typedxcom.airflow.authoring.shadowed import without_shadowed_fields
from typedxcom.airflow.authoring.warned import refuse_wiring
from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import (
    PlainXComArg,
)
from typedxcom.airflow.raw import is_raw, raw_entries
from typedxcom.airflow.running.origins import origins_of, stores_from
from typedxcom.airflow.running.promised import Output, as_value
from typedxcom.airflow.wiring.chains import (
    key_problem,
)
from typedxcom.airflow.wiring.edges import NoEdge
from typedxcom.airflow.wiring.flows import NOTSET, RETURN_KEY, describe, key_schema
from typedxcom.airflow.wiring.promised import promised_under
from typedxcom.airflow.wiring.readers import gets_list, read_in
from typedxcom.errors import OutputAttributeError, WiringError
from typedxcom.exchange.incoming import item
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import Record, TupleOf

__all__ = ["BatchesArg", "FirstRowsArg", "ItemArg", "XComArg", "typed_arg"]


class XComArg(NoArithmetic, PlainXComArg):
    """The output of a task. In an annotation, `XComArg[T]` says its type.

    Attributes:
        schema: What one instance of the task pushes under this key.
    """

    schema: Schema = UNKNOWN
    _reads: Callable[[Output], Any] | None = None  # set for a parameter without an annotation

    def __class_getitem__(cls, item: Any) -> GenericAlias:
        """Make `XComArg[T]` an annotation."""
        return GenericAlias(cls, item)

    @on_the_authors_line
    def __getitem__(self, key: Any) -> Any:
        """The output under *key*, or an item of a tuple of known length.

        Raises:
            WiringError: The task never pushes it.
        """
        if isinstance(key, int) and not isinstance(key, bool):
            return self._at(key)
        found: Schema = UNKNOWN
        if self.key == RETURN_KEY and isinstance(key, str):
            problem = key_problem(self.operator, self.schema, key)
            if problem:
                refuse_wiring(problem)
            found = key_schema(self.operator, self.schema, key)
        return typed_arg(super().__getitem__(key), found)

    def resolve(self, context: Any) -> Any:
        """Pull the value that the task promised. A typed parameter gets the entry."""
        if self._reads is None and is_raw():
            return self.entry(context)
        return (self._reads or as_value)(self._output(context))

    def _output(self, context: Any) -> Output:
        entry = self.entry(context)
        with read_in(context["ti"].task.task_group):
            is_many = gets_list(self.operator)
        promise = promised_under(self.operator, self.key, getattr(self, "path", ()))
        return Output(entry, promise, is_many, only_warns=warns(context["ti"].dag_id))

    def _read_by(self, reads: Callable[[Output], Any]) -> Any:
        """The same reference, which *reads* turns into a value for any reader."""
        made = type(self)(operator=self.operator, key=self.key)
        vars(made).update(vars(self), _reads=reads)
        return made

    def entry(self, context: Any) -> Any:
        """Pull the entry as it is stored."""
        with raw_entries():
            return self._pulled(context)

    def _pulled(self, context: Any) -> Any:
        if self.operator.get_closest_mapped_task_group() is not None:
            context = {**context, "ti": WholeGroupPuller(context["ti"])}
        return super().resolve(context)

    @on_the_authors_line
    def batches(self, *, rows: int) -> XComArg:
        """A table in slices of *rows* rows: ``load.expand(batch=trips.batches(rows=10_000))``.

        Each instance reads its own slice. A small extra task counts the slices.

        Raises:
            WiringError: The task returns no table.
        """
        schema = sliced_schema(self._each_schema(), self.operator.task_id)
        return BatchesArg.of(SlicedSource(self, rows), schema)

    def _each_schema(self) -> Schema:
        """What a reader of this output gets: a list if the task is mapped."""
        try:
            return describe(self)
        except NameError:
            return UNKNOWN

    @on_the_authors_line
    def __iter__(self) -> Iterator[Any]:
        """The items of a tuple of known length, so that ``a, b = two()`` works."""
        items = self._items()
        if items is None:
            raise WiringError(self._length_unknown())
        return iter(items)

    def __getattr__(self, name: str) -> Any:
        """Raise an error that says the value does not exist yet, and when it will."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise OutputAttributeError(
            f"The output of task {self.operator.task_id!r} has no attribute `{name}` while the DAG "
            f"is parsed: its value exists only when the task has run. Read it inside a task, or "
            f'push it on its own: @task(multiple_outputs=True) and output["{name}"].'
        )

    @on_the_authors_line
    def map(self, f: Callable[[Any], Any]) -> Any:
        """Airflow's map. *f* gets items of the type of its annotation, or else of the task's.

        Raises:
            WiringError: The items do not fit *f*, or there are none.
        """
        with noted(lambda: map_cure(f)):
            super().map(f)  # Airflow's own refusals come first
        return mapped(self, f)

    @on_the_authors_line
    def zip(self, *others: Any, fillvalue: Any = NOTSET) -> Any:
        """Airflow's zip. Raises WiringError if one of *others* cannot be iterated over."""
        super().zip(*others)
        return zipped(self, *others, fillvalue=fillvalue)

    @on_the_authors_line
    def concat(self, *others: Any) -> Any:
        """Airflow's concat. Raises WiringError if one of *others* is no sequence."""
        super().concat(*others)
        return concatenated(self, *others)

    def _at(self, index: int) -> Any:
        items = self._items()
        if items is None:
            with noted(self._length_unknown):
                return super().__getitem__(index)  # type: ignore[index]  # Airflow refuses it
        if not -len(items) <= index < len(items):
            task_id = self.operator.task_id
            raise WiringError(
                f"Task {task_id!r} returns `{self.schema}`, which has no item {index}."
            )
        return items[index]

    def _items(self) -> list[ItemArg] | None:
        """The items of a tuple, or None if their number is not known."""
        fixed = None if self.operator.is_mapped else _fixed_items(self.schema)
        if fixed is None:
            return None
        return [ItemArg.of(self, index, schema) for index, schema in enumerate(fixed)]

    def _length_unknown(self) -> str:
        return (
            f"The output of task {self.operator.task_id!r} is `{describe(self)}`, whose "
            "length is not known while the DAG is parsed. Annotate the task with "
            "tuple[A, B], or use .expand() to work on each item."
        )


class FirstRowsArg(NoEdge, XComArg):
    """The number of the first row of each slice of a table."""

    slices: SlicedSource

    @classmethod
    def of(cls, cut: SlicedSource) -> FirstRowsArg:
        """The first rows of *cut*."""
        arg = cls(operator=cut.source.operator, key=cut.source.key)
        arg.slices = cut  # and no schema: one list of numbers, also where the source is mapped
        return arg

    def resolve(self, context: Any) -> Any:
        """The numbers, or None if the table's task was skipped."""
        parts = self.slices.parts(context)
        return parts if parts is None else [part.first for part in parts]


class BatchesArg(XComArg):
    """The slices of a table, as a list of tables."""

    slices: SlicedSource

    @classmethod
    def of(cls, cut: SlicedSource, schema: Schema) -> BatchesArg:
        """Make the table in slices, and the task that counts them."""
        counted = count_task(cut, FirstRowsArg.of(cut))
        arg = cls(operator=counted.operator, key=counted.key)
        arg.slices, arg.schema = cut, schema
        return arg

    def resolve(self, context: Any) -> Any:
        """The slices. The reader only waits for the task that counted them."""
        return self.slices.resolve(context)

    def map(self, f: Callable[[Any], Any]) -> Any:
        """Raise WiringError, because the task that gets a slice reads it."""
        raise WiringError(
            f"map({getattr(f, '__name__', 'f')}) would read every batch of the table in every "
            "instance. Do it in the task that is mapped over the batches."
        )

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.slices is getattr(other, "slices", None)


class WholeGroupPuller:
    """A task instance that pulls all of a mapped group as a list.

    Without it, Airflow 3.3 gives the bare value if the group has one instance.
    """

    def __init__(self, ti: Any) -> None:
        self._ti = ti

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ti, name)

    def xcom_pull(self, task_ids: str, *, map_indexes: Any = NOTSET, **where: Any) -> Any:
        if map_indexes is not NOTSET:
            return self._ti.xcom_pull(task_ids=task_ids, map_indexes=map_indexes, **where)
        values = self._ti.xcom_pull(task_ids=[task_ids], **where)
        return [value for value in values if value is not None]


class ItemArg(XComArg):
    """One item of an output that is a tuple of known length, at any depth of tuples.

    Attributes:
        path: The index at each depth.
    """

    path: tuple[int, ...] = ()

    @classmethod
    def of(cls, whole: XComArg, index: int, schema: Schema) -> ItemArg:
        """Item *index* of *whole*."""
        arg = cls(operator=whole.operator, key=whole.key)
        outer = whole.path if isinstance(whole, ItemArg) else ()
        arg.path, arg.schema = (*outer, index), schema
        return without_shadowed_fields(arg)

    def entry(self, context: Any) -> Any:
        """The item's entry as it is stored; a list of them where the reader gets all instances'."""
        with raw_entries():
            whole = self._pulled(context)
            with read_in(context["ti"].task.task_group):
                if not gets_list(self.operator):
                    return self._item(whole, context)
            return [self._item(one, context) for one in whole[:]]

    def _item(self, part: Any, context: Any) -> Any:
        where = stores_from(*origins_of(self, context["ti"]))
        for index in self.path:
            part = None if part is None else item(part, index, stores=where)
        return part

    def __str__(self) -> str:
        """The Jinja template of the item."""
        steps = "".join(f"[{index}]" for index in self.path)
        return super().__str__().removesuffix(" }}") + f"{steps} }}}}"

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.path == getattr(other, "path", None)


def typed_arg(arg: Any, schema: Schema) -> Any:
    """Make Airflow's plain reference *arg* one of ours."""
    made = XComArg(operator=arg.operator, key=arg.key)
    made.schema = schema
    return without_shadowed_fields(made)


def _fixed_items(schema: Schema) -> list[Schema] | None:
    match schema:
        case TupleOf(items=items):
            return list(items)
        case Record(style="namedtuple", fields=fields):
            return [part.schema for part in fields.values()]
    return None
