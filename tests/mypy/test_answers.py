"""What language models answer to Airflow's own tasks, where their decorators differ."""

from __future__ import annotations

from tests.mypy.support import expected

HEAD = """
from airflow.providers.common.ai.operators.llm import LLMOperator
from airflow.sdk import dag, task
from pydantic import BaseModel

import typedxcom


class City(BaseModel):
    name: str


@task
def use_dict(value: dict) -> None: ...


@task
def use_city(value: City) -> None: ...


@task
def use_text(value: str) -> None: ...
"""
OTHERS = f"""
{HEAD}

@task.llm(model="small", system_prompt="Which city?", result_type=City)
def ask(text: str) -> str:
    return text


@task.llm(model="small", output_type=City)
def find(text: str) -> City:
    raise NotImplementedError(text)


@task.agent(agent=object())
def act(text: str) -> str:
    return text


@dag(schedule=None)
def cities():
    use_city(ask("a"))
    use_dict(ask("b"))
    use_text(act("c"))
    use_city(act("d"))
    use_city(find("e"))
"""
DUMPED = f"""
{HEAD}

@task.llm(llm_conn_id="llm", output_type=City)
def ask(text: str) -> str:
    return text


@typedxcom.task.llm(llm_conn_id="llm", output_type=City)
def ours(text: str) -> str:
    return text


@dag(schedule=None)
def cities():
    classic = LLMOperator(task_id="c", prompt="a", llm_conn_id="llm", output_type=City)
    use_city(ask("a"))
    use_city(classic.output)
    use_city(ours("a"))
    use_dict(ask("b"))  # E: 3.3
    use_dict(classic.output)  # E: 3.3
    use_text(ask("c"))  # E: all
    use_text(classic.output)  # E: all
    use_dict(ours("d"))  # E: all
"""
BEFORE = "from typedxcom import operator_outputs\noperator_outputs.keeps_models = lambda: False"


def test_decorators_of_other_packages_say_nothing(project):
    """`@task.llm` of another package has other arguments, so its answer may be anything."""
    assert project(cities=OTHERS).errors == []


def test_a_model_is_a_dict_before_airflow_3_3(project):
    """There, a reader of Airflow's own task may ask for either; our task promises the model."""
    wanted = expected_in(project, DUMPED)
    assert {error.line for error in project(cities=DUMPED).errors} == set(wanted)
    always = {line for line, texts in wanted.items() if texts == ["all"]}
    before = project(first=BEFORE, cities=DUMPED + "# read again\n")
    assert {error.line for error in before.errors} == always


def expected_in(project, source):
    """The lines that a comment marks, and their texts."""
    file = project.folder / "expected.txt"
    file.write_text(source)
    return expected(file)
