"""Airflow takes the package for a provider: it lists it, and shows its settings."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import typedxcom
from typedxcom.airflow.provider import get_provider_info

pytestmark = pytest.mark.airflow


def test_airflow_lists_the_package():
    """``airflow providers list`` shows what its manager of providers finds."""
    from airflow.providers_manager import ProvidersManager

    assert ProvidersManager().providers["typedxcom"].version == typedxcom.__version__


def test_the_description_keeps_airflows_rules():
    """It fits the schema that Airflow itself checks provider information with."""
    import airflow

    [schema] = [
        json.loads((Path(folder) / "provider_info.schema.json").read_text())
        for folder in airflow.__path__
        if (Path(folder) / "provider_info.schema.json").exists()
    ]
    jsonschema.validate(get_provider_info(), schema)
