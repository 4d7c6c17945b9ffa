"""The line of a finding about a task of Airflow's own: of the call that makes it."""

from __future__ import annotations

import re

import pytest

from tests.harness.dagtest import DagImportError, load_dags
from typedxcom.cli.findings import examine

HEAD = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, dag, task, task_group
from typedxcom import task as typed_task

@task
def extract() -> str:
    return "a"

@task
def square(n: int) -> int:
    return n * n

@task
def commands() -> list[str]:
    return ["true"]

@typed_task
def checked(n: int) -> int:
    return n
"""

# Each wrong call has a mark; one without a line in the import error is marked ``# check``.
PLACES = {
    "call": """
@dag(schedule=None)
def flow():
    square(1)
    square(
        extract())  # wrong -1
flow()
""",
    "loop": """
@dag(schedule=None)
def flow():
    text = extract()
    for _ in range(3):
        square(text)  # wrong 3
flow()
""",
    "helper": """
def use(text):
    return square(text)  # check

@dag(schedule=None)
def flow():
    square(2)
    use(extract())
flow()
""",
    "factory": """
def make(name):
    with DAG(name, schedule=None):
        square(extract())  # wrong 2
make("first")
make("second")
""",
    "two": """
with DAG("right", schedule=None):
    square(1)
with DAG("wrong", schedule=None):
    square(extract())  # wrong
""",
    "ids": """
with DAG("flow", schedule=None):
    text = extract()
    square.override(task_id="one")(1)
    square.override(task_id="two")(text)  # wrong
    BashOperator(task_id="run", bash_command="true")
    BashOperator(task_id="run_all", bash_command=commands())  # wrong
""",
    "numbered": """
with DAG("flow", schedule=None):
    text = extract()
    square(1)
    square(text)  # wrong
    square.expand(n=[text])  # wrong
""",
    "group": """
with DAG("flow", schedule=None):
    @task_group
    def inner(text):
        square(text)  # wrong
    inner(extract())
""",
}


def marked(source: str, words: str) -> list[int]:
    """The lines that have a mark of *words*, as often as it says."""
    found = []
    for number, line in enumerate(source.splitlines(), 1):
        for mark in re.findall(rf"# (?:{words})(?: (-?\d+))?$", line):
            count = int(mark or 1)
            found += [number - 1] if count < 0 else [number] * count
    return found


@pytest.mark.parametrize("place", PLACES)
def test_check_names_the_line_of_the_call(tmp_path, place):
    """In loops, helpers, factories and groups, for classic operators and two DAGs in a file."""
    source = HEAD + PLACES[place]
    (tmp_path / "flow.py").write_text(source)
    report = examine([tmp_path / "flow.py"])
    assert [one.line for one in report.findings] == marked(source, "wrong|check")


@pytest.mark.parametrize("place", PLACES)
def test_the_import_error_names_the_line_where_it_is_certain(tmp_path, place):
    """Where several lines may have made the task, none is named."""
    source = HEAD + PLACES[place] + "\n# a contract of ours in the DAG makes Airflow check it\n"
    source = source.replace(
        "(schedule=None)\ndef flow():", "(schedule=None)\ndef flow():\n    checked(1)"
    )
    source = re.sub(r"(with DAG\(.*\):)\n( +)", r"\1\n\2checked(1)\n\2", source)
    (tmp_path / "flow.py").write_text(source)
    with pytest.raises(DagImportError) as error:
        load_dags(tmp_path / "flow.py")
    told = sorted({int(line) for line in re.findall(r"line (\d+): ", str(error.value))})
    assert told == sorted(set(marked(source, "wrong")))
