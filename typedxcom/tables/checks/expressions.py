"""Rules of a whole table, which are named expressions over its columns."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from typedxcom.errors import ContractError
from typedxcom.tables.checks.rules import Failure
from typedxcom.tables.marks import Rows
from typedxcom.tables.row.arrowtypes import family
from typedxcom.tables.row.nodes import Column, Rule, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "RULES",
    "broken_rules",
    "matching",
    "mentioned",
    "table_rules",
    "to_expression",
]

RULES = "__table_rules__"
Columns = Mapping[str, Any]  # name -> Arrow type

_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}  # fmt: skip


def table_rules(rows: Rows, columns: Sequence[Column]) -> tuple[tuple[str, Any], ...]:
    """The rules beside a row and those that its class names in ``__table_rules__``.

    Returns:
        Name to ``pyarrow.compute.Expression``.

    Raises:
        ContractError: A text is no rule, names an unknown column, or compares what Arrow cannot
            compare.
    """
    named = dict(getattr(rows.row, RULES, None) or {})
    named.update(rows.rules)
    types = {column.name: column.node.type for column in columns}
    rules = tuple((name, to_expression(rule, name, types)) for name, rule in named.items())
    _try(rules, columns)
    return rules


def to_expression(rule: Any, name: str, columns: Columns) -> Any:
    """*rule* as an Arrow expression.

    Args:
        rule: A text in Python's syntax (comparisons, ``and or not``, ``+ - * /``, ``is None``,
            ``in``, numbers and texts), an expression already, or a function that makes one.
        name: What the rule is called.
        columns: The names that it may use, each with its Arrow type.
    """
    import pyarrow.compute as pc

    made = rule() if callable(rule) else rule
    if isinstance(made, pc.Expression):
        return made
    if not isinstance(made, str):
        raise ContractError(f"Table rule {name!r} is neither a text nor an Arrow expression.")
    try:
        return _build(ast.parse(made.strip(), mode="eval").body, columns)
    except (SyntaxError, NotARule) as error:
        raise ContractError(
            f"Table rule {name!r}: {made!r} cannot be checked: {error}. Use comparisons of columns "
            f"({', '.join(sorted(columns))}), or a pyarrow.compute.Expression."
        ) from None


class NotARule(Exception):
    """A part of a text that rules do not have."""


def _build(node: ast.expr, columns: Columns) -> Any:
    import pyarrow.compute as pc

    match node:
        case ast.Name(id=name):
            if name not in columns:
                raise NotARule(f"there is no column `{name}`")
            return pc.field(name)
        case ast.Constant(value=value):
            return pc.scalar(_constant(value, columns))
        case ast.BoolOp(op=ast.And(), values=values):
            return _folded(operator.and_, [_build(one, columns) for one in values])
        case ast.BoolOp(op=ast.Or(), values=values):
            return _folded(operator.or_, [_build(one, columns) for one in values])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ~_build(operand, columns)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return pc.scalar(_constant(-value, columns))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return pc.scalar(_constant(0, columns)) - _build(operand, columns)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            return _ARITHMETIC[type(op)](_build(left, columns), _build(right, columns))
        case ast.Compare(left=left, ops=ops, comparators=others):
            columns = ExactNumbers(columns) if _names(node) & _decimals(columns) else columns
            pairs = zip([left, *others], ops, others, strict=False)
            return _folded(operator.and_, [_compared(*pair, columns) for pair in pairs])
    raise NotARule(f"`{ast.unparse(node)}` is not understood")


class ExactNumbers(dict[str, Any]):
    """The columns of a comparison with Decimals. Arrow compares these only with Decimals."""


def _names(node: ast.expr) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _decimals(columns: Columns) -> set[str]:
    return {name for name, kind in columns.items() if family(kind) == "decimal"}


def _constant(value: Any, columns: Columns) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number and isinstance(columns, ExactNumbers) else value


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, columns: Columns) -> Any:
    have = _build(left, columns)
    is_none = isinstance(right, ast.Constant) and right.value is None
    if is_none and isinstance(op, (ast.Is, ast.IsNot)):
        return have.is_null() if isinstance(op, ast.Is) else have.is_valid()
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
        found = have.isin([ast.literal_eval(one) for one in right.elts])
        return found if isinstance(op, ast.In) else ~found
    if type(op) not in _COMPARISONS:
        raise NotARule(f"`{ast.unparse(right)}` cannot be compared like that")
    return _COMPARISONS[type(op)](*_aligned(have, _build(right, columns), columns))


def _aligned(left: Any, right: Any, columns: Columns) -> tuple[Any, Any]:
    """Two Decimals with equally many places, because older Arrows compare others wrongly."""
    import pyarrow as pa

    if not isinstance(columns, ExactNumbers):
        return left, right
    empty = pa.schema(list(columns.items())).empty_table()
    try:
        kinds = [_evaluated((("", side),), empty).column(0).type for side in (left, right)]
    except (ValueError, NotImplementedError, TypeError) as error:
        raise NotARule(str(error)) from None
    if any(family(kind) != "decimal" for kind in kinds) or kinds[0].scale == kinds[1].scale:
        return left, right
    common = pa.decimal256(76, max(kind.scale for kind in kinds))
    return left.cast(common), right.cast(common)


def _folded(join: Callable[[Any, Any], Any], parts: list[Any]) -> Any:
    whole = parts[0]
    for part in parts[1:]:
        whole = join(whole, part)
    return whole


def broken_rules(schema: TableSchema, batch: pa.RecordBatch) -> Iterator[Failure]:
    """The rows of one batch for which a rule of the table is false. Null is not false."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not schema.rules or not batch.num_rows:
        return
    table = pa.Table.from_batches([batch])
    for column in schema:  # one that may be missing counts as null
        if column.name not in table.column_names:
            nulls = pa.nulls(batch.num_rows, column.node.type)
            table = table.append_column(column.name, nulls)
    try:
        held = _evaluated(schema.rules, table)
    except (ValueError, NotImplementedError, TypeError) as error:  # a zone too few, a zero divisor
        raise ContractError(f"{schema.name}: its rules cannot be evaluated: {error}") from None
    for index, (name, _) in enumerate(schema.rules):
        verdict = held.column(index)
        if pc.all(verdict).as_py() is False:
            rows = pc.indices_nonzero(pc.invert(verdict))
            yield Failure("", Rule("table", name), rows, rows)


def matching(table: pa.Table, condition: Any) -> pa.Table:
    """The rows of *table* that fulfil *condition*, found on the caller's own thread.

    Raises:
        ContractError: Arrow cannot evaluate it on these columns.
    """
    from pyarrow import acero

    try:
        plain = table.cast(_without_views(table.schema))
        return _planned(plain, "filter", acero.FilterNodeOptions(condition)).cast(table.schema)
    except (ValueError, NotImplementedError, TypeError, KeyError) as error:
        raise ContractError(f"The filter `{condition}` cannot be evaluated: {error}") from None


def _without_views(schema: pa.Schema) -> pa.Schema:
    """*schema* with plain texts and bytes, because Arrow cannot select rows of views."""
    import pyarrow as pa

    fields = [field.with_type(_without_view(field.type)) for field in schema]
    return pa.schema(fields, schema.metadata)


def _without_view(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return pa.struct([one.with_type(_without_view(one.type)) for one in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(kind.value_field.with_type(_without_view(kind.value_type)))
    plain = {pa.string_view(): pa.large_string(), pa.binary_view(): pa.large_binary()}
    return plain.get(kind, kind)


def mentioned(condition: Any, names: Sequence[str]) -> list[str]:
    """The *names* that *condition* may need, and perhaps some more."""
    text = str(condition)  # an expression tells its fields in no other way
    return list(names) if "FieldPath(" in text else [name for name in names if name in text]


def _evaluated(rules: tuple[tuple[str, Any], ...], table: pa.Table) -> pa.Table:
    """One column of truth for each rule."""
    from pyarrow import acero

    names = list(map(str, range(len(rules))))
    return _planned(table, "project", acero.ProjectNodeOptions([rule for _, rule in rules], names))


def _planned(table: pa.Table, step: str, options: Any) -> pa.Table:
    from pyarrow import acero

    source = acero.Declaration("table_source", acero.TableSourceNodeOptions(table))
    plan = acero.Declaration.from_sequence([source, acero.Declaration(step, options)])
    return plan.to_table(use_threads=False)


def _try(rules: tuple[tuple[str, Any], ...], columns: Sequence[Column]) -> None:
    """Raise ContractError for a rule that Arrow cannot evaluate over such columns."""
    import pyarrow as pa

    empty = pa.schema([pa.field(one.name, one.node.type) for one in columns]).empty_table()
    for name, rule in rules:
        try:
            verdict = _evaluated(((name, rule),), empty).column(0)
        except (ValueError, NotImplementedError, TypeError) as error:
            raise ContractError(f"Table rule {name!r} cannot be evaluated: {error}") from None
        if verdict.type != pa.bool_():
            raise ContractError(f"Table rule {name!r} is `{verdict.type}`, not true or false.")
