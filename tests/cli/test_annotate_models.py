"""`typedxcom annotate --models`: dicts that become models, and those that stay dicts."""

from __future__ import annotations

import re

import pytest

from tests.cli.test_check import run

OLD = """\
from airflow.sdk import dag
from typedxcom import task


@dag(schedule=None)
def sales():
    @task
    def extract(day):
        # What the shops sent.
        return [
            {"shop": "Delft",   "total": 12.5},  # north
            {"shop": "Gouda",   "total": 7.0},
        ]

    @task
    def summarize(rows):
        totals = [row["total"] for row in rows]
        return {"shops": len(rows), "path": f"{rows[0]['shop']}.csv"}

    @task
    def publish(summary, *, title="Sales"):
        print(f"{title}: {summary.get('shops', 0)} in {summary['path']}")

    publish(summarize(extract("2024-01-01")))


sales()
"""

NEW = """\
from airflow.sdk import dag
from typedxcom import task
IMPORT


HEAD ExtractRowBASE
    shop: str
    total: float


HEAD SummarizeResultBASE
    shops: int
    path: str


@dag(schedule=None)
def sales():
    @task
    def extract(day: str) -> list[ExtractRow]:
        # What the shops sent.
        return [
            ExtractRow(shop="Delft",   total=12.5),  # north
            ExtractRow(shop="Gouda",   total=7.0),
        ]

    @task
    def summarize(rows: list[ExtractRow]) -> SummarizeResult:
        totals = [row.total for row in rows]
        return SummarizeResult(shops=len(rows), path=f"{rows[0].shop}.csv")

    @task
    def publish(summary: SummarizeResult, *, title="Sales") -> None:
        print(f"{title}: {summary.shops} in {summary.path}")

    publish(summarize(extract("2024-01-01")))


sales()
"""
WAYS = {
    "pydantic": ("from pydantic import BaseModel", "class", "(BaseModel):"),
    "dataclass": ("from dataclasses import dataclass", "@dataclass\nclass", ":"),
}


@pytest.mark.parametrize("models", WAYS)
def test_dicts_become_models_and_the_format_stays(tmp_path, models):
    """The dicts, the annotations and each read of a key; comments and blanks stay."""
    expected = NEW
    for word, text in zip(("IMPORT", "HEAD", "BASE"), WAYS[models], strict=True):
        expected = expected.replace(word, text)
    (tmp_path / "flow.py").write_text(OLD)
    done = run(tmp_path, "annotate", "flow.py", "--write", "--models", models)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "flow.py").read_text() == expected


HEAD = """\
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag, task_group
from airflow.sdk import task as airflow_task
from shared import show
from typedxcom import task
"""
MADE = "@task\ndef made():\n    return {'a': 1, 'b': 'x'}\n"
READ = "@task\ndef read(value):\n    print(value['a'])\n"
CALL = "read(made())"
# What does not let the dict become a model: the tasks, the wiring, and words of the note.
KEPT = {
    "Airflow's writer": (MADE.replace("task", "airflow_task", 1) + READ, CALL, "made is a task of"),
    "Airflow's reader": (MADE + READ.replace("task", "airflow_task", 1), CALL, "read is a task of"),
    "another file": (MADE, "show(made())", r"show(value) is in another file"),
    "two sources": (MADE + READ, f"{CALL}; read({{'a': 2}})", "gets other values"),
    "in a list": (
        MADE + READ.replace("value['a']", "value[0]['a']"), "read([made()])", "does not read it as it is"
    ),
    "in a text": (MADE, "BashOperator(task_id='run', bash_command=made())", "run(bash_command)"),
    "annotated": (MADE + READ.replace("value)", "value: dict)"), CALL, "has an annotation"),
    "default": (MADE + READ.replace("value)", "value=3)"), CALL, "has a default"),
    "whole": (MADE + READ.replace("value['a']", "len(value)"), CALL, "in read(), `len(value)` needs a dict."),
    "other key": (MADE + READ.replace("['a']", "[3]"), CALL, "needs a dict"),
    "changed": (MADE + READ.replace("print(value['a'])", "value['a'] = 1"), CALL, "needs a dict"),
    "bound again": (MADE + READ + "    value = 2\n", CALL, "`value` is bound again"),
    "shadowed": (MADE + READ + "    print(lambda value: value['a'])\n", CALL, "is bound again"),
    "locals": (MADE + READ + "    print(locals())\n", CALL, "may read any variable"),
    "group": (
        "@task\ndef made():\n    return [{'a': 1, 'b': 'x'}]\n" + READ + "@task_group\n"
        "def inner(value):\n    read(value)\n",
        "inner.expand(value=made())",
        "does not read it as it is",
    ),
    "pulled": (MADE + "@task\ndef late(ti):\n    ti.xcom_pull('made')\n", "made() >> late()", "pull"),
    "keys differ": (MADE.replace("def made():", "def made(n=0):\n    if n:\n        return {'a': 1}"),
                    "made(n=2)", "do not all have the same keys"),
    "taken name": (MADE.replace("'b'", "'json'"), "made()", "no field can be called 'json'"),
    "private name": (MADE.replace("'b'", "'_b'"), "made()", "no field can be called '_b'"),
    "made": (MADE.replace("return {'a': 1, 'b': 'x'}", "row = {'a': 1}\n    return row or {'a': 2}"),
             "made()", "`row or {'a': 2}` does not show its keys"),
    "bracket": (MADE.replace("'a':", "('a'):"), "made()", "around the key"),
    "two names": (MADE + "BaseModel = 1\n", "made()", "another `BaseModel`"),
    "elsewhere": (
        "@task.external_python(python='python')\ndef made():\n    return {'a': 1}\n",
        "made()",
        "runs where the class is not known",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_a_dict_stays_where_a_model_might_not_do(tmp_path, name):
    """It gets a TypedDict, and a note with the reason; no code of its readers changes."""
    tasks, calls, words = KEPT[name]
    (tmp_path / "shared.py").write_text(
        "from typedxcom import task\n\n@task\ndef show(value):\n    print(value['a'])\n"
    )
    source = f"{HEAD}\n{tasks}\n@dag(schedule=None)\ndef flow():\n    {calls}\nflow()\n"
    (tmp_path / "flow.py").write_text(source)
    done = run(tmp_path, "annotate", "flow.py", "--models", "pydantic")
    assert re.fullmatch(r"flow\.py:\d+: note: made\(\) keeps a TypedDict: .*\n", done.stderr), (
        done.stderr
    )
    assert words in done.stderr
    assert re.search(r"^\+class Made(Result|Row)\(TypedDict\):$", done.stdout, re.MULTILINE)
    assert not re.search(r"^-.*value", re.sub("def .*", "", done.stdout), re.MULTILINE)


def test_a_task_that_other_files_import_keeps_its_dicts(tmp_path):
    """Nobody reads those files, and there a model might break a reader."""
    (tmp_path / "other.py").write_text("from flow import made\n")
    source = f"{HEAD.replace('from shared import show', '')}\n{MADE}\n"
    (tmp_path / "flow.py").write_text(f"{source}@dag\ndef flow():\n    made()\nflow()\n")
    options = ("--models", "pydantic", "--dags-folder", ".")
    done = run(tmp_path, "annotate", "flow.py", *options)
    assert "made() keeps a TypedDict: other files import this one." in done.stderr


def test_a_model_that_cannot_be_made_leaves_typed_dicts(tmp_path):
    """For example a field of a class that pydantic does not know; the note says what went wrong."""
    (tmp_path / "shared.py").write_text(
        "import msgspec\nclass Point(msgspec.Struct):\n    x: int\ndef show(value): ...\n"
    )
    made = "from shared import Point\n@task\ndef made():\n    return {'a': Point(1)}\n"
    source = f"{HEAD}\n{made}\n@dag(schedule=None)\ndef flow():\n    made()\nflow()\n"
    (tmp_path / "flow.py").write_text(source)
    done = run(tmp_path, "annotate", "flow.py", "--models", "pydantic")
    assert "flow.py:1: note: No models: PydanticSchemaGenerationError: " in done.stderr
    assert "+class MadeResult(TypedDict):\n+    a: Point\n" in done.stdout
