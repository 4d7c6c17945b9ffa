"""Compares the columns of a stored table with those that a reader of another version wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.evolution.columns import ColumnsOf, rules_of, stored_fits
from typedxcom.evolution.limits import keeps, tighter
from typedxcom.schema.nodes import Constraints

__all__ = ["lost_columns"]

_LIMITS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length")


def lost_columns(old: ColumnsOf, new: ColumnsOf) -> Iterator[tuple[str, str, str]]:
    """Yields what breaks for the reader: the step to the column, the rule, and the reason."""
    found: set[str] = set()
    names: dict[str, str] = {}
    empty: set[str] = set()  # columns that get nulls, because they were not written
    for name, column in new.columns.items():
        source = next(
            (one for one in (name, *column.get("aliases", ())) if one in old.columns), None
        )
        if source is None:
            if not column.get("optional") and not _is_open(old):
                yield f".{name}", "column-missing", f"`{new}` requires the column `{name}`"
            if column.get("default") == {"value": None}:
                empty.add(name)
            continue
        found.add(source)
        names[source] = name
        yield from _lost_column(name, old.columns[source], column)
    if _is_open(old) and new.columns:
        yield "", "type-narrowed", f"a table of any columns is now `{new}`"
    if new.extra == "forbid":
        for name in sorted(old.columns.keys() - found):
            yield f".{name}", "extra-forbidden", f"`{new}` forbids the column `{name}`"
    have = [frozenset(names.get(one, one) for one in key) for key in old.keys]
    for key in new.keys:
        # A key with a null in it repeats none.
        if not key & empty and not any(one <= key for one in have):
            yield "", "unique-added", f"`{', '.join(sorted(key))}` must be unique"
    for rule, text in new.rules.items():
        if text not in old.rules.values():
            yield "", "constraint-tightened", f"the rule {rule!r} is new or changed"


def _is_open(table: ColumnsOf) -> bool:
    return not table.columns and table.extra == "allow"


def _lost_column(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], step: str = ""
) -> Iterator[tuple[str, str, str]]:
    where = f".{name}{step}"
    if "parts" in old or "parts" in new:
        yield from _lost_parts(name, old, new, step)
    elif not stored_fits(old, new):
        reason = f"`{old['arrow']}` is now `{_shown(new)}`"
        yield where, "column-type-changed", reason
        return
    if old.get("nullable") and not new.get("nullable"):
        yield where, "nullable-removed", "nulls are no longer taken"
    have = {**_of_type(old), **dict(rules_of(old))}
    for kind, limit in rules_of(new):
        if not _implied(kind, limit, have, old):
            rule = "enum-member-removed" if kind == "member" and "member" in have else ""
            reason = f"`{kind}` is {limit!r}" if limit is not None else f"`{kind}` is new"
            yield where, rule or "constraint-tightened", reason


def _of_type(column: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the limits that an unsigned Arrow type has by itself."""
    return {"ge": 0} if str(column["arrow"]).startswith("uint") else {}


def _lost_parts(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], step: str
) -> Iterator[tuple[str, str, str]]:
    mine, theirs = old.get("parts", {}), new.get("parts", {})
    if old["arrow"] != new["arrow"]:
        yield f".{name}{step}", "column-type-changed", f"`{old['arrow']}` is now `{new['arrow']}`"
        return
    for part in mine.keys() - theirs.keys() if old["arrow"] == "struct" else ():
        yield f".{name}{step}.{part}", "column-type-changed", f"the struct has no `{part}` any more"
    for part, wanted in theirs.items():
        inside = f"{step}.{part}" if old["arrow"] == "struct" else f"{step}[...]"
        if part in mine:
            yield from _lost_column(name, mine[part], wanted, inside)
        else:
            yield f".{name}{inside}", "column-type-changed", f"the struct has no `{part}`"


def _shown(column: Mapping[str, Any]) -> str:
    zone = {"aware": ", with a zone", "naive": ", without a zone"}.get(column.get("zone", ""), "")
    return f"{column['arrow']}{zone}"


def _implied(kind: str, limit: Any, have: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Returns whether values that keep the rules *have* keep one more rule."""
    members = have.get("member")
    whole = str(old["arrow"]).lstrip("u").startswith("int")
    if kind == "member":
        return members is not None and set(members) <= set(limit)
    if members is not None and kind in (*_LIMITS, "pattern"):
        return all(keeps(one, Constraints(**{kind: limit})) for one in members)
    if kind in _LIMITS:
        return tighter(kind, limit, have, whole=whole)
    if kind in ("calendar", "not_nan"):
        return kind in have or "finite" in have
    return kind in have and bool(have[kind] == limit)
