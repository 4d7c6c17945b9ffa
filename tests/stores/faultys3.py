"""A small S3 server on the loopback that fails on demand, as networks and gateways do."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from typedxcom.stores import ObjectStore, Patience

EMPTY_LIST = (
    b"<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>"
)


class FaultyS3:
    """Objects in a dict; *fault* may answer a request in place of the server.

    Attributes:
        objects: What is stored, by ``bucket/key``.
        fault: Called with each request's handler; True means that it has dealt with it.
        log: Method and path of every request.
        held: How many requests are waiting in `hold` at this moment.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.fault: Callable[[Handler], bool] = lambda handler: False
        self.log: list[str] = []
        self.held = 0
        self.release = threading.Event()

    def hold(self, handler: Handler) -> bool:
        """Accept a request and never answer it."""
        self.held += 1
        self.release.wait()
        self.held -= 1
        handler.close_connection = True
        return True

    def times(self, count: int, method: str, fault: Callable[[Handler], bool]) -> None:
        """Let the next *count* requests of *method* meet *fault*."""
        left = [count]

        def maybe(handler: Handler) -> bool:
            if handler.command == method and left[0]:
                left[0] -= 1
                return fault(handler)
            return False

        self.fault = maybe


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a few bytes after the headers take 40 ms
    server: Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def answer(self, status: int, body: bytes = b"", **headers: str) -> bool:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", headers.get("length") or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return True

    def reset(self) -> bool:
        """Drop the connection without an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        return True

    def unavailable(self) -> bool:
        body = b"<Error><Code>ServiceUnavailable</Code><Message>later</Message></Error>"
        return self.answer(503, body)

    def _serve(self) -> None:
        self.name = unquote(self.path.partition("?")[0]).strip("/")
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        s3 = self.server.s3
        s3.log.append(f"{self.command} {self.name}")
        if not s3.fault(self):
            getattr(self, f"serve_{self.command.lower()}")(s3.objects)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _serve

    def serve_put(self, objects: dict[str, bytes]) -> None:
        objects[self.name] = self._unchunked()
        self.answer(200, ETag='"0"')

    def _unchunked(self) -> bytes:
        """The body, out of the chunks of a client that signs or sums each of them."""
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return self.body
        whole, rest = b"", self.body
        while rest:
            head, _, rest = rest.partition(b"\r\n")
            size = int(head.partition(b";")[0], 16)
            whole += rest[:size]
            rest = rest[size + 2 :] if size else b""
        return whole

    def serve_delete(self, objects: dict[str, bytes]) -> None:
        objects.pop(self.name, None)
        self.answer(204)

    def serve_get(self, objects: dict[str, bytes]) -> None:
        if "list-type" in self.path:
            self.answer(200, EMPTY_LIST)
            return
        data = objects.get(self.name)
        if data is None:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
            return
        self.answer(*self._part(data), Last_Modified=formatdate(0, usegmt=True), ETag='"0"')

    serve_head = serve_get

    def _part(self, data: bytes) -> tuple[int, bytes]:
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not wanted:
            return 200, data
        start, last = int(wanted[1]), int(wanted[2])
        return 206, data[start : last + 1]

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    s3: FaultyS3


@contextmanager
def serving() -> Iterator[tuple[FaultyS3, str]]:
    """A running server and its URL."""
    server = Server(("127.0.0.1", 0), Handler)
    server.s3 = FaultyS3()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.s3, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.s3.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


def store_on(faulty: Any, patience: Patience) -> ObjectStore:
    """A store on that server, whose client does not try again on its own."""
    import s3fs

    def make() -> Any:
        return s3fs.S3FileSystem(
            key="AKIAKEY",
            secret="very-secret",
            endpoint_url=faulty.url,
            skip_instance_cache=True,
            config_kwargs={
                "retries": {"total_max_attempts": 1, "mode": "standard"},
                "s3": {"addressing_style": "path"},
            },
        )

    url = "s3://AKIAKEY:very-secret@bucket/root?token=very-secret"
    return ObjectStore(make, "bucket/root", name="s3", url=url, patience=patience)
