"""The locked contract of one task: what it writes, what it reads and from whom, as a JSON file.

Nothing in a file depends on another task's file or on the time, so that branches that change
different tasks merge without a conflict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from typedxcom.errors import DecodeError
from typedxcom.evolution.describing import Describer
from typedxcom.evolution.reading import TypeReader
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import SequenceOf, TupleOf, UnionOf, Unknown

__all__ = [
    "RETURN_KEY",
    "LockedTasks",
    "NewerContractError",
    "Read",
    "TaskLock",
    "Version",
    "Write",
    "item_of",
    "kept_versions",
    "lock_text",
    "read_lock",
    "write_of",
]

RETURN_KEY = "return_value"
_FORMAT = 1
_VERSIONS = 3  # of each value whose samples are kept


@dataclass(frozen=True, slots=True)
class Write:
    """One value that a task pushes.

    Attributes:
        schema: Its type.
        fingerprint: The fingerprint of the type.
    """

    schema: Schema
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Read:
    """One edge, at the task that reads.

    Attributes:
        parameter: The parameter that takes the value.
        upstream: The id of the task that pushes it.
        key: The XCom key.
        how: ``whole``, ``each`` for one item of it, ``part`` if the parameter gets a list or a dict
            with the output in it, or ``other``.
        schema: The type that the parameter reads, or that it reads at the place of the output.
        written: The type that comes, if *how* is ``other``.
        pull: Empty for an argument. The body or a template pulls the value: ``needed`` if the task
            fails without it, else ``optional``.
    """

    parameter: str
    upstream: str
    key: str
    how: str
    schema: Schema
    written: Schema = UNKNOWN
    pull: str = ""

    @property
    def edge(self) -> tuple[str, str, str]:
        """What makes it the same edge in another version."""
        return self.parameter, self.upstream, self.key


@dataclass(frozen=True, slots=True)
class Version:
    """Samples of one version of a value.

    Attributes:
        key: The XCom key.
        fingerprint: The fingerprint of the version's type.
        samples: Made-up values, as a task would have pushed them.
    """

    key: str
    fingerprint: str
    samples: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TaskLock:
    """The contract of one task.

    Attributes:
        dag_id: The DAG.
        task_id: The task.
        file: The DAG file, relative to the folder in which the command ran.
        writes: XCom key to what is pushed.
        reads: Its edges.
        parameters: Parameter to whether it must be given.
        beyond: Why its value is read after the run, or from outside; mostly empty.
        versions: Samples of its values, the newest first.
        open_keys: Whether it may push other keys than those in *writes*.
    """

    dag_id: str
    task_id: str
    file: str = ""
    writes: Mapping[str, Write] = field(default_factory=dict)
    reads: tuple[Read, ...] = ()
    parameters: Mapping[str, bool] = field(default_factory=dict)
    beyond: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    open_keys: bool = False


class NewerContractError(DecodeError):
    """A contract has a format that this typedxcom does not know yet."""


LockedTasks: TypeAlias = dict[tuple[str, str], TaskLock]


def item_of(schema: Schema) -> Schema:
    """Returns the type of the items over which a task is mapped, or an unknown one."""
    match schema:
        case SequenceOf(item=item):
            return item
        case TupleOf(items=[first]):
            return first
        case TupleOf(items=items) if items:
            return UnionOf(items)
    return UNKNOWN


def lock_text(lock: TaskLock) -> str:
    """Returns the text of the file of *lock*."""
    describer = Describer()
    writes = {
        key: {"type": describer.tree(one.schema), "is": str(one.schema), "fingerprint": one.fingerprint}
        for key, one in sorted(lock.writes.items())
    }  # fmt: skip
    describer.upcasting = True
    made: dict[str, Any] = {
        "format": _FORMAT,
        "dag": lock.dag_id,
        "task": lock.task_id,
        "file": lock.file,
        "writes": writes,
        "reads": [_read(one, describer) for one in sorted(lock.reads, key=lambda one: one.edge)],
        "parameters": {
            name: "required" if needed else "optional" for name, needed in lock.parameters.items()
        },
    }  # fmt: skip
    if lock.open_keys:
        made["keys"] = "open"
    if lock.beyond:
        made["beyond"] = sorted(lock.beyond)
    for read in lock.reads:
        describer.lead(read.schema)
    if describer.classes:
        made["classes"] = describer.classes
    if describer.upcasters:
        made["upcasters"] = describer.upcasters
    if lock.versions:
        made["samples"] = [
            {"key": one.key, "fingerprint": one.fingerprint, "values": list(one.samples)}
            for one in lock.versions
        ]
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _read(read: Read, describer: Describer) -> dict[str, Any]:
    made: dict[str, Any] = {
        "parameter": read.parameter,
        "from": read.upstream,
        "type": describer.tree(read.schema),
        "is": str(read.schema),
    }
    if read.key != RETURN_KEY:
        made["key"] = read.key
    if read.how != "whole":
        made["how"] = read.how
    if read.pull:
        made["pull"] = read.pull
    if read.how == "other":
        made["written"] = describer.tree(read.written)
    return made


def read_lock(text: str, *, name: str) -> TaskLock:
    """Reads the text of a file. *name* is for messages.

    Raises:
        DecodeError: It is no contract, for example because a merge left its marks in it.
    """
    try:
        tree = json.loads(text)
        newer = tree["format"]
        if newer > _FORMAT:
            raise NewerContractError(
                f"{name} was written by a newer typedxcom (format {newer}). Upgrade."
            )
        return _lock(tree)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        cure = "Run `typedxcom lock` to write it again"
        conflict = " (it has marks of a merge conflict)" if "<<<<<<<" in text else ""
        raise DecodeError(f"{name} is no contract{conflict}. {cure}.") from error


def _lock(tree: Mapping[str, Any]) -> TaskLock:
    types = TypeReader(tree.get("classes", {}), tree.get("upcasters", {}))
    return TaskLock(
        str(tree["dag"]),
        str(tree["task"]),
        str(tree["file"]),
        {
            key: Write(types.schema(one["type"]), one["fingerprint"])
            for key, one in tree["writes"].items()
        },
        tuple(_edge(one, types) for one in tree["reads"]),
        {name: one == "required" for name, one in tree["parameters"].items()},
        tuple(tree.get("beyond", ())),
        tuple(
            Version(one["key"], one["fingerprint"], tuple(one["values"]))
            for one in tree.get("samples", ())
        ),
        tree.get("keys") == "open",
    )


def _edge(tree: Mapping[str, Any], types: TypeReader) -> Read:
    return Read(
        tree["parameter"],
        tree["from"],
        tree.get("key", RETURN_KEY),
        tree.get("how", "whole"),
        types.schema(tree["type"]),
        types.schema(tree.get("written", "any")),
        tree.get("pull", ""),
    )


def write_of(schema: Schema, live: Schema) -> Write:
    """Returns what is pushed with a type, as a file keeps it and as pointers name it."""
    return Write(schema, "" if isinstance(schema, Unknown) else fingerprint(live))


def kept_versions(
    key: str, now: str, made: Iterable[Any], before: Iterable[Version]
) -> list[Version]:
    """Returns the versions of one value to keep: the one of now, and the newest before it.

    Args:
        key: The XCom key.
        now: The fingerprint of now.
        made: Samples of now. Those of the same fingerprint that are kept already stay.
        before: The versions in the file, the newest first.
    """
    own = [one for one in before if one.key == key]
    known = next((one for one in own if one.fingerprint == now), None)
    first = known or Version(key, now, tuple(made))
    others = [one for one in own if one.fingerprint != now and one.samples]
    kept = [first, *others][:_VERSIONS]
    return [one for one in kept if one.samples]
