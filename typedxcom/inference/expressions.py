"""Infers the type of one expression, as far as the code shows it."""

from __future__ import annotations

import ast
import enum
import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

from typedxcom.annotations import annotations_of, read_hints
from typedxcom.inference.bindings import Added, Bindings, Looped
from typedxcom.inference.kinds import (
    EMPTY_LIST,
    changed,
    combined,
    constant,
    described,
    emptied,
    is_open,
    is_plain,
    item_of,
    kind_of,
    number,
    one_of,
    plain,
    widened,
)
from typedxcom.inference.known import METHODS, result_of, text_of
from typedxcom.inference.objects import MISSING, Objects, gives_instances
from typedxcom.inference.source import FunctionNode
from typedxcom.pointer import MARKER
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import (
    Field,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    SequenceOf,
    TupleOf,
    Unknown,
    members_of,
)

__all__ = ["Expressions"]

_MOST_ITEMS = 200  # a display with more is not looked at
_DEPTH = 40
_TEXT = Scalar(str)
_NUMBERS = frozenset({bool, int, float})
_VIEWS = frozenset({"items", "keys", "values"})
_MARKS = frozenset({MARKER, "__classname__", "__type"})  # in pointers and Airflow's own forms


class Expressions:
    """The expressions of one function.

    Args:
        function: The function.
        node: Its definition.
        bindings: Its own names.
        local_names: Names of the scope around it that are not in its closure.
        parameters: What parameters without annotation are given.

    Attributes:
        asked: The parameters without annotation that its expressions depend on.
    """

    def __init__(
        self,
        function: types.FunctionType,
        node: FunctionNode,
        bindings: Bindings,
        local_names: Mapping[str, Any],
        parameters: Mapping[str, Schema],
    ) -> None:
        self.asked: set[str] = set()
        self._parameters = parameters
        self._function, self._bindings, self._local_names = function, bindings, local_names
        self._objects = Objects(function, bindings, local_names)
        self._defaults = _defaults(node)
        self._hidden: dict[str, Schema] = {}  # loop names of the comprehensions around
        self._found: dict[str, Schema] = {}
        self._running: set[str] = set()
        self._rings = 0  # how often a part was left out, because it is what is being read
        self._depth = 0

    def type_of(self, node: ast.expr) -> Schema:
        """Returns the type of *node*, or unknown if it is not certain."""
        if self._depth > _DEPTH:
            self._rings += 1
            return UNKNOWN
        self._depth += 1
        try:
            return self._type_of(node)
        finally:
            self._depth -= 1

    def _type_of(self, node: ast.expr) -> Schema:
        reading = _READING.get(type(node))
        return UNKNOWN if reading is None else reading(self, node)

    def _tuple(self, node: Any) -> Schema:
        if any(isinstance(one, ast.Starred) for one in node.elts):
            return SequenceOf(tuple, UNKNOWN)
        return TupleOf(tuple(map(self.type_of, node.elts)))

    def _dict_comprehension(self, node: Any) -> Schema:
        found = self._inside(node.generators, node.key, node.value)
        return MappingOf(dict, *map(widened, found))

    def _each(self, parts: list[ast.expr]) -> Schema:
        if any(isinstance(one, ast.Starred) for one in parts) or len(parts) > _MOST_ITEMS:
            return UNKNOWN
        return item_of([self.type_of(one) for one in parts])

    def _dict(self, node: ast.Dict) -> Schema:
        if any(key is None for key in node.keys) or len(node.keys) > _MOST_ITEMS:
            return MappingOf(dict, UNKNOWN, UNKNOWN)
        keys = [self.type_of(key) for key in node.keys if key is not None]
        values = [self.type_of(value) for value in node.values]
        if all(isinstance(key, LiteralOf) and isinstance(key.values[0], str) for key in keys):
            names = [key.values[0] for key in keys if isinstance(key, LiteralOf)]
            if not _MARKS.isdisjoint(names):
                return UNKNOWN
            return Record(dict, "typeddict", (), dict(zip(names, map(Field, values), strict=True)))
        return MappingOf(dict, widened(item_of(keys)), item_of(values))

    def _inside(self, loops: list[ast.comprehension], *parts: ast.expr) -> list[Schema]:
        """Returns the types of what a comprehension makes."""
        outer = self._hidden
        try:
            for loop in loops:
                item, names = self._item_type(loop.iter), _names_in(loop.target)
                self._hidden = {**self._hidden, **dict.fromkeys(names, UNKNOWN)}
                match loop.target:
                    case ast.Name(id=name):
                        self._hidden[name] = _filtered(name, item, loop.ifs)
                    case ast.Tuple(elts=targets) if not any(map(_is_starred, targets)):
                        for place, target in enumerate(targets):
                            if isinstance(target, ast.Name):
                                self._hidden[target.id] = _part(item, place)
            return [widened(self.type_of(one)) for one in parts]
        finally:
            self._hidden = outer

    def _item_type(self, node: ast.expr) -> Schema:
        """Returns the type of what a loop over *node* gives."""
        match node:
            case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr in _VIEWS:
                return _in_view(attr, self.type_of(value))
            case ast.Call(func=ast.Name(), args=[first, *others], keywords=[]):
                target = self._objects.named_by(node.func, self._hidden)
                if target is range:
                    return Scalar(int)
                if target is enumerate:
                    return TupleOf((Scalar(int), self._item_type(first)))
                if target is zip and not any(isinstance(one, ast.Starred) for one in node.args):
                    return TupleOf((self._item_type(first), *map(self._item_type, others)))
                if target is reversed:
                    return self._item_type(first)
        match self.type_of(node):
            case SequenceOf(item=item):
                return widened(item)
            case TupleOf(items=items):
                return item_of([widened(one) for one in items])
            case MappingOf(type=kind, key=key) if kind is dict:
                return key
            case whole:
                return Scalar(str) if kind_of(whole) is str else UNKNOWN

    def _operator(self, node: ast.UnaryOp | ast.BinOp | ast.Compare) -> Schema:
        match node:
            case ast.UnaryOp(op=ast.Not()):
                return Scalar(bool)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                kind = number(self.type_of(operand))
                return Scalar(int if kind is bool else kind) if kind else UNKNOWN
            case ast.Compare(ops=ops, left=left, comparators=others):
                sure = (ast.In, ast.NotIn, ast.Is, ast.IsNot)
                sides = [self.type_of(left), *map(self.type_of, others)]
                is_sure = all(isinstance(one, sure) for one in ops)
                return Scalar(bool) if is_sure or all(map(is_plain, sides)) else UNKNOWN
            case ast.BinOp(left=left, op=op, right=right):
                return combined(op, self.type_of(left), self.type_of(right))
        return UNKNOWN

    def _name(self, name: str) -> Schema:
        if name in self._hidden:
            return self._hidden[name]
        if not self._bindings.is_own(name):
            return UNKNOWN  # of the module or a scope around: other code may bind it again
        if name in self._found:
            return self._found[name]
        if name in self._running:
            self._rings += 1
            return UNKNOWN
        rings, hidden = self._rings, self._hidden
        self._hidden = {}  # it was bound outside of the comprehensions
        self._running.add(name)
        try:
            found = self._own(name)
        finally:
            self._running.discard(name)
            self._hidden = hidden
        if rings == self._rings:  # no part of the answer was left out
            self._found[name] = found
        return found

    def _own(self, name: str) -> Schema:
        """Returns the type of a name that the function binds."""
        node = self._bindings.once(name)
        if node is None:
            return self._summed(name)
        found, added = self._bound(node), self._bindings.added_to(name)
        use = self._bindings.use_of(name)
        return changed(self._filled(found, node, added) if added else found, use)

    def _summed(self, name: str) -> Schema:
        """Returns the type of a number or a text that more is added to: ``n += 1``."""
        sums = self._bindings.summed(name)
        if sums is None:
            return UNKNOWN
        first, added = sums
        found = _kinds(self._bound(first))
        for one in added:
            kinds = _kinds(self.type_of(one.value))
            is_sum = isinstance(one.op, (ast.Add, ast.Sub, ast.Mult))
            is_text = found == kinds == {str} and isinstance(one.op, ast.Add)
            if not (found and kinds and (is_text or (is_sum and found | kinds <= _NUMBERS))):
                return UNKNOWN
            found = found | kinds
        return one_of(Scalar(int if kind is bool else kind) for kind in _ordered(found))

    def _filled(self, schema: Schema, node: Any, added: list[Added]) -> Schema:
        """Returns the type of a list or dict after additions.

        They are ``x.append(value)`` and ``x[key] = value``, in any order.
        """
        values = [self._value_of(one) for one in added]
        keys = [self.type_of(one.key) for one in added if one.key is not None]
        match schema:
            case SequenceOf(type=kind, item=item) if kind is list:
                values += [] if _is_empty(node) else [item]
                return SequenceOf(list, widened(item_of(values)))
            case MappingOf(type=kind) if kind is dict and _is_empty(node):
                fields: Mapping[str, Field] = {}
                before = []
            case MappingOf(type=kind, key=key, value=item):
                before = [(key, item)]
            case Record(type=kind, fields=fields) if kind is dict:
                before = [(Scalar(str), one.schema) for one in fields.values()]
            case _:
                return UNKNOWN
        names = [_text_in(key) for key in keys]
        if all(names) and not (isinstance(schema, MappingOf) and before):
            return _with_keys(fields, names, values, added)
        keys += [key for key, _ in before]
        values += [value for _, value in before]
        return MappingOf(dict, *(one_of(map(widened, parts)) for parts in (keys, values)))

    def _value_of(self, added: Added) -> Schema:
        if added.value is None:
            return UNKNOWN
        if isinstance(added.value, ast.Starred):
            return self._item_type(added.value.value)
        return self.type_of(added.value)

    def _bound(self, node: Any) -> Schema:
        """Returns the type of what a name is bound to."""
        match node:
            case Looped(iterated=iterated, place=place):
                item = self._item_type(iterated)
                return item if place is None else _part(item, place)
            case ast.arg(arg=name):
                return self._parameter(name)
            case ast.AnnAssign(annotation=annotation, value=value):
                found = self.type_of(value) if value is not None else UNKNOWN
                return self._annotated(annotation) if isinstance(found, Unknown) else found
            case ast.expr():
                return self.type_of(node)
        return UNKNOWN

    def _parameter(self, name: str) -> Schema:
        hints = read_hints(self._function, local_names=self._local_names, importing=False).found
        if name not in hints:
            self.asked.add(name)
            return self._parameters.get(name, UNKNOWN)
        found = described(hints[name])
        if is_open(found):  # it lets everything of its kind through, as it is
            self.asked.add(name)
            given = self._parameters.get(name, UNKNOWN)
            found = given if getattr(given, "type", None) is getattr(found, "type", 0) else found
        default = self._defaults.get(name)
        is_none = isinstance(default, ast.Constant) and default.value is None
        return one_of([found, Scalar(type(None))]) if is_none else found

    def _annotated(self, annotation: ast.expr) -> Schema:
        holder = types.FunctionType(
            (lambda: None).__code__, self._function.__globals__, self._function.__name__
        )
        holder.__annotations__ = {"it": ast.unparse(annotation)}
        hints = read_hints(holder, local_names=self._local_names, importing=False).found
        return described(hints["it"]) if "it" in hints else UNKNOWN

    def _attribute(self, node: ast.Attribute) -> Schema:
        target = self._objects.named_by(node, self._hidden)
        if isinstance(target, enum.Enum):
            return described(type(target))
        if target is not MISSING:
            return UNKNOWN
        match self.type_of(node.value):
            case Record(style=style, fields=fields) if style != "typeddict" and node.attr in fields:
                return plain(fields[node.attr].schema)
        return UNKNOWN

    def _item(self, value: ast.expr, index: ast.expr) -> Schema:
        whole = self.type_of(value)
        if isinstance(index, ast.Slice):
            is_whole = isinstance(whole, SequenceOf) or kind_of(whole) is str
            return widened(whole) if is_whole else UNKNOWN
        key = index.value if isinstance(index, ast.Constant) else None
        match whole:
            case SequenceOf(type=kind, item=item) if kind in (list, tuple):
                return item
            case TupleOf(items=items) if type(key) is int and -len(items) <= key < len(items):
                return items[key]
            case MappingOf(value=item):
                return item
            case Record(style="typeddict", fields=fields) if key in fields:
                return fields[str(key)].schema
        return Scalar(str) if kind_of(whole) is str else UNKNOWN

    def _call(self, node: ast.Call) -> Schema:
        target = self._objects.named_by(node.func, self._hidden)
        if target is not MISSING:
            return self._called(target, node)
        if isinstance(node.func, ast.Attribute):
            owner = self.type_of(node.func.value)
            if node.func.attr == "copy" and isinstance(owner, (SequenceOf, MappingOf, Record)):
                return emptied(owner, 1)
            methods = METHODS.get(kind_of(owner) or object, {})
            return methods.get(node.func.attr, UNKNOWN)
        return UNKNOWN

    def polled(self, node: ast.expr) -> Schema | None:
        """Returns what a sensor pushes that returns *node*; None if it goes on waiting."""
        given = self._poke(node) if isinstance(node, ast.Call) else None
        if given is None:
            found = self.type_of(node)
            if found == LiteralOf((False,)):
                return None
            is_bool = found in (Scalar(bool), LiteralOf((True,)))
            return Scalar(type(None)) if is_bool else UNKNOWN
        done, value = given.get("is_done"), given.get("xcom_value")
        if isinstance(done, ast.Constant) and not done.value:
            return None
        return Scalar(type(None)) if value is None else self.type_of(value)

    def _poke(self, node: ast.Call) -> dict[str, ast.expr] | None:
        """Returns the arguments of ``PokeReturnValue(...)``; None for another call."""
        target = self._objects.named_by(node.func, self._hidden)
        is_poke = getattr(target, "__name__", "") == _POKE and isinstance(target, type)
        if not is_poke or not target.__module__.startswith("airflow."):
            return None
        names = [one.arg for one in node.keywords]
        if None in names or any(isinstance(one, ast.Starred) for one in node.args):
            return None
        given = dict(zip(_POKED, node.args, strict=False))
        return given | {str(one.arg): one.value for one in node.keywords}

    def _called(self, target: Any, node: ast.Call) -> Schema:
        """Returns the type that a call of *target*, an object that exists already, returns."""
        if isinstance(target, type):
            return self._made(target, node)
        known = result_of(target)
        if known is not None:
            return known
        text = text_of(target, lambda: self._kinds_given(node))
        if text is not None:
            return text
        if target is sorted:
            return SequenceOf(list, self._item_type(node.args[0]) if node.args else UNKNOWN)
        if target is round and len(node.args) == 1 and not node.keywords:
            return Scalar(int) if number(self.type_of(node.args[0])) else UNKNOWN
        if target in (sum, min, max) and len(node.args) == 1 and not node.keywords:
            kinds = _kinds(self._items_of(node))
            if not kinds or not kinds <= _NUMBERS:
                return UNKNOWN
            found = one_of(Scalar(int if kind is bool else kind) for kind in _ordered(kinds))
            return one_of([found, Scalar(int)]) if target is sum else found  # an empty sum is 0
        if isinstance(target, types.FunctionType) and not hasattr(target, "__wrapped__"):
            return _declared(target)
        return UNKNOWN

    def _kinds_given(self, node: ast.Call) -> list[type | None]:
        given = [*node.args, *(one.value for one in node.keywords)]
        return [kind_of(self.type_of(one)) for one in given]

    def _items_of(self, node: ast.Call) -> Schema:
        """Returns the type of the items of a call's only argument."""
        return self._item_type(node.args[0]) if len(node.args) == 1 else UNKNOWN

    def _made(self, cls: type, node: ast.Call) -> Schema:
        """Returns the type of an instance of *cls*."""
        if cls is list and not node.args:
            return EMPTY_LIST
        if cls in (list, set, frozenset, tuple):
            return SequenceOf(cls, self._items_of(node))
        if cls is dict:
            return MappingOf(dict, UNKNOWN, UNKNOWN)
        if cls is type or not gives_instances(cls):
            return UNKNOWN
        return described(cls)


_POKE = "PokeReturnValue"
_POKED = ("is_done", "xcom_value")  # its arguments


# One look at the kind of a node: the parse of a DAG waits for the answer.
_READING: dict[type, Callable[[Expressions, Any], Schema]] = {
    ast.Constant: lambda _, node: constant(node.value),
    ast.JoinedStr: lambda _, __: _TEXT,
    ast.List: lambda self, node: (
        SequenceOf(list, self._each(node.elts)) if node.elts else EMPTY_LIST
    ),
    ast.Set: lambda self, node: SequenceOf(set, self._each(node.elts)),
    ast.Tuple: Expressions._tuple,
    ast.Dict: Expressions._dict,
    ast.ListComp: lambda self, node: SequenceOf(list, *self._inside(node.generators, node.elt)),
    ast.SetComp: lambda self, node: SequenceOf(set, *self._inside(node.generators, node.elt)),
    ast.DictComp: Expressions._dict_comprehension,
    ast.IfExp: lambda self, node: one_of(map(self.type_of, (node.body, node.orelse))),
    ast.BoolOp: lambda self, node: one_of(map(self.type_of, node.values)),
    ast.UnaryOp: Expressions._operator,
    ast.BinOp: Expressions._operator,
    ast.Compare: Expressions._operator,
    ast.NamedExpr: lambda self, node: self.type_of(node.value),
    ast.Name: lambda self, node: self._name(node.id),
    ast.Attribute: Expressions._attribute,
    ast.Subscript: lambda self, node: self._item(node.value, node.slice),
    ast.Call: Expressions._call,
}


def _names_in(target: ast.expr) -> list[str]:
    return [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]


def _filtered(name: str, item: Schema, tests: list[ast.expr]) -> Schema:
    """Returns the type of a loop's name below its tests.

    Only a text gets through ``if name.endswith(".csv")``: the method of bytes takes no text.
    """
    if not isinstance(item, Unknown):
        return item
    for test in tests:
        match test:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=tested), attr="endswith" | "startswith"),
                args=[ast.Constant(value=str())],
            ) if tested == name:
                return _TEXT
    return UNKNOWN


def _is_starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred)


def _part(item: Schema, place: int) -> Schema:
    """Returns the type of one of the names that an item is unpacked into."""
    match item:
        case TupleOf(items=items) if place < len(items):
            return widened(items[place])
        case SequenceOf(item=inner):
            return inner
    return UNKNOWN


def _in_view(view: str, schema: Schema) -> Schema:
    """Returns the type of what a loop over a view of a dict gives."""
    match schema:
        case MappingOf(type=kind, key=key, value=value) if kind is dict:
            pass
        case Record(type=kind, fields=fields) if kind is dict and fields:
            key, value = _TEXT, item_of([widened(one.schema) for one in fields.values()])
        case _:
            return UNKNOWN
    return key if view == "keys" else value if view == "values" else TupleOf((key, value))


def _text_in(schema: Schema) -> str:
    """Returns the text that a constant is, or nothing for anything else."""
    value = schema.values[0] if isinstance(schema, LiteralOf) else ""
    return value if isinstance(value, str) else ""


def _with_keys(
    before: Mapping[str, Field], names: list[str], values: list[Schema], added: list[Added]
) -> Schema:
    """Returns a dict with the keys of before and those of ``x["name"] = value``."""
    if not _MARKS.isdisjoint(names):
        return UNKNOWN
    fields = dict(before)
    for name, value, one in zip(names, values, added, strict=True):
        old = fields.get(name)
        both = one_of(map(widened, [value] if old is None else [old.schema, value]))
        fields[name] = Field(both, one.is_sure or (old is not None and old.required))
    return Record(dict, "typeddict", (), fields)


def _kinds(schema: Schema) -> set[type]:
    """Returns the classes of scalars; nothing where there may be anything else."""
    kinds = {kind_of(one) for one in members_of(schema)}
    return set() if None in kinds else {kind for kind in kinds if kind is not None}


def _ordered(kinds: set[type]) -> list[type]:
    return sorted(kinds, key=lambda kind: kind.__name__)


def _is_empty(node: ast.AST) -> bool:
    """Returns whether *node* is an empty list or dict: ``[]``, ``{}``, ``list()``, ``dict()``."""
    match node:
        case ast.AnnAssign(value=value) if value is not None:
            return _is_empty(value)
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="list" | "dict"), args=[], keywords=[]):
            return True
    return False


def _defaults(node: FunctionNode) -> dict[str, ast.expr | None]:
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    given = positional[len(positional) - len(args.defaults) :]
    return {
        **{one.arg: default for one, default in zip(given, args.defaults, strict=True)},
        **{
            one.arg: default for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        },
    }


def _declared(function: types.FunctionType) -> Schema:
    """Returns the return type that another function of the author's declares."""
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        return UNKNOWN
    if inspect.isasyncgenfunction(function) or "return" not in annotations_of(function):
        return UNKNOWN
    hints = read_hints(function, local_names={}, importing=False).found
    return described(hints["return"]) if "return" in hints else UNKNOWN
