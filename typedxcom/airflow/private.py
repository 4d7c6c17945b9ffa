"""Every private name of Airflow that we use.

Airflow does not promise to keep these. `tests/shell/test_private.py` says what we rely on in each,
so a new release that moves one fails in one place.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from airflow.sdk import __version__ as _SDK_VERSION
from airflow.sdk.bases.decorator import Task, _TaskDecorator, get_unique_task_id
from airflow.sdk.definitions._internal.contextmanager import DagContext, TaskGroupContext
from airflow.sdk.definitions._internal.expandinput import (
    DictOfListsExpandInput,
    ListOfDictsExpandInput,
    MappedArgument,
)
from airflow.sdk.definitions._internal.mixins import ResolveMixin
from airflow.sdk.definitions._internal.types import NOTSET
from airflow.sdk.definitions.context import KNOWN_CONTEXT_KEYS as _CONTEXT_KEYS
from airflow.sdk.definitions.decorators.task_group import _TaskGroupFactory
from airflow.sdk.definitions.mappedoperator import MappedOperator, ensure_xcomarg_return_value
from airflow.sdk.definitions.param import DagParam
from airflow.sdk.definitions.xcom_arg import (
    ConcatXComArg,
    MapXComArg,
    PlainXComArg,
    ZipXComArg,
)
from airflow.sdk.definitions.xcom_arg import XComArg as AirflowXComArg

try:
    from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException
except ImportError:  # Airflow 3.1
    from airflow.exceptions import (  # type: ignore[no-redef, attr-defined]
        AirflowFailException,
        AirflowNotFoundException,
    )

try:
    from airflow.sdk.definitions._internal.loop import (  # type: ignore[import-not-found]
        LoopTaskGroup,
    )
except ImportError:  # before Airflow 3.4

    class LoopTaskGroup:  # type: ignore[no-redef]
        """A loop, of which this Airflow has none."""


__all__ = [
    "CALLBACK_KEYS",
    "INJECTED_KEYS",
    "NOTSET",
    "AirflowFailException",
    "AirflowNotFoundException",
    "AirflowXComArg",
    "ConcatXComArg",
    "DagContext",
    "DagParam",
    "DictOfListsExpandInput",
    "ListOfDictsExpandInput",
    "LoopTaskGroup",
    "MapXComArg",
    "MappedArgument",
    "MappedOperator",
    "PlainXComArg",
    "ResolveMixin",
    "Task",
    "TaskDecoratorType",
    "TaskGroupContext",
    "TaskGroupFactory",
    "ZipXComArg",
    "ensure_xcomarg_return_value",
    "get_unique_task_id",
    "is_decorated_task",
    "local_supervisor",
    "mark_class",
    "mark_mapped",
    "own_connections",
    "paths_of",
    "read_variable",
    "resume_asked",
    "sends_from_threads",
    "stats",
    "supervisor",
    "triggers_read_answers",
    "write_variable",
]

TaskDecoratorType = _TaskDecorator
TaskGroupFactory = _TaskGroupFactory

# Airflow declares these for its whole context, but a running task gets none of them: some are for
# callbacks, others it no longer fills.
CALLBACK_KEYS = _CONTEXT_KEYS & frozenset(
    {"exception", "reason", "expanded_ti_count", "start_date", "test_mode", "try_number"}
)
INJECTED_KEYS = frozenset(_CONTEXT_KEYS) - CALLBACK_KEYS


# Airflow's UI shows the tab only on tasks of this module, as `airflow/tab/plugin.py` asks it to.
# It can do so since 3.4. Before that, and in every log and trace, the module is the operator's own.
_MARK = {"_task_module": "typedxcom"}


def _sdk_version() -> tuple[int, ...]:
    return tuple(map(int, _SDK_VERSION.split(".")[:2]))


_HAS_MARK = _sdk_version() >= (1, 4)


def mark_class() -> dict[str, str]:
    """What the class of a typed task has, so that the UI knows such tasks in a serialized DAG."""
    return dict(_MARK) if _HAS_MARK else {}


def mark_mapped(operator: Any) -> None:
    """Mark a mapped task, whose operator has no instance in a serialized DAG."""
    for name, value in mark_class().items():
        setattr(operator, name, value)


def local_supervisor() -> Any:
    """The class that starts each task of ``dag.test()``; its `start` returns the task's error."""
    from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor

    return InProcessTestSupervisor


def resume_asked(what: Any, result: Any, respond: Callable[[Any], tuple[list[str], Any]]) -> None:
    """Answer what a task of ``dag.test()`` asks people, as Airflow's REST API does.

    Args:
        what: The task instance.
        result: How its start ended: in Airflow 3.3 and newer it is then to run again. Before, a
            trigger finds the answer.
        respond: Takes the request, and returns the chosen options and the fields. It is not called
            if the task asks nobody, or has its answer.
    """
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.timezone import utcnow
    from airflow.utils.session import create_session

    with create_session() as session:
        asked = _request_of(what.id, session)
        if asked is None or asked.response_received:
            return
        asked.chosen_options, asked.params_input = respond(asked)
        asked.responded_at, asked.responded_by = utcnow(), {"id": "test", "name": "test"}
        if result.state == "awaiting_input":
            from airflow.models.trigger import handle_event_submit
            from airflow.triggers.base import TriggerEvent

            instance: Any = session.get(TaskInstance, asked.ti_id)
            made: Any = TriggerEvent  # Airflow gives it no types
            event = made(asked.as_resume_event_payload())
            handle_event_submit(event, task_instance=instance, session=session)
            result.ti.state = instance.state


@contextlib.contextmanager
def triggers_read_answers() -> Iterator[None]:
    """Let the trigger that waits for people read their answer in ``dag.test()``.

    Before Airflow 3.3 only the triggerer can, and no trigger waits from then on.
    """
    if _sdk_version() >= (1, 3):
        yield
        return
    from airflow.providers.standard.triggers import hitl
    from airflow.sdk.api.datamodels._generated import HITLDetailResponse
    from airflow.utils.session import create_session

    def read(ti_id: Any) -> Any:
        with create_session() as session:
            asked = _request_of(ti_id, session)
            return HITLDetailResponse.model_validate(asked, from_attributes=True)

    name = "get_hitl_detail_content_detail"
    before = getattr(hitl, name)
    setattr(hitl, name, read)
    try:
        yield
    finally:
        setattr(hitl, name, before)


def _request_of(ti_id: Any, session: Any) -> Any:
    from airflow.models.hitl import HITLDetail

    key = HITLDetail.__table__.c.ti_id.type.python_type  # a text in Airflow 3.1
    return session.get(HITLDetail, key(str(ti_id)))


def stats() -> Any:
    """Airflow's metrics: a class with `incr` and `timing`. Imported only if somebody counts."""
    try:
        from airflow.sdk.observability.stats import Stats
    except ImportError:  # Airflow 3.1
        from airflow.stats import Stats
    return Stats


def paths_of(folder: Path, ignore_file: str, syntax: str) -> Iterator[str]:
    """The files under *folder* that no `.airflowignore` in it excludes."""
    try:
        from airflow._shared.module_loading.file_discovery import find_path_from_directory
    except ImportError:  # Airflow 3.1
        from airflow.utils.file import (  # type: ignore[no-redef]
            find_path_from_directory,
        )
    return find_path_from_directory(folder, ignore_file, syntax)


def supervisor() -> Any:
    """What answers the requests of the task that this process runs, or None if it runs none."""
    runner = sys.modules.get("airflow.sdk.execution_time.task_runner")
    return getattr(runner, "SUPERVISOR_COMMS", None)


def sends_from_threads() -> bool:
    """Whether a thread of a task may send a request while another one does. It waits its turn."""
    return hasattr(supervisor(), "_thread_lock")  # not in Airflow 3.1, nor in `dag.test()`


def read_variable(comms: Any, key: str) -> str | None:
    """A Variable of the metadata database. No secrets backend is asked, which may be slow.

    Raises:
        Exception: Airflow does not answer.
    """
    from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse, GetVariable

    try:
        answer = comms.send(GetVariable(key=key))
    except AirflowRuntimeError as error:
        answer = error.error
    if not isinstance(answer, ErrorResponse):
        return str(answer.value or "")
    if answer.error == ErrorType.VARIABLE_NOT_FOUND:
        return None
    raise AirflowRuntimeError(answer)


def write_variable(comms: Any, key: str, value: str, description: str) -> None:
    """Set a Variable in the metadata database.

    Raises:
        Exception: Airflow does not answer, or refuses.
    """
    from airflow.sdk.execution_time.comms import PutVariable

    comms.send(PutVariable(key=key, value=value, description=description))


def is_decorated_task(value: object) -> bool:
    """Whether a task decorator made *value*. Airflow has no such function before 3.2."""
    return isinstance(value, _TaskDecorator)


@contextlib.contextmanager
def own_connections() -> Iterator[None]:
    """Look for connections in the metadata database too, as Airflow's own commands do.

    Without it, a process that is no task only finds connections of the environment. Airflow's S3
    file system would then go to Amazon without credentials.
    """
    name = "_AIRFLOW_PROCESS_CONTEXT"
    before = os.environ.get(name)
    os.environ[name] = "server"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
