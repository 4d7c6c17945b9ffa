"""Writes the stubs from the installed Airflow: ``python stubs/generate.py [--check]``.

Two of Airflow's own stub files decide what a type checker reports about a DAG: ``airflow.sdk``,
from which DAG files import, and the module that declares ``@task``. The stubs are copies of both.
Typedxcom's lax types replace Airflow's strict ones; everything else is unchanged.

One set of stubs serves every supported Airflow. Names that only an older or newer one exports are
kept, so run this with each of them, the newest release last. ``--check`` writes nothing, and exits
with 1 if the installed Airflow has something that the stubs lack.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent / "airflow-stubs" / "sdk"
EXPORTS = HERE / "__init__.pyi"
DECORATORS = HERE / "definitions" / "decorators" / "__init__.pyi"
BETWEEN = HERE / "definitions" / "__init__.pyi"  # pyright needs one at each level

PUBLIC = "typedxcom_types"
HEADER = "# Made by stubs/generate.py from Apache Airflow's own file.\n"
# Names that the stubs import from typedxcom instead of Airflow's modules.
LENIENT = frozenset({"Task", "TaskDecorator", "dag", "result", "setup", "task_group", "teardown"})


def main() -> int:
    """Writes or checks the stubs, and returns the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit with 1 if stale")
    options = parser.parse_args()
    stale = missing() if options.check else []
    if not options.check:
        write()
    for sentence in stale:
        print(sentence, file=sys.stderr)
    return 1 if stale else 0


def airflow_file(*parts: str) -> str:
    """Returns the text of one of the installed Airflow's files under ``airflow/sdk``."""
    spec = importlib.util.find_spec("airflow")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0], "sdk", *parts).read_text()


def write() -> None:
    """Copies the installed Airflow's decorators, and adds its exports to those in the stubs."""
    DECORATORS.parent.mkdir(parents=True, exist_ok=True)
    BETWEEN.write_text("")
    (HERE.parent / "py.typed").write_text("partial\n")
    DECORATORS.write_text(
        HEADER + lenient_decorators(airflow_file("definitions", "decorators", "__init__.pyi"))
    )
    known = exports(EXPORTS.read_text()) if EXPORTS.exists() else {}
    EXPORTS.write_text(HEADER + written({**known, **exports(airflow_file("__init__.pyi"))}))


def missing() -> list[str]:
    """Returns a sentence for each thing that the installed Airflow has and the stubs lack."""
    known, found = exports(EXPORTS.read_text()), exports(airflow_file("__init__.pyi"))
    wrong = [f"airflow.sdk exports {name}" for name in found if name not in known]
    theirs = accepted(airflow_file("definitions", "decorators", "__init__.pyi"))
    ours = accepted(DECORATORS.read_text())
    for kind, keywords in theirs.items():
        if kind not in ours:
            wrong.append(f"there is @task.{kind}")
        elif "**" not in ours[kind]:
            wrong += [f"@task.{kind} takes {name}" for name in sorted(keywords - ours[kind])]
    return [f"{sentence}; run stubs/generate.py with this Airflow" for sentence in wrong]


def exports(text: str) -> dict[str, str]:
    """Returns the exports of ``airflow/sdk/__init__.pyi``: name -> its import or declaration."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.ImportFrom) and node.module != "__future__":
            for alias in node.names:
                name = alias.asname or alias.name
                found[name] = PUBLIC if name in LENIENT else str(node.module)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = f": {ast.unparse(node.annotation)}"
    return found


def written(found: dict[str, str]) -> str:
    """Returns the text of a stub file that exports *found*."""
    modules = defaultdict(list)
    for name, home in found.items():
        modules[home].append(name)
    lines = []
    for home in sorted(modules):
        names = sorted(modules[home])
        if home.startswith(":"):
            continue
        lines.append(f"from {home} import (")
        lines += [f"    {name} as {name}," for name in names]
        lines.append(")")
    declared = {name: home for name, home in found.items() if home.startswith(":")}
    lines += ["", *(f"{name}{home}" for name, home in sorted(declared.items()))]
    return "\n".join(lines) + "\n"


def lenient_decorators(text: str) -> str:
    """Returns Airflow's declaration of ``@task``, with types that accept outputs as values."""
    lines, swapped = text.splitlines(), set()
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.ImportFrom):
            kept = [alias for alias in node.names if alias.name not in LENIENT]
            swapped |= {alias.name for alias in node.names} & LENIENT
            again = ast.unparse(ast.ImportFrom(node.module, kept, node.level)) if kept else ""
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) in LENIENT:
            swapped.add(ast.unparse(node.target))
            again = ""
        else:
            continue
        lines[node.lineno - 1 : node.end_lineno] = [again] if again else []
    first = next(row for row, line in enumerate(lines) if line.startswith("from typing import"))
    names = ", ".join(f"{name} as {name}" for name in sorted(swapped))
    lines.insert(first + 1, f"from {PUBLIC} import {names}")
    return "\n".join(lines) + "\n"


def accepted(text: str) -> dict[str, set[str]]:
    """Returns what each method of ``@task`` takes: name -> keywords, ``**`` if it takes any."""
    found: dict[str, set[str]] = defaultdict(set)
    for owner in ast.walk(ast.parse(text)):
        if not isinstance(owner, ast.ClassDef):
            continue
        for node in owner.body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] |= {arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)}
                found[node.name] |= {"**"} if node.args.kwarg else set()
    return found


if __name__ == "__main__":
    sys.exit(main())
