"""Errors while a DAG file is parsed: on the author's line, and for a DAG as a whole."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from airflow.configuration import conf

from tests.e2e.support import AIRFLOW
from tests.harness.dagtest import DagImportError, load_dag, load_dags, run_dag
from typedxcom import UnsupportedTypeError

try:
    from airflow.sdk.configuration import conf as task_conf
except ImportError:  # Airflow 3.1
    task_conf = conf

HEAD = """
from typing import TypedDict
from airflow.sdk import task as plain_task
from airflow.providers.standard.operators.bash import BashOperator
from typedxcom import XComArg, contract, dag, task, task_group, typed_output

@task
def text() -> str: return "x"

@task
def texts() -> list[str]: return ["x"]

@task
def number(n: int) -> int: return n

@task
def two() -> tuple[int, str]: return 1, "x"

class Row(TypedDict):
    a: int

@task(multiple_outputs=True)
def row() -> Row: return {"a": 1}

@task
def printer() -> type(print): ...

@dag(schedule=None)
def wrong():
    %s

wrong()
"""
MISTAKES = {
    "call": "number(text())",
    "keyword": "number(n=text())",
    "literal": "number('x')",
    "nested": "number.override(task_id='x')(number(number('x')))",
    "expand": "number.expand(n=texts())",
    "expand_scalar": "number.expand(n=number(1))",
    "expand_kwargs": "number.expand_kwargs([{'n': 'x'}])",
    "expand_kwargs_name": "number.expand_kwargs([{'m': 1}])",
    "partial": "number.partial(m=1).expand(n=[1])",
    "missing": "number()",
    "missing_mapped": "number.expand_kwargs([{}])",
    "too_many": "number(1, 2)",
    "unpack": "a, b, c = two()",
    "unpack_list": "a, b = texts()",
    "item": "number(two()[1])",
    "item_index": "two()[2]",
    "field": "row()['b']",
    "field_type": "texts.expand() if text().x else None",
    "map": "def f(n: int) -> int: return n\n    texts().map(f)",
    "map_scalar": "number(1).map(lambda n: n)",
    "map_chain": "def f(n: int) -> int: return n\n    texts().map(len).map(f).map(f).map(lambda n: n).concat(number(1))",
    "zip_scalar": "texts().zip(number(1))",
    "concat_scalar": "texts().concat(number(1))",
    "zip_of_map": "texts().map(len).zip(number(1))",
    "task_itself": "number(text)",
    "view": "number({1: text()}.values())",
    "unsupported": "printer()",
    "typed_output": "typed_output(BashOperator(task_id='b', bash_command='x'), type(print))",
    "attribute": "number(text().upper)",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_import_error_shows_the_authors_line(mistake):
    """Airflow keeps two frames of a traceback; one of them is the line with the mistake."""
    code = MISTAKES[mistake]
    with pytest.raises(DagImportError) as caught:
        load_dag(HEAD % code)
    shown = str(caught.value)
    source = re.findall(r'File "([^"]+)", line (\d+)', shown)
    lines = [
        Path(file).read_text().splitlines()[int(line) - 1].strip()
        for file, line in source
        if "/typedxcom/" not in file and "/airflow/" not in file
    ]
    assert code.splitlines()[-1].strip() in lines, shown


def test_a_mistake_inside_a_group_names_the_group():
    """The message has the path of groups, for the line alone may be called many times."""
    code = """@task_group
    def inner(n): return number(n)
    @task_group
    def outer(n): return inner(n)
    outer(text())"""
    with pytest.raises(DagImportError, match=r"outer\.inner\.number\(n\) expects `int`.*'text'"):
        load_dag(HEAD % code)


PLAIN = """
from airflow.sdk import dag, task, task_group
from airflow.providers.standard.operators.bash import BashOperator
%s

@dag(schedule=None)
def plain():
    @task
    def text() -> str: return "x"

    @task
    def lines() -> list[str]: return ["x"]

    @task
    def number(n: int) -> int: return n

    @task_group
    def group(n): return number(n)

    number(text())
    number.override(task_id="mapped").expand(n=lines())
    group.override(group_id="by_group")(n=text.override(task_id="other")())
    group.override(group_id="by_item").expand(n=lines())
    BashOperator(task_id="bash", bash_command=lines())
    BashOperator.partial(task_id="shells").expand(bash_command=number.override(task_id="n")(1))
    number.override(task_id="right")(1)
    %s

plain()
"""
TYPED = PLAIN % (
    "from typedxcom import task as typed_task\ndef print_it() -> None: ...",
    "typed_task(print_it)()",
)
UNTYPED = PLAIN % ("", "")
EXPECTED = [
    r"number\(n\) expects `int`, but upstream 'text' returns `str`",
    r"mapped\(n\) expects `int`, but upstream 'lines' gives items of `str`",
    r"by_group.number\(n\) expects `int`, but upstream 'other' returns `str`",
    r"by_item.number\(n\) expects `int`, but upstream 'lines__1' gives items of `str`",
    r"BashOperator\(bash_command\) of task 'bash' expects `str`, but upstream 'lines__2' returns `list\[str\]`",
    r"BashOperator\(bash_command\) of task 'shells'",
]


@pytest.fixture
def checking(monkeypatch):
    """Set ``[typedxcom] check_dags`` for one test."""
    return lambda which: monkeypatch.setenv("AIRFLOW__TYPEDXCOM__CHECK_DAGS", which)


def test_the_whole_dag_is_checked_and_every_error_listed():
    """Plain tasks, groups and classic operators of a DAG with one typed task are all reached."""
    with pytest.raises(DagImportError) as caught:
        load_dag(TYPED)
    told = str(caught.value)
    for pattern in EXPECTED:
        assert re.search(pattern, told), (pattern, told)
    assert "DAG 'plain'" in told
    assert "right(n)" not in told
    assert told.count(" expects ") + told.count("of task 'shells'") == len(EXPECTED)


def test_a_dag_without_typed_tasks_is_left_alone_by_default():
    """Installing typedxcom changes nothing for the DAGs that do not use it."""
    assert load_dag(UNTYPED).dag_id == "plain"


def test_every_dag_can_be_checked(checking):
    """`check_dags = all` checks plain DAGs too."""
    checking("all")
    with pytest.raises(DagImportError, match=EXPECTED[0]):
        load_dag(UNTYPED)


def test_the_check_of_whole_dags_can_be_switched_off(checking):
    """`check_dags = off` leaves what calls cannot see to run time."""
    checking("off")
    assert load_dag(TYPED).dag_id == "plain"


def test_a_wrong_setting_is_an_import_error(checking):
    """The message names the setting and what it may be."""
    checking("sometimes")
    with pytest.raises(DagImportError, match="check_dags is 'sometimes': use typed, all or off"):
        load_dag(TYPED)


def test_the_settings_are_listed_with_their_defaults():
    """Provider info tells Airflow the section, so that its command line shows it."""
    # Airflow 3.1 knows the defaults of providers only where it lists them.
    listing = conf.make_sure_configuration_loaded(with_providers=True)
    with listing if AIRFLOW < (3, 2) else contextlib.nullcontext():
        assert conf.get("typedxcom", "check_dags") == "typed"
        assert conf.getboolean("typedxcom", "strict") is True
        assert task_conf.getint("typedxcom", "threshold") == 8000


def test_a_fault_of_the_check_takes_no_dag_away(monkeypatch, caplog):
    """Where the check itself fails, the DAG is parsed and the log says so."""

    def broken(dag):
        raise KeyError(dag)

    monkeypatch.setattr("typedxcom.airflow.wiring.dag.check_tasks", broken)
    assert load_dag(TYPED).dag_id == "plain"
    assert "DAG plain could not be checked" in caplog.text


def test_contract_over_a_body_that_runs_elsewhere_is_refused():
    """`@contract` under `virtualenv` would be lost in the child; the error says what to use."""
    code = """@plain_task.virtualenv
    @contract
    def body(n: int) -> int: return n
    body(1)"""
    with pytest.raises(
        DagImportError, match=r"body: @contract cannot follow .* Use typedxcom.task"
    ):
        load_dag(HEAD % code)


def test_one_bad_dag_of_a_file_leaves_no_other_behind():
    """Each DAG of a file is checked on its own, as Airflow's own policies are."""
    other = TYPED.replace("def plain()", "def other()").replace("\nplain()", "\nother()")
    right = (
        "\nimport typedxcom\n@dag(schedule=None)\ndef fine():\n    typed_task(print_it)()\nfine()\n"
    )
    with pytest.raises(DagImportError) as caught:
        load_dags(other + right)
    assert "'other'" in str(caught.value)
    assert "'fine'" not in str(caught.value)


def test_parsing_imports_nothing_that_is_only_for_type_checkers():
    """A module under TYPE_CHECKING is imported when a task runs, never while parsing."""
    source = """
from __future__ import annotations
import sys
from typing import TYPE_CHECKING
from typedxcom import dag, task

if TYPE_CHECKING:
    from xml.dom.pulldom import PullDOM
    import wave as waves

@task
def make(it: PullDOM = None, wave: waves.Error = None) -> int:
    return 1

@task
def parsed() -> list[str]:
    return [name for name in ("xml.dom.pulldom", "wave") if name in LOADED]

@dag(schedule=None)
def lazily():
    make(1)
    parsed()

lazily()
LOADED = set(sys.modules)
"""
    result = run_dag(load_dag(source))
    assert result.xcom("parsed") == []
    assert isinstance(result.error("make"), UnsupportedTypeError)  # known once it is imported
