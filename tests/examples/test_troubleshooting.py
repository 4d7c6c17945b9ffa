"""The page that explains messages quotes those that there are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "troubleshooting.md").read_text()
HEADINGS = re.findall(r"^### `(.+)`$", PAGE, re.M)


@pytest.fixture(scope="module")
def texts() -> str:
    """Every text in the code; what an f-string puts in is a dot."""
    found = []
    for path in sorted((ROOT / "typedxcom").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = [one.value if isinstance(one, ast.Constant) else "." for one in node.values]
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


@pytest.mark.parametrize("heading", HEADINGS)
def test_each_heading_is_a_message(heading, texts):
    """Its words stand in the code, in texts that make up a message."""
    words = [part.strip(" :()`") for part in heading.split("…")]
    assert [part for part in words if part and part not in texts] == []


def test_there_are_headings():
    """The page was read."""
    assert len(HEADINGS) > 12
