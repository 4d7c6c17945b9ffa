"""Type checkers other than mypy with the plugin: where they are, and how each is run.

They live in `.venv-checkers` (`make test` sets it up) and look at the packages of the Python that
runs the tests, with or without the stubs of `stubs/`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mypy.support import OPTIONS, ROOT, environment

NAMES = ("mypy", "basedpyright", "pyrefly", "ty")
STUBS = ROOT / "stubs" / "airflow-stubs"
# file:line of an error, as each of them prints it.
ERRORS = {
    "mypy": re.compile(r"^(?P<file>\S+?\.py):(?P<line>\d+): error: (?P<text>.*)$", re.M),
    "basedpyright": re.compile(
        r"^\s*(?P<file>\S+?\.py):(?P<line>\d+):\d+ - error: (?P<text>.*)$", re.M
    ),
    "pyrefly": re.compile(r"^ERROR (?P<file>\S+?\.py):(?P<line>\d+):\S+ (?P<text>.*)$", re.M),
    "ty": re.compile(r"^(?P<file>\S+?\.py):(?P<line>\d+):\d+: error\S* (?P<text>.*)$", re.M),
}
REVEALED = re.compile(
    r"^.*?(?P<file>\w+\.py):\d+.*?[Tt]ype(?: is|:| of .* is) [`\"]?(?P<type>[\w.\[\]]+)", re.M
)


@dataclass(frozen=True)
class Report:
    """What one checker said of a folder.

    Attributes:
        errors: (file name, line) -> messages.
        types: file name -> the type that `reveal_type` showed.
        output: All that it printed.
    """

    errors: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    output: str = ""

    def of(self, name: str) -> list[str]:
        """The errors in one file."""
        return [text for (file, _), texts in self.errors.items() if file == name for text in texts]


def program(name: str) -> str:
    """The path of a checker; skips the test where it is not installed, or fails in the gate."""
    home = Path(os.environ.get("TYPEDXCOM_CHECKERS", ROOT / ".venv-checkers")) / "bin"
    found = shutil.which(name, path=str(home)) or shutil.which(name)
    if found is None:
        if os.environ.get("TYPEDXCOM_REQUIRE_SERVICES"):
            pytest.fail(f"{name} is not installed; make .venv-checkers/synced installs it")
        pytest.skip(f"{name} is not installed; make .venv-checkers/synced installs it")
    return found


def python_with(home: Path, *, stubs: bool) -> Path:
    """A Python at *home* that sees what this one sees, and the stubs if *stubs*."""
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    packages = sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)})
    inside = Path(packages)
    (inside / "tested.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{ROOT}\n{ROOT}/stubs/types\n"
    )
    if stubs:
        shutil.copytree(STUBS, inside / "airflow-stubs")
    return python


def check(name: str, folder: Path, python: Path, *, cache: Path, plugin: bool = False) -> Report:
    """Run the checker *name* over *folder* with the packages of *python*."""
    loaded = "plugins = typedxcom.mypy\n" if plugin else ""
    (folder / "mypy.ini").write_text(f"[mypy]\n{loaded}{OPTIONS}")
    settings = {"typeCheckingMode": "standard", "pythonVersion": "3.11"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    (folder / "pyrefly.toml").write_text("")
    if name == "mypy":
        command = [sys.executable, "-m", "mypy", "--config-file=mypy.ini", f"--cache-dir={cache}"]
        command += [f"--python-executable={python}", "--no-pretty", "."]
    else:
        command = {
            "basedpyright": [program(name), "--pythonpath", str(python), "."],
            "pyrefly": [
                *(program(name), "check", "--python-interpreter-path", str(python)),
                *("--output-format", "min-text"),
            ],
            "ty": [
                *(program(name), "check", "--python", str(python)),
                *("--output-format", "concise", "."),
            ],
        }[name]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, check=False
    )
    return parse(name, done.stdout + done.stderr)


def parse(name: str, output: str) -> Report:
    """Read what the checker *name* printed."""
    errors: dict[tuple[str, int], list[str]] = defaultdict(list)
    for match in ERRORS[name].finditer(output):
        # pyrefly asks for an import that only exists from Python 3.11 on.
        if "`reveal_type` must be imported" not in match["text"]:
            errors[Path(match["file"]).name, int(match["line"])].append(match["text"])
    types = {
        match["file"]: re.sub(r"[\w.]+\.(\w)", r"\1", match["type"])
        for match in REVEALED.finditer(output)
    }
    return Report(dict(errors), types, output)
