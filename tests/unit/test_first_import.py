"""Any module of floor 4, and whatever the package lends out, can be the first that is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typedxcom

PACKAGE = Path(typedxcom.__file__).parent
ROOMS = ("stored", "exchange", "sweep", "contracts.py", "promises.py")
# Each one starts from nothing of ours, in a process where the libraries are there already.
PROGRAM = """
import importlib, sys
for line in sys.stdin.read().splitlines():
    for known in [one for one in sys.modules if one.partition(".")[0] == "typedxcom"]:
        del sys.modules[known]
    module, _, name = line.partition(":")
    try:
        found = importlib.import_module(module)
        getattr(found, name) if name else found
    except ImportError as error:
        print(line, error)
assert "airflow" not in sys.modules
"""


def test_each_module_can_be_the_first() -> None:
    """Modules that import each other work in some order only, and break a user's in another."""
    files = [path for room in ROOMS for path in (PACKAGE / room, *(PACKAGE / room).rglob("*.py"))]
    dotted = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in files
    ]
    lent = [f"typedxcom:{name}" for name in (*typedxcom._HOMES, *typedxcom._ERRORS)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input="\n".join([*sorted(set(dotted)), *lent]),
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stdout + done.stderr
    assert len(dotted) > 15
