"""What is known of the functions, methods and operators that code uses a value with."""

from __future__ import annotations

import ast
from typing import Final

from typedxcom.needs.found import KINDS

__all__ = [
    "CHANGING",
    "COUNTING",
    "GIVING_NOTHING",
    "HARMLESS",
    "ITEMS",
    "ITERATING",
    "LAZY",
    "LOOKING",
    "NUMBERS",
    "ORDERED",
    "ORDERING",
    "SIGNS",
    "TAKING",
    "TEXT",
    "WRITING",
    "like",
]

NUMBERS: Final = frozenset({"int", "float", "bool"})
ITEMS: Final = frozenset({"str", "list", "tuple", "dict"})
ORDERED: Final = frozenset({"str", "list", "tuple"})
_ANY: Final = frozenset(KINDS)
TEXT: Final = frozenset({"str"})

HARMLESS: Final = frozenset(
    f"builtins.{name}"
    for name in ("print", "str", "repr", "bool", "isinstance", "type", "id", "format", "callable")
)
ITERATING: Final = frozenset(
    f"builtins.{name}"
    for name in (
        *("len", "list", "tuple", "set", "sorted", "sum", "max", "min", "any", "all", "enumerate"),
        *("iter", "frozenset"),
    )
)
TAKING: Final[dict[str, frozenset[str]]] = {
    "builtins.int": TEXT | NUMBERS,
    "builtins.float": TEXT | NUMBERS,
    "builtins.abs": NUMBERS,
    "builtins.range": frozenset({"int", "float", "bool"}),
    "builtins.open": TEXT | {"int", "bool"},
    "json.loads": TEXT,
    "shutil.rmtree": TEXT,
    "pandas.read_csv": TEXT,
    "pandas.read_parquet": TEXT,
    "pandas.read_excel": TEXT,
    "pandas.read_json": TEXT,
    **dict.fromkeys(
        (f"os.path.{name}" for name in ("join", "basename", "dirname", "abspath", "splitext")),
        TEXT,
    ),
}
WRITING: Final = frozenset({"json.dumps", "json.dump"})
CHANGING: Final = frozenset(
    {"append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse", "update"}
    | {"setdefault", "popitem"}
)
# Methods after which nobody else has what is inside. `get` of a known key is followed.
GIVING_NOTHING: Final = frozenset({"keys", "count", "index"})
LAZY: Final = frozenset({"builtins.iter", "builtins.enumerate"})
COUNTING: Final = frozenset(f"builtins.{name}" for name in ("len", "any", "all"))
LOOKING: Final = frozenset({"get", "setdefault", "pop"})
SIGNS: Final[dict[type, str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Div: "/", ast.FloorDiv: "//", ast.Pow: "**",
}  # fmt: skip
ORDERING: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def like(value: object) -> frozenset[str]:
    """Returns the kinds that can be added to a constant, or compared with it."""
    if type(value) is str:
        return TEXT
    return NUMBERS if type(value) in (int, float, bool) else _ANY
