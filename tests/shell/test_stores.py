"""A store's address in airflow.cfg, and the connection that it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.sdk.io import attach
from fsspec.implementations.memory import MemoryFileSystem

from typedxcom.airflow import stores
from typedxcom.errors import ConfigurationError

pytestmark = [pytest.mark.airflow, pytest.mark.usefixtures("forgotten")]


def test_a_connection_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's S3 file system would go on without credentials, to Amazon."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", "s3://nowhere@bucket/xcom")
    with pytest.raises(ConfigurationError, match=r"'nowhere', which Airflow does not know: add"):
        stores.open_store("default")


@pytest.mark.parametrize("connection", [None, "known"])
def test_a_known_connection_or_none_is_taken(
    monkeypatch: pytest.MonkeyPatch, connection: str | None
) -> None:
    """The store that the address names works."""
    attach("memory", connection, fs=MemoryFileSystem())
    monkeypatch.setenv("AIRFLOW_CONN_KNOWN", '{"conn_type": "generic"}')
    address = f"memory://{connection}@bucket/xcom" if connection else "memory://bucket/xcom"
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", address)
    store = stores.open_store("default")
    store.write("d/x", b"bytes")
    assert bytes(store.read("d/x", size=5)) == b"bytes"
    store.delete("d/x")


@pytest.mark.parametrize("is_on", [None, "False", "True"])
def test_objects_of_a_folder_are_copied_where_that_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, is_on: str | None
) -> None:
    """``copy_local_objects`` is off unless it is set."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path))
    if is_on is not None:
        monkeypatch.setenv("AIRFLOW__TYPEDXCOM__COPY_LOCAL_OBJECTS", is_on)
    store = stores.open_store("default")
    store.write("d/x", b"bytes")
    assert (store.open_local("d/x") is None) is (is_on == "True")
