"""Contexts and runs of single task instances of the database."""

from __future__ import annotations

from typing import Any

from tests_common.running import run_instance, runtime_instance

__all__ = ["get_template_context", "render_template_fields", "run_task_instance"]


def get_template_context(ti: Any, task: Any, *, session: Any = None) -> Any:
    """The context that *task* would get in the run of *ti*."""
    return runtime_instance(
        task,
        run_id=ti.run_id,
        logical_date=ti.dag_run.logical_date,
        try_number=ti.try_number or 1,
        map_index=ti.map_index,
    ).get_template_context()


def render_template_fields(ti: Any, task: Any, *, context: Any = None, session: Any = None) -> Any:
    """*task* with its templated fields rendered; of a mapped task the instance."""
    context = context or get_template_context(ti, task)
    task.render_template_fields(context)
    return context["ti"].task


def run_task_instance(ti: Any, task: Any, *args: Any, **kwargs: Any) -> Any:
    """Run *ti*; raises what its body raised."""
    before = ti.task
    try:
        return run_instance(ti, task)
    finally:
        ti.task = before  # Airflow's own helper leaves the task of the database
