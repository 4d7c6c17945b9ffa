"""The fixtures of Airflow's test helpers that the TaskFlow tests ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from tests_common.running import RunTask, runtime_instance


@pytest.fixture
def session() -> Iterator[Any]:
    """A database session."""
    from airflow.utils.session import create_session

    with create_session() as made:
        yield made
        made.rollback()


@pytest.fixture
def mock_supervisor_comms() -> Iterator[Any]:
    """The way to the supervisor, which answers nothing."""
    from airflow.sdk.execution_time.comms import CommsDecoder

    # With its signatures: a message is the same by position and by keyword.
    comms = mock.create_autospec(CommsDecoder, instance=True)
    with mock.patch("airflow.sdk.execution_time.task_runner.SUPERVISOR_COMMS", comms, create=True):
        yield comms


@pytest.fixture
def mock_xcom_backend() -> Iterator[Any]:
    """The XCom backend, which does nothing."""
    with mock.patch("airflow.sdk.execution_time.task_runner.XCom", create=True) as backend:
        yield backend


@pytest.fixture
def create_runtime_ti() -> Any:
    """Makes task instances as the worker has them."""
    return runtime_instance


@pytest.fixture
def run_task(mock_supervisor_comms: Any) -> RunTask:
    """Runs an operator without a database."""
    return RunTask(mock_supervisor_comms)


@pytest.fixture
def dag_maker(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes DAGs with real rows, and runs their tasks in this process."""
    from airflow.models.taskinstance import TaskInstance

    from tests_common.dag_maker import DagMaker
    from tests_common.test_utils.db import clear_db_dags, clear_db_runs

    if "kubernetes" in request.module.__name__:  # its tests execute operators by hand, which push
        request.getfixturevalue("mock_supervisor_comms")
    made = DagMaker(request.module)

    def run(ti: Any, **_: Any) -> Any:
        return made.run_ti(ti.task_id, made.dag_run, map_index=ti.map_index)

    with mock.patch.object(TaskInstance, "run", run, create=True):
        yield made
    made.close()
    clear_db_runs()
    clear_db_dags()


@pytest.fixture
def create_task_instance_of_operator() -> Any:
    """Asked for by a base class whose users here never call it."""

    def make(*_: Any, **__: Any) -> Any:
        raise NotImplementedError

    return make


@pytest.fixture
def reset_logging_config() -> None:
    """Each run has a process of its own."""


@pytest.fixture
def testing_dag_bundle() -> None:
    """The bundle is made with the DAG."""


@pytest.fixture
def cap_structlog() -> Iterator[Any]:
    """The entries of structlog's log."""
    import structlog
    from structlog.testing import LogCapture

    class Captured(LogCapture):
        def __contains__(self, wanted: Any) -> bool:
            if isinstance(wanted, dict):
                return any(wanted.items() <= entry.items() for entry in self.entries)
            return any(wanted in str(entry.get("event")) for entry in self.entries)

        @property
        def text(self) -> str:
            return "\n".join(str(entry.get("event")) for entry in self.entries)

    before = structlog.get_config()["processors"]
    captured = Captured()
    before_all = list(before)
    before[:] = [captured]
    yield captured
    before[:] = before_all


class _BothLogs(pytest.LogCaptureFixture):
    """pytest's own capture, and structlog's beside it."""

    structured: Any = None

    @property
    def text(self) -> str:
        return super().text + self.structured.text

    def __contains__(self, wanted: Any) -> bool:
        return wanted in self.structured or (isinstance(wanted, str) and wanted in super().text)


@pytest.fixture
def caplog(request: pytest.FixtureRequest, cap_structlog: Any) -> Iterator[Any]:
    """Airflow logs by structlog."""
    made = _BothLogs(request.node, _ispytest=True)
    made.structured = cap_structlog
    yield made
    made._finalize()
