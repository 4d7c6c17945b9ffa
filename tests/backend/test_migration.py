"""From the common.io provider's backend to ours, and back to Airflow's own: what each one reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom

from typedxcom.airflow import config
from typedxcom.airflow.running import stores
from typedxcom.backend import XComBackend
from typedxcom.codecs import make_codec
from typedxcom.errors import DecodeError, PointerNotFoundError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of

pytestmark = [
    pytest.mark.airflow,
    # The common.io backend of Airflow 3.1 with its own universal_pathlib.
    pytest.mark.filterwarnings("ignore:in a future version of UPath:PendingDeprecationWarning"),
]
AT: dict[str, Any] = {
    "key": "return_value",
    "task_id": "t",
    "dag_id": "d",
    "run_id": "r",
    "map_index": -1,
}
VALUE = {"text": "x" * 200, "numbers": list(range(100))}
CODEC = make_codec(dict[str, Any], schema_of(dict[str, Any]))


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> Iterator[None]:
    """Both backends store what is above 100 bytes, each in a folder of its own."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path / "ours"))
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", "100")
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__READ_COMMON_IO", "True")
    base = f"file://{tmp_path / 'theirs'}"
    monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_PATH", base)
    monkeypatch.setenv("AIRFLOW__COMMON_IO__XCOM_OBJECTSTORAGE_THRESHOLD", "100")
    for cache in theirs_caches():
        cache.cache_clear()
    yield
    for cache in theirs_caches():
        cache.cache_clear()


def theirs_caches() -> list[Any]:
    """What that backend reads once per process."""
    from airflow.providers.common.io.xcom import backend

    return [backend._get_base_path, backend._get_compression, backend._get_threshold]


def theirs(value: Any) -> Any:
    """The row that the common.io backend makes."""
    from airflow.providers.common.io.xcom.backend import XComObjectStorageBackend

    return XComObjectStorageBackend.serialize_value(value, **AT)


def read(row: Any, backend: Any = XComBackend) -> Any:
    """What a task without a contract gets."""
    return backend.deserialize_value(SimpleNamespace(value=row))


def test_rows_of_the_common_io_backend_are_read() -> None:
    """Large and small, by tasks with and without contracts; new rows are pointers of ours."""
    row = theirs(VALUE)
    assert isinstance(row, str)
    assert read(row) == VALUE
    assert load(read(row), CODEC) == VALUE
    assert read(theirs({"a": 1})) == {"a": 1}
    assert XComBackend.serialize_value(VALUE, **AT)["codec"] == "airflow"


def test_a_lost_object_of_the_common_io_backend_is_an_error(tmp_path: Path) -> None:
    """That backend would have given the path itself to the task."""
    row = theirs(VALUE)
    for path in (tmp_path / "theirs").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(PointerNotFoundError, match="Clear the task"):
        read(row)


@pytest.mark.parametrize("path", ["../canary", "x/../../canary", "../theirs/../canary"])
def test_a_string_that_leads_out_of_their_folder_is_a_string(tmp_path: Path, path: str) -> None:
    """Forged rows are not followed during the migration either."""
    (tmp_path / "canary").write_text('"read"')
    (tmp_path / "theirs").mkdir()
    for row in (f"file://{tmp_path}/theirs/{path}", f"file://{tmp_path}/canary"):
        assert read(row) != "read"


def test_after_the_migration_their_rows_are_plain_strings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the setting is off no string is ever followed."""
    row = theirs(VALUE)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__READ_COMMON_IO", "False")
    assert read(row) == row


def test_rolled_back_to_airflows_backend_small_rows_are_read_as_before() -> None:
    """Plain JSON needs nothing of ours, whoever wrote it."""
    small = {"id": 7, "tags": ["a", "b"]}
    typed = dump(small, CODEC, settings=config.settings())
    for row in (typed, XComBackend.serialize_value(small, **AT)):
        assert read(row, BaseXCom) == small


def test_rolled_back_a_large_row_is_a_marked_dict_and_never_a_wrong_value() -> None:
    """Typed tasks read their own pointers on every backend; others see the mark, and can tell."""
    placement = stores.placed(stores.Coordinates("d", "r", "t"))
    typed = dump(VALUE, CODEC, settings=config.settings(), placement=placement)
    assert read(typed, BaseXCom) == typed
    assert load(read(typed, BaseXCom), CODEC, stores=stores.stores()) == VALUE
    untyped = XComBackend.serialize_value(VALUE, **AT)
    assert read(untyped, BaseXCom)["$typedxcom"] == 1
    with pytest.raises(DecodeError, match="is not JSON"):
        load(untyped, CODEC, stores=stores.stores())


def test_before_a_rollback_everything_can_stay_in_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With high thresholds new rows are plain JSON, which is read without typedxcom."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", str(10**12))
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__THRESHOLD", str(10**12))
    config.settings.cache_clear()
    placement = stores.placed(stores.Coordinates("d", "r", "t"))
    typed = dump(VALUE, CODEC, settings=config.settings(), placement=placement)
    for row in (typed, XComBackend.serialize_value(VALUE, **AT)):
        assert read(row, BaseXCom) == VALUE
