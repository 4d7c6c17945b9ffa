"""The type of an expression in a function, from its code and from what is declared around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mypy.nodes import (
    LDEF,
    AssignmentExpr,
    BytesExpr,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
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
    SetComprehension,
    SetExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.types import (
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.bindings import Bindings
from typedxcom.mypy.types.kinds import is_known
from typedxcom.mypy.types.loops import follow, item_of, with_added, with_keys
from typedxcom.mypy.types.results import anys, made_by, method_result, returned_by
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tables import fields_of
from typedxcom.mypy.types.unions import (
    NO_ITEM,
    args_of,
    is_scalar,
    name_of,
    union,
    without_constants,
)

__all__ = ["Reader"]

MAX_DEPTH: Final = 12
ARITHMETIC: Final = frozenset({"+", "-", "*", "/", "//", "%", "**"})
ALWAYS_BOOL: Final = frozenset({"in", "not in", "is", "is not"})


class Reader:
    """Reads the expressions of one function.

    Args:
        site: The file.
        func: The function.
        given: Parameter without annotation -> what one call gives it.

    Attributes:
        site: The file.
        bindings: What the names in the function stand for, once one is asked for.
        asks_for_parameters: Whether an expression depends on a parameter without annotation.
    """

    def __init__(self, site: Site, func: FuncDef, given: Mapping[str, Type] | None = None) -> None:
        self.site = site
        self.asks_for_parameters = False
        self._given = given or {}
        self.bindings: Bindings | None = None
        self._depth = 0
        self._func = func
        self.looped: dict[Var, Type] = {}  # names of comprehensions
        self._running: set[Var] = set()

    # Names ---------------------------------------------------------------------------------------

    def _name(self, expr: NameExpr) -> Type:
        if expr.fullname == "builtins.None":
            return NoneType()
        if expr.fullname in ("builtins.True", "builtins.False"):
            return self._constant(expr.name == "True", "bool")
        if expr.kind != LDEF or not isinstance(expr.node, Var):
            return unknown()
        if expr.node in self.looped:
            return self.looped[expr.node]
        if self.bindings is None:
            self.bindings = Bindings(self._func)
        var, bindings = expr.node, self.bindings
        if var in self._running:
            return unknown()
        self._running.add(var)
        try:
            return self._own(var, bindings)
        finally:
            self._running.discard(var)

    def _own(self, var: Var, bindings: Bindings) -> Type:
        """Returns what a variable of the function stands for."""
        if var in bindings.open:
            self.asks_for_parameters = True
            given = self._given.get(var.name, unknown())
            if var in bindings.added:
                return self._touched(given)
            return self._changed(var, self._filled(var, given, bindings))
        if var in bindings.parameters:
            return bindings.parameters[var]
        if (declared := bindings.declared.get(var)) is not None:
            return declared if var in bindings.values else unknown()
        value = bindings.values.get(var)
        if value is None:
            iterated = bindings.looped.get(var)
            found = unknown() if iterated is None else item_of(self, iterated)
        else:
            found = self.type_of(value)
        if (added := bindings.added.get(var)) is not None:
            filled = with_added(self, get_proper_type(found), added)
            found = self._touched(found) if filled is None else filled
        return self._changed(var, self._filled(var, found, bindings))

    def _filled(self, var: Var, found: Type, bindings: Bindings) -> Type:
        """Returns the type of a dict after each ``x["a"] = value``."""
        keyed = bindings.keyed.get(var)
        if keyed is None:
            return found
        filled = with_keys(self, get_proper_type(found), keyed)
        return self._touched(found) if filled is None else filled

    def _changed(self, var: Var, found: Type) -> Type:
        """Returns what is still known of a variable's value after the code has used it."""
        bindings = self.bindings
        if bindings is None or bindings.is_untouched(var):
            return found
        return self._touched(found, int(bindings.keeps_items(var)))

    def _touched(self, found: Type, depth: int = 0) -> Type:
        """Returns what is still known of a container's type after somebody may have changed it.

        Args:
            found: The type.
            depth: 1 if only what is in its items may have changed.
        """
        proper = get_proper_type(found)
        if isinstance(proper, UnionType):
            return union([self._touched(item, depth) for item in proper.items])
        if depth and isinstance(proper, TypedDictType):
            items = [self._touched(item) for item in proper.items.values()]
            return proper.copy_modified(item_types=items)
        if depth and isinstance(proper, Instance) and proper.type.fullname in _CHANGING:
            kept = [self._touched(item) for item in proper.args]
            return proper.copy_modified(args=kept)
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

    def _empty_list(self) -> Type:
        return self.site.builtin("list", [NO_ITEM])

    def _list(self, expr: ListExpr | SetExpr) -> Type:
        if not expr.items:
            return self._empty_list()  # `{}` is a dict
        name = "list" if isinstance(expr, ListExpr) else "set"
        return self.site.builtin(name, [self._item(expr.items)])

    def _item(self, items: list[Expression]) -> Type:
        if not items or any(isinstance(item, StarExpr) for item in items):
            return unknown()
        return union([self.type_of(item) for item in items])

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
        follow(self, expr.generator)
        return self.site.builtin(name, [without_constants(self.type_of(expr.generator.left_expr))])

    def _dict_comprehension(self, expr: DictionaryComprehension) -> Type:
        follow(self, expr)
        key = unknown() if expr.key is None else self.type_of(expr.key)
        return self.site.builtin("dict", [key, self.type_of(expr.value)])

    def _conditional(self, expr: ConditionalExpr) -> Type:
        return union([self.type_of(expr.if_expr), self.type_of(expr.else_expr)])

    def _comparison(self, expr: ComparisonExpr) -> Type:
        if all(operator in ALWAYS_BOOL for operator in expr.operators):
            return self.site.builtin("bool")
        sides = [self.type_of(side) for side in expr.operands]
        return self.site.builtin("bool") if all(map(is_scalar, sides)) else unknown()

    def _unary(self, expr: UnaryExpr) -> Type:
        if expr.op == "not":
            return self.site.builtin("bool")
        inner = without_constants(self.type_of(expr.expr))
        number = name_of(inner) in ("builtins.int", "builtins.float")
        return inner if number and expr.op in "-+" else unknown()

    def _operation(self, expr: OpExpr) -> Type:
        left, right = self.type_of(expr.left), self.type_of(expr.right)
        if expr.op in ("and", "or"):
            return union([left, right])
        if expr.op not in ARITHMETIC:
            return unknown()
        a, b = without_constants(left), without_constants(right)
        names = name_of(a), name_of(b)
        if names[0] == "builtins.str" and (expr.op == "%" or (names == _TEXTS and expr.op == "+")):
            return a
        if names == ("builtins.list", "builtins.list") and expr.op == "+":
            args: list[Type] = [union([x, y]) for x, y in zip(args_of(a), args_of(b), strict=True)]
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
        name = name_of(base)
        if name == "builtins.dict" and len(args_of(base)) == 2:
            return args_of(base)[1]
        single = isinstance(expr.index, (IntExpr, UnaryExpr, NameExpr))
        if name == "builtins.list" and single and self._is_number(expr.index):
            return args_of(base)[0]
        return unknown()

    def _is_number(self, expr: Expression) -> bool:
        return name_of(without_constants(self.type_of(expr))) == "builtins.int"

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
            is_empty = callee.fullname == "builtins.list" and not expr.args
            if callee.fullname in _COLLECTING and len(expr.args) == 1:
                return self.site.builtin(callee.node.name, [item_of(self, expr.args[0])])
            return self._empty_list() if is_empty else made_by(callee.node, expr)
        if isinstance(callee, RefExpr) and callee.fullname in _OF_TEXTS:
            return self._of_texts(callee.fullname, expr.args)
        if isinstance(callee, RefExpr) and callee.fullname in _OF_ITEMS and len(expr.args) == 1:
            return self._of_items(callee.fullname, expr.args[0])
        if isinstance(callee, RefExpr) and isinstance(callee.node, (FuncDef, OverloadedFuncDef)):
            return returned_by(callee.node)
        if isinstance(callee, MemberExpr):
            return self._method(callee)
        return unknown()

    def _of_texts(self, function: str, given: list[Expression]) -> Type:
        """Returns what a function makes of texts that makes bytes of bytes."""
        kinds = [name_of(without_constants(self.type_of(one))) for one in given]
        if "builtins.str" not in kinds and (given or function not in _WITHOUT_ARGUMENTS):
            return unknown()
        text = self.site.builtin("str")
        return self.site.builtin("list", [text]) if function in _LISTING else text

    def _of_items(self, function: str, given: Expression) -> Type:
        """Returns the type of ``max(xs)`` or ``sum(xs)``. The sum of nothing is an ``int``."""
        if function == "builtins.sorted":
            return self.site.builtin("list", [item_of(self, given)])
        found = self.type_of(given)
        item = args_of(found)[0] if name_of(found) in _CHANGING[:2] else unknown()
        if function != "builtins.sum":
            return item
        number = name_of(item) in ("builtins.int", "builtins.float")
        return union([item, self.site.builtin("int")]) if number else unknown()

    def _method(self, callee: MemberExpr) -> Type:
        if isinstance(callee.expr, RefExpr) and isinstance(callee.expr.node, TypeInfo):
            owner: Type = Instance(callee.expr.node, anys(callee.expr.node))
            is_class = True
        else:
            owner, is_class = self._any_type(callee.expr), False
        return method_result(get_proper_type(owner), callee.name, is_class=is_class)

    def _walrus(self, expr: AssignmentExpr) -> Type:
        return self.type_of(expr.value)


_READERS: Final[dict[type, Any]] = {
    IntExpr: lambda reader, expr: reader._constant(expr.value, "int"),
    StrExpr: lambda reader, expr: reader._constant(expr.value, "str"),
    BytesExpr: lambda reader, _: reader.site.builtin("bytes"),
    FloatExpr: lambda reader, _: reader.site.builtin("float"),
    NameExpr: Reader._name,
    ListExpr: Reader._list,
    SetExpr: Reader._list,
    TupleExpr: Reader._tuple,
    DictExpr: Reader._dict,
    ListComprehension: Reader._comprehension,
    SetComprehension: Reader._comprehension,
    DictionaryComprehension: Reader._dict_comprehension,
    ConditionalExpr: Reader._conditional,
    ComparisonExpr: Reader._comparison,
    UnaryExpr: Reader._unary,
    OpExpr: Reader._operation,
    IndexExpr: Reader._index,
    MemberExpr: Reader._member,
    CallExpr: Reader._call,
    AssignmentExpr: Reader._walrus,
}
_CHANGING: Final = ("builtins.list", "builtins.set", "builtins.dict")
_LISTING: Final = ("os.listdir", "glob.glob")
_WITHOUT_ARGUMENTS: Final = ("os.listdir", "tempfile.mkdtemp")
_OF_TEXTS: Final = frozenset({
    *_LISTING, "tempfile.mkdtemp",
    *(f"posixpath.{name}" for name in ("join", "basename", "dirname", "abspath", "realpath")),
    *(f"posixpath.{name}" for name in ("normpath", "expanduser", "expandvars", "relpath")),
})  # fmt: skip
_OF_ITEMS: Final = ("builtins.max", "builtins.min", "builtins.sum", "builtins.sorted")
_COLLECTING: Final = frozenset({"builtins.list", "builtins.set", "builtins.frozenset"})
_TEXTS: Final = ("builtins.str", "builtins.str")
