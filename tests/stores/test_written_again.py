"""What a task writes again is new: a sweep that saw it as old does not remove it."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from typedxcom.pointer import Coordinates, digest_of, is_object_path, object_path, paths_in
from typedxcom.stores.local import LocalStore

NOW = datetime.now(timezone.utc)
OLD = NOW - timedelta(days=30)


def aged(store: LocalStore, path: str) -> None:
    """Make a local object a month old."""
    os.utime(store.root / path, (OLD.timestamp(), OLD.timestamp()))


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def local(request, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(1, "Operation not permitted")

    if not request.param:
        monkeypatch.setattr("typedxcom.stores.local.os.link", refuse)
    return LocalStore(tmp_path / "store")


@pytest.mark.parametrize("data", [b"12345", [b"123", b"45"]], ids=["whole", "pieces"])
def test_an_old_local_object_gets_the_date_of_now(local, data):
    """And the sweep that listed it with its old date finds another one."""
    local.write("a/b", b"12345")
    aged(local, "a/b")
    [seen] = local.list()
    assert seen.modified < NOW - timedelta(days=29)
    local.write("a/b", data if isinstance(data, bytes) else iter(data))
    assert next(local.list()).modified > NOW - timedelta(minutes=1)
    assert local.delete_unchanged(seen) is False
    assert bytes(local.read("a/b", size=5)) == b"12345"
    assert not list(local.partials())


def test_an_object_that_is_written_again_while_it_is_taken_away_comes_back(local, monkeypatch):
    """The last look, after the file has lost its name, decides."""
    local.write("a/b", b"12345")
    aged(local, "a/b")
    [seen] = local.list()
    rename = os.rename

    def written_just_before(source, target, **folders):
        if source == "b":
            os.utime(local.root / "a/b")
        rename(source, target, **folders)

    monkeypatch.setattr("typedxcom.stores.aside.os.rename", written_just_before)
    assert local.delete_unchanged(seen) is False
    assert bytes(local.read("a/b", size=5)) == b"12345"
    assert not list(local.partials())


def test_an_object_that_is_taken_away_while_it_is_renewed_is_written_anew(local, monkeypatch):
    """The writer has set the date of a file that has lost its name since: it makes a new one."""
    local.write("a/b", b"12345")
    aged(local, "a/b")
    [seen] = local.list()
    utime, swept = os.utime, []

    def swept_just_before(file, *args, **kwargs):
        if not swept:
            swept.append(local.delete_unchanged(seen))
        utime(file, *args, **kwargs)

    monkeypatch.setattr("typedxcom.stores.local.os.utime", swept_just_before)
    local.write("a/b", b"12345")
    assert swept == [True]
    assert bytes(local.read("a/b", size=5)) == b"12345"
    assert not list(local.partials())


TEXTS = st.text(min_size=1, max_size=40)
PATHS = st.builds(
    lambda dag, run, task, index, key, data, algorithm, ext: object_path(
        Coordinates(dag, run, task, index, key), digest_of(data, algorithm), ext
    ),
    *[TEXTS] * 3,
    st.integers(-1, 10**6),
    TEXTS,
    st.binary(max_size=4),
    st.sampled_from(["xxh3", "sha256"]),
    st.sampled_from(["json", "rows.json", "a0.b1.c2", "x" * 16]),
)
BESIDE = st.one_of(TEXTS, st.integers(), st.none())


@given(st.lists(PATHS, max_size=5), BESIDE, st.integers(0, 4), st.booleans(), st.booleans())
def test_every_path_in_a_row_is_found(paths, beside, depth, is_ascii, is_spaced):
    """However deep it stands, in texts within texts too, and whatever stands beside it."""
    tree = [{"$typedxcom": 1, "path": path, f"{beside}": beside} for path in paths]
    separators = None if is_spaced else (",", ":")
    for _ in range(depth):
        tree = {"json": json.dumps(tree, ensure_ascii=is_ascii, separators=separators), "x": "\n"}
    text = json.dumps(tree, ensure_ascii=is_ascii, separators=separators)
    found = list(paths_in(text.encode("utf-8", "surrogatepass")))
    assert set(paths) <= set(found)
    assert set(map(is_object_path, found)) <= {True}
