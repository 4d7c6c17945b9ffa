"""Lists a bucket, one page or one folder at a time.

fsspec's ``find`` is one call that holds all that it finds. A bucket of a million objects would take
more memory than a sweep has, and more time than one call may take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from typedxcom.errors import PointerNotFoundError

__all__ = ["PAGE", "listed"]

PAGE = 1000  # objects of one answer of S3, which gives no more
_FOLDERS = 2  # levels that are gone through one by one: DAGs, and runs, whose objects come at once

Call = Callable[..., Any]


def listed(filesystem: Any, call: Call, folder: str, level: int) -> Iterator[dict[str, Any]]:
    """What fsspec says about each file under *folder*. Empty if there is no such folder.

    Args:
        filesystem: The file system.
        call: Calls one of its methods by name, with the arguments that follow.
        folder: Where to look, as the file system spells it.
        level: How deep in the store *folder* is: 0 is the root, 1 a DAG, 2 a run.
    """
    try:
        if hasattr(filesystem, "_call_s3"):
            yield from _pages(filesystem, call, folder)
        else:
            yield from _folders(call, folder, _FOLDERS - level)
    except PointerNotFoundError:
        return


def _pages(filesystem: Any, call: Call, folder: str) -> Iterator[dict[str, Any]]:
    """By S3's own pages, each a request with its own time."""
    bucket, _, prefix = folder.strip("/").partition("/")
    asked = {"Bucket": bucket, "Prefix": f"{prefix}/" if prefix else "", "MaxKeys": PAGE}
    asked.update(getattr(filesystem, "req_kw", {}))
    while True:
        page = call("call_s3", "list_objects_v2", **asked)
        for one in page.get("Contents", ()):
            yield {**one, "name": f"{bucket}/{one['Key']}", "size": one["Size"], "type": "file"}
        if not page.get("IsTruncated"):
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]


def _folders(call: Call, folder: str, levels: int) -> Iterator[dict[str, Any]]:
    """All of one run at a time."""
    if levels <= 0:
        yield from call("find", folder, detail=True).values()
        return
    for one in call("ls", folder, detail=True):
        if one["type"] != "directory":
            yield one
        elif one["name"].strip("/") != folder.strip("/"):  # some list the folder itself
            try:
                yield from _folders(call, one["name"], levels - 1)
            except PointerNotFoundError:  # it went meanwhile
                continue
