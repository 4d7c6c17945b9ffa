"""What is wrong with the wiring of a DAG: an error, or a warning where the DAG only warns.

Airflow keeps three kinds of DAG warnings in its database and a DAG file can add none. What a file
can do is warn as Python does: Airflow records that for each file and writes it into its logs.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

from typedxcom.airflow.authoring.error_lines import is_authors
from typedxcom.airflow.modes import warns_in_dag
from typedxcom.airflow.private import DagContext
from typedxcom.airflow.running.metrics import count_warning
from typedxcom.errors import ContractError, ContractWarning, GraveSentence, WiringError

__all__ = ["refuse_wiring", "refused_or_warned", "warn_of_dag", "warn_of_wiring"]


def refuse_wiring(sentence: str) -> None:
    """Raise WiringError, or warn where the DAG that is being built only warns.

    A `GraveSentence` is always an error.
    """
    is_grave = isinstance(sentence, GraveSentence)
    if is_grave or not warns_in_dag():
        raise WiringError(sentence, is_grave=is_grave)
    warn_of_wiring(sentence)


def refused_or_warned(refuse: Callable[..., None], *what: Any) -> None:
    """Ask *refuse* about *what*; its ContractError is a warning where the DAG only warns."""
    try:
        refuse(*what)
    except ContractError as error:
        if error.is_grave or not warns_in_dag():
            raise
        warn_of_wiring(str(error))


def warn_of_wiring(sentences: str) -> None:
    """Warn on the line of the DAG's author that is running: one warning for each sentence."""
    dag = DagContext.get_current()
    frame = _authors_frame()
    where = frame.f_code.co_filename, frame.f_lineno, str(frame.f_globals.get("__name__"))
    _warn(sentences, where, None if dag is None else dag.dag_id)


def warn_of_dag(dag: Any, sentences: list[str]) -> None:
    """Warn of what the check of a whole DAG has found."""
    _warn("\n".join(sentences), (str(dag.fileloc), 1, __name__), dag.dag_id)


def _warn(sentences: str, where: tuple[str, int, str], dag_id: str | None) -> None:
    file, line, module = where
    for sentence in sentences.splitlines():
        count_warning("wiring", dag_id=dag_id)
        about = "" if dag_id is None else f"DAG {dag_id!r}: "
        warnings.warn_explicit(f"{about}{sentence}", ContractWarning, file, line, module)


def _authors_frame() -> FrameType:
    frame = sys._getframe(1)
    while frame.f_back is not None and not is_authors(frame):
        frame = frame.f_back
    return frame
