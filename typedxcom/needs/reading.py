"""Reads the uses of one parameter, in the order in which they run."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeAlias

from typedxcom.needs.found import ITEM, KINDS, NOTHING, Need, Needs, Path
from typedxcom.needs.known import (
    CHANGING,
    COUNTING,
    GIVING_NOTHING,
    HARMLESS,
    ITEMS,
    ITERATING,
    LAZY,
    LOOKING,
    NUMBERS,
    ORDERED,
    ORDERING,
    SIGNS,
    TAKING,
    TEXT,
    WRITING,
    like,
)
from typedxcom.needs.names import bound_by, every, names_of
from typedxcom.needs.places import Guard, Place, Places
from typedxcom.needs.syntax import (
    DISPLAYS,
    ENDING,
    EXITS,
    SCOPES,
    awaits_keys,
    goes_elsewhere,
    is_join,
    is_log,
    is_same_error,
    last_name,
    leaves_at_end,
    names_in,
    set_by,
    short,
)

__all__ = ["OPENING", "Meaning", "Uses", "needs_of"]

Meaning: TypeAlias = Callable[[str], str]
"""What a name outside the function stands for, such as ``builtins.len``; empty if unsure."""
OPENING: Final = frozenset({"exec", "eval", "locals", "vars"})


def needs_of(
    function: ast.FunctionDef | ast.AsyncFunctionDef, parameter: str, meaning: Meaning
) -> Needs:
    """Returns what the code of *function* needs of *parameter*.

    Args:
        function: Its definition.
        parameter: The name of one of its parameters.
        meaning: Says what a name means that the function does not bind itself.
    """
    if all(
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in function.body
    ):
        return NOTHING  # only `...` or a docstring
    bound, looped = Counter(names_of(function.args)), Counter[str]()
    # A name that is set again outside of branches and loops stands for its value up to there.
    times_set = sum(parameter == set_by(statement) for statement in function.body)
    for node in every(function.body):
        if isinstance(node, ast.Name):
            if type(node.ctx) is not ast.Load:
                bound[node.id] += 1
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in OPENING:
                return NOTHING
        elif isinstance(node, ast.comprehension):  # its names are its own
            if parameter in names_in(node.target):
                return NOTHING
            bound.subtract(names_in(node.target))
        elif isinstance(node, (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal)):
            return NOTHING
        elif not isinstance(node, (ast.Constant, ast.Attribute)):
            for name in bound_by(node):
                bound[name] += 1
            if isinstance(node, (ast.For, ast.AsyncFor)):
                looped.update(names_in(node.target))
    if bound[parameter] != 1 + times_set:
        return NOTHING

    def outside(name: str) -> str:
        return "" if name in bound else meaning(name)

    uses = Uses(parameter, outside, bound=bound, looped=looped)
    uses.statements(function.body)
    return uses.needs()


class Uses:
    """Reads the uses of one parameter, or of another value.

    Args:
        parameter: Its name; of another value its code.
        meaning: Says what a name means that the function does not bind itself.
        value: The expression that is the value, if no name is bound to it.
        bound: As for `Places`. Without it, no other name is followed.
        looped: Likewise.

    Attributes:
        found: The needs so far.
        maybe: The keys that some runs read, so far.
        is_closed: Whether all uses so far are known.
    """

    def __init__(
        self,
        parameter: str,
        meaning: Meaning,
        value: ast.AST | None = None,
        *,
        bound: Mapping[str, int] = MappingProxyType({}),
        looped: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self.found: list[Need] = []
        self.maybe: list[Need] = []
        self.is_closed = True
        self._places = Places(parameter, bound, looped, meaning, value)
        self._meaning = meaning
        # The part of the value of which every run comes here that finds one; None for no part.
        self._sure: Path | None = ()
        self._has_own_keys = True  # whether all dicts have just the keys that they came with
        self._lost: list[Path] = []  # parts that other code got
        self._changed: list[Path] = []  # parts in which the code has put something else
        self._guarded: list[Path] = []  # parts that are true here
        self._asked: set[str] = set()  # keys that the code looks for first
        self._is_awaited = False  # whether the code catches errors here

    def needs(self) -> Needs:
        """Returns what the value must be, by all that was read."""
        is_own = self._has_own_keys  # otherwise the first run of a loop may set the key
        maybe = (one for one in self.maybe if is_own and one.key not in self._asked)
        return Needs(tuple(dict.fromkeys(self.found)), self.is_closed, tuple(dict.fromkeys(maybe)))

    # Statements ----------------------------------------------------------------------------------

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """Reads statements in their order."""
        for statement in body:
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Return(value=value):
                if value is not None:
                    self._passed_on(value)
                self._sure = None
            case ast.Raise():
                self._parts(node)
                self._sure = None
            case ast.Continue() | ast.Break():
                self._sure = None
            case ast.Expr(value=value):
                self._value(value, is_read=True)
                if isinstance(value, ast.Call) and last_name(value.func) in ENDING:
                    self._sure = None
            case ast.Assert(test=test, msg=message):
                self._value(test, is_read=True)
                self._maybe(message)
            case ast.If(test=test):
                self._value(test, is_read=True)
                self._branches(node, self._places.guard(test))
            case ast.While(test=test):
                self._value(test, is_read=True)
                was_closed, count = self.is_closed, len(self.maybe)
                self._inside(node, [*node.body, *node.orelse])
                if was_closed and not self.is_closed:
                    del self.maybe[count:]
            case ast.For() | ast.AsyncFor():
                self._loop(node)
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    self._value(item.context_expr)
                if all(self._opens(one.context_expr) for one in items):
                    self.statements(body)
                elif any("suppress" in ast.unparse(one.context_expr) for one in items):
                    self._awaited(node, body)
                else:
                    self._inside(node, body)
            case ast.Match(subject=subject, cases=cases):
                self._value(subject, is_read=True)
                self._inside(node, cases)
            case ast.Assign(targets=[ast.Tuple() | ast.List() as target], value=value):
                self._items(value, unpacked=True)
                self._value(target)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self._assign(name, value)
            case ast.Assign(targets=targets, value=value):
                self._value(value)
                for one in targets:
                    self._value(one)
            case ast.Try() if self._passes_errors_on(node):
                self._tried(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._inside(node, [*ast.iter_child_nodes(node)])
            case ast.stmt() if type(node).__name__ in ("Try", "TryStar"):
                self._awaited(node, [*ast.iter_child_nodes(node)])
            case _:
                self._parts(node)

    def _assign(self, name: str, value: ast.expr) -> None:
        """Reads ``name = value``. The name may stand for a part of the parameter from here on."""
        is_followed = self._places.is_once(name) or name in self._places.known
        place = self._places.of(value) if is_followed else None
        self._value(value, is_read=place is not None)
        self._places.known.pop(name, None)
        if place is not None:
            self._places.known[name] = place
            if isinstance(value, ast.BoolOp):
                self._guarded.append(place.path)

    def _branches(self, node: ast.If, guard: Guard | None) -> None:
        """Reads an `if`. Where a part is true, code below it is as sure as before for that part."""
        if guard is None:
            self._inside(node, [*node.body, *node.orelse])
            return
        before = self._sure
        if guard.is_true:
            self._where_true(guard.place, node.body)
            self._sure = before if self.is_closed else None
            self._inside(node, node.orelse)
            self._sure = None if self._leaves(node) or not self.is_closed else before
            return
        self._inside(node, node.body)
        self._sure = before if self.is_closed else None
        if leaves_at_end(node.body):
            self._guarded.append(guard.place.path)
            self._narrow(guard.place.path)
            self.statements(node.orelse)
            return
        self._where_true(guard.place, node.orelse)
        self._sure = None if self._leaves(node) or not self.is_closed else before

    def _where_true(self, place: Place, body: list[ast.stmt]) -> None:
        self._guarded.append(place.path)
        self._narrow(place.path)
        self.statements(body)
        self._guarded.remove(place.path)

    def _narrow(self, path: Path) -> None:
        """Goes on where only a run comes that finds something at *path*."""
        sure = self._sure
        self._sure = path if sure is not None and path[: len(sure)] == sure else None

    def _loop(self, node: ast.For | ast.AsyncFor) -> None:
        """Reads a loop. Every run that finds an item in the value comes to the body."""
        self._items(node.iter)
        before, was_closed, count = self._sure, self.is_closed, len(self.maybe)
        item = self._target(node.target, node.iter, self._places.is_of_loops)
        self._go_into(item)
        self.statements(node.body)
        if was_closed and not self.is_closed:
            del self.maybe[count:]  # other code gets the value, and then the loop goes on
        self._sure = None
        self.statements(node.orelse)
        for name in names_in(node.target):  # only in the loop it is sure what the name stands for
            if name in self._places.known:
                self._places.known[name] = replace(self._places.known[name], is_old=True)
        self._sure = None if self._leaves(node) or not self.is_closed else before

    def _target(
        self, target: ast.expr, iterated: ast.expr, may_follow: Callable[[str], bool]
    ) -> Place | None:
        """Notes the names that a loop gives items, and returns where the items are."""
        found = self._places.iterated(iterated)
        for name in names_in(target):
            before = self._places.known.pop(name, None)
            if before is not None and (found is None or found[0].path != before.path[:-1]):
                self._lost.append(before.path)
        self.part(target)
        if found is None:
            return None
        place, is_numbered = found
        match target:
            case ast.Tuple(elts=[_, ast.Name(id=name)]) if is_numbered and may_follow(name):
                self._places.known[name] = item = place.each(name)
            case ast.Name(id=name) if not is_numbered and may_follow(name):
                self._places.known[name] = item = place.each(name)
            case _:
                item = place.each("...")
                self._lost.append(item.path)
        return item

    def _go_into(self, item: Place | None) -> None:
        """Goes on where only a run comes that finds an item."""
        if item is None:
            self._sure = None
        else:
            self._narrow(item.path)

    def _passes_errors_on(self, node: ast.Try) -> bool:
        """Whether the task fails after any error in the body of a `try`."""
        return all(map(self._fails, node.handlers)) and not goes_elsewhere(node.finalbody)

    def _fails(self, handler: ast.ExceptHandler) -> bool:
        """Whether a task fails where this handler catches an error."""
        match handler.body[-1]:
            case ast.Raise(exc=None):
                pass
            case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
                is_error = name.endswith(("Error", "Exception"))  # the task may end well by others
                if not is_error or self._meaning(name) != f"builtins.{name}":
                    return False
            case _:
                return False
        return not goes_elsewhere(handler.body)

    def _tried(self, node: ast.Try) -> None:
        """Reads a `try` that no run goes on from after an error."""
        self.statements([*node.body, *node.orelse])
        before, self._sure = self._sure, None
        for handler in node.handlers:
            self.part(handler)
        self._sure = before if self.is_closed else None
        self.statements(node.finalbody)

    def _leaves(self, whole: ast.stmt) -> bool:
        """Whether a statement may be the last one of its block that runs."""
        is_loop = isinstance(whole, (ast.For, ast.AsyncFor, ast.While))
        exits = (ast.Return, ast.Raise) if is_loop else EXITS
        inside = list(every([whole]))
        if any(isinstance(one, exits) and not is_same_error(one) for one in inside):
            return True
        if isinstance(whole, ast.If):
            return self._may_refuse(inside)
        return any(isinstance(one, ast.If) and self._may_refuse(every([one])) for one in inside)

    def _may_refuse(self, branches: Iterable[ast.AST]) -> bool:
        """Whether code in *branches* calls something just for its effect, such as an error."""
        return any(
            isinstance(one, ast.Expr)
            and isinstance(one.value, ast.Call)
            and not (is_log(one.value) or self._called(one.value.func) in HARMLESS)
            for one in branches
        )

    def _opens(self, node: ast.expr) -> bool:
        """Whether a context manager is an open file, which swallows no error."""
        match node:
            case ast.Call(func=ast.Name(id=name)):
                return self._meaning(name) == "builtins.open"
        return False

    def _inside(self, whole: ast.stmt, parts: Iterable[ast.AST]) -> None:
        """Reads what may not run. A way out of the body in it makes all below unsure too."""
        if isinstance(whole, SCOPES):
            self._closure(whole)
            return
        before, self._sure = self._sure, None
        for part in parts:
            self.part(part)
        self._sure = None if self._leaves(whole) or not self.is_closed else before

    def _awaited(self, whole: ast.stmt, parts: Iterable[ast.AST]) -> None:
        """Reads what may fail without an end of the task."""
        before = self._is_awaited
        self._is_awaited = before or not isinstance(whole, ast.Try) or awaits_keys(whole)
        self._inside(whole, parts)
        self._is_awaited = before

    def part(self, node: ast.AST) -> None:
        """Reads any piece of code."""
        if isinstance(node, ast.stmt):
            self._statement(node)
        elif isinstance(node, ast.expr):
            self._value(node)
        else:
            for one in ast.iter_child_nodes(node):
                self.part(one)

    def _parts(self, node: ast.AST) -> None:
        for one in ast.iter_child_nodes(node):
            self.part(one)

    def _closure(self, node: ast.AST) -> None:
        """Code that may run at any time, or never."""
        if any(map(self._places.is_named, ast.walk(node))):
            self._lose(None)

    # Expressions ---------------------------------------------------------------------------------

    def _is_it(self, node: ast.AST | None) -> bool:
        return self._places.of(node) is not None

    def _lose(self, place: Place | None) -> None:
        """Notes that other code gets a part of the value, and may change it.

        Code that gets all of it may also end the task, for example if there is nothing in it.
        """
        if place is None or not place.path:
            self.is_closed, self._sure = False, None
        else:
            self._lost.append(place.path)

    def _share(self, node: ast.AST | None) -> None:
        """Notes that other code may get what is inside a part of the value."""
        place = self._places.of(node)
        if place is not None:
            self._changed.append(place.path)

    def _need(
        self,
        place: Place,
        words: str,
        kinds: frozenset[str],
        key: str | None = None,
        attribute: str | None = None,
    ) -> None:
        path, sure = place.path, self._sure
        is_sure = sure is not None and path[: len(sure)] == sure
        is_read = key is not None and self._has_own_keys and self.is_closed
        if place.is_old or not (is_sure or (is_read and not self._is_awaited)):
            return
        if any(path[: len(one)] == one for one in self._lost):
            return
        if any(len(path) > len(one) and path[: len(one)] == one for one in self._changed):
            return
        is_guarded = path in self._guarded
        words = words.replace("{}", place.text, 1) + place.loops
        key = key if self._has_own_keys else None
        notes = self.found if is_sure else self.maybe
        notes.append(Need(words, kinds, key, attribute, path, is_guarded))

    def _maybe(self, *nodes: ast.AST | None) -> None:
        """Reads expressions that may not be evaluated."""
        before, self._sure = self._sure, None
        for node in nodes:
            if node is not None:
                self.part(node)
        self._sure = before if self.is_closed else None

    def _reach(self, node: ast.AST) -> None:
        """Reads the way to a part of the value: ``x["rows"]`` of ``x["rows"][0]``."""
        if self._places.is_whole(node):
            return
        match node:
            case ast.BoolOp(values=[first, *_]):
                self._reach(first)
            case ast.Subscript(value=value):
                self._reach(value)
                self._subscript(node)
            case ast.Call(func=ast.Attribute(value=value) as func, args=args):
                self._reach(value)
                self._look(args)
                self._attribute(func, is_called=True, is_followed=True)
                for one in args:
                    self._value(one)

    def _look(self, keys: Iterable[ast.expr]) -> None:
        """Notes keys of which the code asks whether they are there."""
        self._asked.update(str(one.value) for one in keys if isinstance(one, ast.Constant))

    def _passed_on(self, node: ast.expr) -> None:
        """Reads a returned value, which may hold the parameter as it is."""
        if isinstance(node, DISPLAYS):
            for one in ast.iter_child_nodes(node):
                if isinstance(one, ast.expr):
                    self._passed_on(one)
        elif self._is_it(node):
            self._reach(node)
        else:
            self._value(node)

    def _value(self, node: ast.expr, *, is_read: bool = False) -> None:
        """Reads an expression. *is_read*: nothing keeps its value, as in a test."""
        place = self._places.of(node)
        if place is not None:
            self._reach(node)
            if not is_read:
                self._lose(place)
            return
        match node:
            case ast.Subscript(value=value) if self._is_it(value):
                self._reach(value)
                self._subscript(node)
                self._share(value)
            case ast.Attribute(value=value) if self._is_it(value):
                self._reach(value)
                self._attribute(node, is_called=False)
            case ast.Call():
                self._call(node)
            case ast.Compare():
                self._compare(node)
            case ast.BinOp():
                self._operation(node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._value(operand, is_read=True)
            case ast.UnaryOp(op=ast.USub(), operand=operand) if self._is_it(operand):
                self._used(operand, "-{}", NUMBERS)
            case ast.BoolOp(values=[first, *others]):
                self._value(first, is_read=is_read)
                if is_read:
                    others = [one for one in others if not self._is_it(one)]
                self._maybe(*others)
            case ast.IfExp(test=test, body=body, orelse=other):
                self._value(test, is_read=True)
                self._maybe(body, other)
            case ast.FormattedValue(value=value, format_spec=spec):
                self._value(value, is_read=spec is None)
                self._maybe(spec)
            case ast.ListComp(elt=element) | ast.SetComp(elt=element):
                self._comprehension(node.generators, element)
            case ast.GeneratorExp(elt=element):
                self._comprehension(node.generators, element, is_lazy=True)
            case ast.DictComp(key=key, value=value):
                self._comprehension(node.generators, key, value)
            case ast.Lambda():
                self._closure(node)
            case _:
                self._parts(node)

    def _comprehension(
        self, loops: list[ast.comprehension], *parts: ast.expr, is_lazy: bool = False
    ) -> None:
        """Reads a comprehension. *is_lazy*: its items may never be asked for."""
        known, before = dict(self._places.known), self._sure
        for loop in loops:
            self._items(loop.iter)
            self._go_into(self._target(loop.target, loop.iter, lambda _: True))
            if is_lazy:
                self._sure = None
            for test in loop.ifs:
                self._value(test, is_read=True)
                self._sure = None
        for part in parts:
            self._value(part)
        self._places.known = known
        self._sure = before if self.is_closed else None

    def _used(
        self,
        node: ast.expr,
        words: str,
        kinds: frozenset[str],
        key: str | None = None,
        attribute: str | None = None,
    ) -> None:
        """Notes how a part of the value is used, and reads the way to it."""
        place = self._places.of(node)
        if place is not None:
            self._reach(node)
            self._need(place, words, kinds, key, attribute)

    def _items(self, node: ast.expr, *, unpacked: bool = False) -> None:
        """Reads what is iterated over."""
        match node:
            case ast.BoolOp(values=[first, *_]) if self._is_it(node):
                self._value(first, is_read=True)
            case ast.Call(func=ast.Name(), args=[first]) if self._places.iterated(node) is not None:
                self._items(first)
            case ast.Subscript(value=value, slice=ast.Slice()) if self._is_it(value):
                self._reach(node)
            case _ if self._is_it(node):
                self._used(node, "*{}" if unpacked else "for ... in {}", ITEMS)
                if unpacked:
                    self._share(node)
            case _:
                self._value(node)

    def _subscript(self, node: ast.Subscript) -> None:
        place = self._places.of(node.value)
        if place is None:
            return
        index = node.slice
        key = index.value if isinstance(index, ast.Constant) else None
        is_stored = not isinstance(node.ctx, ast.Load)
        if isinstance(index, ast.Slice):
            kinds = frozenset({"list"}) if is_stored else ORDERED
        elif is_stored:
            kinds = (
                frozenset({"dict"})
                if isinstance(key, str)
                else frozenset({"dict", "list", "tuple"})
            )
        elif isinstance(key, str):
            kinds = frozenset({"dict"})
        else:
            kinds = ITEMS
        self._value(index)
        name = key if isinstance(key, str) and not is_stored else None
        shown = "..." if key is None else short(key)
        method = "__setitem__" if is_stored else "__getitem__"
        self._need(place, f"{{}}[{shown}]{' = ...' if is_stored else ''}", kinds, name, method)
        if is_stored:
            self._has_own_keys = False
            self._changed.append(place.path)

    def _attribute(
        self, node: ast.Attribute, *, is_called: bool, is_followed: bool = False
    ) -> None:
        """Reads an attribute. *is_followed*: it is a `get` whose result is read as a place."""
        name, place = node.attr, self._places.of(node.value)
        if place is None or name.startswith("_") or not isinstance(node.ctx, ast.Load):
            self._lose(place)
            return
        kinds = {kind for kind, types in KINDS.items() if any(hasattr(one, name) for one in types)}
        self._need(place, f"{{}}.{name}", frozenset(kinds), None, name)
        if name in CHANGING or not is_called:
            self._has_own_keys = False
        if not is_followed and not (is_called and name in GIVING_NOTHING):
            self._changed.append(place.path)

    def _call(self, node: ast.Call) -> None:
        called = self._called(node.func)
        if last_name(node.func) in LOOKING:
            self._look(node.args)
        if isinstance(node.func, ast.Attribute) and self._is_it(node.func.value):
            self._reach(node.func.value)
            self._attribute(node.func, is_called=True)
        else:
            self._value(node.func)
        first = node.args[0] if node.args else None
        kinds = self._taken_by(called, node) if self._is_it(first) else None
        is_read = is_log(node) or called in HARMLESS or called in WRITING
        is_eager = (called in ITERATING and called not in LAZY) or is_join(node.func)
        for one in (*node.args, *(key.value for key in node.keywords)):
            if is_eager and one is first and isinstance(one, ast.GeneratorExp):
                self._comprehension(one.generators, one.elt)
            elif kinds is None or one is not first:
                self._value(one, is_read=is_read)
        if kinds is not None and first is not None:
            words = f"{called.removeprefix('builtins.') or '.join'}({{}})"
            self._used(first, words, kinds)
            self._items_used(first, words, called, node)
            if called not in COUNTING:
                self._share(first)

    def _items_used(self, whole: ast.expr, words: str, called: str, node: ast.Call) -> None:
        """Notes what a function needs of each item that it is given."""
        place = self._places.of(whole)
        kinds = TEXT if is_join(node.func) else NUMBERS if called == "builtins.sum" else None
        if place is not None and kinds is not None and len(node.args) == 1 and not node.keywords:
            self._need(replace(place, path=(*place.path, ITEM)), words, kinds)

    def _taken_by(self, called: str, node: ast.Call) -> frozenset[str] | None:
        """Returns what a known function takes as its first argument, which it does not change."""
        if called in ITERATING:
            is_one = len(node.args) == 1 or called not in ("builtins.max", "builtins.min")
            return ITEMS if is_one else None
        return ITEMS if is_join(node.func) else TAKING.get(called)

    def _called(self, node: ast.expr) -> str:
        """Returns the full name of what is called, as far as it is of interest here."""
        match node:
            case ast.Name(id=name):
                return self._meaning(name)
            case ast.Attribute(value=ast.Name(id=module), attr=attr) if (
                module not in self._places.known
            ):
                return f"{self._meaning(module)}.{attr}"
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name(id="os"), attr="path"), attr=attr
            ):
                return f"os.path.{attr}" if self._meaning("os") == "os" else ""
        return ""

    def _compare(self, node: ast.Compare) -> None:
        left, op, right = node.left, node.ops[0], node.comparators[0]
        if isinstance(op, (ast.In, ast.NotIn)):
            self._look([left])
        if len(node.ops) == 1 and isinstance(op, (ast.In, ast.NotIn)) and self._is_it(right):
            self._value(left, is_read=True)
            self._used(right, "... in {}", ITEMS)
            return
        other = right if self._is_it(left) else left
        is_ordered = len(node.ops) == 1 and isinstance(op, ORDERING)
        is_ours = self._is_it(left) or self._is_it(right)
        if is_ordered and is_ours and isinstance(other, ast.Constant):
            ours = left if self._is_it(left) else right
            self._used(ours, f"{{}} compared with {short(other.value)}", like(other.value))
            return
        self._value(left, is_read=True)
        self._value(right, is_read=True)
        self._maybe(*(one for one in node.comparators[1:] if not self._is_it(one)))

    def _operation(self, node: ast.BinOp) -> None:
        mine = self._is_it(node.left)
        other = node.right if mine else node.left
        self._value(node.left, is_read=True)
        self._value(node.right, is_read=True)
        if not (mine or self._is_it(node.right)):
            return
        self._share(node.left)
        self._share(node.right)
        is_text = isinstance(other, ast.JoinedStr)
        value = "" if is_text else other.value if isinstance(other, ast.Constant) else None
        shown = "..." if value is None or is_text else short(value)
        sign = SIGNS.get(type(node.op), "")
        words = f"{{}} {sign} {shown}" if mine else f"{shown} {sign} {{}}"
        if sign == "+" and value is not None:
            self._used(node.left if mine else node.right, words, like(value))
        elif sign and sign != "+" and type(value) in (int, float):
            self._used(node.left if mine else node.right, words, NUMBERS)
