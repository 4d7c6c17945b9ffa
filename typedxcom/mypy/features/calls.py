"""Checks a call of a task, such as ``load(extract())``."""

from __future__ import annotations

from mypy.argmap import map_actuals_to_formals
from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    CallExpr,
    DictExpr,
    Expression,
    StrExpr,
    TempNode,
    TupleExpr,
)
from mypy.types import CallableType, Instance, ProperType, TupleType, Type, get_proper_type

from typedxcom.mypy.codes import XCOM_ARG, XCOM_USE
from typedxcom.mypy.features.arguments import Argument, Slot
from typedxcom.mypy.features.fast_path import NEVER_OUTPUTS
from typedxcom.mypy.types.needs import reader_of
from typedxcom.mypy.types.outputs import holds_output, output_of
from typedxcom.mypy.types.shapes import iterated
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.solving import as_value, attempt

__all__ = ["Call"]


class Call:
    """The arguments of one call, matched with the parameters of a function."""

    def __init__(
        self,
        site: Site,
        call: CallExpr,
        owner: str,
        function: CallableType,
        *,
        is_task: bool = False,
    ) -> None:
        self.is_task = is_task
        self.site = site
        self.call = call
        self.owner = owner
        self.function = function
        self.matched = map_actuals_to_formals(
            call.arg_kinds,
            call.arg_names,
            function.arg_kinds,
            function.arg_names,
            lambda index: site.type_of(call.args[index]),
        )

    def check(self) -> CallableType:
        """Judges every argument that holds an output.

        Returns:
            The signature under which mypy checks the rest. It takes anything for the arguments that
            were judged here.
        """
        function = self.function
        if function.variables and self._any_holds():
            self._check_names()
            return self._solve()
        return function.copy_modified(arg_types=self.check_arguments())

    def check_arguments(self) -> list[Type]:
        """Judges the same if there are no type variables, and returns the parameter types."""
        self._check_names()
        return self._judge(self.function.arg_types)

    def _judge(self, formals: list[Type]) -> list[Type]:
        """Returns the parameter types that are left for mypy."""
        left = list(formals)
        self.taken: dict[int, int] = {}
        for index, actuals in enumerate(self.matched):
            judged = [self._one(actual, formals[index], index) for actual in actuals]
            if any(judged):
                left[index] = unknown()
                for actual, done in zip(actuals, judged, strict=True):
                    if not done:
                        self._argument(index).plain(self.call.args[actual], formals[index])
        return left

    def _one(self, actual: int, formal: Type, index: int) -> bool:
        expr, kind = self.call.args[actual], self.call.arg_kinds[actual]
        if type(expr) in NEVER_OUTPUTS:
            return False
        argument = self._argument(index, self.call.arg_names[actual])
        if kind not in (ARG_STAR, ARG_STAR2):
            return argument.check(expr, formal)
        if kind == ARG_STAR2 and (items := _named_items(expr)) is not None:
            return self._spread_display(items, formal, index)
        if kind == ARG_STAR and isinstance(tuple_type := self.site.type_of(expr), TupleType):
            return self._spread_tuple(actual, tuple_type, formal, index)
        return self._spread(argument, expr, kind == ARG_STAR2, formal)

    def _argument(self, index: int, name: str | None = None) -> Argument:
        shown = self.function.arg_names[index] or f"{index + 1}"
        if self.function.arg_kinds[index].is_star() and name:
            shown = name
        has_code = self.is_task and not self.function.arg_kinds[index].is_star()
        reader = reader_of(self.site, self.call, self.function) if has_code else None
        return Argument(self.site, Slot(self.owner, shown, reader))

    def _spread(self, argument: Argument, expr: Expression, double: bool, formal: Type) -> bool:
        """Judges ``*outs`` and ``**outs``, where each item is an argument."""
        found = self.site.type_of(expr)
        if (output := output_of(found)) is not None and iterated(found) is None:
            stars = "**" if double else "*"
            self.site.fail(
                f"{stars} cannot unpack the output of {output.phrase()} while the DAG is parsed: "
                f"its value is not known yet",
                expr,
                XCOM_USE,
            )
            return True
        item = self._spread_item(found, double)
        if item is None or not holds_output(item):
            return False
        argument.judge(expr, get_proper_type(item), get_proper_type(formal))
        return True

    def _spread_display(self, items: dict[str, Expression], formal: Type, index: int) -> bool:
        """Judges ``**{"order": out}``: for mypy each value may go to each parameter."""
        if self.function.arg_kinds[index].is_star():
            given = {k: v for k, v in items.items() if k not in self.function.arg_names}
        else:
            given = {k: v for k, v in items.items() if k == self.function.arg_names[index]}
        for name, expr in given.items():
            argument = self._argument(index, name)
            if not argument.check(expr, formal):
                argument.plain(expr, formal)
        return True

    def _check_names(self) -> None:
        if ARG_STAR2 not in self.call.arg_kinds or self.function.kw_arg() is not None:
            return
        for expr, kind in zip(self.call.args, self.call.arg_kinds, strict=True):
            items = _named_items(expr) if kind == ARG_STAR2 else None
            for name, value in (items or {}).items():
                if name not in self.function.arg_names:
                    label = self.owner[0].upper() + self.owner[1:]
                    self.site.fail(f'{label} has no parameter "{name}"', value, XCOM_ARG)

    def _spread_tuple(self, actual: int, found: TupleType, formal: Type, index: int) -> bool:
        """Judges ``*(a, b)``, where each item goes to a parameter of its own."""
        expr = self.call.args[actual]
        start = self.taken.get(actual, 0)
        if start >= len(found.items):  # all of it went to ``*args``
            return holds_output(found)
        stop = len(found.items) if self.function.arg_kinds[index].is_star() else start + 1
        self.taken[actual] = stop
        display = expr.items if isinstance(expr, TupleExpr) else []
        judged = False
        for place, item in list(enumerate(found.items))[start:stop]:
            if len(display) == len(found.items):
                judged = self._argument(index).check(display[place], formal) or judged
            elif holds_output(item):
                self._argument(index).judge(expr, get_proper_type(item), get_proper_type(formal))
                judged = True
        return judged

    def _spread_item(self, found: ProperType, double: bool) -> Type | None:
        if not double:
            return iterated(found)
        two = isinstance(found, Instance) and len(found.args) == 2
        return found.args[1] if isinstance(found, Instance) and two else None

    # Generic tasks -------------------------------------------------------------------------------

    def _any_holds(self) -> bool:
        argument = Argument(self.site, Slot(self.owner, ""))
        return any(argument.holds(expr) for expr in self.call.args)

    def _solve(self) -> CallableType:
        """Lets mypy solve the type variables with values in the place of outputs."""
        args = [as_value(self.site, expr) for expr in self.call.args]
        (returned, solved), failed = self._try(args)
        solved = get_proper_type(solved)
        if not failed and isinstance(solved, CallableType):
            formals = self._left_after_solving(solved.arg_types)
            return self.function.copy_modified(arg_types=formals, ret_type=returned, variables=[])
        held = [new is not old for new, old in zip(args, self.call.args, strict=True)]
        if not self._try([_any(a) if h else a for a, h in zip(args, held, strict=True)])[1]:
            self._blame(args, held)
        formals = [
            unknown() if any(held[actual] for actual in actuals) else formal
            for formal, actuals in zip(self.function.arg_types, self.matched, strict=True)
        ]
        return self.function.copy_modified(arg_types=formals)

    def _try(self, args: list[Expression]) -> tuple[tuple[Type, Type], bool]:
        call = self.call
        return attempt(self.site, call, self.function, args, call.arg_kinds, call.arg_names)

    def _left_after_solving(self, formals: list[Type]) -> list[Type]:
        """Checks only the shape of the outputs: mypy's own solver has judged their types."""
        any_formals: list[Type] = [unknown() for _ in formals]
        judged = self._judge(any_formals)
        held = [
            any(Argument(self.site, Slot("", "")).holds(self.call.args[a]) for a in actuals)
            for actuals in self.matched
        ]
        return [j if h else f for f, j, h in zip(formals, judged, held, strict=True)]

    def _blame(self, args: list[Expression], held: list[bool]) -> None:
        """Reports the output that breaks the call, or the first if only several together do."""
        suspects = [index for index, is_held in enumerate(held) if is_held]
        for suspect in suspects:
            others = [_any(a) if h else a for a, h in zip(args, held, strict=True)]
            others[suspect] = args[suspect]
            if self._try(others)[1]:
                self._accuse(suspect)
                return
        self._accuse(suspects[0])

    def _accuse(self, actual: int) -> None:
        expr = self.call.args[actual]
        for index, actuals in enumerate(self.matched):
            if actual in actuals:
                formal = get_proper_type(self.function.arg_types[index])
                argument = self._argument(index, self.call.arg_names[actual])
                argument.mismatch(expr, self.site.type_of(expr), formal)
                return


def _named_items(expr: Expression) -> dict[str, Expression] | None:
    """Returns the items of a dict display, or None if some key is not known."""
    if not isinstance(expr, DictExpr):
        return None
    items = {k.value: v for k, v in expr.items if isinstance(k, StrExpr)}
    return items if len(items) == len(expr.items) else None


def _any(expr: Expression) -> Expression:
    return TempNode(unknown(), context=expr)
