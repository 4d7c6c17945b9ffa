"""Loads what all shops sold on one day into the warehouse, and reports on it.

Airflow looks only into files that name it, and this sentence does.
"""

from __future__ import annotations

from datetime import date

from shops.tasks import find, load, read, report, summarize

from typedxcom import dag


@dag(schedule=None)
def shop_daily(day: date = date(2026, 1, 5)) -> None:
    found = find(day)
    loaded = load(read.expand(delivery=found), day)
    report(summarize(loaded))


shop_daily_dag = shop_daily()
