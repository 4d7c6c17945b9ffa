"""What each task decorator does with its function: one row per sub-decorator.

The plugin cannot import this. A test compares it with `typedxcom.mypy.names`, and with the
operators of the installed providers.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Literal

from typedxcom.operator_outputs import ANSWERS, OUTPUTS

__all__ = ["KINDS", "PROMPTS", "PYTHON", "DecoratorKind", "KeepsContract", "is_typed", "kind_of"]

Place = Literal["worker", "interpreter", "elsewhere"]
Result = Literal[
    "value", "branch", "sensor", "command", "commands", "prompt", "text", "prompts", "other"
]

PROMPTS: frozenset[Result] = frozenset({"prompt", "text", "prompts"})


@dataclass(frozen=True, slots=True)
class DecoratorKind:
    """What one task decorator does.

    Attributes:
        place: Where the function runs: in the worker's process, in another Python interpreter that
            the worker starts, or elsewhere, in a container or another service.
        result: What the function's return value is: the task's value, the branch that was chosen,
            what a sensor found, a command or query (or several), a prompt (one that must be a text,
            or several), or something that we do not know.
        has_context: Whether Airflow calls the function with its context beside the arguments.
        pushes: The type that is pushed whatever the function returns, if that is known; an
            `OperatorOutput` where the decorator's arguments decide it.
        is_foreign: Whether the body is in another language, which reads XComs itself.
    """

    place: Place
    result: Result
    has_context: bool = True
    pushes: Any = None
    is_foreign: bool = False

    @property
    def returns_value(self) -> bool:
        """Whether the task's XCom is what its function returns."""
        return self.result == "value"


PYTHON = DecoratorKind("worker", "value")
"""A task that runs its function in the worker's process and pushes what it returns."""
_INTERPRETER = DecoratorKind("interpreter", "value")
_CONTAINER = DecoratorKind("elsewhere", "value", has_context=False)
_COMMAND = DecoratorKind("worker", "command")
_COMMANDS = DecoratorKind("worker", "commands")
_OWN_PROMPTS: dict[str, Result] = {"llm_file_analysis": "text", "llm_batch": "prompts"}
_OTHER = DecoratorKind("worker", "other", has_context=False)
_BASH = OUTPUTS["airflow.providers.standard.operators.bash.BashOperator"]

KINDS: dict[str, DecoratorKind] = {
    "python": PYTHON,
    "short_circuit": PYTHON,
    "virtualenv": _INTERPRETER,
    "external_python": _INTERPRETER,
    "branch": DecoratorKind("worker", "branch"),
    "branch_virtualenv": DecoratorKind("interpreter", "branch"),
    "branch_external_python": DecoratorKind("interpreter", "branch"),
    "sensor": DecoratorKind("worker", "sensor"),
    "bash": DecoratorKind("worker", "command", pushes=_BASH),  # the last line
    "stub": DecoratorKind("elsewhere", "value", has_context=False, is_foreign=True),
    # apache-airflow-providers-docker, cncf-kubernetes, apache-spark, snowflake
    "docker": _CONTAINER,
    "kubernetes": _CONTAINER,
    "kubernetes_cmd": _COMMANDS,
    "pyspark": PYTHON,
    "snowpark": PYTHON,
    # common-sql, common-ai
    "sql": _COMMAND,
    "analytics": _COMMANDS,
    **{
        word: DecoratorKind("worker", _OWN_PROMPTS.get(word, "prompt"), pushes=row)
        for word, row in ANSWERS.items()
    },
}


class KeepsContract:
    """The base of every typed operator, so that wiring knows one without the code that runs it."""


def is_typed(operator: Any) -> bool:
    """Whether *operator*, mapped or not, keeps a contract itself."""
    return issubclass(getattr(operator, "operator_class", type(operator)), KeepsContract)


def kind_of(operator_class: type) -> DecoratorKind:
    """The row of a decorated task's operator, also of a provider's that is not listed.

    A subclass of Airflow's own Python operator runs its function and pushes the result. For any
    other class, the meaning of the result is not known.
    """
    name = str(getattr(operator_class, "custom_operator_name", ""))
    word, known = _listed(name)
    if known is not None:
        return known
    bases = getattr(operator_class, "__mro__", ())  # a stand-in of a test may be no class
    is_python = any(base.__name__ == "PythonOperator" for base in bases)
    return PYTHON if is_python and not {"branch", "sensor"} & set(word.split("_")) else _OTHER


@functools.lru_cache(maxsize=256)
def _listed(name: str) -> tuple[str, DecoratorKind | None]:
    """The word for a decorator, and its row."""
    word = name.removeprefix("@task").removeprefix(".") or "python"
    return word, KINDS.get(word) if name.startswith("@task") else None
