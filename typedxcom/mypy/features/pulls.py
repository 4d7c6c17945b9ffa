"""Types ``ti.xcom_pull("extract")`` in the body of a task, and reports a misspelt id or key.

All need to know which task has an id. The plugin knows it for the tasks of the same file, if the
file makes one DAG. The check of the whole DAG finds misspelt ids everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    FuncDef,
    IntExpr,
    ListExpr,
    MemberExpr,
    RefExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
)
from mypy.plugin import MethodContext
from mypy.server.subexpr import get_subexpressions
from mypy.subtypes import is_same_type
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_KEY
from typedxcom.mypy.features.classic import PROMISED, noted_operator
from typedxcom.mypy.features.decorators import defined_task
from typedxcom.mypy.features.pulled import Pulled, check_uses
from typedxcom.mypy.guard import unfiltered
from typedxcom.mypy.types.ids import TaskIds
from typedxcom.mypy.types.outputs import INFERRED
from typedxcom.mypy.types.pushed import keys_of_body
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tables import fields_of
from typedxcom.mypy.types.tasks import Tasklike, pushes_keys, task_of
from typedxcom.nearness import nearest, task_meant

__all__ = ["check_pulls", "pulled"]

PULLS: Final = ("xcom_pull", "axcom_pull")
POSITIONS: Final = ("task_ids", "dag_id", "key", "include_prior_dates")
RETURN_KEY: Final = "return_value"
RETURN_ALONE: Final = names.RUNS_FUNCTION - names.BRANCHES - {"short_circuit", "stub"}
ELSEWHERE: Final = frozenset({"dag_id", "include_prior_dates", "run_id"})
_JSON: Final = frozenset(f"builtins.{name}" for name in ("str", "int", "float", "bool"))


def check_pulls(site: Site) -> None:
    """Reports pulls by an id that is nearly the id of a task, once for each file."""
    if site.pulls is None:
        site.pulls = {}
        if not site.mentions(b"xcom_pull"):
            return
        site.pulls = _pulls_in(site)
        ids = TaskIds.of(site)
        with unfiltered(site.api):
            for body in ids.bodies:
                for call in _pulls_of(body):
                    _check_ids(site, call, ids)
                    _check_key(site, call, ids)
            for func, is_ours in ids.readers.items():
                pull = _Pull(site, is_ours, ids)
                given = {call: pull.given(call) for call in _pulls_of(func)}
                if given:
                    check_uses(site, func, ids.runs.get(func, func.name), given)


def pulled(site: Site, ctx: MethodContext) -> Type:
    """Returns what a pull gives: what the task with that id promises, if that is certain."""
    check_pulls(site)
    call = ctx.context
    if not isinstance(call, CallExpr) or not site.pulls or call not in site.pulls:
        return ctx.default_return_type
    pull = _Pull(site, *site.pulls[call])
    return pull.promised(call) or ctx.default_return_type


class _Pull:
    """What is known for the pulls of one reader.

    Airflow gives one value for one id, and a list for several. What a mapped task has pushed comes
    as a list, unless there is one instance only.
    """

    def __init__(self, site: Site, is_ours: bool, ids: TaskIds) -> None:
        self.site = site
        self.is_ours = is_ours
        self.ids = ids

    def given(self, call: CallExpr) -> Pulled | None:
        """Returns what a pull gives, and the tasks that it is from, as far as they are certain."""
        asked, name, _ = _asked(call)
        if isinstance(asked, StrExpr):
            return Pulled(asked.value, self._shown(call), {}, is_exact=self._is_exact(asked))
        if not isinstance(asked, (ListExpr, TupleExpr)):
            return None
        items = {
            place: (one.value, self._value(one.value, name) or self._in_code(one.value, name))
            for place, one in enumerate(asked.items)
            if isinstance(one, StrExpr) and one.value not in self.ids.mapped
        }
        items |= {place - len(asked.items): one for place, one in items.items()}
        is_exact = all(map(self._is_exact, asked.items))
        return Pulled(None, self.promised(call), items, is_exact=is_exact)

    def _shown(self, call: CallExpr) -> ProperType | None:
        """Returns the type of one value, by promises or else by code, which is enough to refuse."""
        asked, key, instances = _asked(call)
        found = self.promised(call)
        if found is not None or not isinstance(asked, StrExpr):
            return found
        shown = self._in_code(asked.value, key)
        if shown is None or (instances is not None) is not (asked.value in self.ids.mapped):
            return None
        is_one = instances is None or isinstance(instances, IntExpr)
        return shown if is_one else self._list_of(shown)

    def _in_code(self, task_id: str, key: str) -> ProperType | None:
        """Returns what the code of a task shows, or the table of operators says."""
        task, call = _task(self.site, self.ids.makers.get(task_id)), self.ids.operators.get(task_id)
        if task is not None:
            found = None if task.inferred is None else get_proper_type(task.inferred)
            if key == RETURN_KEY:
                return found
            return _key_of(found, key) if task.note.keys else None
        callee = None if call is None else call.callee
        if call is None or not isinstance(callee, RefExpr) or key != RETURN_KEY:
            return None
        if not isinstance(callee.node, TypeInfo):
            return None
        attrs = noted_operator(self.site, call, Instance(callee.node, [])).extra_attrs
        shown = None if attrs is None else attrs.attrs.get(INFERRED, attrs.attrs.get(PROMISED))
        return None if shown is None else get_proper_type(shown)

    def _is_exact(self, asked: Expression) -> bool:
        task_id = asked.value if isinstance(asked, StrExpr) else ""
        task = _task(self.site, self.ids.makers.get(task_id))
        return self.is_ours and task is not None and not task.note.plain and task.inferred is None

    def promised(self, call: CallExpr) -> ProperType | None:
        """Returns the type of a pull, or None if it is not certain."""
        asked, name, instances = _asked(call)
        if isinstance(asked, StrExpr):
            return self._from_one(asked.value, name, instances)
        if isinstance(asked, (ListExpr, TupleExpr)) and instances is None:
            return self._list_of(self._from_several(asked.items, name))
        return None

    def _from_one(self, task_id: str, key: str, instances: Expression | None) -> ProperType | None:
        value, is_mapped = self._value(task_id, key), task_id in self.ids.mapped
        if value is None or (instances is None) is is_mapped:
            return None  # a mapped task may have one instance or more
        if instances is None or isinstance(instances, IntExpr):
            return value
        return self._list_of(value) if isinstance(instances, (ListExpr, TupleExpr)) else None

    def _from_several(self, asked: list[Expression], key: str) -> Type:
        """Returns the type that all values of several tasks have, or else Any."""
        ids = [one.value for one in asked if isinstance(one, StrExpr)]
        values = [self._value(one, key) for one in ids] if len({*ids}) == len(asked) else []
        first = values[0] if values else None
        if first is None or not all(one is not None and is_same_type(one, first) for one in values):
            return unknown()
        return first

    def _value(self, task_id: str, key: str) -> ProperType | None:
        """Returns the type of what one instance of a task pushes, if the pull brings it so."""
        task = _task(self.site, self.ids.makers.get(task_id))
        value = None if task is None else _value_of(task, key)
        if task is None or value is None:
            return None
        is_typed = self.is_ours and not task.note.plain
        return value if is_typed or _is_json(value) else None

    def _list_of(self, item: Type) -> ProperType:
        return self.site.builtin("list", [item])


def _task(site: Site, decorated: Decorator | None) -> Tasklike | None:
    """Returns the task that a decorated function is."""
    if decorated is None:
        return None
    found = decorated.var.type or defined_task(site, decorated)
    return None if found is None else task_of(found)


def _value_of(task: Tasklike, key: str) -> ProperType | None:
    """Returns the type of what a task pushes under a key, or None where that is not known."""
    value = get_proper_type(task.value)
    if task.group or isinstance(value, (AnyType, NoneType)):
        return None
    if key == RETURN_KEY:
        return value
    return _key_of(value, key) if pushes_keys(value, task.note) else None


def _key_of(value: ProperType | None, key: str) -> ProperType | None:
    """Returns the type of one key of a dict, or None where that is not known."""
    if isinstance(value, TypedDictType):
        return get_proper_type(value.items[key]) if key in value.items else None
    if isinstance(value, Instance) and value.type.fullname == "builtins.dict":
        return get_proper_type(value.args[1])
    return None


def _is_json(value: ProperType) -> bool:
    """Whether plain JSON gives a value of this type, whoever reads it."""
    if isinstance(value, (AnyType, NoneType)):
        return True
    if isinstance(value, UnionType):
        return all(_is_json(get_proper_type(one)) for one in value.items)
    if isinstance(value, TypedDictType):
        return all(_is_json(get_proper_type(one)) for one in value.items.values())
    if isinstance(value, LiteralType):
        return _is_json(value.fallback)
    if not isinstance(value, Instance):
        return False
    if value.type.fullname == "builtins.list":
        return _is_json(get_proper_type(value.args[0]))
    if value.type.fullname == "builtins.dict":
        key, item = map(get_proper_type, value.args)
        is_text = isinstance(key, Instance) and key.type.fullname == "builtins.str"
        return (is_text or isinstance(key, AnyType)) and _is_json(item)
    return value.type.fullname in _JSON


def _pulls_in(site: Site) -> dict[CallExpr, tuple[bool, TaskIds]]:
    """Returns the pulls in the bodies of tasks: call -> is the reader ours, and the ids."""
    ids = TaskIds.of(site)
    return {
        call: (is_ours, ids) for func, is_ours in ids.readers.items() for call in _pulls_of(func)
    }


def _pulls_of(func: FuncDef) -> Iterator[CallExpr]:
    calls = (one for one in get_subexpressions(func.body) if isinstance(one, CallExpr))
    for call in calls:
        if isinstance(call.callee, MemberExpr) and call.callee.name in PULLS:
            yield call


def _check_ids(site: Site, call: CallExpr, ids: TaskIds) -> None:
    given = _arguments(call)
    if not ids.whole or given is None or given.keys() & ELSEWHERE:
        return
    asked = given.get("task_ids")
    several = asked.items if isinstance(asked, (ListExpr, TupleExpr)) else [asked]
    for expr in several:
        if not isinstance(expr, StrExpr) or _letters(expr.value) in map(_letters, ids.known):
            continue
        if (meant := task_meant(expr.value, sorted(ids.known))) is not None:
            text = f'xcom_pull asks for "{expr.value}", but this DAG has no such task'
            site.fail(f'{text}: did you mean "{meant}"?', expr, XCOM_KEY)


def _check_key(site: Site, call: CallExpr, ids: TaskIds) -> None:
    """Reports a key that the task never pushes."""
    asked, key, _ = _asked(call)
    if not isinstance(asked, StrExpr) or key in ("", RETURN_KEY):
        return
    pushed = _pushed_by(site, asked.value, ids)
    if pushed is None or key in pushed:
        return
    known = ", ".join(f'"{one}"' for one in pushed) or "no key beside its return value"
    close = nearest(key, pushed)
    meant = "" if close is None else f': did you mean "{close}"?'
    text = f'xcom_pull asks for the key "{key}" of task "{asked.value}", which pushes {known}'
    site.fail(f"{text}{meant}", call, XCOM_KEY)


def _pushed_by(site: Site, task_id: str, ids: TaskIds) -> tuple[str, ...] | None:
    """Returns the keys that a task pushes beside its return value, or None if not known."""
    task = _task(site, ids.makers.get(task_id))
    if task is None:
        return _pushed_by_operator(site, ids.operators.get(task_id))
    own, keys = task.note.pushed, pushes_keys(task.value, task.note)
    if own is None or task.group or task.note.kind not in RETURN_ALONE:
        return None
    if keys is None:
        keys = None if task.inferred is None or task.note.open else False
    if not keys:
        return own if keys is False else None
    for found in (task.value, task.inferred):
        fields = None if found is None else fields_of(get_proper_type(found))
        if fields is not None:
            return (*own, *fields)
    return None


def _pushed_by_operator(site: Site, call: CallExpr | None) -> tuple[str, ...] | None:
    name = call.callee.fullname if call is not None and isinstance(call.callee, RefExpr) else ""
    if call is None or not (name.startswith("airflow.") and name.endswith(".PythonOperator")):
        return None
    given = dict(zip(call.arg_names, call.args, strict=True))
    function = given.get("python_callable")
    if None in given or "multiple_outputs" in given:
        return None
    return keys_of_body(site, function.node) if isinstance(function, RefExpr) else None


def _letters(task_id: str) -> str:
    """Returns an id without numbers: tasks of one loop or one function differ in these alone."""
    return "".join(one for one in task_id if not one.isdigit() and one != "_")


def _asked(call: CallExpr) -> tuple[Expression | None, str, Expression | None]:
    """Returns the ids, the key and the instances that a pull of this run asks for, if literal."""
    given = _arguments(call)
    if given is None or given.keys() - {"task_ids", "key", "map_indexes"}:
        return None, "", None
    key = given.get("key")
    if not (key is None or isinstance(key, StrExpr)):
        return None, "", None
    name = RETURN_KEY if key is None else key.value
    return given.get("task_ids"), name, given.get("map_indexes")


def _arguments(call: CallExpr) -> dict[str, Expression] | None:
    """Returns the arguments of a pull by name, or None if there is a ``*`` or ``**``."""
    found: dict[str, Expression] = {}
    for place, (name, kind, expr) in enumerate(
        zip(call.arg_names, call.arg_kinds, call.args, strict=True)
    ):
        if kind.is_star() or (name is None and place >= len(POSITIONS)):
            return None
        found[name or POSITIONS[place]] = expr
    return found
