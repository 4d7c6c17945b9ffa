"""`trigger(taxi, day=yesterday(), limit=100)`: a run of another DAG, called like a task.

It makes a `TriggerDagRunOperator`. The arguments are checked against the annotations of the DAG
function while this DAG is parsed, and again when the task runs, before the other DAG is triggered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typedxcom.airflow.authoring.error_lines import on_the_authors_line
from typedxcom.airflow.authoring.outputs import typed_arg
from typedxcom.airflow.authoring.warned import refuse_wiring
from typedxcom.airflow.params import DAG_ID, params_of
from typedxcom.airflow.private import AirflowXComArg, get_unique_task_id
from typedxcom.airflow.wiring.call import check_arguments
from typedxcom.airflow.wiring.triggers import conf_contract
from typedxcom.errors import ContractError
from typedxcom.params import NO_DEFAULT, DagParams
from typedxcom.schema import schema_of
from typedxcom.schema.relation import Solution

__all__ = ["trigger"]

_RUN_ID = "trigger_run_id"  # the key under which the operator pushes it


class _Trigger:
    """``trigger(taxi, …)``, and ``trigger.override(task_id=…)(taxi, …)``."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = options

    def override(self, **options: Any) -> _Trigger:
        """The same with other arguments of the operator, such as ``wait_for_completion``."""
        return _Trigger({**self._options, **options})

    @on_the_authors_line
    def __call__(self, dag_function: Any, /, **values: Any) -> Any:
        """Make the task that triggers the DAG. Its output is the id of the new run.

        Args:
            dag_function: What ``@typedxcom.dag`` made.
            **values: The parameters of the run: values, or outputs of tasks.

        Raises:
            WiringError: A value does not fit, is missing, or is no parameter of the DAG.
        """
        dag_id = getattr(dag_function, DAG_ID, None)
        if dag_id is None:
            raise ContractError(
                "trigger() takes a function with the decorator @typedxcom.dag, got "
                f"`{type(dag_function).__name__}`. For other DAGs use TriggerDagRunOperator."
            )
        params = params_of(dag_function) or DagParams(dag_id)
        wrong = _wrong(params, values)
        if wrong:
            refuse_wiring("\n".join(wrong))
        from typedxcom.airflow.running.triggers import typed_trigger

        options = dict(self._options)
        options.setdefault("task_id", get_unique_task_id(f"trigger_{dag_id}"))
        operator = typed_trigger()(trigger_dag_id=dag_id, conf=values, **options)
        operator.typed_params = params
        return typed_arg(AirflowXComArg(operator, key=_RUN_ID), schema_of(str))


def _wrong(params: DagParams, values: Mapping[str, Any]) -> list[str]:
    """What is wrong with the values, one sentence each."""
    task = f"trigger({params.dag})"
    found = check_arguments(conf_contract(params), task, (), values, Solution())
    if found:
        return found
    missing = [
        name
        for name, one in params.params.items()
        if one.default is NO_DEFAULT and name not in values
    ]
    return [
        f"{task}: the parameter `{name}` has no default: give it a value, {name}=...."
        for name in missing
    ]


trigger = _Trigger({})
