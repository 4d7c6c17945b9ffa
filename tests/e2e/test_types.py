"""Every type of docs/reference/types.md through real tasks: it travels, or is refused at parse."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pydantic
import pytest
from airflow.sdk import DAG
from airflow.sdk import task as airflow_task

from tests.data import types
from tests.e2e.support import succeed
from tests.property.same import same
from typedxcom import UnsupportedTypeError, task

OLD = tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 12)  # see docs/reference/types.md
SKIPPED = ("collections.OrderedDict", "collections.Counter") if OLD else ()
ROWS = [row for rows in types.ROWS.values() for row in rows if not row[0].startswith(SKIPPED)]
TRAVELLING = [
    (eval(written, vars(types)), eval(value, vars(types)))
    for written, value, verdict in ROWS
    if verdict != types.REFUSED
]
REFUSED = [(written, eval(written, vars(types))) for written, _, verdict in ROWS if verdict == types.REFUSED]  # fmt: skip


def annotated(name: str, body: Callable[..., Any], **annotations: Any) -> Any:
    """A task function of the parameters that *annotations* name."""
    names = [one for one in annotations if one != "return"]

    def function(*args: Any, **kwargs: Any) -> Any:
        return body(*args, **kwargs)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    function.__signature__ = inspect.Signature([inspect.Parameter(one, kind) for one in names])  # type: ignore[attr-defined]
    function.__name__, function.__annotations__ = name, annotations
    return function


def test_every_documented_type_travels_between_tasks() -> None:
    """A task returns each type, and another that names the same type gets the very value."""
    got: dict[str, Any] = {}
    with DAG("types") as dag:
        outputs = {}
        for number, (annotation, value) in enumerate(TRAVELLING):
            make = annotated(f"make_{number}", lambda value=value: value, **{"return": annotation})
            outputs[f"x{number}"] = task(multiple_outputs=False)(make)()
        wanted = {f"x{number}": annotation for number, (annotation, _) in enumerate(TRAVELLING)}
        task(annotated("read", lambda **given: got.update(given), **wanted))(**outputs)
    succeed(dag)
    for number, (annotation, value) in enumerate(TRAVELLING):
        assert same(value, got[f"x{number}"]), f"{annotation}: {got[f'x{number}']!r}"


@pytest.mark.parametrize(("written", "annotation"), REFUSED, ids=[row[0] for row in REFUSED])
def test_every_documented_refusal_is_made_while_the_dag_is_parsed(
    written: str, annotation: Any
) -> None:
    """The call of a task that returns or takes such a type fails, with what to use instead."""
    with DAG("refused"):
        makes = task(multiple_outputs=False)(annotated("makes", print, **{"return": annotation}))
        takes = task(annotated("takes", print, x=annotation))
        output = airflow_task(annotated("untyped", print))()
        calls = [(takes, (output,)), (makes, ())]
        for made, arguments in calls[: 1 if written == "te.Never" else 2]:  # `-> Never` is no value
            with pytest.raises(UnsupportedTypeError, match=r"Instead|Use one|cannot read"):
                made(*arguments)
