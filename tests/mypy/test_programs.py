"""Whole programs as a stranger writes them: no error in right ones, one on the marked line else."""

from __future__ import annotations

import re

import pytest

from tests.mypy.programs import programs, write
from tests.mypy.support import run_mypy


@pytest.mark.parametrize("plain", [False, True], ids=["typedxcom.task", "airflow.sdk.task"])
def test_programs_have_their_verdict(tmp_path, cache, plain):
    """Each mistake is reported on its line, with the names of what it joins, and nothing else."""
    folder = tmp_path / "programs"
    written = programs(plain=plain)
    assert len(written) > 90
    write(folder, written)
    run = run_mypy(folder, ".", cache=cache)
    assert "xcom-internal" not in run.output
    found = run.by_line()
    marked = {p.mistake[:2]: p.mistake[2] for p in written if p.mistake is not None}
    assert set(found) == set(marked), {place: found[place] for place in set(found) - set(marked)}
    for place, names in marked.items():
        text = " ".join(found[place])
        assert [name for name in names if not re.search(rf"\b{name}\b", text)] == [], text
