"""What ``map``, ``zip`` and ``concat`` of an output return while the DAG is parsed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from typedxcom.airflow.authoring.arithmetic import NoArithmetic
from typedxcom.airflow.authoring.error_lines import on_the_authors_line
from typedxcom.airflow.authoring.warned import refuse_wiring
from typedxcom.airflow.modes import warns_in_run
from typedxcom.airflow.private import (
    ConcatXComArg,
    MapXComArg,
    ZipXComArg,
    is_decorated_task,
)
from typedxcom.airflow.raw import as_airflow
from typedxcom.airflow.running.arguments import reads_entries
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.running.warned import passed_item
from typedxcom.airflow.wiring.chains import joining_problem, map_input, map_problem, name_of
from typedxcom.airflow.wiring.flows import MAPS, NOTSET
from typedxcom.annotations import read_hints
from typedxcom.errors import ValidationError, WiringError, shorten
from typedxcom.exchange import load

__all__ = ["TypedConcat", "TypedMap", "TypedZip", "concatenated", "map_cure", "mapped", "zipped"]


def mapped(arg: Any, f: Callable[[Any], Any]) -> TypedMap:
    """*arg* with *f* applied to each item.

    Raises:
        WiringError: *f* is no function, or the items do not fit it.
    """
    if not callable(f):
        raise WiringError(f"map() takes a function, got `{shorten(f)}`.")
    problem = map_problem(arg, f)
    if problem:
        refuse_wiring(problem)
    return TypedMap(arg, [_reading(arg, f)])


def map_cure(f: Any) -> str:
    """The note for an error of Airflow's about ``map(f)``."""
    if is_decorated_task(f):
        return f"{f.function.__name__!r} is a task: use {f.function.__name__}.expand(...)."
    return "In map()."


def zipped(*args: Any, fillvalue: Any = NOTSET) -> TypedZip:
    """The outputs *args* side by side. Raises WiringError where one has no items."""
    problem = joining_problem("zip", args)
    if problem:
        refuse_wiring(problem)
    return TypedZip(list(args), fillvalue=fillvalue)


def concatenated(*args: Any) -> TypedConcat:
    """The outputs *args* one after the other. Raises WiringError where one has no items."""
    problem = joining_problem("concat", args)
    if problem:
        refuse_wiring(problem)
    return TypedConcat(list(args))


class JoinedArg(NoArithmetic):
    """The results of map, zip and concat, which you can zip and concatenate again."""

    @on_the_authors_line
    def zip(self, *others: Any, fillvalue: Any = NOTSET) -> Any:
        """As `XComArg.zip`."""
        return zipped(self, *others, fillvalue=fillvalue)

    @on_the_authors_line
    def concat(self, *others: Any) -> Any:
        """As `XComArg.concat`."""
        return concatenated(self, *others)


class TypedMap(JoinedArg, MapXComArg):
    """`output.map(f)`."""

    @on_the_authors_line
    def map(self, f: Callable[[Any], Any]) -> Any:
        """Airflow's map; *f* takes what the function before it returned."""
        super().map(f)
        problem = map_problem(self, f)
        if problem:
            refuse_wiring(problem)
        return TypedMap(self.arg, [*self.callables, _with_source(f)])


class TypedZip(JoinedArg, ZipXComArg):
    """`output.zip(...)`."""

    @on_the_authors_line
    def map(self, f: Callable[[Any], Any]) -> Any:
        """As `XComArg.map`."""
        return mapped(self, f)


class TypedConcat(JoinedArg, ConcatXComArg):
    """`output.concat(...)`."""

    @on_the_authors_line
    def map(self, f: Callable[[Any], Any]) -> Any:
        """As `XComArg.map`."""
        return mapped(self, f)

    @on_the_authors_line
    def concat(self, *others: Any) -> Any:
        """Kept flat, as Airflow does."""
        return concatenated(*self.args, *others)


def _reading(arg: Any, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """*f* with its item of *arg* decoded first; Airflow hands it the JSON of the entry."""
    promise = map_input(arg, f)
    if promise is None:
        return _with_source(f)
    name = name_of(f)

    def read(value: Any) -> Any:
        try:
            return f(load(value, promise.codec, stores=stores(), airflow=as_airflow))
        except ValidationError as error:
            about = error.about(f"An item given to map({name})")
            if not warns_in_run():
                raise about from None
            return f(passed_item(value, about, map_input(arg, lambda item: item)))

    return reads_entries(_in_the_name_of(f, read))


def _with_source(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """*f*, or a function that calls it: Airflow stores the source text, and `str` has none."""
    return f if _has_source(f) else _in_the_name_of(f, lambda value: f(value))


def _in_the_name_of(f: Callable[[Any], Any], call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    call.__name__ = name_of(f)
    setattr(call, MAPS, f)
    if _has_source(f):
        call.__wrapped__ = f  # type: ignore[attr-defined]  # Airflow stores the source of this one
    call.__annotations__ = (
        {"return": f}
        if isinstance(f, type)
        else dict(read_hints(f, local_names={}, importing=False).found)
    )
    return call


def _has_source(f: Callable[[Any], Any]) -> bool:
    return inspect.isfunction(f) or inspect.ismethod(f)
