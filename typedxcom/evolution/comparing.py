"""Compares the contracts of two versions, edge by edge and in each direction.

* in flight: A task of now reads a value that was stored before the change: an error.
* mixed versions: A worker that still has the old code reads a value of now: a warning.
* beyond the run: Values are read after their run, or from outside of Airflow: both are errors.

Only edges count. A change of a producer that breaks none of its readers is a note at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from typedxcom.evolution.locks import LockedTasks, Read, TaskLock, item_of
from typedxcom.evolution.rules import IN_FLIGHT, MIXED, RULES
from typedxcom.evolution.structure import Break, breaks
from typedxcom.schema import UNKNOWN, Schema, Unknown

__all__ = [
    "BEYOND",
    "IN_FLIGHT_WORDS",
    "MIXED_WORDS",
    "Change",
    "certainly_breaks",
    "changes",
]

IN_FLIGHT_WORDS, MIXED_WORDS, BEYOND = "in flight", "mixed versions", "beyond the run"
_WITHOUT_PATH = ("task-renamed", "key-removed", "param-removed", "param-required")


@dataclass(frozen=True, slots=True)
class Change:
    """One finding.

    Attributes:
        rule: The id of the rule.
        severity: ``error``, ``warning`` or ``note``.
        direction: ``in flight``, ``mixed versions`` or ``beyond the run``.
        dag_id: The DAG.
        task_id: The task that reads, or that writes if the readers are not known.
        upstream: The task that writes.
        parameter: The parameter that reads; empty if the readers are not known.
        key: The XCom key.
        path: Where in the value.
        file: The DAG file.
        sentence: What is wrong, and the cure.
    """

    rule: str
    severity: str
    direction: str
    dag_id: str
    task_id: str
    upstream: str
    parameter: str
    key: str
    path: str
    file: str
    sentence: str


def changes(before: LockedTasks, now: LockedTasks) -> list[Change]:
    """Returns what the change from *before* to *now* breaks, sorted by DAG and task."""
    found: list[Change] = []
    for task in now.values():
        older = before.get((task.dag_id, task.task_id))
        found.extend(_of_reader(task, older, before, now))
        if older is not None:
            found.extend(_outside(task, older))
    for task in now.values():
        older = before.get((task.dag_id, task.task_id))
        if older is not None:
            found.extend(_removed_fields(task, older, found))
    order = ("error", "warning", "note")
    return sorted(
        dict.fromkeys(found),
        key=lambda one: (
            one.dag_id,
            one.task_id,
            order.index(one.severity),
            one.parameter,
            one.path,
        ),
    )


def _of_reader(
    task: TaskLock, older: TaskLock | None, before: LockedTasks, now: LockedTasks
) -> Iterator[Change]:
    """Yields what breaks at the edges into *task*."""
    known = {one.edge: one for one in older.reads} if older is not None else {}
    for read in task.reads:
        writer = now.get((task.dag_id, read.upstream))
        old_writer = before.get((task.dag_id, read.upstream))
        yield from _gone(task, read, writer, old_writer)
        if old_writer is None:
            yield from _new_upstream(task, older, read, now)
            continue
        beyond = (*task.beyond, *(writer.beyond if writer is not None else ()))
        same = known.get(read.edge)
        written = _written(read, same, old_writer)
        usual = _usual(same or read, old_writer if same is not None else writer)
        yield from _in_flight(task, read, written, old_writer, beyond, usual)
    for read in older.reads if older is not None else ():
        usual = _usual(read, before.get((task.dag_id, read.upstream)))
        yield from _mixed(task, read, now, usual)


def certainly_breaks(read: Read, writer: TaskLock) -> bool:
    """Returns whether some value of *writer* cannot be read over an edge, changed or not."""
    return any(one.is_certain for one in _usual(read, writer))


def _usual(read: Read, writer: TaskLock | None) -> set[Break]:
    """Returns what may break at an edge within one version, where only the run decides.

    For example, an `int` goes into a parameter that takes positive numbers only. No change of
    versions is the reason for that.
    """
    written = None if writer is None else _written(read, read, writer)
    return set() if written is None else set(breaks(written, read.schema))


def _in_flight(
    task: TaskLock,
    read: Read,
    written: Schema | None,
    old_writer: TaskLock,
    beyond: tuple[str, ...],
    usual: set[Break],
) -> Iterator[Change]:
    if written is None:
        if _lacks(old_writer, read.key):
            reason = f"the key {read.key!r} was not pushed before"
            severity = "warning" if read.pull == "optional" else "error"
            yield _change(
                "required-added", task, read, Break("$", reason), IN_FLIGHT_WORDS, severity
            )
        return
    for one in breaks(written, read.schema):
        if one in usual:
            continue
        rule = IN_FLIGHT.get(one.rule, one.rule)
        severity = "error" if one.is_certain else "warning"
        words = BEYOND if beyond and severity == "error" else IN_FLIGHT_WORDS
        yield _change(rule, task, read, one, words, severity)


def _lacks(writer: TaskLock, key: str) -> bool:
    """Whether a task surely does not push a key."""
    return key not in writer.writes and bool(writer.writes) and not writer.open_keys


def _gone(
    task: TaskLock, read: Read, writer: TaskLock | None, old_writer: TaskLock | None
) -> Iterator[Change]:
    """Yields what a body or template of now still pulls, though the change removed it."""
    if not read.pull or old_writer is None:
        return
    if writer is None:
        reason = f"it still pulls from {read.upstream!r}, and that task is gone"
    elif _lacks(writer, read.key) and not _lacks(old_writer, read.key):
        reason = f"it still pulls the key {read.key!r}, which is not pushed any more"
    else:
        return
    yield _change("key-removed", task, read, Break("$", reason), IN_FLIGHT_WORDS, "error")


def _mixed(task: TaskLock, read: Read, now: LockedTasks, usual: set[Break]) -> Iterator[Change]:
    """Yields what an older worker, which has the edge *read*, cannot read of now."""
    writer = now.get((task.dag_id, read.upstream))
    if writer is None:
        return
    new = next((one for one in task.reads if one.edge == read.edge), None)
    is_read = any((one.upstream, one.key) == (read.upstream, read.key) for one in task.reads)
    if not is_read and read.parameter not in task.parameters:
        reason = (
            "its code no longer pulls it"
            if read.pull
            else f"the parameter {read.parameter!r} is gone"
        )
        yield _change("param-removed", task, read, Break("$", reason), MIXED_WORDS, "note")
    written = _written(read, new, writer)
    beyond = bool(task.beyond or writer.beyond)
    words, severity = (BEYOND, "error") if beyond else (MIXED_WORDS, "warning")
    if written is None:
        is_known = read.pull and new is not None  # then it is an error of now
        if _lacks(writer, read.key) and not is_known:
            reason = f"the key {read.key!r} is not pushed any more"
            yield _change("key-removed", task, read, Break("$", reason), words, severity)
        return
    for one in breaks(written, read.schema):
        if one not in usual:
            weight = severity if one.is_certain else "warning" if beyond else "note"
            yield _change(MIXED.get(one.rule, one.rule), task, read, one, words, weight)


def _written(read: Read, same: Read | None, writer: TaskLock) -> Schema | None:
    """Returns the type that comes from *writer* over an edge, or None if that is not known.

    Args:
        read: The edge, in the version of the reader.
        same: The edge in the version of the writer, if it was there.
        writer: The task that writes.
    """
    if read.how == "other":
        found = same.written if same is not None and same.how == "other" else UNKNOWN
    elif read.key not in writer.writes:
        return None
    else:
        whole = writer.writes[read.key].schema
        found = item_of(whole) if read.how == "each" else whole
    is_open = isinstance(found, Unknown) or isinstance(read.schema, Unknown)
    return None if is_open else found


def _new_upstream(
    task: TaskLock, older: TaskLock | None, read: Read, now: LockedTasks
) -> Iterator[Change]:
    """Yields what a run in flight lacks, because the upstream is a task that it does not have."""
    if older is None:
        return
    ids = {task_id for dag_id, task_id in now if dag_id == task.dag_id}
    gone = [
        one
        for one in older.reads
        if (one.parameter, one.pull and one.key) == (read.parameter, read.pull and read.key)
        and one.upstream not in ids
    ]
    if gone:
        reason = f"{gone[0].upstream!r} is now called {read.upstream!r}, or was replaced by it"
        yield _change("task-renamed", task, read, Break("$", reason), IN_FLIGHT_WORDS, "error")
    elif read.pull == "needed" or (
        task.parameters.get(read.parameter) and not older.parameters.get(read.parameter)
    ):
        reason = f"{read.upstream!r} is new, and runs that began before do not have its value"
        yield _change("param-required", task, read, Break("$", reason), IN_FLIGHT_WORDS, "warning")


def _outside(task: TaskLock, older: TaskLock) -> Iterator[Change]:
    """Yields what breaks for readers that no edge shows, such as another DAG or a REST client."""
    if not task.beyond:
        return
    for key, write in task.writes.items():
        old = older.writes.get(key)
        if old is None or isinstance(write.schema, Unknown) or isinstance(old.schema, Unknown):
            continue
        read = Read("", task.task_id, key, "whole", write.schema)
        for names, found in (
            (IN_FLIGHT, breaks(old.schema, write.schema)),
            (MIXED, breaks(write.schema, old.schema)),
        ):
            for one in found:
                if one.is_certain:
                    rule = names.get(one.rule, one.rule)
                    yield _change(rule, task, read, one, BEYOND, "error")


def _removed_fields(task: TaskLock, older: TaskLock, found: Iterable[Change]) -> Iterator[Change]:
    """Yields a note for each field that is not written any more, if no reader misses it."""
    known = {(one.upstream, one.key, one.path) for one in found}
    for key, write in task.writes.items():
        old = older.writes.get(key)
        if old is None or isinstance(old.schema, Unknown) or isinstance(write.schema, Unknown):
            continue
        for one in breaks(write.schema, old.schema):
            rule = MIXED.get(one.rule)
            if rule not in ("field-removed", "column-removed"):
                continue
            if not any(
                at[:2] == (task.task_id, key) and at[2].endswith(one.path[1:]) for at in known
            ):
                read = Read("", task.task_id, key, "whole", write.schema)
                yield _change(rule, task, read, one, MIXED_WORDS, "note")


def _change(
    rule: str, task: TaskLock, read: Read, broken: Break, direction: str, severity: str
) -> Change:
    change = Change(
        rule, severity, direction, task.dag_id, task.task_id, read.upstream, read.parameter,
        read.key, broken.path, task.file, "",
    )  # fmt: skip
    return replace(change, sentence=_sentence(change, broken))


def _sentence(change: Change, broken: Break) -> str:
    where = "" if change.rule in _WITHOUT_PATH else f" - at `{broken.path}`"
    value = f"{change.upstream!r}"
    if change.key != "return_value":
        value += f" (key {change.key!r})"
    if not change.parameter:
        subject = f"{change.dag_id}: what {value} pushes changed"
        if change.severity == "note":
            subject += ", and no task reads that part"
    elif change.rule == "key-removed" and change.direction == IN_FLIGHT_WORDS:
        subject = f"{change.dag_id}: {change.task_id}({change.parameter}) gets nothing"
    elif change.rule == "param-removed":
        subject = f"{change.dag_id}: {change.task_id} no longer reads what {value} pushes"
    else:
        reader = f"{change.task_id}({change.parameter})"
        subject = f"{change.dag_id}: {_VERBS[change.direction].format(reader=reader, value=value)}"
    return f"{subject}: {broken.reason}{where}. {RULES[change.rule]}."


_VERBS = {
    IN_FLIGHT_WORDS: "{reader} cannot read what {value} stored before",
    MIXED_WORDS: "{reader} of the version before cannot read what {value} pushes now",
    BEYOND: "{reader} and {value} have no common form, and their values outlive a run",
}
