"""What the plugin knows about a task: its function, and which part of it reaches the consumer."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Final, NamedTuple

from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_OPT,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    CallExpr,
    Decorator,
    Expression,
    NameExpr,
    RefExpr,
    TypeInfo,
)
from mypy.types import (
    AnyType,
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    NoneType,
    Parameters,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.types.callee import Callee
from typedxcom.mypy.types.outputs import INFERRED, Note, forget_notes, make_output, note_attrs
from typedxcom.mypy.types.site import Site, unknown

__all__ = [
    "ANY_PARAMETERS",
    "LoopBody",
    "TaskNote",
    "Tasklike",
    "called_task",
    "forget",
    "group_result",
    "injectable",
    "loop_state",
    "make_task",
    "named_task",
    "output_value",
    "pushes_keys",
    "task_of",
]

NOTE: Final = "<typedxcom task>"
FUNCTION: Final = "<typedxcom function>"
LAST: Final = "<typedxcom last>"  # before the name of a task
LAST_INFERRED: Final = "<typedxcom inferred last>"
READS: Final = "<typedxcom reads>"  # before the label of a task

TASKS: Final = (names.TASK, names.SDK_TASK, names.SDK_TASK_IMPL)
GROUPS: Final = (names.GROUP, names.SDK_GROUP)
OPTIONAL: Final = {ARG_POS: ARG_OPT, ARG_NAMED: ARG_NAMED_OPT}


class TaskNote(NamedTuple):
    """The note that stays with a task's type.

    Attributes:
        name: The name of its function.
        kind: The sub-decorator, such as ``python``, ``bash`` or ``group``.
        keys: Whether ``multiple_outputs`` was given; None lets the return type decide.
        plain: Whether Airflow's own decorator made it.
        open: Whether the decorator got unknown settings, from ``**``.
        pushed: The keys that its own code pushes; None where that is not known.
        given: The parameters that ``partial`` has set.
        partial: Whether ``partial`` was called.
        spread: Whether ``partial`` got unknown names, from ``**``.
    """

    name: str = ""
    kind: str = "python"
    keys: bool | None = None
    plain: bool = False
    open: bool = False
    pushed: tuple[str, ...] | None = ()
    given: tuple[str, ...] = ()
    partial: bool = False
    spread: bool = False


class LoopBody(NamedTuple):
    """What a task group gives each iteration of a loop, and who reads it.

    Attributes:
        last: The name of the last task.
        result: The type of its output.
        inferred: The type that only its own code shows.
        readers: Each task that takes the loop, and the type of the state that it reads.
    """

    last: str
    result: Type
    inferred: Type | None = None
    readers: tuple[tuple[str, Type], ...] = ()


class Tasklike:
    """A task or a task group at a call. It is not changed once it is made.

    Attributes:
        note: What was noted when it was decorated.
        function: The decorated function, or None where a join of types has lost it.
        value: The type of its output.
        group: Whether it is a task group.
        inferred: The type that its own code shows for its value, if no annotation gives it.
        loop: What a task group gives a loop, if that is certain.
        usual: Its function, if a call of it may be a usual one; known from the first call on.
    """

    def __init__(
        self,
        note: TaskNote,
        function: CallableType | None,
        value: Type,
        *,
        group: bool = False,
        inferred: Type | None = None,
        loop: LoopBody | None = None,
    ) -> None:
        self.inferred = inferred
        self.loop = loop
        self.note = note
        self.function = function
        self.value = value
        self.group = group
        self.usual: Callee | None = None
        self._callee: Callee | None = None
        self._attrs: ExtraAttrs | None = None
        self._unpacks = isinstance(get_proper_type(value), TupleType)

    def noted(self, note: TaskNote) -> Tasklike:
        """Returns the same task with another note, which does not rename it."""
        group, inferred = self.group, self.inferred
        made = type(self)(
            note, self.function, self.value, group=group, inferred=inferred, loop=self.loop
        )
        made._callee = self._callee
        made.usual = None if note.partial else self.usual
        return made

    def showing(self, inferred: Type) -> Tasklike:
        """Returns the same task, if its code shows *inferred* for one call."""
        made = self.noted(self.note)
        made.inferred, made.usual = inferred, self.usual
        return made

    def set_by(self, call: CallExpr) -> Tasklike:
        """Returns the same task after one call of ``partial``."""
        note = self.note
        rows = zip(call.arg_names, call.arg_kinds, strict=True)
        given = (*note.given, *(name for name, kind in rows if name and kind is ARG_NAMED))
        spread = note.spread or ARG_STAR2 in call.arg_kinds
        return self.noted(note._replace(given=given, partial=True, spread=spread))

    @property
    def noun(self) -> str:
        """Returns the word for it in a sentence."""
        return "task group" if self.group else "task"

    @property
    def label(self) -> str:
        """Returns its name in a sentence."""
        return f'{self.noun} "{self.note.name}"' if self.note.name else f"this {self.noun}"

    def result(self, site: Site) -> Type:
        """Returns the type of its usual call."""
        return group_result(site, self.value) if self.group else self.output(site)

    def output(self, site: Site, kind: str = names.XCOMARG) -> Type:
        """Returns the type of its output."""
        info = site.classes[kind]
        if info is None:
            return unknown()
        if site.is_async or (self._unpacks and kind == names.XCOMARG):
            return self.output_of_call(site, self.value, kind)
        if self.inferred is not None and kind == names.MAPPED:
            return self.output_of_call(site, self.value, kind)
        if self._attrs is None:
            self._attrs = note_attrs(site, self._note_of(self.value), self.inferred)
        # Always a new object: mypy's unions erase the notes of an instance in place.
        made = Instance(info, [self.value])
        made.extra_attrs = self._attrs
        return made

    def output_of_call(self, site: Site, value: Type, kind: str = names.XCOMARG) -> Type:
        """Returns the type of the output of one call, which returns *value*."""
        inferred = self.inferred
        if inferred is not None and kind == names.MAPPED:
            inferred = site.builtin("list", [inferred])
        return make_output(site, value, kind=kind, note=self._note_of(value), inferred=inferred)

    def _note_of(self, value: Type) -> Note:
        note = self.note
        keys = pushes_keys(value, note)
        if keys is None and self.inferred is not None and not note.open:
            keys = False  # Airflow uses the annotation, and there is no annotation here
        return Note(note.name, None, keys, note.plain, note.pushed)

    def callee(self, site: Site) -> Callee | None:
        """Returns its function as a DAG's author calls it: what Airflow fills in is optional."""
        if self._callee is None and self.function is not None:
            keys = frozenset() if self.group else context_keys(site)
            function = self.function if self.group else injectable(self.function, keys)
            self._callee = Callee(function, self.note.name, keys)
            if not self._callee.generic and not self.note.partial:
                self.usual = self._callee
        return self._callee


def group_result(site: Site, value: Type) -> Type:
    """Returns the type of a group's call: what its function returns, or the group itself."""
    if isinstance(get_proper_type(value), NoneType):
        return site.instance(names.SDK_NODE) or unknown()
    return value


def pushes_keys(value: Type, note: TaskNote) -> bool | None:
    """Whether Airflow pushes the keys of the return value one by one."""
    if note.keys is not None:
        return note.keys
    if note.kind in names.ANSWERS:
        return False
    proper = get_proper_type(value)
    if isinstance(proper, AnyType) or note.open:
        return None
    if isinstance(proper, TypedDictType):
        return True
    if note.kind not in names.RUNS_FUNCTION:
        return None
    return isinstance(proper, Instance) and proper.type.has_base("typing.Mapping")


def task_of(found: Type) -> Tasklike | None:
    """Reads a task's or a task group's type. Returns None for any other type."""
    known = _known.get(id(found))
    if known is not None and known[0] is found and known[1] is known[0].extra_attrs:
        return known[2]
    proper = get_proper_type(found)
    if not isinstance(proper, Instance):
        return None
    if proper is not found:  # an alias
        return task_of(proper)
    fullname = proper.type.fullname
    if fullname not in TASKS and fullname not in GROUPS:
        return None
    task = _task(proper, fullname)
    if known is None or known[0] is not found:  # or its notes were erased: see `named_task`
        _remember(proper, task)
    return task


def named_task(found: Type, name: Expression) -> Tasklike | None:
    """Reads the type of the expression *name*, which may be the task's own name.

    mypy takes two tasks of one type for the first in ``t = f if flag else g``, and erases the notes
    of that type in place. They are gone for ``t``, which may be either task, but also for ``f``,
    which is still known. This function finds them again for ``f``.
    """
    task = task_of(found)
    if task is not None and task.function is None and _is_decorated(name):
        proper = get_proper_type(found)
        before = _known.get(id(proper))
        if before is not None and before[0] is proper:
            return before[2]
    return task


def called_task(site: Site, call: CallExpr) -> Tasklike | None:
    """Returns the task that ``name(...)`` calls, if the arguments do not decide the result."""
    name = call.callee
    held = site.held(name) if type(name) is NameExpr else None
    task = task_of(held) if held is not None else None
    if task is None or task.group:
        return None
    if task.usual is None:
        task.callee(site)
    return task if task.usual is not None else None


def _is_decorated(name: Expression) -> bool:
    return isinstance(name, RefExpr) and isinstance(name.node, Decorator)


def _remember(found: Instance, task: Tasklike) -> None:
    if len(_known) > MAX_KNOWN:
        _known.clear()
    _known[id(found)] = found, found.extra_attrs, task


# id -> the type itself (so that nothing else gets its id), its notes, and the task read.
_known: dict[int, tuple[Instance, ExtraAttrs | None, Tasklike]] = {}
MAX_KNOWN: Final = 2**16


def forget() -> None:
    """Starts a new build and forgets the types of the last one."""
    _known.clear()
    _texts.clear()
    forget_notes()


def _task(proper: Instance, fullname: str) -> Tasklike:
    note, function = _read(proper)
    value: Type = proper.args[1] if len(proper.args) > 1 else unknown()
    plain = fullname not in (names.TASK, names.GROUP)
    note = note or TaskNote(plain=plain)
    return Tasklike(
        note,
        function or _declared(proper),
        value,
        group=fullname in GROUPS,
        inferred=proper.extra_attrs.attrs.get(INFERRED) if proper.extra_attrs else None,
        loop=_loop_of(proper) if fullname in GROUPS else None,
    )


def _loop_attrs(body: LoopBody) -> dict[str, Type]:
    """Returns the notes of a group that may be repeated: mypy's cache keeps only types."""
    found = {f"{LAST}{body.last}": body.result}
    if body.inferred is not None:
        found[LAST_INFERRED] = body.inferred
    return {**found, **{f"{READS}{label}": state for label, state in body.readers}}


def _loop_of(found: Instance) -> LoopBody | None:
    attrs = found.extra_attrs.attrs if found.extra_attrs else {}
    last = [(name, kind) for name, kind in attrs.items() if name.startswith(LAST)]
    if not last:
        return None
    readers = tuple(
        (name.removeprefix(READS), kind) for name, kind in attrs.items() if name.startswith(READS)
    )
    ((name, result),) = last
    return LoopBody(name.removeprefix(LAST), result, attrs.get(LAST_INFERRED), readers)


def _read(found: Instance) -> tuple[TaskNote | None, CallableType | None]:
    attrs = found.extra_attrs.attrs if found.extra_attrs else {}
    text, function = attrs.get(NOTE), get_proper_type(attrs.get(FUNCTION))
    note = None
    if isinstance(text, LiteralType) and isinstance(text.value, str):
        note = _parsed(text.value)
    return note, function if isinstance(function, CallableType) else None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> TaskNote:
    data = json.loads(text)
    pushed = None if data["pushed"] is None else tuple(data["pushed"])
    return TaskNote(**{**data, "given": tuple(data["given"]), "pushed": pushed})


def _declared(found: Instance) -> CallableType | None:
    """Returns the function of a task that a user annotated: ``Task[[int], str]``."""
    parameters = get_proper_type(found.args[0]) if found.args else None
    if not isinstance(parameters, Parameters) or parameters.is_ellipsis_args:
        return None
    return CallableType(
        parameters.arg_types,
        parameters.arg_kinds,
        parameters.arg_names,
        found.args[1],
        Instance(found.type.mro[-1], []),
        variables=parameters.variables,
    )


def make_task(site: Site, task: Tasklike) -> Type:
    """Returns the type of a task, with its function noted on it.

    The parameters stay ``...``: mypy joins tasks of unlike parameters to ``object``, and a loop
    over them would be an error.
    """
    fullname = names.GROUP if task.group else names.TASK
    info = site.classes[fullname]
    if info is None:
        return unknown()
    text = _texts.get(task.note)
    if text is None:
        text = _texts[task.note] = site.text_note(json.dumps(task.note._asdict()))
    attrs: dict[str, Type] = {NOTE: text}
    if task.function is not None:
        attrs[FUNCTION] = task.function
    if task.inferred is not None:
        attrs[INFERRED] = task.inferred
    if task.loop is not None:
        attrs |= _loop_attrs(task.loop)
    made = Instance(info, [ANY_PARAMETERS, task.value])
    made.extra_attrs = ExtraAttrs(attrs, set(), None)
    _remember(made, task)
    return made


ANY_PARAMETERS: Final = Parameters(
    [unknown(), unknown()], [ARG_STAR, ARG_STAR2], [None, None], is_ellipsis_args=True
)
_texts: dict[TaskNote, LiteralType] = {}  # of one build, because their class is of one build


def output_value(site: Site, function: CallableType, kind: str) -> Type:
    """Returns the type that a consumer of the task gets for the function's return value."""
    returned = awaited(function.ret_type)
    if kind == "bash":
        return site.builtin("str")
    if kind == "sensor":
        return _sensor_value(returned)
    return returned if kind in names.RUNS_FUNCTION else unknown()


def _sensor_value(returned: ProperType) -> Type:
    """Returns a sensor's value. Only a ``PokeReturnValue`` has one, of an undeclared type."""
    if isinstance(returned, Instance) and returned.type.fullname == "builtins.bool":
        return NoneType()
    return unknown()


def awaited(returned: Type) -> ProperType:
    """Returns the final result of an ``async`` function or a generator. Keeps any other type."""
    proper = get_proper_type(returned)
    if isinstance(proper, Instance) and proper.type.fullname in _RETURN_THIRD:
        if len(proper.args) < 3:
            return get_proper_type(unknown())
        return get_proper_type(proper.args[2])
    return proper


_RETURN_THIRD: Final = ("typing.Coroutine", "types.CoroutineType", "typing.Generator")


def injectable(function: CallableType, keys: frozenset[str]) -> CallableType:
    """Returns the signature for a DAG's author: the parameters that Airflow fills are optional."""
    signature = function.with_unpacked_kwargs() if function.unpack_kwargs else function
    if "loop" in signature.arg_names and _takes_loop(signature):
        keys = keys | {"loop"}
    if keys.isdisjoint(signature.arg_names):
        return signature
    kinds = [
        OPTIONAL.get(kind, kind) if name in keys else kind
        for name, kind in zip(signature.arg_names, signature.arg_kinds, strict=True)
    ]
    return signature.copy_modified(arg_kinds=kinds)


def _takes_loop(function: CallableType) -> bool:
    """Whether Airflow may fill the parameter ``loop``: it does in a loop, and only there."""
    place = function.arg_names.index("loop")
    found = get_proper_type(function.arg_types[place])
    is_open = isinstance(found, AnyType)
    is_loop = isinstance(found, Instance) and found.type.fullname in (names.LOOP, names.SDK_LOOP)
    return is_loop or (is_open and function.arg_kinds[place] is ARG_NAMED)


def loop_state(function: CallableType) -> Type | None:
    """Returns ``State`` of a parameter ``loop: Loop[State]``, if the function has one."""
    if "loop" not in function.arg_names:
        return None
    declared = get_proper_type(function.arg_types[function.arg_names.index("loop")])
    for one in declared.items if isinstance(declared, UnionType) else [declared]:
        found = get_proper_type(one)
        if isinstance(found, Instance) and found.type.fullname == names.LOOP and found.args:
            return found.args[0]
    return None


def context_keys(site: Site) -> frozenset[str]:
    """Returns the names that Airflow injects, from the Airflow of this build."""
    info = site.classes[names.SDK_CONTEXT]
    if info is None or info.typeddict_type is None:
        return names.CONTEXT_KEYS
    if _Keys.info is not info:
        declared = frozenset(info.typeddict_type.items)
        _Keys.info, _Keys.names = info, declared - names.CALLBACK_KEYS - {"loop"}
    return _Keys.names


class _Keys:
    """The keys of the build's ``Context``, read once."""

    info: TypeInfo | None = None
    names: frozenset[str] = frozenset()
