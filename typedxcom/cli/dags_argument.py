"""Which DAG files a command looks at: those that you name, or the folder ``dags``."""

from __future__ import annotations

import argparse
from pathlib import Path

from typedxcom.errors import ConfigurationError

__all__ = ["add_dags", "dags_of"]

_DEFAULT = Path("dags")


def add_dags(parser: argparse.ArgumentParser, *, archives: bool = False) -> None:
    """Adds the argument.

    Args:
        parser: The parser of a command.
        archives: Whether the command takes zip archives too.
    """
    kinds = "DAG files, zip archives, or folders of them" if archives else "DAG files or folders"
    parser.add_argument(
        "dags", nargs="*", type=Path, help=f"{kinds}. Default: the folder {_DEFAULT}."
    )


def dags_of(options: argparse.Namespace) -> list[Path]:
    """Returns the files and folders to look at.

    Raises:
        ConfigurationError: None is named, and the default is not there.
    """
    if options.dags:
        return list(options.dags)
    if not _DEFAULT.is_dir():
        raise ConfigurationError(
            f"there is no folder {_DEFAULT} in {Path.cwd()}. Name your DAG files or folders: "
            f"`typedxcom {options.command} path/to/dags`"
        )
    return [_DEFAULT]
