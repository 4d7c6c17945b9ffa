"""`typedxcom sweep` finds stored objects that no XCom points to; ``--delete`` deletes them."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, TextIO

from typedxcom.errors import ConfigurationError, StoreError, SweepError
from typedxcom.sizes import amount
from typedxcom.sweep import StoreReport, SweepReport, parse_period

__all__ = ["Bar", "add_options", "as_json", "as_text", "load_airflow", "run"]

_OK, _INCOMPLETE, _USAGE = 0, 1, 2
_WIDTH = 30  # characters of a bar
_PAUSE = 0.1  # seconds between two drawings of it
_DAGS = 10  # how many DAGs are listed


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `typedxcom sweep`."""
    parser.add_argument(
        "--delete", action="store_true", help="Delete them. Without this, they are only counted."
    )
    parser.add_argument(
        "--all-orphans", action="store_true", help="Remove them even if they are most of a store."
    )
    parser.add_argument(
        "--adopt",
        nargs="?",
        const="",
        metavar="OWNER",
        help="First bind the stores to this deployment, with the objects that name no deployment, "
        "or that name OWNER.",
    )
    parser.add_argument(
        "--grace",
        type=_period,
        metavar="PERIOD",
        help="Keep objects that are younger than this: 36h, 7d or 4w.",
    )
    parser.add_argument(
        "--retention",
        type=_retention,
        action="append",
        default=[],
        metavar="DAG=PERIOD",
        help="Another period for one DAG; may be repeated.",
    )
    parser.add_argument(
        "--store",
        action="append",
        default=[],
        metavar="NAME",
        help="Look only in this store; may be repeated.",
    )
    parser.add_argument("--format", choices=["json", "text"], default="text")
    parser.add_argument(
        "--no-progress", action="store_true", help="Show no progress bar, even on a terminal."
    )


def _period(text: str) -> timedelta:
    try:
        return parse_period(text)
    except ConfigurationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _retention(text: str) -> tuple[str, timedelta]:
    dag_id, mark, period = text.rpartition("=")
    if not (dag_id and mark):
        raise argparse.ArgumentTypeError(f"{text!r} is not DAG=PERIOD, as in billing=90d")
    return dag_id, _period(period)


def run(options: argparse.Namespace) -> int:
    """Sweeps, prints what was found, and returns the exit code."""
    if options.adopt is not None and options.delete:
        print("typedxcom: look at what --adopt finds before you --delete it", file=sys.stderr)
        return _USAGE
    bar = Bar(sys.stderr, is_on=not options.no_progress)
    try:
        report = _sweep(options, bar)
    except (ConfigurationError, StoreError, SweepError) as error:
        bar.clear()
        print(f"typedxcom: {error}", file=sys.stderr)
        return _USAGE if isinstance(error, ConfigurationError) else _INCOMPLETE
    bar.clear()
    print(as_json(report) if options.format == "json" else as_text(report))
    return _OK if report.is_complete else _INCOMPLETE


def _sweep(options: argparse.Namespace, bar: Bar) -> SweepReport:
    # Airflow logs to the stdout that it finds when it is imported. Ours has the report only.
    with contextlib.redirect_stdout(sys.stderr):
        load_airflow()
        from typedxcom.airflow.private import own_connections
        from typedxcom.airflow.sweep.run import adopt_stores, sweep_deployment

        with own_connections():
            if options.adopt is not None:
                owner = adopt_stores(options.store, of=options.adopt)
                print(f"The stores are bound to this deployment, {owner}.", file=sys.stderr)
            return sweep_deployment(
                delete=options.delete,
                all_orphans=options.all_orphans,
                stores=options.store,
                grace=options.grace,
                retention=dict(options.retention),
                progress=bar.show,
            )


def load_airflow() -> None:
    """Imports Airflow, which opens the database that it is configured for."""
    try:
        import airflow.settings  # noqa: F401
    except Exception as error:
        # The text of the error is left out: it may have the URL, and so the password.
        raise SweepError(
            f"Airflow does not start here: {type(error).__name__}. Check that [database] "
            "sql_alchemy_conn is a SQLAlchemy URL, and that its driver is installed. `airflow db "
            "check` says more."
        ) from None


def as_text(report: SweepReport) -> str:
    """Returns a few lines for each store, then the errors."""
    lines = [f"entries of {report.source}: {report.entries:,}"]
    lines += [line for store in report.stores for line in _store(store, report.delete)]
    if not report.delete and any(store.orphans.objects for store in report.stores):
        lines.append("Nothing was removed. Run it with --delete to remove them.")
    lines += (f"warning: {warning}" for warning in report.warnings)
    return "\n".join([*lines, *(f"error: {error}" for error in report.errors)])


def _store(store: StoreReport, delete: bool) -> Iterator[str]:
    def shown(name: str) -> str:
        found = getattr(store, name)
        return f"{found.objects:,} objects, {amount(found.size)}"

    yield f"store {store.name}: {shown('found')}"
    if store.others.objects:
        yield f"  of other deployments, or of none (see --adopt): {shown('others')}"
    for name in ("young", "in_flight", "named", "hidden"):
        if getattr(store, name).objects:
            yield f"  {name.replace('_', ' ')}: {shown(name)}"
    yield f"  orphans: {shown('orphans')}"
    for dag in store.dags[:_DAGS]:
        yield f"    {dag.folder}: {dag.orphans.objects:,} objects, {amount(dag.orphans.size)}"
    if len(store.dags) > _DAGS:
        yield f"    and {len(store.dags) - _DAGS:,} more DAGs"
    if store.partials.objects:
        yield f"  unfinished writes: {shown('partials')}"
    if delete:
        for name in ("deleted", "deleted_partials", "kept", "failed"):
            if name == "deleted" or getattr(store, name).objects:
                yield f"  {name.replace('_', ' ')}: {shown(name)}"


def as_json(report: SweepReport) -> str:
    """Returns the report as a JSON object, with ``complete`` as a further key."""
    shown: dict[str, Any] = dataclasses.asdict(report)
    shown["complete"] = report.is_complete
    return json.dumps(shown, indent=2)


class Bar:
    """A line on a terminal that shows the progress of the sweep. Elsewhere it prints nothing."""

    def __init__(
        self, out: TextIO, *, is_on: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._clock = out, clock
        self._is_on = is_on and out.isatty()
        self._last: tuple[str, float] = ("", 0.0)

    def show(self, step: str, done: int, of: int | None) -> None:
        """Draws the line again, but not too often."""
        name, when = self._last
        now = self._clock()
        if not self._is_on or (step == name and now - when < _PAUSE and done != of):
            return
        self._last = (step, now)
        self._out.write(f"\r\x1b[K{self._line(step, done, of)}")
        self._out.flush()

    def _line(self, step: str, done: int, of: int | None) -> str:
        if not of:
            return f"{step}: {done:,}"
        full = min(done, of) * _WIDTH // of
        return f"{step}: [{'#' * full}{'.' * (_WIDTH - full)}] {done:,} of {of:,}"

    def clear(self) -> None:
        """Clears the line, so that other output can follow."""
        if self._is_on:
            self._out.write("\r\x1b[K")
            self._out.flush()
