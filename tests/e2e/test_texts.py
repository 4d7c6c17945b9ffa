"""Outputs in texts: `typedxcom check` names the readers that do not wait for them."""

from __future__ import annotations

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow.sdk import task as plain_task

from typedxcom import task
from typedxcom.airflow.authoring.outputs_in_texts import lost_dependencies


def test_a_reader_that_does_not_wait_is_named():
    """At any depth of any argument, for every kind of task; one that waits is not."""
    with DAG("texts", schedule=None) as dag:

        @task
        def slow() -> str:
            return "x"

        def path(p, q=None):
            return p

        waits = task(task_id="waits")(path)(f"a/{slow()}")
        dag.get_task("slow") >> waits
        task(task_id="through")(path)(f"a/{slow()}", q=waits)
        task(task_id="plain")(path)("{{ params.x }}")
        task(task_id="other")(path)(
            "{{ task_instance.xcom_pull(task_ids='y', dag_id='z', key='k') }}"
        )

        text = f"a/{slow()}"
        task(task_id="typed")(path)(text)
        plain_task(task_id="nested")(path)({"a": ["x", text]})
        task(task_id="mapped").__call__(path).partial(q=text).expand(p=[text])
        BashOperator(task_id="bash", bash_command="echo " + text)

    found = [sentence.partition(" has the output of ") for sentence in lost_dependencies(dag)]
    readers = [head for head, _, _ in found]
    assert readers == [
        "through(p)",
        "typed(p)",
        "nested(p)",
        "mapped(q)",
        "mapped(p)",
        "bash(bash_command)",
    ]
    assert found[1][2].startswith("'slow__2' in a text, and does not wait for it. Pass the output")
    assert found[1][2].endswith("order the two: slow__2 >> typed.")
