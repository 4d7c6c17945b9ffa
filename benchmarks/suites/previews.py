"""What a preview costs the task that pushes it.

A table of ten columns goes to a folder, as in the suite on tables, and its entry goes through
Airflow's supervisor and HTTP into the database, as if a task pushed it: "task". "off" has no
preview. With "preview=0" (types and counts) and "preview=5" (and five rows), a thread pushes the
preview while the table is written. With "preview=5, after", the task pushes it after the table.
"preview" is the look at the table and the making of the JSON alone.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from benchmarks.running import Case, Found
from benchmarks.suites import hops

TITLE = "Previews"
METRICS = [{"key": "seconds", "title": "time", "unit": "s", "beside": "off"}]
_ROWS = {"off": None, "preview=0": 0, "preview=5": 5, "preview=5, after": 5}

services = hops.services


def cases(size: str) -> list[Case]:
    """A table that is written and pushed, and the making of its preview."""
    megabytes = {"full": (1, 100), "quick": (), "tiny": (1,)}[size]
    rounds = 9 if size == "full" else 1
    return [
        Case(
            f"{mb} MB, {part}",
            {"mb": mb, "part": part},
            contenders,
            rounds=rounds,
            least=0,
            size=mb,
        )
        for mb in megabytes
        for part, contenders in (
            ("task", tuple(_ROWS)),
            ("preview", tuple(_ROWS)[1:3]),
        )
    ]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One table that is written and pushed, or one preview that is made."""
    from dataclasses import replace

    from benchmarks.handoff import Trip, make_table
    from typedxcom import Table
    from typedxcom.contracts import Promise
    from typedxcom.preview import KEY, TableLook, make_preview
    from typedxcom.schema import schema_of

    schema: Any = schema_of(Table[Trip])
    codec: Any = Promise(Table[Trip], schema).codec
    table, rows = make_table(params["mb"]), _ROWS[contender]
    readers = [("summarize", "trips", "Table[Trip]")]
    wire = _wire()

    def previewed(look: Any) -> Any:
        return make_preview(schema, readers=readers, seen=look.seen)

    def push(look: Any) -> None:
        wire.push(previewed(look), KEY)

    def task() -> Found:
        looked, threads = None if rows is None else TableLook(rows), []

        def look(table: Any) -> Any:
            threads.append(threading.Thread(target=push, args=(looked,)))
            looked(table)  # type: ignore[misc]  # there is one
            threads[0].start()
            return table

        is_after = contender.endswith("after")
        where = replace(hops.placement(), look=looked if rows is None or is_after else look)
        before = time.perf_counter()
        entry = codec.write(table, where)
        if is_after:
            push(looked)
        for thread in threads:
            thread.join()
        wire.push(entry)
        return Found(seconds=time.perf_counter() - before)

    def preview() -> Found:
        look = TableLook(rows or 0)
        before = time.perf_counter()
        look(table)
        previewed(look)
        return Found(seconds=time.perf_counter() - before)

    return {"task": task, "preview": preview}[params["part"]]


def _wire() -> Any:
    """Airflow's hops: to the supervisor, over HTTP and into the database."""
    import socket

    from tests.harness.rows import Rows

    number, _, run_id = os.environ["BENCH_ROWS"].partition(":")
    return Rows.attached(socket.socket(fileno=os.dup(int(number))), run_id)
