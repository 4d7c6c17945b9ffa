"""The form that people fill in while a task waits: its fields from a model, the answer as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from typedxcom.codecs import ValueCodec
from typedxcom.errors import ContractError, Problem, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.params import NO_DEFAULT, TypedParam, read_fields
from typedxcom.promises import Promise, promise_of
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import Record

__all__ = ["FormModel", "read_form"]

_TAKEN = "_options"  # where Airflow's own form has the options


@dataclass(frozen=True, eq=False)
class FormModel:
    """One form.

    Attributes:
        name: How messages name its model.
        promise: The type of its answers.
        fields: Name in JSON to the field.
    """

    name: str
    promise: Promise
    fields: Mapping[str, TypedParam]

    @property
    def has_required(self) -> bool:
        """Whether somebody must fill in a field, because it has no default."""
        return any(one.default is NO_DEFAULT for one in self.fields.values())

    def read(self, answer: Mapping[str, JsonValue]) -> Any:
        """Reads an answer in JSON. Fields that it leaves out take their defaults.

        Raises:
            ValidationError: It breaks a type or a rule of the model, or has another field.
        """
        schema, codec = self.promise.schema, self.promise.codec
        is_open = isinstance(schema, Record) and bool(schema.extras)
        unknown = [] if is_open else [name for name in answer if name not in self.fields]
        if unknown:
            known = ", ".join(f"`{name}`" for name in self.fields)
            raise ValidationError(
                "The answer breaks its form",
                [Problem(f"$.{name}", f"no such field, it has {known}") for name in unknown],
            )
        assert isinstance(codec, ValueCodec)  # `form_schema` refuses what is stored
        return codec.decode_tree(dict(answer))


def read_form(model: Any) -> FormModel:
    """Reads the form of *model*.

    Raises:
        ContractError: It has no named fields, or a field cannot be in a form.
    """
    name = getattr(model, "__name__", None) or str(model)
    try:
        fields = read_fields(model, owner=f"Form[{name}], the field")
    except NameError as error:
        raise ContractError(f"Form[{name}]: {error}.") from None
    if fields is None:
        raise ContractError(
            f"Form[...] takes a model whose fields people fill in, got `{schema_of(model)}`."
        )
    if _TAKEN in fields:
        raise ContractError(f"Form[{name}]: Airflow has a field `{_TAKEN}` of its own. Rename it.")
    return FormModel(name, promise_of(model), fields)
