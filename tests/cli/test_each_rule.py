"""Every rule of `typedxcom breaking` comes from a change that users make in a DAG file."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from typedxcom.cli import main
from typedxcom.evolution.rules import RULES

HEAD = """
import datetime as dt
import enum
import uuid
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from airflow.sdk import dag
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator
from typedxcom import Table, task
from typedxcom.tables import Unique
"""
EDGE = """
@task
def write() -> Value: ...

@task
def read(value: Value) -> None: ...

@dag(schedule=None)
def {name}():
    read(write())

{name}()
"""


def edge(types: str) -> str:
    """A DAG in which `read` takes a `Value` from `write`."""
    return f"{types}\n{EDGE}"


# Rule to the DAG file before and after the change.
CHANGES: dict[str, tuple[str, str]] = {
    "required-added": (
        edge("class Value(BaseModel):\n    id: int"),
        edge("class Value(BaseModel):\n    id: int\n    total: int"),
    ),
    "field-removed": (
        edge("class Value(BaseModel):\n    id: int\n    total: int"),
        edge("class Value(BaseModel):\n    id: int"),
    ),
    "type-changed": (edge("Value = dt.date"), edge("Value = uuid.UUID")),
    "type-narrowed": (edge("Value = float"), edge("Value = int")),
    "constraint-tightened": (
        edge("Value = Annotated[int, Field(ge=0)]"), edge("Value = Annotated[int, Field(ge=1)]"),
    ),
    "enum-member-removed": (edge("Value = Literal['a', 'b']"), edge("Value = Literal['a']")),
    "enum-member-added": (edge("Value = Literal['a']"), edge("Value = Literal['a', 'b']")),
    "union-member-removed": (edge("Value = int | list[str]"), edge("Value = int | dt.date")),
    "nullable-removed": (edge("Value = int | None"), edge("Value = int")),
    "default-removed": (
        edge("class Value(msgspec.Struct, omit_defaults=True):\n    x: int = 1"),
        edge("class Value(msgspec.Struct, omit_defaults=True):\n    x: int"),
    ),
    "alias-changed": (
        edge("class Value(msgspec.Struct):\n    x: int = msgspec.field(name='a')"),
        edge("class Value(msgspec.Struct):\n    x: int = msgspec.field(name='b')"),
    ),
    "extra-forbidden": (
        edge("class Value(BaseModel):\n    id: int\n    total: int"),
        edge("class Value(BaseModel, extra='forbid'):\n    id: int"),
    ),
    "column-removed": (
        edge("class Row(BaseModel):\n    id: int\n    km: float\nValue = Table[Row]"),
        edge("class Row(BaseModel):\n    id: int\nValue = Table[Row]"),
    ),
    "column-type-changed": (
        edge("class Row(BaseModel):\n    km: float\nValue = Table[Row]"),
        edge("class Row(BaseModel):\n    km: str\nValue = Table[Row]"),
    ),
    "unique-added": (
        edge("class Row(BaseModel):\n    id: int\nValue = Table[Row]"),
        edge("class Row(BaseModel):\n    id: Annotated[int, Unique()]\nValue = Table[Row]"),
    ),
    "codec-changed": (
        edge(
            "class Value(BaseModel):\n"
            "    model_config = ConfigDict(ser_json_bytes='base64', val_json_bytes='base64')\n"
            "    data: bytes"
        ),
        edge("class Value(BaseModel):\n    data: bytes"),
    ),
    "key-removed": (
        """
class Both(TypedDict):
    a: int
    b: int

@task(multiple_outputs=True)
def write() -> Both: ...

@task
def read(value: int) -> None: ...

@dag(schedule=None)
def {name}():
    read(write()["b"])

{name}()
""",
        """
class One(TypedDict):
    a: int

@task(multiple_outputs=True)
def write() -> One: ...

@task
def read(value: int) -> None: ...

@dag(schedule=None)
def {name}():
    read(write()["a"])

{name}()
""",
    ),
    "param-removed": (
        edge("Value = int"),
        edge("Value = int").replace("read(value: Value)", "read()").replace(
            "read(write())", "write() >> read()"
        ),
    ),
    "param-required": (
        edge("Value = int"),
        edge("Value = int").replace("read(value: Value)", "read(value: Value, more: int)")
        .replace("@dag", "@task\ndef extra() -> int: ...\n\n@dag")
        .replace("read(write())", "read(write(), extra())"),
    ),
    "task-renamed": (
        edge("Value = int"),
        edge("Value = int").replace("def write", "def produce").replace("write()", "produce()"),
    ),
    "sample-refused": (
        edge("class Value(BaseModel):\n    id: int"),
        edge(
            "class Value(BaseModel):\n    id: int\n\n    @field_validator('id')\n    @classmethod\n"
            "    def big(cls, one):\n        if one < 1000:\n            raise ValueError('small')\n"
            "        return one"
        ),
    ),
}  # fmt: skip
SEVERITY = {  # where it is no error
    "field-removed": "warning", "enum-member-added": "warning", "column-removed": "warning",
    "key-removed": "warning", "param-removed": "note", "param-required": "warning",
}  # fmt: skip


def write_all(version: int) -> None:
    """Writes a DAG file for each rule."""
    for rule, texts in CHANGES.items():
        name = rule.replace("-", "_")
        text = HEAD + texts[version].replace("{name}", name)
        Path("dags", f"{name}.py").write_text(text, encoding="utf-8")


def test_each_rule_comes_from_a_change_of_a_dag_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One change for each rule: `lock`, a commit, the change, and `breaking` names the rule."""
    monkeypatch.chdir(tmp_path)
    Path("dags").mkdir()
    write_all(0)
    assert main(["lock"]) == 0
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run(["git", *who, *words], check=True, capture_output=True)
    write_all(1)
    capsys.readouterr()
    assert main(["breaking", "--against", "main", "--format", "json"]) == 1
    changes = json.loads(capsys.readouterr().out)["changes"]
    found: dict[tuple[str, str], str] = {}
    for one in changes:  # the worst first
        found.setdefault((one["dag_id"], one["rule"]), one["severity"])
    for rule in RULES:
        name = rule.replace("-", "_")
        rules = [key[1] for key in found if key[0] == name]
        assert (name, rule) in found, f"{rule}: only {rules}"
        assert found[name, rule] == SEVERITY.get(rule, "error"), rule
    assert RULES.keys() == CHANGES.keys()
