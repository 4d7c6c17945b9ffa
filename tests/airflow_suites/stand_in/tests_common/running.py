"""Running single tasks: without a database, or in this process against one."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any
from unittest import mock

__all__ = ["RunTask", "run_instance", "runtime_instance"]


def runtime_instance(
    task: Any,
    dag_id: str = "test_dag",
    run_id: str = "test_run",
    logical_date: Any = "2024-12-01T01:00:00Z",
    start_date: Any = "2024-12-01T01:00:00Z",
    run_type: str = "manual",
    try_number: int = 1,
    map_index: int | None = -1,
    upstream_map_indexes: Any = None,
    task_reschedule_count: int = 0,
    ti_id: Any = None,
    conf: Any = None,
    should_retry: bool | None = None,
    max_tries: int | None = None,
) -> Any:
    """A task instance as the worker has it, of a task that may have no DAG yet."""
    from airflow.sdk import DAG, timezone
    from airflow.sdk.api.datamodels._generated import DagRun, DagRunState, TIRunContext
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    logical_date, start_date = map(_moment, (logical_date, start_date))
    if not task.has_dag():
        task.dag = DAG(dag_id=dag_id, start_date=timezone.datetime(2024, 12, 3))
        task = task.dag.task_dict[task.task_id]
    retries = task.retries or 0
    context = TIRunContext(
        dag_run=DagRun(
            dag_id=task.dag.dag_id,
            run_id=run_id,
            logical_date=logical_date,
            data_interval_start=logical_date,
            data_interval_end=logical_date,
            start_date=start_date,
            run_type=run_type,
            run_after=logical_date,
            state=DagRunState.RUNNING,
            conf=conf,
            consumed_asset_events=[],
            end_date=None,
            partition_key=None,
        ),
        task_reschedule_count=task_reschedule_count,
        max_tries=retries if max_tries is None else max_tries,
        should_retry=try_number <= retries if should_retry is None else should_retry,
        upstream_map_indexes=upstream_map_indexes,
    )
    return RuntimeTaskInstance.model_construct(
        id=ti_id or uuid.uuid4(),
        task_id=task.task_id,
        dag_id=task.dag.dag_id,
        run_id=run_id,
        try_number=try_number,
        map_index=map_index,
        dag_version_id=uuid.uuid4(),
        task=task,
        bundle_instance=mock.MagicMock(name="bundle"),
        max_tries=context.max_tries,
        start_date=start_date,
        state="running",
        is_mapped=(map_index or -1) >= 0,
        _ti_context_from_server=context,
        _upstream_map_indexes=upstream_map_indexes,
        _rendered_map_index=None,
        sentry_integration="",
    )


def _moment(written: Any) -> Any:
    from airflow.sdk import timezone

    return timezone.parse(written) if isinstance(written, str) else written


def run_instance(ti: Any, task: Any) -> Any:
    """Run *ti* of the database in this process; raises what its body raised."""
    from airflow.sdk.definitions.dag import _run_task

    result = _run_task(ti=ti, task=task)
    if result is None:
        raise RuntimeError(f"Airflow did not run {ti.task_id}")
    if result.error is not None:
        raise result.error
    return ti


class RunTask:
    """``run_task(operator)``, then ``run_task.state`` and the like."""

    def __init__(self, comms: Any) -> None:
        self._comms = comms
        self.state: Any = None
        self.msg: Any = None
        self.error: BaseException | None = None
        self.ti: Any = None
        self.xcom = _Pushed()

    def __call__(self, task: Any, **options: Any) -> Any:
        import structlog
        from airflow.sdk.execution_time.task_runner import run

        self.ti = runtime_instance(task, **options)
        self._comms.send.side_effect = self._answer
        with self.xcom.recording():
            self.state, self.msg, self.error = run(
                self.ti, self.ti.get_template_context(), structlog.get_logger("task")
            )
        return self.ti

    def _answer(self, msg: Any = None, *_: Any, **__: Any) -> Any:
        """What the supervisor says: of XComs what was pushed, else nothing of use."""
        from airflow.sdk.execution_time.comms import GetXCom, SetXCom, XComResult

        if not isinstance(msg, GetXCom):
            return mock.DEFAULT
        sent = [call.args[0] if call.args else call.kwargs.get("msg") for call in self._sent()]
        rows = [one.value for one in sent if isinstance(one, SetXCom) and one.key == msg.key]
        return XComResult(key=msg.key, value=rows[-1] if rows else None)

    def _sent(self) -> Any:
        return self._comms.send.mock_calls


class _Pushed:
    """What was given to the XCom backend."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], Any] = {}

    def get(self, key: str, task_id: str | None = None, **_: Any) -> Any:
        found = [value for at, value in self.values.items() if at[0] == key]
        named = self.values.get((key, task_id)) if task_id else None
        return named if named is not None else (found[-1] if found else None)

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """Note what is pushed meanwhile."""
        from airflow.sdk.execution_time.xcom import XCom

        own = XCom.set

        def set_and_note(key: str, value: Any, **where: Any) -> Any:
            self.values[key, where["task_id"]] = value
            return own(key, value, **where)

        with mock.patch.object(XCom, "set", set_and_note):
            yield

    def assert_pushed(self, key: str, value: Any = None, **_: Any) -> None:
        assert self.get(key) == value
