"""The way from one task to the next, without Airflow's database: into an entry, and out of it."""

from __future__ import annotations

import json
import weakref
from dataclasses import dataclass, field
from typing import Any

from typedxcom.errors import EncodeError, ValidationError
from typedxcom.exchange import load, outgoing
from typedxcom.pointer import Coordinates, paths_in
from typedxcom.promises import Promise, promise_of
from typedxcom.settings import Settings
from typedxcom.stored.access import DEFAULT_FORMAT, Placement, Stores, TableFormat
from typedxcom.stores.memory import MemoryStore

__all__ = ["Wire", "through_wire"]


def through_wire(value: Any, annotation: Any) -> Any:
    """Returns *value* as the next task gets it, if both tasks use the same annotation.

    It is encoded, written as JSON, and read again. What is large goes through a store in memory.

    Args:
        value: What a task returns.
        annotation: The return annotation of that task, for example ``list[Order]``.

    Raises:
        ContractError: No XCom can hold values of this type.
        ValidationError: *value* breaks the contract.
        EncodeError: It would not come back as it is.
    """
    promise, wire = promise_of(annotation), Wire()
    return wire.read(wire.entry(value, promise), promise)


class _Store(MemoryStore):
    """The store of one exchange. It dies with the last value that was read from it."""

    def __init__(self) -> None:
        super().__init__()
        _living.add(self)

    def take_over(self, paths: set[str]) -> None:
        """Holds what the stores of earlier exchanges have under *paths*: it is passed on."""
        for other in list(_living):
            for path in paths & other._objects.keys():
                self._objects.setdefault(path, other._objects[path])


_living: weakref.WeakSet[_Store] = weakref.WeakSet()


@dataclass(frozen=True)
class Wire:
    """One exchange between two tasks, with a store of its own in memory.

    Attributes:
        settings: Decide between plain JSON, text form and store.
        store: Holds what is large.
    """

    settings: Settings = field(default_factory=Settings)
    store: _Store = field(default_factory=_Store)

    @property
    def stores(self) -> Stores:
        """Opens the one store under every name. Tables may also come as Python objects."""
        return Stores(open_store=lambda _: self.store, literals=True)

    def placement(self, format: TableFormat | None = None) -> Placement:  # noqa: A002
        """Returns where large values go."""
        home = Coordinates("dag", "run", "task")
        return Placement(self.stores, home, self.store.name, format or DEFAULT_FORMAT)

    def entry(self, value: Any, promise: Promise, format: TableFormat | None = None) -> Any:  # noqa: A002
        """Returns the entry of *value*, as it comes out of the database."""
        entry = outgoing(value, promise.codec, settings=self.settings).entry(self.placement(format))
        written = json.dumps(entry)
        self.store.take_over(set(paths_in(written.encode())))
        return json.loads(written)

    def read(self, entry: Any, promise: Promise) -> Any:
        """Reads an entry, as the task with this promise would."""
        return load(entry, promise.codec, stores=self.stores)

    def given(self, value: Any, promise: Promise) -> Any:
        """Returns what a parameter with this promise is given, if a task returned *value*.

        What such a task would not return stays as it is: the parameter then says what is wrong.
        """
        if promise.is_open or promise.is_local:
            return value
        try:
            return self.entry(value, promise)
        except (ValidationError, EncodeError):
            return value
