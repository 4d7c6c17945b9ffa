"""Lines of wiring, right and wrong, from ``wiring_lines.txt``: each as a DAG of its own.

A block begins with ``right`` or ``wrong`` and may go on with

- ``module``: the lines are code of a module, not the body of a DAG function,
- ``typed``: only outputs of typedxcom's tasks can do that,
- ``run``: it is run to its end too,
- ``call``: only the expression itself can tell, which an output of Airflow's own does not,
- ``static``: what is wrong does not happen in the one way that the code takes when it is parsed.

``# E names`` marks the line of the mistake, with what its message must name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
IMPORTS = """\
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from typing_extensions import Unpack

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, TaskGroup, chain, cross_downstream, dag, task_group
from typedxcom import setup, task, teardown
from wiring_tasks import *  # noqa: F403
"""
OURS = re.compile(r"^from typedxcom import", re.MULTILINE)
MISTAKE = re.compile(r"# E\b(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Line:
    """One block; *names* is what the message of a wrong one must contain."""

    number: int
    code: str
    marks: frozenset[str]
    names: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with it."""
        return "right" in self.marks

    @property
    def dag_id(self) -> str:
        """The name of its DAG."""
        return f"line_{self.number}"

    def __str__(self) -> str:
        return f"{self.dag_id}: {self.code.splitlines()[0].partition('  #')[0]}"

    def body(self, indent: str = "    ") -> str:
        """Its code, indented."""
        return "".join(f"{indent}{line}\n" for line in self.code.splitlines())

    def text(self) -> str:
        """Its code as a DAG."""
        if "module" in self.marks:
            return self.code.replace('"d1"', f'"{self.dag_id}"') + "\n"
        return f"@dag(schedule=None)\ndef {self.dag_id}() -> None:\n{self.body()}"


def lines(*, plain: bool = False) -> list[Line]:
    """All of them, or those that *plain* outputs of Airflow can do."""
    blocks = re.split(r"\n\n+", (HERE / "wiring_lines.txt").read_text().strip())
    found = [_line(number, block) for number, block in enumerate(blocks)]
    return [line for line in found if not (plain and "typed" in line.marks)]


def tasks_text(*, plain: bool = False) -> str:
    """The module of the tasks that the lines wire."""
    text = (HERE / "wiring_tasks.py").read_text()
    return OURS.sub("from airflow.sdk import", text) if plain else text


def header(*, plain: bool = False) -> str:
    """The imports of a module of lines."""
    return OURS.sub("from airflow.sdk import", IMPORTS) if plain else IMPORTS


def _line(number: int, block: str) -> Line:
    marks, _, code = block.partition("\n")
    mistake = MISTAKE.search(code)
    names = re.findall(r"\w+", mistake[1]) if mistake else []
    line = Line(number, code, frozenset(marks.split()), tuple(names))
    assert line.is_right == (mistake is None), block
    return line
