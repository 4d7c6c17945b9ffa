"""Runs the whole-DAG check as an Airflow cluster policy.

Calls of our own tasks are checked on their line. This check sees what a call cannot see: the fields
of classic operators, plain `airflow.sdk.task`, and tasks with only `@contract`. All its errors come
as one import error of the DAG.
"""

from __future__ import annotations

import logging
from typing import Any

from airflow.policies import hookimpl

from typedxcom.errors import GraveSentence, TypedXComError

__all__ = ["dag_policy"]


@hookimpl
def dag_policy(dag: Any) -> None:
    """Check the wiring of *dag*, and note in it what each task reads and returns.

    Raises:
        AirflowClusterPolicyViolation: With every error, unless the DAG only warns.
    """
    # Airflow loads this module while it is itself being imported, perhaps by a module of ours.
    from airflow.exceptions import AirflowClusterPolicyViolation

    from typedxcom.airflow.config import check_dags
    from typedxcom.airflow.modes import warns

    which = check_dags()
    if which == "off":
        return
    from typedxcom.airflow.wiring.dag import check_tasks, uses_contracts
    from typedxcom.airflow.wiring.declared import declare_tasks
    from typedxcom.airflow.wiring.kept import reading_once
    from typedxcom.airflow.wiring.lines import DagLines

    is_ours = uses_contracts(dag)
    if which == "typed" and not is_ours:
        return
    try:
        lines = DagLines(dag)
        with reading_once():
            found = list(check_tasks(dag))
            if is_ours:
                declare_tasks(dag)
        wrong = [_on_its_line(lines.of(task_id), sentence) for task_id, sentence in found]
    except TypedXComError:
        raise
    except Exception:  # a fault of ours must not take a DAG away
        logging.getLogger(__name__).exception("DAG %s could not be checked", dag.dag_id)
        return
    is_grave = any(isinstance(sentence, GraveSentence) for _, sentence in found)
    if wrong and warns(dag.dag_id) and not is_grave:
        from typedxcom.airflow.authoring.warned import warn_of_dag

        warn_of_dag(dag, wrong)
    elif wrong:
        raise AirflowClusterPolicyViolation(f"DAG {dag.dag_id!r}: " + "\n".join(wrong))


def _on_its_line(line: int | None, sentence: str) -> str:
    """A sentence with the line of the DAG file that it is about, where that is known."""
    return sentence if line is None else f"line {line}: {sentence}"
