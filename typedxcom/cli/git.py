"""Reads contracts of another commit with git. Nothing is checked out, and no code of it runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from typedxcom.errors import ConfigurationError

__all__ = ["base_of", "files_at", "moved_from", "place_of", "unmerged"]

_DEFAULT = "origin/HEAD"


def _git(*arguments: str, text: bool = True) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", *arguments], capture_output=True, text=text, encoding="utf-8", check=False
        )
    except FileNotFoundError:
        raise ConfigurationError("git is not installed, or not on the PATH") from None


def _output(*arguments: str, failed: str) -> str:
    done = _git(*arguments)
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise ConfigurationError(f"{failed}{f' ({words[0]})' if words else ''}")
    return done.stdout


def base_of(against: str | None) -> str:
    """Returns the commit to compare with: *against*, or where this branch left the main one.

    Raises:
        ConfigurationError: There is no such commit here.
    """
    _output("rev-parse", "--git-dir", failed="this folder is in no git repository")
    if against is not None:
        return _commit(against, f"{against!r} is no commit of this repository: git fetch it first")
    head = (
        f"{_DEFAULT} is not known here. Name the branch to compare with: --against origin/main, or "
        "let git find it: git remote set-head origin --auto"
    )
    _commit(_DEFAULT, head)
    done = _git("merge-base", _DEFAULT, "HEAD")
    if done.returncode == 0:
        return done.stdout.strip()
    is_shallow = _git("rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    cure = (
        "This clone is shallow: fetch more of it, with `git fetch --unshallow` or `fetch-depth: 0`"
        if is_shallow
        else "Name the commit to compare with: --against REF"
    )
    raise ConfigurationError(f"HEAD and {_DEFAULT} have no common commit. {cure}.")


def _commit(name: str, failed: str) -> str:
    arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return _output(*arguments, failed=failed).strip()


def files_at(commit: str, folder: Path) -> dict[str, str]:
    """Returns the files below *folder* in *commit*: their name in the repository to their text."""
    below = f"{place_of(folder)}"
    listed = _output(
        "ls-tree", "-r", "-z", "--full-tree", "--name-only", commit, "--", below,
        failed=f"git cannot list {below} of {commit}",
    )  # fmt: skip
    names = [name for name in listed.split("\0") if name.endswith(".json")]
    return {
        name: _output("show", f"{commit}:{name}", failed=f"git cannot show {name} of {commit}")
        for name in names
    }


def place_of(folder: Path) -> str:
    """Returns the name of *folder* in the repository."""
    root = Path(_output("rev-parse", "--show-toplevel", failed="no git repository").strip())
    inside = _git("-C", str(folder), "rev-parse", "--show-toplevel").stdout.strip()
    if inside and Path(inside).resolve() != root.resolve():  # such as a submodule
        raise ConfigurationError(f"{folder} is in the repository {inside}: run the command there")
    try:
        return folder.absolute().resolve().relative_to(root.resolve()).as_posix() + "/"
    except ValueError:
        raise ConfigurationError(f"{folder} is not in the repository {root}") from None


def moved_from(commit: str, folder: Path) -> str:
    """Returns the folder in which the contracts were in *commit*, if they were moved since then."""
    below = place_of(folder)
    done = _git("diff", "--name-status", "-z", "-M", "--diff-filter=R", commit)
    words = done.stdout.split("\0")
    for old, new in zip(words[1::3], words[2::3], strict=False):
        if new.startswith(below) and not old.startswith(below):
            return old.removesuffix(new.removeprefix(below)).rstrip("/") or old
    return ""


def unmerged(folder: Path) -> list[str]:
    """Returns the files below *folder* that a merge left in conflict."""
    listed = _git("diff", "--name-only", "-z", "--diff-filter=U", "--", str(folder)).stdout
    return [name for name in listed.split("\0") if name]
