"""Compares two versions of a class: which keys are written, and which are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from typedxcom.evolution.facts import COMPUTED, ClassFacts, FieldFacts, facts_of
from typedxcom.evolution.finite import plain, values_of
from typedxcom.evolution.reasons import Break, broken
from typedxcom.evolution.unions import is_alike
from typedxcom.schema.nodes import (
    LiteralOf,
    MappingOf,
    Record,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
)

__all__ = [
    "Written",
    "by_author",
    "maybe_missing",
    "not_there",
    "places_of",
    "tag_break",
    "written_by",
]


def not_there(name: str, is_required: bool, up: Record, down: Record, path: str) -> Iterator[Break]:
    """Yields why a field that the reader does not find breaks it, if it does."""
    facts = facts_of(up).fields.get(name)
    if facts is not None and facts.omitted == "always" and not is_required:
        mine, theirs = up.fields[name].schema, down.fields[name].schema
        yield from _other_default(facts, mine, facts_of(down).fields[name], theirs, path)
    elif facts is not None and facts.omitted != "always":
        values, default = values_of(up.fields[name].schema), facts_of(down).fields[name].default
        if not is_required and values and [{"value": one} for one in values] == [default]:
            return  # it has one value, and gets it
        reason = f"`{down}` reads `{name}` under another key than `{facts.writes}`"
        yield broken(path, "alias-changed", reason, misreads=not is_required, always=is_required)
    elif is_required:
        reason = f"`{down}` requires `{name}`, which is not written"
        yield broken(path, "required-added", reason, always=True)


@dataclass(frozen=True, slots=True)
class Written:
    """What a class writes under one key.

    Attributes:
        name: The field; empty for the tag.
        schema: Its type.
        facts: How it is written.
    """

    name: str
    schema: Schema
    facts: FieldFacts


def written_by(record: Record) -> dict[str, Written]:
    """Returns what instances of a class have in JSON: key to field or tag."""
    facts = facts_of(record)
    found = {
        one.writes: Written(name, record.fields[name].schema, one)
        for name, one in facts.fields.items()
        if one.omitted != "always"
    }
    if facts.tag is not None:
        key, value = facts.tag
        found[key] = Written("", LiteralOf((value,)), FieldFacts(key, (key,)))
    return found


def items_of(record: Record) -> list[Schema]:
    """Returns what instances of a class that is an array have in JSON: its tag, and the fields."""
    tag = facts_of(record).tag
    first: list[Schema] = [] if tag is None else [LiteralOf((tag[1],))]
    return [*first, *(part.schema for part in record.fields.values())]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader finds a field.

    Attributes:
        key: The key in the writer's JSON.
        schema: What is written there.
        is_sure: Whether it is always there.
    """

    key: str
    schema: Schema
    is_sure: bool


def places_of(written: Mapping[str, Written], want: FieldFacts) -> Iterator[Place]:
    """Yields where a reader may find a field, until one of them is sure.

    Args:
        written: What the writer's class has in JSON.
        want: How the reader reads the field.
    """
    for read in want.reads:
        key, *steps = (read,) if isinstance(read, str) else read
        one = written.get(str(key))
        found = _below(one.schema, steps) if one is not None else None
        if one is None or found is None:
            continue
        is_sure = found[1] and not one.facts.omitted
        yield Place(str(key), found[0], is_sure)
        if is_sure or not steps:
            return


def by_author(
    have: ClassFacts, want: ClassFacts, up: Schema, down: Schema, path: str
) -> Iterator[Break]:
    """Yields what validators and serializers of the author may do. Nobody can know it."""
    new = [name for name in want.validators if name not in have.validators]
    if new:
        names = ", ".join(f"`{name}`" for name in new)
        reason = f"the validator {names} of `{down}` is new, and may refuse older values"
        yield Break(path, reason, "constraint-tightened", is_certain=False)
    gone = [name for name in have.serializers if name not in want.serializers]
    if gone:
        names = ", ".join(f"`{name}`" for name in gone)
        reason = f"the serializer {names} of `{up}` may have written another form"
        yield Break(path, reason, "codec-changed", is_certain=False)


def _below(schema: Schema, steps: list[str | int]) -> tuple[Schema, bool] | None:
    """Returns what is at the end of a path, and whether it is always there; None if it never is."""
    if not steps:
        return schema, True
    step, *others = steps
    match plain(schema):
        case UnionOf(members=members):
            found = [one for one in (_below(member, steps) for member in members) if one]
            is_sure = len(found) == len(members) and all(sure for _, sure in found)
            union = UnionOf(tuple(one for one, _ in found))
            return (union, is_sure) if found else None
        case SequenceOf(item=item) if isinstance(step, int):
            return _never_sure(_below(item, others))
        case TupleOf(items=items) if isinstance(step, int) and -len(items) <= step < len(items):
            return _below(items[step], others)
        case MappingOf(value=value) if isinstance(step, str):
            return _never_sure(_below(value, others))
        case Record(fields=fields) as record if isinstance(step, str):
            names = {one.writes: name for name, one in facts_of(record).fields.items()}
            if step not in names:
                return None
            found_at = _below(fields[names[step]].schema, others)
            is_omitted = facts_of(record).fields[names[step]].omitted
            return _never_sure(found_at) if is_omitted else found_at
        case Unknown() as inner:
            return inner, False
    return None


def _never_sure(found: tuple[Schema, bool] | None) -> tuple[Schema, bool] | None:
    return None if found is None else (found[0], False)


def maybe_missing(
    have: Written, want: FieldFacts, theirs: Schema, is_required: bool, path: str
) -> Iterator[Break]:
    """Yields why a field that the writer may leave out breaks the reader, if it does."""
    name = path.rpartition(".")[2]
    if is_required:
        rule = "default-removed" if have.facts.omitted == "default" else "required-added"
        yield broken(path, rule, f"`{name}` may be missing, and has no default any more")
    elif have.facts.omitted == "default":
        yield from _other_default(have.facts, have.schema, want, theirs, path)


def _other_default(
    have: FieldFacts, mine: Schema, want: FieldFacts, theirs: Schema, path: str
) -> Iterator[Break]:
    """Yields the break if what the writer leaves out is another value for the reader."""
    is_known = COMPUTED not in (have.default, want.default)
    # What functions compute is most likely the same, as long as nothing else has changed.
    if have.default == want.default and (is_known or is_alike(mine, theirs)):
        return
    other = "is another" if is_known else "may be another"
    name = path.rpartition(".")[2]
    reason = f"the writer leaves `{name}` out where it is its default, which {other} now"
    yield Break(path, reason, "default-removed", is_certain=is_known, misreads=True)


def tag_break(have: ClassFacts, want: ClassFacts, up: Record, down: Record) -> str:
    """Returns why the tags of two versions differ, or an empty text."""
    if want.tag is None:
        return (
            f"`{up}` is tagged, `{down}` is not" if have.tag is not None and have.is_array else ""
        )
    if have.tag == want.tag:
        return ""
    if have.tag is not None and (have.is_array or have.tag[0] == want.tag[0]):
        return f"the tag of `{down}` is {want.tag[1]!r} under {want.tag[0]!r}, not {have.tag[1]!r}"
    return f"`{down}` is tagged, `{up}` is not" if have.is_array else ""
