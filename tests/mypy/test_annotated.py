"""What `annotate` writes is right for mypy too, however the code makes and uses its dicts."""

from __future__ import annotations

import pytest

from tests.cli.test_annotate import annotated
from tests.mypy.support import run_mypy

TYPED = {
    "display": "return {'a': n, 'b': 'x'}",
    "variable": "row = {'a': n, 'b': 'x'}\nreturn row",
    "alternative": "row = {'a': n, 'b': 'x'}\nreturn row or {'a': 2, 'b': 'y'}",
    "choice": "row = {'a': n, 'b': 'x'}\nreturn row if n else None",
    "shown": "row = {'a': n, 'b': 'x'}\nprint(f'{row}', len(row), row)\nreturn row",
    "dumped": "row = {'a': n, 'b': 'x'}\njson.dumps(row)\nreturn row",
    "read": "row = {'a': n, 'b': 'x'}\nprint(row['b'].upper())\nreturn row",
    "list": "return [{'a': n, 'b': 'x'}]",
    "list variable": "rows = [{'a': n, 'b': 'x'}]\nreturn rows",
    "comprehension": "rows = [{'a': i, 'b': 'x'} for i in range(n)]\nreturn rows",
}
OTHERS = {
    "changed": "row = {'a': n, 'b': 'x'}\nrow['a'] = n + 1\nreturn row",
    "passed on": "row = {'a': n, 'b': 'x'}\nneeds_dict(row)\nreturn row",
    "of a function": "row = made_dict(n)\nreturn row",
    "set twice": "row = {'a': n, 'b': 'x'}\nrow = {'a': 1, 'b': 'y'}\nreturn row",
    "updated": "row = {'a': n, 'b': 'x'}\nrow.update(c=1)\nreturn row",
    "built": "row = {}\nrow['a'] = n\nreturn row",
    "collected": "rows = []\nfor i in range(n):\n    rows.append({'a': i})\nreturn rows",
    "collected later": "rows = []\nrow = {'a': n}\nrows.append(row)\nneeds_rows(rows)\nreturn rows",
    "nothing yet": "if not n:\n    return []\nreturn [{'a': n}]",
    "none of them": "if not n:\n    return {}\nreturn {'a': n, 'b': 'x'}",
    "read again": "row = {'a': n, 'b': 'x'}\nfor key in row:\n    print(row[key])\nreturn row",
}
HEAD = """\
import json
from typing import Any

from airflow.sdk import dag, task


def needs_dict(row: dict[str, Any]) -> None: ...
def needs_rows(rows: list[dict[str, int]]) -> None: ...
def made_dict(n: int) -> dict[str, Any]:
    return {"a": n}


@task
def rebound(rows, day):
    rows = {"a": rows}
    for day in (1, 2):
        print(rows, day)
"""


def source(bodies):
    """A DAG file with one task for each body, whose result a reader gets."""
    tasks, calls = [HEAD], []
    for index, body in enumerate(bodies):
        lines = "\n    ".join(body.split("\n"))
        tasks.append(f"@task\ndef make_{index}(n: int):\n    {lines}\n")
        calls.append(f"    rebound(make_{index}(1), '2024-01-01')")
    flow = "@dag(schedule=None)\ndef flow() -> None:\n" + "\n".join(calls) + "\n\n\nflow()\n"
    return "\n\n".join([*tasks, flow])


@pytest.mark.parametrize("models", ["typeddict", "pydantic", "dataclass"])
def test_mypy_accepts_what_was_written(tmp_path, warm_cache, models):
    """Also where a variable holds what is returned, and where a parameter is set anew."""
    bodies = {**TYPED, **OTHERS}
    made = annotated(tmp_path, source(bodies.values()), "--models", models)
    run = run_mypy(tmp_path, "flow.py", "--check-untyped-defs", cache=warm_cache)
    assert run.errors == [], f"{run.output}\n{made}"
    assert "def rebound(rows, day) -> None:" in made


def test_variables_get_the_class_too(tmp_path):
    """Each task that shows the keys of its dicts gets a TypedDict, whatever it does with them."""
    made = annotated(tmp_path, source(TYPED.values()))
    for index, name in enumerate(TYPED):
        head = next(line for line in made.split("\n") if line.startswith(f"def make_{index}("))
        assert f"Make{index}R" in head, f"{name}: {head}"
