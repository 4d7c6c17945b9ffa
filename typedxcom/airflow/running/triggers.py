"""The operator of `trigger`: it reads its arguments as a task does, and writes them as ``conf``."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from typedxcom.airflow.config import settings
from typedxcom.airflow.raw import as_airflow, raw_entries
from typedxcom.airflow.running.arguments import pulled_raw
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.operators import authored, holds_template, origins_in
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.wiring.flows import producers
from typedxcom.airflow.wiring.triggers import conf_contract
from typedxcom.exchange.arguments import load_arguments
from typedxcom.params import DagParams

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["typed_trigger"]


@functools.cache
def typed_trigger() -> Any:
    """The class of the operator. The standard provider is imported for DAGs that trigger others."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

    class TypedTrigger(TriggerDagRunOperator):
        """Triggers a DAG whose parameters have types.

        Attributes:
            typed_params: The parameters of that DAG, set once the operator is made.
        """

        shallow_copy_attrs = (*TriggerDagRunOperator.shallow_copy_attrs, "typed_params")
        typed_params: DagParams

        def render_template(self, content: Any, *args: Any, **kwargs: Any) -> Any:
            """Render as Airflow does, but pull what becomes ``conf`` as it is stored."""
            content = pulled_raw(content) if content is self.conf else content
            return super().render_template(content, *args, **kwargs)

        def execute(self, context: Context) -> None:
            """Trigger the DAG with a ``conf`` that its parameters accept."""
            self.conf = _conf(self, self.typed_params, context)
            super().execute(context)

    TypedTrigger.__name__ = TriggerDagRunOperator.__name__
    return TypedTrigger


def _conf(operator: Any, params: DagParams, context: Any) -> dict[str, Any]:
    """The arguments in JSON. Raises ValidationError, after which no retry helps."""
    raw = (authored(operator) or operator).conf or {}
    with without_retries(), raw_entries():
        _, values = load_arguments(
            conf_contract(params),
            (),
            operator.conf or {},
            task_id=operator.task_id,
            rendered=frozenset(name for name, value in raw.items() if holds_template(value)),
            sources={name: ", ".join(dict.fromkeys(producers(one))) for name, one in raw.items()},
            origins=origins_in(raw, context),
            only_given=True,
            lax=not settings().strict,
            stores=replace(stores(), literals=True),
            airflow=as_airflow,
        )
        typed = params.params
        return {n: typed[n].as_json(one) if n in typed else one for n, one in values.items()}
