"""The public names as type checkers see them. There is no such module at run time.

Tables are declared here. All else is in `typedxcom_types`.
"""

# mypy: disable-error-code="misc, unreachable"

from abc import ABCMeta
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

import pyarrow as pa

from typedxcom.tables.checks.report import Filtered
from typedxcom_types import (
    Form,
    StateKey,
    Task,
    XComArg,
    XComKey,
    contract,
    dag,
    result,
    setup,
    task,
    task_group,
    teardown,
    trigger,
    typed,
    typed_output,
)

__all__ = [
    "Form",
    "StateKey",
    "Table",
    "Task",
    "XComArg",
    "XComKey",
    "contract",
    "dag",
    "result",
    "setup",
    "task",
    "task_group",
    "teardown",
    "trigger",
    "typed",
    "typed_output",
    "upcast",
]

_Upcaster = TypeVar("_Upcaster", bound=Callable[[Any], Any])

def upcast(function: _Upcaster) -> _Upcaster: ...

_Row_co = TypeVar("_Row_co", covariant=True)

class TableType(ABCMeta):
    """The methods of ``Table[Row]`` itself, such as ``Table[Row].sample()``."""

    def validate(cls, value: Any, *, mode: str = "arrow") -> pa.Table: ...
    def filter(cls, value: Any, *, mode: str = "arrow") -> Filtered: ...
    def sample(cls, n: int = 10, *, seed: int = 0) -> pa.Table: ...

# A task may return any library's own table, and its reader gets an Arrow table. No single form says
# so in every checker. mypy takes `MYPY` as true because of its name, and its plugin makes the other
# constant true. ty reads the values and cannot use a protocol with a base. pyrefly takes the first
# form, and pyright the last one.
MYPY: Literal[True]
TYPEDXCOM_PLUGIN: Literal[False]

if MYPY and not TYPEDXCOM_PLUGIN:
    Table: Any
elif MYPY:
    from typedxcom.tables.annotations import Table as Table
else:
    # A protocol without members accepts any object. Members of a base that is not a protocol do
    # not count, but readers can use them.
    class Table(pa.Table, Protocol[_Row_co], metaclass=TableType):
        """A table with rows of ``Row``. Use it in annotations."""
