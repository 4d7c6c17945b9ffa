"""Writes a schema as JSON Schema 2020-12: what a value of an annotation looks like in JSON.

It accepts what the reader of the annotation accepts, up to what JSON Schema cannot say, such as the
rules of a validator, and up to other spellings that a library reads too.
"""

from __future__ import annotations

from typing import Any

from typedxcom.codecs.jsonschema.leaves import (
    Json,
    enum_schema,
    limited,
    literal_schema,
    scalar,
    text_of,
)
from typedxcom.codecs.jsonschema.records import Members, record_members
from typedxcom.codecs.jsonschema.unions import either
from typedxcom.errors import UnsupportedTypeError
from typedxcom.registry import registered
from typedxcom.schema.kinds import SCALARS
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    Field,
    Inferred,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    Unsupported,
    Var,
    Written,
    walk,
)
from typedxcom.schema.records import style_of

__all__ = ["Json", "form_schema", "json_schema"]

_TABLE_CURE = "give the path of a file, or the id of a connection, and read the table in a task"


def json_schema(schema: Schema) -> Json:
    """Returns the JSON Schema of *schema*, with each class once, under ``$defs``.

    Raises:
        UnsupportedTypeError: A part of it is a table, a stored file, or cannot travel at all.
    """
    return _Writer(schema, inline=False).whole()


def form_schema(schema: Schema) -> Json:
    """Returns the same for Airflow's form, which follows no ``$ref`` and shows labels of enums.

    Only a class that contains itself is kept under ``$defs``, for the check at the trigger.

    Raises:
        UnsupportedTypeError: As for `json_schema`.
    """
    return _Writer(schema, inline=True).whole()


class _Writer:
    """Writes one schema. It collects the classes that are written once."""

    def __init__(self, schema: Schema, *, inline: bool) -> None:
        self.schema = schema
        self.inline = inline
        self.names: dict[int, str] = {}
        self.defs: dict[str, Json] = {}
        self.in_model = False

    def whole(self) -> Json:
        written = self.write(self.schema)
        if not self.defs:
            return written
        if self.inline and set(written) == {"$ref"}:  # the form needs the type of the value itself
            written = dict(self.defs[written["$ref"].rpartition("/")[2]])
        return {**written, "$defs": self.defs}

    def write(self, schema: Schema) -> Json:
        match schema:
            case Scalar(type=kind):
                return scalar(kind, in_model=self.in_model, for_form=self.inline)
            case Named(inner=inner) | Written(inner=inner) | Inferred(inner=inner):
                return self.write(inner)
            case Constrained(converts=True):
                return {}  # a validator sees the value before it is read as its type
            case Constrained(inner=inner, constraints=constraints):
                return limited(self.write(inner), inner, constraints)
            case LiteralOf(values=values):
                return literal_schema(values)
            case EnumOf(type=kind):
                return enum_schema(kind, labels=self.inline)
            case SequenceOf(item=item):
                return {"type": "array", "items": self._item(item)}
            case TupleOf(items=items):
                return self.tuple_of([self.write(item) for item in items], len(items))
            case MappingOf(key=key, value=value):
                return self._mapping(key, value)
            case UnionOf(members=members):
                return either([self._member(member) for member in members])
            case Record():
                return self._once(schema, schema.type.__name__)
            case Alias(target=[target], name=name):
                recurs = any(node is schema for _, node in walk(target))
                return self._once(schema, name) if recurs else self.write(target)
            case Var(bound=bound):
                return self.write(bound)
            case Opaque(type=kind):
                return _opaque(kind)
            case TableOf():
                raise UnsupportedTypeError(_refusal(schema, _TABLE_CURE))
            case Unsupported(annotation=annotation, cure=cure):
                raise UnsupportedTypeError(_refusal(schema, cure), annotation=annotation)
        return {}

    def _member(self, schema: Schema) -> Json:
        """Writes one member of a union. There, a Struct must have its tag."""
        written = self.write(schema)
        members = record_members(schema) if isinstance(schema, Record) else None
        if members is None or members.tag is None or members.is_array:
            return written
        return {**written, "required": [members.tag[0], *written.get("required", [])]}

    def tuple_of(self, items: list[Json], required: int) -> Json:
        """Returns the schema of an array whose items each have a type of their own."""
        # Nothing follows the last item. Airflow's form asks for text where `items` is no object.
        rest: Any = {"type": "array"} if self.inline else False
        limits: Json = {"items": rest, "minItems": required, "maxItems": len(items)}
        return {"type": "array", **({"prefixItems": items} if items else {}), **limits}

    def _item(self, schema: Schema) -> Json:
        written = self.write(schema)
        if self.inline and not written:  # without a type, the form would ask for lines of text
            return {"type": ["object", "array", "string", "number", "boolean", "null"]}
        return written

    def _mapping(self, key: Schema, value: Schema) -> Json:
        names = self.write(key)
        if names.get("type") == "integer":
            names = {"pattern": "^-?(?:0|[1-9][0-9]*)$(?!\\n)"}
        elif names.get("type") != "string":
            names = {"enum": list(map(str, names["enum"]))} if "enum" in names else {}
        else:
            names = {word: part for word, part in names.items() if word not in _FOR_PEOPLE}
        parts = {"propertyNames": names, "additionalProperties": self.write(value)}
        return {"type": "object", **{word: part for word, part in parts.items() if part}}

    def _once(self, schema: Record | Alias, name: str) -> Json:
        """Writes a class under ``$defs``, or in its place if the form must see it there."""
        known = self.names.get(id(schema))
        if known is None and self.inline and not _contains_itself(schema):
            return self._named(schema)
        if known is None:
            known = self.names[id(schema)] = self._free(name)
            self.defs[known] = {}
            self.defs[known] = self._named(schema)
        return {"$ref": f"#/$defs/{known}"}

    def _free(self, name: str) -> str:
        taken = sum(other.partition("-")[0] == name for other in self.defs)
        return f"{name}-{taken + 1}" if taken else name

    def _named(self, schema: Record | Alias) -> Json:
        if isinstance(schema, Alias):
            return self.write(schema.target[0])
        was, self.in_model = self.in_model, self.in_model or schema.style == "model"
        try:
            return self._record(schema)
        finally:
            self.in_model = was

    def _record(self, record: Record) -> Json:
        members = record_members(record)
        if members is None:  # a validator sees the value before any field is read
            return {}
        if members.root is not None:
            return self.write(members.root)
        if members.is_array:
            parts = [self._field(field, members) for field in record.fields.values()]
            required = sum(field.required for field in record.fields.values())
            tags = [{"const": members.tag[1]}] if members.tag else []
            return self.tuple_of(tags + parts, len(tags) + required)
        return self._object(record, members)

    def _object(self, record: Record, members: Members) -> Json:
        properties: Json = {}
        required: list[str] = []
        choices: list[Json] = []
        if members.tag is not None:
            properties[members.tag[0]] = {"const": members.tag[1]}
        for name, field in record.fields.items():
            written = self._field(field, members, name)
            keys = members.keys(name, field)
            properties.update(dict.fromkeys(keys, written))
            if field.required and len(keys) == 1:
                required.append(keys[0])
            elif field.required and keys:
                choices.append({"anyOf": [{"required": [key]} for key in keys]})
        found: Json = {"type": "object", "properties": properties}
        if required:
            found["required"] = required
        if choices:
            found["allOf"] = choices
        if record.extras:
            found["additionalProperties"] = self.write(record.extras[0])
        elif members.is_closed:
            found["additionalProperties"] = False
        return found

    def _field(self, field: Field, members: Members, name: str = "") -> Json:
        written = {} if name in members.converted else self.write(field.schema)
        text = members.descriptions.get(name)
        return {**written, "description": text} if text else written


_FOR_PEOPLE = frozenset({"type", "values_display", "description", "title", "examples"})


def _contains_itself(schema: Schema) -> bool:
    return any(node is schema for part in _parts(schema) for _, node in walk(part))


def _parts(schema: Schema) -> list[Schema]:
    if isinstance(schema, Record):
        return [*(field.schema for field in schema.fields.values()), *schema.extras]
    return schema.target if isinstance(schema, Alias) else []


def _opaque(kind: Any) -> Json:
    """Returns what pydantic says of a class that only it can read; anything if it says nothing."""
    if getattr(kind, "__typedxcom_file__", False):
        raise UnsupportedTypeError(_refusal(Opaque(kind), _TABLE_CURE.replace("table", "file")))
    if kind in SCALARS or kind is object or registered(kind) or style_of(kind) is not None:
        return {}  # a validator or a codec of the user's own reads it
    import pydantic

    try:
        found: Json = pydantic.TypeAdapter(kind).json_schema(mode="validation")
    except Exception:  # a class need not describe itself
        return {}
    return {} if "$defs" in found else {**found, **text_of(found.get("format"))}


def _refusal(schema: Schema, cure: str) -> str:
    return f"`{schema}` has no JSON that a person or another language can give. Instead: {cure}."
