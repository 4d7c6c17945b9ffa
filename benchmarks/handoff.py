"""How a table gets from one task to the next, by each of the ways that people use."""

from __future__ import annotations

import itertools
import json
import os
import pickle
import shutil
import subprocess
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field

from benchmarks.running import Found
from benchmarks.trips import pick

__all__ = ["TWO", "WAYS", "Place", "make_table"]

_ROW_BYTES = 100
TWO = ["trip_id", "fare"]


class Trip(BaseModel):
    trip_id: int
    vendor: int = Field(ge=1)
    passengers: int = Field(ge=0)
    seconds: int = Field(ge=0)
    distance: float = Field(ge=0)
    fare: float = Field(ge=0)
    tip: float = Field(ge=0)
    tolls: float = Field(ge=0)
    pickup: str
    dropoff: str


class Fare(BaseModel):
    trip_id: int
    fare: float = Field(ge=0)


def make_table(megabytes: int) -> pa.Table:
    """Ten columns, about 100 bytes a row; numbers are random, places repeat."""
    rows = megabytes * 1_000_000 // _ROW_BYTES
    noise = pc.random(rows, initializer=3)
    places = pa.array([f"place number {n:05}" for n in range(1_000)])
    numbers = {
        "trip_id": pc.indices_nonzero(pa.nulls(rows).is_null()).cast(pa.int64()),
        "vendor": pc.add(pick(noise, 4), 1),
        "passengers": pick(noise, 6),
        "seconds": pick(pc.random(rows, initializer=4), 9_000),
    }
    floats = {
        name: pc.multiply(pc.random(rows, initializer=at), 50.0)
        for at, name in enumerate(("distance", "fare", "tip", "tolls"))
    }
    texts = {
        name: places.take(pick(pc.random(rows, initializer=at), 1_000))
        for at, name in ((7, "pickup"), (8, "dropoff"))
    }
    return pa.table({**numbers, **floats, **texts})


def touch(table: pa.Table) -> None:
    """Look at every value."""
    for column in table.columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    size = buffer.size // 8
                    pc.sum(pa.Array.from_buffers(pa.int64(), size, [None, buffer]))


class Place:
    """A folder, or a bucket of an object store."""

    def __init__(self, folder: Path, store: str) -> None:
        self.folder, self.store, self.is_local = folder, store, store == "local"
        self.numbers = itertools.count()
        self.options: dict[str, str] = {}
        if not self.is_local:
            found = json.loads(os.environ["BENCH_S3"])[store]
            if found is None:
                raise ImportError(f"{store} is not installed")
            self.options = found

    def clear(self) -> None:
        """Remove what earlier processes left: a gigabyte each."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not self.is_local:
            filesystem = self.filesystem()
            if left := filesystem.find("tables"):
                filesystem.rm(left)

    def new(self, ext: str) -> str:
        """A path that nothing has yet."""
        name = f"{os.getpid()}-{next(self.numbers)}.{ext}"
        return str(self.folder / name) if self.is_local else f"tables/{name}"

    def filesystem(self) -> Any:
        """s3fs, as Airflow has it."""
        import s3fs

        endpoint = self.options["endpoint_url"]
        return s3fs.S3FileSystem(
            key=self.options["key"], secret=self.options["secret"], endpoint_url=endpoint
        )

    def write(self, path: str, data: Any) -> None:
        """One whole object."""
        if self.is_local:
            Path(path).write_bytes(data)
        else:
            self.filesystem().pipe_file(path, bytes(data))

    def read(self, path: str) -> bytes:
        """One whole object."""
        return Path(path).read_bytes() if self.is_local else self.filesystem().cat_file(path)

    def size(self, path: str) -> int:
        """Bytes of an object."""
        return Path(path).stat().st_size if self.is_local else self.filesystem().size(path)


class Limit:
    """`cp` of the same bytes; a raw PUT and GET."""

    def __init__(self, place: Place) -> None:
        self.place, self.rows = place, -1
        self.source: Any = None

    def write(self, table: pa.Table) -> Any:
        """The bytes are there already."""
        place = self.place
        if self.rows != table.num_rows:
            self.rows = table.num_rows
            sink = pa.BufferOutputStream()
            with pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
            self.source = sink.getvalue()
            self.file = place.folder / f"{os.getpid()}.source"
            self.file.write_bytes(self.source)
        path = place.new("arrow")
        import time

        start = time.perf_counter()
        if place.is_local:
            subprocess.run(["cp", self.file, path], check=True)
        else:
            place.write(path, self.source)
        return Row(path, seconds=time.perf_counter() - start, stored=place.size(path))

    def read(self, row: Any, columns: list[str] | None) -> None:
        """Copy the bytes into memory."""
        if self.place.is_local:
            target = self.place.new("copy")
            subprocess.run(["cp", row.value, target], check=True)
        else:
            self.place.read(row.value)


class Row(Found):
    """What a write measured, and the XCom that it gave."""

    def __init__(self, value: Any, **found: float) -> None:
        super().__init__(row=len(json.dumps(value)), **found)
        self.value = value


class Typed:
    """typedxcom.

    Args:
        place: Where the store is.
        stores: The stores, if they are not just a plain one there.
    """

    def __init__(self, place: Place, stores: Any = None) -> None:
        from typedxcom.contracts import Promise
        from typedxcom.pointer import Coordinates
        from typedxcom.schema import schema_of
        from typedxcom.stored.access import Placement, Stores
        from typedxcom.stores import LocalStore
        from typedxcom.stores.object import ObjectStore
        from typedxcom.tables import LazyTable, Table

        if place.is_local:
            store: Any = LocalStore(place.folder / f"store-{os.getpid()}", name="default")
        else:
            filesystem = place.filesystem()
            store = ObjectStore(
                lambda: filesystem, f"tables/{os.getpid()}", name="default", url="s3://tables"
            )
        where = Coordinates("taxi", "manual__2026", "extract", -1, "return_value")
        stores = stores or Stores(lambda name: store)
        self.placement = Placement(stores, where, "default")
        kinds = (Table[Trip], LazyTable[Fare])
        self.codec, self.lazy = (Promise(kind, schema_of(kind)).codec for kind in kinds)

    def write(self, table: pa.Table) -> Row:
        """Check and store."""
        row = self.codec.write(table, self.placement)
        return Row(row, stored=row["size"])

    def read(self, row: Row, columns: list[str] | None) -> None:
        """Prove, check, and look at every value."""
        if columns is None:
            touch(self.codec.read(row.value, self.placement.stores))
        else:
            touch(self.lazy.read(row.value, self.placement.stores).to_arrow())


class Parquet:
    """A file, and its path as the XCom."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def write(self, table: pa.Table) -> Row:
        """As tutorials write it, with parquet's own defaults."""
        import pyarrow.parquet as pq

        path = self.place.new("parquet")
        pq.write_table(table, path, filesystem=self._filesystem())
        return Row(path, stored=self.place.size(path))

    def read(self, row: Row, columns: list[str] | None) -> None:
        """All of it, or some columns."""
        import pyarrow.parquet as pq

        touch(pq.read_table(row.value, columns=columns, filesystem=self._filesystem()))

    def _filesystem(self) -> Any:
        return None if self.place.is_local else self.place.filesystem()


class Pickle:
    """pickle into the store, its path as the XCom: the fastest of what is not safe."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def write(self, table: pa.Table) -> Row:
        """The newest protocol."""
        path = self.place.new("pickle")
        self.place.write(path, pickle.dumps(table, protocol=5))
        return Row(path, stored=self.place.size(path))

    def read(self, row: Row, columns: list[str] | None) -> None:
        """All of it."""
        touch(pickle.loads(self.place.read(row.value)))


class CommonIo:
    """Airflow's backend for large values, which takes pandas frames."""

    ids: ClassVar[dict[str, str]] = {"run_id": "r", "task_id": "t", "dag_id": "d", "key": "k"}

    def __init__(self, place: Place) -> None:
        home = place.folder / f"home-{os.getpid()}"
        os.environ["AIRFLOW_HOME"] = str(home)
        root = f"file://{home}/xcom" if place.is_local else f"s3://tables/{os.getpid()}"
        if not place.is_local:
            os.environ["AWS_ACCESS_KEY_ID"] = place.options["key"]
            os.environ["AWS_SECRET_ACCESS_KEY"] = place.options["secret"]
            os.environ["AWS_ENDPOINT_URL"] = place.options["endpoint_url"]
        os.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH"] = root
        os.environ["AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD"] = "0"
        from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

        self.backend, self.place = XComObjectStorageBackend, place

    def write(self, table: pa.Table) -> Row:
        """The frame is there already; only the write counts."""
        import time

        frame = table.to_pandas()
        start = time.perf_counter()
        row = self.backend.serialize_value(frame, map_index=-1, **self.ids)
        seconds = time.perf_counter() - start
        path = row.removeprefix("file://").removeprefix("s3://")
        return Row(row, seconds=seconds, stored=self.place.size(path))

    def read(self, row: Row, columns: list[str] | None) -> None:
        """The frame, and every value as Arrow sees it."""

        class Stored:
            value = row.value

        self.backend.deserialize_value(Stored()).sum(numeric_only=True)


WAYS: dict[str, Any] = {
    "limit": Limit,
    "typedxcom": Typed,
    "parquet": Parquet,
    "pickle": Pickle,
    "common.io": CommonIo,
}
