"""Send JSON values through a real XCom row, without a whole deployment.

:class:`Rows` is the task's side. Every hop of a real value is taken: Airflow's messages as msgpack
frames over a socket to another process (``rowserver``, the supervisor's side), from there as HTTP
requests to the execution API, into the JSON column of SQLite or PostgreSQL, and the same way back.
That costs about 15 ms a value, nearly all of it in the two HTTP requests.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

from . import env
from .processes import Processes

__all__ = ["RowError", "Rows"]


class RowError(Exception):
    """A hop refused the value: in a deployment the task would have failed after its body ran."""


class Rows:
    """One XCom row on one database, written and read as a task does it."""

    def __init__(self, database: str | None = None) -> None:
        """Prepare a row server.

        Args:
            database: The URL of a migrated database; by default a SQLite file of its own.
        """
        self._folder = env.scratch("rows")
        self._settings = env.home_settings(self._folder, database)
        self._processes = Processes(self._folder)
        self._socket, self._theirs = socket.socketpair()
        self._run_id = ""
        self._comms: Any = None

    @classmethod
    def attached(cls, connection: socket.socket, run_id: str) -> Rows:
        """Use another process's server through an inherited socket, while that one waits."""
        from airflow.sdk.execution_time.comms import CommsDecoder

        rows = cls()
        rows._run_id, rows._comms = run_id, CommsDecoder(socket=connection)
        return rows

    @property
    def connection(self) -> tuple[int, str]:
        """The socket's file descriptor and the run's id, for `attached`."""
        return self._socket.fileno(), self._run_id

    def start(self) -> None:
        """Start the server and wait for the row's task instance to run."""
        from airflow.sdk.execution_time.comms import CommsDecoder

        number = self._theirs.fileno()
        command = [sys.executable, "-m", f"{__package__}.rowserver", str(number)]
        environ = env.clean_environ(**self._settings, AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR")
        self._processes.start("rowserver", command, environ, pass_fds=[number])
        self._theirs.close()
        self._run_id = self._read_run_id()
        self._comms = CommsDecoder(socket=self._socket)

    def stop(self) -> None:
        """End the row's task, and the server with it."""
        self._socket.close()
        self._theirs.close()
        self._processes.stop()

    def through(self, value: Any) -> Any:
        """Write *value* as the row, read the row back, and return what the next task would get.

        Raises:
            RowError: A hop refused it; the server lives on.
        """
        from airflow.sdk.execution_time.comms import GetXCom

        try:
            self.push(value)
            return self._comms.send(GetXCom(key="value", **self._where)).value
        except (EOFError, OSError):
            self._processes.stop()
            print(self._processes.log("rowserver"), file=sys.stderr)
            raise
        except Exception as error:
            raise RowError(f"{type(error).__name__}: {error}"[:2000]) from error

    def push(self, value: Any, key: str = "value") -> None:
        """Write *value* as the row with that key, and wait until it is there."""
        from airflow.sdk.execution_time.comms import SetXCom

        self._comms.send(SetXCom(key=key, value=value, **self._where))

    @property
    def _where(self) -> dict[str, Any]:
        return {"dag_id": "rowserver", "run_id": self._run_id, "task_id": "serve"}

    def _read_run_id(self) -> str:
        """Read the first line that the server sends, which is the id of its run."""
        self._socket.settimeout(0.2)
        read = bytearray()

        def probe() -> str | None:
            try:
                read.extend(self._socket.recv(1000))
            except TimeoutError:
                return None
            return read.decode().strip() if read.endswith(b"\n") else None

        run_id = self._processes.wait("the row server", probe)
        self._socket.settimeout(None)
        return run_id
