"""The arithmetic of the report, on Arrow tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from nyc.models import Airport, Period, Route

ENOUGH = 30  # flights that make a route worth naming


def on_days(flights: pa.Table, period: Period) -> pa.Table:
    """The flights on the days of a period."""
    day = pc.add(pc.multiply(flights["month"], 100), flights["day"])
    first = period.first.month * 100 + period.first.day
    last = period.last.month * 100 + period.last.day
    return flights.filter(pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last)))


def with_weather(flights: pa.Table, weather: pa.Table) -> pa.Table:
    """Each flight that left with the weather of its hour, where there is any."""
    known = flights.select(["origin", "time_hour", "dep_delay"]).drop_null()
    return known.join(weather, keys=["origin", "time_hour"], join_type="inner")


def correlation(x: pa.ChunkedArray, y: pa.ChunkedArray) -> float | None:
    """Pearson's r; None where one of the two never changes."""
    if len(x) < 2:
        return None
    dx, dy = pc.subtract(x, pc.mean(x)), pc.subtract(y, pc.mean(y))
    spread = pc.sqrt(pc.multiply(_sum(dx, dx), _sum(dy, dy))).as_py()
    if not spread:
        return None
    return max(-1.0, min(1.0, float(_sum(dx, dy).as_py() / spread)))


def worst_route(flights: pa.Table, airports: dict[str, Airport | None]) -> Route | None:
    """The route with the highest mean departure delay, of those flown often enough."""
    groups = flights.group_by(["origin", "dest"]).aggregate(
        [("dep_delay", "mean"), ("dep_delay", "count")]
    )
    often = groups.filter(pc.greater_equal(groups["dep_delay_count"], ENOUGH))
    if not often.num_rows:
        return None
    order = [("dep_delay_mean", "descending"), ("origin", "ascending"), ("dest", "ascending")]
    worst = often.sort_by(order).slice(0, 1).to_pylist()[0]
    airport = airports.get(worst["dest"])
    return Route(
        origin=worst["origin"],
        dest=worst["dest"],
        airport=airport.name if airport else None,
        flights=worst["dep_delay_count"],
        mean_delay=worst["dep_delay_mean"],
    )


def _sum(x: Any, y: Any) -> Any:
    return pc.sum(pc.multiply(x, y))
