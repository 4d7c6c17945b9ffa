"""Typed state of tasks and assets: ``JOB = StateKey("job", Job)``, for Airflow 3.3 and newer."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import Any, Generic, TypeVar

from typedxcom.airflow.config import settings
from typedxcom.airflow.raw import as_airflow
from typedxcom.airflow.running.failing import without_retries
from typedxcom.errors import CodecError, ContractError, EncodeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.promises import Promise, promise_of
from typedxcom.scopes import settle
from typedxcom.stored import has_stored

__all__ = ["StateKey"]

T = TypeVar("T")
_REQUIRED: Any = object()
_IN_PATHS = ("", ".", "..")  # Airflow's client puts the key into a URL, where these name no state


class StateKey(Generic[T]):
    """A key of Airflow's task state or asset state, with the type of its values.

    State has no store, so all of a value is in Airflow's database or state backend.

    Attributes:
        name: The key.
        annotation: The type of its values.
    """

    def __init__(self, name: str, annotation: type[T] | Any) -> None:
        """Declare the key. Raises ContractError if its values cannot be state."""
        key: object = name
        if not isinstance(key, str) or key in _IN_PATHS:
            raise ContractError(f"StateKey({name!r}): a key is a text other than '', '.' and '..'.")
        self.name = name
        self.annotation = annotation
        settle([annotation])
        with contextlib.suppress(NameError):  # a class that is defined later
            self._promise  # noqa: B018

    @cached_property
    def _promise(self) -> Promise:
        promise = promise_of(self.annotation)
        if has_stored(promise.schema):
            raise ContractError(
                f"StateKey({self.name!r}): `{promise.schema}` needs a store, which state does not "
                "have. Return it from a task, or keep its path or id as state."
            )
        return promise

    def set(self, state: Any, value: T, **options: Any) -> None:
        """Write *value* from a running task.

        Args:
            state: ``context["task_state_store"]`` or ``context["asset_state_store"][asset]``.
            value: What to write.
            **options: ``retention``, as Airflow's task state takes it.

        Raises:
            ValidationError, EncodeError: It breaks the key's type; the task is not retried.
        """
        with without_retries():
            try:
                written = dump(value, self._promise.codec, settings=settings())
            except (ValidationError, CodecError) as error:
                raise error.about(f"State {self.name!r}") from error.__cause__
            if written is None:
                raise EncodeError(
                    f"State {self.name!r}: Airflow keeps no None as state. Delete the key, and read "
                    "it with default=None."
                )
        state.set(self.name, written, **options)

    def get(self, state: Any, *, default: T = _REQUIRED) -> T:
        """Read the value.

        Args:
            state: As for `set`.
            default: What to return if nothing is there.

        Raises:
            ValidationError: Nothing is there and there is no default, or it is of another type; the
                task is not retried.
        """
        found = state.get(self.name)
        if found is None and default is not _REQUIRED:
            return default
        with without_retries():
            if found is None:
                raise ValidationError(f"State {self.name!r}: nothing was set")
            try:
                value: T = load(found, self._promise.codec, airflow=as_airflow)
            except (ValidationError, CodecError) as error:
                raise error.about(f"State {self.name!r}") from error.__cause__
        return value

    def delete(self, state: Any) -> None:
        """Delete the value, if there is one.

        Args:
            state: As for `set`.
        """
        state.delete(self.name)

    def __repr__(self) -> str:
        return f"StateKey({self.name!r}, {self.annotation!r})"
