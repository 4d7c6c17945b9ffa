"""What annotations mean, also where they are strings or imported only for type checkers."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Awaitable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from typedxcom.annotations import read_hints
from typedxcom.contracts import Contract
from typedxcom.errors import ContractError, UnsupportedTypeError, ValidationError
from typedxcom.exchange.arguments import load_arguments

MODULE = """
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from {package}_models import Order
    from {package}_nowhere import Lost

def load(order: Order, *, count: int = 1) -> Later: ...
def lost(order: Lost) -> None: ...

class Later: ...
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module whose annotations need names that are not imported when it runs."""
    name = "hinted_" + tmp_path.name.replace("-", "_")
    (tmp_path / f"{name}.py").write_text(MODULE.format(package=name))
    (tmp_path / f"{name}_models.py").write_text("class Order: ...\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = importlib.util.spec_from_file_location(name, tmp_path / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    yield made
    for loaded in [one for one in sys.modules if one.startswith(name)]:
        del sys.modules[loaded]


def test_parsing_imports_nothing_that_the_author_kept_away(module: Any) -> None:
    """A name under TYPE_CHECKING stays unknown while the DAG is parsed; the rest is known."""
    hints = read_hints(module.load, local_names={}, importing=False)
    assert hints.missing == {"order": "Order"}
    assert hints.found == {"count": int, "return": module.Later}
    assert module.__name__ + "_models" not in sys.modules


def test_running_imports_it(module: Any) -> None:
    """At run time the import under TYPE_CHECKING is made."""
    hints = read_hints(module.load, local_names={}, importing=True)
    assert hints.missing == {}
    assert hints.found["order"].__name__ == "Order"


def test_a_name_that_never_exists_fails_with_the_cure(module: Any) -> None:
    """What cannot be imported at run time either is a ContractError that says what to do."""
    with pytest.raises(ContractError, match="Import it at run time"):
        Contract(module.lost).resolve()


def test_a_class_of_the_enclosing_scope_is_found() -> None:
    """A class that is local to the DAG function is known through its scope's names."""

    class Local: ...

    def load(order: Local) -> None: ...

    hints = read_hints(load, local_names={"Local": Local}, importing=False)
    assert hints.found["order"] is Local


def test_results_of_generators_and_awaitables() -> None:
    """Airflow takes what a generator returns and what an awaitable gives; so does the contract."""

    def generator() -> Generator[int, None, str]:
        yield 1
        return "x"

    def iterator() -> Iterator[int]:
        yield 1

    def awaitable() -> Awaitable[int]: ...

    async def coroutine() -> int: ...

    found = [str(Contract(one).returned.schema) for one in (generator, awaitable, coroutine)]
    assert found == ["str", "int", "int"]
    assert not Contract(iterator).returned.known


def test_arguments_are_read_by_name_and_position() -> None:
    """`*args` and `**kwargs` speak for what they take; injected names are left alone."""

    def f(a: int, *rest: str, ti: int, **more: float) -> None: ...

    contract = Contract(f, injected=frozenset({"ti"}))
    args, kwargs = load_arguments(contract, [1, "x"], {"ti": "context", "b": 2}, task_id="f")
    assert args == [1, "x"]
    assert kwargs == {"ti": "context", "b": 2.0}
    with pytest.raises(ValidationError, match=r"Task 'f', argument `b` \(pushed by 'up'\)"):
        load_arguments(contract, [1], {"b": "x"}, task_id="f", sources={"b": "up"})


def test_rendered_strings_are_read_leniently() -> None:
    """Jinja can only make strings: they are read as what they spell, where that fits."""

    def f(n: int, xs: list[int], s: str) -> None: ...

    given = {"n": "5", "xs": "[1, 2]", "s": "7"}
    _, kwargs = load_arguments(Contract(f), [], given, task_id="f", rendered=frozenset(given))
    assert kwargs == {"n": 5, "xs": [1, 2], "s": "7"}
    with pytest.raises(ValidationError, match="expected `int`"):
        load_arguments(Contract(f), [], {"n": "5"}, task_id="f")


def test_secrets_are_refused_when_the_contract_is_declared() -> None:
    """A SecretStr anywhere in a contract is refused, with the cure."""
    pydantic = pytest.importorskip("pydantic")

    class Login(pydantic.BaseModel):  # type: ignore[misc,name-defined]  # imported above
        key: pydantic.SecretStr

    def f(logins: list[Login]) -> None: ...

    f.__annotations__ = {"logins": list[Login], "return": None}
    with pytest.raises(UnsupportedTypeError, match="Airflow Connection"):
        Contract(f).refuse_unsupported()
