"""The way from an old DAG to a typed one, as the page about migration shows it."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

from tests.cli.test_check import run

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "migrate.md"
STEP = re.compile(
    r"^```(?P<kind>python|sh|text|diff)\n(?P<body>.*?)^```$|Change `(?P<old>[^`]+)`\s+to\s+`(?P<new>[^`]+)`",
    re.M | re.S,
)


def followed(tmp_path: Path, heading: str, file: Path) -> int:
    """Do what a section of the page says, and return the number of its steps."""
    text = PAGE.read_text()
    section = text[text.index(f"## {heading}") :]
    section = section[: section.index("\n## ", 1)]
    file.parent.mkdir(exist_ok=True)
    printed: list[str] = []
    steps = 0
    for step in STEP.finditer(section):
        steps += 1
        body = step["body"]
        if step["kind"] == "python":
            file.write_text(body)
        elif step["kind"] == "sh":
            done = run(tmp_path, *shlex.split(body)[1:])
            printed = [done.stdout, done.stderr]
        elif step["kind"]:
            module = "typing" if sys.version_info >= (3, 12) else "typing_extensions"
            old, new = f"from {module} import", "from typing_extensions import"
            assert body in [one.replace(old, new) for one in printed]
        else:
            assert step["old"] in file.read_text()
            file.write_text(file.read_text().replace(step["old"], step["new"]))
    return steps


def test_each_command_prints_what_the_page_says(tmp_path):
    """The DAG, each command, its output and each change by hand, in the order of the page."""
    file = tmp_path / "dags" / "sales.py"
    assert followed(tmp_path, "Type an old DAG", file) == 15
    ours = file.read_text().replace("import dag, task", "import dag\nfrom typedxcom import task")
    file.write_text(ours)
    assert run(tmp_path, "check", "dags/sales.py", "--min-typed", "100").returncode == 0


def test_models_are_written_as_the_page_says(tmp_path):
    """The diff, and the note on the dict that stays one."""
    assert followed(tmp_path, "Write models", tmp_path / "dags" / "shops.py") == 4
