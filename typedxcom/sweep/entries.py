"""Which objects entries point to: any string in an entry that may be an object's path counts.

Nothing is parsed as a pointer here. A pointer that is unsigned, damaged or forged protects its
object like any other. A forged one can at worst keep an object. If signatures were required, the
values of every entry would be lost that was written before the key was set.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from typedxcom.errors import IntegrityError, PointerNotFoundError, SweepError
from typedxcom.pointer import MARKER, NAMES_OTHERS, VERSION, is_object_path, paths_in
from typedxcom.stores import Store

__all__ = ["Entry", "EntrySource", "is_marked", "named_by", "named_inside"]

_WINDOW = 2 * 2**10  # bytes: more than the longest path with its quotes
# A mark of ours that is no text inside a string.
_FORM = re.compile(rb'(?<!\\)"%s"\s*:\s*([0-9]{1,10})' % re.escape(MARKER.encode()))


@dataclass(frozen=True, slots=True)
class Entry:
    """One XCom entry, or the extra of one asset event: a reader may find a pointer in either.

    Attributes:
        where: Which one it is, for messages.
        text: Its value as JSON text.
    """

    where: str
    text: bytes


class EntrySource(ABC):
    """Where the entries and runs of a deployment are read from: all of them, or an error."""

    @abstractmethod
    def owner(self) -> str:
        """The owner of this deployment's objects, or "" if it has no owner yet.

        Raises:
            SweepError: That cannot be read. A retry may help.
        """

    def make_owner(self) -> str:
        """Give the deployment an id if it has none, and return its owner.

        Raises:
            SweepError: It may not be written here.
        """
        raise SweepError(f"{self.describe()} has no id of a deployment, and takes none")

    def describe(self) -> str:
        """Its name in messages: host and name, and never a user or a password."""
        return "this source of entries"

    @abstractmethod
    def in_flight(self) -> Iterable[tuple[str, str]]:
        """The DAG id and run id of every run that is not finished, or has a task that is not.

        Raises:
            SweepError: They cannot all be read. A retry may help.
        """

    @abstractmethod
    def entries(self) -> Iterator[Entry]:
        """Every entry that was there when the iteration began and is still there at its end.

        Entries without a mark of ours may be left out.

        Raises:
            SweepError: They cannot all be read. A retry may help.
        """

    def hides(self, dag_folder: str) -> bool:
        """Whether entries of the DAG with that folder may be kept from us.

        Raises:
            SweepError: That cannot be found out. A retry may help.
        """
        return False

    def close(self) -> None:  # noqa: B027 (most hold nothing)
        """Close connections. Nothing is asked for after that."""

    def count(self) -> int | None:
        """About how many entries there are, for a progress bar, or None if that is not known."""
        return None


def named_by(entry: Entry) -> list[str]:
    """Every path that *entry* names.

    Raises:
        SweepError: It is in a newer form, which may name objects in another way.
    """
    _refuse_newer(entry.text, entry.where)
    return list(paths_in(entry.text))


def named_inside(path: str, stores: Sequence[Store]) -> Iterator[list[str]]:
    """Every path that the object under *path* names, piece by piece. Empty if it is gone.

    Raises:
        SweepError: It is in a newer form.
        StoreError: A store refused to read it. A retry may help.
    """
    if not (path.endswith(f".{NAMES_OTHERS}") and is_object_path(path)):
        return
    for store in stores:
        tail = b""
        try:
            for chunk in store.read_chunks(path, size=store.size(path)):
                text = tail + bytes(chunk)
                _refuse_newer(text, store.describe(path))
                yield list(paths_in(text))
                tail = text[-_WINDOW:]
        except (PointerNotFoundError, IntegrityError):
            continue  # whoever follows the entry does not get further either


def is_marked(entry: Entry) -> bool:
    """Whether typedxcom wrote some part of the entry."""
    return MARKER.encode() in entry.text


def _refuse_newer(text: bytes, where: str) -> None:
    newest = max(map(int, _FORM.findall(text)), default=VERSION)
    if newest > VERSION:
        raise SweepError(
            f"{where} is in form {newest} of typedxcom, which may name objects in a way that this "
            "version does not know. Upgrade typedxcom where the sweep runs, or delete that entry."
        )
