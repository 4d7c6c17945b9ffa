"""Reads what the code of a task needs of a parameter that nobody annotated.

`typedxcom.needs` judges it for the parse check too. This module only finds the function that a call
runs and its source, and says in mypy's types which kinds of values an output may be.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from mypy.nodes import (
    ARG_STAR,
    ARG_STAR2,
    LDEF,
    CallExpr,
    Context,
    Decorator,
    Expression,
    ExpressionStmt,
    FuncDef,
    IntExpr,
    LambdaExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    RefExpr,
    StrExpr,
    TypeInfo,
)
from mypy.server.subexpr import get_subexpressions
from mypy.types import (
    AnyType,
    CallableType,
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

from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.unions import is_empty_list, members
from typedxcom.needs import (
    ITEM,
    KINDS,
    OBJECT,
    Need,
    Needs,
    Shown,
    as_function,
    broken,
    needs_of,
    values_of,
)

__all__ = [
    "Reader",
    "broken_by",
    "broken_in",
    "lacks",
    "needs_of_calls",
    "reader_of",
    "shows_inside",
]

Reader: TypeAlias = FuncDef | LambdaExpr

_LIBRARIES: Final = ("builtins", "pydantic", "msgspec", "typing")
# With `model_config`, a model may keep what it does not know.
_HOOKS: Final = frozenset({"__getattr__", "__getattribute__", "__post_init__", "model_config"})
_KINDS: Final = {f"builtins.{name}": name for name in KINDS}
_DICTS: Final = ("builtins.dict", "typing.Mapping", "typing.MutableMapping")
_LISTS: Final = (
    *("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"),
    *("typing.Sequence", "typing.Iterable", "typing.Collection"),
)


def reader_of(site: Site, call: CallExpr, function: CallableType | None) -> FuncDef | None:
    """Returns the function of the task that a call wires, if its code is here and unchanged.

    Args:
        site: The file.
        call: ``load(out)`` or ``load.partial(...).expand(...)``.
        function: The type of the task's function.
    """
    node: Expression = call.callee
    while isinstance(node, (CallExpr, MemberExpr)):
        node = node.callee if isinstance(node, CallExpr) else node.expr
    task = node.node if isinstance(node, RefExpr) else None
    if not isinstance(task, Decorator) or function is None or not site.defines(task.func):
        return None
    definition = function.definition
    is_own = definition is task.func or (definition is None and function.implicit)
    return task.func if is_own else None


def broken_by(
    site: Site,
    reader: Reader,
    parameter: str,
    found: Iterable[Type],
    *,
    is_exact: bool,
    is_annotated: bool = False,
) -> Need | None:
    """Returns the need of *parameter* that all types which may come would break, or None.

    Args:
        site: The file.
        reader: The function that reads, or the lambda.
        parameter: Its parameter.
        found: The types that may come.
        is_exact: Whether an object has the class that is found. If only code shows it, it may
            arrive as its JSON.
        is_annotated: Whether an annotation such as ``dict`` decides what the value becomes. Only
            what it leaves open is compared then.
    """
    found = list(found)
    if is_annotated and not any(map(shows_inside, found)):
        return None
    shown = _kinds(found, is_exact=is_exact)
    if is_annotated:
        shown = [one if one.kind in ("dict", "list", "tuple") else Shown() for one in shown]
    if all(one.kind is None for one in shown):
        return None
    return broken(_needs(site, reader, parameter, is_annotated=is_annotated), shown)


def broken_in(needs: Needs, found: Iterable[Type], *, is_exact: bool) -> Need | None:
    """Returns the same for needs that are known."""
    return broken(needs, _kinds(found, is_exact=is_exact))


def needs_of_calls(
    site: Site, func: FuncDef, calls: Iterable[CallExpr]
) -> Iterator[tuple[CallExpr, int | None, Needs]]:
    """Yields what a function needs of the values that some calls in it give.

    Yields:
        The call; which item of its value, if not the whole; the needs.
    """
    node = _node_of(site, func)
    if node is None:
        return
    by_place = {(one.line, one.column): one for one in calls}
    offset = func.line - node.lineno

    def wanted(call: ast.Call) -> bool:
        # In `get_current_context()["ti"].xcom_pull("a")`, two calls begin at one place.
        found = by_place.get((call.lineno + offset, call.col_offset))
        return found is not None and _method(call.func) == getattr(found.callee, "name", "")

    for given in values_of(node, wanted, _Meanings(func).of):
        call = by_place[given.call.lineno + offset, given.call.col_offset]
        yield call, given.item, given.needs


def _method(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ""


def _kinds(found: Iterable[Type], *, is_exact: bool) -> list[Shown]:
    shown = [one for each in found for one in _shown(get_proper_type(each))]
    return [one if is_exact or one.kind != OBJECT else Shown() for one in shown]


def shows_inside(found: Type) -> bool:
    """Whether something is known of what is in a dict or a list."""
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        return any(map(shows_inside, proper.items))
    if isinstance(proper, Instance):
        is_container = bool(proper.args) and proper.type.fullname in (*_DICTS, *_LISTS)
        return is_container and not isinstance(get_proper_type(proper.args[-1]), AnyType)
    return isinstance(proper, (TupleType, TypedDictType))


def lacks(need: Need, found: Type) -> str:
    """Names the key that no value has, or the way to read a field."""
    types = members(found)
    for step in need.path:
        types = [one for each in types for inner in _steps(each, step) for one in members(inner)]
    shown = [one for each in types for one in _shown(each)]
    known = [one.names for one in shown if one.kind == OBJECT]
    if len(known) == 1 and known[0] is not None:
        return need.cure(known[0])
    is_shown = any(one.names is not None for one in shown)
    return f', which has no key "{need.key}"' if need.key is not None and is_shown else ""


def _needs(site: Site, reader: Reader, parameter: str, *, is_annotated: bool) -> Needs:
    asked = reader, parameter
    known: Needs | None = site.needs.get(asked)
    if known is None:
        known = _read_needs(site, reader, parameter, is_annotated=is_annotated)
        site.needs[asked] = known
    return known


def _read_needs(site: Site, reader: Reader, parameter: str, *, is_annotated: bool) -> Needs:
    is_open: Any = [
        (one.type_annotation is None or is_annotated) and not one.kind.is_star()
        for one in reader.arguments
        if one.variable.name == parameter
    ]
    is_open = is_open == [True] and not _passes_on(reader)
    node = _node_of(site, reader) if is_open else None
    return Needs() if node is None else needs_of(node, parameter, _Meanings(reader).of)


def _passes_on(reader: Reader) -> bool:
    """Whether code only calls functions of its own with names: that needs nothing of a value."""
    for statement in reader.body.body:
        call = statement.expr if isinstance(statement, ExpressionStmt) else None
        if not isinstance(call, CallExpr) or not isinstance(call.callee, NameExpr):
            return False
        name = call.callee.fullname
        if name.startswith("builtins.") and name != "builtins.print":
            return False
        if ARG_STAR in call.arg_kinds or ARG_STAR2 in call.arg_kinds:
            return False
        if not all(isinstance(one, (NameExpr, StrExpr, IntExpr)) for one in call.args):
            return False
    return True


class _Meanings:
    """What the names in a body stand for. They are looked up once one is needed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[str, str] | None = None

    def of(self, name: str) -> str:
        """Returns a full name such as ``builtins.len``, or nothing for a name of a scope around."""
        if self._known is None:
            self._known = {}
            for one in get_subexpressions(self._reader.body):
                if isinstance(one, NameExpr):
                    self._known[one.name] = _meaning(one)
        return self._known.get(name, "")


def _meaning(name: NameExpr) -> str:
    if name.kind == LDEF:
        return ""
    if isinstance(name.node, MypyFile) or name.fullname.startswith("builtins."):
        return name.fullname
    return ""


def _node_of(site: Site, reader: Reader) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Returns the syntax tree of a function, from the file that mypy reads."""
    try:
        if isinstance(reader, LambdaExpr):
            return _lambda_of(reader, site.lines)
        lines = site.lines[reader.line - 1 : reader.end_line]
        # An `if` above it allows for its margin: a dedent would change strings of several lines.
        text = b"".join(lines)
        tree = ast.parse(b"if 1:\n" + text if text[:1].isspace() else text)
    except (ValueError, IndexError, SyntaxError):
        return None
    node = tree.body[0] if tree.body else None
    node = node.body[0] if isinstance(node, ast.If) else node
    is_it = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == reader.name
    return node if is_it else None  # type: ignore[return-value]


def _lambda_of(reader: LambdaExpr, lines: list[bytes]) -> ast.FunctionDef | None:
    """Returns a lambda as a function that returns its expression."""
    end: Context = reader if reader.end_line is not None else reader.expr()  # before mypy 2
    rows = lines[reader.line - 1 : end.end_line]
    rows[-1] = rows[-1][: end.end_column]
    rows[0] = rows[0][reader.column :]
    node = ast.parse(b"(" + b"".join(rows) + b")", mode="eval").body
    return as_function(node) if isinstance(node, ast.Lambda) else None


def _shown(found: ProperType) -> list[Shown]:
    """Returns the kinds of values that a type may be."""
    inside = functools.partial(_inside, found)
    match found:
        case UnionType(items=items):
            return [one for item in items for one in _shown(get_proper_type(item))]
        case LiteralType(fallback=fallback, value=value):
            return [Shown(_KINDS.get(fallback.type.fullname), is_false=not value)]
        case NoneType():
            return [Shown("None")]
        case TypedDictType():
            is_display = found.fallback.type.fullname == "typing._TypedDict"
            names = frozenset(found.items) if is_display else None
            return [Shown("dict", names, inside, is_display and not found.items)]
        case TupleType(items=items):
            (whole,) = _shown(found.partial_fallback)
            return [Shown(whole.kind, whole.names, inside, not items)]
        case Instance(type=info):
            kind = _KINDS.get(info.fullname)
            if kind or not _is_record(info):
                return [Shown(kind, None, inside, is_empty_list(found))]
            return [Shown(OBJECT, _attributes(info))]
    return [Shown()]


def _inside(found: ProperType, step: str | None) -> list[Shown]:
    """Returns what may come one step inside a type; objects may arrive as their JSON there."""
    shown = [one for inner in _steps(found, step) for one in _shown(get_proper_type(inner))]
    return [one if one.kind != OBJECT else Shown() for one in shown]


def _steps(found: ProperType, step: str | None) -> Iterator[Type]:
    match found:
        case TupleType(items=items) if step is ITEM:
            yield from items
        case TypedDictType(items=items) if step in items:
            yield items[str(step)]
        case Instance(type=info, args=[*_, inner]) if info.fullname in (
            _DICTS if step is not ITEM else _LISTS
        ):
            yield inner
        case _:
            yield unknown()


def _is_record(info: TypeInfo) -> bool:
    """Whether it is a model, a Struct or a dataclass."""
    bases = ("pydantic.main.BaseModel", "msgspec.Struct")
    return any(map(info.has_base, bases)) or "dataclass" in info.metadata


def _attributes(info: TypeInfo) -> frozenset[str] | None:
    """Returns all attributes of a class's objects, or None where they may have more."""
    own = [one for one in info.mro if one.module_name.split(".")[0] not in _LIBRARIES]
    if info.fallback_to_any or any(not _HOOKS.isdisjoint(one.names) for one in own):
        return None
    return frozenset(name for one in info.mro for name in one.names)
