"""Sends a large object to S3 while it is still being made.

The name of an object holds its digest, which is known at its end only, and S3 cannot rename. So
such an object keeps the random name under which its parts were sent. It appears there when it is
complete, as any other object does under its own name.

The object also waits in a temporary file, as each large one does. If anything goes wrong here, it
is sent from there, whole and under the name with its digest, as if nothing had been sent before. So
nothing here raises, and no error here is the task's.

What a killed process leaves is an unfinished upload. Its name says whose it is, and the sweep
aborts it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from typedxcom.stores.deadline import Patience, safe_text
from typedxcom.stores.progress import Progress

__all__ = ["EarlyUpload"]

_GRACE = 5.0  # seconds for an upload to be aborted
_log = logging.getLogger(__name__)


class EarlyUpload:
    """An object on its way.

    It runs on the event loop of the file system, and reads what is to be sent from a file.

    Args:
        filesystem: s3fs.
        full: Bucket and key, as the file system spells it.
        file: A descriptor of the file. It belongs to this object from now on.
        address: The object's, for messages.
        patience: Timeouts. Nothing is tried again, except by the file system itself.
        part: Bytes of one part.
        at_once: Parts under way at once, each with a copy in memory.
    """

    def __init__(
        self,
        filesystem: Any,
        full: str,
        file: int,
        *,
        address: str,
        patience: Patience,
        part: int,
        at_once: int,
    ) -> None:
        self._filesystem, self._file, self._address = filesystem, file, address
        self._bucket, self._key, _ = filesystem.split_path(full)
        self._patience, self._part, self._at_once = patience, part, at_once
        self._size, self._is_whole = 0, False
        self._begun = 0
        self._etags: dict[int, str] = {}
        self._woken = asyncio.Event()
        self._over = threading.Event()
        self._progress = Progress("Sent", address)
        loop = filesystem.loop
        self._wake: Callable[[], object] = lambda: loop.call_soon_threadsafe(self._woken.set)
        self._future = asyncio.run_coroutine_threadsafe(self._run(), loop)

    def grown(self, size: int) -> None:
        """The file has *size* bytes now, and will have more."""
        self._size = size
        self._wake()

    def finish(self, size: int) -> bool:
        """Send the rest, make the object appear, and say whether it did.

        Args:
            size: Bytes of the file, which is whole.
        """
        self._size, self._is_whole = size, True
        self._wake()
        try:
            self._future.result(self._patience.deadline + size / self._patience.rate)
        except Exception:  # `_run` logs it
            self.drop()
            return False
        return True

    def drop(self) -> None:
        """Abort the upload, if it is not finished. Calling it again does nothing."""
        self._future.cancel()
        if not self._over.wait(_GRACE):
            _log.warning("The upload of %s may still be there. The sweep aborts it", self._address)

    async def _run(self) -> None:
        try:
            upload = await self._begin()
            try:
                await self._send_all(upload)
                await self._complete(upload)
            except BaseException:
                await self._ask_quietly("abort_multipart_upload", UploadId=upload)
                raise
        except Exception as error:
            _log.warning("%s will be sent again, whole: %s", self._address, safe_text(error))
            raise
        finally:
            os.close(self._file)
            self._over.set()

    async def _begin(self) -> str:
        """The id of the upload. If this is cancelled, the upload is aborted."""
        begun = asyncio.ensure_future(self._ask("create_multipart_upload"))
        try:
            made = await asyncio.shield(begun)
        except asyncio.CancelledError:
            upload = (await begun)["UploadId"]
            await self._ask_quietly("abort_multipart_upload", UploadId=upload)
            raise
        return str(made["UploadId"])

    async def _send_all(self, upload: str) -> None:
        tasks = [asyncio.ensure_future(self._send_some(upload)) for _ in range(self._at_once)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_some(self, upload: str) -> None:
        while size := await self._next_size():
            start, self._begun = self._begun * self._part, self._begun + 1
            number = self._begun
            data = os.pread(self._file, size, start)
            if len(data) != size:
                raise EOFError("the temporary file was cut off")
            within = size * self._at_once
            asked = {"UploadId": upload, "PartNumber": number, "Body": data}
            answer = await self._ask("upload_part", within, **asked)
            self._etags[number] = answer["ETag"]
            self._progress.add(size)

    async def _next_size(self) -> int:
        """Wait until a further part is there, and return its size. 0 after the last one."""
        while True:
            left = self._size - self._begun * self._part
            if left >= self._part:
                return self._part
            if self._is_whole:
                return max(left, 0)
            self._woken.clear()
            await self._woken.wait()

    async def _complete(self, upload: str) -> None:
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in sorted(self._etags.items())]
        asked = {"UploadId": upload, "MultipartUpload": {"Parts": parts}}
        try:
            await self._ask("complete_multipart_upload", self._size, **asked)
        except BaseException:
            await self._ask_quietly("delete_object")  # perhaps only the answer is lost
            raise

    async def _ask_quietly(self, method: str, **asked: Any) -> None:
        with contextlib.suppress(Exception):
            await self._ask(method, **asked)

    async def _ask(self, method: str, size: int = 0, /, **asked: Any) -> Any:
        """One request, with the time that *size* bytes may take."""
        seconds = self._patience.timeout + size / self._patience.rate
        call = self._filesystem._call_s3(method, Bucket=self._bucket, Key=self._key, **asked)
        return await asyncio.wait_for(call, seconds)
