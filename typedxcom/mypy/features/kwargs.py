"""Checks ``task.expand_kwargs``, which takes a list of dicts, one for each instance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import DictExpr, Expression, ListExpr, StrExpr, TupleExpr
from mypy.types import (
    AnyType,
    Instance,
    ProperType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.codes import XCOM_MAP
from typedxcom.mypy.features.arguments import Argument, Slot
from typedxcom.mypy.features.mapping import Mapping
from typedxcom.mypy.types.chances import may_fit
from typedxcom.mypy.types.elements import element_of
from typedxcom.mypy.types.needs import broken_by, lacks
from typedxcom.mypy.types.origins import note_of
from typedxcom.mypy.types.outputs import Output, output_of
from typedxcom.mypy.types.reasons import reason
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.shapes import is_object, members
from typedxcom.mypy.types.unions import without_constants

__all__ = ["KeywordMapping"]


class KeywordMapping(Mapping):
    """One call of ``expand_kwargs``.

    Attributes:
        is_shown: Whether only code shows the types now, so that one of them must not fit at all.
    """

    is_shown = False

    def check(self) -> None:
        """Checks the dicts that each instance's arguments come from."""
        expr = next(
            (
                expr
                for expr, name in zip(self.call.args, self.call.arg_names, strict=True)
                if name in (None, "kwargs")
            ),
            None,
        )
        if expr is None:
            return  # mypy reports the missing argument
        if isinstance(expr, (ListExpr, TupleExpr)):
            for item in expr.items:
                self._kwargs_item(item)
        else:
            self._kwargs_list(expr)

    def _kwargs_item(self, item: Expression) -> None:
        if isinstance(item, DictExpr):
            self._kwargs_display(item)
            return
        found = self.site.type_of(item)
        output = output_of(found)
        self._kwargs_dict(item, output.value if output else found, output)

    def _kwargs_display(self, item: DictExpr) -> None:
        seen: list[str] = []
        complete = True
        for key, value in item.items:
            if not isinstance(key, StrExpr):
                complete = False
            elif key.value in self.task.note.given:
                text = "comes from expand_kwargs(), but partial() gives it already"
                self.fail(f'Argument "{key.value}" of {self.task.label} {text}', key)
            elif (formal := self.formal(key.value, key, "expand_kwargs")) is not None:
                argument = Argument(self.site, Slot(self.task.label, key.value), XCOM_MAP)
                if not argument.check(value, formal):
                    self.value(key.value, value, formal, XCOM_MAP)
                seen.append(key.value)
        if complete:
            self.missing(seen, item)

    def _kwargs_list(self, expr: Expression) -> None:
        found = self.site.type_of(expr)
        output = output_of(found)
        if output is not None and output.note is None:
            output = output._replace(note=note_of(self.site, expr))
        value = get_proper_type(output.value if output else found)
        if output is not None and output.note is not None and output.note.key is not None:
            what = f'key "{output.note.key}" of {output.phrase()}'
            self._bad_kwargs(expr, f"is given {what}: a key cannot be mapped over")
            return
        element = None if _is_mapping(value) else element_of(self.site, value)
        if element is None:
            (shown,) = self.site.describe(value)
            source = f"{output.phrase()} returns" if output else "this is"
            self._bad_kwargs(expr, f'takes a list of dicts, but {source} "{shown}"')
            return
        inner = output_of(element)
        wanted = partial(
            self._kwargs_dict, expr, inner.value if inner else element, output or inner
        )
        if output is None or output.inferred is None or not self._is_clean(wanted):
            wanted()
            return
        self._kwargs_shown(expr, output, output.inferred)

    def _kwargs_shown(self, expr: Expression, output: Output, inferred: Type) -> None:
        """Checks what the code of a task shows. One kind of items that is right is enough."""
        found = [element_of(self.site, one) for one in members(get_proper_type(inferred))]
        if not any(found):
            (shown,) = self.site.describe(without_constants(inferred))
            source = f"{output.phrase()} returns"
            self._bad_kwargs(expr, f'takes a list of dicts, but {source} "{shown}"')
            return
        items = [one for each in found if each for one in members(get_proper_type(each))]
        checks = [partial(self._kwargs_dict, expr, without_constants(one), output) for one in items]
        self.is_shown = True
        if checks and not any(map(self._is_clean, checks)):
            checks[0]()
        self.is_shown = False

    def _is_clean(self, check: Callable[[], None]) -> bool:
        return not self.site.has_errors(check)[1]

    def _fits(self, value: Type, formal: Type) -> bool:
        return may_fit(value, formal) if self.is_shown else fits(value, formal)

    def _kwargs_dict(self, expr: Expression, element: Type, output: Output | None) -> None:
        proper = get_proper_type(element)
        if isinstance(proper, AnyType) or is_object(proper):
            return
        if isinstance(proper, UnionType):
            for item in proper.items:
                self._kwargs_dict(expr, item, output)
        elif isinstance(proper, TypedDictType):
            self._kwargs_typed_dict(expr, proper, output)
        elif isinstance(proper, Instance) and _is_mapping(proper):
            self._kwargs_mapping(expr, proper, output)
        else:
            (shown,) = self.site.describe(proper)
            source = f"{output.phrase()} gives" if output else "this gives"
            self._bad_kwargs(expr, f'takes a list of dicts, but {source} items of "{shown}"')

    def _kwargs_mapping(self, expr: Expression, found: Instance, output: Output | None) -> None:
        args = next(
            map_instance_to_supertype(found, base).args
            for base in found.type.mro
            if base.fullname == "typing.Mapping"
        )
        free = [formal for _, formal in self.free()]
        if not fits(args[0], self.site.builtin("str")):
            (shown,) = self.site.describe(args[0])
            self._bad_kwargs(expr, f'takes dicts with str keys, not "{shown}"')
        elif free and not any(self._some_fits(args[1], formal) for formal in free):
            (shown,) = self.site.describe(args[1])
            source = output.phrase() if output else "this"
            text = f'gets "{shown}" for its parameters from {source}, which fits none of them'
            self._bad_kwargs(expr, text)

    def _some_fits(self, value: Type, formal: Type) -> bool:
        """Whether a value of the type may fit. One fitting member of a union is enough."""
        choices = members(get_proper_type(value))
        return any(is_object(item) or self._fits(item, formal) for item in choices)

    def _kwargs_typed_dict(
        self, expr: Expression, found: TypedDictType, output: Output | None
    ) -> None:
        known = output.phrase() if output else None
        source = known or "this list"
        for key, value in found.items.items():
            if key in self.task.note.given:
                text = f"comes from {source}, but partial() gives it already"
                self.fail(f'Argument "{key}" of {self.task.label} {text}', expr)
                continue
            formal = self.formal(key, expr, "expand_kwargs", known)
            if formal is not None and isinstance(get_proper_type(formal), AnyType):
                self._meets_need(expr, key, value, source, output)
            elif formal is not None and not self._fits(value, formal):
                down, up = self.site.describe(formal, value)
                subject = Slot(self.task.label, key).subject
                why = reason(self.site, value, formal)
                text = f'takes "{down}", but key "{key}" of {source} is "{up}"{why}'
                self.site.fail(f"{subject} {text}", expr, XCOM_MAP)
        taken = self.function.arg_names if self.function and self.task.group else None
        given = [key for key in found.required_keys if taken is None or key in taken]
        self.missing(given, expr, known)

    def _meets_need(
        self, expr: Expression, key: str, value: Type, source: str, output: Output | None
    ) -> None:
        """Compares a value with what the task's code does, because nobody annotated it."""
        reader = self._slot(key).reader
        if reader is None or output is None:
            return
        is_exact = not (self.is_shown or output.note is None or output.note.plain)
        need = broken_by(self.site, reader, key, [value], is_exact=is_exact)
        if need is not None:
            (up,) = self.site.describe(value)
            subject = Slot(self.task.label, key).subject
            text = f'is used as "{need.words}", but key "{key}" of {source} is "{up}"'
            self.site.fail(f"{subject} {text}{lacks(need, value)}", expr, XCOM_MAP)

    def _bad_kwargs(self, expr: Expression, text: str) -> None:
        self.site.fail(f"expand_kwargs() of {self.task.label} {text}", expr, XCOM_MAP)


def _is_mapping(found: ProperType) -> bool:
    if isinstance(found, TypedDictType):
        return True
    return isinstance(found, Instance) and found.type.has_base("typing.Mapping")
