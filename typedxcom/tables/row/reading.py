"""Reading pydantic's core schema of a row: Arrow types, and every rule that pydantic would check.

The core schema is what pydantic obeys. A constraint in it that is not known here is asked of
pydantic value by value, and a function of the author's own is found wherever it hides, so
nothing is silently left unchecked.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from typedxcom.errors import ContractError, UnsupportedTypeError
from typedxcom.tables.marks import ArrowType, PrimaryKey
from typedxcom.tables.row.arrowtypes import arrow_type, pick
from typedxcom.tables.row.kinds import Accepts, Readable
from typedxcom.tables.row.leaves import asked, changes, leaf_rules, length_rules, with_config
from typedxcom.tables.row.nodes import NO_DEFAULT, Column, Constant, Node
from typedxcom.tables.row.peel import fields_of, is_secret, marks_in, parts_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Reading"]

_SEE_THROUGH = frozenset({"definitions", "definition-ref", "default", "custom-error"})
_RECORDS = frozenset({"model", "dataclass", "typed-dict"})
_FIELDS = frozenset({"model-fields", "dataclass-args", "typed-dict"})


class Reading:
    """One reading of a row.

    Attributes:
        extra: What becomes of further columns.
        custom: Functions of the author's own that validate, in words.
        marks: Column to the marks beside it.
    """

    def __init__(self, name: str, *, python: bool) -> None:
        self.name = name
        self.python = python
        self.extra = "ignore"
        self.custom: list[str] = []
        self.marks: dict[str, tuple[Any, ...]] = {}
        self._definitions: dict[str, Any] = {}
        self._inside: list[Any] = []
        self._configs: list[Any] = []

    def columns(self, row: Readable) -> Iterator[Column]:
        """Each field of *row* as a column.

        Raises:
            ContractError: It has no named fields.
            UnsupportedTypeError: A field has no Arrow type.
        """
        self.custom.extend(row.custom)
        record = self._outermost(self._core_schema(row.annotation))
        fields = self._record_fields(record)
        self.extra = _extra(record, fields)
        if fields.get("extras_schema") and self.extra == "allow":
            self.custom.append("__pydantic_extra__")
        self._inside.append(record["cls"])
        self._configs.append(record.get("config", {}))
        for name, field, annotation, info in fields_of(fields["fields"], record["cls"]):
            yield self._column(name, field, annotation, info, row)

    def _column(self, name: str, field: Any, annotation: Any, info: Any, row: Readable) -> Column:
        marks = self.marks[name] = marks_in(annotation)
        is_key = any(isinstance(mark, PrimaryKey) or mark is PrimaryKey for mark in marks)
        default = row.defaults.get(name, _default(field["schema"]))
        omissible = field.get("required") is False and default is NO_DEFAULT
        node = self.node(field["schema"], annotation, name)
        return Column(
            name=name,
            node=_shaped(
                node, nullable=(node.nullable or omissible) and not is_key, hidden=self._hides(info)
            ),
            required=default is NO_DEFAULT and not omissible,
            default=default,
            aliases=tuple(_aliases(field, row.aliases.get(name))),
        )

    def node(self, core: Any, annotation: Any, path: str) -> Node:
        """The value that *core* describes, at *path* in the row.

        Args:
            core: pydantic's core schema of it.
            annotation: The same, as the author wrote it.
            path: ``address.city``, ``tags[]``.
        """
        kind = core["type"]
        if kind in _SEE_THROUGH:
            return self.node(self._step(core), annotation, path)
        if kind == "nullable":
            return _shaped(self.node(core["schema"], annotation, path), nullable=True)
        if kind.startswith("function-"):
            return self._function(core, annotation, path)
        if kind in _RECORDS:
            return self._struct(core, annotation, path)
        if kind == "list":
            return self._list(core, core.get("items_schema"), annotation, path)
        if (
            kind == "tuple"
            and core.get("variadic_item_index") == 0
            and len(core["items_schema"]) == 1
        ):
            return self._list(core, core["items_schema"][0], annotation, path)
        if kind == "dict":
            return self._map(core, annotation, path)
        return self._leaf(core, annotation, path)

    def _leaf(self, core: Any, annotation: Any, path: str) -> Node:
        marks, place = marks_in(annotation), self._place(path)
        if is_secret(annotation):
            cure = "a table holds no secrets; pass the id of an Airflow Connection instead"
            raise self._refused(path, annotation, cure, is_grave=True)
        core = with_config(core, self._configs[-1] if self._configs else {})
        self.custom.extend(f"{change} (column {path})" for change in changes(core))
        chosen = arrow_type(core, _arrow_mark(marks), place)
        kind = pick(chosen, _arrow_mark(marks), place, free=self.python)
        judge = next((mark for mark in marks if isinstance(mark, Accepts)), None)
        return Node(
            type=kind,
            nullable=chosen.nullable,
            zone=chosen.zone if _arrow_mark(marks) is None else "",
            rules=() if self.python else tuple(leaf_rules(core, chosen, kind, judge)),
        )

    def _function(self, core: Any, annotation: Any, path: str) -> Node:
        """A validator: pydantic's own is asked of each distinct value, another is the author's."""
        own = _is_pydantics(core)
        if not own:
            self.custom.append(f"{_function_name(core)} (column {path})")
        if "schema" not in core:
            return self._leaf(core, annotation, path)
        node = self.node(core["schema"], annotation, path)
        if own and not self.python:
            if node.children:
                self.custom.append(f"{_function_name(core)} (column {path})")
            node = dataclasses.replace(node, rules=(asked(core, node.rules),))
        return node

    def _struct(self, core: Any, annotation: Any, path: str) -> Node:
        import pyarrow as pa

        for mark in marks_in(annotation):
            if isinstance(mark, Readable):
                self.custom.extend(mark.custom)
        record = self._outermost(core)
        cls = record["cls"]
        if cls in self._inside:
            raise self._refused(
                path, cls, f"`{cls.__name__}` contains itself, which no Arrow type does"
            )
        self._inside.append(cls)
        self._configs.append(record.get("config", {}))
        children = []
        for name, field, inner, info in fields_of(self._record_fields(record)["fields"], cls):
            node = self.node(field["schema"], inner, f"{path}.{name}")
            nullable = node.nullable or field.get("required") is False
            children.append((name, _shaped(node, nullable=nullable, hidden=self._hides(info))))
        self._inside.pop()
        self._configs.pop()
        kind = pa.struct([pa.field(name, one.type, one.nullable) for name, one in children])
        return Node(type=kind, children=tuple(children))

    def _list(self, core: Any, items: Any, annotation: Any, path: str) -> Node:
        import pyarrow as pa

        if items is None:
            raise self._refused(path, annotation, "say what the list holds, as in `list[int]`")
        inner, mark = parts_of(annotation, 1)[0], _arrow_mark(marks_in(annotation))
        is_large = mark is not None and pa.types.is_large_list(mark)
        if mark is not None:
            inner = Annotated[inner, ArrowType(mark.value_type)]
        item = self.node(items, inner, f"{path}[]")
        kind = (pa.large_list if is_large else pa.list_)(pa.field("item", item.type, item.nullable))
        return Node(
            type=kind,
            rules=() if self.python else tuple(length_rules(core, "items")),
            children=(("[]", item),),
        )

    def _map(self, core: Any, annotation: Any, path: str) -> Node:
        import pyarrow as pa

        if "keys_schema" not in core:
            raise self._refused(path, annotation, "say what the dict holds, as in `dict[str, int]`")
        key_annotation, value_annotation = parts_of(annotation, 2)
        key = self.node(core["keys_schema"], key_annotation, f"{path}[key]")
        value = self.node(core["values_schema"], value_annotation, f"{path}[...]")
        return Node(
            type=pa.map_(key.type, pa.field("value", value.type, value.nullable)),
            rules=() if self.python else tuple(length_rules(core, "entries")),
            children=(("key", key), ("value", value)),
        )

    def _core_schema(self, annotation: Any) -> Any:
        import pydantic

        try:
            adapter = pydantic.TypeAdapter(annotation)
            adapter.rebuild(raise_errors=True)
        except (
            pydantic.errors.PydanticUserError,
            pydantic.errors.PydanticSchemaGenerationError,
        ) as error:
            reason = str(error).partition("\n\nFor further")[0]
            msg = f"{self.name} cannot be a table: {reason}"
            raise UnsupportedTypeError(msg, annotation=annotation) from error
        return adapter.core_schema

    def _outermost(self, core: Any) -> Any:
        """The record inside *core*; the author's own functions are noted on the way."""
        while core["type"] not in _RECORDS:
            if core["type"].startswith("function-") and "schema" in core:
                if not _is_pydantics(core):
                    self.custom.append(_function_name(core))
                core = core["schema"]
            elif core["type"] in _SEE_THROUGH:
                core = self._step(core)
            else:
                raise self._no_row()
        self._note_hooks(core)
        return core

    def _record_fields(self, record: Any) -> Any:
        """The part of a record's core schema that lists its fields."""
        core = record
        while core["type"] not in _FIELDS:
            if core["type"].startswith("function-") and not _is_pydantics(core):
                self.custom.append(_function_name(core))
            if "schema" not in core:
                raise self._no_row()
            core = core["schema"]
        if record.get("root_model"):
            raise self._no_row()
        return core

    def _no_row(self) -> ContractError:
        return ContractError(
            f"{self.name} needs a row of named fields: a model, TypedDict, dataclass, Struct or "
            "pyarrow.Schema."
        )

    def _note_hooks(self, record: Any) -> None:
        cls, hook = record["cls"], record.get("post_init")
        if record.get("custom_init"):
            self.custom.append(f"{cls.__name__}.__init__")
        if record["type"] == "dataclass" and hook:
            self.custom.append(f"{cls.__name__}.__post_init__")
        elif hook and not _module_is_pydantics(getattr(cls, hook)):
            self.custom.append(f"{cls.__name__}.{hook}")

    def _hides(self, info: Any) -> bool:
        """Whether messages must not show a field's values."""
        return _is_hidden(info) or bool(self._configs[-1].get("hide_input_in_errors"))

    def _step(self, core: Any) -> Any:
        if core["type"] == "definition-ref":
            return self._definitions[core["schema_ref"]]
        if core["type"] == "definitions":
            self._definitions.update({one["ref"]: one for one in core["definitions"]})
        return core["schema"]

    def _place(self, path: str) -> str:
        return f"{self.name}, column `{path}`"

    def _refused(
        self, path: str, annotation: Any, cure: str, *, is_grave: bool = False
    ) -> UnsupportedTypeError:
        sentence = f"{self._place(path)}: {cure}."
        return UnsupportedTypeError(sentence, annotation=annotation, is_grave=is_grave)


def _arrow_mark(marks: tuple[Any, ...]) -> pa.DataType | None:
    return next((mark.type for mark in marks if isinstance(mark, ArrowType)), None)


def _extra(record: Any, fields: Any) -> str:
    """What becomes of fields that a record does not name."""
    config = record.get("config", {})
    return str(fields.get("extra_behavior") or config.get("extra_fields_behavior") or "ignore")


def _module_is_pydantics(function: Any) -> bool:
    return str(getattr(function, "__module__", "")).partition(".")[0] == "pydantic"


def _validating(core: Any) -> Any:
    function = core["function"]
    return function["function"] if isinstance(function, dict) else function


def _is_pydantics(core: Any) -> bool:
    return _module_is_pydantics(_validating(core))


def _function_name(core: Any) -> str:
    function = _validating(core)
    return str(getattr(function, "__qualname__", function)).rpartition("<locals>.")[2]


def _is_hidden(info: Any) -> bool:
    return info is not None and not getattr(info, "repr", True)


def _shaped(node: Node, *, nullable: bool, hidden: bool = False) -> Node:
    return dataclasses.replace(node, nullable=nullable, hidden=node.hidden or hidden)


def _default(core: Any) -> Any:
    """A function that makes a field's default, where there is one that needs no other field."""
    while core["type"] != "default":
        if "schema" not in core or core["type"] in _RECORDS:
            return NO_DEFAULT
        core = core["schema"]
    if "default" in core:
        return Constant(core["default"])
    takes_data = core.get("default_factory_takes_data")
    return NO_DEFAULT if takes_data else core["default_factory"]


def _aliases(field: Any, renamed: str | None) -> Iterator[str]:
    if renamed is not None:
        yield renamed
    alias: Any = field.get("validation_alias")
    for one in [alias] if isinstance(alias, str) else alias or []:
        if isinstance(one, str):
            yield one
        elif len(one) == 1 and isinstance(one[0], str):
            yield one[0]
