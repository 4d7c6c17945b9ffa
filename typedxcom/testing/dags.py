"""Whole DAGs in tests: a run that raises what its failed task raised, and a check of a folder."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from typedxcom.testing.answers import Answers

__all__ = ["dag_wiring", "typed_dag_run"]


def typed_dag_run(dag: DAG, *, answers: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """Runs *dag* with ``dag.test()``, and raises the error of the task that failed.

    ``dag.test()`` itself returns a failed run without an error. It needs Airflow's database and
    writes to it, so let ``AIRFLOW_HOME`` be a folder for tests.

    Args:
        dag: The DAG.
        answers: What people answer, by task id: a model or a dict of the fields of the form, an
            option, or ``{"chosen_options": [...], "params_input": ...}``. If the task is mapped, a
            list of answers or a function of the map index.
        **options: What ``dag.test()`` takes, for example ``run_conf={"limit": 5}``.

    Returns:
        The run, as ``dag.test()`` returns it, if it succeeded.

    Raises:
        BaseException: The error of the first task that failed. From Python 3.11 on, a note says
            which task of which DAG that was. Retries are over by then.
        AssertionError: A task asks people, and `answers` has no answer to it. Or the run did not
            succeed, and no task raised an error.
        ValueError: `answers` names a task that the DAG does not have, or an option that the form
            does not offer.
    """
    from typedxcom.testing.answers import Answers

    given = Answers(dag, answers or {})
    with _errors_of_tasks(given) as errors:
        run: Any = dag.test(**options)
    state = str(getattr(run.state, "value", run.state))
    if given.missing:  # a run can succeed with a failed task
        raise given.missing[0]
    if state == "success":
        return run
    for name, error in errors.items():
        if error is not None:
            _note(error, f"Task {name!r} of DAG {dag.dag_id!r} failed in {run.run_id}.")
            raise error
    raise AssertionError(f"DAG {dag.dag_id!r} ended as {state!r}, and no task raised an error.")


def dag_wiring(folder: str | Path) -> Callable[[Path], None]:
    """Returns a test that checks the wiring of each DAG file in *folder*, one case for each.

    ::

        test_wiring = dag_wiring("dags")

    A case fails with what ``typedxcom check`` prints for the file. The files are listed when pytest
    collects the test, and imported when it runs.

    Args:
        folder: The DAGs folder. A relative path starts where pytest was started.

    Raises:
        FileNotFoundError: There is no such folder, or no file in it may hold a DAG.
    """
    from typedxcom.cli.discovery import dag_files, may_hold_dags

    root = Path(folder).absolute()
    files = [path for path in dag_files(root) if may_hold_dags(path, is_imported=lambda: False)]
    if not files:
        raise FileNotFoundError(f"No Python file in {root} holds a DAG. Is it the DAGs folder?")

    @pytest.mark.parametrize("dag_file", files, ids=[str(one.relative_to(root)) for one in files])
    def wiring(dag_file: Path) -> None:
        """Each output fits the parameter that it goes to."""
        from typedxcom.cli.findings import examine

        wrong = examine([dag_file], dags_folder=root).findings
        if wrong:
            shown = [f"{one.path}:{one.line}: {one.message}" for one in wrong]
            pytest.fail("\n".join(shown), pytrace=False)

    return wiring


@contextlib.contextmanager
def _errors_of_tasks(answers: Answers) -> Iterator[dict[str, BaseException | None]]:
    """Notes how the last try of each task ended: ``load[2]`` -> its error, if it had one."""
    from typedxcom.airflow.private import local_supervisor, triggers_read_answers

    supervisor, errors = local_supervisor(), dict[str, BaseException | None]()
    start = supervisor.start

    def noting(cls: type, /, *, what: Any, **options: Any) -> Any:
        name = what.task_id if what.map_index < 0 else f"{what.task_id}[{what.map_index}]"
        try:
            result = start(what=what, **options)
            answers.answer(name, what, options["task"], result)
        except BaseException as error:
            errors[name] = error
            raise
        errors[name] = result.error
        return result

    supervisor.start = classmethod(noting)
    try:
        with triggers_read_answers():
            yield errors
    finally:
        supervisor.start = start


def _note(error: BaseException, text: str) -> None:
    if sys.version_info >= (3, 11):
        error.add_note(text)
