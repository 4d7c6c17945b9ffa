"""`typedxcom show` opens the value of an XCom. With ``--to`` it writes it to a file."""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typedxcom.cli.shown.base import lines_of
from typedxcom.cli.shown.text import printable
from typedxcom.cli.sweep import load_airflow
from typedxcom.cli.terminal import columns, is_drawn
from typedxcom.cli.terminal.lines import words
from typedxcom.errors import ConfigurationError, TypedXComError

if TYPE_CHECKING:
    from typedxcom.airflow.sweep.lookup import FoundEntry
    from typedxcom.cli.shown import Shown
    from typedxcom.cli.shown.base import Grid

__all__ = ["add_options", "run"]

_OK, _ERRORS, _USAGE = 0, 1, 2


class _UsageError(Exception):
    """The request cannot be fulfilled. Nothing was written."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `typedxcom show`."""
    parser.add_argument("dag", help="The DAG's id.")
    parser.add_argument("run", help="The run's id, or `latest`.")
    parser.add_argument("task", help="The task's id, with its groups: group.task.")
    parser.add_argument("--key", default="return_value", help="The XCom's key.")
    parser.add_argument(
        "--map-index", type=int, default=-1, metavar="N", help="Which instance of a mapped task."
    )
    parser.add_argument(
        "--item", metavar="N|KEY", help="Show one table or value of a list or dict."
    )
    parser.add_argument(
        "--rows", type=_count, default=5, metavar="N", help="How many rows to show."
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="Write all of it: a table as .parquet, .arrow, .csv or .json, JSON as .json, a file "
        "under any name.",
    )
    parser.add_argument("--force", action="store_true", help="Overwrite a file that exists.")


def _count(text: str) -> int:
    count = int(text)
    if not 0 <= count <= 1000:
        raise argparse.ArgumentTypeError("0 to 1000 rows can be shown. --to writes all of them")
    return count


def run(options: argparse.Namespace) -> int:
    """Shows or writes the value, and returns the exit code."""
    try:
        width = columns(sys.stdout)
        # Airflow logs to the stdout that it finds when it is imported. Ours has the value only.
        with contextlib.redirect_stdout(sys.stderr):
            page = _shown(options, width)
    except TypedXComError as error:
        return _failed(error, _USAGE if isinstance(error, ConfigurationError) else _ERRORS)
    except _UsageError as error:
        return _failed(error, _USAGE)
    _print(page)
    return _OK


@dataclass(frozen=True, slots=True)
class _Page:
    """What is printed: a few lines of text, and the value below them if it is shown."""

    head: list[str]
    shown: Shown | None = None
    body: list[str | Grid] = field(default_factory=list)


def _print(page: _Page) -> None:
    if page.shown is not None and is_drawn(sys.stdout):
        from typedxcom.cli.terminal import opened

        opened.draw(page.head, page.body, sys.stdout, is_json=page.shown.is_json)
        return
    print("\n".join(page.head))
    if page.shown is not None:
        print("", *lines_of(page.body), sep="\n")


def _failed(error: Exception, code: int) -> int:
    words(printable(str(error)), sys.stderr)
    return code


def _shown(options: argparse.Namespace, width: int) -> _Page:
    load_airflow()
    from typedxcom.airflow.private import own_connections
    from typedxcom.airflow.sweep.lookup import NoEntryError, find_entry
    from typedxcom.cli.shown import open_entry
    from typedxcom.pointer import Coordinates

    at = Coordinates(options.dag, options.run, options.task, options.map_index, options.key)
    with own_connections():
        try:
            entry = find_entry(at)
        except NoEntryError as error:
            raise TypedXComError(str(error)) from None
        shown = open_entry(_part(entry, options.item), entry.stores)
        if options.to is not None:
            return _Page([_written(shown, options.to, force=options.force)])
        body = shown.parts(rows=options.rows, width=width)
    title = printable(f"{entry.at.dag_id} / {entry.at.run_id}: {entry.at}")
    return _Page([title, shown.about()], shown, body)


def _part(entry: FoundEntry, item: str | None) -> Any:
    from typedxcom.cli.shown import part_of

    if item is None:
        return entry.entry
    found = part_of(entry.entry, item)
    if found is None:
        raise _UsageError(f"{entry.at} has no item {item!r}. Without --item, you see what it has.")
    return found


def _written(shown: Shown, path: Path, *, force: bool) -> str:
    """Writes *shown* to *path*, and returns a line that says so."""
    from typedxcom.cli.shown.target import new_file

    suffix = path.suffix.lower()
    if shown.suffixes and suffix not in shown.suffixes:
        raise _UsageError(
            f"A {shown.about().partition(':')[0]} is written to a file that ends with "
            f"{' or '.join(shown.suffixes)}, not to {path.name!r}."
        )
    try:
        with new_file(path, force=force) as out:
            shown.write(out, suffix)
    except FileExistsError:
        raise _UsageError(f"{path} exists already. --force overwrites it.") from None
    except (TypedXComError, _UsageError):
        raise
    except OSError as error:
        raise TypedXComError(f"{path} cannot be written: {error.strerror or error}") from None
    return printable(f"{shown.about()}: written to {path}")
