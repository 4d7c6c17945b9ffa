"""The parameters of a DAG as a contract, so that a run of it is checked like a call of a task."""

from __future__ import annotations

import inspect
from typing import Any

from typedxcom.contracts import Contract
from typedxcom.params import DagParams

__all__ = ["conf_contract"]


def conf_contract(params: DagParams) -> Contract:
    """The contract of the values that a run of the DAG is given, each by name."""

    def run(**values: Any) -> None:
        """Stands for the DAG."""

    names = sorted(params.names, key=[*params.params, *params.others].index)
    kind = inspect.Parameter.KEYWORD_ONLY
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind) for name in names if name.isidentifier()]
    )
    run.__annotations__ = {name: one.promise.annotation for name, one in params.params.items()}
    run.__name__ = params.dag
    return Contract(run)
