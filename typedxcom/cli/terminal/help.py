"""The parser of the command line, whose help rich-argparse draws on a terminal."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from typedxcom.cli.terminal import is_drawn

__all__ = ["CommandParser"]


class CommandParser(argparse.ArgumentParser):
    """A parser of a command; those of its subcommands are of this class too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _formatter(), **options})


def _formatter() -> type[argparse.HelpFormatter]:
    """Returns what formats help. It is Python's own if one of the two outputs is no terminal."""
    if not (is_drawn(sys.stdout) and is_drawn(sys.stderr)):  # errors have the usage too
        return argparse.HelpFormatter
    try:
        from rich_argparse import RichHelpFormatter
    except ImportError:  # it comes with another package than rich
        return argparse.HelpFormatter

    class DrawnHelp(RichHelpFormatter):
        """Help in colours, in which square brackets are square brackets."""

        text_markup = False
        help_markup = False

    return DrawnHelp
