"""The reference pages name everything that there is, as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import typedxcom
from typedxcom import errors
from typedxcom.airflow.provider import get_provider_info

pytestmark = pytest.mark.airflow

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
API = (REFERENCE / "api.md").read_text()


def test_the_api_page_has_every_public_name():
    """Each name has a heading; the errors stand in the tree of their module's docstring."""
    headings = {name for line in re.findall(r"^### (.+)$", API, re.M) for name in line.split(", ")}
    raised = {name for name in typedxcom.__all__ if name.endswith("Error")}
    assert headings == set(typedxcom.__all__) - raised
    tree = errors.__doc__.split("::\n\n")[1].split("\n\n")[0]
    assert re.sub(r"^    ", "", tree, flags=re.M) in API
    assert all(name in tree for name in raised)


def test_the_settings_page_is_what_airflow_shows():
    """Option by option: name, default and description are those of provider info."""
    page = (REFERENCE / "settings.md").read_text()
    found = {
        name: (default, " ".join(text.split()))
        for name, default, text in re.findall(
            r"^## (\w+)\n\nDefault: `([^`]*)`\n\n(.*?)(?=\n## |\n\Z|\Z)", page, re.M | re.S
        )
    }
    options = get_provider_info()["config"]["typedxcom"]["options"]
    assert found == {
        name: (option["default"] or "", option["description"]) for name, option in options.items()
    }
