"""A record list as a row and back, as each contender does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.records import SHAPES, STRUCTS, records

__all__ = ["CONTENDERS", "Form", "form_of"]

CONTENDERS = (
    "stock", "pydantic", "pydantic, JSON", "msgspec", "typedxcom", "typedxcom, Struct",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """How one contender handles one value.

    Attributes:
        value: What the task returns.
        write: The value as what Airflow puts into the row.
        read: The row as what the next task gets.
    """

    value: Any
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def form_of(contender: str, shape: str, count: int, placement: Any = None, **settings: int) -> Form:
    """How *contender* sends *count* records of *shape*; a count of 0 means one, outside a list.

    Args:
        contender: Who.
        shape: What.
        count: How many.
        placement: Where typedxcom puts what is large.
        settings: Thresholds of typedxcom other than its own.
    """
    is_struct = contender in ("msgspec", "typedxcom, Struct")
    kind = (STRUCTS if is_struct else SHAPES)[shape]
    annotation = list[kind] if count else kind
    value = _value(annotation, shape, count, is_struct)
    if contender == "stock":
        return Form(value, *_stock())
    if contender.startswith("pydantic"):
        from pydantic import TypeAdapter

        adapter: TypeAdapter[Any] = TypeAdapter(annotation)
        if contender == "pydantic, JSON":
            return Form(value, adapter.dump_json, adapter.validate_json)
        return Form(
            value, lambda one: adapter.dump_python(one, mode="json"), adapter.validate_python
        )
    if contender == "msgspec":
        import msgspec

        return Form(value, msgspec.to_builtins, lambda row: msgspec.convert(row, annotation))
    return Form(value, *_ours(annotation, placement, settings))


def _value(annotation: Any, shape: str, count: int, is_struct: bool) -> Any:
    content: Any = records(shape, count or 1)
    content = content if count else content[0]
    if is_struct:
        import msgspec

        return msgspec.convert(content, annotation)
    from pydantic import TypeAdapter

    return TypeAdapter(annotation).validate_python(content)


def _stock() -> tuple[Any, Any]:
    """Airflow's own serialization, which needs the classes on its allow-list."""
    import os

    os.environ["AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES"] = "benchmarks.* nyc.*"
    from airflow.sdk.serde import deserialize, serialize

    return serialize, deserialize


def _ours(annotation: Any, placement: Any, chosen: dict[str, int]) -> tuple[Any, Any]:
    from typedxcom.codecs import make_codec
    from typedxcom.exchange import dump, load
    from typedxcom.schema import schema_of
    from typedxcom.settings import Settings

    codec, settings = make_codec(annotation, schema_of(annotation)), Settings(**chosen)
    stores = placement and placement.stores
    return (
        lambda value: dump(value, codec, settings=settings, placement=placement),
        lambda row: load(row, codec, stores=stores),
    )
