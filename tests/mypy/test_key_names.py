"""The plugin's list of bad XCom keys is that of the check at parse."""

from __future__ import annotations

import pytest

from tests.data.keys import KEYS
from typedxcom.airflow import keynames
from typedxcom.mypy.features import keynames as plugin


@pytest.mark.parametrize("key", KEYS, ids=ascii)
def test_the_plugin_says_the_same_of_a_key(key: str) -> None:
    """Both give one verdict, in the same words."""
    assert plugin.key_fault(key) == keynames.key_fault(key)
