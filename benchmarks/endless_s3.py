"""A server that speaks as much of S3 as a sweep needs, with buckets of any size in no memory.

It makes each page of a listing when it is asked for. A bucket is called ``b<count>``. Every second
object of it is an orphan, and a byte for each notes whether it was deleted.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from typedxcom.pointer import Coordinates, object_path

__all__ = ["OWNER", "RECORD", "path_of"]

OWNER = "0123456789ab"
RECORD = f".typedxcom/{OWNER}.json"
_ROOT = "xcom/"
_WHEN = "2026-01-02T03:04:05.000Z"
_PAGE = 1000
_deleted: dict[str, bytearray] = {}


def path_of(number: int) -> str:
    """The path of an object; they are in the order of their numbers."""
    at = Coordinates("shop", f"manual__{number // 100:06}", f"task_{number // 10 % 10}")
    return object_path(at, f"xxh3:{number:032x}", "json", OWNER)


class Handler(BaseHTTPRequestHandler):
    """Answers listings, and requests that delete."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A page of objects, or the uploads, of which there are none."""
        url = urlsplit(self.path)
        asked = {key: one[0] for key, one in parse_qs(url.query, keep_blank_values=True).items()}
        if "uploads" in asked:
            self._answer("<ListMultipartUploadsResult></ListMultipartUploadsResult>")
            return
        bucket = url.path.strip("/")
        after = asked.get("continuation-token") or asked.get("start-after", "")
        keys = list(_keys(bucket, asked.get("prefix", ""), after))
        is_last = len(keys) <= _PAGE
        shown = "".join(
            f"<Contents><Key>{key}</Key><LastModified>{_WHEN}</LastModified><Size>1</Size></Contents>"
            for key in keys[:_PAGE]
        )
        more = (
            "" if is_last else f"<NextContinuationToken>{keys[_PAGE - 1]}</NextContinuationToken>"
        )
        truncated = f"<IsTruncated>{'false' if is_last else 'true'}</IsTruncated>"
        self._answer(f"<ListBucketResult>{truncated}{more}{shown}</ListBucketResult>")

    def do_POST(self) -> None:
        """Delete up to 1,000 orphans. Anything else is refused."""
        bucket = urlsplit(self.path).path.strip("/")
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        keys = re.findall("<Key>([^<]*)</Key>", text)
        flags, done = _flags(bucket), []
        for key in keys[:_PAGE]:
            number = int(key.rpartition("/")[2].partition(".")[0], 16)
            if number % 2 and key == _ROOT + path_of(number):
                flags[number] = 1
                done.append(f"<Deleted><Key>{key}</Key></Deleted>")
        self._answer(f"<DeleteResult>{''.join(done)}</DeleteResult>")

    def _answer(self, text: str) -> None:
        data = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _flags(bucket: str) -> bytearray:
    return _deleted.setdefault(bucket, bytearray(int(bucket.removeprefix("b"))))


def _keys(bucket: str, prefix: str, after: str) -> Iterator[str]:
    """The keys of one page, and one more if there is one."""
    flags, left = _flags(bucket), _PAGE + 1
    if (record := _ROOT + RECORD).startswith(prefix) and record > after:
        yield record
        left -= 1
    if not _ROOT.startswith(prefix):  # a folder, of which only that of the records is asked for
        return
    low, high = 0, len(flags)
    while low < high:
        middle = (low + high) // 2
        if _ROOT + path_of(middle) > after:
            high = middle
        else:
            low = middle + 1
    for number in range(low, len(flags)):
        if not left:
            return
        if not flags[number]:
            yield _ROOT + path_of(number)
            left -= 1


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    sys.stdin.close()
    server.serve_forever()
