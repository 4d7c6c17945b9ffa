"""Compares two versions of a class: which keys are written, and which are read."""

from __future__ import annotations

from collections.abc import Iterator

from typedxcom.evolution.facts import ClassFacts, FieldFacts, facts_of
from typedxcom.evolution.reasons import Break, broken
from typedxcom.schema.nodes import Record

__all__ = ["maybe_missing", "not_there", "tag_break"]


def not_there(name: str, is_required: bool, up: Record, down: Record, path: str) -> Iterator[Break]:
    """Yields why a field that the reader does not find breaks it, if it does."""
    facts = facts_of(up).fields.get(name)
    if facts is not None and facts.omitted != "always":
        reason = f"`{down}` reads `{name}` under another key than `{facts.writes}`"
        yield broken(path, "alias-changed", reason, misreads=not is_required, always=is_required)
    elif is_required:
        reason = f"`{down}` requires `{name}`, which is not written"
        yield broken(path, "required-added", reason, always=True)


def maybe_missing(
    have: FieldFacts, want: FieldFacts, is_required: bool, name: str, path: str
) -> Iterator[Break]:
    """Yields why a field that the writer may leave out breaks the reader, if it does."""
    if not have.omitted:
        return
    if is_required:
        rule = "default-removed" if have.omitted == "default" else "required-added"
        yield broken(path, rule, f"`{name}` may be missing, and has no default any more")
    elif have.omitted == "default" and have.default != want.default:
        reason = f"the writer leaves `{name}` out where it is its default, which is another now"
        yield broken(path, "default-removed", reason, misreads=True)


def tag_break(have: ClassFacts, want: ClassFacts, up: Record, down: Record) -> str:
    """Returns why the tags of two versions differ, or an empty text."""
    if want.tag is None:
        return (
            f"`{up}` is tagged, `{down}` is not" if have.tag is not None and have.is_array else ""
        )
    if have.tag == want.tag:
        return ""
    if have.tag is not None:
        return f"the tag of `{down}` is {want.tag[1]!r} under {want.tag[0]!r}, not {have.tag[1]!r}"
    return f"`{down}` is tagged, `{up}` is not" if have.is_array else ""
