"""A store's address in airflow.cfg, and the connection that it names."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.io import attach
from airflow.sdk.io import fs as airflow_fs
from airflow.sdk.io import store as airflow_stores
from fsspec.implementations.memory import MemoryFileSystem

from tests.e2e.support import AIRFLOW
from typedxcom.airflow import config
from typedxcom.airflow.running import stores
from typedxcom.backend import XComBackend
from typedxcom.errors import ConfigurationError
from typedxcom.stores import ObjectStore

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


class OwnBackend(XComBackend):
    """A deployment's backend that is built on ours."""


@pytest.mark.parametrize(
    ("backend", "is_ours"),
    [
        (None, False),
        ("airflow.sdk.bases.xcom.BaseXCom", False),
        ("typedxcom.backend.XComBackend", True),
        (f"{__name__}.OwnBackend", True),
    ],
)
def test_our_backend_is_known_also_under_a_subclass(
    monkeypatch: pytest.MonkeyPatch, backend: str | None, is_ours: bool
) -> None:
    """A subclass stores long lists as ours does."""
    if backend is not None:
        monkeypatch.setenv("AIRFLOW__CORE__XCOM_BACKEND", backend)
    assert stores.stores_lists() is is_ours


# Signing keys


KEY = "0123456789abcdef0123456789abcdef"
SETTING = "AIRFLOW__TYPEDXCOM__SIGNING_KEY"


@pytest.mark.parametrize(
    "written",
    [
        {SETTING: ""},
        {SETTING: "   "},
        {SETTING: " , ,"},
        {SETTING: "\n"},
        {f"{SETTING}_CMD": "true"},
        {f"{SETTING}_CMD": "echo"},
        {f"{SETTING}_SECRET": "config/key"},
    ],
    ids=str,
)
def test_a_key_that_is_set_and_empty_is_refused(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, str]
) -> None:
    """To go on without a key would accept every pointer, signed or not."""
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=r"signing_key is set, but there is no key in it"):
        stores.stores()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({SETTING: "abc"}, "at least 16 bytes"),
        ({SETTING: f"{KEY},abc"}, "at least 16 bytes"),
        ({f"{SETTING}_CMD": "false"}, "could not be read|there is no key"),
        (
            {f"{SETTING}_CMD": "sh -c 'echo SECRET >&2; exit 1'"},
            "could not be read|there is no key",
        ),
    ],
    ids=str,
)
def test_a_key_that_cannot_sign_is_refused(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, str], words: str
) -> None:
    """One that is too short, or whose command fails; what the command printed is not repeated."""
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=words) as told:
        stores.stores()
    assert "SECRET" not in str(told.value)
    assert told.value.__suppress_context__ or told.value.__context__ is None


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ({}, 0),
        ({SETTING: KEY}, 1),
        ({SETTING: f" {KEY} , {KEY[::-1]},"}, 2),
        ({f"{SETTING}_CMD": f"echo {KEY}"}, 1),
    ],
    ids=str,
)
def test_keys_are_found_where_airflow_looks_for_secrets(
    monkeypatch: pytest.MonkeyPatch, written: dict[str, str], keys: int
) -> None:
    """In a variable or from a command; without any setting nothing is signed.

    Airflow 3.1 runs no command for the setting of a provider: it has no key, and says so.
    """
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    if AIRFLOW < (3, 2) and f"{SETTING}_CMD" in written:
        with pytest.raises(ConfigurationError, match="there is no key in it"):
            config.signing_keys()
        return
    assert len(config.signing_keys()) == keys


# Secrets in addresses


SECRET = "SuperSecretKey"


@pytest.mark.parametrize(
    "address",
    [
        f"s3://AKIAKEY:{SECRET}@bucket/xcom",
        f"s3://bucket/xcom?secret={SECRET}",
        f"s3://conn@bucket/xcom?secret={SECRET}",
        f"s3://bucket/xcom#{SECRET}",
        f"ftp://user:{SECRET}@host/xcom",
        f"https://user:{SECRET}@host/xcom",
        f"https://user:{SECRET}/more@host/xcom",
        f"https://user:{SECRET}?x=y@host/xcom",
        f"https://user:a#{SECRET}@host/xcom",
        f"https://user:a@{SECRET}@host/xcom",
        f"nowhere://user:{SECRET}@host/xcom",
        f"file://user:{SECRET}@host/xcom",
        f"s3://user:{SECRET}@[bad/xcom",
    ],
)
@pytest.mark.parametrize("setting", ["STORE", "STORES"])
def test_a_secret_in_an_address_is_refused_and_never_shown(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    address: str,
    setting: str,
) -> None:
    """The error names the store without it, and says where a secret belongs."""
    value = address if setting == "STORE" else f'{{"other": "{address}"}}'
    monkeypatch.setenv(f"AIRFLOW__TYPEDXCOM__{setting}", value)
    with pytest.raises(ConfigurationError, match=r"Airflow connection") as told:
        stores.open_store("default" if setting == "STORE" else "other")
    shown = (
        "".join(traceback.format_exception(told.value)) + caplog.text + "".join(capfd.readouterr())
    )
    assert SECRET not in shown


@pytest.mark.parametrize(
    "written", [f'["{SECRET}"]', f'{{"a": ["{SECRET}"]}}', f'{{"a": "{SECRET}', f'"{SECRET}"']
)
def test_stores_that_are_no_addresses_are_not_repeated(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    """The setting may hold a secret, so its text stays out of the error."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORES", written)
    with pytest.raises(
        ConfigurationError, match="not a JSON object of names and addresses"
    ) as told:
        stores.open_store("a")
    assert SECRET not in "".join(traceback.format_exception(told.value))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("s3://bucket/xcom", "s3://bucket/xcom"),
        ("s3://conn@bucket/xcom", "s3://bucket/xcom"),
        ("s3://bucket/team@home/xcom", "s3://bucket/team@home/xcom"),
        (f"s3://a:{SECRET}@bucket/xcom", "s3://bucket/xcom"),
        (f"s3://a:{SECRET}/b@bucket/xcom", "s3://bucket/xcom"),
        (f"s3://a:{SECRET}?b@bucket/xcom?c={SECRET}", "s3://bucket/xcom"),
        (f"s3://bucket/xcom#{SECRET}", "s3://bucket/xcom"),
        ("plain name", "plain name"),
    ],
)
def test_an_objects_address_has_no_secret(url: str, shown: str) -> None:
    """What `describe` gives stands in messages and logs."""
    store = ObjectStore(lambda: None, "bucket/xcom", name="s", url=url)
    assert store.describe("d/x") == f"{shown}/d/x"


# Libraries


def _raising(error: Exception) -> Any:
    def get_fs(conn_id: str | None) -> Any:
        raise error

    return get_fs


@pytest.mark.parametrize(
    "error",
    [
        ImportError("No module named 's3fs'"),
        ModuleNotFoundError("No module named 's3fs'"),
        ValueError("No filesystem registered for scheme s3"),
    ],
    ids=repr,
)
def test_a_missing_library_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """s3fs, or the whole provider: the error says what to install, whatever is asked for."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", "s3://bucket/xcom")
    monkeypatch.setattr(airflow_stores, "_STORE_CACHE", {})
    monkeypatch.setattr(airflow_fs, "_register_filesystems", lambda: {"s3": _raising(error)})
    uses: list[Callable[[Any], Any]] = [
        lambda store: store.read("d/x", size=1),
        lambda store: store.write("d/x", b"1"),
        lambda store: store.put_file("d/x", Path(__file__)),
        lambda store: list(store.list()),
        lambda store: list(store.partials()),
        lambda store: store.delete("d/x"),
    ]
    for use in uses:
        with pytest.raises(ConfigurationError, match=r"s3.*pip install .*s3fs"):
            use(stores.open_store("default"))


# Folders


@pytest.mark.parametrize(
    ("mode", "may"),
    [(0o700, None), (0o770, None), (0o711, None), (0o755, "read"), (0o757, "read and write to")],
)
def test_a_folder_that_is_open_to_everyone_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    mode: int,
    may: str | None,
) -> None:
    """One warning with the cure, however often the store is asked for."""
    tmp_path.chmod(mode)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path))
    with caplog.at_level("WARNING"):
        for _ in range(3):
            stores.open_store("default")
    said = [one.getMessage() for one in caplog.records if one.name.startswith("typedxcom")]
    assert len(said) == (may is not None)
    assert all(f"may {may} the folder" in one and "chmod o-rwx" in one for one in said)
