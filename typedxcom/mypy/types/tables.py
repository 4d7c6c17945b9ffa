"""Compares ``Table[Row]`` column by column.

In annotations, ``Table[Row]`` is a union with ``Any``, because a task returns any library's own
table object. The plugin makes that union, and reads the row model from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, FuncDef, TypeInfo, Var
from mypy.plugin import AnalyzeTypeContext
from mypy.subtypes import is_subtype
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names

__all__ = [
    "fields_of",
    "holds_table",
    "is_bare_frame",
    "is_table",
    "row_of",
    "table_fits",
    "table_or_any",
    "without_any",
]

Fits = Callable[[Type, Type], bool]

# As in `typedxcom.schema.kinds`: classes of tables without a known row model.
FRAMES: Final = frozenset({
    ("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("pyarrow", "RecordBatchReader"),
    ("pandas", "DataFrame"), ("polars", "DataFrame"), ("polars", "LazyFrame"),
    ("duckdb", "DuckDBPyRelation"),
})  # fmt: skip
# Top-level packages. A Table may be made of their objects, or read as one.
LIBRARIES: Final = frozenset({"pyarrow", "pandas", "polars", "duckdb", "narwhals", "modin", "dask"})


def table_or_any(ctx: AnalyzeTypeContext) -> Type:
    """Returns the class for annotations: a union with ``Any``."""
    args = [ctx.api.analyze_type(arg) for arg in ctx.type.args]
    made = ctx.api.named_type(names.TABLE, args or [AnyType(TypeOfAny.from_omitted_generics)])
    return UnionType([made, AnyType(TypeOfAny.special_form)])


def row_of(found: ProperType) -> Type | None:
    """Returns ``Row`` of ``Table[Row]``, or None for another type."""
    if isinstance(found, UnionType):
        rows = (row_of(get_proper_type(item)) for item in found.items)
        return next((row for row in rows if row is not None), None)
    if isinstance(found, Instance) and found.type.fullname in names.TABLES and found.args:
        return found.args[0]
    return None


def is_table(found: ProperType) -> bool:
    """Whether the type is, or may be, a ``Table[...]``."""
    return row_of(found) is not None


def holds_table(found: ProperType) -> bool:
    """Whether the type is a list, a dict or a tuple of tables."""
    if isinstance(found, TupleType):
        parts = found.items
    elif isinstance(found, Instance) and found.type.fullname in ("builtins.list", "builtins.dict"):
        parts = list(found.args[-1:])
    else:
        return False
    return any(is_table(one) or holds_table(one) for one in map(get_proper_type, parts))


def is_bare_frame(found: ProperType) -> bool:
    """Whether the type is a table library's own class, which travels like any other library's."""
    if not isinstance(found, Instance):
        return False
    library = found.type.module_name.split(".")[0].lstrip("_")
    return (library, found.type.name) in FRAMES


def without_any(found: ProperType) -> list[ProperType]:
    """Returns the members of a table's union without ``Any``."""
    items = [get_proper_type(item) for item in found.items] if isinstance(found, UnionType) else []
    return [item for item in items if not isinstance(item, AnyType)] or [found]


def table_fits(up: ProperType, down: ProperType, fits: Fits) -> bool:
    """Whether a table fits, or a type that may be one."""
    if isinstance(up, AnyType) or isinstance(down, AnyType):
        return True
    return all(any(_one_fits(u, d, fits) for d in without_any(down)) for u in without_any(up))


def _one_fits(up: ProperType, down: ProperType, fits: Fits) -> bool:
    up_row, down_row = row_of(up), row_of(down)
    if up_row is not None and down_row is not None:
        return row_fits(get_proper_type(up_row), get_proper_type(down_row), fits)
    if up_row is not None or down_row is not None:
        other = down if up_row is not None else up
        return _is_frame(other) or _is_object(other)
    return fits(up, down)


def row_fits(up: ProperType, down: ProperType, fits: Fits) -> bool:
    """Whether *up* has every column that *down* needs, with a type that fits."""
    if is_subtype(up, down):
        return True
    have, want = fields_of(up), fields_of(down)
    if have is None or want is None:
        return False
    return all(
        fits(have[name][0], kind) if name in have else not required
        for name, (kind, required) in want.items()
    )


def fields_of(found: ProperType) -> dict[str, tuple[Type, bool]] | None:
    """Returns the fields of a TypedDict or a class: name -> type, and whether it is required."""
    if isinstance(found, TypedDictType):
        return {k: (v, k in found.required_keys) for k, v in found.items.items()}
    if not isinstance(found, Instance):
        return None
    required = _required(found.type)
    fields: dict[str, tuple[Type, bool]] = {}
    for info in reversed(found.type.mro):
        if info.module_name.split(".")[0] in ("builtins", "pydantic", "msgspec", "typing"):
            continue
        for name, symbol in info.names.items():
            node = symbol.node
            if isinstance(node, Var) and node.type is not None and _is_field(name, node):
                fields[name] = (node.type, required.get(name, not node.has_explicit_value))
    return fields or None


def _is_field(name: str, node: Var) -> bool:
    return not (name.startswith("_") or name == "model_config" or node.is_classvar)


def _required(info: TypeInfo) -> dict[str, bool]:
    """Returns which names ``__init__`` requires. It tells ``Field(ge=0)`` from ``Field(0)``."""
    symbol = info.get("__init__")
    node = symbol.node if symbol else None
    if not (isinstance(node, FuncDef) and isinstance(node.type, CallableType)):
        return {}
    signature = node.type
    kinds = zip(signature.arg_names, signature.arg_kinds, strict=True)
    return {
        name: kind.is_required()
        for name, kind in kinds
        if name and (kind in (ARG_NAMED, ARG_NAMED_OPT) or name != "self")
    }


def _is_frame(found: ProperType) -> bool:
    if not isinstance(found, Instance):
        return False
    return found.type.fallback_to_any or found.type.module_name.split(".")[0] in LIBRARIES


def _is_object(found: ProperType) -> bool:
    return isinstance(found, Instance) and found.type.fullname == "builtins.object"
