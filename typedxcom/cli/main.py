"""The commands: `check`, `annotate`, `graph`, `schema`, `lock`, `breaking`, `show` and `sweep`.

Exit codes:

* 0: Nothing is wrong.
* 1: There are errors. With ``--strict`` untyped edges count too, with ``--min-typed`` too few typed
  ones. `sweep` exits with 1 if it was refused or is not complete, `show` if the value is missing or
  cannot be opened, `annotate` if a file could not be annotated, `schema` if one could not be
  imported, `lock --check` if a contract is stale, and `breaking` if a change breaks a reader.
* 2: The usage or a setting is wrong, a file does not exist, or a folder has no DAGs.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from typedxcom import __version__
from typedxcom.cli import annotate, evolution_options, schema, show, sweep
from typedxcom.cli.dags_argument import add_dags, dags_of
from typedxcom.cli.drawn.page import html
from typedxcom.cli.drawn.picture import picture_of
from typedxcom.cli.drawn.svg import svg
from typedxcom.cli.findings import CheckedDag, CheckReport, examine
from typedxcom.cli.formats import FORMATS, totals
from typedxcom.cli.graph import mermaid
from typedxcom.cli.refusing import refused
from typedxcom.cli.suggest import suggestions
from typedxcom.cli.terminal import is_drawn
from typedxcom.cli.terminal.bar import Bar
from typedxcom.cli.terminal.help import CommandParser
from typedxcom.cli.terminal.lines import words
from typedxcom.errors import ConfigurationError

__all__ = ["main"]

_OK, _ERRORS, _USAGE = 0, 1, 2
# The commands that print their own reports.
_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "annotate": annotate.run,
    "breaking": evolution_options.run_breaking,
    "lock": evolution_options.run_lock,
    "schema": schema.run,
    "show": show.run,
    "sweep": sweep.run,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line, and returns the exit code."""
    options = _parser().parse_args(argv)
    if options.command in _COMMANDS:
        return _COMMANDS[options.command](options)
    try:
        # DAG files may print while they are imported. Our stdout has the report only.
        with contextlib.redirect_stdout(sys.stderr), Bar(sys.stderr) as bar:
            report = examine(
                dags_of(options),
                dags_folder=options.dags_folder,
                with_importers=options.command == "check",
                to_draw=options.command == "graph",
                suggesting=getattr(options, "suggest", False),
                jobs=getattr(options, "jobs", 1),
                progress=functools.partial(bar.show, "DAG files"),
            )
    except (FileNotFoundError, ConfigurationError) as error:
        return refused(error)
    for folder, files in report.empty.items():
        words(_no_dags(folder, files), sys.stderr)
    if options.command == "graph":
        return _graph(report, options)
    return _check(report, options)


def _check(report: CheckReport, options: argparse.Namespace) -> int:
    _print(report, options.format)
    for shown in suggestions(report) if options.suggest else ():
        print(shown, file=sys.stdout if options.format == "text" else sys.stderr)
    if report.empty:
        return _USAGE
    failed = bool(report.findings) or (options.strict and report.untyped > 0)
    percent = report.coverage.percent
    if percent < options.min_typed:
        words(
            f"{percent:.1f} % of edges are typed, less than --min-typed {options.min_typed:g}. "
            "--suggest prints what to annotate.",
            sys.stderr,
        )
        failed = True
    return _ERRORS if failed else _OK


def _print(report: CheckReport, form: str) -> None:
    if form == "text" and is_drawn(sys.stdout):
        from typedxcom.cli.terminal import checked

        checked.draw(report, totals(report), sys.stdout)
        return
    printed = FORMATS[form](report)
    if printed:
        print(printed)


def _no_dags(folder: Path, files: int) -> str:
    """Returns what to do about a folder without any DAG."""
    if files:
        return (
            f"no DAG in {folder}: none of its Python files ({files}) makes one. Check that it is "
            "the DAGs folder, and that each @dag function is called."
        )
    return (
        f"no DAG file in {folder}: it has no .py and no .zip with modules at its root, apart from "
        "hidden folders and what .airflowignore names. Check that it is the DAGs folder."
    )


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="typedxcom",
        description="Typed XCom contracts for Apache Airflow.",
    )
    parser.add_argument("--version", action="version", version=f"typedxcom {__version__}")
    commands = parser.add_subparsers(
        dest="command",
        required=True,
    )
    check = commands.add_parser("check", help="Check the wiring of DAG files without a scheduler.")
    add_dags(check, archives=True)
    check.add_argument("--format", choices=sorted(FORMATS), default="text")
    check.add_argument("--strict", action="store_true", help="Untyped edges fail too.")
    check.add_argument(
        "--min-typed",
        type=float,
        default=0.0,
        metavar="PERCENT",
        help="Fail where fewer edges are typed at both ends.",
    )
    check.add_argument(
        "--suggest", action="store_true", help="Print the annotation that each untyped edge lacks."
    )
    check.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="How many processes check files. Default: one for each processor, if there are many files.",
    )
    annotate.add_options(
        commands.add_parser("annotate", help="Write the annotations that the check infers.")
    )
    graph = commands.add_parser("graph", help="Draw a DAG, with the types on its edges.")
    add_dags(graph, archives=True)
    for command in (check, graph):
        command.add_argument(
            "--dags-folder",
            type=Path,
            help="The folder that DAGs import from. Default: [core] dags_folder where the file is in it, "
            "else the folder called dags above the file, else the folder of its outermost package.",
        )
    graph.add_argument("--format", choices=["html", "mermaid", "svg"], default="mermaid")
    graph.add_argument("--dag-id", help="Which DAG, where the files hold several.")
    schema.add_options(
        commands.add_parser("schema", help="Print what tasks take and give, as JSON Schema.")
    )
    evolution_options.add_lock_options(
        commands.add_parser("lock", help="Write the contracts of all tasks to files.")
    )
    evolution_options.add_breaking_options(
        commands.add_parser("breaking", help="Find what a change breaks for values of before.")
    )
    show.add_options(commands.add_parser("show", help="Open the value of an XCom."))
    sweep.add_options(
        commands.add_parser("sweep", help="Find stored objects that no XCom names any more.")
    )
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes: it must be 1 or more")
    return number


def _graph(report: CheckReport, options: argparse.Namespace) -> int:
    chosen = [dag for dag in report.dags if options.dag_id in (None, dag.dag_id)]
    if not chosen:
        errors = "; ".join(one.message for one in report.findings)
        words(f"no such DAG. {errors}".rstrip(), sys.stderr)
        return _USAGE
    if options.format == "svg" and len(chosen) > 1:
        names = ", ".join(dag.dag_id for dag in chosen)
        words(f"an SVG shows one DAG. Choose it with --dag-id: {names}", sys.stderr)
        return _USAGE
    print(_DRAWINGS[options.format](chosen))
    return _OK


_DRAWINGS: dict[str, Callable[[list[CheckedDag]], str]] = {
    "html": lambda dags: html(list(map(picture_of, dags))),
    "mermaid": lambda dags: "\n".join(map(mermaid, dags)),
    "svg": lambda dags: svg(picture_of(dags[0])),
}
