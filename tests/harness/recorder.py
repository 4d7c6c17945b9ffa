"""What tasks did while they ran in this process: their errors, their logs, their tries.

``dag.test()`` throws all of it away. Every Airflow from 3.0 to 3.4 starts a task of ``dag.test()``
through ``InProcessTestSupervisor.start``, so that is where we listen.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import structlog

__all__ = ["Attempt", "Recorder", "label", "recording"]

_SKIPPED = {
    "timestamp",
    "level",
    "event",
    "logger",
    "exception",
    "exc_info",
    "filename",
    "lineno",
    "loc",
}


def label(task_id: str, map_index: int = -1) -> str:
    """Name a task instance as its log and our results do: ``load`` or ``load[2]``."""
    return task_id if map_index < 0 else f"{task_id}[{map_index}]"


@dataclass
class Attempt:
    """One try of one task instance, or one of its resumptions."""

    label: str
    state: str = "unknown"
    error: BaseException | None = None
    lines: list[str] = field(default_factory=list)


@dataclass(eq=False)
class Recorder(logging.Handler):
    """The attempts of one run, in order; each collects what is logged while it is the latest."""

    attempts: list[Attempt] = field(default_factory=list)
    running: bool = False

    def __post_init__(self) -> None:
        logging.Handler.__init__(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record of the standard library's logging."""
        self._keep(f"[{record.levelname.lower()}] {logging.Formatter().format(record)}")

    def __call__(self, logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
        """Keep an event of structlog and pass it on to the renderer behind us."""
        self._keep(_text(method, event))
        return event

    def _keep(self, line: str) -> None:
        if self.running:
            self.attempts[-1].lines.append(line)


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    """Record every task that runs in this process inside the block."""
    from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor

    recorder = Recorder()
    original: Any = InProcessTestSupervisor.start

    def start(cls: type, /, *, what: Any, task: Any, **options: Any) -> Any:
        attempt = Attempt(label(what.task_id, what.map_index))
        recorder.attempts.append(attempt)
        recorder.running = True
        try:
            result = original(what=what, task=task, **options)
        except BaseException as error:
            attempt.error = error
            raise
        else:
            attempt.state, attempt.error = (
                str(getattr(result.state, "value", result.state)),
                result.error,
            )
            return result
        finally:
            recorder.running = False

    replacement: Any = classmethod(start)
    with mock.patch.object(InProcessTestSupervisor, "start", replacement), _listening(recorder):
        yield recorder


@contextlib.contextmanager
def _listening(recorder: Recorder) -> Iterator[None]:
    """Hang *recorder* into both logging systems, in place: loggers in use keep their list."""
    processors, root = structlog.get_config()["processors"], logging.getLogger()
    processors.insert(len(processors) - 1, recorder)
    root.addHandler(recorder)
    try:
        yield
    finally:
        root.removeHandler(recorder)
        processors.remove(recorder)


def _text(method: str, event: Mapping[str, Any]) -> str:
    """Write a structlog event as one line, then its exception."""
    extra = "".join(f" {name}={value!r}" for name, value in event.items() if name not in _SKIPPED)
    return f"[{event.get('level', method)}] {event.get('event', '')}{extra}{_traceback(event)}"


def _traceback(event: Mapping[str, Any]) -> str:
    """Return the exception of an event, whole; ``exc_info`` may also be True or a tuple."""
    error = event.get("exc_info")
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        return "\n" + "".join(traceback.format_exception(error))
    return f"\n{event['exception']}" if event.get("exception") else ""
