"""Each output fits the parameter that it goes to: one case for each DAG file."""

from __future__ import annotations

from pathlib import Path

from typedxcom.testing import dag_wiring

test_wiring = dag_wiring(Path(__file__).parents[1] / "dags")
