"""Deletes objects of Google Cloud Storage and Azure, each only if it is still as it was listed.

Both servers take a condition with a deletion. A listing gives what the condition needs: the
generation of an object, or its ETag, which is another one after each write. So one listing serves
for all objects of a run, and nothing that is written between the look and the deletion is lost.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from typedxcom.stores.base import DELETERS

__all__ = ["Conditional", "conditional_of"]

Call: TypeAlias = "Callable[..., Any]"
_GONE, _CHANGED = 404, 412
_DELETE = "delete_blob"  # what Azure calls objects
_BOUNDARY = "typedxcom=7f3b1c"
_PART = """--{boundary}
Content-Type: application/http
Content-Transfer-Encoding: binary
Content-ID: <typedxcom+{number}>

DELETE /storage/v1/b/{bucket}/o/{key}?ifGenerationMatch={mark} HTTP/1.1
Content-Type: application/json
accept: application/json
content-length: 0

"""


class Conditional:
    """The requests of one kind of server.

    Attributes:
        limit: Objects that one call deletes.
        mark: What a listing calls that which changes with each write.
    """

    limit: int
    mark: str

    def delete(self, call: Call, bucket: str, marks: Mapping[str, str]) -> list[int]:
        """Delete keys that still have their marks; for each the status that the server gave.

        Args:
            call: Calls a method of the file system, once.
            bucket: Or container.
            marks: By key.
        """
        raise NotImplementedError

    def states(self, codes: Sequence[int]) -> list[bool | str]:
        """Whether each was deleted, or the server's code for why not."""
        return [
            code not in (_GONE, _CHANGED) if code in (200, 202, 204, _GONE, _CHANGED) else str(code)
            for code in codes
        ]


class Google(Conditional):
    """100 deletions in one request, each with the generation that it is for."""

    limit, mark = 100, "generation"

    def delete(self, call: Call, bucket: str, marks: Mapping[str, str]) -> list[int]:
        """As described above."""
        parts = [
            _PART.format(
                boundary=_BOUNDARY,
                number=number,
                bucket=quote(bucket, safe=""),
                key=quote(key, safe=""),
                mark=quote(str(mark)),
            )
            for number, (key, mark) in enumerate(marks.items())
        ]
        kind = f'multipart/mixed; boundary="{_BOUNDARY}"'
        body = f"{''.join(parts)}--{_BOUNDARY}--"
        headers, content = call(_send_google_batch, {"Content-Type": kind}, body)
        return _codes(headers, content.decode(), len(marks))


async def _send_google_batch(filesystem: Any, headers: dict[str, str], body: str) -> Any:
    return await filesystem._call("POST", filesystem.batch_url_base, headers=headers, data=body)


def _codes(headers: Mapping[str, str], text: str, count: int) -> list[int]:
    """The status of each part. Parts may come in another order if they say which one they are."""
    boundary = headers["Content-Type"].partition("boundary=")[2].strip('"')
    codes = [0] * count
    for place, part in enumerate(text.split(f"--{boundary}")[1:-1]):
        named = re.search(r"(?i)content-id:\s*<response-[^>]*\+(\d+)>", part)
        number = int(named[1]) if named else place
        status = re.search(r"HTTP/[0-9.]+ ([0-9]{3})", part)
        if status and number < count:
            codes[number] = int(status[1])
    return codes


class Azure(Conditional):
    """Single requests, some at once, each with the ETag that it is for.

    Azure has batches as well, which adlfs does not use, and which its emulator refuses.
    """

    limit, mark = 100, "etag"

    def delete(self, call: Call, bucket: str, marks: Mapping[str, str]) -> list[int]:
        """As described above."""
        codes: list[int] = call(_delete_from_azure, bucket, marks)
        return codes


async def _delete_from_azure(
    filesystem: Any, container: str, marks: Mapping[str, str]
) -> list[int]:
    from azure.core import MatchConditions
    from azure.core.exceptions import HttpResponseError

    at_once = asyncio.Semaphore(DELETERS)
    same = MatchConditions.IfNotModified
    async with filesystem.service_client.get_container_client(container=container) as client:

        async def delete(key: str, mark: str) -> int:
            async with at_once:
                try:
                    await getattr(client, _DELETE)(key, etag=mark, match_condition=same)
                except HttpResponseError as error:
                    return int(error.status_code or 0)
                return 200

        return await asyncio.gather(*(delete(key, mark) for key, mark in marks.items()))


def conditional_of(filesystem: Any) -> Conditional | None:
    """What deletes under a condition behind *filesystem*, if anything does."""
    if hasattr(filesystem, "batch_url_base"):
        return Google()
    if hasattr(filesystem, "service_client"):
        return Azure()
    return None
