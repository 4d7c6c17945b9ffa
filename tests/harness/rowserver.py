"""The other end of ``rows``: a task whose body serves its own supervisor to another process.

It runs as ``python -m …rowserver <socket>`` with the settings of one Airflow home. Inside a task of
``dag.test()`` Airflow has set up everything that a message needs: the task instance that runs, its
identity, the execution API and its client. So the body only carries frames to and fro.
"""

from __future__ import annotations

import functools
import socket
import sys
from typing import Any

import msgspec
from pydantic import TypeAdapter

from .dagtest import run_dag


def main(connection: socket.socket) -> None:
    """Run the DAG until the other end closes *connection*."""
    from airflow.sdk import dag, task

    @dag(schedule=None)
    def rowserver() -> None:
        @task
        def serve(run_id: str | None = None) -> None:
            connection.sendall(f"{run_id}\n".encode())
            _serve(connection)

        serve()

    result = run_dag(rowserver())
    if result.state != "success":
        raise SystemExit(f"{result}\n{result.log('serve')}")


def _serve(connection: socket.socket) -> None:
    """Answer each request frame with a response frame."""
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import _RequestFrame

    supervisor = task_runner.SUPERVISOR_COMMS
    requests = msgspec.msgpack.Decoder(_RequestFrame)
    with connection.makefile("rb") as stream:
        while header := stream.read(4):
            request = requests.decode(stream.read(int.from_bytes(header, "big")))
            connection.sendall(_answer(supervisor, request))


def _answer(supervisor: Any, request: Any) -> bytes:
    """Let the supervisor handle one request; a failure becomes the error that the task raises."""
    from airflow.sdk.execution_time.comms import _ResponseFrame

    try:
        answer = supervisor.send(_messages().validate_python(request.body))
        body = None if answer is None else answer.model_dump()
        return bytes(_ResponseFrame(id=request.id, body=body).as_bytes())
    except Exception as error:
        return bytes(_ResponseFrame(id=request.id, error=_refusal(error)).as_bytes())


@functools.cache
def _messages() -> TypeAdapter[Any]:
    """Return the validator of everything that a task may send."""
    from airflow.sdk.execution_time.comms import ToSupervisor

    return TypeAdapter(ToSupervisor)


def _refusal(error: Exception) -> dict[str, Any]:
    """Describe *error* as the supervisor does, so that the task's side raises it."""
    detail = {"message": f"{type(error).__name__}: {error}"[:2000]}
    return {"error": "API_SERVER_ERROR", "detail": detail, "type": "ErrorResponse"}


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
