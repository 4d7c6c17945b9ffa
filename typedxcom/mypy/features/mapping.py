"""Checks ``task.expand``, ``.expand_kwargs``, ``.partial`` and ``.override``."""

from __future__ import annotations

from mypy.errorcodes import ErrorCode
from mypy.nodes import (
    ARG_NAMED,
    CallExpr,
    Context,
    DictExpr,
    Expression,
    ListExpr,
    SetExpr,
    StarExpr,
    TupleExpr,
)
from mypy.types import AnyType, ProperType, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG, XCOM_MAP
from typedxcom.mypy.features.arguments import Argument, Slot, unpromised
from typedxcom.mypy.features.fast_path import is_literal_of
from typedxcom.mypy.types.callee import widest
from typedxcom.mypy.types.chances import may_fit
from typedxcom.mypy.types.defaults import given_by_default
from typedxcom.mypy.types.elements import element_of, has_numbers_as_keys
from typedxcom.mypy.types.needs import reader_of
from typedxcom.mypy.types.origins import note_of
from typedxcom.mypy.types.outputs import Output, output_of, resolved
from typedxcom.mypy.types.reasons import reason
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.shapes import is_object, lost, members
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.solving import gives
from typedxcom.mypy.types.tasks import Tasklike, context_keys, task_of
from typedxcom.mypy.types.unions import union, without_constants
from typedxcom.mypy.types.vague import is_vague, opened

__all__ = ["Mapping"]


class Mapping:
    """One call of a mapping method."""

    def __init__(
        self, site: Site, call: CallExpr, task: Tasklike, *, injected: bool = True
    ) -> None:
        self.site = site
        self.call = call
        self.task = task
        function = task.function
        # Each instance gets one element, so type variables may stand for another type in each.
        self.function = widest(function) if function and function.variables else function
        has_context = injected and not task.group
        # Airflow lets nobody map over a name of its context, even one that no task gets.
        self.keys = context_keys(site) | names.CALLBACK_KEYS if has_context else frozenset()

    # partial -------------------------------------------------------------------------------------

    def partial(self) -> None:
        """Checks the values that stay the same for all instances."""
        given = set(self.task.note.given)
        for name, expr in self._named():
            if name in given:
                self.fail(f'Argument "{name}" of {self.task.label} is given twice', expr)
            elif (formal := self.formal(name, expr, "partial")) is not None:
                self._same(name, expr, formal)
            given.add(name)

    def _same(self, name: str, expr: Expression, formal: Type) -> None:
        argument = Argument(self.site, self._slot(name), XCOM_ARG)
        if not argument.check(expr, formal):
            self.value(name, expr, formal, XCOM_ARG)

    def value(self, name: str, expr: Expression, formal: Type, code: ErrorCode) -> None:
        """Judges a value that holds no output."""
        if is_literal_of(expr, formal):
            return
        found = self.site.quietly(
            lambda: self.site.api.expr_checker.accept(expr, type_context=formal)
        )
        if not fits(found, formal):
            down, up = self.site.describe(formal, found)
            subject = Slot(self.task.label, name).subject
            self.site.fail(f'{subject} takes "{down}", not "{up}"', expr, code)

    # expand --------------------------------------------------------------------------------------

    def expand(self) -> None:
        """Checks the arguments that the task is mapped over."""
        seen: list[str] = []
        for name, expr in self._named():
            if name in self.task.note.given:
                text = "is mapped over, but partial() gives it already"
                self.fail(f'Argument "{name}" of {self.task.label} {text}', expr)
            elif (formal := self.formal(name, expr, "expand")) is not None:
                self._over(name, expr, formal)
            seen.append(name)
        if not all(kind == ARG_NAMED for kind in self.call.arg_kinds):
            return  # the names from a spread are not known, and mypy reports positional arguments
        if not seen:
            self.fail(f"expand() of {self.task.label} needs an argument to map over", self.call)
        else:
            self.missing(seen)

    def _over(self, name: str, expr: Expression, formal: Type) -> None:
        argument = Argument(self.site, Slot(self.task.label, name), XCOM_MAP)
        if isinstance(expr, (ListExpr, TupleExpr)):
            for item in expr.items:
                if argument.check(item, formal):
                    continue
                if isinstance(item, StarExpr):
                    argument.plain(item, formal)
                else:
                    self.value(name, item, formal, XCOM_MAP)
        elif isinstance(expr, DictExpr) and not any(argument.holds(v) for _, v in expr.items):
            self._over_value(name, expr, self.site.type_of(expr), formal)
        elif isinstance(expr, SetExpr):
            self._unmappable(name, expr, "a set", "")
        else:
            self._over_type(name, expr, self.site.type_of(expr), formal)

    def _over_type(self, name: str, expr: Expression, found: ProperType, formal: Type) -> None:
        for choice in members(found):
            if (output := output_of(choice)) is not None:
                self._over_output(name, expr, choice, output, formal)
            elif task_of(choice) is not None:
                Argument(self.site, Slot(self.task.label, name), XCOM_MAP).check(expr, formal)
            else:
                self._over_value(name, expr, choice, formal)

    def _over_output(
        self, name: str, expr: Expression, found: ProperType, output: Output, formal: Type
    ) -> None:
        note = output.note or note_of(self.site, expr)
        output = output._replace(note=note)
        if output.kind == names.KEYED or (note is not None and note.key is not None):
            key = f'"{note.key}"' if note and note.key else "a key"
            self._unmappable(name, expr, f"key {key} of {output.phrase()}", "only over all of it")
            return
        if lost(found):
            return
        element = element_of(self.site, output.value)
        is_right = False
        if element is None:
            (shown,) = self.site.describe(output.value)
            why = f'it returns "{shown}", not a list, a tuple or a dict'
            self._unmappable(name, expr, output.phrase(), why)
        elif has_numbers_as_keys(output.value):
            (shown,) = self.site.describe(output.value)
            why = f'the keys of "{shown}" would arrive as text'
            self._unmappable(name, expr, output.phrase(), why)
        elif not self._items_fit(expr, output, element, formal):
            items = self._items_in_code(output, element)
            is_shown = not any(may_fit(one, formal) for one in items)
            item = items[0] if items and is_shown else element
            self._wrong_items(name, expr, output, item, formal)
        elif output.inferred is not None and isinstance(get_proper_type(element), AnyType):
            is_right = self._over_inferred(name, expr, output, output.inferred, formal)
        else:
            is_right = element is not None
        is_bare = isinstance(get_proper_type(formal), AnyType)
        if element is not None and (is_bare or (is_right and is_vague(formal))):
            self._check_need(name, expr, output, element, is_annotated=not is_bare)

    def _check_need(
        self, name: str, expr: Expression, output: Output, element: Type, *, is_annotated: bool
    ) -> None:
        """Compares the items with what the task's code does, where no annotation decides it."""
        found: list[Type] = [element]
        is_promised = output.inferred is None
        if output.inferred is not None and isinstance(get_proper_type(element), AnyType):
            items = [
                element_of(self.site, one) for one in members(get_proper_type(output.inferred))
            ]
            found = [one for one in items if one is not None]
        shown = output._replace(value=found[0], inferred=None) if found else output
        argument = Argument(self.site, self._slot(name), XCOM_MAP)
        argument.here = " of items"
        argument.meets_need(expr, shown, found, is_promised=is_promised, is_annotated=is_annotated)

    def _slot(self, name: str) -> Slot:
        function = None if self.task.group else self.task.function
        reader = reader_of(self.site, self.call, function)
        return Slot(self.task.label, name, reader)

    def _over_inferred(
        self, name: str, expr: Expression, output: Output, inferred: Type, formal: Type
    ) -> bool:
        """Whether a type that only the task's own code shows may fit. One member is enough."""
        found = [element_of(self.site, one) for one in members(get_proper_type(inferred))]
        elements = [one for one in found if one is not None]
        if not elements:
            (shown,) = self.site.describe(without_constants(inferred))
            why = f'it returns "{shown}", not a list, a tuple or a dict'
            self._unmappable(name, expr, output.phrase(), why)
            return False
        if any(may_fit(one, formal) for one in elements):
            return True
        self._wrong_items(name, expr, output, without_constants(elements[0]), formal)
        return False

    def _wrong_items(
        self, name: str, expr: Expression, output: Output, item: Type, formal: Type
    ) -> None:
        down, up = self.site.describe(formal, item)
        subject = Slot(self.task.label, name).subject
        cure = unpromised(output, item, formal) or reason(self.site, item, formal)
        text = f'takes "{down}", but mapping over {output.phrase()} gives "{up}"{cure}'
        self.site.fail(f"{subject} {text}", expr, XCOM_MAP)

    def _items_fit(self, expr: Expression, output: Output, element: Type, formal: Type) -> bool:
        """Whether the items fit by the annotation and, where it leaves something open, by code."""
        items = self._items_in_code(output, element)
        said = opened(element, union(items)) if items else element
        if not fits(said, formal):
            return gives(self.site, expr, formal)
        return not items or any(may_fit(one, formal) for one in items)

    def _items_in_code(self, output: Output, element: Type) -> list[Type]:
        """Returns the items that the code shows, where the annotation of a task is vague."""
        if output.inferred is None or not is_vague(element):
            return []
        found = [element_of(self.site, one) for one in members(get_proper_type(output.inferred))]
        return [without_constants(one) for one in found if one is not None]

    def _over_value(self, name: str, expr: Expression, found: ProperType, formal: Type) -> None:
        element = element_of(self.site, found)
        value = resolved(element) if element is not None else None
        (shown,) = self.site.describe(found)
        if element is None:
            self._unmappable(name, expr, f'a value of type "{shown}"', "")
        elif is_object(get_proper_type(element)):
            return  # mypy has joined unlike items, and the join does not say which types they have
        elif value is None or not fits(value, formal):
            down, up = self.site.describe(formal, value or element)
            subject = Slot(self.task.label, name).subject
            why = reason(self.site, value or element, formal)
            text = f'takes "{down}", but mapping over this gives "{up}"{why}'
            self.site.fail(f"{subject} {text}", expr, XCOM_MAP)

    def _unmappable(self, name: str, expr: Expression, what: str, why: str) -> None:
        subject = Slot(self.task.label, name).subject
        tail = f": {why}" if why else ": only over a list, a tuple or a dict"
        self.site.fail(f"{subject} cannot be mapped over {what}{tail}", expr, XCOM_MAP)

    # Shared --------------------------------------------------------------------------------------

    def _named(self) -> list[tuple[str, Expression]]:
        """Returns the keyword arguments of the call. mypy itself reports positional ones."""
        call = self.call
        rows = zip(call.arg_names, call.arg_kinds, call.args, strict=True)
        return [(name, expr) for name, kind, expr in rows if name and kind is ARG_NAMED]

    def formal(
        self, name: str, where: Context, method: str, source: str | None = None
    ) -> Type | None:
        """Returns the type of a parameter, or None where it must not or need not be checked."""
        if self.function is None:
            return None
        if name in self.keys:
            text = f'cannot be given to {method}(): Airflow injects "{name}"'
            self.fail(f'Argument "{name}" of {self.task.label} {text}', where)
            return None
        found = self.function.argument_by_name(name)
        if found is not None:
            return found.typ
        if (rest := self.function.kw_arg()) is not None:
            return rest.typ
        if self.task.group and method == "expand_kwargs":
            return None  # Airflow ignores other keys there
        label = self.task.label
        given = f", which {source} gives to {method}()" if source else ""
        self.fail(f'{label[0].upper()}{label[1:]} has no parameter "{name}"{given}', where)
        return None

    def free(self) -> list[tuple[str, Type]]:
        """Returns the parameters that neither Airflow nor ``partial`` fills."""
        if self.function is None:
            return []
        rows = zip(self.function.arg_names, self.function.arg_types, strict=True)
        taken = self.keys.union(self.task.note.given)
        return [(name, kind) for name, kind in rows if name and name not in taken]

    def missing(
        self, seen: list[str], where: Context | None = None, source: str | None = None
    ) -> None:
        """Reports parameters that neither the call nor *source* gives."""
        if self.function is None or self.task.note.spread:
            return
        kinds = dict(zip(self.function.arg_names, self.function.arg_kinds, strict=True))
        misspelt = any(name not in kinds for name in (*self.task.note.given, *seen))
        if misspelt and self.function.kw_arg() is None:
            return  # a misspelt name has been reported already
        for name, _ in self.free():
            is_needed = name not in seen and kinds[name].is_required()
            if is_needed and not given_by_default(self.site, [name]):
                label = f"{self.task.label[0].upper()}{self.task.label[1:]}"
                lack = f", and {source} does not give it" if source else ""
                self.fail(
                    f'{label} is never given its parameter "{name}"{lack}', where or self.call
                )

    def fail(self, message: str, where: Context) -> None:
        """Reports one sentence."""
        self.site.fail(message, where, XCOM_MAP)
