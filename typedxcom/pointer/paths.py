"""The paths of objects relative to their store's root, and the proof that they stay inside.

A path is ``<dag>/<run>/<task>/<map index>/<xcom key>/<digest>.<owner>.<ext>``, with each part
percent-quoted. Only the characters that `object_path` itself can write are accepted, so a store has
nothing to normalise, decode or follow.

The owner is the deployment that wrote the object. So deployments that share a root never write, and
never sweep, the same object. Older objects have no owner.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from typedxcom.errors import EncodeError, IntegrityError

__all__ = [
    "MAX_PATH",
    "NAMES_OTHERS",
    "Coordinates",
    "confine",
    "coordinates_prefix",
    "folder_of",
    "is_object_path",
    "object_path",
    "owner_of",
    "paths_in",
]

MAX_PATH = 1024  # bytes: S3's limit for a key
NAMES_OTHERS = "rows.json"  # the extension of an object that holds pointers to others
_MAX_NAME = 255  # bytes: what a local file system allows one part
_MAX_PART = 180  # bytes of one quoted id: five parts and a digest leave 190 bytes for a root
_HEAD = 100  # characters of a shortened id that people can still read
_PLAIN_PART = re.compile(r"[A-Za-z0-9._-]+")
_PART = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-F]{2})+|[A-Za-z0-9_-]+~[0-9a-f]{32}")
_INDEX = re.compile(r"-1|0|[1-9][0-9]*")
_NAME = re.compile(r"(?:[0-9a-f]{32}|[0-9a-f]{64})\.(?:([0-9a-f]{12})\.)?[a-z0-9.]{1,16}")
_OWNER = re.compile(r"[0-9a-f]{12}")
# A whole JSON string, in JSON text or in JSON text inside a string, quoted any number of times.
_IN_TEXT = re.compile(
    rb'"((?:[A-Za-z0-9._~%-]{1,255}/){3}-?[0-9]{1,10}/[A-Za-z0-9._~%-]{1,255}'
    rb'/[0-9a-f]{32,64}\.[a-z0-9.]{1,29})\\*"'
)
_EXT = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")
# Nearly all paths have nothing quoted or shortened in them, and one expression proves those.
_PLAIN = r"[A-Za-z0-9._-]{0,254}[A-Za-z0-9_-]"
_PLAIN_PATH = re.compile(rf"(?:{_PLAIN}/)*{_PLAIN}")
_PLAIN_OBJECT = re.compile(rf"(?:{_PLAIN}/){{3}}(?:{_INDEX.pattern})/{_PLAIN}/{_NAME.pattern}")


@dataclass(frozen=True, slots=True)
class Coordinates:
    """The XCom that an object belongs to.

    Attributes:
        map_index: -1 for a task that is not mapped, as in Airflow.
        key: The XCom's key.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1
    key: str = "return_value"

    def __str__(self) -> str:
        """Returns its name for messages."""
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"XCom {self.key!r} of task {self.task_id!r}{index}"


def object_path(coordinates: Coordinates, digest: str, ext: str, owner: str = "") -> str:
    """Returns the path of an object: the same for the same XCom and bytes, another for any other.

    Args:
        coordinates: The XCom that the value belongs to.
        digest: ``xxh3:<hex>`` or ``sha256:<hex>``.
        ext: An extension that people's tools recognise, such as ``arrow``.
        owner: The deployment that writes the object, as `typedxcom.stores.owners.owner_name`
            writes it; "" if that is not known.

    Returns:
        At most 847 bytes of ASCII.

    Raises:
        EncodeError: *ext* is not a file name extension, or *owner* is not an owner.
    """
    if len(ext) > 16 or not _EXT.fullmatch(ext):
        raise EncodeError("An object's extension is 1 to 16 of a-z and 0-9, as in `arrow`")
    if owner and not _OWNER.fullmatch(owner):
        raise EncodeError("The owner of an object is 12 of 0-9 and a-f")
    name = (
        f"{digest.partition(':')[2]}.{owner}.{ext}"
        if owner
        else f"{digest.partition(':')[2]}.{ext}"
    )
    return f"{coordinates_prefix(coordinates)}/{name}"


def coordinates_prefix(coordinates: Coordinates) -> str:
    """Returns the folder that holds all objects of one XCom and nothing else."""
    at = coordinates
    return folder_of(at.dag_id, at.run_id, at.task_id, str(at.map_index), at.key)


def folder_of(*ids: str) -> str:
    """Returns the folder of a DAG, of one of its runs, of a task in the run, and so on."""
    return "/".join(map(_part, ids))


def is_object_path(path: str) -> bool:
    """Whether `object_path` may have written *path*. Anything else in a store is not ours."""
    return owner_of(path) is not None


def owner_of(path: str) -> str | None:
    """Returns the deployment that wrote an object: "" if unknown, None if it is not ours."""
    if len(path) <= MAX_PATH and (plain := _PLAIN_OBJECT.fullmatch(path)) and path[-1] != ".":
        return plain[1] or ""
    try:
        *parts, name = confine(path).split("/")
    except IntegrityError:
        return None
    found = _NAME.fullmatch(name)
    if found is None or len(parts) != 5 or _INDEX.fullmatch(parts[3]) is None:
        return None
    return found[1] or ""


def paths_in(text: bytes) -> Iterator[str]:
    """Yields every string in JSON *text* that looks like the path of an object.

    It finds all paths that pointers name, at any depth, and perhaps other strings. JSON does not
    escape any character of a path, so a path looks the same in JSON text inside a string.
    """
    for found in _IN_TEXT.finditer(text):
        yield found[1].decode("ascii")


def _part(text: str) -> str:
    """Writes one id as one part of a path. Different ids never get the same part."""
    if _PLAIN_PART.fullmatch(text) and len(text) <= _MAX_PART and not text.endswith("."):
        return text
    quoted = quote(text, safe="", errors="surrogatepass")
    if "~" not in text and len(quoted) <= _MAX_PART and _fault(quoted) is None:
        return quoted
    # Too long, or a store might read it as something else. Only this short form has a "~", so no
    # other id is written in the same way.
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    head = re.sub(r"[^A-Za-z0-9_-]", "_", text[:_HEAD]) or "_"
    return f"{head}~{digest}"


def confine(path: str) -> str:
    """Proves that *path* is relative and below the root, and that no store reads another one.

    Returns:
        The path.

    Raises:
        IntegrityError: It is empty, absolute, too long, leads upwards, or is not spelled as
            `object_path` would write it. A retry does not help.
    """
    if not path:
        raise IntegrityError("A stored object has no path")
    if len(path) > MAX_PATH:
        raise IntegrityError(f"The path of a stored object is longer than {MAX_PATH} bytes")
    if _PLAIN_PATH.fullmatch(path):
        return path
    for part in path.split("/"):
        if fault := _fault(part):
            raise IntegrityError(f"The path of a stored object {fault}")
    return path


def _fault(part: str) -> str | None:
    """Returns the problem of one part of a path, if there is one."""
    if not part:
        return "is absolute or has an empty part"
    if part in {".", ".."}:
        return "leads out of its folder"
    if len(part) > _MAX_NAME:
        return f"has a part longer than {_MAX_NAME} bytes"
    if part.endswith(".") or not _PART.fullmatch(part):
        return "has a character that typedxcom never writes there"
    return _quoted_fault(part) if "%" in part else None


def _quoted_fault(part: str) -> str | None:
    """Returns the problem that a store would have if it removes the percent quotes."""
    raw = unquote_to_bytes(part)
    if quote(raw, safe="") != part:
        return "has a percent quote that hides a plain character"
    # Only ASCII: which characters are printable, and what a store normalises them to, differs
    # between versions of Unicode.
    if any(byte < 0x20 or byte > 0x7E or byte in b"/\\%" for byte in raw):
        return "has a percent quote that hides more than a printable ASCII character"
    return None
