"""A link that carries only so many bytes per second to a server, as networks do."""

from __future__ import annotations

import contextlib
import multiprocessing
import socket
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection

__all__ = ["slow_link"]

_PIECE = 2**18  # bytes
_BURST = 0.02  # seconds whose bytes may go at once


@contextlib.contextmanager
def slow_link(port: int, rate: float) -> Iterator[int]:
    """A port that leads to another one of this machine, in a process of its own.

    Args:
        port: Of the server.
        rate: Bytes per second of all connections together, to the server. Answers come at once.
    """
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs, port, rate), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(told: Connection, port: int, rate: float) -> None:
    link = _Link(rate)
    with socket.create_server(("127.0.0.1", 0)) as server:
        told.send(server.getsockname()[1])
        while True:
            client, _ = server.accept()
            upstream = socket.create_connection(("127.0.0.1", port))
            for one in (client, upstream):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, upstream, link), (upstream, client, None)):
                threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, link: _Link | None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_PIECE):
            if link is not None:
                link.wait(len(data))
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


class _Link:
    def __init__(self, rate: float) -> None:
        self._rate, self._free = rate, time.monotonic()
        self._lock = threading.Lock()

    def wait(self, count: int) -> None:
        """Until *count* bytes have gone."""
        with self._lock:
            now = time.monotonic()
            self._free = max(self._free, now - _BURST) + count / self._rate
            pause = self._free - now
        if pause > 0:
            time.sleep(pause)
