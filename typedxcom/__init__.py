"""Typed XCom contracts and serialization for Apache Airflow 3.

Everything is imported on first use: importing the package costs next to nothing, and naming it as
a mypy plugin loads neither Airflow nor pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typedxcom._public import (
        Form,
        StateKey,
        Table,
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
        upcast,
    )
    from typedxcom.errors import (
        CodecError,
        ConfigurationError,
        ContractError,
        DecodeError,
        EncodeError,
        IntegrityError,
        OutputAttributeError,
        PointerNotFoundError,
        StoreError,
        TypedXComError,
        UnsupportedTypeError,
        ValidationError,
        WiringError,
    )
    from typedxcom.loops import Loop
    from typedxcom.registry import register_codec
    from typedxcom.schema import Lax
    from typedxcom.stored.file import File
    from typedxcom.tables import ArrowType, LazyTable, PrimaryKey, Rows, Unique, to_arrow_schema

__version__ = "0.1.0"

__all__ = [
    "ArrowType",
    "CodecError",
    "ConfigurationError",
    "ContractError",
    "DecodeError",
    "EncodeError",
    "File",
    "Form",
    "IntegrityError",
    "Lax",
    "LazyTable",
    "Loop",
    "OutputAttributeError",
    "PointerNotFoundError",
    "PrimaryKey",
    "Rows",
    "StateKey",
    "StoreError",
    "Table",
    "Task",
    "TypedXComError",
    "Unique",
    "UnsupportedTypeError",
    "ValidationError",
    "WiringError",
    "XComArg",
    "XComKey",
    "contract",
    "dag",
    "register_codec",
    "result",
    "setup",
    "task",
    "task_group",
    "teardown",
    "to_arrow_schema",
    "trigger",
    "typed",
    "typed_output",
    "upcast",
]

_ERRORS = {name for name in __all__ if name.endswith("Error")}
_HOMES = {
    "File": "typedxcom.stored.file",
    "Lax": "typedxcom.schema",
    **dict.fromkeys(
        ("ArrowType", "LazyTable", "PrimaryKey", "Rows", "Table", "Unique", "to_arrow_schema"),
        "typedxcom.tables",
    ),
    "Loop": "typedxcom.loops",
    "register_codec": "typedxcom.registry",
    "upcast": "typedxcom.evolution.declaring",
}


def __getattr__(name: str) -> Any:
    """Import the public *name* from its module."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "typedxcom.errors" if name in _ERRORS else _HOMES.get(name, "typedxcom.airflow")
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
