"""`typedxcom lock`: writes the contracts of all tasks into files, to be committed with the code."""

from __future__ import annotations

import argparse
import contextlib
import functools
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from typedxcom.cli.dags_argument import dags_of
from typedxcom.cli.evolution_settings import EvolutionSettings, read_settings
from typedxcom.cli.findings import CheckReport, examine
from typedxcom.cli.refusing import refused
from typedxcom.cli.terminal.bar import Bar
from typedxcom.cli.terminal.lines import about_file, words
from typedxcom.errors import ConfigurationError, DecodeError, TypedXComError
from typedxcom.evolution.locks import NewerContractError, TaskLock, lock_text, read_lock
from typedxcom.evolution.names import contract_path
from typedxcom.evolution.samples import opened_sample

if TYPE_CHECKING:
    from typedxcom.cli.contracts import LiveTask

__all__ = ["LockPlan", "examined", "run"]

_OK, _ERRORS = 0, 1


@dataclass(slots=True)
class LockPlan:
    """What would change on disk.

    Attributes:
        texts: File to the text that it should have.
        gone: Files of tasks that are not there any more.
        damaged: Why a file could not be read.
        kept: DAG file that cannot be imported to how many contracts of it stay as they are.
    """

    texts: dict[Path, str] = field(default_factory=dict)
    gone: list[Path] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    kept: dict[str, int] = field(default_factory=dict)

    def changed(self) -> list[Path]:
        """Returns the files that have another text than they should."""
        return [path for path, text in self.texts.items() if _read(path) != text]


def run(options: argparse.Namespace) -> int:
    """Writes or checks the files, and returns the exit code."""
    try:
        settings = read_settings(Path.cwd())
        report, live = examined(options, settings)
        plan = _planned(options.contracts, live, report)
        for reason in plan.damaged:
            words(reason, sys.stderr)
        if options.check:
            return _check(plan, options) or (_ERRORS if report.findings else _OK)
        _write(plan, options.contracts)
        for file, count in sorted(plan.kept.items()):
            words(
                f"{count} contracts of {file} stay as they are: it cannot be imported", sys.stderr
            )
    except (FileNotFoundError, ConfigurationError) as error:
        return refused(error)
    print(f"{len(plan.texts)} contracts in {options.contracts}")
    return _ERRORS if report.findings else _OK


def examined(
    options: argparse.Namespace, settings: EvolutionSettings
) -> tuple[CheckReport, list[LiveTask]]:
    """Imports the DAGs, prints their errors, and returns the contract of each task."""
    # DAG files may print while they are imported. Our stdout has the report only.
    with contextlib.redirect_stdout(sys.stderr), Bar(sys.stderr) as bar:
        from typedxcom.cli.contracts import contracts_in

        report = examine(
            dags_of(options),
            dags_folder=options.dags_folder,
            progress=functools.partial(bar.show, "DAG files"),
        )
        live = list(contracts_in(report.dags, settings.is_beyond))
    _refuse_namesakes(report)
    for one in report.findings:
        about_file(one.path, one.line, "error", f"{one.message}  [{one.code}]", sys.stderr)
    for folder in report.empty:
        words(f"no DAG in {folder}. Is it the DAGs folder?", sys.stderr)
    return report, live


def _refuse_namesakes(report: CheckReport) -> None:
    """Raises ConfigurationError if two files have a DAG of one id, of which Airflow keeps one."""
    files: dict[str, set[Path]] = {}
    for one in report.dags:
        files.setdefault(one.dag_id, set()).add(one.path)
    for dag_id, found in sorted(files.items()):
        if len(found) > 1:
            names = " and ".join(sorted(map(str, found)))
            raise ConfigurationError(
                f"{names} have a DAG {dag_id!r} each. Airflow keeps one of them, and it is not certain "
                "which. Give one another dag_id"
            )


def _check(plan: LockPlan, options: argparse.Namespace) -> int:
    stale = [*plan.changed(), *plan.gone]
    for path in stale:
        print(f"{path}: error: the contract is stale  [stale]")
    if not stale:
        return _OK
    given = " ".join(["typedxcom lock", *map(str, options.dags)])
    if options.contracts != Path("contracts"):
        given += f" --contracts {options.contracts}"
    words(f"run `{given}` and commit the files", sys.stderr)
    return _ERRORS


def _planned(root: Path, live: Iterable[LiveTask], report: CheckReport) -> LockPlan:
    plan = LockPlan()
    tasks = list(live)
    for task in tasks:
        path = contract_path(root, task.lock.dag_id, task.lock.task_id)
        before = _known(path, plan)
        plan.texts[path] = lock_text(_still_read(task.sampled(before), task, tasks))
    failed = {str(one.path) for one in report.findings}
    looked_at = {dag.dag_id for dag in report.dags}
    for path in sorted(root.glob("*/*.json")) if root.is_dir() else ():
        if path in plan.texts:
            continue
        old = _known(path, plan)
        if old is not None and old.file in failed:
            plan.kept[old.file] = plan.kept.get(old.file, 0) + 1
        elif old is not None and _is_gone(old, looked_at):
            plan.gone.append(path)
    return plan


def _is_gone(old: TaskLock, looked_at: set[str]) -> bool:
    """Whether the task of a file is gone: its DAG was looked at, or its DAG file is not there."""
    return old.dag_id in looked_at or not _source(Path(old.file)).exists()


def _source(file: Path) -> Path:
    """Returns the file itself, or the archive around it."""
    return file.parent if file.parent.suffix == ".zip" else file


def _known(path: Path, plan: LockPlan) -> TaskLock | None:
    text = _read(path)
    if text is None:
        return None
    try:
        return read_lock(text, name=str(path))
    except NewerContractError as error:  # writing it would lose what a newer typedxcom says
        raise ConfigurationError(str(error)) from error
    except DecodeError as error:
        plan.damaged.append(str(error))
        return None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        return ""


def _still_read(lock: TaskLock, task: LiveTask, tasks: list[LiveTask]) -> TaskLock:
    """Returns *lock* without the samples of older versions that no reader of now can read."""

    def is_read(sample: object) -> bool:
        for reader in tasks:
            for read in reader.lock.reads:
                promise = reader.readers.get(read.edge)
                is_own = reader.lock.dag_id == lock.dag_id and read.upstream == lock.task_id
                if promise is None or not is_own or read.how != "whole":
                    continue
                try:
                    opened_sample(sample, promise.codec)
                except (TypedXComError, ValueError):
                    return False
        return True

    now = {one.fingerprint for one in task.lock.writes.values()}
    kept = tuple(
        one for one in lock.versions if one.fingerprint in now or all(map(is_read, one.samples))
    )
    return replace(lock, versions=kept)


def _write(plan: LockPlan, root: Path) -> None:
    base = root.resolve()
    for path in plan.changed():
        path.parent.mkdir(parents=True, exist_ok=True)
        _refuse_outside(path, base)
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(plan.texts[path], encoding="utf-8")
        draft.replace(path)
    for path in plan.gone:
        _refuse_outside(path, base)
        path.unlink()
        with contextlib.suppress(OSError):  # other tasks are in it
            path.parent.rmdir()


def _refuse_outside(path: Path, base: Path) -> None:
    """Raises ConfigurationError if a link leads out of the folder of contracts."""
    if not path.parent.resolve().is_relative_to(base):
        raise ConfigurationError(f"{path.parent} is a link that leads out of {base}. Remove it.")
