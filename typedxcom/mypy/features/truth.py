"""Reports ``if extract():``, always true while the DAG is parsed, and ``extract() == 3``.

The comparison is always false then. mypy asks no plugin about truth tests. So a DAG's checked body
is read a second time at its decorator. The code of a module, such as a ``with DAG(...)`` block, is
read when mypy checks the calls whose outputs it tests. ``"%s" % extract()`` is found on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    Block,
    CallExpr,
    ClassDef,
    ComparisonExpr,
    ConditionalExpr,
    Decorator,
    DictionaryComprehension,
    Expression,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    Import,
    ImportFrom,
    IndexExpr,
    ListComprehension,
    MatchStmt,
    MypyFile,
    NameExpr,
    OpExpr,
    Statement,
    UnaryExpr,
    WhileStmt,
)
from mypy.types import Type

from typedxcom.mypy.codes import XCOM_USE
from typedxcom.mypy.features.statements import all_statements, conditions_of, parts_of
from typedxcom.mypy.features.texts import interpolated, note_text
from typedxcom.mypy.features.unpacking import check_index, check_unpacking
from typedxcom.mypy.types.origins import assigned
from typedxcom.mypy.types.outputs import Output, output_of
from typedxcom.mypy.types.site import Site

__all__ = ["check_module_truth", "check_truth"]

_ASKING: Final = frozenset({
    ComparisonExpr, ConditionalExpr, DictionaryComprehension, GeneratorExpr, IndexExpr,
    ListComprehension, OpExpr, UnaryExpr,
})  # fmt: skip
_DEFINITIONS: Final = frozenset({ClassDef, Decorator, FuncDef, Import, ImportFrom})
_ASKING_STATEMENTS: Final = frozenset({AssertStmt, IfStmt, MatchStmt, WhileStmt})
_DECIDE: Final = "use @task.branch or @task.short_circuit to decide on its value"
_TRUE: Final = f"is always true while the DAG is parsed: {_DECIDE}"
_MATCHED: Final = f"cannot be matched while the DAG is parsed: {_DECIDE}"
_IN_TEXT: Final = ""  # which is no mistake if the tasks are ordered
_COMPARED: Final = "cannot be compared while the DAG is parsed: do it inside a task"


class _Question(NamedTuple):
    """An expression whose value the code needs, and where to report that.

    The predicate completes "The output of task x ...".
    """

    expr: Expression
    predicate: str
    where: Expression


def check_truth(site: Site, body: Block, statements: list[Statement]) -> None:
    """Reports outputs in the place of a truth value, in a body that has its types.

    Args:
        site: The file.
        body: The body.
        statements: Those in it, and in the blocks inside it.
    """
    asks = not _ASKING.isdisjoint(map(type, site.parts_of(body)))
    for statement in statements:
        if isinstance(statement, AssignmentStmt):
            check_unpacking(site, statement)
        if not asks and type(statement) not in _ASKING_STATEMENTS:
            continue
        parts = parts_of(statement, _ASKING)
        for part in parts:
            check_index(site, part)
        for question in _questions(statement, parts):
            if site.api.has_type(question.expr):
                _report(site, question, output_of(site.api.lookup_type(question.expr)))


def check_module_truth(site: Site, call: CallExpr, returned: Type) -> None:
    """Reports where a module's code tests what *call* returned, directly or by a name for it."""
    if site.questions is None:
        site.questions = _asked(site, site.api.tree)
    for question in site.questions.get(call, ()) if site.questions else ():
        _report(site, question, output_of(returned))


def _asked(site: Site, tree: MypyFile) -> dict[Expression, list[_Question]]:
    found: dict[Expression, list[_Question]] = {}
    for statement in all_statements(tree.defs):
        if type(statement) in _DEFINITIONS:
            continue
        for question in _questions(statement, parts_of(statement, _ASKING)):
            origins = [question.expr]
            if isinstance(question.expr, NameExpr):
                origins = assigned(site, question.expr)
            if len(origins) == 1 and isinstance(origins[0], CallExpr):
                found.setdefault(origins[0], []).append(question)
    return found


def _report(site: Site, question: _Question, output: Output | None) -> None:
    if output is not None and question.predicate == _IN_TEXT:
        note_text(site, output, question.where)
    elif output is not None:
        text = f"The output of {output.phrase()} {question.predicate}"
        site.fail(text, question.where, XCOM_USE)


def _questions(statement: Statement, parts: list[Expression]) -> Iterable[_Question]:
    """Returns a statement's uses of values that are there only when the task has run.

    Args:
        statement: The statement.
        parts: Those of the statement's expressions that may use such a value.
    """
    if parts or type(statement) in _ASKING_STATEMENTS:
        return _asked_by(statement, parts)
    return ()


def _asked_by(statement: Statement, parts: list[Expression]) -> Iterator[_Question]:
    for part in parts:
        if isinstance(part, ComparisonExpr):
            yield from _compared(part)
        for shown in interpolated(part):
            yield _Question(shown, _IN_TEXT, shown)
        for tested in _tested(part):
            yield _Question(tested, _TRUE, tested)
    for tested in conditions_of(statement):
        yield _Question(tested, _TRUE, tested)
    if isinstance(statement, MatchStmt):
        yield _Question(statement.subject, _MATCHED, statement.subject)


def _compared(expr: ComparisonExpr) -> Iterator[_Question]:
    """Finds comparisons such as ``out == 3``.

    Python falls back to identity there, and mypy to ``int.__eq__``.
    """
    for operator, sides in zip(expr.operators, pairwise(expr.operands), strict=True):
        if operator in ("==", "!=") and not any(map(_is_none, sides)):
            for side in sides:
                yield _Question(side, _COMPARED, expr)


def _is_none(expr: Expression) -> bool:
    return isinstance(expr, NameExpr) and expr.fullname == "builtins.None"


def _tested(expr: Expression) -> list[Expression]:
    """Returns the parts of *expr* that are tested for truth."""
    if isinstance(expr, ConditionalExpr):
        return [expr.cond]
    if isinstance(expr, UnaryExpr) and expr.op == "not":
        return [expr.expr]
    if isinstance(expr, OpExpr) and expr.op in ("and", "or"):
        return [expr.left]
    loop = expr.generator if isinstance(expr, ListComprehension) else expr
    if isinstance(loop, (GeneratorExpr, DictionaryComprehension)):
        return [test for conditions in loop.condlists for test in conditions]
    return []
