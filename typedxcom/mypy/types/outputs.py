"""The type of an output, and the note on it that names the task it comes from.

The note is a JSON string in a literal type in ``Instance.extra_attrs``. That survives variables,
containers, other modules and mypy's cache. A join of two types drops it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    ExtraAttrs,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    UnpackType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.types.site import Site, unknown

__all__ = [
    "INFERRED",
    "Note",
    "Output",
    "forget_notes",
    "holds_output",
    "make_output",
    "note_attrs",
    "note_of",
    "output_of",
    "resolved",
]

# No attribute of a user's class can have this name.
NOTE: Final = "<typedxcom>"
INFERRED: Final = "<typedxcom inferred>"
# In an async function of a DAG, ``await out`` reaches the hook that refuses it through this
# attribute. A method of the class would make each call that is a statement `unused-awaitable`.
AWAIT: Final = "__await__"

# Containers that Airflow searches for outputs, and types that may turn out to be one of them.
CONCRETE: Final = frozenset(f"builtins.{name}" for name in ("list", "tuple", "dict", "set"))
ABSTRACT: Final = frozenset(
    f"typing.{name}"
    for name in (
        *("Sequence", "MutableSequence", "Collection", "Iterable", "Container"),
        *("Mapping", "MutableMapping", "AbstractSet"),
    )
)


class Note(NamedTuple):
    """Where an output comes from.

    Attributes:
        task: The name of the task's function.
        key: The key or item that was taken from its return value.
        keys: Whether the task pushes its keys one by one; None where that is not known.
        plain: Whether ``airflow.sdk.task`` made the task.
        pushed: The keys that the task's own code pushes; None where that is not known.
    """

    task: str = ""
    key: str | None = None
    keys: bool | None = None
    plain: bool = False
    pushed: tuple[str, ...] | None = ()


class Output(NamedTuple):
    """An output as its reader sees it.

    Attributes:
        value: The type of the value that the reader gets.
        kind: The full name of the output's class.
        note: Where it comes from, if that is known.
        inferred: The type that only the task's own code shows, if no annotation gives it.
    """

    value: Type
    kind: str
    note: Note | None
    inferred: Type | None = None

    @property
    def mapped(self) -> bool:
        """Whether it stands for all instances of a mapped task."""
        return self.kind == names.MAPPED

    @property
    def is_inferred(self) -> bool:
        """Whether only the task's own code shows the type of the value."""
        value = get_proper_type(self.value)
        if self.mapped and isinstance(value, Instance) and value.args:
            value = get_proper_type(value.args[0])
        return self.inferred is not None and isinstance(value, AnyType)

    def phrase(self) -> str:
        """Returns its origin as the subject of a sentence that goes on with "returns"."""
        if self.note is None or not self.note.task:
            return "an upstream task"
        kind = "mapped task" if self.mapped else "task"
        return f'{kind} "{self.note.task}"'


def make_output(
    site: Site,
    value: Type,
    *,
    kind: str = names.XCOMARG,
    note: Note | None = None,
    inferred: Type | None = None,
) -> Type:
    """Returns the type of an output of *value*. For `names.MAPPED`, *value* is one instance's."""
    info = site.classes[kind]
    if info is None:
        return unknown()
    made = Instance(info, [value])
    if note is not None:
        made.extra_attrs = note_attrs(site, note, inferred)
    if kind == names.XCOMARG and not (note and note.plain):
        proper = get_proper_type(value)
        if isinstance(proper, TupleType):
            return _unpackable(site, proper, made, note or Note())
    return made


def note_attrs(site: Site, note: Note, inferred: Type | None = None) -> ExtraAttrs:
    """Returns the note as mypy keeps it. All outputs of a task share it, so nobody changes it."""
    if inferred is not None:
        attrs = note_attrs(site, note).attrs
        return ExtraAttrs({**attrs, INFERRED: inferred}, set(), None)
    known = _noted.get(note)
    if known is None:
        text = site.text_note(json.dumps(note._asdict()))
        known = _noted[note] = ExtraAttrs({NOTE: text}, set(), None)
    awaited = site.instance(names.AWAIT) if site.is_async else None
    return ExtraAttrs({**known.attrs, AWAIT: awaited}, set(), None) if awaited else known


_noted: dict[Note, ExtraAttrs] = {}


def forget_notes() -> None:
    """Starts a new build, in which the class of the notes' text is another one."""
    _noted.clear()


def _unpackable(site: Site, value: TupleType, made: Instance, note: Note) -> Type:
    """Returns an output that ``a, b = two()`` unpacks: a tuple whose class is the output's."""
    if any(isinstance(item, UnpackType) for item in value.items):
        return made
    items = [
        make_output(site, item, note=note._replace(key=str(index), keys=False))
        for index, item in enumerate(value.items)
    ]
    return TupleType(items, made)


def output_of(found: Type) -> Output | None:
    """Reads an output's type. Returns None for any other type."""
    proper = get_proper_type(found)
    if isinstance(proper, TupleType):
        proper = proper.partial_fallback
    if not isinstance(proper, Instance):
        return None
    kind = proper.type.fullname
    if kind == names.XCOMARG:
        return Output(proper.args[0], kind, note_of(proper), _inferred(proper))
    if kind == names.RENAMED:
        return Output(proper.args[0], names.XCOMARG, note_of(proper), _inferred(proper))
    if kind in names.OUTPUTS and kind != names.RENAMED_MAPPED:
        for declared in proper.type.bases:
            if declared.type.fullname == names.XCOMARG:
                value = expand_type_by_instance(declared.args[0], proper)
                return Output(value, kind, note_of(proper), _inferred(proper))
    if not proper.type.has_base(names.SDK_XCOMARG) and not proper.type.has_base(names.XCOMARG):
        return None
    for base in proper.type.mro:
        if base.fullname == names.XCOMARG:
            value = map_instance_to_supertype(proper, base).args[0]
            kind = names.MAPPED if kind == names.RENAMED_MAPPED else kind
            return Output(value, kind, note_of(proper), _inferred(proper))
        if base.fullname == names.SDK_XCOMARG:
            return Output(unknown(), names.SDK_XCOMARG, None)
    return None


def is_output(found: ProperType) -> bool:
    """Whether a type is an output's own."""
    if isinstance(found, TupleType):
        found = found.partial_fallback
    return isinstance(found, Instance) and (
        found.type.has_base(names.SDK_XCOMARG) or found.type.has_base(names.XCOMARG)
    )


def note_of(found: Instance) -> Note | None:
    """Returns the note on a type, if it has one."""
    text = found.extra_attrs and found.extra_attrs.attrs.get(NOTE)
    if isinstance(text, LiteralType) and isinstance(text.value, str):
        return _parsed(text.value)
    return None


def _inferred(found: Instance) -> Type | None:
    return found.extra_attrs.attrs.get(INFERRED) if found.extra_attrs else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Note:
    data = json.loads(text)
    return Note(**{**data, "pushed": None if data["pushed"] is None else tuple(data["pushed"])})


def holds_output(found: Type, depth: int = 0) -> bool:
    """Whether values of this type are or contain outputs."""
    proper = get_proper_type(found)
    if depth > 6 or isinstance(proper, AnyType):
        return False
    if is_output(proper):
        return True
    return any(holds_output(part, depth + 1) for part in _parts(proper))


def _parts(found: ProperType) -> list[Type]:
    if isinstance(found, Instance):
        return list(found.args)
    if isinstance(found, (TupleType, UnionType)):
        return list(found.items)
    if isinstance(found, TypedDictType):
        return list(found.items.values())
    return []


def first_output(found: Type, depth: int = 0) -> Output | None:
    """Returns the first output in a type, for the names in a message."""
    proper = get_proper_type(found)
    if (output := output_of(proper)) is not None or depth > 6:
        return output
    parts = (first_output(part, depth + 1) for part in _parts(proper))
    return next((part for part in parts if part is not None), None)


def resolved(found: Type) -> Type | None:
    """Returns the type after Airflow has put values in place of outputs.

    Returns:
        None if an output is in something that Airflow does not search.
    """
    proper = get_proper_type(found)
    if (output := output_of(proper)) is not None:
        return output.value
    if not holds_output(proper):
        return found
    if isinstance(proper, UnionType):
        items = _resolved_all(proper.items)
        return None if items is None else make_simplified_union(items)
    if isinstance(proper, TupleType):
        items = _resolved_all(proper.items)
        return None if items is None else proper.copy_modified(items=items)
    if isinstance(proper, Instance) and _is_looked_into(proper):
        items = _resolved_all(proper.args)
        return None if items is None else proper.copy_modified(args=items)
    return None


def _resolved_all(parts: Sequence[Type]) -> list[Type] | None:
    items = [resolved(part) for part in parts]
    known = [item for item in items if item is not None]
    return known if len(known) == len(items) else None


def _is_looked_into(found: Instance) -> bool:
    if found.type.fullname in ABSTRACT:
        return True
    return any(base.fullname in CONCRETE for base in found.type.mro)
