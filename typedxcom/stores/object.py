"""Objects in S3, Google Cloud Storage, Azure and whatever else fsspec reaches.

Every call is one whole request: a PUT of finished bytes, or a multipart upload that the file system
completes or aborts. Nothing is written through an open remote file, which would commit what it has
when an exception closes it. Every call has a deadline, because s3fs would wait forever for a server
that hangs.
"""

from __future__ import annotations

import inspect
import logging
import mmap
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from typing_extensions import Buffer

from typedxcom.errors import (
    ConfigurationError,
    IntegrityError,
    PointerNotFoundError,
    StoreError,
)
from typedxcom.pointer import confine
from typedxcom.stores.ahead import in_order
from typedxcom.stores.base import Store, StoredObject
from typedxcom.stores.bulk import SPARSE, Bulk
from typedxcom.stores.conditional import Conditional, conditional_of
from typedxcom.stores.costs import GoesOn, PartCosts
from typedxcom.stores.deadline import (
    Patience,
    TimedOutError,
    call_filesystem,
    call_outside_loop,
    safe_address,
    safe_text,
)
from typedxcom.stores.early import EarlyUpload
from typedxcom.stores.listing import listed
from typedxcom.stores.opened import OpenedFile, unnamed_file
from typedxcom.stores.progress import Progress
from typedxcom.stores.sending import EarlyStage, ObjectStage
from typedxcom.stores.staged import CHUNK, Staged, chunks_of

__all__ = ["ObjectStore"]

PART = 8 * 2**20  # bytes per request of a large read: with 64 MB, Ceph takes three times as long
READS = 4  # of them under way at once
_UNSEEN = 32 * 2**20  # bytes up to which nobody asks what parts cost
UPLOAD_PART = 16 * 2**20  # bytes; s3fs sends up to two of them as one PUT
UPLOADS = 4  # parts under way at once, each with a copy in memory
RANGES = 8  # requests for parts of an object under way at once; clients allow ten connections
_LARGE = 64 * 2**20  # bytes whose upload is worth a line in the log
_UPLOAD = "?upload="  # no path can have it
_PATIENCE = Patience()
_BEYOND = re.compile("InvalidRange|not satisfiable|range specified is invalid", re.IGNORECASE)
_log = logging.getLogger(__name__)
_DeletesFirst: TypeAlias = (
    "Callable[[Sequence[StoredObject], set[StoredObject]], dict[StoredObject, bool | StoreError]]"
)


class _GivenUpError(EOFError):
    """A transfer that nobody waits for any more: it is not tried again."""


class ObjectStore(Store):
    """Objects behind an fsspec file system.

    Args:
        filesystem: Makes the file system. It is called once per process, on the first use.
        root: The bucket and prefix, as the file system spells it: ``bucket/xcom``.
        name: What pointers call the store.
        url: The address for messages, ``s3://bucket/xcom``. Credentials in it are left out.
        patience: Timeouts and tries.
    """

    reads: ClassVar[int] = 2
    part_costs: PartCosts

    def __init__(
        self,
        filesystem: Callable[[], Any],
        root: str,
        *,
        name: str,
        url: str | None = None,
        patience: Patience = _PATIENCE,
    ) -> None:
        super().__init__(name)
        self.root = root.rstrip("/")
        self.patience = patience
        self.part_costs = PartCosts()
        self._factory = filesystem
        self._made: tuple[int, Any] = (0, None)
        self._address = safe_address(url or name).rstrip("/")

    def write(self, path: str, data: Buffer | Iterable[Buffer]) -> None:
        """Put *data* under *path* with one request, whole or not at all."""
        confine(path)
        if isinstance(data, (bytes, bytearray)):
            self._put(path, len(data), "pipe_file", self._full(path), data)
            return
        with self.stage() as staged:
            for chunk in chunks_of(data):
                staged.write(chunk)
            staged.commit(path)

    def stage(self) -> Staged:
        """Hold the object in memory, or a large one in a temporary file, until it is sent whole."""
        return ObjectStage(self)

    def stage_early(self, path: str) -> Staged:
        """As `stage`. On S3, what is there of a large object is sent while the rest is made."""
        return EarlyStage(self, confine(path), part=UPLOAD_PART)

    def send_early(self, path: str, file: int) -> EarlyUpload | None:
        """Begin to send an open file that grows. None if this store cannot, or not now."""
        try:
            filesystem = self._filesystem()
        except (ConfigurationError, StoreError):  # whoever sends it whole gets that error
            return None
        if not hasattr(filesystem, "_call_s3"):
            return None
        return EarlyUpload(
            filesystem,
            self._full(path),
            os.dup(file),
            address=self.describe(path),
            patience=self.patience,
            part=UPLOAD_PART,
            at_once=UPLOADS,
        )

    def put_file(self, path: str, file: Path) -> None:
        """Put the local *file* under *path*, whole or not at all, in bounded memory."""
        size = file.stat().st_size
        filesystem = self._filesystem()
        takes = inspect.signature(getattr(filesystem, "_put_file", filesystem.put_file)).parameters
        # S3 takes 10,000 parts.
        wanted: dict[str, Any] = {
            "chunksize": max(UPLOAD_PART, size // 9000),
            "max_concurrency": UPLOADS,
        }
        wanted["callback"] = Progress("Sent", self.describe(path), size).callback()
        options = {name: value for name, value in wanted.items() if name in takes}
        self._put(confine(path), size, "put_file", str(file), self._full(path), **options)

    def _put(self, path: str, size: int, method: str, *args: Any, **options: Any) -> None:
        # Nobody asks whether it is there: the same bytes once more make it whole if it was altered,
        # and as new as this write, so that no sweep takes it for an old rest.
        if size > _LARGE:
            _log.info("Sending %s bytes to %s", f"{size:,}", self.describe(path))
        self._call(path, "write", method, *args, size=size, **options)

    def read(self, path: str, *, size: int) -> Buffer:
        """The whole object: one request up to 16 MB, or one per 8 MB."""
        return self.read_digested(path, size=size, update=lambda data: None)

    def read_digested(self, path: str, *, size: int, update: Callable[[Buffer], None]) -> Buffer:
        """As `read`. What is there is digested while the rest is on its way."""
        if not size:
            self.check_size(path, self.size(path), size)
        if size <= 2 * PART:
            data = self._part(path, 0, size, size)
            update(data)
            return data
        pieces = self.read_chunks(path, size=size, chunk=PART)
        progress = Progress("Read", self.describe(path), size)
        whole, at = mmap.mmap(-1, size), 0  # a bytearray would be filled with zeros first
        for piece in pieces:
            update(piece)
            whole[at : at + len(piece)] = piece
            at += len(piece)
            progress.add(len(piece))
        return memoryview(whole).toreadonly()

    def read_chunks(self, path: str, *, size: int, chunk: int = CHUNK) -> Iterator[bytes]:
        """The whole object in pieces. Several are on their way at once, if parts are quick here."""
        opened = None
        if not 0 < size <= _UNSEEN:
            self.check_size(path, self.size(path), size)
        if size > _UNSEEN and self._are_parts_slow(path, size):
            opened = self.fetched(path, size=size, goes_on=lambda count: True)
        if opened is not None:
            self.check_size(path, opened.size, size)
            return opened.chunks()
        starts = range(0, size, chunk)
        calls = (partial(self._part, path, at, min(at + chunk, size), size) for at in starts)
        return in_order(calls, READS)

    def _are_parts_slow(self, path: str, size: int) -> bool:
        return self.part_costs.are_slow(
            size,
            lambda: self.size(path),
            lambda count: self.read_range(path, size - count, size),
        )

    def fetched(self, path: str, *, size: int, goes_on: GoesOn) -> OpenedFile | None:
        """The whole object in a temporary file without a name. Nothing of it is verified."""
        filesystem = self._filesystem()
        takes = inspect.signature(getattr(filesystem, "_get_file", filesystem.get_file)).parameters

        def look(count: int) -> None:
            if not goes_on(count):
                raise _GivenUpError

        callback = Progress("Read", self.describe(path), size).callback(look)
        wanted: dict[str, Any] = {"callback": callback, "max_concurrency": 1}
        options = {name: value for name, value in wanted.items() if name in takes}
        try:
            opened, target = unnamed_file(size, Path(path).suffix)
            self._call(
                path, "read", "get_file", self._full(path), str(target), size=size, **options
            )
        except PointerNotFoundError:
            raise
        except (_GivenUpError, StoreError):
            return None
        return opened

    def read_range(self, path: str, start: int, stop: int) -> bytes:
        """Bytes *start* up to *stop* of an object."""
        return self._part(path, start, stop)

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """Several parts, some of them asked for at once."""
        if len(ranges) < 2:
            return super().read_ranges(path, ranges)
        return list(in_order((partial(self.read_range, path, *one) for one in ranges), RANGES))

    def _part(self, path: str, start: int, stop: int, size: int | None = None) -> bytes:
        """Bytes *start* up to *stop*.

        Args:
            size: Bytes of the whole object, if it must have no more than that. One byte more than
                there should be tells a longer object without reading all of it.
        """
        if start >= stop:
            return b""
        try:
            data = self._cat(path, start, stop + (stop == size))
        except EOFError:
            self.check_size(path, self.size(path), size or stop)
            raise self._not_there(path) from None  # it has grown meanwhile: it was replaced
        if len(data) != stop - start:
            self.check_size(path, start + len(data), size or stop)
        return data

    def _cat(self, path: str, start: int, stop: int) -> bytes:
        full = self._full(confine(path))
        data: bytes = self._call(
            path, "read", "cat_file", full, start=start, end=stop, size=stop - start
        )
        return data

    def size(self, path: str) -> int:
        """How many bytes an object has."""
        found = self._found(confine(path))
        if found is None:
            raise self._not_there(path)
        return found

    def delete(self, path: str) -> bool:
        """Remove one object, and say whether it was there."""
        if self._found(confine(path)) is None:
            return False
        try:
            self._call(path, "delete", "rm_file", self._full(path))
        except PointerNotFoundError:  # someone else removed it meanwhile
            return False
        return True

    def delete_unchanged(self, stored: StoredObject) -> bool:
        """Remove an object if it still has its size and date: two requests, one after the other."""
        found = self._info(confine(stored.path))
        if found is None or int(found["size"]) != stored.size:
            return False
        # A server tells whole seconds of one object, and milliseconds in a listing.
        if int(_modified(found).timestamp()) != int(stored.modified.timestamp()):
            return False
        try:
            self._call(stored.path, "delete", "rm_file", self._full(stored.path))
        except PointerNotFoundError:  # someone else removed it meanwhile
            return False
        return True

    def delete_all_unchanged(self, objects: Sequence[StoredObject]) -> Sequence[bool | StoreError]:
        """As `delete_unchanged`. On S3, a listing and one request delete up to 1,000 objects.

        On Google Cloud Storage and Azure, a listing serves for all objects of a run, and each is
        deleted only if it is still that one. Where that does not work, such as on other servers
        that speak S3, or is slower, because there are few of the objects between many others, it is
        done object by object.
        """
        states: dict[StoredObject, bool | StoreError] = {}
        left = [one for one in sorted(objects, key=lambda one: one.path) if _is_ours(one.path)]
        asked: set[StoredObject] = set()
        delete_first = self._deletes_first()
        tries = self.patience.tries if delete_first else 0
        while left and tries and delete_first:
            try:
                found = delete_first(left, asked)
            except StoreError:
                tries -= 1  # and look at the dates again
                continue
            states.update(found)
            left = left[len(found) :]
            if len(found) < SPARSE:
                break
        rest = [one for one in objects if one not in states]
        states.update(zip(rest, super().delete_all_unchanged(rest), strict=True))
        return [states[one] for one in objects]

    def _deletes_first(self) -> _DeletesFirst | None:
        """What deletes the first of some objects with few requests, if this server has such."""
        if hasattr(self._filesystem(), "_call_s3"):
            return self._delete_page
        conditional = conditional_of(self._filesystem())
        return partial(self._delete_runs, conditional) if conditional else None

    def _delete_runs(
        self, requests: Conditional, objects: Sequence[StoredObject], asked: set[StoredObject]
    ) -> dict[StoredObject, bool | StoreError]:
        """Delete the first ones, as many as one call takes, each as its run's listing has it.

        None are, if they are in too many runs: a listing of each would take more requests than a
        look at each object. The arguments are those of `_delete_page`.
        """
        first = objects[: requests.limit]
        runs = {_folder_of(one.path) for one in first}
        if "" in runs or len(runs) * 2 > len(first):
            return {}
        there: dict[str, dict[str, Any]] = {}
        for run in sorted(runs):
            there.update({self._path_of(one): one for one in self._listed(run)})
        states: dict[StoredObject, bool | StoreError] = {}
        marks: dict[StoredObject, str] = {}
        for one in first:
            info = there.get(one.path)
            if info is None:
                states[one] = one in asked
            elif not info.get(requests.mark):
                raise StoreError(f"The listing of `{self.describe(one.path)}` has no version")
            elif int(info["size"]) != one.size or _modified(info) != one.modified:
                states[one] = False
            else:
                marks[one] = str(info[requests.mark])
        asked.update(marks)
        if marks:
            call = partial(self._call, "", "delete from", patience=replace(self.patience, tries=1))
            bucket, _, _ = self.root.lstrip("/").partition("/")
            keys = {self._key_of(one.path): mark for one, mark in marks.items()}
            codes = requests.delete(call, bucket, keys)
            for one, state in zip(marks, requests.states(codes), strict=True):
                states[one] = self._state(one, state)
        return states

    def _delete_page(
        self, objects: Sequence[StoredObject], asked: set[StoredObject]
    ) -> dict[StoredObject, bool | StoreError]:
        """Delete the first ones, as many as one page of the bucket has something to say about.

        Args:
            objects: What to delete, by path.
            asked: What the server was asked to delete so far. If one of them is gone, an earlier
                request did it, though its answer never came.
        """
        bucket, _, _ = self.root.lstrip("/").partition("/")
        once = replace(self.patience, tries=1)
        requests = Bulk(
            partial(self._call, "", "delete from", "call_s3", patience=once),
            bucket,
            self._key_of,
            getattr(self._filesystem(), "req_kw", {}),
        )
        found = requests.unchanged(objects, _modified)
        states: dict[StoredObject, bool | StoreError] = {
            one: unchanged is None and one in asked for one, unchanged in found.items()
        }
        same = [one for one, unchanged in found.items() if unchanged]
        asked.update(same)
        for one, state in requests.delete(same).items() if same else ():
            states[one] = self._state(one, state)
        return states

    def _state(self, stored: StoredObject, state: bool | str) -> bool | StoreError:
        if isinstance(state, str):
            return StoreError(f"Could not delete `{self.describe(stored.path)}`: {state}")
        return state

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Every object under the folder *prefix*. Memory holds one page, or one run."""
        for info in self._listed(prefix):
            path = self._path_of(info)
            if info.get("type") == "file" and _is_ours(path):
                yield StoredObject(path, int(info["size"]), _modified(info))

    def _listed(self, prefix: str) -> Iterator[dict[str, Any]]:
        folder = self._full(confine(prefix)) if prefix else self.root
        level = len(prefix.split("/")) if prefix else 0
        yield from listed(self._filesystem(), partial(self._call, prefix, "list"), folder, level)

    def _path_of(self, info: dict[str, Any]) -> str:
        name = str(info["name"])
        return name.removeprefix("/").removeprefix(self.root.removeprefix("/") + "/")

    def partials(self) -> Iterator[StoredObject]:
        """Multipart uploads that were begun and not finished, if the file system lists them.

        s3fs does. They cost money until they are aborted, and no listing of objects shows them. A
        lifecycle rule of the bucket (``AbortIncompleteMultipartUpload``) removes them too.
        """
        bucket, _, prefix = self.root.lstrip("/").partition("/")
        folder = f"{prefix}/" if prefix else ""
        if not hasattr(self._filesystem(), "_list_multipart_uploads"):
            return
        for upload in self._call("", "list the uploads to", "list_multipart_uploads", bucket):
            path = upload["Key"].removeprefix(folder)
            if upload["Key"].startswith(folder) and _is_ours(path):
                name = f"{path}{_UPLOAD}{upload['UploadId']}"
                yield StoredObject(name, 0, _modified({"created": upload.get("Initiated")}))

    def delete_partial(self, path: str) -> bool:
        """Abort an upload, and say whether it was there."""
        path, mark, upload = path.partition(_UPLOAD)
        if not (confine(path) and mark and upload):
            raise IntegrityError("That is no unfinished upload")
        bucket, _, key = self._full(path).lstrip("/").partition("/")
        asked: Any = {"Bucket": bucket, "Key": key, "UploadId": upload}
        try:
            self._call(path, "abort the upload of", "call_s3", "abort_multipart_upload", **asked)
        except PointerNotFoundError:
            return False
        return True

    def describe(self, path: str) -> str:
        """The object's URL, without credentials."""
        return f"{self._address}/{path}"

    def _full(self, path: str) -> str:
        return f"{self.root}/{path}"

    def _key_of(self, path: str) -> str:
        """The name of an object within its bucket."""
        return self._full(path).lstrip("/").partition("/")[2]

    def _found(self, path: str) -> int | None:
        """The size of an object, or None if it is not there."""
        info = self._info(path)
        return None if info is None else int(info["size"])

    def _info(self, path: str) -> dict[str, Any] | None:
        """The file system's description of an object, or None if it is not there."""
        try:
            info: dict[str, Any] = self._call(path, "look up", "info", self._full(path))
        except PointerNotFoundError:
            return None
        return info if info.get("type") == "file" else None

    def _call(
        self,
        path: str,
        doing: str,
        method: str | Callable[..., Any],
        *args: Any,
        size: int = 0,
        patience: Patience | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call a method of the file system, with the store's patience and the store's errors."""

        def attempt(seconds: float) -> Any:
            filesystem = self._filesystem()
            filesystem.invalidate_cache()  # a listing that it remembers may be out of date
            try:
                return call_filesystem(filesystem, method, seconds, *args, **kwargs)
            except Exception as error:
                # A range after the end, which most servers refuse; Ceph says so in the code only.
                if _BEYOND.search(f"{error} {error.__cause__}"):
                    raise EOFError from None
                raise

        try:
            return (patience or self.patience).run(attempt, size=size)
        except (EOFError, ConfigurationError, StoreError):
            raise
        except FileNotFoundError:
            raise self._not_there(path) from None
        except TimedOutError:
            raise StoreError(
                f"Could not {doing} `{self.describe(path)}`: the store did not answer in time"
            ) from None
        except Exception as error:
            # Not chained: the text of a client's error may hold a signed URL.
            raise StoreError(
                f"Could not {doing} `{self.describe(path)}`: {safe_text(error)}"
            ) from None

    def _filesystem(self) -> Any:
        """The file system of this process.

        Raises:
            ConfigurationError: A library is missing.
            StoreError: It cannot be made. A retry may help.
        """
        process, made = self._made
        if process != os.getpid():  # its connections and its thread do not survive a fork
            made = self._new_filesystem()
            self._made = (os.getpid(), made)
        return made

    def _new_filesystem(self) -> Any:
        try:
            return call_outside_loop(self._factory)
        except (ConfigurationError, StoreError):
            raise
        except (ImportError, ValueError) as error:  # Airflow's own words for a missing provider
            raise ConfigurationError(
                f"The store at {self._address} needs a file system that is not installed here: "
                f"{safe_text(error)}. Install its provider wherever tasks run; for S3: "
                'pip install "apache-airflow-providers-amazon[s3fs]"'
            ) from None
        except Exception as error:
            # Not chained: the text of a client's error may hold a signed URL.
            raise StoreError(f"Could not open {self._address}: {safe_text(error)}") from None

    def _not_there(self, path: str) -> PointerNotFoundError:
        return PointerNotFoundError(
            f"`{self.describe(path)}` is not there. If it was deleted, for example by a lifecycle "
            "rule of the bucket, clear the task that wrote it."
        )


def _folder_of(path: str) -> str:
    """The folder of a run, or of what lies less deep."""
    return "/".join(path.split("/")[:-1][:2])


def _is_ours(path: str) -> bool:
    try:
        return bool(confine(path))
    except IntegrityError:
        return False


def _modified(info: dict[str, Any]) -> datetime:
    """When an object appeared, in whichever form its file system says it, or now."""
    for key in ("LastModified", "last_modified", "mtime", "updated", "created"):
        match info.get(key):
            case datetime() as moment:
                return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
            case float() | int() as seconds:
                return datetime.fromtimestamp(seconds, timezone.utc)
            case str() as text if text:
                return datetime.fromisoformat(text.replace("Z", "+00:00"))
    return datetime.now(timezone.utc)
