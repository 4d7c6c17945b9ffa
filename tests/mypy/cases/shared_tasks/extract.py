from __future__ import annotations

from typing import TYPE_CHECKING

from typedxcom import task

if TYPE_CHECKING:
    from shared_tasks.models import Order, Summary


@task
def ids() -> list[int]:
    return []


@task(retries=2)
def rows(limit: int = 3) -> list[Order]:
    return []


@task
def summarize(orders: list[Order]) -> Summary:
    return {"count": 1, "name": "x"}
