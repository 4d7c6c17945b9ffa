"""Reads what the code of a function needs of a value that a call in it gives.

The value may be used where the call stands, or under a name that is bound to it alone. Below that
name, a use counts if every run that comes to the binding makes it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from typedxcom.needs.found import Needs
from typedxcom.needs.names import bound_by, every, names_of
from typedxcom.needs.reading import OPENING, Meaning, Uses

__all__ = ["Given", "values_of"]

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Given(NamedTuple):
    """One use of what a call gives.

    Attributes:
        call: The call.
        item: Which item of it is used, if it is not the value as a whole.
        needs: What the code needs of it.
    """

    call: ast.Call
    item: int | None
    needs: Needs


def values_of(
    function: _Function, is_wanted: Callable[[ast.Call], bool], meaning: Meaning
) -> Iterator[Given]:
    """Yields what the code of *function* needs of the values of the wanted calls in it.

    Args:
        function: Its definition.
        is_wanted: Whether a call is one of them.
        meaning: Says what a name means that the function does not bind itself.
    """
    body = _Body(function, meaning, is_wanted)
    if body.is_readable:
        yield from body.block(function.body)


class _Body:
    """The code of one function.

    Attributes:
        is_readable: Whether its names are bound where one can see it.
        lines: The lines of the wanted calls.
    """

    def __init__(
        self, function: _Function, meaning: Meaning, is_wanted: Callable[[ast.Call], bool]
    ) -> None:
        self._bound = Counter(names_of(function.args))
        self._meaning = meaning
        self._is_wanted = is_wanted
        self.is_readable = True
        self.lines: list[int] = []
        for node in every(function.body):
            self._bound.update(bound_by(node))
            if isinstance(node, ast.Call):
                if getattr(node.func, "id", "") in OPENING:
                    self.is_readable = False
                if is_wanted(node):
                    self.lines.append(node.lineno)
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                self.is_readable = False

    def block(self, statements: list[ast.stmt]) -> Iterator[Given]:
        """Yields the uses in a block and in the blocks inside, in the order of the code."""
        for place, statement in enumerate(statements):
            end = statement.end_lineno or statement.lineno
            if not any(statement.lineno <= line <= end for line in self.lines):
                continue
            yield from self._named(statement, statements[place + 1 :])
            yield from self._direct(statement)
            for block in _blocks(statement):
                yield from self.block(block)

    def _named(self, statement: ast.stmt, rest: list[ast.stmt]) -> Iterator[Given]:
        """The uses below ``name = call(...)`` and ``name, other = call(...)``."""
        is_wanted = self._is_wanted
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                named = [(name, *found)] if (found := _value(value, is_wanted)) else []
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call):
                named = [(name, call, None)] if is_wanted(call) else []
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
                are_names = all(isinstance(one, ast.Name) for one in targets)
                named = [
                    (one.id, call, place)
                    for place, one in enumerate(targets if are_names and is_wanted(call) else ())
                    if isinstance(one, ast.Name)
                ]
            case _:
                return
        for name, call, item in named:
            if self._bound[name] == 1:
                uses = Uses(name, self._means)
                uses.statements(rest)
                yield Given(call, item, uses.needs())

    def _direct(self, statement: ast.stmt) -> Iterator[Given]:
        """The uses where the call itself stands, but not in the blocks of the statement."""
        todo: list[tuple[ast.AST, ast.AST, ast.AST]] = [(statement, statement, statement)]
        for node, around, whole in todo:  # the list grows meanwhile
            found = _value(node, self._is_wanted)
            used = None if found is None else _use(node, around, whole)
            if found is not None and used is not None:
                uses = Uses(ast.unparse(node), self._means, node)
                uses.part(used)
                yield Given(*found, uses.needs())
            todo += [
                (one, node, around) for one in ast.iter_child_nodes(node) if not _is_block(one)
            ]

    def _means(self, name: str) -> str:
        return "" if name in self._bound else self._meaning(name)


def _is_block(node: ast.AST) -> bool:
    return isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case))


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a statement, but not those that may never run or whose errors are awaited."""
    match statement:
        case ast.If(body=body, orelse=other) | ast.While(body=body, orelse=other):
            return [body, other]
        case ast.For(body=body, orelse=other) | ast.AsyncFor(body=body, orelse=other):
            return [body, other]
        case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
            is_quiet = any("suppress" in ast.unparse(one.context_expr) for one in items)
            return [] if is_quiet else [body]
        case ast.Match(cases=cases):
            return [one.body for one in cases]
    return []


def _use(node: ast.AST, around: ast.AST, whole: ast.AST) -> ast.AST | None:
    """Returns the code that uses a value, or None where it is only passed on.

    Args:
        node: The value.
        around: What the value is a part of.
        whole: What that is a part of.
    """
    match around:
        case ast.Attribute():
            is_called = isinstance(whole, ast.Call) and whole.func is around
            return whole if is_called else around
        case ast.Subscript() | ast.Call() | ast.BinOp() | ast.Compare() | ast.UnaryOp():
            return around
        case ast.For() | ast.AsyncFor():
            return ast.For(around.target, around.iter, [], []) if around.iter is node else None
        case ast.comprehension():
            is_first = getattr(whole, "generators", [None])[0] is around
            return whole if is_first and around.iter is node else None
    return None


def _value(
    node: ast.AST, is_wanted: Callable[[ast.Call], bool]
) -> tuple[ast.Call, int | None] | None:
    """Returns the wanted call that an expression is, or is an item of."""
    match node:
        case ast.Call() if is_wanted(node):
            return node, None
        case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int() as place)):
            return (call, place) if is_wanted(call) else None
    return None
