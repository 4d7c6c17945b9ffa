"""Changes the code in small ways, one at a time, and counts the changes that a test notices.

``make mutants`` writes the score of a random sample, and the changes that no test noticed. mutmut
makes the changes. Its own runner starts pytest anew for each, which takes seconds here. So this
script collects the tests once, and forks for each change. A change that survives is tried again
in a fresh process, because the tests' modules were imported before it was there.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TREE = ROOT / "build" / "mutants"
SEED = 24

PROPERTIES = [
    f"tests/property/test_{name}.py"
    for name in ("round_trip", "proof", "agreement", "formats", "jsonschema", "calm")
]
# Of each room: its code, how many changes are tried, and the tests that should notice them. What is
# quick comes first, because the first failure ends a try.
ROOMS: dict[str, tuple[list[str], int, list[str]]] = {
    "relation": (
        ["typedxcom/schema/relation.py", "typedxcom/schema/possible.py"],
        40,
        ["tests/unit/test_relation.py", "tests/unit/test_inference.py", "tests/unit/test_namesakes.py",
         "tests/unit/test_evolution.py", "tests/unit/test_declared.py",
         "tests/property/test_evolution.py"],
    ),
    "codecs": (
        ["typedxcom/codecs"],
        80,
        ["tests/unit/test_losses.py", "tests/unit/test_types.py", "tests/unit/test_plain.py",
         "tests/unit/test_wire_rows.py", "tests/unit/test_bases.py", "tests/unit/test_hiding.py",
         "tests/unit/test_unread.py", "tests/unit/test_raw_errors.py", "tests/unit/test_peeled.py",
         "tests/unit/test_jsonschema.py", "tests/unit/test_whole_floats.py",
         "tests/unit/test_answers_of_codecs.py", "tests/unit/test_hostile.py",
         "tests/hostile/test_endless.py", *PROPERTIES],
    ),
    "pointer": (
        ["typedxcom/pointer"],
        40,
        ["tests/stores/test_pointer.py", "tests/unit/test_stored.py", "tests/unit/test_wire_rows.py",
         "tests/hostile/test_cves.py", "tests/hostile/test_signed.py"],
    ),
}  # fmt: skip


def mutated(path: Path) -> tuple[str, dict[str, tuple[str, str]]]:
    """Returns the code with all its changes in it, and of each change the code before and after.

    The words of messages stay: pages and golden files quote them, in tests that are too slow here.
    """
    import libcst as cst
    from mutmut.mutation import file_mutation as mutmut

    module, changes, classes, functions = mutmut.create_mutations(str(path), path.read_text())
    kept = [
        one
        for one in changes
        if not (isinstance(one.original_node, cst.SimpleString) and " " in one.original_node.value)
    ]
    made = mutmut.combine_mutations_to_source(module, kept, classes, functions)
    lines = made.code.splitlines()

    def text(name: str) -> str:
        span = made.line_span_by_function_name[name]
        return "\n".join(lines[span.start - 1 : span.end])

    dotted = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    shown = {}
    for name in made.mutant_names:
        before = text(name.rpartition("__mutmut_")[0] + "__mutmut_orig")
        shown[f"{dotted}.{name}"] = (before, text(name))
    return made.code, shown


def prepare(rooms: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """Writes a copy of the repository with all changes in it. Returns those of each room."""
    shutil.rmtree(TREE, ignore_errors=True)
    for name in ("typedxcom", "stubs", "tests", "docs", "examples"):
        shutil.copytree(ROOT / name, TREE / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [*ROOT.glob("*.md"), ROOT / "pyproject.toml"]:
        shutil.copy(file, TREE)
    with (TREE / "pyproject.toml").open("a") as file:
        file.write('[tool.mutmut]\nsource_paths = ["typedxcom"]\n')
    os.chdir(TREE)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for room in rooms:
        found[room] = {}
        for name in ROOMS[room][0]:
            paths = sorted(Path(name).rglob("*.py")) if Path(name).is_dir() else [Path(name)]
            for path in paths:
                code, shown = mutated(path)
                path.write_text(code)
                found[room].update(shown)
    return found


class ForkPerChange:
    """A pytest plugin: runs the collected tests once for each change, each time in a fork."""

    def __init__(self, names: list[str], out: Any) -> None:
        self.names, self.out, self.parent = names, out, os.getpid()

    def pytest_runtestloop(self, session: Any) -> bool | None:
        """Returns None in a fork, where pytest goes on, and True when all forks have ended."""
        from mutmut.mutation.trampoline import set_mutant_under_test

        limit = 600.0
        for name in ["", *self.names]:
            started = time.monotonic()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # collecting may have started threads
                pid = os.fork()
            if pid == 0:
                os.setsid()
                set_mutant_under_test(name)
                return None
            code = ended(pid, limit)
            if not name:
                limit = 20 + 5 * (time.monotonic() - started)
            print(json.dumps([name, code]), file=self.out, flush=True)
            if not name and code:
                break
        return True


def ended(pid: int, limit: float) -> int | None:
    """Waits for a fork. Returns its exit code, or None if it took too long."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def run_forks(room: str, names: list[str]) -> None:
    """Tries the changes *names* in forks of this process, and prints a line for each."""
    import pytest

    out = os.fdopen(os.dup(1), "w")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    plugin = ForkPerChange(names, out)
    code = pytest.main([*OPTIONS, *ROOMS[room][2]], plugins=[plugin])
    if os.getpid() != plugin.parent:
        os._exit(code)


OPTIONS = ["-x", "-q", "--tb=no", "-p", "no:cacheprovider"]


def environment() -> dict[str, str]:
    """Returns the environment of the tests: the changed copy comes first."""
    return {**os.environ, "PYTHONPATH": str(TREE), "HYPOTHESIS_PROFILE": "mutants"}


def tried(room: str, names: list[str]) -> Iterator[tuple[str, int | None]]:
    """Yields each change and the exit code of the tests."""
    command = [sys.executable, __file__, "--forks", room]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        cwd=TREE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(json.dumps(names))
        running.stdin.close()
        for line in running.stdout:
            name, code = json.loads(line)
            if not name and code:
                sys.exit(f"The tests of {room} fail without any change: exit code {code}")
            if name:
                yield name, code


def survives(room: str, name: str) -> bool:
    """Tries a change again, in a process that has it from the start."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *OPTIONS, *ROOMS[room][2]],
            env={**environment(), "MUTANT_UNDER_TEST": name},
            cwd=TREE, capture_output=True, timeout=600,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def changed(before: str, after: str) -> str:
    """Returns what the change does, as a diff without context."""
    texts = (re.sub(r"__mutmut_\w+", "", text).splitlines() for text in (before, after))
    lines = difflib.unified_diff(*texts, lineterm="", n=0)
    return "\n".join(line for line in lines if line[:2] not in ("--", "++", "@@"))


def main() -> None:
    """Tries a sample of each room's changes and prints the scores."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("rooms", nargs="*", help=f"of {', '.join(ROOMS)}; all without any")
    parser.add_argument("--sample", type=float, default=1.0, help="a multiple of the usual sample")
    parser.add_argument("--only", help="the changes whose name contains this")
    parser.add_argument("--forks", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.forks:
        run_forks(given.forks, json.load(sys.stdin))
        return
    scores = []
    for room, changes in prepare(given.rooms or [*ROOMS]).items():
        names = [one for one in sorted(changes) if (given.only or "") in one]
        size = min(len(names), round(ROOMS[room][1] * given.sample))
        names = sorted(random.Random(SEED).sample(names, size))
        started, noticed = time.monotonic(), 0
        for name, code in tried(room, names):
            if code == 0 and survives(room, name):
                print(f"\n{name}\n{changed(*changes[name])}", flush=True)
            else:
                noticed += 1
        scores.append(
            f"{room}: {noticed} of {size} changes noticed, {100 * noticed / size:.0f} %, of "
            f"{len(changes)} that there are; {time.monotonic() - started:.0f} s"
        )
    print("", *scores, sep="\n")


if __name__ == "__main__":
    main()
