"""The whole DAG, in the process of the test."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest


def test_a_day_is_loaded_and_reported(
    typed_dag_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    from shop_daily import shop_daily_dag
    from shops import warehouse

    typed_dag_run(shop_daily_dag, run_conf={"day": "2026-01-05"})
    found = {one.shop: one.pieces for one in warehouse.totals(date(2026, 1, 5))}
    assert found == {"delft": 4, "gouda": 1, "utrecht": 4}
