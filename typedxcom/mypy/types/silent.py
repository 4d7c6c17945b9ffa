"""Finds bodies without annotations about which mypy itself has nothing to say.

mypy visits such a body too, though it reports next to nothing there. So if the plugin has checked
one and nothing in it can be an error of mypy's own, mypy need not visit it. What it does report are
mistakes in functions with annotations inside the body, and the few that need no types, such as
``"%d" % ()``. The former are checked by mypy as always; a body that may have the latter is not
silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from mypy.nodes import (
    LDEF,
    AssignmentStmt,
    Block,
    BreakStmt,
    BytesExpr,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    ContinueStmt,
    Decorator,
    DictExpr,
    DictionaryComprehension,
    EllipsisExpr,
    Expression,
    ExpressionStmt,
    FloatExpr,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    Import,
    ImportFrom,
    IndexExpr,
    IntExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    PassStmt,
    RaiseStmt,
    RefExpr,
    ReturnStmt,
    SetComprehension,
    SetExpr,
    SliceExpr,
    Statement,
    StrExpr,
    TryStmt,
    TupleExpr,
    TypeAlias,
    TypeInfo,
    UnaryExpr,
    Var,
    WithStmt,
)
from mypy.options import Options
from mypy.server.subexpr import get_subexpressions

from typedxcom.mypy.features.statements import blocks_of

__all__ = ["annotated_inside", "may_be_silent"]

_EXPRESSIONS: Final = frozenset({
    BytesExpr, CallExpr, ComparisonExpr, ConditionalExpr, DictExpr, DictionaryComprehension,
    EllipsisExpr, FloatExpr, GeneratorExpr, IndexExpr, IntExpr, ListComprehension, ListExpr,
    MemberExpr, NameExpr, OpExpr, SetComprehension, SetExpr, SliceExpr, StrExpr, TupleExpr,
    UnaryExpr,
})  # fmt: skip
_STATEMENTS: Final = frozenset({
    AssignmentStmt, Block, BreakStmt, ContinueStmt, Decorator, ExpressionStmt, ForStmt, FuncDef,
    IfStmt, Import, ImportFrom, PassStmt, RaiseStmt, ReturnStmt, TryStmt, WithStmt,
})  # fmt: skip
_ASKING: Final = frozenset({CallExpr, IndexExpr, OpExpr})
_TESTS: Final = ("builtins.isinstance", "builtins.issubclass")
_F_STRING: Final = re.compile(r"\{(![ars])?:\{\}\}")
# With one of these, mypy reports more of such bodies, or somebody wants their types.
_CODE: Final = "deprecated"
_OPTIONS: Final = (
    "any_exprs_report",
    "cache_fine_grained",
    "disallow_any_decorated",
    "disallow_any_explicit",
    "disallow_any_expr",
    "disallow_any_unimported",
    "disallow_incomplete_defs",
    "disallow_untyped_decorators",
    "disallow_untyped_defs",
    "dump_inference_stats",
    "export_ref_info",
    "export_types",
    "fine_grained_incremental",
    "line_checking_stats",
    "preserve_asts",
    "report_dirs",
    "warn_unreachable",
)


def may_be_silent(options: Options) -> bool:
    """Whether mypy's options let it say nothing about a body without annotations."""
    codes = {*options.enable_error_code, *(one.code for one in options.enabled_error_codes)}
    return _CODE not in codes and not any(getattr(options, name, False) for name in _OPTIONS)


def annotated_inside(func: FuncDef, found: list[Expression]) -> list[FuncDef] | None:
    """Returns the functions in a body that mypy checks, or None if mypy must see all of it.

    mypy must also see one that uses a name of the body: it does not know the types of these names.

    Args:
        func: The function.
        found: The expressions in its body.
    """
    annotated: list[FuncDef] = []
    if not all(_is_plain(one, annotated) for one in func.body.body):
        return None
    foreign = set[int]()
    for inner in annotated:
        own, inside = {id(one.variable) for one in inner.arguments}, get_subexpressions(inner)
        own |= {id(one.node) for one in inside if type(one) is NameExpr and one.is_inferred_def}
        if any(type(one) is NameExpr and _is_closed_over(one, own) for one in inside):
            return None
        foreign.update(map(id, inside))
    bare = [one for one in found if id(one) not in foreign] if foreign else found
    if not _EXPRESSIONS.issuperset(map(type, bare)):
        return None
    asking = [one for one in bare if type(one) in _ASKING]
    return annotated if all(_SILENT[type(one)](one) for one in asking) else None


def _is_closed_over(name: NameExpr, own: set[int]) -> bool:
    node = name.node
    if name.kind != LDEF or not isinstance(node, (Var, Decorator)) or id(node) in own:
        return False
    is_imported = isinstance(node, Var) and (node.is_suppressed_import or "." in node.fullname)
    return not is_imported


def _is_plain(statement: Statement, annotated: list[FuncDef] | None) -> bool:
    """Whether mypy reports nothing of a statement as such.

    Args:
        statement: It, with all that is inside.
        annotated: Gets the functions with annotations; None inside another function.
    """
    kind = type(statement)
    if kind is Decorator or kind is FuncDef:
        func: FuncDef = statement.func if isinstance(statement, Decorator) else statement  # type: ignore[assignment]
        if func.original_def is not None or func.is_property:
            return False
        if func.type is not None:
            if annotated is None:
                return False
            annotated.append(func)
            return True
        return all(_is_plain(one, None) for one in func.body.body)
    if kind not in _STATEMENTS:
        return False
    asked = _ASKED.get(kind)
    if asked is not None and not asked(statement):
        return False
    return all(_is_plain(one, annotated) for block in blocks_of(statement) for one in block.body)


def _is_plain_assignment(statement: Any) -> bool:
    if statement.unanalyzed_type is not None or statement.is_alias_def or statement.is_final_def:
        return False
    for target in statement.lvalues:
        if type(target) is TupleExpr:
            if type(statement.rvalue) in _DISPLAYS or not all(map(_is_local, target.items)):
                return False
        elif type(target) is not IndexExpr and not _is_local(target):
            return False
    return True


def _is_local(target: Expression) -> bool:
    return type(target) is NameExpr and target.kind == LDEF


def _is_plain_call(call: Any) -> bool:
    callee = call.callee
    if call.analyzed is not None:
        return False
    if type(callee) is MemberExpr and callee.name == "format":
        text = callee.expr.value if isinstance(callee.expr, StrExpr) else ""
        return _F_STRING.fullmatch(text) is not None
    node = callee.node if isinstance(callee, RefExpr) else None
    if isinstance(node, TypeAlias) or (isinstance(node, TypeInfo) and node.typeddict_type):
        return False
    return not isinstance(callee, RefExpr) or callee.fullname not in _TESTS


_DISPLAYS: Final = (TupleExpr, ListExpr)
_ASKED: Final[dict[type, Callable[[Any], bool]]] = {
    AssignmentStmt: _is_plain_assignment,
    ForStmt: lambda it: it.unanalyzed_index_type is None and not it.is_async,
    Import: lambda it: not it.assignments,
    ImportFrom: lambda it: not it.assignments,
    WithStmt: lambda it: it.unanalyzed_type is None and not it.is_async,
}
_SILENT: Final[dict[type, Callable[[Any], bool]]] = {
    CallExpr: _is_plain_call,
    IndexExpr: lambda it: it.analyzed is None,
    OpExpr: lambda it: it.analyzed is None and it.op != "%",
}
