"""The deliberately wrong DAGs, and the errors that they give, as a user would see them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from demo.home import DAGS, EXAMPLES
from demo.run import run

WIRING = EXAMPLES / "wrong_wiring.py"
VALUE = DAGS / "wrong_value.py"


class Mypy:
    """mypy with the plugin, started early: it reads Airflow while the DAG runs."""

    def __init__(self, home: Path) -> None:
        self.process: subprocess.Popen[str] | None = None
        if importlib.util.find_spec("mypy") is None:
            return
        config = home / "mypy.ini"
        config.write_text(
            "[mypy]\nstrict = True\nplugins = typedxcom.mypy\n"
            f"mypy_path = {DAGS}\ncache_dir = {home / 'mypy'}\n"
            "[mypy-pyarrow.*]\nignore_missing_imports = True\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mypy", "--config-file", str(config), str(WIRING)],
            cwd=EXAMPLES.parent,
            env={**os.environ, "MYPY_FORCE_COLOR": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def show(self) -> bool:
        """Print what mypy says; whether it is what it should be."""
        if self.process is None:
            print("  mypy is not installed here: pip install mypy")
            return True
        said, _ = self.process.communicate(timeout=300)
        print(textwrap.indent(said.strip(), "  "))
        return self.process.returncode == 1 and "[xcom-arg]" in said


def show_parse_error() -> bool:
    """Parse the DAG file as Airflow does, and print its import error."""
    (error,) = _parse(WIRING).import_errors.values()
    lines = error.strip().splitlines()
    own = next(index for index, line in enumerate(lines) if "in wrong_wiring" in line)
    shown = [
        line.replace(f"{EXAMPLES}{os.sep}", "examples/")
        for line in (*lines[own : own + 2], lines[-1])
    ]
    print("\n".join(f"  {line}" for line in shown))
    return "WiringError" in lines[-1]


def show_run_error() -> bool:
    """Run a DAG whose data is wrong, and print the task's error."""
    made = run(_parse(VALUE).dags["wrong_value"])
    error = made.errors.get("warn")
    print(f"\n  {type(error).__name__}: {error}")
    tries = made.tries.get("warn")
    print(f"\n  The task had 3 retries left; its value stays wrong, so it was tried {tries} time.")
    return made.state == "failed" and type(error).__name__ == "ValidationError" and tries == 1


def _parse(path: Path) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(path)
