"""The rules of `typedxcom breaking`: their ids, and the cure that each message ends with.

The ids never change. `docs/reference/breaking.md` has a heading for each of them.
"""

from __future__ import annotations

__all__ = ["MIXED", "RULES"]

# Rule to cure: what to do so that the reader of now can read values that were stored before.
RULES: dict[str, str] = {
    "required-added": "Give it a default",
    "field-removed": "Keep the field until no older worker runs",
    "type-changed": "Keep the old type as a member of a union",
    "type-narrowed": "Keep the wider type",
    "constraint-tightened": "Keep the looser limit",
    "enum-member-removed": "Keep the member",
    "enum-member-added": "Let readers know the member first, and write it in a later deploy",
    "union-member-removed": "Keep the member of the union",
    "nullable-removed": "Keep `| None`",
    "default-removed": "Keep the default",
    "alias-changed": "Read the old key too, for example with AliasChoices",
    "extra-forbidden": "Keep the field, or let the class ignore other fields",
    "column-removed": "Keep the column until no older worker runs",
    "column-type-changed": "Keep the column's type",
    "unique-added": "Keep the repeated rows, and drop them in the task",
    "key-removed": "Push the key until no older worker runs",
    "param-removed": "Nothing reads the value any more, if that is what you want",
    "param-required": "Give the parameter a default, for runs that began before the change",
    "task-renamed": "Keep the task id, for example with @task(task_id=...)",
    "codec-changed": "Read the old form too",
    "sample-refused": "Let the reader's validators and upcasters take it",
}

# What a rule is called where the reader is the older one: what one side lost, the other added.
MIXED: dict[str, str] = {
    "required-added": "field-removed",
    "column-missing": "column-removed",
    "enum-member-removed": "enum-member-added",
}
IN_FLIGHT: dict[str, str] = {"column-missing": "required-added"}
