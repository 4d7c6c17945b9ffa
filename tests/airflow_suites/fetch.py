"""Airflow's tests, from the source distributions of the very versions in our lock.

What the tests import beside them is installed into a folder of its own, so that our `.venv` stays
as its lock says.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Fetched", "fetch"]

LOCK = Path("requirements/airflow.txt")
_BUILDS = "flit-core"  # what pip needs to open a source distribution, beside hatchling
_WITH_TESTS = "apache-airflow"
_ONLY_HERE = ("apache-airflow-providers-cncf-kubernetes", "apache-airflow-providers-docker")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the tests are run from.

    Attributes:
        tests: The folder of tests of each distribution, by the distribution's name.
        libraries: A folder with what they import that `.venv` does not have.
    """

    tests: dict[str, Path]
    libraries: Path


def fetch(into: Path) -> Fetched:
    """Airflow's tests and what they need; fetched once for each lock.

    Args:
        into: Where they are kept.

    Raises:
        RuntimeError: pip cannot fetch them, or what it found has other hashes.
    """
    lock = LOCK.read_text()
    home = into.resolve() / hashlib.sha256(lock.encode()).hexdigest()[:12]
    done = home / "complete"
    if not done.exists():
        blocks = re.findall(r"^[a-z].*(?:\n +--hash.*)+", lock, flags=re.MULTILINE)
        builds = [block for block in blocks if block.startswith(_BUILDS)]
        _pip(home, "install", builds, "--target", str(home / "builds"))
        sources = [block for block in blocks if block.startswith(_WITH_TESTS)]
        imported = [
            block
            for block in blocks
            if block.startswith(_ONLY_HERE) or block not in (*builds, *sources)
        ]
        _pip(home, "install", imported, "--no-compile", "--target", str(home / "libraries"))
        _pip(home, "download", sources, "--no-binary", ":all:", "--dest", str(home))
        for archive in home.glob("*.tar.gz"):
            with tarfile.open(archive) as opened:
                opened.extractall(home, filter="data")
        done.touch()
    folders = [folder for folder in home.iterdir() if (folder / "tests").is_dir()]
    tests = {folder.name.rpartition("-")[0]: folder / "tests" for folder in folders}
    return Fetched(tests, home / "libraries")


def _pip(home: Path, command: str, blocks: list[str], *options: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    wanted = home / f"{command}.txt"
    wanted.write_text("\n".join(blocks) + "\n")
    pip = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check"]
    locked = ["--no-deps", "--no-build-isolation", "--require-hashes", "--requirement", str(wanted)]
    found = subprocess.run(
        [*pip, *locked, *options],
        env={**os.environ, "PYTHONPATH": str(home / "builds")},
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode != 0:
        raise RuntimeError(f"pip {command} failed:\n{found.stderr}")
