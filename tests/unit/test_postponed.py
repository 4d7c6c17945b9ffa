"""Annotations whose names come later or never, in each way that Python has to write them."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import pytest

from typedxcom.annotations import annotations_of, read_hints, signature_of
from typedxcom.codecs import make_codec
from typedxcom.contracts import Contract
from typedxcom.exchange import dump, load
from typedxcom.inference import returned_by
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import inferred
from typedxcom.scopes import local_names
from typedxcom.settings import Settings

SOURCE = """
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from decimal import Context
    from nowhere import Lost, Money

def function(a: ~Later~, b: ~Money~, c: int, d: ~list[Later | None]~ = []) -> ~Missing~: ...
def helper(a: ~Missing~) -> int: ...
def running(a: ~list[Context | None]~, b: ~Context | Lost~, c: Optional["Context"]): ...
def body(a):
    return helper(a)

def outer(local_names):
    def inner(a: ~Near | None~) -> ~list[Near]~: ...
    before = local_names(inner)
    @dataclass
    class Near:
        far: ~Far | None~ = None
    @dataclass
    class Far:
        near: ~list[Near]~
    return inner, before, local_names(inner), Near, Far

@dataclass
class Later:
    naïve: ~Later | None~ = None
"""
WAYS = {"quoted": '"', "future": ""}
if sys.version_info >= (3, 14):  # which looks names up when somebody asks for the annotations
    WAYS["plain"] = ""


@pytest.fixture(params=WAYS)
def module(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """SOURCE as a module, written in one of the ways."""
    name = f"postponed_{request.param}"
    first = "from __future__ import annotations\n" if request.param == "future" else ""
    file = tmp_path / f"{name}.py"
    file.write_text(first + SOURCE.replace("~", WAYS[request.param]), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, made)
    spec.loader.exec_module(made)
    return made


def test_a_name_without_a_meaning_hides_no_other(module: Any) -> None:
    """The others are found, and what is missing is named."""
    hints = read_hints(module.function, local_names={}, importing=False)
    assert hints.found == {"a": module.Later, "c": int, "d": list[module.Later | None]}
    assert hints.missing == {"b": "Money", "return": "Missing"}
    known = read_hints(module.function, local_names={"Money": Decimal}, importing=False)
    assert known.found["b"] is Decimal


def test_a_running_task_imports_what_only_the_type_checker_knows(module: Any) -> None:
    """Also where it is a part of an annotation, and beside what cannot be imported."""
    hints = read_hints(module.running, local_names={}, importing=True)
    assert hints.found == {"a": list[Context | None], "c": Context | None}
    assert hints.missing == {"b": "Lost"}


def test_asking_for_annotations_never_fails(module: Any) -> None:
    """Whoever only looks at names and defaults gets them, of functions and classes."""
    assert list(annotations_of(module.function)) == ["a", "b", "c", "d", "return"]
    assert annotations_of(module.function)["c"] in (int, "int")
    assert list(annotations_of(module.Later)) == ["naïve"]
    assert annotations_of(3) == {}
    parameters = signature_of(module.function).parameters
    assert parameters["d"].default == []
    assert parameters["a"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD


def test_a_contract_of_such_a_function_knows_the_rest(module: Any) -> None:
    """Its signature binds arguments, and its known parameters have codecs."""
    contract = Contract(module.function)
    assert list(contract.signature.parameters) == ["a", "b", "c", "d"]
    assert contract.parameters["c"].annotation is int


def test_the_code_of_a_helper_is_read_all_the_same(module: Any) -> None:
    """What it returns is known where its parameters are not."""
    assert returned_by(module.body) == inferred(schema_of(int))


def test_classes_that_name_each_other_travel(module: Any) -> None:
    """Also those of a function, in any order, and with names that are not ASCII."""
    inner, before, after, near, far = module.outer(local_names)
    found = {**before, **after}
    hints = read_hints(inner, local_names=found, importing=False)
    assert hints.found == {"a": near | None, "return": list[near]}
    for cls, value in (
        (near, near(far([near(None)]))),
        (module.Later, module.Later(module.Later())),
    ):
        codec = make_codec(cls, schema_of(cls))
        assert load(dump(value, codec, settings=Settings()), codec) == value
