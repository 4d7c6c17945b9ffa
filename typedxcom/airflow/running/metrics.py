"""Reports transfers as Airflow's metrics, OpenTelemetry spans and log lines, if switched on.

Also counted: the warnings of a DAG that only warns.

Each process asks once whether anybody counts. If nobody does, stores have no observer and measure
nothing, and neither statsd nor OpenTelemetry is imported for us.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from typedxcom.airflow.config import SECTION, conf
from typedxcom.airflow.private import stats
from typedxcom.cache import CacheUse
from typedxcom.pointer import Pointer
from typedxcom.stores.transfers import Observe, Transfer

__all__ = ["cache_observer", "count_warning", "observer"]

_METRICS = ("statsd_on", "otel_on", "statsd_datadog_enabled")


def observer() -> Observe | None:
    """What reports the transfers of this deployment, or None if nothing is switched on."""
    sinks: list[Callable[[Transfer, dict[str, str]], None]] = []
    if _is_counting():
        sinks.append(_count)
    if _is_on("traces", "otel_on"):
        sinks.append(_trace)
    if _is_on(SECTION, "log_transfers"):
        sinks.append(_log)
    if not sinks:
        return None

    def observe(transfer: Transfer) -> None:
        tags = _tags(transfer)
        for sink in sinks:
            sink(transfer, tags)

    return observe


def cache_observer() -> Callable[[CacheUse], None] | None:
    """What reports the reads that the worker's cache could serve, or None if nobody counts."""
    is_counting, is_logging = _is_counting(), _is_on(SECTION, "log_transfers")
    if not (is_counting or is_logging):
        return None

    def observe(use: CacheUse) -> None:
        tags = _tags(use.pointer)
        if is_counting:
            counter = stats()
            counter.incr(f"typedxcom.cache.{'hits' if use.hit else 'misses'}", tags=tags)
            if use.hit:
                counter.incr("typedxcom.cache.bytes", use.pointer.size, tags=tags)
        if is_logging and use.hit:
            import structlog

            facts = {**tags, "path": use.pointer.path, "bytes": use.pointer.size}
            structlog.get_logger("typedxcom.transfers").info("typedxcom.cache", **facts)

    return observe


def count_warning(place: str, *, dag_id: str | None, task_id: str | None = None) -> None:
    """Count one warning of a DAG that only warns.

    Args:
        place: ``wiring``, ``argument`` or ``result``.
        dag_id: The DAG, if it is known.
        task_id: The task, if it is known.
    """
    if not _is_counting():
        return
    tags = {"place": place, "dag_id": dag_id, "task_id": task_id}
    known = {name: value for name, value in tags.items() if value is not None}
    stats().incr("typedxcom.warnings", tags=known)


def _is_counting() -> bool:
    return any(_is_on("metrics", name) for name in _METRICS)


def _is_on(section: str, name: str) -> bool:
    return bool(conf.getboolean(section, name, fallback=False))


def _tags(transfer: Transfer | Pointer) -> dict[str, str]:
    """The tags of a metric: only names with few values, so no run and no path."""
    tags = {"store": transfer.store, "codec": transfer.codec}
    for tag in ("dag_id", "task_id"):
        # Airflow sets these before the body runs; a pull before that belongs to no task yet.
        if value := os.environ.get(f"AIRFLOW_CTX_{tag.upper()}"):
            tags[tag] = value
    return tags


def _count(transfer: Transfer, tags: dict[str, str]) -> None:
    name, counter = f"typedxcom.{transfer.operation}", stats()
    if transfer.error:
        counter.incr(f"{name}.errors", tags={**tags, "error": transfer.error})
        return
    counter.incr(f"{name}.objects", tags=tags)
    counter.incr(f"{name}.bytes", transfer.size, tags=tags)
    if transfer.rows is not None:
        counter.incr(f"{name}.rows", transfer.rows, tags=tags)
    if transfer.mapped:
        counter.incr(f"{name}.mapped", tags=tags)
    counter.timing(f"{name}.duration", transfer.seconds * 1000, tags=tags)  # milliseconds


def _trace(transfer: Transfer, tags: dict[str, str]) -> None:
    from opentelemetry import trace

    span = trace.get_tracer("typedxcom").start_span(
        f"typedxcom.{transfer.operation}",
        start_time=transfer.started,
        attributes={f"typedxcom.{name}": value for name, value in _facts(transfer, tags).items()},
    )
    if transfer.error:
        span.set_status(trace.StatusCode.ERROR, transfer.error)
    span.end(end_time=transfer.started + int(transfer.seconds * 1e9))


def _log(transfer: Transfer, tags: dict[str, str]) -> None:
    import structlog

    log = structlog.get_logger("typedxcom.transfers")
    level = log.warning if transfer.error else log.info
    level(f"typedxcom.{transfer.operation}", **_facts(transfer, tags))


def _facts(transfer: Transfer, tags: dict[str, str]) -> dict[str, Any]:
    """All that is known about a transfer. It is never a value."""
    facts: dict[str, Any] = {
        **tags,
        "path": transfer.path,
        "bytes": transfer.size,
        "seconds": round(transfer.seconds, 6),
        "mapped": transfer.mapped,
    }
    if transfer.rows is not None:
        facts["rows"] = transfer.rows
    if transfer.error:
        facts["error"] = transfer.error
    return facts
