"""Typed manual XComs: `ROWS = XComKey("row_count", int)`."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import Any, Generic, TypeVar

from typedxcom.airflow.config import settings
from typedxcom.airflow.keynames import key_sentence
from typedxcom.airflow.raw import as_airflow, raw_entries
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.origins import stores_from
from typedxcom.airflow.running.stores import placement
from typedxcom.errors import CodecError, ContractError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.pointer import Origin
from typedxcom.promises import Promise, promise_of
from typedxcom.scopes import settle
from typedxcom.stores.verified import named

__all__ = ["XComKey"]

T = TypeVar("T")
_REQUIRED: Any = object()


class XComKey(Generic[T]):
    """A key under which tasks push and pull values of one type.

    Attributes:
        name: The key.
        annotation: The type of its values.
    """

    def __init__(self, name: str, annotation: type[T] | Any) -> None:
        """Declare the key. Raises UnsupportedTypeError if its values would not round-trip."""
        if problem := key_sentence(name):
            raise ContractError(f"XComKey({name!r}): {problem}.", is_grave=True)
        self.name = name
        self.annotation = annotation
        settle([annotation])
        with contextlib.suppress(NameError):  # a class that is defined later
            self._promise  # noqa: B018

    @cached_property
    def _promise(self) -> Promise:
        return promise_of(self.annotation)

    def push(self, ti: Any, value: T) -> None:
        """Push *value* from a running task.

        Args:
            ti: The task instance, from the context.
            value: What to push.

        Raises:
            ValidationError, EncodeError: It breaks the key's type; the task is not retried.
        """
        with without_retries():
            try:
                entry = dump(
                    value,
                    self._promise.codec,
                    settings=settings(),
                    placement=placement(ti, self.name),
                )
            except (ValidationError, CodecError) as error:
                about = self._subject("pushed by", ti.task_id)
                raise error.about(about) from error.__cause__
        ti.xcom_push(self.name, entry)

    def pull(
        self, ti: Any, task_ids: str | None = None, *, default: T = _REQUIRED, **where: Any
    ) -> T:
        """Pull the value that one task pushed.

        Args:
            ti: The task instance, from the context; or that of an asset event.
            task_ids: The task that pushed it; without it that of *ti* itself, as in
                ``KEY.pull(event.source_task_instance)``.
            default: What to return if it pushed nothing.
            **where: ``dag_id``, ``run_id``, ``map_indexes`` (one index), ``include_prior_dates``,
                as Airflow's ``xcom_pull`` takes them.

        Raises:
            ValidationError: Nothing was pushed and there is no default, or it is of another type;
                the task is not retried.
            ContractError: You named several tasks or map indexes. Pull each on its own.
        """
        one_task: object = task_ids
        if not isinstance(one_task, (str, type(None))) or not isinstance(
            where.get("map_indexes", 0), (int, type(None))
        ):
            raise ContractError(
                f"XComKey({self.name!r}).pull() takes one task id and one map index. Pull each "
                "value on its own"
            )
        named_task = {} if task_ids is None else {"task_ids": task_ids}
        subject = self._subject("pushed by", task_ids or ti.task_id)
        with raw_entries():
            entry = ti.xcom_pull(key=self.name, **named_task, **where)
        if entry is None and default is not _REQUIRED:
            return default
        with without_retries():
            try:
                with named(subject):
                    value: T = load(
                        entry,
                        self._promise.codec,
                        stores=stores_from(self._origin(ti, task_ids, where)),
                        airflow=as_airflow,
                    )
            except ValidationError as error:
                if entry is None:
                    raise ValidationError(f"{subject}: nothing was pushed") from None
                raise error.about(subject) from error.__cause__
            except CodecError as error:
                raise error.about(subject) from error.__cause__
        return value

    def _origin(self, ti: Any, task_id: str | None, where: dict[str, Any]) -> Origin:
        """The XCom that a pull asks for."""
        run_id, index = where.get("run_id") or ti.run_id, where.get("map_indexes")
        return Origin(
            where.get("dag_id") or ti.dag_id,
            None if where.get("include_prior_dates") else run_id,
            task_id or ti.task_id,
            self.name,
            index if isinstance(index, int) and index >= 0 else None,
        )

    def _subject(self, how: str, task_id: str) -> str:
        return f"XCom {self.name!r} {how} {task_id!r}"

    def __repr__(self) -> str:
        return f"XComKey({self.name!r}, {self.annotation!r})"
