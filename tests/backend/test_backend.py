"""The XCom backend's two directions and its purge, without a running Airflow."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk.bases.xcom import BaseXCom

from typedxcom.airflow.private import AirflowFailException
from typedxcom.airflow.running.stores import placed
from typedxcom.backend import XComBackend, raw_entries
from typedxcom.errors import EncodeError, IntegrityError, PointerNotFoundError
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored.file import File, FileCodec
from typedxcom.stores import LocalStore

pytestmark = pytest.mark.airflow
AT: dict[str, Any] = {
    "key": "return_value",
    "task_id": "t",
    "dag_id": "d",
    "run_id": "r",
    "map_index": -1,
}


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> Path:
    """A store in *tmp_path*, and a threshold that small values pass."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path / "store"))
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", "100")
    return tmp_path / "store"


def objects(store: Path) -> list[str]:
    """The stored objects, relative to the root."""
    return sorted(str(path.relative_to(store)) for path in store.rglob("*.*") if path.is_file())


def through(value: Any) -> Any:
    """*value* as an untyped task gets it from an untyped task."""
    row = json.loads(json.dumps(XComBackend.serialize_value(value, **AT)))
    return XComBackend.deserialize_value(SimpleNamespace(value=row))


@pytest.mark.parametrize("value", [1, "x", None, [1, 2], {"a": 1}, {"b": [1.5, None]}])
def test_small_values_stay_in_the_row(store: Path, value: Any) -> None:
    """What Airflow's own backend would write is written as it is."""
    assert through(value) == value
    assert XComBackend.serialize_value(value, **AT) == value
    assert not store.exists()


@pytest.mark.parametrize("key", ["../victim/return_value", "ok?", "n#1", "%41"])
def test_a_key_that_airflow_would_take_for_another_is_refused(key: str) -> None:
    """Also where an untyped task pushes it; 3.4's hook refuses it too."""
    coordinate = SimpleNamespace(dag_id="d", run_id="r", task_id="t", region_index=None)
    for write in (
        lambda: XComBackend.serialize_value(1, **{**AT, "key": key}),
        lambda: XComBackend.store_value(coordinate, key, 1),
    ):
        with pytest.raises(
            EncodeError, match=r"^The key .* cannot name an XCom: .* Rename it"
        ) as e:
            write()
        assert isinstance(e.value, AirflowFailException)
    assert XComBackend.serialize_value(1, **{**AT, "key": "a/b c"}) == 1


@pytest.mark.parametrize(
    "value", ["x" * 200, list(range(200)), {"a": {"b": "x" * 200}}, {"s": (1, 2), "t": "x" * 200}]
)
def test_large_values_leave_the_database(store: Path, value: Any) -> None:
    """A large value of an untyped task goes to the store and comes back as Airflow reads it."""
    row = XComBackend.serialize_value(value, **AT)
    assert len(json.dumps(row)) < 500
    assert row["codec"] == ("items" if isinstance(value, list) else "airflow")
    assert through(value) == value
    assert len(objects(store)) == 1


def test_an_object_that_names_others_says_so(store: Path) -> None:
    """A long list of pointers is one object; by its extension the sweep knows that it must look."""
    inside = [XComBackend.serialize_value(bytes([number]), **AT) for number in range(3)]
    row = XComBackend.serialize_value(inside, **AT)
    assert row["path"].endswith(".rows.json")
    assert not XComBackend.serialize_value("x" * 200, **AT)["path"].endswith(".rows.json")
    assert XComBackend.deserialize_value(SimpleNamespace(value=row)) == [b"\0", b"\1", b"\2"]


def test_bytes_and_tables_of_untyped_tasks_travel() -> None:
    """What Airflow's own serialization refuses has a pointer here."""
    table = pa.table({"x": [1, 2, 3]})
    assert through(b"\xff\x00") == b"\xff\x00"
    assert through(table).equals(table)


def test_a_row_of_a_typed_task_is_passed_on_and_opened() -> None:
    """Text rows and order marks are taken off for readers without a contract, at any depth."""
    text = {"$typedxcom": 1, "about": "text", "json": "[1, NaN]"}
    assert XComBackend.serialize_value(text, **AT) is text
    row = {"z": text, "a": {"c": 1, "b": 2, "$typedxcom": ["c", "b"]}, "$typedxcom": ["z", "a"]}
    value = XComBackend.deserialize_value(SimpleNamespace(value=row))
    assert list(value) == ["z", "a"]
    assert value["z"][0] == 1
    assert list(value["a"]) == ["c", "b"]


def test_a_reader_with_a_contract_gets_the_row_as_it_lies() -> None:
    """Inside `raw_entries` the text stays a text, which the contract decodes at once."""
    text = {"$typedxcom": 1, "about": "text", "json": "[1]"}
    with raw_entries():
        assert XComBackend.deserialize_value(SimpleNamespace(value=text)) == text
    assert XComBackend.deserialize_value(SimpleNamespace(value=text)) == [1]


def test_a_lost_object_is_an_error_never_a_path(store: Path) -> None:
    """An object that is gone raises, with its address."""
    row = XComBackend.serialize_value("x" * 200, **AT)
    (store / objects(store)[0]).unlink()
    with pytest.raises(PointerNotFoundError, match="d/r/t"):
        XComBackend.deserialize_value(SimpleNamespace(value=row))


def test_an_altered_object_is_an_error(store: Path) -> None:
    """One flipped bit is found by the digest."""
    row = XComBackend.serialize_value("x" * 200, **AT)
    path = store / objects(store)[0]
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match="digest"):
        XComBackend.deserialize_value(SimpleNamespace(value=row))


def test_a_string_that_looks_like_a_path_stays_a_string(store: Path) -> None:
    """Only a marked row is a pointer; a user's own string never is."""
    XComBackend.serialize_value("x" * 200, **AT)
    string = f"file://{store}/{objects(store)[0]}"
    assert through(string) == string


def delete(row: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete an XCom as Airflow does, with *row* for what the server would answer."""
    from airflow.sdk.bases.xcom import BaseXCom

    def base_delete(cls: Any, *args: Any) -> None:
        cls.purge(SimpleNamespace(value=row))

    monkeypatch.setattr(BaseXCom, "delete", classmethod(base_delete))
    XComBackend.delete(**AT)


def test_purge_removes_what_the_row_names_and_owns(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Purge deletes under its own coordinates only: a row that names another's object leaves it."""
    mine = XComBackend.serialize_value("x" * 200, **AT)
    other = XComBackend.serialize_value("y" * 200, **{**AT, "task_id": "other"})
    delete([mine, {"deep": other}], monkeypatch)
    assert [name.split("/")[2] for name in objects(store)] == ["other"]


def test_purge_leaves_what_another_row_may_name(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table or a file is passed on as it is; what every reader gets as a value goes."""
    (tmp_path / "file.txt").write_bytes(b"x")
    place = placed(Coordinates("d", "r", "t"))
    table = XComBackend.serialize_value(pa.table({"x": [1]}), **AT)
    file = FileCodec(schema_of(File)).write(File(tmp_path / "file.txt"), place)
    values = ["x" * 200, list(range(200)), b"x"]
    delete([table, file, *(XComBackend.serialize_value(one, **AT) for one in values)], monkeypatch)
    assert sorted(objects(store)) == sorted([table["path"], file["path"]])


def test_purge_goes_on_after_what_it_cannot_read(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One damaged pointer does not keep the others, before or after it."""
    rows = [XComBackend.serialize_value(one * 200, **AT) for one in "xy"]
    damaged = {**rows[0], "path": "../x"}
    delete([damaged, rows[0], damaged, rows[1], damaged], monkeypatch)
    assert objects(store) == []


@pytest.mark.parametrize(
    "row",
    [
        {"$typedxcom": 1, "path": "../../canary", "digest": "x"},
        {"$typedxcom": 1, "path": "/etc/passwd"},
        {"$typedxcom": 7, "path": "d/r/t/-1/return_value/x.json"},
        "file:///canary",
        None,
        [[[]]],
    ],
)
def test_purge_never_raises_and_never_leaves_the_root(
    tmp_path: Path, row: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forged or damaged row is logged and left to the sweep; nothing outside is touched."""
    canary = tmp_path / "canary"
    canary.write_text("alive")
    delete(row, monkeypatch)
    assert canary.read_text() == "alive"


def test_airflow_3_4_hooks_do_the_same(store: Path) -> None:
    """`store_value` and `load_value` are the same two directions; an iteration has its own path."""
    at = SimpleNamespace(dag_id="d", run_id="r", task_id="t", ti_id=None, region_index=4)
    row = XComBackend.store_value(at, "return_value", "x" * 200)
    assert XComBackend.load_value(row) == "x" * 200
    assert objects(store)[0].startswith("d/r/t/4/return_value/")


def test_the_same_value_is_the_same_object(store: Path) -> None:
    """A retry that writes the same bytes writes the same object; another value another one."""
    one = XComBackend.serialize_value("x" * 200, **AT)
    assert XComBackend.serialize_value("x" * 200, **AT) == one
    XComBackend.serialize_value("y" * 200, **AT)
    assert len(objects(store)) == 2


def test_one_item_of_a_stored_list_is_read_alone(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mapped instance reads its own item by two ranges; the whole list is one object."""
    value = [{"n": number, "text": "x" * 200} for number in range(1000)]
    row = XComBackend.serialize_value(value, **AT)
    assert (row["codec"], row["rows"]) == ("items", 1000)
    assert len(objects(store)) == 1
    with raw_entries():
        items = XComBackend.deserialize_value(SimpleNamespace(value=row))
    read: list[int] = []
    own = LocalStore.read_range

    def counted(self: LocalStore, path: str, start: int, stop: int) -> Any:
        read.append(stop - start)
        return own(self, path, start, stop)

    monkeypatch.setattr(LocalStore, "read_range", counted)
    assert len(items) == 1000
    assert (items[0], items[-1], items[500]) == (value[0], value[999], value[500])
    assert sum(read) < 10_000
    assert items[3:5] == value[3:5]
    assert list(items) == value
    with pytest.raises(IndexError):
        items[1000]


def test_an_altered_item_is_an_error(store: Path) -> None:
    """One flipped bit in the one line that is read is found, as it is in a whole read."""
    row = XComBackend.serialize_value(["x" * 2000] * 1000, **AT)
    path = store / objects(store)[0]
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[50] ^= 1
    path.write_bytes(data)
    with raw_entries():
        items = XComBackend.deserialize_value(SimpleNamespace(value=row))
    assert items[1] == "x" * 2000
    with pytest.raises(IntegrityError, match="items are damaged"):
        items[0]
    with pytest.raises(IntegrityError, match="digest"):
        items[:]


def test_an_untyped_reader_follows_no_pointer_of_another_xcom(
    monkeypatch: pytest.MonkeyPatch, forgotten: Any
) -> None:
    """With a key: what Airflow is asked for and what the pointer was signed for must agree."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SIGNING_KEY", "k" * 32)
    forgotten()
    large = ["x" * 100] * 3
    row = XComBackend.serialize_value(large, **AT)
    for name, many in (("get_one", False), ("get_all", True)):

        def found(cls: Any, *, many: bool = many, **where: Any) -> Any:
            values = cls.deserialize_value(SimpleNamespace(value=row))
            return [values] if many else values

        monkeypatch.setattr(BaseXCom, name, classmethod(found))
    earlier = {"include_prior_dates": True, "run_id": "later"}
    for where in (AT, {**AT, **earlier}, {"key": "return_value", "task_id": "t"}):
        assert XComBackend.get_one(**where) == large
        assert XComBackend.get_all(**where) == [large]
    for other in ({"task_id": "u"}, {"dag_id": "e"}, {"run_id": "later"}, {"key": "side"}):
        for get in (XComBackend.get_one, XComBackend.get_all):
            with pytest.raises(IntegrityError, match="was signed for another XCom"):
                get(**{**AT, **other})
