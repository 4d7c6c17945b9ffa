"""A store that counts as far away, which every process of this machine can reach and count."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from typing_extensions import Buffer

from typedxcom.cache import Cache
from typedxcom.pointer import Coordinates
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore, Store, StoredObject

__all__ = ["AT", "FarStore", "placed", "through"]

AT = Coordinates("d", "r", "t")


class FarStore(Store):
    """A folder behind a network that only this class imagines.

    Every read adds a line with its bytes to a file, so that all processes are counted.
    """

    def __init__(self, root: Path) -> None:
        super().__init__("far")
        root.mkdir(exist_ok=True)
        self.inner = LocalStore(root / "objects")
        self._log = root / "reads"
        self._log.touch()

    @property
    def fetched(self) -> list[int]:
        """The bytes of each read so far."""
        return [int(line) for line in self._log.read_text().split()]

    def forget(self) -> None:
        """Count from now on."""
        self._log.write_text("")

    def _count(self, data: Buffer) -> Buffer:
        with self._log.open("a") as log:
            log.write(f"{memoryview(data).nbytes}\n")
        return data

    def write(self, path: str, data: Buffer | Iterable[Buffer]) -> None:
        """Write to the folder."""
        self.inner.write(path, data)

    def read(self, path: str, *, size: int) -> Buffer:
        """Read a copy, as from a network."""
        return self._count(bytes(self.inner.read(path, size=size)))

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Read a part."""
        return self._count(self.inner.read_range(path, start, stop))

    def size(self, path: str) -> int:
        """Its size."""
        return self.inner.size(path)

    def delete(self, path: str) -> bool:
        """Delete it."""
        return self.inner.delete(path)

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """List all."""
        return self.inner.list(prefix)


def through(store: Store, folder: str | os.PathLike[str] | None, **options: Any) -> Stores:
    """*store* with a cache in *folder*, or with none."""
    limit = options.pop("limit", 2**30)
    observe = options.pop("observe", None)
    cache = None if folder is None else Cache(folder, limit=limit, observe=observe)
    return Stores(lambda name: store, cache=cache, **options)


def placed(stores: Stores, **options: Any) -> Placement:
    """Where the value of a task goes."""
    return Placement(stores, AT, "far", **options)
