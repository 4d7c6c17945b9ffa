"""The pytest plugin: functions of `typedxcom.testing` as fixtures.

pytest loads this module in every session, so it imports nothing else until a test asks for it. The
names of fixtures begin with ``typed``, because other plugins may have a `run_task` of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["typed_dag_run", "typed_task_run"]


@pytest.fixture(scope="session")
def typed_task_run() -> Callable[..., Any]:
    """Run the body of one task with its contract: ``typed_task_run(add_up, orders=[...])``."""
    from typedxcom import testing

    return testing.run_task


@pytest.fixture(scope="session")
def typed_dag_run() -> Callable[..., Any]:
    """Run a DAG, and raise the error of the task that failed: ``typed_dag_run(sales())``."""
    from typedxcom import testing

    return testing.typed_dag_run
