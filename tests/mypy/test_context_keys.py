"""The plugin's lists of context keys are those of the check at parse."""

from __future__ import annotations

from airflow.sdk.definitions.context import Context

from typedxcom.airflow import private
from typedxcom.mypy import names


def test_the_plugin_knows_the_same_keys_for_callbacks() -> None:
    """What no running task gets."""
    assert names.CALLBACK_KEYS & set(Context.__annotations__) == private.CALLBACK_KEYS
    assert not names.CONTEXT_KEYS & names.CALLBACK_KEYS
