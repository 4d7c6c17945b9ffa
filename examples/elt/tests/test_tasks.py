"""Single tasks with their contracts, without a database and without a scheduler."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from shops.models import Delivery, Sale, ShopTotal
from shops.tasks import find, load, read, report, summarize

from typedxcom import Table, ValidationError
from typedxcom.testing import run_task, sample

DAY = date(2026, 1, 5)


def delivered(folder: Path, price: str) -> Delivery:
    """A file with one sale."""
    file = folder / "delft.json"
    file.write_text(
        f'{{"receipt": 1, "article": "bell", "pieces": 2, "price": "{price}", "cost": "4.10"}}\n'
    )
    return Delivery(shop="delft", day=DAY, path=file)


def test_each_shop_delivers_a_file() -> None:
    assert [one.shop for one in run_task(find, DAY)] == ["delft", "gouda", "utrecht"]


def test_a_day_without_files_is_empty() -> None:
    assert run_task(find, date(1999, 1, 1)) == []


def test_a_file_becomes_a_table(tmp_path: Path) -> None:
    table = run_task(read, delivered(tmp_path, "12.50"))
    assert table["price"].to_pylist() == [Decimal("12.50")]


def test_a_price_below_the_cost_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="nothing is sold below its cost"):
        run_task(read, delivered(tmp_path, "1.00"))


def test_a_second_load_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    sales = [run_task(read, delivered(tmp_path, "12.50"))]
    first, second = run_task(load, sales, DAY), run_task(load, sales, DAY)
    assert first == second
    (total,) = run_task(summarize, second)
    assert (total.shop, total.pieces, total.revenue) == ("delft", 2, Decimal("25.00"))


def test_any_table_of_sales_can_be_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    made = sample(Table[Sale])
    assert run_task(load, [made], DAY).rows == made.num_rows


def test_the_report_has_a_line_for_each_shop() -> None:
    assert len(run_task(report, sample(list[ShopTotal])).splitlines()) >= 1
