"""Whose objects are in a store, so that deployments that share a root keep theirs apart.

The name of an object holds its owner: 12 characters that stand for a deployment. And each
deployment that writes to a store leaves a record there, beside the folders of DAGs::

    .typedxcom/3f2a9c1d22ab.json                     3f2a9c1d22ab has written here
    .typedxcom/3f2a9c1d22ab.adopted.unmarked.json    and took over older objects without an owner

Every deployment writes only its own records, so writers never race for one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from typedxcom.errors import PointerNotFoundError
from typedxcom.stores.base import Store

__all__ = ["UNMARKED", "Owners", "adopt", "bind", "owner_name", "read_owners"]

UNMARKED: Final = "unmarked"  # what has no owner in its name: it was written before there were any
_FOLDER = ".typedxcom"  # no object has a path of two parts, so a DAG of that name does no harm
_RECORD = re.compile(r"([0-9a-f]{12})(?:\.adopted\.([0-9a-f]{12}|unmarked))?\.json")


@dataclass(frozen=True, slots=True)
class Owners:
    """The records of one store.

    Attributes:
        known: The deployments that have written there.
        adopted: By deployment, whose objects it took over, and when.
    """

    known: frozenset[str] = frozenset()
    adopted: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)

    def owns(self, owner: str, writer: str, modified: datetime) -> bool:
        """Whether an object counts as one of *owner*.

        Args:
            writer: As `owner_of` its path.
            modified: Its date. What came after *owner* took over such objects belongs to others.
        """
        if writer == owner:
            return True
        taken = self.adopted.get(owner, {}).get(writer or UNMARKED)
        return taken is not None and modified <= taken


def owner_name(deployment: str) -> str:
    """The owner in the names of a deployment's objects: 12 characters for any id."""
    return hashlib.sha256(deployment.strip().encode()).hexdigest()[:12]


def bind(store: Store, owner: str) -> None:
    """Note in *store* that *owner* writes there, unless that is noted. Writers may race.

    Raises:
        StoreError: The store refused. A retry may help.
    """
    path = f"{_FOLDER}/{owner}.json"
    try:
        store.size(path)
    except PointerNotFoundError:
        store.write(path, _record(owner))


def adopt(store: Store, owner: str, of: str = UNMARKED) -> None:
    """Note that *owner* takes over the objects that are there now.

    Args:
        of: Whose: another owner, or `UNMARKED`.

    Raises:
        StoreError: The store refused. A retry may help.
    """
    bind(store, owner)
    store.write(f"{_FOLDER}/{owner}.adopted.{of}.json", _record(owner, adopted=of))


def read_owners(store: Store) -> Owners:
    """The records of *store*.

    Raises:
        StoreError: The store refused. A retry may help.
    """
    known: set[str] = set()
    adopted: dict[str, dict[str, datetime]] = {}
    for stored in store.list(_FOLDER):
        found = _RECORD.fullmatch(stored.path.removeprefix(f"{_FOLDER}/"))
        if found is None:
            continue
        owner, other = found.groups()
        if other is None:
            known.add(owner)
        else:
            adopted.setdefault(owner, {})[other] = stored.modified
    return Owners(frozenset(known), adopted)


def _record(owner: str, **more: str) -> bytes:
    about = "typedxcom: this deployment writes XCom objects here. Do not delete."
    return msgspec.json.encode({"about": about, "deployment": owner, **more})
