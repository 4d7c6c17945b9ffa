"""Folders that stay open while files are removed lead nowhere else when somebody swaps them."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from typedxcom.stores import LocalStore, Store, StoredObject, aside
from typedxcom.stores.removing import OpenFolders

CANARY = b"not ours"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the store, with a file of the same name and size as an object's."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("1", "2"):
        (folder / name).write_bytes(CANARY)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A store with two objects in one folder."""
    made = LocalStore(tmp_path / "store")
    for name in ("1", "2"):
        made.write(f"a/b/{name}", b"x" * len(CANARY))
    return made


def listed(store: Store) -> list[StoredObject]:
    return sorted(store.list(), key=lambda one: one.path)


@pytest.mark.parametrize("swapped", ["a", "a/b"])
def test_a_folder_swapped_for_a_link_is_not_followed(
    store: LocalStore, outside: Path, swapped: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two objects of it, by somebody who may write to the store."""
    objects, take = listed(store), aside.take
    for stored in objects:  # what the link leads to looks like the object
        at = stored.modified.timestamp()
        os.utime(outside / stored.path[-1], (at, at))

    def take_and_swap(name: str, *rest: Any) -> bool:
        taken = take(name, *rest)
        folder = store.root / swapped
        if not folder.is_symlink():
            folder.rename(store.root.parent / "moved")
            folder.symlink_to(outside)
        return taken

    monkeypatch.setattr(aside, "take", take_and_swap)
    store.delete_all_unchanged(objects)
    assert [(outside / name).read_bytes() for name in ("1", "2")] == [CANARY] * 2
    assert outside.is_dir()


def test_a_link_is_never_entered(store: LocalStore, outside: Path) -> None:
    """Neither the first time nor after a folder that stays open."""
    (store.root / "a" / "link").symlink_to(outside)
    with closing(OpenFolders(store.root)) as folders:
        folders.enter(["a", "b"])
        with pytest.raises(NotADirectoryError):
            folders.enter(["a", "link"])
    assert sorted(one.name for one in outside.iterdir()) == ["1", "2"]
