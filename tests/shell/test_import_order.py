"""Airflow imports our policy while it is being imported itself: any of our modules may be first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.airflow
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "module",
    ["typedxcom.airflow.config", "typedxcom.airflow.policy", "typedxcom.backend", "typedxcom.cli"],
)
def test_a_module_of_ours_can_be_the_first_import(module: str, tmp_path: Path) -> None:
    """In a fresh process *module* comes before Airflow, and Airflow loads the policy meanwhile."""
    code = f"import {module}, airflow.sdk, typedxcom; typedxcom.task"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
