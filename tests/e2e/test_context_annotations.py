"""Whatever a task's author writes of Airflow's context, Airflow fills it, and it breaks nothing."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any, Optional

from airflow.sdk import DAG, Context
from typing_extensions import Unpack

from tests.e2e.support import succeed
from typedxcom import task

if TYPE_CHECKING:
    from airflow.models import DagRun, TaskInstance
    from airflow.sdk import Context as Late
    from pendulum import DateTime

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    # By a mistake of Airflow's, this name is the module that has the class.
    Old: Any = importlib.import_module("airflow.utils.context").Context


@task
def plain(n: int, **context: Context) -> int:
    return n + len(context["run_id"])


@task
def old(n: int, **context: Old) -> int:
    return n + len(context["run_id"])


@task
def unpacked(n: int, **context: Unpack[Context]) -> int:
    return n + len(context["run_id"])


@task
def for_type_checkers(n: int, **context: Late) -> int:
    return n + len(context["run_id"])


@task
def optional(n: int, context: Optional[Context] = None, old: Old = None) -> int:  # noqa: UP045
    return n if context is None and old is None else 1 // 0


@task
def as_dict(n: int, **context: dict[str, Any]) -> int:
    return n + len(context["run_id"])


@task
def as_texts(n: int, *rest: Any, ds: str | None = None, **context: str) -> int:
    return n + len(context["run_id"])


@task
def names(
    n: int, ti: TaskInstance, dag_run: DagRun, logical_date: DateTime, *, params: dict, **rest
) -> int:
    return n + len(dag_run.run_id) + ti.try_number


def test_the_context_may_have_any_annotation():
    """Each task runs, gets its argument checked, and can read the context."""
    with DAG("contexts", schedule=None) as dag:
        for one in (plain, old, unpacked, for_type_checkers, optional, as_dict, as_texts, names):
            one(1)
    succeed(dag)
