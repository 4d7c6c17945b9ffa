"""`typedxcom annotate DAGS…` prints a diff with inferred annotations, or writes them to files."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import functools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from typedxcom.cli.dags_argument import add_dags, dags_of
from typedxcom.cli.refusing import refused
from typedxcom.cli.terminal.bar import Bar
from typedxcom.cli.terminal.lines import about_file, diff, words
from typedxcom.errors import ConfigurationError

if TYPE_CHECKING:
    from typedxcom.cli.annotating.rewriting import Rewritten

__all__ = ["add_options", "run"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `typedxcom annotate`."""
    add_dags(parser)
    parser.add_argument("--write", action="store_true", help="Change the files.")
    parser.add_argument(
        "--models",
        choices=["typeddict", "pydantic", "dataclass"],
        default="typeddict",
        help="What to write for dicts with known keys, where all code that reads them allows it.",
    )
    parser.add_argument("--dags-folder", type=Path, help="The folder that DAGs import from.")


def run(options: argparse.Namespace) -> int:
    """Prints a diff or writes files. Returns the exit code: 1 if a file could not be annotated."""
    from typedxcom.cli.annotating.rewriting import rewrite
    from typedxcom.cli.annotating.together import Together

    codes = [0]
    with Bar(sys.stderr) as bar:
        try:
            files, progress = _files(options), functools.partial(bar.show, "DAG files")
            with _importing():
                together = Together(files, progress, options.dags_folder)
        except (FileNotFoundError, ConfigurationError) as error:
            return refused(error)
        for done, path in enumerate(together.in_order(files)):
            bar.show("annotated", done, len(files))
            with _importing():
                made = rewrite(path.resolve(), together, options.models)
            bar.clear()
            codes.append(_write_or_print(path, made, options))
    return max(codes)


def _files(options: argparse.Namespace) -> dict[Path, Path]:
    """Returns the Python files that may be changed, each with the folder that it imports from."""
    from typedxcom.cli.discovery import archive_of, dag_files, dags_folder_of

    return {
        file: (options.dags_folder or dags_folder_of(path)).absolute()
        for path in dags_of(options)
        for file in dag_files(path)
        if archive_of(file) is None
    }


@contextlib.contextmanager
def _importing() -> Iterator[None]:
    """What DAG files print while they are imported goes to standard error."""
    from typedxcom.airflow.modes import always_strict

    with contextlib.redirect_stdout(sys.stderr), always_strict():
        yield


def _write_or_print(path: Path, made: Rewritten, options: argparse.Namespace) -> int:
    """Prints or writes what was made of a file, and returns the exit code."""
    if made.refused:
        words(f"{path} is left as it is: {made.refused}", sys.stderr)
        return 1
    for line, sentence in made.notes:
        about_file(path, line, "note", sentence, sys.stderr)
    if not made.count:
        return 0
    if options.write:
        path.write_bytes(made.after)
        print(f"{path}: {made.count} annotation{'' if made.count == 1 else 's'}")
    else:
        diff(_diff(path, made.before, made.after), sys.stdout)
    return 0


def _diff(path: Path, before: bytes, after: bytes) -> str:
    old, new = (text.decode().splitlines(keepends=True) for text in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
