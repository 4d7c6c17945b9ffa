"""Airflow's tests, from the source distributions of the very versions in our lock."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

__all__ = ["fetch"]

LOCK = Path("requirements/airflow.txt")
_BUILDS = "flit-core"  # what pip needs to open a source distribution, beside hatchling


def fetch(into: Path) -> dict[str, Path]:
    """The folder of tests of each distribution; fetched once for each lock.

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
        sources = [block for block in blocks if block not in builds]
        _pip(home, "download", sources, "--no-binary", ":all:", "--dest", str(home))
        for archive in home.glob("*.tar.gz"):
            with tarfile.open(archive) as opened:
                opened.extractall(home, filter="data")
        done.touch()
    folders = [folder for folder in home.iterdir() if (folder / "tests").is_dir()]
    return {folder.name.rpartition("-")[0]: folder / "tests" for folder in folders}


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
