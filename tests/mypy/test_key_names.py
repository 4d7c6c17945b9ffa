"""The plugin's list of bad XCom keys is that of the check at parse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.keys import KEYS
from tests.mypy.support import run_mypy
from typedxcom import XComKey
from typedxcom.airflow import keynames
from typedxcom.errors import ContractError
from typedxcom.mypy.features import keynames as plugin


@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_the_plugin_says_the_same_of_a_key(key: str) -> None:
    """Both give one verdict, in the same words."""
    assert plugin.key_fault(key) == keynames.key_fault(key)


def test_mypy_refuses_the_same_names_of_keys_as_the_parse(tmp_path: Path, warm_cache: Path) -> None:
    """``XComKey(name, int)`` is an error in mypy exactly where it raises."""
    written = [key for key in KEYS if "\ud800" not in key]
    lines = ["from typedxcom import XComKey", *(f"XComKey({key!r}, int)" for key in written)]
    (tmp_path / "keys.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = run_mypy(tmp_path, "keys.py", cache=warm_cache)
    wrong = {number for number, key in enumerate(written, 2) if _is_refused(key)}
    assert {line for _, line in found.by_line()} == wrong, found.output
    assert all("cannot name an XCom" in error.text for error in found.errors)


def _is_refused(key: str) -> bool:
    try:
        XComKey(key, int)
    except ContractError:
        return True
    return False
