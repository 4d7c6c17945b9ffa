"""Deletes objects of a bucket by the thousand, and only those that are still as they were listed.

S3 has no request that deletes an object only if it has a certain date. So a page of the bucket is
listed once more, and what is unchanged in it is deleted with one request right after that. Between
the two lies one answer of the server, as when each object was looked up and deleted by itself, and
less time in all since the sweep asked which runs are in flight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from typedxcom.stores.base import StoredObject
from typedxcom.stores.listing import PAGE

__all__ = ["SPARSE", "Bulk"]

SPARSE = 16  # objects in a page of the bucket, below which it is quicker to look each one up
_GONE = {"NoSuchKey", "NoSuchVersion"}

Call: TypeAlias = "Callable[..., Any]"


class Bulk:
    """The two requests, to one bucket.

    Args:
        call: Calls a method of S3 by name, once: a second try would come too late after the look.
        bucket: Its name.
        key_of: The key of a path.
        options: Go into each request.
    """

    def __init__(
        self,
        call: Call,
        bucket: str,
        key_of: Callable[[str], str],
        options: Mapping[str, Any],
    ) -> None:
        self._call, self._key_of = call, key_of
        self._options = {"Bucket": bucket, **options}

    def unchanged(
        self, objects: Sequence[StoredObject], modified: Callable[[dict[str, Any]], Any]
    ) -> dict[StoredObject, bool | None]:
        """Whether objects still have their size and date, as far as one page of the bucket says.

        It is None for what is not there.

        Args:
            objects: By path. The page begins right before the first one.
            modified: Reads the date of an object that was listed.
        """
        before = self._key_of(objects[0].path)[:-1]
        page = self._call("list_objects_v2", **self._options, StartAfter=before, MaxKeys=PAGE)
        listed = page.get("Contents", ())
        there = {one["Key"]: one for one in listed}
        last = None
        if page.get("IsTruncated"):
            last = listed[-1]["Key"] if listed else ""
        found: dict[StoredObject, bool | None] = {}
        for stored in objects:
            key = self._key_of(stored.path)
            if last is not None and key > last:
                break
            one = there.get(key)
            found[stored] = one and (
                int(one["Size"]) == stored.size and modified(one) == stored.modified
            )
        return found

    def delete(self, objects: Sequence[StoredObject]) -> dict[StoredObject, bool | str]:
        """Delete up to 1,000 objects: whether each was there, or the server's code for why not."""
        keys = {self._key_of(stored.path): stored for stored in objects}
        wanted = {"Objects": [{"Key": key} for key in keys]}
        answer = self._call("delete_objects", **self._options, Delete=wanted)
        # What the answer leaves out was not deleted, as far as anybody knows.
        states: dict[StoredObject, bool | str] = dict.fromkeys(objects, "NoAnswer")
        for one in answer.get("Deleted", ()):
            states[keys[one["Key"]]] = True
        for one in answer.get("Errors", ()):
            code = str(one.get("Code", "Unknown"))[:40]
            states[keys[one["Key"]]] = False if code in _GONE else code
        return states
