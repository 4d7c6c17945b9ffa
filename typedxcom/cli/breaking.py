"""`typedxcom breaking`: what does this change break for values and workers of before?"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from typedxcom.cli.breaking_formats import FORMATS, totals
from typedxcom.cli.evolution_settings import Allowance, EvolutionSettings, read_settings
from typedxcom.cli.git import base_of, files_at, moved_from, place_of, unmerged
from typedxcom.cli.lock import examined
from typedxcom.cli.refusing import refused
from typedxcom.cli.terminal import is_drawn
from typedxcom.cli.terminal.lines import words
from typedxcom.errors import ConfigurationError, DecodeError, TypedXComError
from typedxcom.evolution.comparing import IN_FLIGHT_WORDS, Change, certainly_breaks, changes
from typedxcom.evolution.locks import LockedTasks, Read, TaskLock, read_lock
from typedxcom.evolution.rules import RULES
from typedxcom.evolution.samples import opened_sample

if TYPE_CHECKING:
    from typedxcom.cli.contracts import LiveTask

__all__ = ["BreakingReport", "run"]

_OK, _ERRORS, _USAGE = 0, 1, 2


@dataclass(slots=True)
class BreakingReport:
    """The result of one comparison.

    Attributes:
        base: The commit that was compared with.
        changes: What breaks and is not allowed.
        allowed: What breaks and is allowed, with the entry that allows it.
        remarks: Sentences about entries that are expired or not needed.
        edges: How many edges were compared.
        samples: How many samples were decoded.
    """

    base: str
    changes: list[Change] = field(default_factory=list)
    allowed: list[tuple[Change, Allowance]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    edges: int = 0
    samples: int = 0

    def fails(self, severity: str) -> bool:
        """Whether there is a finding of *severity* or worse."""
        failing = {"error"} if severity == "error" else {"error", "warning"}
        return any(one.severity in failing for one in self.changes)


def run(options: argparse.Namespace) -> int:
    """Compares, prints what breaks, and returns the exit code."""
    try:
        settings = read_settings(Path.cwd())
        conflicts = unmerged(options.contracts)
        if conflicts:
            raise ConfigurationError(
                f"{conflicts[0]} has merge conflicts. Run `typedxcom lock`, then git add it."
            )
        base = base_of(options.against)
        before = _locked(base, options.contracts)
        found, live = examined(options, settings)
    except (FileNotFoundError, ConfigurationError, DecodeError) as error:
        return refused(error)
    report = _compared(base, before, live, settings)
    _print(report, options.format)
    if found.empty and not live:
        return _USAGE
    return _ERRORS if found.findings or report.fails(options.fail_on) else _OK


def _print(report: BreakingReport, form: str) -> None:
    if form == "text" and is_drawn(sys.stdout):
        from typedxcom.cli.terminal import broken

        broken.draw(report, totals(report), sys.stdout)
        return
    printed = FORMATS[form](report)
    if printed:
        print(printed)


def _locked(base: str, folder: Path) -> LockedTasks:
    """Returns the contracts in the commit *base*."""
    files = files_at(base, folder)
    if not files:
        moved = moved_from(base, folder)
        if moved:
            raise ConfigurationError(
                f"the contracts were moved from {moved} to {place_of(folder).rstrip('/')} since "
                f"{base[:12]}. Move them in a change of its own, in which no contract changes."
            )
        words(
            f"{base[:12]} has no contracts in {folder}, so there is nothing to compare with. Commit "
            "what `typedxcom lock` writes.",
            sys.stderr,
        )
    locks = (read_lock(text, name=f"{name} of {base[:12]}") for name, text in files.items())
    return {(one.dag_id, one.task_id): one for one in locks}


def _compared(
    base: str, before: LockedTasks, live: list[LiveTask], settings: EvolutionSettings
) -> BreakingReport:
    now = {(one.lock.dag_id, one.lock.task_id): one.lock for one in live}
    report = BreakingReport(base, edges=sum(len(one.reads) for one in now.values()))
    found = changes(before, now)
    found.extend(_refused(before, live, report))
    used = set()
    today = dt.datetime.now(dt.timezone.utc).date()
    valid = [one for one in settings.allow if one.until is None or one.until >= today]
    for change in found:
        allowance = next((one for one in valid if one.covers(change)), None)
        if allowance is None or change.severity == "note":
            report.changes.append(change)
        else:
            used.add(allowance)
            report.allowed.append((change, allowance))
    report.remarks.extend(_remarks(settings.allow, valid, used))
    return report


def _remarks(
    allow: Iterable[Allowance], valid: list[Allowance], used: set[Allowance]
) -> Iterator[str]:
    for one in allow:
        if one not in valid:
            yield f"allow of `{one}` expired on {one.until}: {one.reason}"
        elif one not in used:
            yield f"allow of `{one}` is not needed: nothing breaks that rule there. Remove it"


def _refused(
    before: LockedTasks,
    live: list[LiveTask],
    report: BreakingReport,
) -> Iterator[Change]:
    """Yields the samples of before that a reader of now refuses, where nothing else was found."""
    for task in live:
        for read in task.lock.reads:
            writer = before.get((task.lock.dag_id, read.upstream))
            promise = task.readers.get(read.edge)
            if writer is None or promise is None or read.how in ("part", "other"):
                continue
            is_known = certainly_breaks(read, writer)
            for sample in _samples(writer, read):
                report.samples += 1
                reason = _refusal(sample, promise)
                if reason and not is_known:
                    yield _sample_change(task.lock, read, reason)
                    break


def _samples(writer: TaskLock, read: Read) -> Iterator[object]:
    for version in writer.versions:
        if version.key != read.key:
            continue
        for sample in version.samples:
            if read.how == "each":
                yield from sample[:1] if isinstance(sample, list) else ()
            else:
                yield sample


def _refusal(sample: object, promise: object) -> str:
    try:
        opened_sample(sample, promise.codec)  # type: ignore[attr-defined]
    except (TypedXComError, ValueError) as error:
        return str(error).splitlines()[0][:200]
    return ""


def _sample_change(task: TaskLock, read: Read, reason: str) -> Change:
    sentence = (
        f"{task.dag_id}: {task.task_id}({read.parameter}) refuses a sample of what "
        f"{read.upstream!r} stored before: {reason}. {RULES['sample-refused']}."
    )
    return Change(
        "sample-refused", "error", IN_FLIGHT_WORDS, task.dag_id, task.task_id, read.upstream,
        read.parameter, read.key, "$", task.file, sentence,
    )  # fmt: skip
