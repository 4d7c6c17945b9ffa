"""Checks the arguments of a classic operator's function: ``PythonOperator(op_kwargs={"n": out})``.

The parse check has the same rules, in `typedxcom.airflow.wiring.callables`.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from mypy.nodes import (
    CallExpr,
    Context,
    DictExpr,
    Expression,
    FuncDef,
    LambdaExpr,
    ListExpr,
    MemberExpr,
    RefExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
)
from mypy.types import (
    AnyType,
    CallableType,
    ProperType,
    Type,
    TypedDictType,
    get_proper_type,
)

from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features.arguments import Argument, Slot
from typedxcom.mypy.types.chances import may_fit
from typedxcom.mypy.types.defaults import given_by_default, taking_none
from typedxcom.mypy.types.elements import element_of
from typedxcom.mypy.types.needs import Reader, broken_by, lacks
from typedxcom.mypy.types.origins import note_of, origins
from typedxcom.mypy.types.outputs import Output, output_of
from typedxcom.mypy.types.reasons import reason
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.shapes import members
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import context_keys
from typedxcom.mypy.types.unions import without_constants
from typedxcom.nearness import nearest

__all__ = ["check_callable", "check_mapped_callable"]

MODULES: Final = (
    "airflow.providers.standard.operators.python",
    "airflow.providers.standard.sensors.python",
)


def check_callable(site: Site, call: CallExpr, operator: TypeInfo, *, whole: bool = True) -> None:
    """Judges the outputs in ``op_args`` and ``op_kwargs``, and the names there.

    Args:
        site: Where the call stands.
        call: ``PythonOperator(...)``.
        operator: The class of the operator.
        whole: Whether nothing more can be given to the function, as it can after ``partial``.
    """
    given = _by_name(call)
    found = _function(site, operator, given)
    if found is not None:
        is_whole = whole and None not in call.arg_names
        found.check(given.get("op_args"), given.get("op_kwargs"), call, whole=is_whole)


def check_mapped_callable(site: Site, call: CallExpr, operator: TypeInfo) -> None:
    """Judges what each instance of a mapped operator gives its function.

    Args:
        site: Where the call stands.
        call: ``PythonOperator.partial(...).expand(...)``.
        operator: The class of the operator.
    """
    partial, mapped = _partial_of(site, call), _by_name(call)
    if partial is None or None in (*partial.arg_names, *call.arg_names):
        return
    given = _by_name(partial)
    found = _function(site, operator, given)
    if found is None:
        return
    args, kwargs = mapped.get("op_args"), mapped.get("op_kwargs")
    if args is None and kwargs is None:
        found.check(given.get("op_args"), given.get("op_kwargs"), call, whole=True)
    elif args is None and isinstance(kwargs, (ListExpr, TupleExpr)):
        for one in kwargs.items:
            found.check(given.get("op_args"), one, one, whole=True)
    elif args is None and kwargs is not None:
        found.check_output(given.get("op_args"), kwargs, items=True)
    elif kwargs is None and isinstance(args, (ListExpr, TupleExpr)):
        for one in args.items:
            found.check(one, given.get("op_kwargs"), one, whole=True)


def _by_name(call: CallExpr) -> dict[str, Expression]:
    return {name: expr for name, expr in zip(call.arg_names, call.args, strict=True) if name}


def _partial_of(site: Site, call: CallExpr) -> CallExpr | None:
    """Returns the ``partial(...)`` that ``expand(...)`` goes on with, if it is that one only."""
    if not isinstance(call.callee, MemberExpr):
        return None
    found = [
        one
        for one in origins(site, call.callee.expr)
        if isinstance(one, CallExpr)
        and isinstance(one.callee, MemberExpr)
        and one.callee.name == "partial"
    ]
    return found[0] if len(found) == 1 else None


def _function(site: Site, operator: TypeInfo, given: dict[str, Expression]) -> _Function | None:
    """Returns the function that an operator of Airflow's own calls directly."""
    expr = given.get("python_callable")
    reader = expr.node if isinstance(expr, RefExpr) else expr
    if operator.module_name not in MODULES or not isinstance(reader, (FuncDef, LambdaExpr)):
        return None
    function = get_proper_type(site.type_of(expr)) if expr is not None else None
    if not isinstance(function, CallableType) or function.variables:
        return None
    if isinstance(reader, FuncDef):
        function = taking_none(function, reader)
    return _Function(site, function, reader)


class _Function:
    """The function of one operator."""

    def __init__(self, site: Site, function: CallableType, reader: Reader) -> None:
        self.site = site
        self.function = function
        self.owner = "the lambda"
        self.reader: Reader | None = reader
        if isinstance(reader, FuncDef):
            self.owner = f'function "{reader.name}"'
            self.reader = reader if site.defines(reader) else None
        self.keys = context_keys(site) | {"templates_dict"}

    def check(
        self, args: Expression | None, kwargs: Expression | None, where: Context, *, whole: bool
    ) -> None:
        """Judges what the operator gives the function."""
        filled, is_known = self._positions(args)
        if kwargs is not None and not isinstance(kwargs, DictExpr) and whole:
            self.check_output(args, kwargs, items=False)
            return
        if isinstance(kwargs, DictExpr):
            pairs = [(key.value, key, one) for key, one in kwargs.items if isinstance(key, StrExpr)]
            is_known = is_known and len(pairs) == len(kwargs.items)
        else:
            pairs = []
            is_known = is_known and kwargs is None
        filled.update(name for name, _, _ in pairs)
        free = [name for name in self.function.arg_names if name and name not in filled]
        for name, key, one in pairs:
            found = self.function.argument_by_name(name)
            if found is not None and name not in self.keys:
                self._judge(name, one, found.typ)
            elif found is None and is_known and self._misspells(name, free, key):
                return
        if is_known and whole:
            self._missing(free, where, may_be_default=kwargs is None)

    def _positions(self, args: Expression | None) -> tuple[set[str | None], bool]:
        """Judges ``op_args``. Returns the parameters that it fills, and whether that is all."""
        filled: set[str | None] = set()
        if not isinstance(args, (ListExpr, TupleExpr)):
            return filled, args is None
        is_known = not any(isinstance(one, StarExpr) for one in args.items)
        for place, one in enumerate(args.items if is_known else ()):
            formal = self.function.argument_by_position(place)
            if formal is None:
                self._too_many(place, args)
                return filled, False
            filled.add(formal.name)
            if formal.name in self.keys:
                self._filled_by_airflow(formal.name, one)
            else:
                self._judge(formal.name or f"{place + 1}", one, formal.typ)
        return filled, is_known

    # Outputs -------------------------------------------------------------------------------------

    def check_output(self, args: Expression | None, kwargs: Expression, *, items: bool) -> None:
        """Judges an output in the place of ``op_kwargs``, by the keys that its dict has.

        Args:
            args: What gives ``op_args``.
            kwargs: The output.
            items: Whether each instance gets an item of it.
        """
        filled, is_known = self._positions(args)
        output = output_of(self.site.type_of(kwargs)) if is_known else None
        if output is None:
            return
        if output.note is None:
            output = output._replace(note=note_of(self.site, kwargs))
        check = partial(self._keys, kwargs, filled, output)
        for one in _dicts(self.site, output.value, items=items):
            check(one, is_shown=False)
        shown = [] if output.inferred is None else _dicts(self.site, output.inferred, items=items)
        wrong = [self.site.has_errors(partial(check, one, is_shown=True))[1] for one in shown]
        if wrong and all(wrong):
            check(shown[0], is_shown=True)

    def _keys(
        self,
        expr: Expression,
        filled: set[str | None],
        output: Output,
        found: ProperType,
        *,
        is_shown: bool,
    ) -> None:
        if not isinstance(found, TypedDictType):
            return
        taken = {*filled, *found.items}
        free = [name for name in self.function.arg_names if name and name not in taken]
        for name, value in found.items.items():
            formal = self.function.argument_by_name(name)
            if formal is None and self._misspells(name, free, expr):
                return
            if formal is not None and name not in self.keys:
                self._key(expr, name, value, formal.typ, output, is_shown=is_shown)
        self._missing(free, expr, may_be_default=False)

    def _key(
        self,
        expr: Expression,
        name: str,
        value: Type,
        formal: Type,
        output: Output,
        *,
        is_shown: bool,
    ) -> None:
        subject = Slot(self.owner, name).subject
        down, up = self.site.describe(formal, without_constants(value))
        key = f'key "{name}" of {output.phrase()} is "{up}"'
        if not isinstance(get_proper_type(formal), AnyType):
            if not (may_fit(value, formal) if is_shown else fits(value, formal)):
                why = "" if is_shown else reason(self.site, value, formal)
                self.site.fail(f'{subject} takes "{down}", but {key}{why}', expr, XCOM_ARG)
            return
        if self.reader is not None:
            need = broken_by(self.site, self.reader, name, [value], is_exact=False)
            if need is not None:
                text = f'is used as "{need.words}", but {key}{lacks(need, value)}'
                self.site.fail(f"{subject} {text}", expr, XCOM_ARG)

    def _too_many(self, most: int, args: ListExpr | TupleExpr) -> None:
        takes = {0: "no arguments", 1: "1 argument"}.get(most, f"{most} arguments")
        text = f"takes {takes} by position, but op_args gives {len(args.items)}"
        self.site.fail(f"{self._subject} {text}", args.items[most], XCOM_ARG)

    def _filled_by_airflow(self, name: str, expr: Expression) -> None:
        """Reports what Airflow refuses in every run: it would give the parameter twice."""
        text = f'cannot be given by position: Airflow injects "{name}". Give it in op_kwargs'
        self.site.fail(f'Argument "{name}" of {self.owner} {text}', expr, XCOM_ARG)

    def _judge(self, name: str, expr: Expression, formal: Type) -> None:
        argument = Argument(self.site, Slot(self.owner, name, self.reader))
        if argument.holds(expr):
            argument.check(expr, formal)

    def _misspells(self, name: str, free: list[str], key: Context) -> bool:
        if self.function.kw_arg() is not None:
            return False
        meant = nearest(name, free)
        if meant is not None:
            text = f'has no parameter "{name}": did you mean "{meant}"?'
            self.site.fail(f"{self._subject} {text}", key, XCOM_ARG)
        return meant is not None

    def _missing(self, free: list[str], where: Context, *, may_be_default: bool) -> None:
        kinds = dict(zip(self.function.arg_names, self.function.arg_kinds, strict=True))
        lacking = [one for one in free if kinds[one].is_required() and one not in self.keys]
        if lacking and may_be_default and given_by_default(self.site, ["op_kwargs"]):
            return
        for name in lacking:
            text = f'is never given its parameter "{name}": add it to op_kwargs'
            self.site.fail(f"{self._subject} {text}", where, XCOM_ARG)

    @property
    def _subject(self) -> str:
        return self.owner[0].upper() + self.owner[1:]


def _dicts(site: Site, found: Type, *, items: bool) -> list[ProperType]:
    """Returns the dicts that one instance may get: the values, or the items of them."""
    values = members(get_proper_type(found))
    if not items:
        return values
    inner = [element_of(site, one) for one in values]
    return [one for each in inner if each is not None for one in members(get_proper_type(each))]
