"""The process of a task's first try is killed (-9) at each point of its push."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk.execution_time.xcom import XCom

from typedxcom import dag, task
from typedxcom.airflow.running.stores import open_store

DAG_ID = Path(__file__).stem
POINTS = ["before the write", "during the write", "between write and push", "after the push"]


def die(*args: Any, **kwargs: Any) -> None:
    """End this process as the kernel would, when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(point: str) -> None:
    """Let this process die when it comes to *point*."""
    store: Any = open_store("default")
    if point == "before the write":
        store.stage = die
    elif point == "during the write":
        die_within_a_write()
    elif point == "between write and push":
        stage = store.stage
        store.stage = lambda: die_after(stage(), "commit")
    else:
        die_after(XCom, "set")


def die_after(owner: Any, name: str) -> Any:
    """Let this process die when a method of *owner* has done its work."""
    method = getattr(owner, name)
    setattr(owner, name, lambda *args, **options: die(method(*args, **options)))
    return owner


def die_within_a_write() -> None:
    """Send one half of the object, to the disk or to the gateway, then die."""
    from aiohttp.http_writer import StreamWriter

    from typedxcom.stores import local

    send, write = StreamWriter.write, os.write

    async def half_sent(self: Any, chunk: Any, **options: Any) -> None:
        await send(self, chunk[: len(chunk) // 2], **options)
        die()

    def half_written(file: int, data: Any) -> None:
        write(file, data[: len(data) // 2])
        die()

    StreamWriter.write = half_sent
    local.os.write = half_written


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def killed() -> None:
    @task(retries=1, retry_delay=timedelta(0))
    def victim(point: str, ti: Any) -> list[int]:
        if ti.try_number == 1:
            die_at(point)
        return [ti.try_number] * 60_000

    @task
    def read(values: list[list[int]]) -> list[int]:
        assert [len(value) for value in values] == [60_000] * len(POINTS)
        return [number for value in values for number in sorted(set(value))]

    read(victim.expand(point=POINTS))


killed()
