"""`typedxcom breaking` follows a value into whatever kind of parameter reads it before and now."""

from __future__ import annotations

import itertools
import json
import subprocess
from pathlib import Path

import pytest

from typedxcom.cli import main

# Kind of parameter to the parameters of the reader, and its call. `T` is what it reads.
READERS: dict[str, tuple[str, str]] = {
    "by position": ("a: T, b: T", "read(one(), two())"),
    "by name": ("a: T, b: T", "read(b=two(), a=one())"),
    "positional only": ("a: T, b: T, /", "read(one(), two())"),
    "keyword only": ("*, a: T, b: T", "read(a=one(), b=two())"),
    "optional": ("a: T, b: T | None = None", "read(one(), two())"),
    "rest": ("a: T, *rest: T", "read(one(), two())"),
    "all": ("*a: T", "read(one(), two())"),
    "all by name": ("**a: T", "read(x=one(), y=two())"),
    "some by name": ("a: T, **rest: T", "read(one(), y=two())"),
    "a list": ("a: list[T]", "read([one(), two()])"),
    "a dict": ("a: dict[str, T]", 'read({"x": one(), "y": two()})'),
    "a tuple": ("a: tuple[T, T] | None", "read((one(), two()))"),
    "a TypedDict": ("a: Both", 'read({"x": one(), "y": two()})'),
    "a list of dicts": ("a: list[dict[str, T]]", 'read([{"x": one()}, {"x": two()}])'),
    "each": ("a: T", "read.expand(a=[one(), two()])"),
    "each and one": ("a: T, b: T", "read.partial(b=two()).expand(a=[one()])"),
    "one": ("a: T", "read(one())"),
}
DAG = """
from airflow.sdk import dag
from typedxcom import task
from typing_extensions import TypedDict

T = {kind}

class Both(TypedDict):
    x: T
    y: T

@task
def one() -> T: ...

@task
def two() -> T: ...

@task
def read({parameters}) -> None: ...

@dag(schedule=None)
def {name}():
    {call}

{name}()
"""
PAIRS = {
    f"flow_{number}": pair
    for number, pair in enumerate(itertools.product(READERS, READERS, ["int", "str"]))
}


def write_all(version: int) -> None:
    """Writes a DAG for each pair of readers; in the second version, what is read may differ."""
    for name, (*readers, kind) in PAIRS.items():
        parameters, call = READERS[readers[version]]
        text = DAG.format(
            name=name, parameters=parameters, call=call, kind=kind if version else "int"
        )
        Path("dags", f"{name}.py").write_text(text, encoding="utf-8")


def test_an_error_names_each_value_of_before_that_is_read_as_another_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another kind of parameter breaks nothing, and hides nothing."""
    monkeypatch.chdir(tmp_path)
    Path("dags").mkdir()
    write_all(0)
    assert main(["lock"]) == 0
    who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run(["git", *who, *words], check=True, capture_output=True)
    write_all(1)
    capsys.readouterr()
    main(["breaking", "--against", "main", "--format", "json"])
    found: dict[str, set[str]] = {name: set() for name in PAIRS}
    for one in json.loads(capsys.readouterr().out)["changes"]:
        if one["severity"] == "error":
            found[one["dag_id"]].add(one["upstream"])
    wrong = []
    for name, (before, now, kind) in PAIRS.items():
        stored = {"one"} if before == "one" else {"one", "two"}
        read = {"one"} if now == "one" else {"one", "two"}
        expected = stored & read if kind == "str" else set()
        if found[name] != expected:
            wrong.append(f"{before} -> {now}, {kind}: {found[name]}")
    assert not wrong, "\n".join(wrong)
