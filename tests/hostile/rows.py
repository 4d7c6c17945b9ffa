"""Rows as an attacker writes them, read by every way there is, in a process that is bounded.

It runs as ``python -m tests.hostile.rows <folder> <limit>`` and prints one line of JSON a row:
its name, the errors, and by how many bytes the peak of the memory grew.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
from pydantic import BaseModel

from typedxcom import File
from typedxcom.contracts import Promise
from typedxcom.exchange import load, opened
from typedxcom.pointer import Coordinates, digest_of
from typedxcom.schema import schema_of
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore
from typedxcom.testing import FORGED_PATHS

DEPTH = 10_000


class Model(BaseModel):
    id: int
    extra: Any = None


class Column(BaseModel):
    id: int


class Struct(msgspec.Struct):
    id: int
    extra: Any = None


def nested(depth: int, *, as_dict: bool) -> Any:
    """A list in a list, or a dict in a dict, *depth* times."""
    value: Any = 1
    for _ in range(depth):
        value = {"extra": value, "id": 1} if as_dict else [value]
    return value


def nested_text(depth: int) -> str:
    """The same as JSON text."""
    return '{"id":1,"extra":' * depth + "1" + "}" * depth


def marked(text: str) -> dict[str, Any]:
    """A text row."""
    return {"$typedxcom": 1, "about": "text", "json": text}


class Rows:
    """The rows, over a store with a few real objects in it."""

    def __init__(self, folder: Path) -> None:
        self.store = LocalStore(folder / "store", name="default")
        self.stores = Stores(lambda name: self.store)
        self.good = self._stored(b"[1,2,3]", codec="json")
        canary = (folder / "outside" / "canary").read_bytes()
        (self.store.root / "dag" / "link").symlink_to(folder / "outside")
        # Whoever followed it would get what this says, to the byte.
        proof = {"size": len(canary), "digest": digest_of(canary)}
        self.through_link = {**self.good, **proof, "path": "dag/link/canary"}

    def _stored(self, data: bytes, **fields: Any) -> dict[str, Any]:
        placement = Placement(self.stores, Coordinates("dag", "run", "task"), "default")
        return placement.put(data, ext="bin", about="an object", **fields)

    def all(self) -> Iterator[tuple[str, Any]]:
        """Name and row."""
        for as_dict in (False, True):
            kind = "dicts" if as_dict else "lists"
            deep = nested(DEPTH, as_dict=as_dict)
            yield f"nested {kind}", deep
            yield f"nested {kind} with an order", {"b": deep, "a": 1, "$typedxcom": ["b", "a"]}
        yield "nested text", marked(nested_text(DEPTH))
        for codec in ("json", "airflow", "arrow"):
            yield f"nested object {codec}", self._stored(nested_text(DEPTH).encode(), codec=codec)
        for field, value in (
            ("size", 2**50), ("size", 2**40), ("size", 10**30), ("size", 6), ("size", 8), ("size", 0),
            ("size", float("nan")), ("size", float("inf")), ("size", 7.0), ("rows", 2**64),
            ("store", "\ud800"), ("codec", "pickle"), ("codec", "os.system"), ("codec", "x" * 10**7),
            ("is", "\ud800"), ("digest", digest_of(b"other")), ("digest", "sha256:" + "0" * 64),
            ("is", "x" * 10**7), ("$typedxcom", 2**63), ("$typedxcom", -(2**64)),
        ):  # fmt: skip
            yield f"pointer {field} {str(value)[:30]!a}", {**self.good, field: value}
        for number, path in enumerate(FORGED_PATHS):
            yield f"path {number}", {**self.good, "path": path}
        yield "a symlink under the root", self.through_link
        for scheme in ("file", "s3", "gs", "http", "memory", "github", "zip", "simplecache"):
            yield f"scheme {scheme}", {**self.good, "path": f"{scheme}://host/{self.good['path']}"}
        yield "many keys", {**self.good, **{f"key{n}": n for n in range(200_000)}}
        yield "many places", {"$typedxcom": [str(n) for n in range(200_000)], "id": 1}
        yield "a million digits", marked("1" * 1_000_000)
        yield "an exponent", marked("1e999999999")
        yield "half an escape", marked('{"id": "\\ud8')
        yield "a NUL", marked('{"id": \x00}')
        yield "two values", marked('{"id": 1}{"id": 2}')


def ways(stores: Stores) -> dict[str, Callable[[Any], Any]]:
    """Every reader: with contracts of all engines, without one, and the backend's."""
    from typedxcom import Table
    from typedxcom.backend import XComBackend

    def through(annotation: Any) -> Callable[[Any], Any]:
        codec = Promise(annotation, schema_of(annotation)).codec
        return lambda row: load(row, codec, stores=stores)

    def file(row: Any) -> Any:
        return through(File)(row).read_bytes()

    kinds = {"model": Model, "struct": Struct, "int": int, "table": Table[Column]}
    return {
        **{name: through(annotation) for name, annotation in kinds.items()},
        "file": file,
        "untyped": lambda row: opened(row, stores),
        "backend": lambda row: XComBackend.deserialize_value(SimpleNamespace(value=row)),
    }


def peak() -> int:
    """The most memory that this process had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(folder: Path, limit: int) -> None:
    """Read every row in every way."""
    rows = Rows(folder)
    readers = ways(rows.stores)
    for read in readers.values():  # everything is imported before memory is counted
        try:
            read(rows.good)
        except Exception as error:
            print(type(error).__name__, file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for name, row in rows.all():
        before, outcomes = peak(), {}
        for way, read in readers.items():
            try:
                outcomes[way] = f"read a {type(read(row)).__name__}"
            except BaseException as error:
                kinds = [kind.__name__ for kind in type(error).__mro__]
                outcomes[way] = "refused" if "TypedXComError" in kinds else repr(error)[:200]
        told = {"name": name, "outcomes": outcomes, "growth": peak() - before}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
