"""The relation of `typedxcom.schema.relation` between two versions: by structure, not by class.

Between two tasks of one version, a value that only may break a limit fits, because the run decides.
Between two versions, a type fits only if each of its values can be read, with the value that the
reader means: an int as a float, a class as another with the same fields, an Enum by its values.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from typedxcom.evolution.columns import ColumnsOf
from typedxcom.evolution.crowds import crowded_places, is_crowded, is_within
from typedxcom.evolution.facts import ClassFacts, facts_of, root_of
from typedxcom.evolution.finite import (
    is_constant,
    narrowed,
    plain,
    reads_scalar,
    takes_value,
    values_of,
)
from typedxcom.evolution.keys import (
    Written,
    by_author,
    items_of,
    maybe_missing,
    not_there,
    places_of,
    tag_break,
    written_by,
)
from typedxcom.evolution.limits import tighter, vars_of
from typedxcom.evolution.reasons import (
    NONE,
    Break,
    broken,
    different,
    is_not,
    lost_member,
    lost_values,
    refuses,
    scalar_to_values,
    sometimes,
)
from typedxcom.evolution.scalars import flag_breaks, limit_breaks
from typedxcom.evolution.sources import Source, sources_of
from typedxcom.evolution.tables import lost_columns
from typedxcom.evolution.unions import captures, is_alike, kinds_of, takes_all
from typedxcom.evolution.witnesses import (
    doubted,
    never_written,
    proved,
    shown_by,
    whole_witness,
)
from typedxcom.schema.nodes import (
    UNKNOWN,
    Alias,
    Constrained,
    Constraints,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
    Unsupported,
    Var,
    walk,
)
from typedxcom.schema.relation import FittingRelation, Mismatch, Solution

__all__ = ["Break", "breaks"]

_SPLIT = (UnionOf, Alias, Named, Var)  # each part is compared by itself
_LOWERED: dict[str, type] = {  # what a reader gets for an abstract class
    "Iterable": list, "Collection": list, "Sequence": list, "MutableSequence": list,
    "Set": set, "MutableSet": set,
}  # fmt: skip


def breaks(written: Schema, read: Schema) -> list[Break]:
    """Returns why some value of *written* cannot be read as *read*; empty if each can.

    Args:
        written: The type of one version, as `typedxcom.evolution.reading` reads it.
        read: The type of another.
    """
    found = _structural(written, read)
    places = crowded_places(written) | crowded_places(read)
    return _asked(found, written, read, places) if places else found


def _structural(written: Schema, read: Schema) -> list[Break]:
    relation = StructuralRelation(Solution(), is_pydantic=_may_be_pydantic(read))
    found = relation.compare(written, read, "$")
    return list(dict.fromkeys(one for one in found if isinstance(one, Break)))


def _asked(found: list[Break], written: Schema, read: Schema, places: set[str]) -> list[Break]:
    """Returns what the real decoder leaves of *found*, and what it adds, in unions that overlap."""
    if any(sources_of(node) for _, node in walk(read)) or is_alike(written, read):
        return found

    def reads(up: Schema, down: Schema) -> bool:
        return not any(one.is_certain for one in _structural(up, down))

    shown = whole_witness(written, read, reads)
    is_certain = any(one.is_certain for one in found)
    if shown is None:
        return found
    if shown[0] is None:
        return [doubted(one) if one.is_certain and is_within(one, places) else one for one in found]
    if is_certain:
        return found
    reason = f"`{read}` does not read each `{written}` as it is meant"
    return [shown_by(broken("$", "type-changed", reason, misreads=True), shown[0]), *found]


class StructuralRelation(FittingRelation):
    """One comparison of two versions.

    Args:
        solution: As for `FittingRelation`.
        is_pydantic: Whether pydantic may read the values. It takes an object for a NamedTuple too.
    """

    def __init__(self, solution: Solution, *, is_pydantic: bool = False) -> None:
        super().__init__(solution)
        self._is_pydantic = is_pydantic
        # The members of the writer's union that read some values of the one that is compared.
        self._rivals: list[Schema] = []
        self._writer: Schema | None = None  # that union

    def compare(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        """Yields what breaks if *up* is read as *down*, with the upcasters to *down*."""
        sources = () if isinstance(up, _SPLIT) else sources_of(down)
        if sources and not self._is_assumed(up, down):
            yield from self._with_older(up, down, sources, path)
        else:
            yield from super().compare(up, down, path)

    def _is_assumed(self, up: Schema, down: Schema) -> bool:
        return up is down or (id(up), id(down)) in self.assumed

    def _with_older(
        self, up: Schema, down: Schema, sources: tuple[Source, ...], path: str
    ) -> Iterator[Mismatch]:
        """Compares *up* with *down*, and then with each older type while the one before refuses."""
        found = list(super().compare(up, down, path))
        is_refused = refuses(found)
        for source in sources if found and is_refused else ():
            assumed = set(self.assumed)
            older = list(self.compare(up, source.schema, path))
            if not older:
                return
            self.assumed = assumed
            is_refused = refuses(older)
            if not is_refused:
                break
        yield from found if is_refused else map(_misread, found)

    def fits(self, up: Schema, down: Schema) -> bool:
        """Returns whether each value of *up* can be read as *down*."""
        assumed = set(self.assumed)
        fitting = next(self.compare(up, down, "$"), None) is None
        if not fitting:
            self.assumed = assumed
        return fitting

    def _unwrapped(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        match up, down:
            case (Alias(target=[inner]) | Named(inner=inner) | Var(bound=inner), _):
                yield from self.compare(inner, down, path)
            case (_, Alias(target=[inner]) | Named(inner=inner) | Var(bound=inner)):
                yield from self.compare(up, inner, path)
            case (_, Unknown() | Unsupported()) | (Unsupported(), _):
                return
            case Record(), _ if root_of(up) is not None:
                yield from self._roots(up, down, path)
            case _, Record() if root_of(down) is not None and not (
                isinstance(up, UnionOf) and sources_of(down)  # each member may be an older type
            ):
                yield from self._roots(up, down, path)
            case Unknown(), UnionOf(members=members) if any(map(_is_open, members)):
                return
            case Unknown(), _:
                yield broken(path, "type-narrowed", f"`Any` is now `{down}`")
            case Constrained(inner=UnionOf() as old), Constrained(inner=UnionOf() as new) if (
                _caller(up) and _caller(up) == _caller(down)
            ):
                yield from self._called(old, new, down, path)
            case _, Constrained(inner=inner) if _caller(down):
                yield from self.compare(up, inner, path)
                reason = f"`{_caller(down)}` of `{down}` is new, and may choose another member"
                yield Break(path, reason, is_certain=False)
            case Constrained(inner=inner), _ if _is_spread(inner):
                yield from self.compare(_spread(up), down, path)
            case _, Constrained(inner=inner) if _is_spread(inner):
                yield from self.compare(up, _spread(down), path)
            case UnionOf(), _:
                yield from self._each_member(up, down, path)
            case _, UnionOf(members=members):
                yield from self._one_of(up, members, down, path)
            case _, Constrained(inner=theirs):
                mine = up.inner if isinstance(up, Constrained) else up
                yield from self.compare(mine, theirs, path)
                yield from limit_breaks(up, down, path)
            case Constrained(constraints=limits), EnumOf(type=kind) if _keeps_bits(limits, kind):
                yield from self.compare(up.inner, Scalar(int), path)
            case Constrained(inner=inner), _:
                yield from self.compare(inner, down, path)
            case _:
                yield from self._kinds(up, down, path)

    def _called(self, up: UnionOf, down: UnionOf, whole: Schema, path: str) -> Iterator[Mismatch]:
        """Compares unions of which one function tells the members apart, tag by tag."""
        known = {tag: one for one in down.members if (tag := dict(_marks(one)).get("tag"))}
        for member in up.members:
            tag = dict(_marks(member)).get("tag")
            if tag in known:
                yield from sometimes(self.compare(member, known[tag], path))
            else:
                yield replace(lost_member(member, whole, path), misreads=False)

    def _roots(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        """Compares RootModels, or one with what its JSON is."""
        yield from self.compare(root_of(up) or up, root_of(down) or down, path)
        have, want = (
            facts_of(one) if isinstance(one, Record) and root_of(one) else ClassFacts()
            for one in (up, down)
        )
        yield from by_author(have, want, up, down, path)

    def _each_member(self, up: UnionOf, down: Schema, path: str) -> Iterator[Mismatch]:
        if is_alike(up, down):
            return
        members = _without_shadowed(up.members)
        all_found: list[list[Mismatch]] = []
        skipped: list[Schema] = []
        for member in members:
            rivals = list(self._captors(member, members, [member]))
            others = tuple(one for one in members if one is not member and one not in skipped)
            if any(takes_all(one, member) and one in others for one in rivals) or (
                rivals and others and never_written(member, up, others)
            ):
                skipped.append(member)
                continue  # such a value would not come back today either, so it is never written
            outer = self._rivals, self._writer
            self._rivals, self._writer = rivals, up
            found = list(self.compare(member, down, path))
            self._rivals, self._writer = outer
            if found and not _has_like(member, down):
                lost = lost_member(member, down, path)
                found = [lost if refuses(found) else _misread(lost)]
            all_found.append(found)
        refuses_all = all(any(getattr(one, "always", False) for one in f) for f in all_found)
        for found in all_found:
            yield from found if refuses_all else sometimes(found)

    def _one_of(
        self, up: Schema, members: tuple[Schema, ...], down: Schema, path: str
    ) -> Iterator[Mismatch]:
        members = _without_shadowed(members)
        tag = _missing_tag(up, members)
        if tag:
            reason = f"`{down}` tells its members apart by `{tag}`, which `{up}` does not write"
            yield broken(path, "alias-changed", reason, always=True)
            return
        writer, self._writer = self._writer or up, None
        fitting = [one for one in members if self.fits(up, one)]
        if fitting:
            rivals, self._rivals = self._rivals, []
            captors = self._captors(up, members, fitting)
            wrong = next((c for c in captors if not any(is_alike(c, one) for one in rivals)), None)
            if wrong is not None:
                reason = f"`{up}` may be read as `{wrong}` of `{down}`"
            else:
                reason = f"`{down}` does not read each `{up}` as it is meant"
            found = broken(path, "type-changed", reason, misreads=True)
            if wrong is not None or is_crowded(up, members):
                found = proved(found, up, UnionOf(members), fitting, writer)
                if wrong is not None or found.example:
                    yield found
            return
        values = values_of(up)
        if values is not None:
            lost = [v for v in values if not any(takes_value(one, v) for one in members)]
            if lost:
                yield lost_values(up, lost, down, path)
            elif is_crowded(up, members):
                found = proved(
                    broken(path, "type-changed", f"`{down}` does not read each `{up}`"),
                    up, UnionOf(members), [], writer,
                )  # fmt: skip
                if found.example:
                    yield found
            return
        like = [one for one in members if one != NONE and kinds_of(one) & kinds_of(up)]
        if len(like) == 1:
            yield from self.compare(up, like[0], path)
        else:
            assumed = set(self.assumed)
            is_refused = all(refuses(list(self.compare(up, one, path))) for one in members)
            self.assumed = assumed
            missing = lost_member(up, down, path)
            if like:
                missing = proved(missing, up, UnionOf(members), [], writer)
            yield missing if is_refused else _misread(missing)

    def _captors(
        self, up: Schema, members: tuple[Schema, ...], fitting: list[Schema]
    ) -> Iterator[Schema]:
        """Yields the members of a union that may read a value of *up*, though it does not fit."""
        is_later = False
        for one in members:
            if any(one is fit for fit in fitting):
                is_later = True
            elif captures(up, one, fitting, is_later=is_later) and not self.fits(up, one):
                yield one

    def _kinds(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        values = values_of(up)
        match up, down:
            case ((LiteralOf() | EnumOf()), (LiteralOf() | EnumOf() | Scalar())) if values:
                lost = [value for value in values if not takes_value(down, value)]
                if lost:
                    yield lost_values(up, lost, down, path)
            case EnumOf(), (EnumOf() | Scalar()):
                yield from flag_breaks(up, down, path)
            case Scalar(), (LiteralOf() | EnumOf()):
                lost = [value for value in values or () if not takes_value(down, value)]
                if values is None or lost:
                    yield scalar_to_values(up, down, path)
            case Scalar(type=mine), Scalar(type=theirs):
                if not reads_scalar(mine, theirs):
                    yield different(up, down, path)
            case Opaque(), Opaque():
                if _name(up) != _name(down):
                    is_own = any(
                        hasattr(one.type, "__typedxcom_registered__") for one in (up, down)
                    )
                    rule = "codec-changed" if is_own else "type-changed"
                    yield broken(path, rule, is_not(up, down), misreads=True)
            case Scalar(type=mine), Opaque(type=theirs) if narrowed(theirs) == mine.__name__:
                yield broken(path, "constraint-tightened", f"`{up}` is now `{down}`")
            case Opaque(type=mine), Scalar(type=theirs) if narrowed(mine) == theirs.__name__:
                return
            case (Opaque(), _) | (_, Opaque()):
                yield broken(path, "codec-changed", is_not(up, down), misreads=True)
            case ((SequenceOf() | TupleOf()), (SequenceOf() | TupleOf())):
                yield from self._sequences(up, down, path)
            case MappingOf(), MappingOf():
                yield from self._mappings(up, down, path)
            case Record(), Record():
                yield from self._records(up, down, path)
            case Record(), (SequenceOf() | TupleOf()) if facts_of(up).is_array:
                yield from self.compare(TupleOf(tuple(items_of(up))), down, path)
            case TupleOf(items=items), Record() if _takes_items(down):
                yield from self._positions(list(items), down, path)
            case Record(), MappingOf() if not facts_of(up).is_array:
                yield from self._as_mapping(up, down, path)
            case ColumnsOf(), ColumnsOf():
                for place, rule, reason in lost_columns(up, down):
                    yield broken(f"{path}{place}", rule, reason)
            case _:
                yield different(up, down, path)

    def _sequences(
        self, up: SequenceOf | TupleOf, down: SequenceOf | TupleOf, path: str
    ) -> Iterator[Mismatch]:
        if isinstance(up, TupleOf) and isinstance(down, TupleOf):
            if len(up.items) != len(down.items):
                reason = f"`{up}` has {len(up.items)} items, `{down}` has {len(down.items)}"
                yield broken(path, "type-changed", reason, always=True)
                return
            for index, (mine, theirs) in enumerate(zip(up.items, down.items, strict=True)):
                yield from self.compare(mine, theirs, f"{path}[{index}]")
        elif isinstance(down, TupleOf) or not _is_container(up, down):
            yield different(up, down, path)
        elif isinstance(up, TupleOf):
            for index, mine in enumerate(up.items):
                yield from self.compare(mine, down.item, f"{path}[{index}]")
        else:
            yield from sometimes(self.compare(up.item, down.item, f"{path}[0]"))

    def _mappings(self, up: MappingOf, down: MappingOf, path: str) -> Iterator[Mismatch]:
        mine, theirs = plain(up.key), plain(down.key)
        if isinstance(mine, Scalar) and isinstance(theirs, Scalar) and mine != theirs:
            # Keys are text, so no number fits another, and any of them is read as a `str`.
            key = different(mine, theirs, f"{path}[key]")
            yield replace(key, always=False, misreads=key.misreads or theirs.type is str)
        else:
            yield from sometimes(self.compare(up.key, down.key, f"{path}[key]"))
        yield from sometimes(self.compare(up.value, down.value, f"{path}[...]"))

    def _as_mapping(self, up: Record, down: MappingOf, path: str) -> Iterator[Mismatch]:
        """Compares a class that is an object in JSON with a dict of its keys."""
        written = written_by(up)
        others = up.extras or ([UNKNOWN] if facts_of(up).extra == "allow" else [])
        if others:
            yield from self.compare(Scalar(str), down.key, f"{path}[key]")
        elif written:
            yield from self.compare(LiteralOf(tuple(written)), down.key, f"{path}[key]")
        for key, one in written.items():
            yield from sometimes(self.compare(one.schema, down.value, f"{path}.{key}"))
        for extra in others:
            yield from sometimes(self.compare(extra, down.value, f"{path}[...]"))
        yield from by_author(facts_of(up), ClassFacts(), up, down, path)

    def _records(self, up: Record, down: Record, path: str) -> Iterator[Mismatch]:
        have, want = facts_of(up), facts_of(down)
        if have.is_array != want.is_array:
            found = different(up, down, path)
            is_read = self._is_pydantic and down.style == "namedtuple"
            yield replace(found, misreads=True, always=False) if is_read else found
            return
        tag = tag_break(have, want, up, down)
        if tag:
            both = have.tag is not None and want.tag is not None
            yield broken(path, "alias-changed", tag, misreads=not both, always=both)
            return
        if have.is_array:
            fields = [one.schema for one in up.fields.values()]
            yield from self._positions(fields, down, path, up)
        else:
            yield from self._fields(up, down, path)
        yield from by_author(have, want, up, down, path)

    def _positions(
        self, items: list[Schema], down: Record, path: str, up: Record | None = None
    ) -> Iterator[Mismatch]:
        """Compares a class that is an array in JSON."""
        wanted = list(down.fields.items())
        required = sum(part.required for _, part in wanted)
        if len(items) < required:
            name = wanted[len(items)][0]
            reason = f"`{down}` requires `{name}`"
            yield broken(f"{path}.{name}", "required-added", reason, always=True)
            return
        is_closed = down.style == "namedtuple" or facts_of(down).extra == "forbid"
        if len(items) > len(wanted) and is_closed:
            reason = f"`{down}` has {len(wanted)} items, not {len(items)}"
            yield broken(path, "extra-forbidden", reason, always=True)
            return
        names = list(up.fields) if up is not None else []
        for index, (mine, (name, theirs)) in enumerate(zip(items, wanted, strict=False)):
            old = names[index] if index < len(names) else name
            moved = old != name and (name in names or old in down.fields)
            if moved and not is_constant(mine, theirs.schema):
                reason = f"`{name}` is at another place"
                yield broken(f"{path}[{index}]", "alias-changed", reason, misreads=True)
                return
            yield from self.compare(mine, theirs.schema, f"{path}.{name}")

    def _fields(self, up: Record, down: Record, path: str) -> Iterator[Mismatch]:
        want, written = facts_of(down), written_by(up)
        names = {one.name for one in written.values()}
        used = set()
        if want.tag is not None and want.tag[0] in written:
            key, value = want.tag
            used.add(key)
            yield from self.compare(written[key].schema, LiteralOf((value,)), f"{path}.{key}")
        for name, part in down.fields.items():
            where = f"{path}.{name}"
            facts = want.fields[name]
            places = list(places_of(written, facts))
            used.update(one.key for one in places)
            first = places[0].key if places else ""
            if first and written[first].name != name and name in names:
                reason = f"`{name}` is read from `{first}`, which is another field"
                yield broken(where, "alias-changed", reason, misreads=True)
                continue
            for place in places:
                found = self.compare(place.schema, part.schema, where)
                yield from found if place.is_sure else sometimes(found)
            if not places:
                yield from not_there(name, part.required, up, down, where)
            elif not places[-1].is_sure:
                writes = written[places[-1].key]
                yield from maybe_missing(writes, facts, part.schema, part.required, where)
        yield from self._others(up, down, written, set(written) - used, path)

    def _others(
        self, up: Record, down: Record, written: Mapping[str, Written], others: set[str], path: str
    ) -> Iterator[Mismatch]:
        """Compares what is written with what becomes of keys that are no fields."""
        have, want = facts_of(up), facts_of(down)
        if want.extra == "forbid":
            for key in sorted(others):
                reason = f"`{down}` forbids other fields, and `{key}` is written"
                is_there = not written[key].facts.omitted
                yield broken(f"{path}.{key}", "extra-forbidden", reason, always=is_there)
            if have.extra == "allow":
                yield broken(path, "extra-forbidden", f"`{down}` forbids other fields")
        for extra in down.extras:
            for key in sorted(others):
                yield from sometimes(self.compare(written[key].schema, extra, f"{path}.{key}"))
            for mine in up.extras:
                yield from sometimes(self.compare(mine, extra, f"{path}[...]"))


def _keeps_bits(limits: Constraints, kind: type) -> bool:
    """Whether numbers within *limits* are values of an IntFlag, which keeps all bits."""
    return issubclass(kind, enum.IntFlag) and tighter("ge", 0, vars_of(limits), whole=True)


def _missing_tag(up: Schema, members: tuple[Schema, ...]) -> str:
    """Returns the key of msgspec's tagged union that a class does not write. Alone it may lack."""
    inner = plain(up)
    tags = [facts_of(one).tag for one in members if isinstance(one, Record)]
    keys = {tag[0] for tag in tags if tag is not None}
    is_object = isinstance(inner, Record) and not facts_of(inner).is_array
    if len(tags) < 2 or not keys or not is_object or not isinstance(inner, Record):
        return ""
    return next((key for key in keys if key not in written_by(inner)), "")


def _takes_items(record: Record) -> bool:
    """Whether it is read from the items of a tuple, the first of which is no tag."""
    facts = facts_of(record)
    return facts.is_array and facts.tag is None


def _may_be_pydantic(schema: Schema) -> bool:
    """Whether pydantic may read *schema*: it has nothing that only msgspec reads."""
    return not any(
        (isinstance(node, Record) and node.style == "struct")
        or (isinstance(node, Constrained) and node.engine == "msgspec")
        for _, node in walk(schema)
    )


def _misread(one: Mismatch) -> Mismatch:
    """Returns a break of which no upcaster is asked."""
    return replace(one, misreads=True, always=False) if isinstance(one, Break) else one


def _marks(schema: Schema) -> tuple[tuple[str, Any], ...]:
    return schema.marks if isinstance(schema, Constrained) else ()


def _caller(schema: Schema) -> str:
    """Returns the function that tells the members of a union apart; empty if there is none."""
    return next((name for name, _ in _marks(schema) if name.startswith("Discriminator(")), "")


def _is_container(up: SequenceOf | TupleOf, down: SequenceOf | TupleOf) -> bool:
    """Whether a collection is one for the reader, too: a list is no set."""
    mine, theirs = (tuple if isinstance(one, TupleOf) else one.type for one in (up, down))
    return issubclass(_LOWERED.get(mine.__name__, mine), theirs)


def _is_open(schema: Schema) -> bool:
    inner = plain(schema)
    is_one = isinstance(inner, UnionOf) and any(map(_is_open, inner.members))
    return is_one or isinstance(inner, Unknown)


def _is_spread(inner: Schema) -> bool:
    """Whether limits stand around a union or a name, and so apply to what is inside."""
    return isinstance(inner, (UnionOf, Named, Alias))


def _spread(node: Schema) -> Schema:
    """Returns a limited union as a union of limited members."""
    assert isinstance(node, Constrained)
    inner = node.inner
    if isinstance(inner, (Named, Alias)):
        inside = inner.target[0] if isinstance(inner, Alias) else inner.inner
        return Constrained(inside, node.constraints, node.engine, node.converts, node.marks)
    assert isinstance(inner, UnionOf)
    marks = tuple(one for one in node.marks if "discriminator" not in one[0].lower())
    if node.constraints == Constraints() and not marks:
        return inner
    limited = (
        one
        if one == NONE
        else Constrained(one, node.constraints, node.engine, node.converts, marks)
        for one in inner.members
    )
    return UnionOf(tuple(limited))


def _without_shadowed(members: tuple[Schema, ...]) -> tuple[Schema, ...]:
    """Returns the members without those that msgspec limits too, because another one is limited."""
    limited = [
        one.inner for one in members if isinstance(one, Constrained) and one.engine == "msgspec"
    ]
    return tuple(one for one in members if not any(one == inner for inner in limited))


def _has_like(member: Schema, down: Schema) -> bool:
    """Whether one part of *down* has the same form in JSON, so that its findings say more."""
    others = down.members if isinstance(down, UnionOf) else (down,)
    return any(kinds_of(member) & kinds_of(one) for one in others)


def _name(node: Opaque) -> tuple[str, str]:
    return node.type.__module__, node.type.__qualname__
