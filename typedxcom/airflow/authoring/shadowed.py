"""Refuses `output.key` if the value has a field `key`: the reference has that attribute too.

Without this check, the next task would silently get the reference's own attribute,
``"return_value"``. Only the DAG author's code is refused: Airflow and the libraries use these
attributes all the time.
"""

from __future__ import annotations

import functools
import sys
import sysconfig
from types import FrameType
from typing import Any, TypeVar

from typedxcom.airflow.authoring.warned import warn_of_wiring
from typedxcom.airflow.modes import warns_in_dag
from typedxcom.airflow.private import DagContext
from typedxcom.airflow.wiring.readers import gets_list
from typedxcom.caches import by_class
from typedxcom.schema import Schema
from typedxcom.schema.nodes import Alias, Record, UnionOf, bare

__all__ = ["without_shadowed_fields"]

T = TypeVar("T")
_LIBRARIES = ("pydantic", "msgspec", "builtins", "attr", "typing", "typing_extensions")
_FOLDERS = tuple(
    dict.fromkeys(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib"))
)


def without_shadowed_fields(arg: T) -> T:
    """*arg* that refuses its own attributes if they are also fields of its value."""
    made: Any = arg
    names = _shadowed(made.schema, _public_names(made.__class__))
    if names:
        made.__class__ = _guarded(made.__class__, names)
    return arg


@functools.cache
def _public_names(kind: type) -> frozenset[str]:
    """The attributes of a reference, as the installed Airflow has them."""
    return frozenset(name for name in dir(kind) if not name.startswith("_"))


def _shadowed(schema: Schema, public: frozenset[str]) -> frozenset[str]:
    match bare(schema):
        case Record(type=kind, fields=fields):
            own = _attributes(kind, public)
            return own if public.isdisjoint(fields) else own.union(public.intersection(fields))
        case UnionOf(members=members):
            return frozenset().union(*(_shadowed(member, public) for member in members))
        case Alias(target=[target]):
            return _shadowed(target, public)
    return frozenset()


@by_class
def _attributes(kind: type, public: frozenset[str]) -> frozenset[str]:
    """Properties and methods of the author's own classes that the reference has too."""
    bases = (base for base in kind.__mro__ if base.__module__.partition(".")[0] not in _LIBRARIES)
    return frozenset(name for base in bases for name in public.intersection(vars(base)))


@functools.lru_cache(maxsize=1024)
def _guarded(kind: Any, names: frozenset[str]) -> Any:
    """A subclass of *kind* that does not give *names* to the author's code."""

    def __getattribute__(self: Any, name: str) -> Any:
        if name in names and _is_authors(sys._getframe(1)) and not _is_list(self, kind):
            if not warns_in_dag():
                raise AttributeError(name)  # then Python asks `__getattr__`, which says why
            task_id = kind.__getattribute__(self, "operator").task_id
            warn_of_wiring(
                f"`{name}` of the output of task {task_id!r} is Airflow's own attribute, and not "
                "the field of its value, which exists only when the task has run."
            )
        return kind.__getattribute__(self, name)

    body = {"__getattribute__": __getattribute__, "__module__": kind.__module__, "__hash__": None}
    return type(kind.__name__, (kind,), body)


def _is_authors(frame: FrameType) -> bool:
    """Whether the code of *frame* builds a DAG and belongs to no library."""
    module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    if module in ("airflow", "typedxcom", "") or DagContext.get_current() is None:
        return False
    return not frame.f_code.co_filename.startswith((*_FOLDERS, "<attrs", "<frozen"))


def _is_list(arg: Any, kind: Any) -> bool:
    """Whether the reader gets a list of all instances' values, which has no such fields."""
    return gets_list(kind.__getattribute__(arg, "operator"))
