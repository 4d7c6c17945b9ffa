"""A line on a terminal that shows how far a command is. Elsewhere it prints nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from typedxcom.cli.terminal import console_on, is_drawn, is_live

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Bar"]

_PAUSE = 0.1  # seconds between two drawings


class Bar:
    """Shows the progress of one step after the other.

    Leave its ``with`` before that of anything that replaces `sys.stdout`. What others print
    meanwhile appears above it. It is drawn by whoever calls `show`, and by no thread: `check`
    forks, and a fork keeps the locks of threads that it does not have.

    Args:
        out: The terminal, usually standard error.
        is_on: False shows nothing.
        clock: Tells seconds.
    """

    def __init__(
        self, out: TextIO, *, is_on: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._out, self._clock = out, clock
        self._is_on = is_on and is_live(out) and is_drawn(out)
        self._last: tuple[str, float] = ("", 0.0)
        self._drawn: Progress | None = None
        self._is_drawn = False

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *raised: object) -> None:
        self.clear()  # rich hides the cursor while it draws

    def show(self, step: str, done: int, of: int | None) -> None:
        """Draws the line again, but not too often."""
        if not self._is_on:
            return
        name, when = self._last
        now = self._clock()
        if step == name and now - when < _PAUSE and done != of:
            return
        self._last = (step, now)
        if self._drawn is None:
            self._drawn = _progress(self._out)
            self._drawn.add_task("", count="")
        count = f"{done:,} of {of:,}" if of else f"{done:,}"
        # Without a total, rich draws a bar that runs to and fro.
        self._drawn.update(
            self._drawn.task_ids[0], description=step, completed=done, total=of or None, count=count
        )
        if not self._is_drawn:
            self._drawn.start()
            self._is_drawn = True
        self._drawn.refresh()

    def clear(self) -> None:
        """Removes the line, so that other output can follow. The next `show` draws it again."""
        if self._drawn is not None and self._is_drawn:
            self._drawn.stop()
            self._is_drawn, self._last = False, ("", 0.0)


def _progress(out: TextIO) -> Progress:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}", markup=False),
        TimeElapsedColumn(),
        console=console_on(out),
        auto_refresh=False,
        transient=True,
    )
