"""Says what is refused when a contract is declared, and what to write instead."""

from __future__ import annotations

import enum
import os
import re
import types
from typing import Any

from typedxcom.schema.kinds import NATIVE_SCALARS

__all__ = ["SECRET_CURE", "cure_for", "hidden_from", "refused_mark"]

SECRET_CURE = "pass the id of an Airflow Connection and read the secret inside the task"


def cure_for(origin: Any) -> str:
    """Returns what to write instead of a class that we do not know; empty if pydantic reads it."""
    if isinstance(origin, tuple):
        return "annotate with tuple[A, B]"
    if isinstance(origin, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType)) or (
        type(origin).__module__ == "builtins" and not isinstance(origin, type)
    ):
        return "annotate with a class or another type, such as list[int] or typing.Any"
    if isinstance(origin, type) and issubclass(origin, enum.Enum):
        return "annotate with the Enum of the value: this one has no members"
    base = next((one for one in getattr(origin, "__mro__", ()) if one in NATIVE_SCALARS), None)
    if base is not None and not hasattr(origin, "__get_pydantic_core_schema__"):
        return f"annotate with `{base.__name__}`: a value of a subclass comes back as that"
    library = getattr(origin, "__module__", "").partition(".")[0]
    if origin is os.PathLike:
        return "annotate with pathlib.Path"
    if library == "airflow" and _name(origin) == "LazyXComSequence":
        return "annotate with collections.abc.Sequence: the reader gets all items at once"
    if hasattr(origin, "__attrs_attrs__"):
        return (
            f"register a codec: typedxcom.register_codec({_name(origin)}, encode=..., decode=...)"
        )
    if library in {"pyarrow", "pandas", "polars", "duckdb"}:
        return "annotate with Table[Row], where Row is a model of one row"
    if isinstance(origin, type) and origin.__name__ in ("BaseModel", "RootModel", "Struct"):
        return "annotate with the class of the value, or a union of such classes"
    if isinstance(origin, type) and _pydantic_knows(origin):
        return ""
    return (
        "return a model, dataclass, Struct or builtin, or register a codec: "
        f"typedxcom.register_codec({_name(origin)}, encode=..., decode=...)"
    )


def _pydantic_knows(cls: type) -> bool:
    if hasattr(cls, "__get_pydantic_core_schema__"):
        return True
    return cls.__module__.startswith(("pydantic", "zoneinfo")) or cls in (complex, re.Pattern)


def _name(origin: Any) -> str:
    return str(getattr(origin, "__name__", origin))


def refused_mark(parts: tuple[Any, ...], *, inside_model: bool) -> str:
    """Returns the cure if *parts* has a mark of pydantic's that is refused here; else empty."""
    for part in parts:
        kind = part if isinstance(part, type) else type(part)
        if not kind.__module__.startswith("pydantic"):
            continue
        if kind.__name__ == "ImportString":
            return "pass the name as text: stored data must not choose what is imported"
        if kind.__name__ == "Json" and not inside_model:
            return "annotate with the type inside Json[...]: an XCom is JSON already"
        if kind.__name__ in {"EncodedBytes", "EncodedStr"} and not inside_model:
            return "annotate with bytes or str: bytes travel as base64 already"
    return ""


def hidden_from(cls: Any) -> bool:
    """Returns whether *cls* holds a secret, which must not reach an entry, a log or a message."""
    return any(
        base.__module__.startswith("pydantic")
        and base.__name__ in {"SecretStr", "SecretBytes", "Secret", "_SecretBase"}
        for base in getattr(cls, "__mro__", ())
    )
