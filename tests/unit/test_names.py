"""A parameter may have any name, whatever our own code calls by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.words import KEYWORDS, parameter_names
from typedxcom.contracts import Contract
from typedxcom.errors import UnsupportedTypeError, ValidationError
from typedxcom.exchange.arguments import load_arguments
from typedxcom.schema import schema_of

NUMBER, TEXT = schema_of(int), schema_of(str)


def function(text: str, **annotations: Any) -> Any:
    """The function `f` that *text* defines."""
    names: dict[str, Any] = dict(annotations)
    exec(text, names)
    return names["f"]


@pytest.mark.parametrize("after", ["", ", *, other: bytes = b''", ", **more: str", ", *rest: str"])
def test_a_parameter_of_any_name_is_read_by_its_own_annotation(after):
    """Neither what is returned nor another parameter decides it, by position or by keyword."""
    for name in parameter_names():
        if name in ("other", "more", "rest"):
            continue
        contract = Contract(function(f"def f({name}: int{after}) -> str: ..."))
        assert contract.parameter(name).schema == NUMBER, name
        assert (contract.returned.schema, contract.body.schema) == (TEXT, TEXT), name
        assert load_arguments(contract, [1], {}, task_id="t") == ([1], {}), name
        assert load_arguments(contract, [], {name: 1}, task_id="t") == ([], {name: 1}), name
        for args, kwargs in (["x"], {}), ([], {name: "x"}):
            with pytest.raises(ValidationError, match="expected `int`"):
                load_arguments(contract, args, kwargs, task_id="t")


def test_kwargs_speak_for_every_name_that_no_parameter_has():
    """Also for Python's keywords and for the names of the variadic parameters themselves."""

    def f(*args: bytes, **kwargs: int) -> str: ...

    contract = Contract(f)
    for name in (*parameter_names(), *KEYWORDS):
        assert contract.parameter(name).schema == NUMBER, name
        assert contract.takes(name), name
        with pytest.raises(ValidationError, match="expected `int`"):
            load_arguments(contract, [b""], {name: "x"}, task_id="t")


def test_a_positional_only_parameter_leaves_its_name_to_kwargs():
    """`f(1, n="x")` gives both: each is read by its own annotation."""

    def f(n: int, /, **others: str) -> None: ...

    given = load_arguments(Contract(f), [1], {"n": "x"}, task_id="t")
    assert given == ([1], {"n": "x"})
    with pytest.raises(ValidationError, match="expected `str`"):
        load_arguments(Contract(f), [1], {"n": 2}, task_id="t")


def test_each_of_several_star_arguments_keeps_its_own_source_and_template():
    """What Jinja made of one is read leniently, its neighbour strictly."""

    def f(*numbers: int) -> None: ...

    loaded = load_arguments(Contract(f), ["5", 6], {}, task_id="t", rendered={0})
    assert loaded == ([5, 6], {})
    with pytest.raises(ValidationError, match=r"`\*numbers` \(pushed by 'b'\): expected `int`"):
        load_arguments(
            Contract(f), [5, "6"], {}, task_id="t", rendered={0}, sources={0: "a", 1: "b"}
        )


def test_a_secret_is_refused_under_any_name():
    """A SecretStr parameter is refused whatever it is called, `*args` and `**kwargs` too."""
    secret = pytest.importorskip("pydantic").SecretStr
    for name in parameter_names():
        made = function(f"def f({name}: Secret): ...", Secret=secret)
        with pytest.raises(UnsupportedTypeError, match="the parameter"):
            Contract(made).refuse_unsupported()
    for variadic in ("*body", "**body"):
        made = function(f"def f({variadic}: Secret): ...", Secret=secret)
        with pytest.raises(UnsupportedTypeError, match="the parameter"):
            Contract(made).refuse_unsupported()
