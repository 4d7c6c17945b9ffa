"""Hundreds of lines of wiring, under mypy with the plugin: see ``tests/data/lines.py``."""

from __future__ import annotations

import re

import pytest

from tests.data.lines import MISTAKE, header, lines, tasks_text
from tests.mypy.support import run_mypy


@pytest.mark.parametrize("plain", [False, True], ids=["typedxcom.task", "airflow.sdk.task"])
def test_lines_have_their_verdict(tmp_path, warm_cache, plain):
    """Each mistake is reported on its line, with the names of what it joins, and nothing else."""
    written = lines(plain=plain)
    text = header(plain=plain) + "".join(f"\n\n{line.text()}" for line in written)
    (tmp_path / "wiring_tasks.py").write_text(tasks_text(plain=plain))
    (tmp_path / "wired_lines.py").write_text(text)
    run = run_mypy(tmp_path, ".", cache=warm_cache)
    assert "xcom-internal" not in run.output
    found = run.by_line()
    shown = text.splitlines()
    marked = {
        ("wired_lines.py", number): re.findall(r"\w+", match[1])
        for number, line in enumerate(shown, 1)
        if (match := MISTAKE.search(line))
    }
    assert len(marked) == sum(not line.is_right for line in written)
    wrong = {place: (shown[place[1] - 1], found.get(place)) for place in set(found) ^ set(marked)}
    assert wrong == {}
    unnamed = {
        (shown[number - 1], name): found[file, number]
        for (file, number), names in marked.items()
        for name in names
        if not re.search(rf"\b{name}\b", " ".join(found[file, number]))
    }
    assert unnamed == {}
