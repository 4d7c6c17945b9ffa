"""Checks one argument against the parameter it goes to.

mypy checks an argument that holds no output. This module judges one that does. It goes through a
display item by item, so that the error points at the wrong item.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mypy.errorcodes import ErrorCode
from mypy.nodes import (
    ConditionalExpr,
    Context,
    DictExpr,
    Expression,
    ListExpr,
    NameExpr,
    SetExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
)
from mypy.subtypes import is_subtype
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    Instance,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features.fast_path import NEVER_OUTPUTS, fits_plainly
from typedxcom.mypy.types.chances import may_fit
from typedxcom.mypy.types.contents import shown_in
from typedxcom.mypy.types.needs import Reader, broken_by, lacks
from typedxcom.mypy.types.origins import assigned, note_of, origins
from typedxcom.mypy.types.outputs import (
    Output,
    first_output,
    holds_output,
    is_output,
    output_of,
    resolved,
)
from typedxcom.mypy.types.reasons import reason
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.shapes import (
    accepts_object,
    display_items,
    is_object,
    iterated,
    lost,
    members,
)
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.solving import can_return
from typedxcom.mypy.types.tables import fields_of, is_table, row_of, without_any
from typedxcom.mypy.types.tasks import task_of
from typedxcom.mypy.types.unions import without_constants
from typedxcom.mypy.types.vague import is_vague, opened

__all__ = ["Argument", "Slot"]


LISTS = ("builtins.list", "builtins.tuple")  # what Airflow maps a task over


class Slot(NamedTuple):
    """The parameter that an argument goes to, as the subject of a sentence.

    Attributes:
        owner: Whose parameter it is, in words.
        parameter: Its name.
        reader: The function or the lambda, if its code is in this file.
    """

    owner: str
    parameter: str
    reader: Reader | None = None

    @property
    def subject(self) -> str:
        """Returns the beginning of a message."""
        return f'Argument "{self.parameter}" of {self.owner}'


class Argument:
    """Judges what goes to one parameter.

    Attributes:
        here: Says in a message that the type is that of an item inside the argument.
        place: Where every error is reported; None for the innermost part that is wrong.
    """

    def __init__(self, site: Site, slot: Slot, code: ErrorCode = XCOM_ARG) -> None:
        self.site = site
        self.slot = slot
        self.code = code
        self.here = ""
        self.place: Context | None = None
        self.has_failed = False

    def holds(self, expr: Expression) -> bool:
        """Whether the expression is, or holds, an output or a task that was not called."""
        if type(expr) in NEVER_OUTPUTS:
            return False
        if (items := display_items(expr)) is not None:
            return any(self.holds(item) for item in items)
        found = self.site.type_of(expr)
        return holds_output(found) or task_of(found) is not None or self._hides(expr, found)

    def _hides(self, expr: Expression, found: ProperType) -> bool:
        """Whether a join has hidden outputs: ``x = [extract(), 1]`` is a ``list[object]``."""
        args = found.args if isinstance(found, Instance) and output_of(found) is None else ()
        if not isinstance(expr, NameExpr) or not any(is_object(get_proper_type(a)) for a in args):
            return False
        return any(holds_output(self.site.type_of(one)) for one in origins(self.site, expr))

    def check(self, expr: Expression, formal: Type) -> bool:
        """Judges *expr*. False leaves it to mypy."""
        if fits_plainly(self.site, expr, formal):
            return True
        if not self.holds(expr):
            return self.may_be_right(expr, formal)
        self._check(expr, get_proper_type(formal))
        return True

    def may_be_right(self, expr: Expression, formal: Type) -> bool:
        """Whether a value without outputs is right in some run, in a body that mypy skips.

        For example, ``os.getenv("BUCKET")`` for a text, or a value of ``{"path": "/", "size": 2}``,
        which is an ``object`` for mypy. Who annotates the function asks mypy to insist, and gets
        mypy's own error.
        """
        if self.site.task_calls is None:
            return False
        found = self.site.type_of(expr)
        if isinstance(found, UnionType):
            return any(
                is_object(one) or fits(one, formal) for one in map(get_proper_type, found.items)
            )
        return is_object(found)

    def _check(self, expr: Expression, formal: ProperType) -> None:
        if is_table(formal):
            formal = get_proper_type(make_simplified_union(list(without_any(formal))))
        if isinstance(formal, AnyType):
            self._check_shape(expr)
            self._check_need(expr)
        elif isinstance(expr, ConditionalExpr):
            here = self.here
            self._each([expr.if_expr, expr.else_expr], formal)
            self.here = here
        elif isinstance(expr, (ListExpr, TupleExpr, SetExpr, DictExpr)):
            self._display(expr, formal)
        elif self._hides(expr, self.site.type_of(expr)):
            self._hidden(expr, formal)
        else:
            self._value(expr, formal)
            if is_vague(formal) and not self.has_failed:
                self._check_need(expr, is_annotated=True)

    def _hidden(self, expr: Expression, formal: ProperType) -> None:
        """Judges what the variable was set to, but reports it where the variable is used."""
        self.place = self.place or expr
        for value in assigned(self.site, expr):
            if self.holds(value):
                self._check(value, formal)

    def _each(self, items: list[Expression], formal: Type) -> None:
        self.here = " here"
        for item in items:
            if self.holds(item):
                self._check(item, get_proper_type(formal))
            else:
                self.plain(item, formal)

    def plain(self, expr: Expression, formal: Type) -> None:
        """Judges a value without outputs that has outputs as neighbours."""
        inner = expr.expr if isinstance(expr, StarExpr) else expr
        found = self.site.quietly(
            lambda: self.site.api.expr_checker.accept(inner, type_context=formal)
        )
        if isinstance(expr, StarExpr):
            found = get_proper_type(iterated(found) or unknown())
        if not fits(found, formal):
            down, up = self.site.describe(formal, found)
            self._fail(f'takes "{down}" here, but this is "{up}"', expr)

    def _check_need(self, expr: Expression, *, is_annotated: bool = False) -> None:
        """Compares an output with what the task's code does, where no annotation decides it."""
        given = self.site.type_of(expr)
        output = first_output(given) if self.slot.reader is not None else None
        if output is not None:
            is_promised = output.inferred is None and output_of(given) is not None
            found = [shown_in(self.site, expr)]
            self.meets_need(expr, output, found, is_promised=is_promised, is_annotated=is_annotated)

    def meets_need(
        self,
        expr: Expression,
        output: Output,
        found: list[Type],
        *,
        is_promised: bool,
        is_annotated: bool = False,
    ) -> bool:
        """Reports what the code of the task cannot use.

        Args:
            expr: The output.
            output: The same, as its reader sees it.
            found: What the task may get.
            is_promised: Whether an annotation says so.
            is_annotated: Whether the parameter has an annotation that leaves something open.
        """
        reader = self.slot.reader
        if reader is None or not found:
            return True
        parameter = self.slot.parameter
        # What plain Airflow passes on may be of a subclass, which has more.
        is_exact = is_promised and output.note is not None and not output.note.plain
        need = broken_by(
            self.site,
            reader,
            parameter,
            found,
            is_exact=is_exact and not is_annotated,
            is_annotated=is_annotated,
        )
        if need is not None:
            (up,) = self.site.describe(without_constants(found[0]))
            is_direct = output_of(self.site.type_of(expr)) is not None
            source = returns(output, up, direct=is_direct)
            self._fail(f'is used as "{need.words}", but {source}{lacks(need, found[0])}', expr)
        return need is None

    def _check_shape(self, expr: Expression) -> None:
        """Finds what Airflow will not resolve, even if the parameter takes any type."""
        if isinstance(expr, SetExpr):
            self._fail_set(expr)
        elif isinstance(expr, ConditionalExpr):
            for one in (expr.if_expr, expr.else_expr):
                self._check_shape(one)
                self._check_need(one)
        elif (items := display_items(expr)) is not None:
            for item in items:
                if self.holds(item):
                    self._check_shape(item)
        else:
            found = self.site.type_of(expr)
            if task_of(found) is not None:
                self._fail_task(expr, found)
            elif resolved(found) is None:
                self._fail_unresolved(expr, found)

    # Displays ------------------------------------------------------------------------------------

    def _display(self, expr: Expression, formal: ProperType) -> None:
        if isinstance(expr, SetExpr):
            self._fail_set(expr)
        elif isinstance(expr, DictExpr):
            self._dict(expr, formal)
        elif isinstance(expr, (ListExpr, TupleExpr)):
            self._sequence(expr, formal)

    def _sequence(self, expr: ListExpr | TupleExpr, formal: ProperType) -> None:
        fixed = self._fixed(expr, formal) if isinstance(expr, TupleExpr) else None
        if fixed is not None:
            for item, kind in zip(expr.items, fixed, strict=True):
                self._each([item], kind)
            return
        name = "list" if isinstance(expr, ListExpr) else "tuple"
        item_type = self._item_type(formal, self.site.builtin(name, [unknown()]))
        if item_type is None:
            self.mismatch(expr, self.site.type_of(expr), formal)
        else:
            self._each(expr.items, item_type)

    def _fixed(self, expr: TupleExpr, formal: ProperType) -> list[Type] | None:
        """Returns the item types of a tuple of this length."""
        for choice in members(formal):
            if isinstance(choice, TupleType) and len(choice.items) == len(expr.items):
                return list(choice.items)
        return None

    def _item_type(self, formal: ProperType, display: Instance) -> Type | None:
        """Returns the item type for a list or tuple display, or None if it does not fit."""
        found: list[Type] = []
        for choice in members(formal):
            if isinstance(choice, AnyType) or is_object(choice):
                found.append(unknown())
            elif isinstance(choice, Instance) and is_subtype(display, choice):
                found.append(iterated(choice) or unknown())
        return make_simplified_union(found) if found else None

    def _dict(self, expr: DictExpr, formal: ProperType) -> None:
        choices = members(formal)
        shape = next((c for c in choices if isinstance(c, TypedDictType)), None)
        if shape is not None:
            self._typed_dict(expr, shape)
            return
        display = self.site.builtin("dict", [unknown(), unknown()])
        values: list[Type] = []
        for choice in choices:
            if isinstance(choice, AnyType) or is_object(choice):
                values.append(unknown())
            elif isinstance(choice, Instance) and is_subtype(display, choice):
                values.append(choice.args[1] if len(choice.args) > 1 else unknown())
        if not values:
            self.mismatch(expr, self.site.type_of(expr), formal)
            return
        value = make_simplified_union(values)
        keys = make_simplified_union(
            [c.args[0] if isinstance(c, Instance) and c.args else unknown() for c in choices]
        )
        for key, item in expr.items:
            if key is not None and self.holds(key):
                self._fail("takes no output as a key of a dict: only values are resolved", key)
            elif key is not None:
                self.plain(key, keys)
            spread = display.copy_modified(args=[unknown(), value])
            self._each([item], spread if key is None else value)

    def _typed_dict(self, expr: DictExpr, shape: TypedDictType) -> None:
        given = set()
        for key, item in expr.items:
            if not isinstance(key, StrExpr):
                return  # after a spread or a computed key, no key is known to be missing
            given.add(key.value)
            if key.value in shape.items:
                self._each([item], shape.items[key.value])
            else:
                (name,) = self.site.describe(shape)
                self._fail(f'takes "{name}", which has no key "{key.value}"', key)
        if missing := sorted(shape.required_keys - given):
            (name,) = self.site.describe(shape)
            self._fail(f'takes "{name}", but key "{missing[0]}" is missing', expr)

    # Values --------------------------------------------------------------------------------------

    def _value(self, expr: Expression, formal: ProperType) -> None:
        star = isinstance(expr, StarExpr)
        found = self.site.type_of(expr.expr if isinstance(expr, StarExpr) else expr)
        if star:
            found = get_proper_type(iterated(found) or unknown())
        if task_of(found) is not None and not accepts_object(formal):
            self._fail_task(expr, found)
        elif is_output(found) or not fits(found, formal):
            self.judge(expr, found, formal)

    def judge(self, expr: Expression, found: ProperType, formal: ProperType) -> None:
        """Compares the parameter with the value that Airflow will put there."""
        for table in (formal, found):
            if (row := row_of(table)) is not None:
                self.site.depend_on(row)
        for choice in members(found):
            value = resolved(choice)
            if value is None:
                self._fail_unresolved(expr, choice)
                return
            if not lost(choice) and not fits(value, formal) and not shown_to_fit(choice, formal):
                # It fits if the parameter asks for an output itself.
                if not fits(choice, formal) and not can_return(self.site, expr, formal):
                    self.mismatch(expr, choice, formal)
                return
            if not self._may_fit(expr, choice, formal):
                return
            if lost(choice) and not (fits(choice, formal) or self._origins_fit(expr, formal)):
                return

    def _may_fit(self, expr: Expression, found: ProperType, formal: ProperType) -> bool:
        """Compares the type that the task's own code shows, because nobody annotated it."""
        output = output_of(found)
        if output is None or output.inferred is None or may_fit(output.inferred, formal):
            return True
        if shown_by_code(output, formal) is None:
            return True  # its annotation is enough
        self.mismatch(expr, found, formal)
        return False

    def _origins_fit(self, expr: Expression, formal: ProperType) -> bool:
        """Looks at what a variable was set to, because a join of types left only ``object``."""
        for origin in origins(self.site, expr):
            found = self.site.type_of(origin)
            value = resolved(found)
            if output_of(found) is None or lost(found) or value is None:
                continue
            if not fits(value, formal):
                self.mismatch(expr, found, formal)
                return False
        return True

    # Messages ------------------------------------------------------------------------------------

    def _fail(self, predicate: str, where: Context, code: ErrorCode | None = None) -> None:
        self.has_failed = True
        self.site.fail(f"{self.slot.subject} {predicate}", self.place or where, code or self.code)

    def mismatch(self, expr: Expression, found: ProperType, formal: ProperType) -> None:
        """Reports that an output does not fit, with the names of both tasks."""
        shown = make_simplified_union(list(without_any(formal)))
        output = output_of(found) or first_output(found)
        note = (output and output.note) or note_of(self.site, expr)
        output = output and Output(output.value, output.kind, note)
        whole = output_of(found)
        value = get_proper_type(resolved(found) or found)
        in_code = None if whole is None else shown_by_code(whole, formal)
        if in_code is not None:
            value = get_proper_type(without_constants(in_code))
        value_shown = make_simplified_union(list(without_any(value)))
        down, up = self.site.describe(shown, value_shown)
        origin = returns(output, up, direct=whole is not None)
        cure = self._expanding(value, formal) if whole and whole.kind != names.KEYED else ""
        cure = cure or (unpromised(output, value, formal) if output and whole else "")
        cure = cure or reason(self.site, value, formal)
        self._fail(f'takes "{down}"{self.here}, but {origin}{cure}', expr)

    def _expanding(self, value: ProperType, formal: ProperType) -> str:
        """Returns the cure if each item of a list would fit."""
        task = re.fullmatch('task "(?:.*[.])?(.+)"', self.slot.owner)
        if (
            task is None
            or self.code is not XCOM_ARG
            or self.here
            or not isinstance(value, Instance)
        ):
            return ""
        item = iterated(value) if value.type.fullname in LISTS else None
        if item is None or not fits(item, formal):
            return ""
        return f': "{task[1]}.expand({self.slot.parameter}=...)" runs it for each item'

    def _fail_set(self, expr: Expression) -> None:
        self._fail("takes outputs in a list, not in a set: an output has no hash", expr)

    def _fail_task(self, expr: Expression, found: ProperType) -> None:
        task = task_of(found)
        label = task.label if task else "a task"
        name = task.note.name if task and task.note.name else "task"
        self._fail(f'takes a value, but {label} itself is passed: call it, "{name}()"', expr)

    def _fail_unresolved(self, expr: Expression, found: ProperType) -> None:
        output = first_output(found)
        note = (output and output.note) or note_of(self.site, expr)
        source = f'the output of task "{note.task}"' if note and note.task else "an output"
        kind = found.type.name if isinstance(found, Instance) else "container"
        self._fail(
            f'gets {source} inside "{kind}", where Airflow does not look: make it a list', expr
        )


def shown_by_code(output: Output, formal: Type) -> Type | None:
    """What a message says of an output whose annotation says less than its task's code."""
    inferred = output.inferred
    if inferred is None or output.is_inferred:
        return inferred
    is_reason = is_vague(output.value) and not may_fit(inferred, formal)
    return inferred if is_reason else None


def unpromised(output: Output, found: Type, formal: Type) -> str:
    """Returns the cure for a dict of any keys that goes where some are needed."""
    task = output.note.task if output.note is not None else None
    value = get_proper_type(found)
    is_dict = isinstance(value, Instance) and value.type.has_base("typing.Mapping")
    wanted = [one for one in members(get_proper_type(formal)) if fields_of(one) is not None]
    if not task or not is_dict or not is_vague(value) or not wanted:
        return ""
    return f': it promises no keys. Annotate "{task}" with a model or a TypedDict'


def shown_to_fit(found: Type, formal: Type) -> bool:
    """Whether a task promises no keys, as with ``-> dict``, and its code shows those that fit."""
    output = output_of(get_proper_type(found))
    if output is None or output.inferred is None:
        return False
    said = opened(output.value, output.inferred)
    return fits(said, formal) and may_fit(output.inferred, formal)


def returns(output: Output | None, up: str, *, direct: bool = True) -> str:
    """Returns the second half of a mismatch: which task returns which type."""
    if output is None:
        return f'gets "{up}"'
    note = output.note
    if not direct:
        return f'gets "{up}" from {output.phrase()}'
    if output.kind == names.KEYED and (note is None or note.key is None):
        return f'a key of {output.phrase()} is "{up}"'
    if note is not None and note.key is not None:
        what = "item" if note.key.isdigit() else "key"
        key = note.key if note.key.isdigit() else f'"{note.key}"'
        return f'{what} {key} of {output.phrase()} is "{up}"'
    return f'{output.phrase()} returns "{up}"'
