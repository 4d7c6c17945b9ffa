"""A task's process that is killed (-9) at any point of its push, and two that push at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from typedxcom.codecs import make_codec
from typedxcom.exchange import load
from typedxcom.schema import schema_of
from typedxcom.stored.access import Stores
from typedxcom.stores import LocalStore

CODEC = make_codec(list[int], schema_of(list[int]))

# One attempt of a task: the value is stored, then the row is pushed (to a file, as a whole).
ATTEMPT = """
import json, os, signal, sys
from typedxcom.codecs import make_codec
from typedxcom.exchange import dump
from typedxcom.stored.access import Placement, Stores
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stores import LocalStore, local

root, row, point, count = sys.argv[1:]

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def half(file, data):
    write(file, data[: len(data) // 2])
    die()

write, store = os.write, LocalStore(root)
if point == "before the write":
    local.LocalStage.__init__ = die
elif point == "during the write":
    local.os.write = half
elif point == "before it has its name":
    local.LocalStage._appear = die
elif point == "before its other name goes":
    local.LocalStage.discard = die
elif point == "two at once":
    print("ready", flush=True)
    sys.stdin.read()
stores = Stores(lambda name: store)
placement = Placement(stores, Coordinates("dag", "run", "task"), store.name)
codec = make_codec(list[int], schema_of(list[int]))
made = dump(list(range(int(count))), codec, settings=Settings(), placement=placement)
if point == "between write and push": die()
with open(row + ".new", "w") as file:
    json.dump(made, file)
os.rename(row + ".new", row)
"""
COUNT = 50_000


def attempt(folder: Path, point: str, count: int = COUNT, row: str = "row") -> Any:
    """Begin one attempt in a process of its own."""
    where = [str(folder / "store"), str(folder / row), point, str(count)]
    return subprocess.Popen(
        [sys.executable, "-c", ATTEMPT, *where], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def arrived(folder: Path, row: str = "row") -> list[int]:
    """What a downstream task gets."""
    store = LocalStore(folder / "store")
    pushed = json.loads((folder / row).read_text())
    value: list[int] = load(pushed, CODEC, stores=Stores(lambda name: store))
    return value


@pytest.mark.parametrize(
    ("point", "objects", "partials"),
    [
        ("before the write", 0, 0),
        ("during the write", 0, 1),
        ("before it has its name", 0, 1),
        ("before its other name goes", 1, 1),
        ("between write and push", 1, 0),
    ],
)
def test_a_killed_attempt_pushes_nothing_and_its_rests_are_found(
    tmp_path: Path, point: str, objects: int, partials: int
) -> None:
    """No row, nothing partial under a name; the retry brings the value with the same object."""
    store = LocalStore(tmp_path / "store")
    with attempt(tmp_path, point) as killed:
        pass
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "row").exists()
    left = list(store.list())
    rests = list(store.partials())
    assert (len(left), len(rests)) == (objects, partials)
    with attempt(tmp_path, "none") as retry:
        pass
    assert retry.returncode == 0
    assert arrived(tmp_path) == list(range(COUNT))
    assert len(list(store.list())) == 1
    assert all(store.delete_partial(rest.path) for rest in rests)
    assert not list(store.partials())
    assert arrived(tmp_path) == list(range(COUNT))


@pytest.mark.parametrize("counts", [(COUNT, COUNT), (COUNT, COUNT + 1)], ids=["same", "different"])
def test_two_attempts_at_once_each_push_what_they_wrote(
    tmp_path: Path, counts: tuple[int, int]
) -> None:
    """A zombie beside its retry: whichever row comes last, its reader gets that row's value."""
    both = [attempt(tmp_path, "two at once", count, f"row{count}") for count in counts]
    for one in both:
        assert one.stdout.readline() == b"ready\n"
    for one in both:
        one.stdin.close()
    for one in both:
        one.stdout.close()
        assert one.wait() == 0
    assert [arrived(tmp_path, f"row{count}") for count in counts] == [
        list(range(count)) for count in counts
    ]
    store = LocalStore(tmp_path / "store")
    assert len(list(store.list())) == len(set(counts))
    assert not list(store.partials())
    assert os.listdir(store.root / "+partial") == []
