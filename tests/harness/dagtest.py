"""Run a DAG in this process, on SQLite, with ``dag.test()``; then look at everything it left.

The DAG may be defined in a test function, or come from source text::

    result = run_dag(dag)                      # or run_dag(dag, run_conf={...}, logical_date=...)
    assert result.state == "success", result   # dag.test() itself never raises
    result.states                              # {"extract": "success", "load[0]": "failed"}
    result.tries                               # {"extract": 1, "load[0]": 2}
    result.xcom("extract")                     # the JSON row as it lies in the database
    result.xcom("load", "rows", map_index=0)   # KeyError where there is no such row
    result.rows()                              # every row: {("extract", -1, "return_value"): ...}
    result.rendered("load")                    # the rendered template fields of the database
    result.error("load")                       # the exception of the last try; KeyError if none
    result.errors                              # {"load[0]": exception}, last try of each
    result.log("load")                         # the log text of all tries; map_index=0 for one
    dag = load_dag(source)                     # source text or a path, parsed as Airflow parses it
    dags = load_dags(source)                   # {dag_id: dag}; DagImportError with the traceback

``dag.test()`` needs the DAG in the database, whatever ``DAGS_FOLDER`` covers, so :func:`run_dag`
puts it there itself. Retries follow at once: a run would otherwise wait five minutes for each.
There is no msgpack, no socket and no worker process here: see ``rows`` and ``stack`` for those.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import hashlib
import importlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import env
from .recorder import Attempt, label, recording

if TYPE_CHECKING:
    from airflow.sdk import DAG

__all__ = ["DagImportError", "DagResult", "load_dag", "load_dags", "run_dag", "warnings_of"]


class DagImportError(Exception):
    """Airflow could not import the DAG file; the text is what its UI would show."""


@dataclass(frozen=True)
class DagResult:
    """What one run left behind. Its repr tells enough for a failing assertion."""

    dag_id: str
    run_id: str
    state: str
    states: dict[str, str | None]
    tries: dict[str, int]
    attempts: list[Attempt] = field(repr=False)

    def __str__(self) -> str:
        errors = "".join(f"\n{name}: {error!r}" for name, error in self.errors.items())
        return f"{self.dag_id} {self.run_id} {self.state} {self.states}{errors}"

    @property
    def errors(self) -> dict[str, BaseException]:
        """The exception that the last try of each task instance ended with, if it did."""
        last = {attempt.label: attempt.error for attempt in self.attempts}
        return {name: error for name, error in last.items() if error is not None}

    def error(self, task_id: str, map_index: int = -1) -> BaseException:
        """Return the exception of one task instance's last try."""
        return self.errors[label(task_id, map_index)]

    def log(self, task_id: str, map_index: int = -1) -> str:
        """Return what was logged while one task instance ran, all its tries in order."""
        name = label(task_id, map_index)
        return "\n".join(
            line for attempt in self.attempts if attempt.label == name for line in attempt.lines
        )

    def rows(self) -> dict[tuple[str, int, str], Any]:
        """Return every XCom row of the run, as (task id, map index, key) to its JSON."""
        found = _rows(self, "xcom_v2", "xcom", columns=("key", "value"))
        return {(task_id, index, key): value for task_id, index, key, value in found}

    def xcom(self, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """Return the JSON of one XCom row."""
        return self.rows()[task_id, map_index, key]

    def rendered(self, task_id: str, map_index: int = -1) -> dict[str, Any]:
        """Return the rendered template fields of one task instance, as the UI shows them."""
        names = ("rtif_v2", "rendered_task_instance_fields")
        found = _rows(self, *names, columns=("rendered_fields",))
        fields: dict[tuple[str, int], dict[str, Any]] = {(row[0], row[1]): row[2] for row in found}
        return fields[task_id, map_index]


def run_dag(dag: DAG, *, run_conf: dict[str, Any] | None = None, **options: Any) -> DagResult:
    """Run *dag* to its end in this process.

    Args:
        dag: A DAG of ``airflow.sdk``, from anywhere.
        run_conf: The configuration of the run.
        options: Further arguments of ``dag.test()``, such as ``logical_date``.
    """
    with _quiet():
        _ready()
        _retry_at_once(dag)
        _register(dag)
        with recording() as recorder:
            run = dag.test(run_conf=run_conf, **options)
        instances = _instances(run)
    return DagResult(
        dag_id=dag.dag_id,
        run_id=run.run_id,
        state=_text(run.state) or "",
        states={label(ti.task_id, ti.map_index): _text(ti.state) for ti in instances},
        tries={label(ti.task_id, ti.map_index): ti.try_number for ti in instances},
        attempts=recorder.attempts,
    )


def load_dags(source: str | Path) -> dict[str, DAG]:
    """Parse a DAG file as Airflow's DAG processor does, cluster policies included.

    Args:
        source: The file's path, or its text.

    Raises:
        DagImportError: The file has an import error.
    """
    with _quiet():
        _ready()
        path = source if isinstance(source, Path) else _write_source(source)
        bag = _bags().DagBag(path, safe_mode=False)
    if bag.import_errors:
        raise DagImportError("\n".join(bag.import_errors.values()))
    return dict(bag.dags)


def warnings_of(source: str | Path) -> list[str]:
    """What Airflow's DAG processor records as warnings of a DAG file, with file and line."""
    with _quiet():
        _ready()
        path = source if isinstance(source, Path) else _write_source(source)
        bag = _bags().DagBag(path, safe_mode=False)
    assert not bag.import_errors
    return [text for texts in bag.captured_warnings.values() for text in texts]


def load_dag(source: str | Path) -> DAG:
    """Parse a DAG file that defines exactly one DAG."""
    (dag,) = load_dags(source).values()
    return dag


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Ignore the warnings of Airflow and its libraries; ours and the DAG's remain errors."""
    with warnings.catch_warnings():
        # The name that a warning is attributed to does not start with one of these.
        warnings.filterwarnings("ignore", module=r"(?!typedxcom|tests\b|unusual_prefix_)")
        yield


@functools.cache
def _ready() -> None:
    """Make the database; build the API app once per process, which 3.0 to 3.2 do for every task."""
    env.migrate()
    from airflow.sdk.execution_time import supervisor

    if not hasattr(supervisor.in_process_api_server, "cache_info"):
        supervisor.in_process_api_server = functools.cache(supervisor.in_process_api_server)
    atexit.register(_close_async_connections)


def _close_async_connections() -> None:
    """Close what 3.4 leaves in its pool, which complains when Airflow's own exit does it."""
    from airflow import settings

    if settings.async_engine is not None:
        asyncio.run(settings.async_engine.dispose())


def _write_source(text: str) -> Path:
    """Keep *text* as a file: the name follows the text, since Airflow caches modules by name."""
    path = env.home() / "sources" / f"dag_{hashlib.sha256(text.encode()).hexdigest()[:12]}.py"
    path.write_text(text, encoding="utf-8")
    return path


def _bags() -> Any:
    """Return Airflow's module of DAG bags, which moved in 3.2."""
    try:
        return importlib.import_module("airflow.dag_processing.dagbag")
    except ImportError:
        return importlib.import_module("airflow.models.dagbag")


def _retry_at_once(dag: DAG) -> None:
    """Take the delay out of every retry."""
    for task in dag.tasks:
        if hasattr(task, "partial_kwargs"):
            task.partial_kwargs["retry_delay"] = timedelta(0)
        else:
            task.retry_delay = timedelta(0)


def _register(dag: DAG) -> None:
    """Write *dag* to the database as the DAG processor would, so that its tasks have a version."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.models.dag_version import DagVersion

    DagBundlesManager().sync_bundles_to_db()  # type: ignore[no-untyped-call]
    bag = _bags().DagBag(env.home() / "dags")
    bag.dags[dag.dag_id] = dag
    _bags().sync_bag_to_db(bag, "dags-folder", None)
    if DagVersion.get_latest_version(dag.dag_id) is None:
        msg = f"Airflow could not serialize {dag.dag_id}: {bag.import_errors}"
        raise DagImportError(msg)


def _instances(run: Any) -> list[Any]:
    """Return the task instances of a run as the database has them now."""
    from airflow.utils.session import create_session

    with create_session() as session:
        return list(run.get_task_instances(session=session))


def _text(state: Any) -> str | None:
    """Return a state as its word."""
    return None if state is None else str(getattr(state, "value", state))


def _rows(result: DagResult, *names: str, columns: tuple[str, ...]) -> list[Any]:
    """Return (task id, map index, *columns*) of one run from the first table of *names* there is.

    Before Airflow 3.4 these tables carry the names of the task, from 3.4 on the id of its try: the
    ORM, not the bare table, then selects the last try.
    """
    from airflow.models.base import Base
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    tables = Base.metadata.tables
    table = next(tables[name] for name in names if name in tables)
    keyed = "task_instance_id" in table.c
    owner = TaskInstance if keyed else table.c
    chosen = select(owner.task_id, owner.map_index, *(table.c[name] for name in columns))
    if keyed:
        chosen = chosen.join_from(TaskInstance, table, table.c.task_instance_id == TaskInstance.id)
    chosen = chosen.where(owner.dag_id == result.dag_id, owner.run_id == result.run_id)
    with create_session() as session:
        return list(session.execute(chosen).all())
