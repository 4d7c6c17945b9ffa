"""Airflow takes the package for a provider: it lists it, and shows its settings."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import typedxcom
from typedxcom.airflow.provider import get_provider_info

pytestmark = pytest.mark.airflow

# As the command `airflow` does, for one question after the other.
ASKED = """
import sys
from airflow.__main__ import main
for question in (["list"], ["get", "typedxcom", "--full"]):
    sys.argv = ["airflow", "providers", *question, "--output", "json"]
    main()
    print("END")
"""


def test_airflow_lists_the_package():
    """In a fresh process ``airflow providers list`` shows it, and ``get`` all that it declares."""
    done = subprocess.run(
        [sys.executable, "-c", ASKED], capture_output=True, text=True, timeout=120, check=True
    )
    listed, found = (part[part.index("[") :] for part in done.stdout.split("END")[:2])
    [line] = [one for one in json.loads(listed) if one["package_name"] == "typedxcom"]
    assert line["version"] == typedxcom.__version__
    [described] = json.loads(found)
    info = get_provider_info()
    assert described["description"] == info.pop("description").rstrip(".")
    # Airflow adds to the settings what it makes of them.
    [(section, settings)], [(shown, options)] = (
        one.pop("config").items() for one in (info, described)
    )
    assert (section, settings["options"].keys()) == (shown, options["options"].keys())
    assert described == {**described, **info}


@pytest.fixture
def schema() -> Any:
    """What Airflow itself checks provider information with."""
    import airflow

    [found] = [
        json.loads((Path(folder) / "provider_info.schema.json").read_text())
        for folder in airflow.__path__
        if (Path(folder) / "provider_info.schema.json").exists()
    ]
    return found


def test_the_description_keeps_airflows_rules(schema):
    """It fits the schema, and has nothing that this Airflow would not know."""
    info = get_provider_info()
    jsonschema.validate(info, schema)
    assert info.keys() <= schema["properties"].keys()
    for part in ("integrations", "plugins"):
        items = schema["properties"][part]["items"]
        known = items.get("properties", items).keys()
        assert all(one.keys() <= known for one in info[part])


def test_each_plugin_is_declared_where_airflow_looks():
    """Airflow loads plugins from the entry points, and shows those of the description."""
    loaded = {
        one.value.replace(":", ".")
        for one in entry_points(group="airflow.plugins")
        if one.dist is not None and one.dist.name == "typedxcom"
    }
    declared = get_provider_info()["plugins"]
    assert {one["plugin-class"] for one in declared} == loaded
    names = {one.load().name for one in entry_points(group="airflow.plugins", name="typedxcom")}
    assert {one["name"] for one in declared} == names


def test_the_logo_is_served_where_the_description_says():
    """The tabs show it too. Nobody must log in to see it."""
    from airflow.api_fastapi.core_api.datamodels.plugins import ReactAppResponse
    from fastapi.testclient import TestClient

    from typedxcom.airflow.tab.app import make_app
    from typedxcom.airflow.tab.plugin import TypedXComPlugin

    [integration] = get_provider_info()["integrations"]
    tabs = map(ReactAppResponse.model_validate, TypedXComPlugin.react_apps)
    assert {one.icon for one in tabs if one.url_route} == {integration["logo"]}
    [app] = TypedXComPlugin.fastapi_apps
    path = integration["logo"].removeprefix(app["url_prefix"])
    answer = TestClient(make_app()).get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.text.startswith("<svg ")
