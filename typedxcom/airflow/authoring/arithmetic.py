"""``extract() + 1``, ``extract() > 3``, ``if extract():``: refused, as no value exists yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typedxcom.airflow.authoring.error_lines import on_the_authors_line
from typedxcom.airflow.authoring.truth import asked_task, refuse_comparison, refuse_truth
from typedxcom.airflow.private import AirflowXComArg
from typedxcom.errors import WiringError

__all__ = ["NoArithmetic"]

_COMPUTES = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "divmod"),
    *("and", "or", "xor"),
)
_DONE = {
    **dict.fromkeys(_COMPUTES, "computed with"),
    **{f"r{name}": "computed with" for name in _COMPUTES},
    **dict.fromkeys(("neg", "pos", "abs", "invert"), "computed with"),
    **dict.fromkeys(("lt", "le", "gt", "ge"), "compared"),
    "contains": "searched",
}


class NoArithmetic:
    """The operators of an output. Each raises WiringError: there is no value to compute with."""

    @on_the_authors_line
    def __bool__(self) -> bool:
        """True, as for any object. Raises WiringError if a DAG's body asks for it."""
        refuse_truth(asked_task(self))
        return True

    @on_the_authors_line
    def __eq__(self, other: object) -> bool:
        """As in Airflow. Raises WiringError if a DAG's body compares it with a value."""
        if other is not None and not isinstance(other, AirflowXComArg):
            refuse_comparison(asked_task(self))
        return super().__eq__(other)


def _refusing(done: str) -> Callable[..., Any]:
    def refuse(self: NoArithmetic, *_: object) -> Any:
        raise WiringError(
            f"The output of task {asked_task(self)!r} cannot be {done} while the DAG is "
            "parsed: its value exists only when the task has run. Do it inside a task."
        )

    return on_the_authors_line(refuse)


for _name, _done in _DONE.items():
    setattr(NoArithmetic, f"__{_name}__", _refusing(_done))
