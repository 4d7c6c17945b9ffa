"""`typedxcom check` and `typedxcom graph`, as a CI and a person run them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import typedxcom
from typedxcom.cli import main
from typedxcom.cli.processes import in_order

RIGHT = """
from airflow.sdk import dag
from typedxcom import task

@task
def extract(n: int) -> list[int]:
    return list(range(n))

@task
def total(values: list[int]) -> int:
    return sum(values)

@task
def show(value) -> None:
    print(dict(value=value))

@dag(schedule=None)
def right():
    show(total(extract(3)))

right()
"""

WRONG = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from typedxcom import task

@task
def commands() -> list[str]:
    return ["true"]

@dag(schedule=None)
def classic():
    BashOperator(task_id="run", bash_command=commands())

classic()
"""

RAISES = """
from airflow.sdk import dag
from typedxcom import task

@task
def extract() -> str:
    return "a"

@task
def square(n: int) -> int:
    return n * n

@dag(schedule=None)
def pipeline():
    square(extract())

pipeline()
"""


SHARED = """
from helpers import KIND
from airflow.sdk import dag
from typedxcom import task

@task
def extract() -> KIND:
    return KIND(1)

@task
def show(value: KIND) -> None:
    print(value)

@dag(schedule=None)
def shared():
    show(extract())

shared()
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process, in *tmp_path*."""
    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
    finally:
        os.chdir(before)
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def run_process(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, as a CI runs it."""
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-m", "typedxcom", *arguments],
        cwd=tmp_path,
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path / "home"), "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one right and two wrong DAG files, and what is no DAG file."""
    dags = tmp_path / "dags"
    (dags / ".hidden").mkdir(parents=True)
    (dags / "right.py").write_text(RIGHT)
    (dags / "wrong.py").write_text(WRONG)
    (dags / "raises.py").write_text(RAISES)
    (dags / ".hidden" / "not_looked_at.py").write_text("1 / 0")
    return tmp_path


def test_every_edge_is_printed_with_its_types(folder: Path) -> None:
    """A right file prints its edges, marks the untyped one, and exits with 0."""
    done = run_process(folder, "check", "dags/right.py")
    assert done.returncode == 0, done.stderr
    assert "extract -> total.values: list[int]" in done.stdout
    assert "total -> show.value: int as Any  [untyped]" in done.stdout
    assert "0 errors, 2 edges (1 untyped) in 1 DAGs of 1 files\n" in done.stdout


UNWIRED = """
from datetime import date
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from typedxcom import task

@dag(schedule=None)
def unwired():
    @task
    def day() -> date: ...

    @task
    def name() -> str: ...

    @task
    def reads(ti=None):
        ti.xcom_pull("day"), ti.xcom_pull(task_ids=["name", "nobody"])
        ti.xcom_pull("far", dag_id="another")

    template = "{{ ti.xcom_pull('%s') }}"
    start = [day(), name()]
    start >> BashOperator(task_id="bash", bash_command=template % "day" + template % "name")
    start >> reads()

unwired()
"""


def test_readings_that_get_json_are_noted(folder: Path) -> None:
    """Templates, and pulls by an id that is in no wiring; what JSON says as well is not."""
    (folder / "unwired.py").write_text(UNWIRED)
    printed = run(folder, "check", "unwired.py")
    notes = [line.strip() for line in printed.stdout.splitlines() if "note: " in line]
    assert [note.partition(": it gets")[0] for note in notes] == [
        "note: bash.bash_command pulls 'day' in a template",
        "note: reads pulls 'nobody' by xcom_pull, but this DAG has no such task",
        "note: reads pulls from the DAG 'another' by xcom_pull",
    ]
    (found,) = json.loads(run(folder, "check", "unwired.py", "--format", "json").stdout)["dags"]
    assert len(found["notes"]) == 3
    assert printed.returncode == 0


UNORDERED = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from airflow.sdk import task as plain_task
from typedxcom import task

@dag(schedule=None)
def unordered():
    @task
    def first() -> int: ...

    @task
    def second(n: int) -> int: ...

    @task
    def waits(ti=None):
        return ti.xcom_pull("first"), ti.xcom_pull("second"), ti.xcom_pull("waits")

    @plain_task
    def hurries(ti=None):
        return ti.xcom_pull("first"), ti.xcom_pull("second", include_prior_dates=True)

    template = "{{ ti.xcom_pull('second') }}"
    one = first()
    two = second(one)
    two >> waits()
    one >> BashOperator(task_id="bash", bash_command=template)
    BashOperator(task_id="text", bash_command=f"{two}")
    hurries()

unordered()
"""


def test_pulls_that_wait_for_nothing_are_noted(folder: Path) -> None:
    """Through other tasks counts as well, and an output in a text has a note of its own."""
    (folder / "unordered.py").write_text(UNORDERED)
    printed = run(folder, "check", "unordered.py")
    notes = [line.strip() for line in printed.stdout.splitlines() if "note: " in line]
    assert [note.partition(". ")[0] for note in notes] == [
        "note: bash pulls 'second' by xcom_pull, and does not wait for it",
        "note: hurries pulls 'first' by xcom_pull, and does not wait for it",
        "note: text(bash_command) has the output of 'second' in a text, and does not wait for it",
    ]
    assert "Order the two: first >> hurries." in notes[1]
    assert printed.returncode == 0


def test_strict_fails_on_an_untyped_edge(folder: Path) -> None:
    """`--strict` turns an edge without types into exit code 1."""
    assert run(folder, "check", "--strict", "dags/right.py").returncode == 1


def test_errors_carry_file_and_line(folder: Path) -> None:
    """An error at a call has the author's line; one in a classic operator the line of its id."""
    done = run(folder, "check", "dags")
    assert done.returncode == 1
    assert (
        "dags/raises.py:15: error: square(n) expects `int`, but upstream 'extract' returns `str`."
        "  [wiring]" in done.stdout
    )
    assert "dags/wrong.py:12: error: BashOperator(bash_command) of task 'run'" in done.stdout
    assert "hidden" not in done.stdout


ODD = """
from airflow.sdk import BaseOperator, dag


class Meta(type):
    def __getattribute__(cls, name):
        if name == "__dataclass_fields__":
            raise RuntimeError("odd")
        return super().__getattribute__(name)


class Value(metaclass=Meta):
    pass


class Run(BaseOperator):
    template_fields = ("value",)

    def __init__(self, *, value: Value, **kwargs):
        super().__init__(**kwargs)
        self.value = value


@dag(schedule=None)
def odd():
    Run(task_id="second", value=Run(task_id="first", value=1).output)


odd()
"""


def test_a_dag_that_cannot_be_checked_is_an_error_of_its_file(folder: Path) -> None:
    """The other files are checked all the same."""
    (folder / "dags" / "odd.py").write_text(ODD)
    done = run(folder, "check", "dags")
    assert done.returncode == 1
    text = "dags/odd.py:1: error: DAG 'odd' could not be checked: RuntimeError: odd  [fault]"
    assert text in done.stdout
    assert "dags/wrong.py:12: error: BashOperator(bash_command) of task 'run'" in done.stdout


def test_json_is_one_object(folder: Path) -> None:
    """`--format json` gives every edge and error to a program."""
    done = run(folder, "check", "dags", "--format", "json")
    report = json.loads(done.stdout)
    assert {dag["dag_id"] for dag in report["dags"]} == {"right", "classic"}
    assert [error["code"] for error in report["errors"]] == ["wiring", "wiring"]
    edge = report["dags"][0]["edges"][0]
    assert (edge["upstream"], edge["parameter"], edge["typed"]) == ("extract", "values", True)


def test_what_a_dag_file_prints_is_not_in_the_report(folder: Path) -> None:
    """Standard output is the report alone, whatever is printed while files are imported."""
    (folder / "loud.py").write_text(f"print('loud')\n{RIGHT}")
    done = run_process(folder, "check", "loud.py", "--format", "json")
    assert json.loads(done.stdout)["files"] == 1
    assert "loud" in done.stderr


def test_github_annotates_the_lines(folder: Path) -> None:
    """`--format github` prints workflow commands and nothing else."""
    lines = run(folder, "check", "dags", "--format", "github").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=dags/raises.py,line=15,title=typedxcom wiring::")


def test_junit_counts_failures(folder: Path) -> None:
    """`--format junit` is XML with one failure for each error."""
    suite = ElementTree.fromstring(run(folder, "check", "dags", "--format", "junit").stdout)
    assert suite.get("failures") == "2"
    assert len(suite.findall("testcase/failure")) == 2


def test_a_missing_path_is_wrong_usage(folder: Path) -> None:
    """A path that is not there exits with 2 and says so."""
    done = run(folder, "check", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def write_zip(path: Path, **modules: str) -> None:
    """An archive with these modules at its root, and one that nobody imports in a folder."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, source in modules.items():
            archive.writestr(f"{name}.py", source)
        archive.writestr("inner/not_looked_at.py", "1 / 0")


def test_modules_of_archives_are_checked(folder: Path) -> None:
    """Each archive's modules are its own, whatever another's are named; an error has its line."""
    packed = folder / "packed"
    packed.mkdir()
    write_zip(packed / "a.zip", helpers="KIND = int", flow=SHARED, raises=RAISES)
    write_zip(packed / "b.zip", helpers="KIND = str", flow=SHARED)
    done = run(folder, "check", "packed")
    assert "shared (packed/a.zip/flow.py)\n  extract -> show.value: int\n" in done.stdout
    assert "shared (packed/b.zip/flow.py)\n  extract -> show.value: str\n" in done.stdout
    assert "packed/a.zip/raises.py:15: error: square(n) expects `int`" in done.stdout
    assert "1 errors, 2 edges (0 untyped) in 2 DAGs of 5 files\n" in done.stdout
    assert done.returncode == 1


def test_one_archive_can_be_named(folder: Path) -> None:
    """`check` and `graph` take an archive; the line of a classic operator is found in it."""
    write_zip(folder / "c.zip", wrong=WRONG)
    done = run(folder, "check", "c.zip")
    assert "c.zip/wrong.py:12: error: BashOperator(bash_command) of task 'run'" in done.stdout
    assert run(folder, "graph", "c.zip").stdout.startswith("flowchart LR\n  t_commands")


def test_a_broken_archive_is_an_error(folder: Path) -> None:
    """An archive whose list of files is damaged is reported, not raised."""
    write_zip(folder / "d.zip", right=RIGHT)
    whole = (folder / "d.zip").read_bytes()
    (folder / "d.zip").write_bytes(whole.replace(b"PK\x01\x02", b"PK\xff\xff"))
    done = run(folder, "check", "d.zip")
    assert done.returncode == 1
    assert "d.zip:1: error: ImportError: " in done.stdout


def test_a_file_imports_from_the_folder_of_dags(folder: Path) -> None:
    """A file further down imports what lies in the given folder, as Airflow lets it."""
    (folder / "tree" / "team").mkdir(parents=True)
    (folder / "tree" / "helpers.py").write_text("KIND = int")
    (folder / "tree" / "team" / "flow.py").write_text(SHARED)
    done = run(folder, "check", "tree")
    assert done.returncode == 0, done.stdout
    assert "shared (tree/team/flow.py)" in done.stdout


# Airflow's own reader of globs uses a name that pathspec has deprecated.
@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
@pytest.mark.parametrize(("syntax", "line"), [("glob", "**/r*s.py"), ("regexp", "r[a-z]+s")])
def test_ignore_files_are_kept_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch, syntax: str, line: str
) -> None:
    """`.airflowignore` in both of Airflow's syntaxes, also further down, leaves files out."""
    monkeypatch.setenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", syntax)
    (folder / "dags" / "deeper").mkdir()
    (folder / "dags" / "deeper" / "wrong.py").write_text("1 / 0")
    (folder / "dags" / ".airflowignore").write_text(f"{line}  # not ready\n")
    (folder / "dags" / "deeper" / ".airflowignore").write_text("wrong.py\n")
    done = run(folder, "check", "dags", "--format", "json")
    report = json.loads(done.stdout)
    assert [dag["path"] for dag in report["dags"]] == ["dags/right.py", "dags/wrong.py"]
    assert report["files"] == 2


def test_a_syntax_that_airflow_does_not_know_is_wrong_usage(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Airflow cannot list exits with 2 and Airflow's reason."""
    monkeypatch.setenv("AIRFLOW__CORE__DAG_IGNORE_FILE_SYNTAX", "sql")
    done = run(folder, "check", "dags")
    assert done.returncode == 2
    assert "typedxcom: Airflow cannot list dags: " in done.stderr


def test_a_folder_without_dags_is_wrong_usage(folder: Path) -> None:
    """A folder with nothing to check exits with 2 and a hint; what else was asked is printed."""
    (folder / "empty").mkdir()
    (folder / "library").mkdir()
    (folder / "library" / "lib.py").write_text("X = 1\n")
    done = run(folder, "check", "empty", "library", "dags/right.py")
    assert done.returncode == 2
    assert "typedxcom: no DAG file in empty: it has no .py and no .zip" in done.stderr
    assert "typedxcom: no DAG in library: none of its Python files (1) makes one" in done.stderr
    assert "in 1 DAGs of 2 files" in done.stdout
    assert run(folder, "check", "library/lib.py").returncode == 0  # as pre-commit names it
    graph = run(folder, "graph", "empty")
    assert graph.returncode == 2
    assert "no DAG file in empty" in graph.stderr


def test_the_version_is_printed(folder: Path) -> None:
    """`--version` prints the name and the version of the package."""
    assert run_process(folder, "--version").stdout == f"typedxcom {typedxcom.__version__}\n"


def test_a_file_that_cannot_be_imported_is_an_error(folder: Path) -> None:
    """An import error of any other kind is a finding at its line."""
    (folder / "broken.py").write_text("x = 1  # a dag of Airflow\nraise RuntimeError('no')\n")
    done = run(folder, "check", "broken.py")
    assert done.returncode == 1
    assert "broken.py:2: error: RuntimeError: no  [import]" in done.stdout


def test_a_file_that_airflow_never_imports_is_an_error(folder: Path) -> None:
    """Safe mode passes over a file without the word `airflow`; `asset` serves as well as `dag`."""
    lonely = RIGHT.replace(
        "from airflow.sdk import dag\nfrom typedxcom import task", "from typedxcom import dag, task"
    )
    assert "airflow" not in lonely
    (folder / "lonely.py").write_text(lonely)
    (folder / "comment.py").write_text(f"# An Airflow DAG.\n{lonely}")
    assets = "from airflow.sdk import asset\n\n@asset(schedule=None)\ndef made():\n    return 1\n"
    assert "dag" not in assets
    (folder / "assets.py").write_text(assets)
    done = run(folder, "check", "lonely.py", "comment.py", "assets.py")
    assert done.returncode == 1
    assert "lonely.py:1: error: Airflow never looks into this file" in done.stdout
    assert "comment.py:1" not in done.stdout
    assert "3 DAGs of 3 files" in done.stdout
    assert "1 DAG has no edges" in done.stdout
    assert "assets.py:1" not in done.stdout


def test_the_graph_is_mermaid(folder: Path) -> None:
    """`graph` draws typed edges with a line and untyped ones with dots."""
    done = run(folder, "graph", "dags/right.py")
    assert done.stdout.splitlines()[0] == "flowchart LR"
    assert 't_extract -->|"values: list[int]"| t_total' in done.stdout
    assert 't_total -.->|"value: int"| t_show' in done.stdout


def test_several_processes_report_what_one_does(tmp_path: Path) -> None:
    """`--jobs` changes neither the order nor a word, also where a file ends its own process."""
    dags = tmp_path / "dags"
    dags.mkdir()
    for number in range(9):
        source = (RIGHT, RAISES, "from airflow.sdk import dag\n1 / 0\n")[number % 3]
        (dags / f"flow_{number}.py").write_text(source.replace("pipeline", f"pipeline_{number}"))
    one = run(tmp_path, "check", "dags", "--jobs", "1", "--suggest")
    some = run(tmp_path, "check", "dags", "--jobs", "3", "--suggest")
    assert one.stdout.count("[wiring]") == 3
    assert one.stdout.count("ZeroDivisionError") == 3
    assert (some.stdout, some.returncode) == (one.stdout, one.returncode)


def test_an_item_that_ends_its_process_is_tried_here() -> None:
    """A fork that dies takes no result with it: all is done again in the first process."""
    here = os.getpid()

    def work(item: int) -> int:
        if item == 5 and os.getpid() != here:
            os._exit(1)
        return item * item

    assert in_order(work, range(9), jobs=2) == [item * item for item in range(9)]


@pytest.mark.parametrize("module", ["airflow.sdk", "typedxcom"])
@pytest.mark.parametrize(
    "step", ["extract >> load()", "load() >> extract", "chain(load(), extract)"]
)
def test_a_task_that_was_not_called_is_named(tmp_path, module, step):
    """Airflow says that a task decorator has no attribute `update_relative`."""
    (tmp_path / "flow.py").write_text(
        f"from airflow.sdk import chain, dag\nfrom {module} import task\n\n@task\n"
        "def extract():\n    return 1\n\n@task\ndef load():\n    print(1)\n\n"
        f"@dag(schedule=None)\ndef flow():\n    {step}\nflow()\n"
    )
    done = run(tmp_path, "check", "flow.py")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == (
        "flow.py:14: error: Task 'extract' was not called, so it has no place in the DAG: "
        "write extract(...).  [wiring]"
    )
