"""A row is attacker-controlled: every way to read a hostile one ends in an error of ours.

In bounded memory, and with nothing outside the store's root touched. `rows` has the rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.harness import env
from tests.hostile.rows import Model, Struct
from typedxcom.codecs import make_codec
from typedxcom.codecs.text import read_text
from typedxcom.errors import DecodeError, TypedXComError, ValidationError
from typedxcom.exchange import load, opened
from typedxcom.schema import schema_of

CANARY = b'[1, "canary: must be neither read nor deleted"]'
GROWTH = 100 * 2**20  # bytes; the keys of a row are in memory before anybody reads them
LIMIT = 8 * 2**30  # bytes of addresses, most of which libraries reserve and never touch


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What became of each row; the canary is as it was."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "outside").mkdir()
    canary = folder / "outside" / "canary"
    canary.write_bytes(CANARY)
    before = canary.stat()
    settings = env.home_settings(folder)
    settings["AIRFLOW__TYPEDXCOM__STORE"] = str(folder / "store")
    command = [sys.executable, "-m", "tests.hostile.rows", str(folder), str(LIMIT)]
    done = subprocess.run(
        command,
        env=env.clean_environ(**settings),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    after = canary.stat()
    assert canary.read_bytes() == CANARY
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in canary.parent.iterdir()] == ["canary"]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {one["name"]: one for one in lines}


def test_every_hostile_row_is_refused_by_every_reader(told: dict[str, dict[str, Any]]) -> None:
    """Typed by each engine, as a table, as a file, untyped and by XComBackend: an error of ours."""
    wrong = {
        f"{name}, read as {way}": outcome
        for name, one in told.items()
        for way, outcome in one["outcomes"].items()
        if outcome != "refused"
    }
    assert not wrong
    assert len(told) > 100
    assert all(len(one["outcomes"]) == 7 for one in told.values())


def test_no_hostile_row_takes_memory(told: dict[str, dict[str, Any]]) -> None:
    """Not what a row declares, but what it is, decides what is taken for it."""
    assert not {name: one["growth"] for name, one in told.items() if one["growth"] > GROWTH}


class Typed(TypedDict):
    id: int


@pytest.mark.parametrize("annotation", [Model, Struct, Typed, dict[str, int], Any])
def test_a_duplicate_key_means_the_same_to_every_reader(annotation: Any) -> None:
    """The last one counts with every engine, so no check looks at one and the body at another."""
    codec = make_codec(annotation, schema_of(annotation))
    found = load({"$typedxcom": 1, "json": '{"id": 1, "id": 2}'}, codec)
    assert (found["id"] if isinstance(found, dict) else found.id) == 2
    if annotation is not Any:
        with pytest.raises(ValidationError):
            load({"$typedxcom": 1, "json": '{"id": 1, "id": "x"}'}, codec)


@pytest.mark.parametrize(
    "text",
    [
        '[{"$typedxcom": 1, "json": "1", "json": "2"}]',
        '{"a": {"$typedxcom": 1, "path": "a", "path": "b"}}',
        '{"a": 1, "a": {"$typedxcom": 1, "json": "2"}}',
        '[{"$typedxcom": 1, "$typedxcom": 2}, ' + '{"x": 1},' * 100_000 + "1]",
    ],
    ids=["text", "pointer", "beside", "long"],
)
def test_a_duplicate_key_beside_a_form_of_ours_is_refused(text: str) -> None:
    """Whatever is followed or checked there has one meaning."""
    with pytest.raises(DecodeError, match="names a key twice"):
        opened({"$typedxcom": 1, "json": text}, None)
    with pytest.raises(DecodeError, match="names a key twice"):
        read_text(text.encode())


class Strict(BaseModel):
    """Limits that an attacker's number is beyond."""

    model_config = {"allow_inf_nan": False}
    ratio: float = 0
    count: Annotated[int, Field(ge=-(2**63), lt=2**63)] = 0


@pytest.mark.parametrize(
    "text",
    [
        '{"ratio": NaN}',
        '{"ratio": Infinity}',
        '{"ratio": -Infinity}',
        '{"ratio": 1e400}',
        '{"count": 9223372036854775808}',
        '{"count": -9223372036854775809}',
        '{"count": 1e19}',
        '{"count": NaN}',
    ],
)
def test_a_number_beyond_the_contract_is_refused(text: str) -> None:
    """NaN, infinities and integers beyond 64 bits arrive only where the contract takes them."""
    with pytest.raises(TypedXComError):
        load({"$typedxcom": 1, "json": text}, make_codec(Strict, schema_of(Strict)))
    with pytest.raises(TypedXComError):
        load([{"$typedxcom": 1, "json": text}], make_codec(list[Strict], schema_of(list[Strict])))
