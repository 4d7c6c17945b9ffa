"""The pytest plugin: the functions of `typedxcom.testing` as fixtures.

pytest loads this module in every session, so it imports nothing else until a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

__all__ = ["run_task", "through_wire", "typed_dag_run"]


@pytest.fixture(scope="session")
def run_task() -> Callable[..., Any]:
    """Run the body of one task with its contract: ``run_task(add_up, orders=[...])``."""
    from typedxcom import testing

    return testing.run_task


@pytest.fixture(scope="session")
def through_wire() -> Callable[..., Any]:
    """Return a value as the next task gets it: ``through_wire(order, Order)``."""
    from typedxcom import testing

    return testing.through_wire


@pytest.fixture(scope="session")
def typed_dag_run() -> Callable[..., Any]:
    """Run a DAG, and raise the error of the task that failed: ``typed_dag_run(sales())``."""
    from typedxcom import testing

    return testing.typed_dag_run
