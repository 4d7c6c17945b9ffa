"""Runs mypy with the plugin in a process of its own, and reads its messages."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
CASES = Path(__file__).parent / "cases"

# Of every run: what other global options read of Airflow cannot be used. The second one is off by
# default, and takes each statement that drops something with `__await__` for a mistake.
OPTIONS = "check_untyped_defs = True\nenable_error_code = unused-awaitable\n"
# What ``python -m mypy`` runs.
ENTRY = "from mypy.__main__ import console_entry\nconsole_entry()"

MESSAGE = re.compile(r"(?P<file>[^:\n]+\.pyi?):(?P<line>\d+): (?P<kind>error|note): (?P<text>.*)")
# Several messages on one line of a case are written one after the other.
EXPECTED = re.compile(r"  # E(?:: (?P<texts>.*))?$")
BETWEEN = " && "


@dataclass(frozen=True)
class Message:
    """One error of mypy; *text* ends with its code in brackets."""

    file: str
    line: int
    text: str


@dataclass(frozen=True)
class Run:
    """What one mypy process printed, and its exit code: 0 without errors, 1 with some."""

    errors: list[Message]
    notes: list[Message]
    output: str
    code: int

    def by_line(self) -> dict[tuple[str, int], list[str]]:
        """(file, line) -> messages."""
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for error in self.errors:
            found[error.file, error.line].append(error.text)
        return found


def environment() -> dict[str, str]:
    """The environment in which mypy finds the plugin, from the repository or where installed."""
    found = dict(os.environ)
    found.pop("MYPYPATH", None)
    if (ROOT / "typedxcom").is_dir():
        found["PYTHONPATH"] = str(ROOT)
        found["MYPYPATH"] = str(ROOT)
    return found


def configured(cache: Path, config: str, plugin: str = "typedxcom.mypy") -> Path:
    """Write the cache's own ``mypy.ini``, where it differs, and return its path."""
    cache.mkdir(parents=True, exist_ok=True)
    written = cache / "mypy.ini"
    text = f"[mypy]\nplugins = {plugin}\n{OPTIONS}{config}"
    if not written.exists() or written.read_text() != text:
        written.write_text(text)
    return written


def run_mypy(
    folder: Path,
    *args: str,
    cache: Path,
    config: str = "",
    plugin: str = "typedxcom.mypy",
    first: str = "",
) -> Run:
    """Run mypy on *args*, files or options, in *folder*, after the code *first*.

    *first* may change the plugin. With a plugin of its own, a test would make mypy drop the cache
    and read Airflow again, and so would the next test.
    """
    written = configured(cache, config, plugin)
    start = ["-c", f"{dedent(first)}\n{ENTRY}"] if first else ["-m", "mypy"]
    command = [sys.executable, *start, f"--config-file={written}", f"--cache-dir={cache}"]
    command += ["--no-error-summary", "--hide-error-context", "--no-pretty"]
    command += ["--explicit-package-bases", "--no-color-output", *args]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    return parse(done.stdout + done.stderr, done.returncode)


@contextmanager
def dmypy(folder: Path, cache: Path, config: str) -> Iterator[Callable[[], Run]]:
    """A daemon, and a function that runs it over *folder*."""
    written = configured(cache, config)
    status = f"--status-file={folder / 'status.json'}"

    def ask(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mypy.dmypy", status, *args]
        return subprocess.run(
            command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
        )

    def check() -> Run:
        options = [f"--config-file={written}", f"--cache-dir={cache}"]
        options += ["--no-error-summary", "--explicit-package-bases", "."]
        done = ask("run", "--timeout", "300", "--", *options)
        return parse(done.stdout + done.stderr, done.returncode)

    try:
        yield check
    finally:
        ask("stop")


def parse(output: str, code: int) -> Run:
    """Read mypy's output."""
    errors, notes = [], []
    for match in MESSAGE.finditer(output):
        message = Message(match["file"], int(match["line"]), match["text"].replace("  [", " ["))
        (errors if match["kind"] == "error" else notes).append(message)
    return Run(errors, notes, output, code)


def expected(file: Path) -> dict[int, list[str]]:
    """Line -> the messages that the case's comments ask for."""
    found = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if match := EXPECTED.search(line):
            found[number] = (match["texts"] or "").split(BETWEEN)
    return found


def rewritten(file: Path, errors: dict[int, list[str]]) -> str:
    """The case with each line's messages as its comment."""
    lines = file.read_text().splitlines()
    for index, line in enumerate(lines):
        bare = EXPECTED.sub("", line)
        texts = BETWEEN.join(errors.get(index + 1, []))
        lines[index] = f"{bare}  # E: {texts}" if texts else bare
    return "\n".join(lines) + "\n"
