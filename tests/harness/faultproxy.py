"""A proxy in front of an object store that fails on demand, as networks and gateways do.

::

    with FaultProxy(ceph.port) as proxy:
        proxy.fail("PUT", "unavailable", times=2)     # then it passes requests on again
        ...                                           # a client talks to proxy.url
        proxy.fail("GET", "flipped")                  # for ever

Every request is passed on as it is, the ``Host`` that was signed included, so the store behind it
checks signatures as it always does.
"""

from __future__ import annotations

import http.client
import math
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from typing_extensions import Self

__all__ = ["FAULTS", "FaultProxy"]

FAULTS = {
    "unavailable": "503, and the store sees nothing",
    "reset": "the connection is reset, and the store sees nothing",
    "cut": "half of the request's body arrives, then the connection is reset",
    "lost": "the store did it, and its answer is lost",
    "hang": "the request is accepted, and never answered",
    "truncated": "the body ends before its declared length",
    "short": "half of the body, with a length that says so",
    "flipped": "one bit of the body is another one",
}


class FaultProxy:
    """A running proxy.

    Attributes:
        url: Where clients go.
        met: The faults that requests have met so far, in order.
    """

    def __init__(self, upstream: int) -> None:
        """Begin to listen.

        Args:
            upstream: The loopback port of the store.
        """
        self.upstream = upstream
        self.met: list[str] = []
        self.release = threading.Event()
        self._rule: tuple[str, str, float] = ("", "", 0)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, method: str, fault: str, times: float = math.inf) -> None:
        """Let the next requests of *method* meet *fault*, one of `FAULTS`."""
        if fault not in FAULTS:
            raise ValueError(fault)
        self._rule = (method, fault, times)

    def pass_on(self) -> None:
        """Meet no fault any more."""
        self._rule = ("", "", 0)

    def next_fault(self, method: str) -> str:
        """The fault for a request, or an empty text."""
        with self._lock:
            wanted, fault, left = self._rule
            if method != wanted or left <= 0:
                return ""
            self._rule = (wanted, fault, left - 1)
            self.met.append(fault)
            return fault

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: FaultProxy


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError, http.client.HTTPException):
            self.close_connection = True

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.proxy.next_fault(self.command)
        if fault == "unavailable":
            self._answer(503, [], b"<Error><Code>SlowDown</Code></Error>")
        elif fault == "reset":
            self._reset()
        elif fault == "hang":
            self.server.proxy.release.wait()
            self.close_connection = True
        elif fault == "cut":
            self._forward(body[: len(body) // 2], is_whole=False)
            self._reset()
        else:
            status, headers, answer = self._forward(body)
            self._pass_back(status, headers, answer, fault)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _serve

    def _pass_back(
        self, status: int, headers: list[tuple[str, str]], body: bytes, fault: str
    ) -> None:
        if fault == "lost":
            self._reset()
        elif fault == "truncated" and body:
            self._answer(status, headers, body[: len(body) // 2], length=len(body))
            self.close_connection = True
        elif fault == "short":
            self._answer(status, headers, body[: len(body) // 2])
        elif fault == "flipped" and body:
            changed = bytearray(body)
            changed[len(body) // 2] ^= 1
            self._answer(status, headers, bytes(changed))
        else:
            length = next(
                (int(text) for name, text in headers if name.lower() == "content-length"), None
            )
            self._answer(status, headers, body, length=length)

    def _forward(
        self, body: bytes, *, is_whole: bool = True
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Pass the request on, and give the answer; none where its body is not whole."""
        store = http.client.HTTPConnection("127.0.0.1", self.server.proxy.upstream, timeout=60)
        try:
            store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, text in self.headers.items():
                if name.lower() not in ("connection", "expect"):
                    store.putheader(name, text)
            store.endheaders(body)
            if not is_whole:
                return 0, [], b""
            answer = store.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            store.close()

    def _answer(
        self,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
        length: int | None = None,
    ) -> None:
        self.send_response_only(status)
        for name, text in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, text)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *args: object) -> None:
        pass
