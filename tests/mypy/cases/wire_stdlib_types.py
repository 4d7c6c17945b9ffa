"""Types of the standard library."""

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import Path, PurePath
from typing import NamedTuple, Protocol, runtime_checkable
from uuid import UUID, uuid4

from airflow.sdk import dag
from typedxcom import task


@dataclass
class Job:
    name: str


@dataclass
class Batch(Job):
    size: int = 0


class Point(NamedTuple):
    x: int
    y: int


@runtime_checkable
class HasName(Protocol):
    name: str


@task
def moment() -> dt.datetime:
    return dt.datetime.now()


@task
def day() -> dt.date:
    return dt.date.today()


@task
def delay() -> dt.timedelta:
    return dt.timedelta()


@task
def key() -> UUID:
    return uuid4()


@task
def path() -> Path:
    return Path()


@task
def address() -> IPv4Address:
    return IPv4Address("127.0.0.1")


@task
def raw() -> bytes:
    return b""


@task
def batch() -> Batch:
    return Batch("x")


@task
def job() -> Job:
    return Job("x")


@task
def point() -> Point:
    return Point(1, 2)


@task
def ordered() -> OrderedDict[str, int]:
    return OrderedDict()


@task
def pair() -> tuple[int, int]:
    return 1, 2


@task
def on_day(day: dt.date) -> None:
    print(day)


@task
def on_moment(moment: dt.datetime) -> None:
    print(moment)


@task
def on_text(text: str) -> None:
    print(text)


@task
def on_path(path: PurePath) -> None:
    print(path)


@task
def on_job(job: Job) -> None:
    print(job)


@task
def on_named(value: HasName) -> None:
    print(value)


@task
def on_batch(batch: Batch) -> None:
    print(batch)


@task
def on_pair(pair: tuple[int, int]) -> None:
    print(pair)


@task
def on_point(point: Point) -> None:
    print(point)


@task
def on_dict(values: dict[str, int]) -> None:
    print(values)


@task
def on_seconds(seconds: float) -> None:
    print(seconds)


@task
def on_decimal(value: Decimal) -> None:
    print(value)


@dag(schedule=None)
def right() -> None:
    on_moment(moment())
    on_day(day())
    on_path(path())
    on_job(batch())
    on_named(job())
    on_pair(point())
    on_pair(pair())
    on_point(pair())
    on_dict(ordered())


@dag(schedule=None)
def wrong() -> None:
    on_day(moment())  # E: Argument "day" of task "on_day" takes "date", but task "moment" returns "datetime" [xcom-arg]
    on_moment(day())  # E: Argument "moment" of task "on_moment" takes "datetime", but task "day" returns "date" [xcom-arg]
    on_text(moment())  # E: Argument "text" of task "on_text" takes "str", but task "moment" returns "datetime" [xcom-arg]
    on_text(key())  # E: Argument "text" of task "on_text" takes "str", but task "key" returns "UUID" [xcom-arg]
    on_text(path())  # E: Argument "text" of task "on_text" takes "str", but task "path" returns "Path" [xcom-arg]
    on_text(raw())  # E: Argument "text" of task "on_text" takes "str", but task "raw" returns "bytes" [xcom-arg]
    on_text(address())  # E: Argument "text" of task "on_text" takes "str", but task "address" returns "IPv4Address" [xcom-arg]
    on_seconds(delay())  # E: Argument "seconds" of task "on_seconds" takes "float", but task "delay" returns "timedelta" [xcom-arg]
    on_batch(job())  # E: Argument "batch" of task "on_batch" takes "Batch", but task "job" returns "Job" [xcom-arg]
    on_named(point())  # E: Argument "value" of task "on_named" takes "HasName", but task "point" returns "Point" [xcom-arg]
    on_decimal(key())  # E: Argument "value" of task "on_decimal" takes "Decimal", but task "key" returns "UUID" [xcom-arg]
    on_moment("2025-01-01")  # E: Argument 1 to "on_moment" has incompatible type "str"; expected "datetime" [arg-type]
    on_path("x")  # E: Argument 1 to "on_path" has incompatible type "str"; expected "PurePath" [arg-type]
