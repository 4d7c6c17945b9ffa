"""Reads of parameters that a typed DAG does not have are errors of `typedxcom check`."""

from __future__ import annotations

import pytest

from typedxcom.cli.findings import examine

DAG = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import get_current_context
from airflow.sdk import task as stock_task
from typedxcom import dag, task

@dag(schedule=None{options})
def taxi(limit: int = 5, day: str = "x", free=1):
    @task
    def typed(params, dag_run, **context):
        {body}

    @stock_task
    def stock(params, dag_run, **context):
        {body}

    typed(), stock()
    BashOperator(task_id="shell", bash_command={template!r}, params={{"own": 1}})

taxi()
"""


def findings(tmp_path, body: str = "pass", template: str = "true", options: str = "") -> list[str]:
    """What is found in the DAG, as ``line: message``."""
    file = tmp_path / "taxi.py"
    file.write_text(DAG.format(body=body, template=template, options=options))
    return [f"{one.line}: {one.message}" for one in examine([file]).findings]


def known(names: str) -> str:
    """How a message lists the parameters."""
    return ", ".join(f"`{name}`" for name in names.split())


READS = [
    'params["limmit"]',
    'dag_run.conf["limmit"]',
    'context["params"]["limmit"]',
    'context["dag_run"].conf["limmit"]',
    'get_current_context()["params"]["limmit"]',
    'params.get("limmit")',
    'dag_run.conf.get("limmit", 1)',
    'found = context["params"]; found["limmit"]',
    '"limmit" in params and params["limmit"]',
]


def test_a_misspelt_parameter_in_a_body_is_an_error(tmp_path):
    """In every way there is to read it, on its line, in typed and in stock tasks."""
    found = findings(tmp_path, "\n        ".join(READS))
    has = f"it has {known('day free limit')}. Did you mean 'limit'?"
    words = "reads the parameter 'limmit', which the DAG 'taxi' does not have"
    assert found == [
        f"{line}: {name} {words}: {has}"
        for name, first in (("typed", 11), ("stock", 14 + len(READS)))
        for line in range(first, first + len(READS))
    ]


RIGHT = [
    'params["limit"], params["free"], params.get("debug"), dag_run.conf["day"]',
    'params = {}; params["limmit"]',
    'other = {}; other["limmit"], context["other"]["limmit"], dag_run.config["limmit"]',
    'name = "limmit"; params[name]',
    'params["limmit"] = 1',
    'if "extra" in params: params["extra"]',
    'found = context["params"]; found = {}; found["limmit"]',
]


@pytest.mark.parametrize("body", RIGHT)
def test_what_is_right_or_not_known_is_no_error(tmp_path, body: str):
    """Names that the DAG has, names that mean something else, and keys that are no literals."""
    assert findings(tmp_path, body) == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ params.limmit }}",
        "{{ params['limmit'] }}",
        "{{ dag_run.conf['limmit'] }}",
        "{{ dag_run.conf.limmit | upper }}",
        "{% if params.get('limmit') %}x{% endif %}",
    ],
)
def test_a_misspelt_parameter_in_a_template_is_an_error(tmp_path, template: str):
    """The parameters of the task itself count too."""
    (found,) = findings(tmp_path, template=template)
    has = f"it has {known('day free limit own')}. Did you mean 'limit'?"
    assert "shell reads the parameter 'limmit', which the DAG 'taxi' does not have" in found
    assert found.endswith(has)


@pytest.mark.parametrize(
    "template",
    [
        "{{ params.limit }} {{ params.own }} {{ dag_run.conf.get('debug') }}",
        "{% set params = {} %}{{ params.limmit }}",
        "{{ var.value.limmit }} {{ conf.limmit }} {{ params.items() }} {{ params | tojson }}",
        "{{ params.limmit ",
    ],
)
def test_a_right_template_is_no_error(tmp_path, template: str):
    """So are names of other things, methods, and what Jinja cannot read."""
    assert findings(tmp_path, template=template) == []


def test_a_dag_without_types_is_not_judged(tmp_path):
    """Its conf may hold anything."""
    file = tmp_path / "taxi.py"
    text = DAG.format(body='params["limmit"]', template="true", options="")
    text = text.replace("from typedxcom import dag, task", "from airflow.sdk import dag, task")
    file.write_text(text)
    assert examine([file]).findings == []
