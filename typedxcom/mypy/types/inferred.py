"""Finds the return type of a function without annotations from its own code.

It reads displays, constants, calls of classes and of annotated functions, parameters, and names
that are bound once. If anything is uncertain, the type is ``Any``, as without this module. The
parse check reads the same from Python's own syntax trees. `tests/data/inferred.py` is the table
that both agree on.

mypy infers nothing here: it may not know yet which type a name inside a body has.
"""

from __future__ import annotations

from typing import Any, Final

from mypy.erasetype import erase_typevars
from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    LDEF,
    AssignmentExpr,
    AssignmentStmt,
    BytesExpr,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    Decorator,
    DictExpr,
    DictionaryComprehension,
    EllipsisExpr,
    Expression,
    ExpressionStmt,
    FloatExpr,
    FuncDef,
    IndexExpr,
    IntExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    OverloadedFuncDef,
    RefExpr,
    ReturnStmt,
    SetComprehension,
    SetExpr,
    StarExpr,
    StrExpr,
    SymbolNode,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.server.subexpr import get_subexpressions
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeVarType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.features.statements import all_statements, blocks_of
from typedxcom.mypy.types.falling import falls_through
from typedxcom.mypy.types.kinds import is_known
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tables import fields_of

__all__ = ["keys_of", "return_in_code", "type_in_code", "without_constants"]

MAX_DEPTH: Final = 12
# Python's own functions that do not change their arguments.
HARMLESS: Final = frozenset(
    {"builtins.print", "builtins.len", "builtins.str", "builtins.repr", "builtins.sum"}
    | {"builtins.min", "builtins.max", "builtins.any", "builtins.all", "builtins.bool"}
    | {"json.dumps", "builtins.isinstance"}
)
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**"})
ALWAYS_BOOL: Final = frozenset({"in", "not in", "is", "is not"})


def return_in_code(site: Site, func: FuncDef) -> Type | None:
    """Returns what a function of this file returns, or None where that is not known.

    A union lists what may come. A reader need not take all of it.
    """
    if func.is_generator or func.is_async_generator or _is_stub(func):
        return None
    statements = all_statements(func.body.body)
    given = [each.expr for each in statements if isinstance(each, ReturnStmt)]
    reader = _Reader(site, func)
    found = [NoneType() if expr is None else reader.type_of(expr) for expr in given]
    if falls_through(func.body.body):
        found.append(NoneType())
    if not found or any(isinstance(one, AnyType) for one in found):
        return None
    return _union(found)


def type_in_code(site: Site, func: FuncDef, expr: Expression) -> Type:
    """Returns the type of one expression in a function, or ``Any`` where that is not known."""
    return _Reader(site, func).type_of(expr)


def _is_stub(func: FuncDef) -> bool:
    """Whether a body is still to be written, such as ``...``."""
    body = func.body.body
    return all(
        isinstance(one, ExpressionStmt) and isinstance(one.expr, (EllipsisExpr, StrExpr))
        for one in body
    )


def keys_of(inferred: Type) -> TypedDictType | None:
    """Returns the keys of all returned dict displays together, or None for any other value."""
    items: dict[str, list[Type]] = {}
    shown = [one for one in _members(inferred) if not isinstance(one, NoneType)]
    for one in shown:
        if not isinstance(one, TypedDictType):
            return None
        for name, value in one.items.items():
            items.setdefault(name, []).append(value)
    dicts = [one for one in shown if isinstance(one, TypedDictType)]
    if not items:
        return None
    required = set.intersection(*(set(one.items) for one in dicts))
    merged: dict[str, Type] = {name: _union(values) for name, values in items.items()}
    return TypedDictType(merged, required, set(), dicts[0].fallback)


def without_constants(found: Type) -> Type:
    """Returns the type as people read it: ``str`` instead of one literal text."""
    proper = get_proper_type(found)
    if isinstance(proper, LiteralType):
        return proper.fallback
    if isinstance(proper, UnionType):
        return _union([without_constants(item) for item in proper.items])
    if isinstance(proper, Instance):
        return proper.copy_modified(args=[without_constants(arg) for arg in proper.args])
    if isinstance(proper, TupleType):
        return proper.copy_modified(items=[without_constants(item) for item in proper.items])
    if isinstance(proper, TypedDictType):
        return proper.copy_modified(item_types=list(map(without_constants, proper.items.values())))
    return proper


class _Reader:
    """Reads the code of one function.

    Attributes:
        site: The file.
        parameters: Variable -> what its annotation says.
        values: Variable -> what it is set to, for those that are set once.
        seen: How often each variable appears in the code.
        explained: How often it appears where nothing happens to it.
    """

    def __init__(self, site: Site, func: FuncDef) -> None:
        self.site = site
        self.parameters = _parameters(func)
        self.values: dict[Var, Expression | None] = {}
        self.declared: dict[Var, Type] = {}
        self.seen: dict[Var, int] = {}
        self.explained: dict[Var, int] = {}
        self._depth = 0
        self._read = False
        self._func = func

    # Names ---------------------------------------------------------------------------------------

    def _read_names(self) -> None:
        """Reads which names are bound where. This happens once it is needed."""
        self._read = True
        body = self._func.body
        for expr in get_subexpressions(body):
            if isinstance(expr, NameExpr) and isinstance(expr.node, Var):
                self.seen[expr.node] = self.seen.get(expr.node, 0) + 1
            elif isinstance(expr, CallExpr) and _is_harmless(expr):
                for arg in expr.args:
                    self._explain(arg)
            elif isinstance(expr, AssignmentExpr):
                self._bind(expr.target, expr.value)
        for statement in _deep(body.body):
            if isinstance(statement, AssignmentStmt):
                for target in statement.lvalues:
                    self._bind(target, statement.rvalue, statement.type)
            elif isinstance(statement, ReturnStmt) and statement.expr is not None:
                self._explain(statement.expr)
        bound = _bindings(body)
        self.values = {
            var: value
            for var, value in self.values.items()
            if value is not None and bound.get(var) == 1 and var not in self.parameters
        }
        for var in list(self.parameters):
            if bound.get(var):
                self.parameters[var] = unknown()

    def _bind(self, target: Expression, value: Expression, declared: Type | None = None) -> None:
        if isinstance(target, NameExpr) and isinstance(target.node, Var):
            self.values[target.node] = value
            self._explain(target)
            if declared is not None:
                self.declared[target.node] = declared

    def _explain(self, expr: Expression) -> None:
        if isinstance(expr, NameExpr) and isinstance(expr.node, Var):
            self.explained[expr.node] = self.explained.get(expr.node, 0) + 1
        elif isinstance(expr, DictExpr):
            for _, value in expr.items:
                self._explain(value)
        elif isinstance(expr, (ListExpr, TupleExpr)):
            for item in expr.items:
                self._explain(item)

    def _name(self, expr: NameExpr) -> Type:
        if expr.fullname == "builtins.None":
            return NoneType()
        if expr.fullname in ("builtins.True", "builtins.False"):
            return self._constant(expr.name == "True", "bool")
        if expr.kind != LDEF or not isinstance(expr.node, Var):
            return unknown()
        if not self._read:
            self._read_names()
        if expr.node in self.parameters:
            return self.parameters[expr.node]
        if (declared := self.declared.get(expr.node)) is not None:
            return declared if expr.node in self.values else unknown()
        value = self.values.get(expr.node)
        if value is None:
            return unknown()
        found = self.type_of(value)
        untouched = self.seen.get(expr.node, 0) <= self.explained.get(expr.node, 0)
        return found if untouched else self._touched(found)

    def _touched(self, found: Type) -> Type:
        """Returns what is still known of a container's type after somebody may have changed it."""
        proper = get_proper_type(found)
        if isinstance(proper, UnionType):
            return _union([self._touched(item) for item in proper.items])
        if isinstance(proper, TypedDictType):
            return self.site.builtin("dict", [unknown(), unknown()])
        if isinstance(proper, Instance) and proper.type.fullname in _CHANGING:
            return proper.copy_modified(args=[unknown() for _ in proper.args])
        if isinstance(proper, TupleType):
            return proper.copy_modified(items=[self._touched(item) for item in proper.items])
        return found

    # Expressions ---------------------------------------------------------------------------------

    def type_of(self, expr: Expression) -> ProperType:
        """Returns the type of an expression, or ``Any`` where that is not known."""
        found = self._any_type(expr)
        return found if is_known(found) else get_proper_type(unknown())

    def _any_type(self, expr: Expression) -> ProperType:
        """Returns the same, also for types that no output can have, since they may have methods."""
        reader = _READERS.get(type(expr))
        if reader is None or self._depth > MAX_DEPTH:
            return get_proper_type(unknown())
        self._depth += 1
        try:
            found: Type = reader(self, expr)
            return get_proper_type(found)
        finally:
            self._depth -= 1

    def _constant(self, value: Any, name: str) -> Type:
        return LiteralType(value, self.site.builtin(name))

    def _list(self, expr: ListExpr | SetExpr) -> Type:
        name = "list" if isinstance(expr, ListExpr) else "set"
        return self.site.builtin(name, [self._item(expr.items)])

    def _item(self, items: list[Expression]) -> Type:
        if not items or any(isinstance(item, StarExpr) for item in items):
            return unknown()
        return _union([self.type_of(item) for item in items])

    def _tuple(self, expr: TupleExpr) -> Type:
        if any(isinstance(item, StarExpr) for item in expr.items):
            return self.site.builtin("tuple", [unknown()])
        items: list[Type] = [self.type_of(item) for item in expr.items]
        return TupleType(items, self.site.builtin("tuple", [unknown()]))

    def _dict(self, expr: DictExpr) -> Type:
        items: dict[str, Type] = {}
        for key, value in expr.items:
            if not isinstance(key, StrExpr):
                break
            items[key.value] = self.type_of(value)
        else:
            fallback = self.site.instance("typing._TypedDict") or self.site.builtin("object")
            return TypedDictType(items, set(items), set(), fallback)
        if any(key is None for key, _ in expr.items):
            return self.site.builtin("dict", [unknown(), unknown()])
        keys = self._item([key for key, _ in expr.items if key is not None])
        values = self._item([value for _, value in expr.items])
        return self.site.builtin("dict", [without_constants(keys), values])

    def _comprehension(self, expr: ListComprehension | SetComprehension) -> Type:
        name = "list" if isinstance(expr, ListComprehension) else "set"
        return self.site.builtin(name, [self.type_of(expr.generator.left_expr)])

    def _dict_comprehension(self, expr: DictionaryComprehension) -> Type:
        key = unknown() if expr.key is None else self.type_of(expr.key)
        return self.site.builtin("dict", [key, self.type_of(expr.value)])

    def _conditional(self, expr: ConditionalExpr) -> Type:
        return _union([self.type_of(expr.if_expr), self.type_of(expr.else_expr)])

    def _comparison(self, expr: ComparisonExpr) -> Type:
        if all(operator in ALWAYS_BOOL for operator in expr.operators):
            return self.site.builtin("bool")
        sides = [self.type_of(side) for side in expr.operands]
        return self.site.builtin("bool") if all(map(_is_scalar, sides)) else unknown()

    def _unary(self, expr: UnaryExpr) -> Type:
        if expr.op == "not":
            return self.site.builtin("bool")
        inner = without_constants(self.type_of(expr.expr))
        number = _name_of(inner) in ("builtins.int", "builtins.float")
        return inner if number and expr.op in "-+" else unknown()

    def _operation(self, expr: OpExpr) -> Type:
        left, right = self.type_of(expr.left), self.type_of(expr.right)
        if expr.op in ("and", "or"):
            return _union([left, right])
        if expr.op not in ARITHMETIC:
            return unknown()
        a, b = without_constants(left), without_constants(right)
        names = _name_of(a), _name_of(b)
        if names[0] == "builtins.str" and (expr.op == "%" or (names == _TEXTS and expr.op == "+")):
            return a
        if names == ("builtins.list", "builtins.list") and expr.op == "+":
            args: list[Type] = [_union([x, y]) for x, y in zip(_args(a), _args(b), strict=True)]
            return self.site.builtin("list", args)
        if not all(name in ("builtins.int", "builtins.float") for name in names):
            return unknown()
        if expr.op == "/" or "builtins.float" in names:
            return self.site.builtin("float") if expr.op != "**" else unknown()
        return self.site.builtin("int") if expr.op != "**" else unknown()

    def _index(self, expr: IndexExpr) -> Type:
        base = self._any_type(expr.base)
        if isinstance(base, TypedDictType) and isinstance(expr.index, StrExpr):
            return base.items.get(expr.index.value, unknown())
        if isinstance(base, TupleType) and isinstance(expr.index, IntExpr):
            items, index = base.items, expr.index.value
            return items[index] if index < len(items) else unknown()
        name = _name_of(base)
        if name == "builtins.dict" and len(_args(base)) == 2:
            return _args(base)[1]
        single = isinstance(expr.index, (IntExpr, UnaryExpr, NameExpr))
        if name == "builtins.list" and single and self._is_number(expr.index):
            return _args(base)[0]
        return unknown()

    def _is_number(self, expr: Expression) -> bool:
        return _name_of(without_constants(self.type_of(expr))) == "builtins.int"

    def _member(self, expr: MemberExpr) -> Type:
        if isinstance(expr.expr, RefExpr) and isinstance(expr.expr.node, TypeInfo):
            info = expr.expr.node
            node = info.names[expr.name].node if expr.name in info.names else None
            is_member = info.is_enum and isinstance(node, Var) and expr.name in info.enum_members
            return Instance(info, []) if is_member else unknown()
        base = self._any_type(expr.expr)
        fields = fields_of(base) if isinstance(base, Instance) and is_known(base) else None
        return fields[expr.name][0] if fields and expr.name in fields else unknown()

    # Calls ---------------------------------------------------------------------------------------

    def _call(self, expr: CallExpr) -> Type:
        callee = expr.callee
        if isinstance(callee, RefExpr) and isinstance(callee.node, TypeInfo):
            return _made_by(callee.node, expr)
        if isinstance(callee, RefExpr) and callee.fullname in _OF_ITEMS and len(expr.args) == 1:
            return self._of_items(callee.fullname, expr.args[0])
        if isinstance(callee, RefExpr) and isinstance(callee.node, (FuncDef, OverloadedFuncDef)):
            return _returned(callee.node)
        if isinstance(callee, MemberExpr):
            return self._method(callee)
        return unknown()

    def _of_items(self, function: str, given: Expression) -> Type:
        """Returns the type of ``max(xs)`` or ``sum(xs)``. The sum of nothing is an ``int``."""
        found = self.type_of(given)
        item = _args(found)[0] if _name_of(found) in _CHANGING[:2] else unknown()
        if function != "builtins.sum":
            return item
        number = _name_of(item) in ("builtins.int", "builtins.float")
        return _union([item, self.site.builtin("int")]) if number else unknown()

    def _method(self, callee: MemberExpr) -> Type:
        if isinstance(callee.expr, RefExpr) and isinstance(callee.expr.node, TypeInfo):
            owner: Type = Instance(callee.expr.node, _anys(callee.expr.node))
            is_class = True
        else:
            owner, is_class = self._any_type(callee.expr), False
        proper = get_proper_type(owner)
        if isinstance(proper, LiteralType):
            proper = proper.fallback
        if not isinstance(proper, Instance) or proper.type.fallback_to_any:
            return unknown()
        symbol = proper.type.get(callee.name)
        node = symbol.node if symbol else None
        if is_class != isinstance(node, Decorator):
            return unknown()
        if isinstance(node, Decorator):
            # mypy's cache does not keep the other decorators of a method.
            known = node.func.is_class and node.info and node.info.module_name in _STANDARD
            found = _returned(node.func) if known else unknown()
        else:
            found = _returned(node)
        if isinstance(found, TypeVarType) and found.id.is_self():
            return proper
        if not isinstance(node, (FuncDef, OverloadedFuncDef, Decorator)) or not node.info:
            return unknown()
        if node.info.type_vars:
            found = expand_type_by_instance(found, map_instance_to_supertype(proper, node.info))
        return erase_typevars(found)

    def _walrus(self, expr: AssignmentExpr) -> Type:
        return self.type_of(expr.value)


_READERS: Final[dict[type, Any]] = {
    IntExpr: lambda reader, expr: reader._constant(expr.value, "int"),
    StrExpr: lambda reader, expr: reader._constant(expr.value, "str"),
    BytesExpr: lambda reader, _: reader.site.builtin("bytes"),
    FloatExpr: lambda reader, _: reader.site.builtin("float"),
    NameExpr: _Reader._name,
    ListExpr: _Reader._list,
    SetExpr: _Reader._list,
    TupleExpr: _Reader._tuple,
    DictExpr: _Reader._dict,
    ListComprehension: _Reader._comprehension,
    SetComprehension: _Reader._comprehension,
    DictionaryComprehension: _Reader._dict_comprehension,
    ConditionalExpr: _Reader._conditional,
    ComparisonExpr: _Reader._comparison,
    UnaryExpr: _Reader._unary,
    OpExpr: _Reader._operation,
    IndexExpr: _Reader._index,
    MemberExpr: _Reader._member,
    CallExpr: _Reader._call,
    AssignmentExpr: _Reader._walrus,
}
_CHANGING: Final = ("builtins.list", "builtins.set", "builtins.dict")
_STANDARD: Final = ("builtins", "datetime", "decimal", "pathlib", "uuid")
_OF_ITEMS: Final = ("builtins.max", "builtins.min", "builtins.sum")
_TEXTS: Final = ("builtins.str", "builtins.str")


def _parameters(func: FuncDef) -> dict[Var, Type]:
    """Returns the parameters' annotations, or ``Any`` for those without one and for stars."""
    signature = func.type
    types = signature.arg_types if isinstance(signature, CallableType) else []
    found: dict[Var, Type] = {}
    for place, argument in enumerate(func.arguments):
        single = argument.kind.is_positional() or argument.kind.is_named()
        optional = isinstance(argument.initializer, NameExpr)  # ``= None`` widens the annotation
        known = place < len(types) and single and not argument.kind.is_star() and not optional
        found[argument.variable] = erase_typevars(types[place]) if known else unknown()
    return found


def _bindings(body: Any) -> dict[Var, int]:
    """Returns variable -> how many times it is bound, by anything that binds a name."""
    found: dict[Var, int] = {}
    for var in _bound(body.body):
        found[var] = found.get(var, 0) + 1
    for expr in get_subexpressions(body):
        if isinstance(expr, AssignmentExpr) and isinstance(expr.target.node, Var):
            found[expr.target.node] = found.get(expr.target.node, 0) + 1
    return found


def _bound(statements: list[Any]) -> list[Var]:
    targets = [target for statement in _deep(statements) for target in _targets(statement)]
    return [one.node for one in targets if isinstance(one.node, Var)]


def _targets(statement: Any) -> list[NameExpr]:
    """Returns the names in a statement that get a value."""
    found: list[Expression] = list(getattr(statement, "lvalues", ()))
    for name in ("lvalue", "index"):
        target = getattr(statement, name, None)
        found += [target] if isinstance(target, Expression) else []
    for target in (*getattr(statement, "target", ()), *getattr(statement, "vars", ())):
        found += [target] if isinstance(target, Expression) else []
    deleted = getattr(statement, "expr", None)
    if type(statement).__name__ == "DelStmt" and deleted is not None:
        found.append(deleted)
    # ``x.a = 1`` and ``x[k] = 1`` bind no name.
    flat: list[NameExpr] = []
    for target in found:
        inner = target.expr if isinstance(target, StarExpr) else target
        if isinstance(inner, (TupleExpr, ListExpr)):
            flat += [one for one in get_subexpressions(inner) if isinstance(one, NameExpr)]
        elif isinstance(inner, NameExpr):
            flat.append(inner)
    return flat


def _deep(statements: list[Any]) -> list[Any]:
    """Returns the statements of a body, including those of the functions inside it."""
    found: list[Any] = []
    for statement in statements:
        found.append(statement)
        for block in blocks_of(statement):
            found += _deep(block.body)
    return found


def _is_harmless(call: CallExpr) -> bool:
    callee = call.callee
    if isinstance(callee, MemberExpr) and isinstance(callee.expr, StrExpr):
        return True  # an f-string
    return isinstance(callee, RefExpr) and callee.fullname in HARMLESS


def _made_by(info: TypeInfo, call: CallExpr) -> Type:
    if info.typeddict_type is not None:
        return info.typeddict_type
    if info.tuple_type is not None:
        return info.tuple_type
    if info.fallback_to_any or (info.fullname == "builtins.type" and len(call.args) == 1):
        return unknown()
    if info.fullname == "builtins.dict":
        if call.arg_names and all(kind is ARG_NAMED for kind in call.arg_kinds):
            return Instance(info, [unknown(), unknown()])
        return Instance(info, _anys(info))
    if info.is_enum and not all(kind is ARG_POS for kind in call.arg_kinds):
        return unknown()  # `Enum("Color", names=...)`
    return Instance(info, _anys(info))


def _anys(info: TypeInfo) -> list[Type]:
    return [unknown() for _ in info.type_vars]


def _returned(node: SymbolNode | None) -> Type:
    """Returns a function's declared result, or ``Any`` where its arguments decide the result."""
    if isinstance(node, FuncDef) and (node.is_coroutine or node.is_generator):
        return unknown()
    if not isinstance(node, (FuncDef, OverloadedFuncDef)):
        return unknown()
    signature = get_proper_type(node.type)
    if isinstance(signature, Overloaded):
        items = [_of_signature(item) for item in signature.items]
        return items[0] if all(item == items[0] for item in items) else unknown()
    return _of_signature(signature) if isinstance(signature, CallableType) else unknown()


def _of_signature(signature: CallableType) -> Type:
    found = get_proper_type(signature.ret_type)
    if isinstance(found, TypeVarType) and found.id.is_self():
        return found
    own = {variable.id for variable in signature.variables}
    return erase_typevars(found, own) if own else found


def _members(found: Type) -> list[ProperType]:
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        return [one for item in proper.items for one in _members(item)]
    return [proper]


def _union(found: list[Any]) -> ProperType:
    """Joins all types that may come, each once. mypy's own join makes ``1 | True`` an ``int``."""
    kept: list[ProperType] = []
    for item in (one for each in found for one in _members(each)):
        if isinstance(item, AnyType):
            return unknown()
        if item not in kept:
            kept.append(item)
    return kept[0] if len(kept) == 1 else get_proper_type(UnionType.make_union(list(kept)))


def _is_scalar(found: ProperType) -> bool:
    return _name_of(without_constants(found)) in _SCALARS


_SCALARS: Final = frozenset(f"builtins.{name}" for name in ("int", "float", "str", "bool", "bytes"))


def _name_of(found: Type) -> str:
    proper = get_proper_type(found)
    return proper.type.fullname if isinstance(proper, Instance) else ""


def _args(found: Type) -> list[Type]:
    proper = get_proper_type(found)
    return list(proper.args) if isinstance(proper, Instance) else []
