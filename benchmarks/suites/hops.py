"""A list of nested models goes from one task to the next, the whole way.

The whole way is: encode, Airflow's message to the supervisor, HTTP to the execution API, the JSON
column of PostgreSQL, and all of it back, with validation. "typedxcom, no store" keeps everything in
the entry, as in a deployment without a store. We measure wall time. For a small value, nearly all
of it is HTTP and database.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks.forms import form_of
from benchmarks.running import Case, Found, Services

TITLE = "Models: from task to task"
METRICS = [
    {"key": "seconds", "title": "time", "unit": "s", "beside": "stock"},
    {"key": "cpu", "title": "CPU in the task", "unit": "s", "beside": "stock"},
    {"key": "row", "title": "entry", "unit": "B"},
]
ORDER = 330  # bytes of JSON of one order
_CONTENDERS = ("stock", "pydantic", "typedxcom", "typedxcom, no store", "typedxcom, Struct")


def cases(size: str) -> list[Case]:
    """Lists from one kilobyte to ten megabytes."""
    kilobytes = {"full": (1, 10, 30, 100, 300, 1_000, 10_000), "quick": (1, 100), "tiny": (1,)}[
        size
    ]
    return [
        Case(
            f"{kb:,} kB" if kb < 1000 else f"{kb // 1000} MB",
            {"count": max(1, kb * 1000 // ORDER)},
            _CONTENDERS,
            rounds={"full": 9 if kb < 1000 else 5, "quick": 1, "tiny": 1}[size],
            least=0.3 if size == "full" else 0,
            size=kb * 1000,
        )
        for kb in kilobytes
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """One row server, on PostgreSQL where it is installed, which the contenders use in turn."""
    from tests.harness import env
    from tests.harness.postgres import Postgres, find_postgres
    from tests.harness.rows import Rows

    with contextlib.ExitStack() as stack:
        env.prepare()
        binaries = None if size == "tiny" else find_postgres()
        database = None
        if binaries is not None:
            postgres = Postgres(binaries)
            stack.callback(postgres.stop)
            postgres.start()
            database = postgres.airflow_database("hops")
        rows = Rows(database)
        stack.callback(rows.stop)
        rows.start()
        number, run_id = rows.connection
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environ = {"BENCH_ROWS": f"{number}:{run_id}", "BENCH_STORE": folder}
        yield Services(environ, (number,))


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One value written and read."""
    has_store = contender.startswith("typedxcom") and "no store" not in contender
    placed = placement() if has_store else None
    return trip(contender.partition(", no")[0], params["count"], placed)


def trip(contender: str, count: int, placed: Any, **settings: int) -> Callable[[], Found]:
    """A list of *count* orders through every hop, under *settings* of typedxcom."""
    from tests.harness.rows import Rows

    number, _, run_id = os.environ["BENCH_ROWS"].partition(":")
    rows = Rows.attached(socket.socket(fileno=os.dup(int(number))), run_id)
    form = form_of(contender, "nested", count, placed, **settings)
    length = len(json.dumps(form.write(form.value)))

    def run() -> Found:
        form.read(rows.through(form.write(form.value)))
        return Found(row=length)

    return run


def placement() -> Any:
    """Where the contender with a store puts what is large: a folder."""
    from typedxcom.pointer import Coordinates
    from typedxcom.stored.access import Placement, Stores
    from typedxcom.stores import LocalStore

    store = LocalStore(os.environ["BENCH_STORE"], name="default")
    where = Coordinates("shop", "manual__2026", "extract", -1, "return_value")
    return Placement(Stores(lambda name: store), where, "default")
