"""Whole programs, right ones and ones with a single mistake, from ``programs.txt``.

A program begins at ``== name``. ``# E names`` marks the line of its mistake, with what the message
must name; ``-- file.py`` begins another module of it. The imports that all share are added.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parent / "programs.txt"
PRELUDE = "from airflow.sdk import dag\nfrom typedxcom import task\n"
AIRFLOW = ("task", "XComArg")
IMPORT = re.compile(r"^from typedxcom import ([\w, ]+)$", re.MULTILINE)
MISTAKE = re.compile(r"# E\b(.*)$")
NEW_SYNTAX = re.compile(r"^(type|def|class) ?\w+\[|^type \w+", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """One program; *mistake* is file, line and the names that the message must contain."""

    name: str
    files: dict[str, str]
    mistake: tuple[str, int, list[str]] | None


def programs(*, plain: bool = False) -> list[Program]:
    """All programs that this Python can read; *plain* ones import ``airflow.sdk.task``."""
    chunks = re.split(r"^== ", SOURCE.read_text(), flags=re.MULTILINE)[1:]
    old = sys.version_info < (3, 12)
    return [_program(chunk, plain) for chunk in chunks if not (old and NEW_SYNTAX.search(chunk))]


def write(folder: Path, found: list[Program]) -> None:
    """Write the modules of *found*, each as a top-level module."""
    for program in found:
        for name, text in program.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)


def _program(chunk: str, plain: bool) -> Program:
    name, _, body = chunk.partition("\n")
    parts = re.split(r"^-- (\S+)\n", body, flags=re.MULTILINE)
    first = parts[0]
    if "#noprelude" not in first:
        future = re.match(r"from __future__ .*\n", first)
        at = future.end() if future else 0
        first = first[:at] + PRELUDE + first[at:]
    texts = {f"{name}.py": first, **dict(zip(parts[1::2], parts[2::2], strict=True))}
    if plain:
        texts = {file: IMPORT.sub(_from_airflow, text) for file, text in texts.items()}
    return Program(name, texts, _mistake(texts))


def _from_airflow(match: re.Match[str]) -> str:
    listed = [name.strip() for name in match[1].split(",")]
    ours = [name for name in listed if name not in AIRFLOW]
    theirs = [name for name in listed if name in AIRFLOW]
    lines = [f"from typedxcom import {', '.join(ours)}"] if ours else []
    return "; ".join(
        [*lines, *([f"from airflow.sdk import {', '.join(theirs)}"] if theirs else [])]
    )


def _mistake(texts: dict[str, str]) -> tuple[str, int, list[str]] | None:
    for file, text in texts.items():
        for number, line in enumerate(text.splitlines(), 1):
            if match := MISTAKE.search(line):
                return file, number, re.findall(r"\w+", match[1])
    return None
