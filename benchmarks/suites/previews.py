"""What a preview costs the task that pushes it.

A table of ten columns goes to a folder, as in the suite on tables: with no preview ("off"), with
types and counts ("preview=0"), and with five rows ("preview=5"). "write" is the whole write.
"preview" is what comes on top of it in the task: the look at the table, and the making of the JSON.
"request" sends that through Airflow's supervisor, HTTP and the database, and back. The task pays
about half of that, and it is the same for every table.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from benchmarks.running import Case, Found
from benchmarks.suites import hops

TITLE = "Previews"
METRICS = [{"key": "seconds", "title": "time", "unit": "s"}]
_ROWS = {"off": None, "preview=0": 0, "preview=5": 5}

services = hops.services


def cases(size: str) -> list[Case]:
    """The write of a table, what a preview adds to it, and its request."""
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
            ("write", tuple(_ROWS)),
            ("preview", tuple(_ROWS)[1:]),
            ("request", tuple(_ROWS)[2:]),
        )
    ]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One write, one preview or one request."""
    from dataclasses import replace

    from benchmarks.handoff import Trip, make_table
    from typedxcom import Table
    from typedxcom.contracts import Promise
    from typedxcom.preview import TableLook, make_preview
    from typedxcom.schema import schema_of

    schema: Any = schema_of(Table[Trip])
    codec: Any = Promise(Table[Trip], schema).codec
    table, rows = make_table(params["mb"]), _ROWS[contender]
    readers = [("summarize", "trips", "Table[Trip]")]

    def previewed(look: Any) -> Any:
        return make_preview(schema, readers=readers, seen=look.seen)

    def write() -> Found:
        look = None if rows is None else TableLook(rows)
        where = replace(hops.placement(), look=look)
        before = time.perf_counter()
        codec.write(table, where)
        if look is not None:
            previewed(look)
        return Found(seconds=time.perf_counter() - before)

    def preview() -> Found:
        look = TableLook(rows or 0)
        before = time.perf_counter()
        look(table)
        previewed(look)
        return Found(seconds=time.perf_counter() - before)

    def request() -> Found:
        look = TableLook(rows or 0)
        look(table)
        made, wire = previewed(look), _wire()
        before = time.perf_counter()
        wire.through(made)
        return Found(seconds=time.perf_counter() - before)

    return {"write": write, "preview": preview, "request": request}[params["part"]]


def _wire() -> Any:
    """Airflow's hops: there and back, of which a task pays the first half."""
    import socket

    from tests.harness.rows import Rows

    number, _, run_id = os.environ["BENCH_ROWS"].partition(":")
    return Rows.attached(socket.socket(fileno=os.dup(int(number))), run_id)
