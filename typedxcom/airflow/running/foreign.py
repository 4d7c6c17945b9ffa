"""Checks what a task in another language returned: nobody has checked it there.

The reader does it, by the annotation of the ``@task.stub``. Its own annotation may be wider.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.airflow.private import AirflowXComArg, PlainXComArg
from typedxcom.airflow.raw import as_airflow
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.running.warned import mapped_steps
from typedxcom.airflow.wiring.promised import part_promise, promised_under
from typedxcom.airflow.wiring.readers import gets_list, read_in
from typedxcom.airflow.wiring.stubs import is_stub
from typedxcom.contracts import Contract, Place, Promise
from typedxcom.errors import CodecError, ValidationError
from typedxcom.exchange import load

__all__ = ["check_foreign"]


def check_foreign(
    operator: Any, authored: Any, raw: Mapping[Place, Any], contract: Contract
) -> None:
    """Check each argument that a task in another language pushed.

    Args:
        operator: The operator that runs. Its arguments were pulled.
        authored: The same operator as it is in the DAG, mapped or not.
        raw: Place of an argument -> what the DAG's author wrote there.
        contract: Its contract.

    Raises:
        ValidationError, DecodeError: A value is not what its task promises. No retry helps.
    """
    places = [place for place, written in raw.items() if any(map(_is_foreign, _tasks(written)))]
    if not places:
        return
    given = {one.place: one for one in contract.bind(operator.op_args, operator.op_kwargs)}
    for place in places:
        if place not in given:
            continue
        about = f"Task {operator.task_id!r}, argument `{given[place].name}`"
        with read_in(operator.task_group):
            _check(given[place].value, raw[place], mapped_steps(authored, place), about)


def _tasks(written: Any) -> Iterator[Any]:
    return (task for task, _ in AirflowXComArg.iter_xcom_references(written))


def _is_foreign(operator: Any) -> bool:
    return is_stub(getattr(operator, "operator_class", type(operator)))


def _check(value: Any, written: Any, steps: tuple[Any, ...], about: str) -> None:
    """Check the parts of *value* that come from tasks in other languages."""
    if type(written) is dict and type(value) is dict and not steps:
        for key, part in written.items():
            _check(value.get(key), part, (), about)
    elif type(written) in (list, tuple) and type(value) is type(written) and not steps:
        for one, part in zip(value, written, strict=False):
            _check(one, part, (), about)
    elif isinstance(written, PlainXComArg) and _is_foreign(written.operator):
        task: Any = written.operator
        promise = promised_under(task, written.key, getattr(written, "path", ()))
        source = f"{about} (pushed by {task.task_id!r}, which breaks its own contract)"
        is_list = gets_list(task)
        if is_list and not steps:
            for one in value[:]:
                _read(one, promise, source)
        else:
            rest = steps[1:] if is_list else steps
            _read(value, functools.reduce(part_promise, rest, promise), source)


def _read(entry: Any, promise: Promise, about: str) -> None:
    if entry is None or not promise.known:
        return
    try:
        load(entry, promise.codec, stores=stores(), airflow=as_airflow)
    except (ValidationError, CodecError) as error:
        raise error.about(about) from error.__cause__
