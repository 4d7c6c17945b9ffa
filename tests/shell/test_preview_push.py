"""When the preview of a table is pushed: while the table is written, where Airflow allows it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import DAG
from pydantic import BaseModel

from typedxcom import Table, task
from typedxcom.airflow.running import previews
from typedxcom.contracts import contract_of
from typedxcom.preview import KEY


class Trip(BaseModel):
    id: int


class Pushes:
    """A task instance that notes what is pushed, and by which thread."""

    def __init__(self, *, fails: bool = False) -> None:
        self.made: list[tuple[str, Any, bool]] = []
        self.done = threading.Event()
        self._fails = fails

    def xcom_push(self, key: str, value: Any) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        self.made.append((key, value, is_main))
        self.done.set()
        if self._fails:
            raise OSError("s3cret")


def preview(ti: Pushes, returns: Any = Table[Trip]) -> Any:
    """The preview of what a task returns."""

    @task(preview=2, output=returns)
    def made() -> Any: ...

    with DAG("pushes", schedule=None):
        operator = made().operator
    return previews.preview_of(object(), contract_of(operator.python_callable), operator, ti)


@pytest.fixture(params=[True, False])
def threads(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether Airflow takes requests from two threads."""
    is_taken: bool = request.param
    comms = SimpleNamespace(**({"_thread_lock": threading.Lock()} if is_taken else {}))
    monkeypatch.setattr("typedxcom.airflow.private.supervisor", lambda: comms)
    return is_taken


TABLE = pa.table({"id": [1, 2, 3]})


def test_the_preview_of_a_table_is_pushed_while_the_table_is_written(threads: bool) -> None:
    """Once, by a thread that has ended when the value is pushed; else by the task, after it."""
    ti = Pushes()
    made = preview(ti)
    assert made.look(TABLE) is TABLE
    if threads:
        assert ti.done.wait(60)
    else:
        assert not ti.made
    made.push({})
    ((key, value, is_main),) = ti.made
    assert (key, is_main) == (KEY, not threads)
    assert value["rows"] == [["1"], ["2"]]
    assert made._thread is None or not made._thread.is_alive()


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("returns", [list[Table[Trip]], pa.RecordBatchReader, Table[Trip]])
def test_what_is_not_known_before_it_is_written_is_pushed_after_it(returns: Any) -> None:
    """One of several tables, and a stream, whose rows are counted while it is written."""
    ti = Pushes()
    made = preview(ti, returns)
    table = TABLE if returns == list[Table[Trip]] else TABLE.to_reader()
    looked = made.look(table)
    assert not ti.made
    if looked is not TABLE:
        looked.read_all()
    made.push({})
    ((_, value, is_main),) = ti.made
    assert is_main
    assert value["width"] == 1


def test_a_preview_that_cannot_be_pushed_fails_nothing(
    threads: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so in both cases, and quotes no value."""
    made = preview(Pushes(fails=True))
    made.look(TABLE)
    made.push({})
    made.wait()
    assert "pushes no preview: OSError" in caplog.text
    assert "s3cret" not in caplog.text
