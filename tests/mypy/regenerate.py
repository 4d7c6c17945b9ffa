"""Write mypy's messages into the cases: ``python -m tests.mypy.regenerate [NAME...]``.

Read the difference before you commit it: a changed message is a change for users.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.mypy.support import CASES, EXPECTED, rewritten, run_mypy


def main(names: list[str]) -> int:
    """Rewrite the cases whose names contain one of *names*, or all of them."""
    with tempfile.TemporaryDirectory() as cache:
        found = run_mypy(CASES, ".", cache=Path(cache))
    missed = 0
    for file in sorted(CASES.glob("*.py")):
        if names and not any(name in file.stem for name in names):
            continue
        errors = {
            line: texts for (name, line), texts in found.by_line().items() if name == file.name
        }
        for number, line in enumerate(file.read_text().splitlines(), 1):
            if EXPECTED.search(line) and number not in errors:
                print(f"{file.name}:{number}: no error here: {line.strip()}")
                missed += 1
        file.write_text(rewritten(file, errors))
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
