"""`typedxcom annotate`: annotations in the author's file, and nothing else changed there."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from benchmarks.realistic import LIBRARY, generate
from tests.cli.test_check import run, run_process
from typedxcom.cli.findings import examine

OLD = '''\
"""Sales of one day."""
import json
from datetime import datetime

from airflow.sdk import dag, task


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def sales():
    # What the shops sent.
    @task
    def extract(day,   limit=10):   # two   blanks
        rows = [{"shop": name, "total": 1.5} for name in ("a", "b")]
        return rows

    @task(retries=2)
    def summarize(rows):
        return {"count": len(rows), "path": f"{rows}.csv", "rest": json.loads("{}")}

    @task()
    def publish(
        summary,
        note=None,
        *,
        loud: bool = False,
    ):
        """Tell everybody."""
        print(summary)

    @task
    def square(n): return n.x

    publish(summarize(extract("today")))
    square.expand(n=[1, 2, 3])

sales()
'''

NEW = '''\
"""Sales of one day."""
import json
from datetime import datetime

from airflow.sdk import dag, task
from TYPING import TypedDict
from typing import Any


class ExtractRow(TypedDict):
    shop: str
    total: float


class SummarizeResult(TypedDict):
    count: int
    path: str
    rest: Any


@dag(schedule=None, start_date=datetime(2024, 1, 1))
def sales():
    # What the shops sent.
    @task
    def extract(day: str,   limit=10) -> list[ExtractRow]:   # two   blanks
        rows: list[ExtractRow] = [{"shop": name, "total": 1.5} for name in ("a", "b")]
        return rows

    @task(retries=2, multiple_outputs=False)
    def summarize(rows: list[ExtractRow]) -> SummarizeResult:
        return {"count": len(rows), "path": f"{rows}.csv", "rest": json.loads("{}")}

    @task()
    def publish(
        summary: SummarizeResult,
        note=None,
        *,
        loud: bool = False,
    ) -> None:
        """Tell everybody."""
        print(summary)

    @task
    def square(n: int): return n.x

    publish(summarize(extract("today")))
    square.expand(n=[1, 2, 3])

sales()
'''


if sys.version_info >= (3, 12):
    NEW = NEW.replace("TypedDict\nfrom typing import Any", "TypedDict, Any", 1)
    NEW = NEW.replace("TYPING", "typing")
NEW = NEW.replace("TYPING", "typing_extensions")


def annotated(folder: Path, source: str, *options: str) -> str:
    """What `annotate --write` makes of *source*."""
    (folder / "flow.py").write_text(source)
    done = run(folder, "annotate", "flow.py", "--write", *options)
    assert done.returncode == 0, done.stderr
    return (folder / "flow.py").read_text()


def test_a_dag_gets_its_annotations_and_keeps_its_format(tmp_path):
    """Returns, parameters and TypedDicts; comments, blanks and all other text stay."""
    assert annotated(tmp_path, OLD) == NEW


def test_what_was_annotated_checks_and_stays(tmp_path):
    """All edges are typed, no task pushes anything else, and a second run changes nothing."""
    (tmp_path / "old.py").write_text(OLD)
    made = annotated(tmp_path, OLD)
    report = examine([tmp_path / "flow.py"])
    assert report.findings == []
    assert (report.coverage.typed, report.coverage.precise) == (2, 2)
    assert annotated(tmp_path, made) == made


def test_a_diff_is_printed_and_nothing_written(tmp_path):
    """Without `--write` the files stay as they are."""
    (tmp_path / "flow.py").write_text(OLD)
    done = run(tmp_path, "annotate", "flow.py")
    assert done.returncode == 0
    assert done.stdout.startswith("--- a/flow.py\n+++ b/flow.py\n@@")
    assert "+    def summarize(rows: list[ExtractRow]) -> SummarizeResult:\n" in done.stdout
    assert (tmp_path / "flow.py").read_text() == OLD


HEAD = """\
from airflow.sdk import dag, task
from models import Order
import typedxcom
"""


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("@task\ndef made():\n    return Order(1)\n", ["def made() -> Order:"]),
        (
            "@task\ndef made():\n    import models\n    return models.Late()\n",
            ["from models import Late", "def made() -> Late:"],
        ),
        ("@task\ndef made():\n    import late\n    return late.Late()\n", ["def made():"]),
        (
            "@task\ndef made(n=1):\n    if n:\n        return 1\n    return None\n",
            ["def made(n=1) -> int | None:"],
        ),
        # mypy wants a `return` at the end of a function with this annotation.
        ("@task\ndef made(n=1):\n    if n:\n        return 1\n", ["def made(n=1):"]),
        ("@task\ndef made(n=1):\n    if n:\n        return None\n", ["def made(n=1) -> None:"]),
        (
            "@task\ndef made(n=1):\n    if n:\n        return {'a': 1}\n    return {'a': 2, 'b': 'x'}\n",
            ["class MadeResult(TypedDict):", "    a: int", "    b: NotRequired[str]"],
        ),
        ("@task\ndef made():\n    return {'a b': 1}\n", ["def made() -> dict[str, int]:"]),
        ("@task(multiple_outputs=True)\ndef made():\n    return {'a': 1}\n", ["-> MadeResult:"]),
        ("@typedxcom.task\ndef made(n=0):\n    return {'a': n}\n", ["def made(n=0):"]),
        ("@typedxcom.task\ndef made():\n    return [1]\n", ["def made() -> list[int]:"]),
        ("@task.branch\ndef made():\n    return 'read'\n", ["def made():"]),
        ("@task\ndef made() -> int:\n    return 1\n", ["def made() -> int:"]),
        ("MadeResult = 1\n@task\ndef made():\n    return {'a': 1}\n", ["def made():"]),
        ("@task\nasync def made():\n    return 1\n", ["async def made() -> int:"]),
        ("@task\ndef made(\n    a=(1),  # ) :\n):\n    return 'ä'\n", [") -> str:"]),
    ],
)
def test_each_kind_of_function(tmp_path, body, lines):
    """What can be said is written; what cannot, or would change what is pushed, is not."""
    model = "from dataclasses import dataclass\n@dataclass\nclass Order:\n    id: int\n"
    late = "from dataclasses import dataclass\n@dataclass\nclass Late:\n    id: int = 1\n"
    (tmp_path / "models.py").write_text(model + late)
    (tmp_path / "late.py").write_text(late)
    read = "\n@task\ndef read(value):\n    pass\n\n@dag(schedule=None)\ndef flow():\n    read(made())\nflow()\n"
    made = annotated(tmp_path, HEAD + body + read)
    ast.parse(made)
    assert [line for line in lines if line not in made] == [], made
    assert annotated(tmp_path, made) == made


@pytest.mark.parametrize(
    ("calls", "line"),
    [
        ("read(1)", "def read(value: int) -> None:"),
        ("read(1); read(None)", "def read(value: int | None) -> None:"),
        ("read(1); read('a')", "def read(value: int | str) -> None:"),
        ("read(1); read(opened())", "def read(value) -> None:"),
        ("read(numbers())", "def read(value: list[int]) -> None:"),
        ("read.expand(value=numbers())", "def read(value: int) -> None:"),
        ("read.expand(value=[{'a': 1}])", "def read(value: dict[str, int]) -> None:"),
        ("read.expand_kwargs([{'value': 1}])", "def read(value) -> None:"),
        ("read('{{ ds }}')", "def read(value) -> None:"),
        ("read([numbers(), numbers()])", "def read(value: list[list[int]]) -> None:"),
    ],
)
def test_a_parameter_is_what_all_calls_give(tmp_path, calls, line):
    """Outputs, literals and items; one call of which nothing is known is enough to be silent."""
    source = f"""\
from airflow.sdk import dag, task

@task
def numbers() -> list[int]:
    return [1]

@task
def opened(x=0):
    return x.y

@task
def read(value):
    print(value)

@dag(schedule=None)
def flow():
    {calls}
flow()
"""
    assert line in annotated(tmp_path, source)


def test_a_result_waits_for_the_parameters_that_it_is_made_of(tmp_path):
    """Down a chain of tasks each class says what its parts are, also where one part stays open."""
    source = """\
import json
from airflow.sdk import dag, task

@task
def first(n):
    return {"n": n, "open": json.loads("1")}

@task
def second(given, name="x"):
    return {"n": given["n"], "name": name}

@task
def third(given):
    return [{"text": given["name"], "of": given["n"]}]

@dag(schedule=None)
def flow():
    third(second(first(3)))
flow()
"""
    made = annotated(tmp_path, source)
    fields = re.findall(r"^    (\w+: \w+)$", made, re.MULTILINE)
    assert fields == [
        "n: int",
        "open: Any",
        "n: int",
        "name: Any",
        "text: Any",
        "of: int",
    ]


FED = """\
import json
from airflow.sdk import dag, task

@task
def tagged(value):
    return {"value": value}

@task
def ping(given):
    return {"n": 1, "given": given}

@task
def pong(given):
    return {"m": "x", "given": given}

@dag(schedule=None)
def flow():
    tagged(tagged("a"))
    ping(pong(ping("a")))
    pong("b")
flow()
"""


def test_a_task_that_gets_its_own_dict_gets_the_class(tmp_path):
    """Its parameter waits for its result, else it would be a `dict` that no TypedDict is."""
    made = annotated(tmp_path, FED)
    assert "def tagged(value: str | TaggedResult) -> TaggedResult:" in made
    assert 'def ping(given: "str | PongResult") -> PingResult:' in made
    assert "def pong(given: PingResult | str) -> PongResult:" in made
    checked = run(tmp_path, "check", "flow.py")
    assert checked.returncode == 0, checked.stdout


LATER = """\
from dataclasses import dataclass
from airflow.sdk import dag
from typedxcom import task

@task
def load(rows, order, maybe=None):
    print(rows, order, maybe)

@task
def made():
    return [{"order": Order(), "n": 1}, {"order": Order()}]

@task
def ordered():
    return Order()

@dataclass
class Order:
    n: int = 1

@dag(schedule=None)
def flow():
    load(made(), ordered())
flow()
"""


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_a_name_that_is_defined_below_is_quoted(tmp_path, future):
    """Readers often stand above what they read, and Python evaluates annotations at once."""
    made = annotated(tmp_path, future + LATER)
    quote = "" if future else '"'
    assert f"def load(rows: {quote}list[MadeRow]{quote}, order: {quote}Order{quote}," in made
    assert f"    order: {quote}Order{quote}\n    n: NotRequired[int]\n" in made
    assert f"def ordered() -> {quote}Order{quote}:" in made


def test_an_annotation_that_would_be_an_error_is_left_out(tmp_path):
    """One annotation cannot say what each call gives. A note says so; all others are written."""
    source = """\
from airflow.sdk import dag, task

@task
def same(value):
    return value

@task
def double(n):
    return n * 2

@task
def shout(text: str) -> None:
    print(text)

@dag(schedule=None)
def flow():
    print(same(1))
    double(1)
    shout(same("a"))
flow()
"""
    (tmp_path / "flow.py").write_text(source)
    done = run(tmp_path, "annotate", "flow.py", "--write")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "flow.py: 2 annotations\n"
    assert "flow.py:4: note: same() stays as it is: the check would then find" in done.stderr
    made = (tmp_path / "flow.py").read_text()
    assert "def same(value):\n" in made
    assert "def double(n: int) -> int:" in made
    assert run(tmp_path, "check", "flow.py").returncode == 0


def test_files_in_the_style_of_public_ones_are_annotated(tmp_path):
    """Each of them, and the check finds nothing in them afterwards."""
    (tmp_path / "shared_tasks.py").write_text(LIBRARY)
    files = generate(7, 5, wrong=False)
    for one in files:
        (tmp_path / one.name).write_text(one.text)
    done = run_process(tmp_path, "annotate", ".", "--write")
    assert done.returncode == 0, done.stderr
    assert all((tmp_path / one.name).read_text() != one.text for one in files)
    checked = run_process(tmp_path, "check", ".")
    assert checked.returncode == 0, checked.stdout


def test_a_file_that_cannot_be_annotated_is_left(tmp_path):
    """One that does not import, or would be wrong afterwards, stays, and the command says so."""
    (tmp_path / "broken.py").write_text("from airflow.sdk import dag\n1 / 0\n")
    strict = (
        "from airflow.sdk import dag, task\n\n@task\ndef made():\n    return 1\n\n"
        "assert 'return' not in made.function.__annotations__\n\n"
        "@dag(schedule=None)\ndef flow():\n    made()\nflow()\n"
    )
    (tmp_path / "strict.py").write_text(strict)
    done = run(tmp_path, "annotate", "broken.py", "strict.py", "--write")
    assert done.returncode == 1
    assert "broken.py is left as it is: ZeroDivisionError" in done.stderr
    assert "strict.py is left as it is: AssertionError" in done.stderr
    assert (tmp_path / "strict.py").read_text() == strict


@pytest.mark.parametrize("models", ["typeddict", "pydantic"])
def test_a_warning_of_the_file_is_shown_once(tmp_path, models):
    """The file is imported several times, which is no concern of the author's."""
    warned = 'import warnings\n\nwarnings.warn("an old import", FutureWarning)\n'
    (tmp_path / "old.py").write_text(warned + OLD)
    done = run_process(tmp_path, "annotate", "--models", models, "old.py")
    assert "+    def square(n: int)" in done.stdout
    assert done.stderr.count("an old import") == 1


def test_line_ends_and_letters_stay(tmp_path):
    """A file of Windows with letters of more than one byte is changed in its own way."""
    source = "from airflow.sdk import dag, task\n\n@task\ndef made(n='ä', m='ö'): # ü\n    return {'a': 'ß'}\n\n"
    source += "@dag(schedule=None)\ndef flow():\n    made(m='é')\nflow()\n"
    (tmp_path / "flow.py").write_bytes(source.replace("\n", "\r\n").encode())
    assert run(tmp_path, "annotate", "flow.py", "--write").returncode == 0
    made = (tmp_path / "flow.py").read_bytes()
    assert made.count(b"\r\n") == made.count(b"\n")
    assert "def made(n='ä', m: str = 'ö') -> MadeResult: # ü\r\n" in made.decode()


def test_a_missing_path_is_wrong_usage(tmp_path):
    """It exits with 2 and names the path."""
    done = run(tmp_path, "annotate", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
