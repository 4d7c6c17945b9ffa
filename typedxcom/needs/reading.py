"""Reads the uses of one parameter, in the order in which they run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from typedxcom.needs.found import KINDS, NOTHING, Need, Needs
from typedxcom.needs.names import bound_by, names_of

__all__ = ["OPENING", "Meaning", "Uses", "needs_of"]

Meaning: TypeAlias = Callable[[str], str]
"""What a name outside the function stands for, such as ``builtins.len``; empty if unsure."""

_NUMBERS: Final = frozenset({"int", "float", "bool"})
_ITEMS: Final = frozenset({"str", "list", "tuple", "dict"})
_ORDERED: Final = frozenset({"str", "list", "tuple"})
_ANY: Final = frozenset(KINDS)
_TEXT: Final = frozenset({"str"})

_HARMLESS: Final = frozenset(
    f"builtins.{name}"
    for name in ("print", "str", "repr", "bool", "isinstance", "type", "id", "format", "callable")
)
_ITERATING: Final = frozenset(
    f"builtins.{name}"
    for name in (
        *("len", "list", "tuple", "set", "sorted", "sum", "max", "min", "any", "all", "enumerate"),
        *("iter", "frozenset"),
    )
)
_TAKING: Final[dict[str, frozenset[str]]] = {
    "builtins.int": _TEXT | _NUMBERS,
    "builtins.float": _TEXT | _NUMBERS,
    "builtins.abs": _NUMBERS,
    "builtins.range": frozenset({"int", "float", "bool"}),
    "builtins.open": _TEXT | {"int", "bool"},
    "json.loads": _TEXT,
}
_LOGGING: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_WRITING: Final = frozenset({"json.dumps", "json.dump"})
_CHANGING: Final = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update"}
    | {"setdefault", "popitem"}
)
_SIGNS: Final[dict[type, str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Div: "/", ast.FloorDiv: "//", ast.Pow: "**",
}  # fmt: skip
_ORDERING: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_EXITS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_DISPLAYS: Final = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred)
OPENING: Final = frozenset({"exec", "eval", "locals", "vars"})
_MOST_CHARACTERS: Final = 40


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
    bound = {*names_of(function.args)}
    for statement in function.body:
        for node in ast.walk(statement):
            if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Global, ast.Nonlocal)):
                return NOTHING
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in OPENING:
                return NOTHING
            for name in bound_by(node):
                if name == parameter:
                    return NOTHING
                bound.add(name)
    uses = Uses(parameter, lambda name: "" if name in bound else meaning(name))
    uses.statements(function.body)
    return uses.needs()


class Uses:
    """Reads the uses of one parameter, or of another value.

    Args:
        parameter: Its name; of another value its code.
        meaning: Says what a name means that the function does not bind itself.
        value: The expression that is the value, if no name is bound to it.

    Attributes:
        found: The needs so far.
        is_closed: Whether all uses so far are known.
    """

    def __init__(self, parameter: str, meaning: Meaning, value: ast.AST | None = None) -> None:
        self._given = value
        self.found: list[Need] = []
        self.is_closed = True
        self._parameter, self._meaning = parameter, meaning
        self._is_sure = True  # whether every run comes here
        self._has_own_keys = True  # whether the value has just the keys that it came with

    def needs(self) -> Needs:
        """Returns what the value must be, by all that was read."""
        return Needs(tuple(dict.fromkeys(self.found)), self.is_closed)

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
                self._is_sure = False
            case ast.Raise():
                self._parts(node)
                self._is_sure = False
            case ast.Expr(value=value):
                self._value(value, is_read=True)
            case ast.Assert(test=test, msg=message):
                self._value(test, is_read=True)
                self._maybe(message)
            case ast.If(test=test) | ast.While(test=test):
                self._value(test, is_read=True)
                self._inside(node, [*node.body, *node.orelse])
            case ast.For(target=target, iter=items) | ast.AsyncFor(target=target, iter=items):
                self._items(items)
                self._inside(node, [target, *node.body, *node.orelse])
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    self._value(item.context_expr)
                if all(self._opens(one.context_expr) for one in items):
                    self.statements(body)
                else:
                    self._inside(node, body)
            case ast.Match(subject=subject, cases=cases):
                self._value(subject, is_read=True)
                self._inside(node, cases)
            case ast.Assign(targets=[ast.Tuple() | ast.List() as target], value=value):
                self._items(value, unpacked=True)
                self._value(target)
            case ast.Assign(targets=targets, value=value):
                self._value(value)
                for one in targets:
                    self._value(one)
            case ast.Try() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._inside(node, [*ast.iter_child_nodes(node)])
            case ast.stmt() if type(node).__name__ == "TryStar":
                self._inside(node, [*ast.iter_child_nodes(node)])
            case _:
                self._parts(node)

    def _opens(self, node: ast.expr) -> bool:
        """Whether a context manager is an open file, which swallows no error."""
        match node:
            case ast.Call(func=ast.Name(id=name)):
                return self._meaning(name) == "builtins.open"
        return False

    def _inside(self, whole: ast.stmt, parts: Iterable[ast.AST]) -> None:
        """Reads what may not run. A way out of the body in it makes all below unsure too."""
        if isinstance(whole, _SCOPES):
            self._closure(whole)
            return
        before, self._is_sure = self._is_sure, False
        for part in parts:
            self.part(part)
        leaves = any(isinstance(one, _EXITS) for one in ast.walk(whole))
        self._is_sure = before and not leaves and self.is_closed

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
        if any(self._is_it(one) for one in ast.walk(node)):
            self._open()

    # Expressions ---------------------------------------------------------------------------------

    def _is_it(self, node: ast.AST | None) -> bool:
        if self._given is not None:
            return node is self._given
        return isinstance(node, ast.Name) and node.id == self._parameter

    def _open(self) -> None:
        """Notes that other code gets the value, and may change it or end the task."""
        self.is_closed = self._is_sure = False

    def _need(
        self,
        words: str,
        kinds: frozenset[str],
        key: str | None = None,
        attribute: str | None = None,
    ) -> None:
        if self._is_sure:
            words = words.replace("{}", self._parameter, 1)
            key = key if self._has_own_keys else None
            self.found.append(Need(words, kinds, key, attribute))

    def _maybe(self, *nodes: ast.AST | None) -> None:
        """Reads expressions that may not be evaluated."""
        before, self._is_sure = self._is_sure, False
        for node in nodes:
            if node is not None:
                self.part(node)
        self._is_sure = before and self.is_closed

    def _passed_on(self, node: ast.expr) -> None:
        """Reads a returned value, which may hold the parameter as it is."""
        if isinstance(node, _DISPLAYS):
            for one in ast.iter_child_nodes(node):
                if isinstance(one, ast.expr):
                    self._passed_on(one)
        elif not self._is_it(node):
            self._value(node)

    def _value(self, node: ast.expr, *, is_read: bool = False) -> None:
        """Reads an expression. *is_read*: nothing keeps its value, as in a test."""
        if self._is_it(node):
            if not is_read:
                self._open()
            return
        match node:
            case ast.Subscript(value=value) if self._is_it(value):
                self._subscript(node)
            case ast.Attribute(value=value) if self._is_it(value):
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
                self._need("-{}", _NUMBERS)
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
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                self._items(node.generators[0].iter)
                inner = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
                loop, *loops = node.generators
                self._maybe(*inner, loop.target, *loop.ifs, *loops)
            case ast.Lambda():
                self._closure(node)
            case _:
                self._parts(node)

    def _items(self, node: ast.expr, *, unpacked: bool = False) -> None:
        """Reads what is iterated over."""
        if self._is_it(node):
            self._need("*{}" if unpacked else "for ... in {}", _ITEMS)
        else:
            self._value(node)

    def _subscript(self, node: ast.Subscript) -> None:
        index = node.slice
        key = index.value if isinstance(index, ast.Constant) else None
        is_stored = not isinstance(node.ctx, ast.Load)
        if isinstance(index, ast.Slice):
            kinds = frozenset({"list"}) if is_stored else _ORDERED
        elif is_stored:
            kinds = (
                frozenset({"dict"})
                if isinstance(key, str)
                else frozenset({"dict", "list", "tuple"})
            )
        elif isinstance(key, str):
            kinds = frozenset({"dict"})
        else:
            kinds = _ITEMS
        self._value(index)
        name = key if isinstance(key, str) and not is_stored else None
        shown = "..." if key is None else _short(key)
        method = "__setitem__" if is_stored else "__getitem__"
        self._need(f"{{}}[{shown}]{' = ...' if is_stored else ''}", kinds, name, method)
        if is_stored:
            self._has_own_keys = False

    def _attribute(self, node: ast.Attribute, *, is_called: bool) -> None:
        name = node.attr
        if name.startswith("_") or not isinstance(node.ctx, ast.Load):
            self._open()
            return
        kinds = {kind for kind, types in KINDS.items() if any(hasattr(one, name) for one in types)}
        self._need(f"{{}}.{name}", frozenset(kinds), None, name)
        if name in _CHANGING or not is_called:
            self._has_own_keys = False

    def _call(self, node: ast.Call) -> None:
        called = self._called(node.func)
        if isinstance(node.func, ast.Attribute) and self._is_it(node.func.value):
            self._attribute(node.func, is_called=True)
        else:
            self._value(node.func)
        first = node.args[0] if node.args else None
        kinds = self._taken_by(called, node) if self._is_it(first) else None
        is_log = isinstance(node.func, ast.Attribute) and node.func.attr in _LOGGING
        is_read = is_log or called in _HARMLESS or called in _WRITING
        for one in (*node.args, *(key.value for key in node.keywords)):
            if kinds is None or one is not first:
                self._value(one, is_read=is_read)
        if kinds is not None:
            self._need(f"{called.removeprefix('builtins.')}({{}})", kinds)

    def _taken_by(self, called: str, node: ast.Call) -> frozenset[str] | None:
        """Returns what a known function takes as its first argument, which it does not change."""
        if called in _ITERATING:
            is_one = len(node.args) == 1 or called not in ("builtins.max", "builtins.min")
            return _ITEMS if is_one else None
        return _TAKING.get(called)

    def _called(self, node: ast.expr) -> str:
        """Returns the full name of what is called, as far as it is of interest here."""
        match node:
            case ast.Name(id=name):
                return self._meaning(name)
            case ast.Attribute(value=ast.Name(id="json"), attr=attr):
                return f"json.{attr}" if self._meaning("json") == "json" else ""
        return ""

    def _compare(self, node: ast.Compare) -> None:
        left, op, right = node.left, node.ops[0], node.comparators[0]
        if len(node.ops) == 1 and isinstance(op, (ast.In, ast.NotIn)) and self._is_it(right):
            self._value(left, is_read=True)
            self._need("... in {}", _ITEMS)
            return
        other = right if self._is_it(left) else left
        is_ordered = len(node.ops) == 1 and isinstance(op, _ORDERING)
        is_ours = self._is_it(left) or self._is_it(right)
        if is_ordered and is_ours and isinstance(other, ast.Constant):
            self._need(f"{{}} compared with {_short(other.value)}", _like(other.value))
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
        is_text = isinstance(other, ast.JoinedStr)
        value = "" if is_text else other.value if isinstance(other, ast.Constant) else None
        shown = "..." if value is None or is_text else _short(value)
        sign = _SIGNS.get(type(node.op), "")
        words = f"{{}} {sign} {shown}" if mine else f"{shown} {sign} {{}}"
        if sign == "+" and value is not None:
            self._need(words, _like(value))
        elif sign and sign != "+" and type(value) in (int, float):
            self._need(words, _NUMBERS)


def _short(value: object) -> str:
    """Returns a constant of the code for a message."""
    shown = repr(value)
    return shown if len(shown) <= _MOST_CHARACTERS else f"{shown[: _MOST_CHARACTERS - 1]}…"


def _like(value: object) -> frozenset[str]:
    """Returns the kinds that can be added to a constant, or compared with it."""
    if type(value) is str:
        return _TEXT
    return _NUMBERS if type(value) in (int, float, bool) else _ANY
