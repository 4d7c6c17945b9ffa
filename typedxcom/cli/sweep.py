"""`typedxcom sweep` finds stored objects that no XCom points to; ``--delete`` deletes them."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from typedxcom.cli.terminal import is_drawn
from typedxcom.cli.terminal.bar import Bar
from typedxcom.cli.terminal.lines import words
from typedxcom.errors import ConfigurationError, StoreError, SweepError
from typedxcom.sizes import amount
from typedxcom.sweep import StoreReport, SweepReport, parse_period
from typedxcom.sweep.report import Amount

__all__ = ["Line", "add_options", "as_json", "as_text", "load_airflow", "run"]

_OK, _INCOMPLETE, _USAGE = 0, 1, 2
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
        words("look at what --adopt finds before you --delete it", sys.stderr)
        return _USAGE
    try:
        report = _sweep(options)
    except (ConfigurationError, StoreError, SweepError) as error:
        words(str(error), sys.stderr)
        return _USAGE if isinstance(error, ConfigurationError) else _INCOMPLETE
    if options.format == "json":
        print(as_json(report))
    elif is_drawn(sys.stdout):
        _draw(report)
    else:
        print(as_text(report))
    return _OK if report.is_complete else _INCOMPLETE


def _draw(report: SweepReport) -> None:
    from typedxcom.cli.terminal import swept

    stores = [list(_lines(store, report.delete)) for store in report.stores]
    swept.draw(stores, _entries(report), _remarks(report), sys.stdout)


def _sweep(options: argparse.Namespace) -> SweepReport:
    # Airflow logs to the stdout that it finds when it is imported. Ours has the report only.
    bar = Bar(sys.stderr, is_on=not options.no_progress)
    with contextlib.redirect_stdout(sys.stderr), bar:
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
    found = [str(line) for store in report.stores for line in _lines(store, report.delete)]
    return "\n".join([_entries(report), *found, *_remarks(report)])


def _entries(report: SweepReport) -> str:
    return f"entries of {report.source}: {report.entries:,}"


def _remarks(report: SweepReport) -> list[str]:
    lines = []
    if not report.delete and any(store.orphans.objects for store in report.stores):
        lines.append("Nothing was removed. Run it with --delete to remove them.")
    lines += (f"warning: {warning}" for warning in report.warnings)
    return [*lines, *(f"error: {error}" for error in report.errors)]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One line about a store.

    Attributes:
        depth: How far it is indented.
        name: What it counts.
        amount: How many objects, and their size in words, if it counts some.
    """

    depth: int
    name: str
    amount: tuple[str, str] | None = None

    def __str__(self) -> str:
        counts = "" if self.amount is None else ": {} objects, {}".format(*self.amount)
        return f"{'  ' * self.depth}{self.name}{counts}"


def _lines(store: StoreReport, delete: bool) -> Iterator[Line]:
    def counted(depth: int, name: str, found: Amount) -> Line:
        return Line(depth, name, (f"{found.objects:,}", amount(found.size)))

    yield counted(0, f"store {store.name}", store.found)
    if store.others.objects:
        yield counted(1, "of other deployments, or of none (see --adopt)", store.others)
    for name in ("young", "in_flight", "named", "hidden"):
        if getattr(store, name).objects:
            yield counted(1, name.replace("_", " "), getattr(store, name))
    yield counted(1, "orphans", store.orphans)
    for dag in store.dags[:_DAGS]:
        yield counted(2, dag.folder, dag.orphans)
    if len(store.dags) > _DAGS:
        yield Line(2, f"and {len(store.dags) - _DAGS:,} more DAGs")
    if store.partials.objects:
        yield counted(1, "unfinished writes", store.partials)
    if delete:
        for name in ("deleted", "deleted_partials", "kept", "failed"):
            if name == "deleted" or getattr(store, name).objects:
                yield counted(1, name.replace("_", " "), getattr(store, name))


def as_json(report: SweepReport) -> str:
    """Returns the report as a JSON object, with ``complete`` as a further key."""
    shown: dict[str, Any] = dataclasses.asdict(report)
    shown["complete"] = report.is_complete
    return json.dumps(shown, indent=2)
