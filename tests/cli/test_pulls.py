"""`xcom_pull` with literal ids and keys: what is misspelt is an error of `typedxcom check`."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import pytest
from pydantic import BaseModel

from tests.mypy.support import CASES, expected
from typedxcom.cli.findings import examine

DAG = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, get_current_context, task, task_group
from helpers import announce
from typedxcom import task as typed_task

def classic(ti):
    ti.xcom_push(key="rows", value=1)

with DAG("flow", schedule=None):
    @task
    def extract_orders():
        return {"rows": 1, "path": "a"}

    @task(multiple_outputs=True)
    def split(ti=None):
        ti.xcom_push(key="own", value=1)
        return {"train": 1, "test": 2}

    @task
    def open_keys(name, ti=None):
        ti.xcom_push(key=name, value=1)

    @task
    def helped(**context):
        announce(context)

    @task.short_circuit
    def maybe():
        return True

    @task
    def each(n):
        return {"n": n}

    @task_group
    def inner():
        @task
        def load():
            return 1
        load()

    extract_orders(), split(), open_keys("a"), helped(), maybe(), each.expand(n=[1, 2]), inner()
    PythonOperator(task_id="classic", python_callable=classic)
    BashOperator(task_id="shell", bash_command="true")
    for number in (1, 2):
        BashOperator(task_id=f"part_{number}", bash_command="true")

    @DECORATOR
    def reads(name="shell", ti=None, **context):
        BODY
    reads()
    BashOperator(task_id="echo", bash_command="echo TEMPLATE")
"""

# The arguments of a pull and what is read of it, and what must be said of it.
PULLS = {
    "('extract_orders')": "",
    "('extract_order')": "Did you mean 'extract_orders'?",
    "(task_ids='extract_orders')": "",
    "(task_ids='extrat_orders')": "Did you mean 'extract_orders'?",
    "(task_ids=['extract_orders', 'splitt'])": "Did you mean 'split'?",
    "('inner.load')": "",
    "('load')": "Did you mean 'inner.load'?",
    "('extract_order', dag_id='other')": "",
    "('extract_order', dag_id='flow')": "Did you mean 'extract_orders'?",
    "('extract_order', dag_id=name)": "",
    "(name)": "",
    "('extract_order', include_prior_dates=True)": "",
    "('extract_order', run_id='manual')": "",
    "('part_3')": "",
    "('quite_another')": "",
    "('split', key='train')": "",
    "('split', key='own')": "",
    "('split', key='trian')": "Did you mean 'train'?",
    "(task_ids='extract_orders', key='rows')": "the key 'rows' of 'extract_orders'",
    "('open_keys', key='anything')": "",
    "('helped', key='anything')": "",
    "('maybe', key='skipmixin_key')": "",
    "('shell', key='anything')": "",
    "('classic', key='rows')": "",
    "('classic', key='row')": "Did you mean 'rows'?",
    "('classic', key=name)": "",
    "('extract_orders')['rows']": "",
    "('extract_orders')['row']": "Did you mean 'rows'?",
    "(task_ids='extract_orders', key='return_value')['paht']": "Did you mean 'path'?",
    "(['extract_orders'])[0]": "",
    "('each')[0]['x']": "",
    "('each')['x']": "",
    "('shell')[0]": "",
    "(task_ids='extract_orders')[name]": "",
}


MODELS = """
from dataclasses import dataclass

from airflow.sdk import DAG
from airflow.sdk import task as plain_task
from pydantic import BaseModel
from typedxcom import task

class Order(BaseModel):
    id: int

@dataclass
class Point:
    x: int

class Keyed(BaseModel):
    id: int

    def __getitem__(self, name):
        return getattr(self, name)

with DAG("models", schedule=None):
    @task
    def order() -> Order: ...

    @task
    def point() -> Point: ...

    @task
    def keyed() -> Keyed: ...

    @task
    def maybe() -> Order | None: ...

    order(), point(), keyed(), maybe(), order.override(task_id="each").expand_kwargs([{}])

    @DECORATOR
    def reads(ti=None):
        return ti.xcom_pullPULL
    reads()
"""
OF_MODELS = {
    "('order')['id']": "gets `Order`: write .id.",
    "(task_ids='order')['name']": "reads 'name' of it as of a dict, but it gets `Order`.",
    "('point')['x']": "gets `Point`: write .x.",
    "('order').id": "",
    "('order')": "",
    "('keyed')['id']": "",
    "('maybe')['id']": "gets `Order | None`: write .id.",
    "('each')['id']": "",
    "('order', dag_id='other')['id']": "",
}


@pytest.mark.parametrize(("pull", "words"), OF_MODELS.items())
def test_a_model_that_a_typed_task_pulls_has_no_keys(tmp_path, pull, words):
    """Airflow's own task gets the JSON of it, which has."""
    file = tmp_path / "flow.py"
    for decorator, told in (("task", words), ("plain_task", "")):
        source = MODELS.replace("PULL", pull).replace("DECORATOR", decorator)
        file.write_text(source)
        found = [one.message for one in examine([file]).findings]
        assert len(found) == bool(told), found
        assert all(told in one for one in found)


ENTRIES = """
from dataclasses import dataclass

import msgspec
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow.sdk import task as plain_task
from pydantic import BaseModel, ConfigDict, Field, model_serializer
from typedxcom import task

class Order(BaseModel):
    total: float = Field(alias="Total")

class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    id: int

class Own(BaseModel):
    id: int

    @model_serializer
    def written(self):
        return {"ids": [self.id]}

class Camel(msgspec.Struct, rename="camel", tag=True):
    my_total: int

@dataclass
class Point:
    rows: int

with DAG("entries", schedule=None):
    made = []
    for name, kind in {"order": Order, "open": Open, "own": Own, "camel": Camel, "point": Point}.items():
        made.append(task(output=kind)(lambda: None).override(task_id=name)())
    made.append(plain_task(lambda: None).override(task_id="plain")())
    made >> BashOperator(task_id="echo", bash_command="{{ ti.xcom_pullPULL }}")
"""
OF_ENTRIES = {
    "('order')['total']": "",
    "('order')['totl']": "the dict has 'total'. Did you mean 'total'?",
    "('order')['Total']": "the dict has 'total'. Did you mean 'total'?",  # written by its name
    "('order')['json']": "",  # of the text form
    "('order')['path']": "",  # of a pointer
    "('open')['ids']": "",
    "('own')['ids']": "",
    "('camel')['myTotal']": "",
    "('camel')['type']": "",
    "('camel')['my_total']": "Did you mean 'myTotal'?",
    "('point')['rows']": "",
    "('point')['row']": "the dict has 'rows'. Did you mean 'rows'?",
    "('plain')['totl']": "",
}


@pytest.mark.parametrize(("pull", "words"), OF_ENTRIES.items())
def test_a_template_gets_the_json_of_a_model(tmp_path, pull, words):
    """Its keys are those that are written."""
    (tmp_path / "flow.py").write_text(ENTRIES.replace("PULL", pull))
    report = examine([tmp_path / "flow.py"])
    found = [one.message for one in report.findings]
    assert len(report.dags) == 1
    assert len(found) == bool(words), found
    assert all(words in one for one in found)


@pytest.fixture
def findings(tmp_path):
    """What `check` finds in a DAG file with one pull in it."""
    (tmp_path / "helpers.py").write_text("def announce(context):\n    pass\n")

    def check(body: str, template: str, decorator: str = "task") -> tuple[str, list]:
        source = DAG.replace("BODY", body).replace("TEMPLATE", template)
        source = source.replace("DECORATOR", decorator)
        (tmp_path / "flow.py").write_text(source)
        return source, examine([tmp_path / "flow.py"]).findings

    return check


@pytest.mark.parametrize(("pull", "words"), PULLS.items())
def test_a_pull_in_a_body_and_in_a_template(findings, pull, words):
    """Both are judged alike, and the body's is found on its own line."""
    template = "{{ ti.xcom_pull" + pull.replace("name", "params.name") + " }}"
    source, found = findings(f"return ti.xcom_pull{pull}", template)
    if not words:
        assert found == []
        return
    lines = source.splitlines()
    assert [re.search(r"reads|echo", one.message)[0] for one in found] == ["reads", "echo"]
    assert all(words in one.message for one in found)
    assert "xcom_pull" in lines[found[0].line - 1]
    assert 'task_id="echo"' in lines[found[1].line - 1]


def test_every_way_to_pull_is_seen(findings):
    """The context's instance, ours and Airflow's tasks, statements of Jinja, and several in one."""
    body = (
        "context['ti'].xcom_pull('spli')\n        get_current_context()['ti'].xcom_pull('spit')"
        "\n        context['task_instance'].xcom_pull(task_ids='splitt')"
    )
    template = (
        "{% set x = task_instance.xcom_pull(task_ids='split', key='trai') %}"
        "{% if ti.xcom_pull('splitt') %}{{ ti.xcom_pull('split') | upper }}{% endif %}"
    )
    _, found = findings(body, template, "typed_task")
    assert len(found) == 5


def test_what_jinja_cannot_read_is_left_alone(findings):
    """A template of another language, or a broken one, is none of ours."""
    assert findings("return 1", "{{ ti.xcom_pull('splitt' }}")[1] == []


@pytest.mark.parametrize(
    "name",
    ["wire_pulls", "wire_pulls_dynamic", "wire_pulls_dag_function", "wire_branches_groups"],
)
def test_mypy_says_the_same_of_misspelt_ids(name):
    """The cases of the mypy plugin have their errors on the lines where `check` finds them."""
    file = CASES / f"{name}.py"
    in_mypy = {
        line
        for line, texts in expected(file).items()
        if any("asks for" in text and "has no such task" in text for text in texts)
    }
    found = examine([file]).findings
    assert {one.line for one in found if "xcom_pull, but this DAG" in one.message} == in_mypy


PULLED = CASES / "wire_pulled.py"


def test_mypy_says_the_same_of_what_is_done_with_a_value():
    """Uses that a pulled value cannot have, in bodies whose ``ti`` nobody annotated."""
    found = examine([PULLED]).findings
    assert sorted(one.line for one in found) == sorted(expected(PULLED))


class Instance:
    """Gives what the tasks of the cases return, as Airflow's `xcom_pull` does."""

    def __init__(self, tasks: dict[str, Any], *, is_typed: bool) -> None:
        self._tasks, self._is_typed = tasks, is_typed

    def xcom_pull(self, task_ids=None, dag_id=None, key="return_value", **options):
        """The value of one task or of several, or None."""
        if dag_id is not None or "run_id" in options:
            return {"anything": 1}
        if isinstance(task_ids, list):
            return [self._value(one, key) for one in task_ids]
        indexes = options.get("map_indexes")
        if isinstance(indexes, list):
            return [self._value(task_ids, key) for _ in indexes]
        return self._value(task_ids, key)

    def _value(self, task_id: str, key: str) -> Any:
        if task_id not in self._tasks:
            return "a line" if task_id == "shell" else {"anything": 1}
        function = self._tasks[task_id].function
        value = function(1) if task_id.startswith("each") else function()
        if isinstance(value, BaseModel) and not self._is_typed:
            value = value.model_dump()
        return value if key == "return_value" else value[key]


def _statements() -> Iterator[tuple[ast.FunctionDef, bool]]:
    """Functions of the cases that pull, each with whether it must fail; one for each statement."""
    wrong = expected(PULLED)
    for node in ast.parse(PULLED.read_text()).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name in ("wrong", "wrong_typed"):
            for one in node.body:
                lines = range(one.lineno, (one.end_lineno or one.lineno) + 1)
                made = ast.FunctionDef(**{**vars(node), "body": [one]})
                yield made, not wrong.keys().isdisjoint(lines)
        elif node.name.startswith(("wrong_", "right", "classic")):
            yield node, not node.name.startswith("right")


@pytest.mark.parametrize(
    ("node", "is_wrong"),
    [pytest.param(*one, id=f"{one[0].name}-{one[0].body[0].lineno}") for one in _statements()],
)
def test_what_is_wrong_with_a_pulled_value_fails_when_it_runs(node, is_wrong):
    """Each wrong use ends its task, and right code runs."""
    names = runpy.run_path(str(PULLED))
    tasks = {name: one for name, one in names.items() if hasattr(one, "function")}
    instance = Instance(tasks, is_typed=node.name == "wrong_typed")
    context = {"ti": instance, "task_instance": instance}
    names["get_current_context"] = lambda: context
    node.decorator_list = []
    exec(compile(ast.Module([node], []), str(PULLED), "exec"), names)
    given = {one.arg: instance for one in node.args.args if one.arg in context}
    rest = {name: one for name, one in context.items() if name not in given}
    with pytest.raises((KeyError, TypeError, AttributeError)) if is_wrong else nullcontext():
        names[node.name](**given, **(rest if node.args.kwarg else {}))
