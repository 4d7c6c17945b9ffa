"""The tasks. Their annotations are the contracts."""

from __future__ import annotations

from datetime import date

from shops import landing, warehouse
from shops.models import Delivery, Loaded, Sale, ShopTotal
from typedxcom import Table, task


@task
def find(day: date) -> list[Delivery]:
    """The files of one day."""
    return landing.deliveries(day)


@task
def read(delivery: Delivery) -> Table[Sale]:
    """The rows of one file. Each column is checked before anything is stored."""
    return landing.rows(delivery)


@task
def load(sales: list[Table[Sale]], day: date) -> Loaded:
    """Replaces the rows of the day, so that a retry or a second run does no harm."""
    return Loaded(day=day, rows=warehouse.replace(day, sales))


@task
def summarize(loaded: Loaded) -> list[ShopTotal]:
    return warehouse.totals(loaded.day)


@task
def report(totals: list[ShopTotal]) -> str:
    lines = [f"{one.shop:<10}{one.pieces:>5} pieces{one.revenue:>12,} EUR" for one in totals]
    return "\n".join(lines) or "Nobody sold anything."
