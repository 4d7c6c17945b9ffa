"""A process may end right after a read: no thread still works on it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMES = "2"  # of each way; what aborted did so in 1 of 2 to 1 of 50 processes


def test_no_process_ends_badly_after_a_read() -> None:
    """Each way to read a table, in processes that end at once; far files by their own thread."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.large.endings", TIMES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {}, done.stderr[-3000:]
