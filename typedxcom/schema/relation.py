"""Decides whether what *upstream* writes fits what *downstream* reads.

Classes are compared by name, as Python and mypy do. A TypedDict as the target is compared by its
fields. Containers are covariant: an XCom is a copy, so nobody can write through it. Numbers follow
JSON and PEP 484: a bool fits an int, an int fits a float. If only the value can decide (`Any`, a
constraint that may hold), the types fit here, and the value is checked when the task runs.
"""

from __future__ import annotations

import collections.abc as abc
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from typedxcom.errors import MAX_PROBLEMS
from typedxcom.schema.namesakes import namesakes
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
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
    Unknown,
    Unsupported,
    Var,
    Written,
)
from typedxcom.schema.possible import misfit
from typedxcom.schema.vague import opened
from typedxcom.schema.values import finite_values, is_among, scalar_fits, share_no_value, takes

__all__ = ["Mismatch", "Solution", "mismatches", "substitute"]

_ABSTRACT: dict[Any, str] = {
    abc.Iterable: "iterable", abc.Collection: "iterable", abc.Sequence: "sequence",
    abc.MutableSequence: "sequence", abc.Set: "set", abc.MutableSet: "set",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One reason why upstream does not fit downstream, and its path inside the value."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.reason} - at `{self.path}`"


@dataclass(slots=True)
class Solution:
    """The types that the type variables of one call stand for, so far."""

    bindings: dict[str, Schema] = field(default_factory=dict)


def mismatches(
    upstream: Schema, downstream: Schema, *, solution: Solution | None = None
) -> list[Mismatch]:
    """Returns why a value of *upstream* cannot be read as *downstream*.

    Args:
        upstream: The type that is written.
        downstream: The type that is read; its type variables are bound in *solution*.
        solution: It is filled with what the type variables stand for.

    Returns:
        An empty list if the types fit, or if only the value can decide.
    """
    return list(FittingRelation(solution or Solution()).compare(upstream, downstream, "$"))


def substitute(schema: Schema, solution: Solution) -> Schema:
    """Returns *schema* with each type variable replaced: by its solution, else by its bound."""

    def put(node: Schema) -> Schema:
        match node:
            case Var(name=name, bound=bound):
                return solution.bindings.get(name, bound)
            case SequenceOf(type=kind, item=item):
                return SequenceOf(kind, put(item))
            case TupleOf(items=items):
                return TupleOf(tuple(map(put, items)))
            case MappingOf(type=kind, key=key, value=value):
                return MappingOf(kind, put(key), put(value))
            case UnionOf(members=members):
                return UnionOf(tuple(map(put, members)))
            case Record(type=kind, style=style, args=args, fields=fields) if args:
                return Record(kind, style, tuple(map(put, args)), fields)
            case _:
                return node

    return put(schema)


class FittingRelation:
    """One comparison. A pair that is still being compared counts as fitting, so recursion ends."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        self.assumed: set[tuple[int, int]] = set()
        self._made: list[Schema] = []  # as long as they live, no other schema has their id

    def compare(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        """Yields what is wrong if *up* is read as *down*."""
        pair = (id(up), id(down))
        if up is down or pair in self.assumed:
            return
        if isinstance(up, (Record, Alias)) or isinstance(down, (Record, Alias)):
            self.assumed.add(pair)
        yield from self._unwrapped(up, down, path)

    def fits(self, up: Schema, down: Schema) -> bool:
        """Returns whether *up* fits *down*. If not, no type variable is bound."""
        saved = dict(self.solution.bindings)
        if next(self.compare(up, down, "$"), None) is None:
            return True
        self.solution.bindings = saved
        return False

    def _unwrapped(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        """Unwraps aliases, unions, NewTypes and constraints, outermost first, then compares."""
        match up, down:
            case (Unknown() | Unsupported(), _) | (_, Unknown() | Unsupported() | Inferred()):
                return
            case Inferred(), Var():
                return  # a guess solves no variable
            case Inferred(inner=inner, promised=promised), _:
                yield from self._seen(inner, promised, down, path)
            case _, Var():
                yield from self._bind(up, down, path)
            case Alias(target=[inner]), _:
                yield from self.compare(inner, down, path)
            case _, Alias(target=[inner]):
                yield from self.compare(up, inner, path)
            case UnionOf(members=members), _:
                yield from self._each(members, up, down, path)
            case Named(newtype=mine), Named(newtype=theirs) if mine is theirs:
                return
            case Named(inner=inner), Named() if str(up) == str(down) and not self.fits(inner, down):
                yield _differs(up, down, path)
            case Constrained(inner=UnionOf() as inner), UnionOf():  # Field(ge=0) on `int | None`
                yield from self.compare(inner, down, path)
            case _, UnionOf(members=members):
                yield from self._any(up, members, down, path)
            case Constrained(inner=mine, constraints=have), Constrained(
                inner=theirs, constraints=want
            ):
                yield from self.compare(mine, theirs, path)
                if share_no_value(have, want):
                    yield Mismatch(path, f"no value of `{up}` is a `{down}`")
            case Constrained(inner=inner), _:
                yield from self.compare(inner, down, path)
            case _, Constrained(inner=inner):
                yield from self.compare(up, inner, path)
            case Written(), Named(inner=inner):
                yield from self.compare(up, inner, path)
            case ((Written(inner=inner) | Named(inner=inner)), _):
                yield from self.compare(inner, down, path)
            case _, Named():
                yield _differs(up, down, path)
            case Var(bound=bound), _:
                yield from self.compare(bound, down, path)
            case _:
                yield from self._kinds(up, down, path)

    def _seen(self, inner: Schema, promised: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        """Compares a type from code: it refuses less than a promise does, but may say more.

        ``-> dict`` promises no keys. Where the code shows them, they decide.
        """
        self._made.append(said := opened(promised, inner))
        found = list(self.compare(said, down, path))
        yield from found
        wrong = misfit(inner, down, path) if not found else None
        if wrong is not None:
            yield Mismatch(wrong.path, wrong.reason)

    def _bind(self, up: Schema, variable: Var, path: str) -> Iterator[Mismatch]:
        up = up.inner if isinstance(up, Written) else up
        bound = self.solution.bindings.get(variable.name)
        if bound is None:
            self.solution.bindings[variable.name] = up
        elif not self.fits(up, bound):
            joined = up if self.fits(bound, up) else UnionOf((bound, up))
            self.solution.bindings[variable.name] = joined
        yield from self.compare(up, variable.bound, path)
        allowed = variable.constraints
        if allowed and not any(self.fits(up, one) for one in allowed):
            yield _differs(up, UnionOf(allowed), path)

    def _each(
        self, members: tuple[Schema, ...], up: Schema, down: Schema, path: str
    ) -> Iterator[Mismatch]:
        """Checks that every member of an upstream union fits."""
        unfit = [member for member in members if not self.fits(member, down)]
        if unfit:
            names = ", ".join(f"`{member}`" for member in unfit)
            which = namesakes(unfit[0], down)
            reason = f"`{up}` may be {names}, which `{down}` does not take"
            yield Mismatch(path, f"{reason}: {which}" if which else reason)

    def _any(
        self, up: Schema, members: tuple[Schema, ...], down: Schema, path: str
    ) -> Iterator[Mismatch]:
        """Checks that one member of a downstream union takes it. Type variables are tried last."""
        ordered = sorted(members, key=lambda member: isinstance(member, Var))
        if any(self.fits(up, member) for member in ordered):
            return
        values = finite_values(up)
        if values is not None and all(
            any(takes(one, value) for one in members) for value in values
        ):
            return
        yield _differs(up, down, path)

    def _kinds(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        match up, down:
            case Scalar(), Scalar():
                if not scalar_fits(up.type, down.type):
                    yield _differs(up, down, path)
            case EnumOf(type=mine), (Scalar(type=theirs) | EnumOf(type=theirs)):
                if not scalar_fits(mine, theirs):
                    yield _differs(up, down, path)
            case ((LiteralOf() | EnumOf() | Scalar()), LiteralOf(values=wanted)):
                values = finite_values(up)
                extra = (
                    [v for v in values if not is_among(v, wanted)] if values is not None else None
                )
                if extra is None:
                    yield _differs(up, down, path)
                elif extra:
                    yield Mismatch(path, f"{', '.join(map(repr, extra))} is not in `{down}`")
            case LiteralOf(values=values), (Scalar() | EnumOf()):
                if not all(takes(down, value) for value in values):
                    yield _differs(up, down, path)
            case ((SequenceOf() | TupleOf()), (SequenceOf() | TupleOf())):
                yield from self._sequences(up, down, path)
            case TupleOf(items=items), Record(style="namedtuple", fields=fields):
                if len(items) != len(fields):
                    yield _differs(up, down, path)
                for index, pair in enumerate(zip(items, fields.values(), strict=False)):
                    yield from self.compare(pair[0], pair[1].schema, f"{path}[{index}]")
            case MappingOf(), (MappingOf() | SequenceOf()):
                yield from self._mapping(up, down, path)
            case Record(), _:
                yield from self._record(up, down, path)
            case TableOf(row=mine), TableOf(row=theirs):
                yield from self._columns(mine, theirs, path)
            case Opaque(type=mine), Opaque(type=theirs):
                if not issubclass(mine, theirs):
                    yield _differs(up, down, path)
            case Scalar(type=mine), Opaque(type=theirs) if scalar_fits(mine, theirs):
                return
            case _:
                yield _differs(up, down, path)

    def _sequences(
        self, up: SequenceOf | TupleOf, down: SequenceOf | TupleOf, path: str
    ) -> Iterator[Mismatch]:
        if isinstance(up, TupleOf) and isinstance(down, TupleOf):
            if len(up.items) != len(down.items):
                yield Mismatch(
                    path, f"`{up}` has {len(up.items)} items, `{down}` has {len(down.items)}"
                )
                return
            for index, (mine, theirs) in enumerate(zip(up.items, down.items, strict=True)):
                yield from self.compare(mine, theirs, f"{path}[{index}]")
        elif isinstance(down, TupleOf) or not _container_fits(up, down):
            yield _differs(up, down, path)
        elif isinstance(up, TupleOf):
            for index, mine in enumerate(up.items):
                yield from self.compare(mine, down.item, f"{path}[{index}]")
        else:
            yield from self.compare(up.item, down.item, f"{path}[0]")

    def _mapping(
        self, up: MappingOf, down: MappingOf | SequenceOf, path: str
    ) -> Iterator[Mismatch]:
        if isinstance(down, SequenceOf):
            if _ABSTRACT.get(down.type) == "iterable":
                yield from self.compare(up.key, down.item, f"{path}[key]")
            else:
                yield _differs(up, down, path)
        elif not issubclass(up.type, down.type):
            yield _differs(up, down, path)
        else:
            yield from self.compare(up.key, down.key, f"{path}[key]")
            yield from self.compare(up.value, down.value, f"{path}[...]")

    def _record(self, up: Record, down: Schema, path: str) -> Iterator[Mismatch]:
        match down:
            case Record(style="typeddict"):
                yield from self._structure(up, down, path)
            case Record():
                yield from self._nominal(up, down, path)
            case MappingOf(key=key, value=value) if up.style == "typeddict":
                yield from self.compare(Scalar(str), key, f"{path}[key]")
                for name, part in up.fields.items():
                    yield from self.compare(part.schema, value, f"{path}.{name}")
            case SequenceOf() | TupleOf() if up.style == "namedtuple":
                items = TupleOf(tuple(part.schema for part in up.fields.values()))
                yield from self.compare(items, down, path)
            case Opaque(type=kind) if issubclass(up.type, kind):
                return
            case _:
                yield _differs(up, down, path)

    def _nominal(self, up: Record, down: Record, path: str) -> Iterator[Mismatch]:
        mine, theirs = _origin(up), _origin(down)
        if not issubclass(mine[0], theirs[0]):
            yield from self._different_classes(up, down, path)
            return
        if mine[0] is theirs[0]:
            for have, want in zip(mine[1], theirs[1], strict=False):
                yield from self.compare(have, want, path)

    def _different_classes(self, up: Record, down: Record, path: str) -> Iterator[Mismatch]:
        """Compares two unrelated classes: the fields that the reader would miss come first."""
        missing = [
            Mismatch(f"{path}.{name}", f"missing `{name}`")
            for name, part in down.fields.items()
            if part.required and name not in up.fields
        ]
        is_namesake = bool(namesakes(up, down))
        yield from [_differs(up, down, path)] if is_namesake or not missing else missing

    def _structure(self, up: Record, down: Record, path: str) -> Iterator[Mismatch]:
        for name, wanted in down.fields.items():
            have = up.fields.get(name)
            if have is None:
                if wanted.required:
                    yield Mismatch(f"{path}.{name}", f"missing `{name}`")
                continue
            if wanted.required and not have.required and up.style == "typeddict":
                yield Mismatch(f"{path}.{name}", f"`{name}` may be missing")
            yield from self.compare(have.schema, wanted.schema, f"{path}.{name}")

    def _columns(self, up: Schema, down: Schema, path: str) -> Iterator[Mismatch]:
        """Checks that the writer has every required column of the reader, and that types fit."""
        if not isinstance(up, Record) or not isinstance(down, Record):
            return
        missing = [
            name for name, one in down.fields.items() if one.required and name not in up.fields
        ]
        if len(missing) == 1:
            yield Mismatch(f"{path}.{missing[0]}", f"missing column `{missing[0]}`")
        elif missing:
            names = ", ".join(f"`{name}`" for name in missing[:MAX_PROBLEMS])
            yield Mismatch(path, f"missing columns {names}")
        for name, wanted in down.fields.items():
            if (have := up.fields.get(name)) is not None:
                yield from self.compare(have.schema, wanted.schema, f"{path}.{name}")


def _differs(up: Schema, down: Schema, path: str) -> Mismatch:
    return Mismatch(path, namesakes(up, down) or f"`{up}` is not `{down}`")


def _container_fits(up: SequenceOf | TupleOf, down: SequenceOf) -> bool:
    """Returns whether the container of *up* may be used as that of *down*: a list as a Sequence."""
    kind = up.type if isinstance(up, SequenceOf) else tuple
    return issubclass(kind, down.type)


def _origin(record: Record) -> tuple[type, tuple[Schema, ...]]:
    """Returns the generic class behind a parametrised one, and its arguments."""
    generic = getattr(record.type, "__pydantic_generic_metadata__", None)
    if not generic or generic["origin"] is None:
        return record.type, record.args
    from typedxcom.schema.build import schema_of

    return generic["origin"], tuple(schema_of(arg) for arg in generic["args"])
