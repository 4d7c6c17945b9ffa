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


SETTING = re.compile(
    r"^## (?P<name>\w+)\n\nDefault: (?:`(?P<default>[^`]*)`|not set)\n\n"
    r"(?:Example: `(?P<example>[^`]*)`\n\n)?(?P<description>.*?)(?=\n## |\Z)",
    re.M | re.S,
)


def test_the_settings_page_is_what_airflow_shows():
    """Option by option: name, default, example and description are those of provider info."""
    page = (REFERENCE / "settings.md").read_text()
    found = {
        one["name"]: (one["default"], one["example"], " ".join(one["description"].split()))
        for one in SETTING.finditer(page)
    }
    options = get_provider_info()["config"]["typedxcom"]["options"]
    assert found == {
        name: (option["default"] or None, option["example"], option["description"])
        for name, option in options.items()
    }


def test_the_settings_page_lists_them_first():
    """The list at the top leads to each setting, once."""
    head = (REFERENCE / "settings.md").read_text().partition("\n## ")[0]
    options = get_provider_info()["config"]["typedxcom"]["options"]
    assert sorted(re.findall(r"\[`(\w+)`\]\(#\1\)", head)) == sorted(options)
