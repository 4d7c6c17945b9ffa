"""Airflow's CVEs about XCom, and why none of their patterns applies.

In each of them stored data chose what was loaded. A row of ours holds no class name and no code,
and the annotation of the reader alone decides what a row becomes.
"""

from __future__ import annotations

import base64
import pickle
import sys
import types
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from typedxcom.backend import XComBackend
from typedxcom.codecs import make_codec
from typedxcom.errors import IntegrityError, TypedXComError, ValidationError
from typedxcom.exchange import load, opened
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import MemoryStore

pytestmark = pytest.mark.airflow


class Order(BaseModel):
    """What readers ask for."""

    id: int
    note: Any = None


CODEC = make_codec(Order, schema_of(Order))
ANY = make_codec(Any, schema_of(Any))
loaded: list[str] = []


class Bomb:
    """A class that tells when anybody makes one."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        loaded.append("made")

    def __reduce__(self) -> Any:
        return (loaded.append, ("unpickled",))

    @staticmethod
    def deserialize(*args: object) -> object:
        loaded.append("deserialized")
        return None


@pytest.fixture(autouse=True)
def bomb(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that stored data may name; importing a name from it, or making one, is told."""

    class Told(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            loaded.append(f"looked up {name}")
            return Bomb

    monkeypatch.setitem(sys.modules, "cve_bomb", Told("cve_bomb"))
    loaded.clear()
    yield
    assert not loaded


def read_in_every_way(row: Any) -> None:
    """Read *row* with contracts and without; nobody may load what it names."""
    for codec in (CODEC, ANY):
        try:
            load(row, codec)
        except TypedXComError:
            continue
    opened(row)


def test_cve_2023_50943_a_pickle_in_a_row_is_never_unpickled() -> None:
    """`enable_xcom_pickling=False` could be passed by; here nothing can unpickle at all."""
    raw = pickle.dumps(Bomb())
    loaded.clear()
    for text in (raw.hex(), base64.b64encode(raw).decode(), raw.decode("latin1")):
        read_in_every_way({"id": 1, "note": text})
        assert load({"id": 1, "note": text}, CODEC).note == text
    store = MemoryStore(name="default")
    stores = Stores(lambda name: store)
    for codec in ("json", "bytes", "file", "arrow", "pickle"):
        placement = Placement(stores, Coordinates("d", "r", "t"), "default")
        row = placement.put(raw, codec=codec, ext="bin", about="a pickle")
        with pytest.raises(TypedXComError):
            load(row, CODEC, stores=stores)
    sources = Path(sys.modules["typedxcom"].__file__ or "").parent.rglob("*.py")
    users = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    imported = {
        line.split()[1].partition(".")[0]
        for path in sources
        for line in path.read_text().splitlines()
        if line.strip().startswith(("import ", "from "))
    }
    assert not imported & users


SERDE = {"__classname__": "cve_bomb.Bomb", "__version__": 1, "__data__": {"id": 1}}
OLD_SERDE = {"__type": "cve_bomb.Bomb", "__source": None, "__var": {"id": 1}}
DEADLINE = {"__class_path": "cve_bomb.Bomb", "reference_type": "cve_bomb.Bomb", "kwargs": {}}


@pytest.mark.parametrize("row", [SERDE, OLD_SERDE], ids=["new form", "old form"])
def test_cve_2026_33858_a_class_name_in_a_row_loads_nothing(row: dict[str, Any]) -> None:
    """A payload with a class name ran code in the API server, which asks nothing of ours."""
    read_in_every_way(row)
    with pytest.raises(ValidationError):
        load(row, CODEC)
    assert load({"id": 1, "note": row}, CODEC).note == row


def test_cve_2026_33858_the_backend_refuses_what_airflow_does_not_allow() -> None:
    """Untyped values are read by Airflow's own rules, whose allow-list does not know the class."""
    with pytest.raises(Exception, match=r"cve_bomb\.Bomb was not found in allow list"):
        XComBackend.deserialize_value(SimpleNamespace(value=SERDE))


@pytest.mark.parametrize("row", [SERDE, OLD_SERDE], ids=["new form", "old form"])
def test_cve_2026_25917_a_link_needs_no_class_to_be_shown(row: dict[str, Any]) -> None:
    """Extra links deserialized rows in the API server; a text row shows it nothing but JSON."""
    import msgspec

    text = {"$typedxcom": 1, "about": "text", "json": msgspec.json.encode(row).decode()}
    read_in_every_way(text)
    assert opened(text) == row
    assert set(text) == {"$typedxcom", "about", "json"}


@pytest.mark.parametrize("key", ["return_value", "trigger", "next_kwargs"])
@pytest.mark.parametrize("depth", [0, 1, 5])
def test_cve_2026_42359_an_edited_row_is_no_more_trusted_than_a_new_one(
    key: str, depth: int
) -> None:
    """The fix guarded one way into the database; what reads has to be safe for every way."""
    row: Any = {"__type": "dict", "__var": {key: {**SERDE, **OLD_SERDE}}}
    for _ in range(depth):
        row = {"inner": [row]}
    read_in_every_way(row)
    read_in_every_way({"id": 1, "note": row})
    read_in_every_way({"b": row, "a": 1, "$typedxcom": ["b", "a"]})
    assert load({"id": 1, "note": row}, CODEC).note == row


def test_cve_2026_45360_a_class_path_is_data_like_any_other() -> None:
    """A class path in stored state was imported without an allow-list; here it stays a string."""
    read_in_every_way(DEADLINE)
    assert load({"id": 1, "note": DEADLINE}, CODEC).note == DEADLINE
    store = MemoryStore(name="default")
    stores = Stores(lambda name: store)
    placement = Placement(stores, Coordinates("d", "r", "t"), "default")
    row = placement.put(b"{}", codec="json", ext="json", about="an object")
    for codec in ("cve_bomb.Bomb", "cve_bomb", "os.system", "airflow.models.dag.DAG"):
        with pytest.raises((TypedXComError, IntegrityError)):
            load({**row, "codec": codec}, CODEC, stores=stores)
