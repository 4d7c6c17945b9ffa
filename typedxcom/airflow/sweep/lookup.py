"""One entry by the names of its task, for a person: in whatever the sweep reads its rows from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typedxcom.airflow.running.origins import stores_from
from typedxcom.airflow.sweep.run import configured_source
from typedxcom.codecs.text import read_text
from typedxcom.pointer import Coordinates, Origin
from typedxcom.stored.access import Stores

if TYPE_CHECKING:
    from typedxcom.airflow.sweep.api import ApiEntries
    from typedxcom.airflow.sweep.database import DatabaseEntries

__all__ = ["LATEST", "FoundEntry", "NoEntryError", "find_entry"]

LATEST = "latest"
_SHOWN = 10  # keys or indexes in a message


class NoEntryError(Exception):
    """There is no such run or entry; the text says what there is."""


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry as it stands in the database, and where its pointers lead.

    Attributes:
        at: Whose it is; the run has its id.
        entry: Its JSON.
        stores: The stores, for a reader that asked for this entry and no other.
    """

    at: Coordinates
    entry: Any
    stores: Stores


def find_entry(at: Coordinates) -> FoundEntry:
    """The entry at *at*, whose run may be `LATEST`.

    Raises:
        NoEntryError: There is no such run or entry.
        ConfigurationError: A setting is missing or wrong.
        SweepError: The source cannot be read. A retry may help.
        DecodeError: The entry is no JSON that can be read.
    """
    with contextlib.closing(configured_source()) as source:
        found = _in_run(source, at)
        text = source.value(found)
        if text is None:
            keys = source.keys(found.dag_id, found.run_id, found.task_id)
            raise NoEntryError(_missing(found, keys, source.describe()))
    origin = Origin(found.dag_id, found.run_id, found.task_id, found.key, found.map_index)
    return FoundEntry(found, read_text(text), stores_from(origin))


def _in_run(source: ApiEntries | DatabaseEntries, at: Coordinates) -> Coordinates:
    if at.run_id != LATEST:
        return at
    run_id = source.latest_run(at.dag_id)
    if run_id is None:
        raise NoEntryError(f"DAG {at.dag_id!r} has no run in {source.describe()}.")
    return Coordinates(at.dag_id, run_id, at.task_id, at.map_index, at.key)


def _missing(at: Coordinates, keys: Sequence[tuple[int, str]], source: str) -> str:
    """Why there is no such entry, and what there is."""
    where = f"run {at.run_id!r} of DAG {at.dag_id!r}"
    if not keys:
        return (
            f"Task {at.task_id!r} has no XCom in {where}. Check the names ({source}). A task that "
            "failed, was skipped or returned None has no XCom."
        )
    indexes = [index for index, key in keys if key == at.key]
    if indexes and at.map_index < 0:
        return (
            f"Task {at.task_id!r} is mapped in {where}. Name one of its instances: --map-index "
            f"{_listed(map(str, indexes))}"
        )
    here = [repr(key) for index, key in keys if index == at.map_index]
    there = f"--key {_listed(iter(here))}" if here else f"--map-index {_listed(_indexes(keys))}"
    return f"{at} does not exist in {where}. There is: {there}"


def _indexes(keys: Sequence[tuple[int, str]]) -> Iterator[str]:
    return (str(index) for index in sorted({index for index, _ in keys}))


def _listed(words: Iterator[str]) -> str:
    """The first of *words*."""
    given = list(words)
    more = f" and {len(given) - _SHOWN} more" if len(given) > _SHOWN else ""
    return ", ".join(given[:_SHOWN]) + more
