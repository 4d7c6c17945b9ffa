"""A tiny language for `@task.stub`: a program that knows Airflow's protocol for tasks, and no SDK.

Airflow starts it by the coordinator below, as it starts Java or Go. The program adds up what the
JSON of its upstream task holds.
"""

from __future__ import annotations

import sys
from typing import Any


def coordinator() -> Any:
    """What the setting ``[sdk] coordinators`` names."""
    from airflow.sdk.coordinators._subprocess import SubprocessCoordinator

    class Tiny(SubprocessCoordinator):
        def _build_execute_task_command(self, **_: Any) -> tuple[list[str], str | None]:
            return [sys.executable, "-I", __file__], None

    return Tiny(task_startup_timeout=60)


def main() -> None:
    """Run one task: read the XCom of its upstream, push a price, and say that it succeeded."""
    import socket
    from datetime import datetime, timezone

    import msgspec.msgpack

    addresses = dict(one.removeprefix("--").split("=") for one in sys.argv[1:])
    comm, _logs = (
        socket.create_connection(tuple(addresses[name].rsplit(":", 1))) for name in ("comm", "logs")
    )

    def receive() -> Any:
        size = int.from_bytes(comm.recv(4, socket.MSG_WAITALL), "big")
        return msgspec.msgpack.decode(comm.recv(size, socket.MSG_WAITALL))[1]

    def send(kind: str, **body: Any) -> None:
        frame = msgspec.msgpack.encode([0, {"type": kind, **body}])
        comm.sendall(len(frame).to_bytes(4, "big") + frame)

    ti = receive()["ti"]
    here = {"dag_id": ti["dag_id"], "run_id": ti["run_id"], "key": "return_value"}
    send("GetXCom", **here, task_id="order")
    order = receive()["value"]
    price = {"total": len(order["lines"]) * 1.5, "for": order["id"]}
    send("SetXCom", **here, task_id=ti["task_id"], map_index=-1, value=price)
    receive()
    now = datetime.now(timezone.utc).isoformat()
    send("SucceedTask", end_date=now, task_outlets=[], outlet_events=[])


if __name__ == "__main__":
    main()
