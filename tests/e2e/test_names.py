"""A parameter of any name is checked, filled and passed on by Airflow and us alike."""

from __future__ import annotations

import sys

import pytest
from airflow.sdk import DAG
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.words import KEYWORDS, parameter_names
from tests.e2e.support import succeed
from typedxcom import WiringError, task
from typedxcom.airflow.private import CALLBACK_KEYS
from typedxcom.airflow.wiring.flows import injected_names

# Airflow fills the names of its context itself, gives those of callbacks a default, and takes a
# function with `self` for a method. `expand` takes no `task_id`.
TAKEN = {*injected_names(), *CALLBACK_KEYS, "self", "task_id"}
NAMES = [name for name in parameter_names() if name not in TAKEN]


@given(st.lists(st.sampled_from([*NAMES, *KEYWORDS]), min_size=1, max_size=10, unique=True))
@settings(deadline=None, max_examples=40)
def test_calls_of_any_name_get_one_verdict(names):
    """By keyword, in partial and in expand: what fits passes, what does not is refused."""
    with DAG("called"):

        @task
        def number() -> int:
            return 1

        @task
        def word() -> str:
            return ""

        @task
        def takes(**more: int) -> str:
            return ""

        good, bad = number(), word()
        for name in names:
            takes(**{name: good})
            takes.partial(**{name: good}).expand(mapped_over=[1])
            takes.expand(**{name: [1]})
            for wrong in (
                lambda name=name: takes(**{name: bad}),
                lambda name=name: takes.partial(**{name: bad}),
                lambda name=name: takes.expand(**{name: ["x"]}),
            ):
                with pytest.raises(WiringError, match="expects `int`"):
                    wrong()


def test_values_under_any_name_arrive():
    """Every value arrives, checked, at a parameter of its name or in `**more`."""
    names = NAMES[::40]  # Airflow takes milliseconds for each argument
    source = ", ".join(f"{name}: int" for name in names)
    scope = {"sum_of_arguments_": lambda: sum(sys._getframe(1).f_locals.values())}
    exec(f"def takes({source}) -> int:\n    return sum_of_arguments_()", scope)
    with DAG("named") as dag:

        @task
        def one() -> int:
            return 1

        @task
        def catches(**more: int) -> int:
            return sum(more[name] for name in KEYWORDS)

        number = one()
        task(scope["takes"])(number, **dict.fromkeys(names[1:], 1))
        catches(**dict.fromkeys(KEYWORDS, number))
    result = succeed(dag)
    assert result.xcom("takes") == len(names)
    assert result.xcom("catches") == len(KEYWORDS)
