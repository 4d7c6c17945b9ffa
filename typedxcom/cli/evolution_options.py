"""The options of `typedxcom lock` and `breaking`. Their work is imported when one of them runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from typedxcom.cli.breaking_formats import FORMATS
from typedxcom.cli.dags_argument import add_dags

__all__ = ["add_breaking_options", "add_lock_options", "run_breaking", "run_lock"]


def add_lock_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `lock`."""
    _add_common_options(parser)
    parser.add_argument(
        "--check", action="store_true", help="Write nothing; fail if a file would change."
    )


def add_breaking_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `breaking`."""
    _add_common_options(parser)
    parser.add_argument(
        "--against",
        metavar="REF",
        help="The commit to compare with. Default: where HEAD left origin/HEAD.",
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    parser.add_argument("--fail-on", choices=["error", "warning"], default="error")


def _add_common_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that `lock` and `breaking` share."""
    add_dags(parser)
    parser.add_argument(
        "--contracts",
        type=Path,
        default=Path("contracts"),
        metavar="DIR",
        help="The folder of the contracts. Default: contracts.",
    )
    parser.add_argument("--dags-folder", type=Path, help="The folder that DAGs import from.")


def run_lock(options: argparse.Namespace) -> int:
    """Runs `lock`, and returns the exit code."""
    from typedxcom.cli import lock

    return lock.run(options)


def run_breaking(options: argparse.Namespace) -> int:
    """Runs `breaking`, and returns the exit code."""
    from typedxcom.cli import breaking

    return breaking.run(options)
