"""What Airflow and Python say of the arguments of a task, in a sentence that names the task.

Their own words, such as "missing a required argument: 'order'", name no task and no DAG, and a DAG
file may have hundreds of calls. The sentence ends with those words, and the error is still a
TypeError or a ValueError, so that code that expects one works with our `task` too.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from typedxcom.airflow.authoring.error_lines import (
    add_note,
    on_the_authors_line,
    package_that_raised,
    passes_the_author,
)
from typedxcom.airflow.authoring.warned import refuse_wiring
from typedxcom.airflow.private import DagContext, TaskGroupContext
from typedxcom.airflow.wiring.code import hint_at, near
from typedxcom.airflow.wiring.operator_settings import settings_of
from typedxcom.airflow.wiring.readers import default_args
from typedxcom.annotations import BY_POSITION, VARIADIC, signature_of
from typedxcom.contracts import contract_of
from typedxcom.errors import TypedXComError, WiringError
from typedxcom.nearness import setting_meant

__all__ = [
    "as_refused",
    "named_error",
    "names_the_task",
    "of_dag",
    "refuse_misspelt_settings",
    "shown_name",
    "wrong_call",
]

F = TypeVar("F", bound=Callable[..., Any])


class RefusedValueError(WiringError, ValueError):
    """What Airflow refuses by a ValueError."""


def names_the_task(method: F) -> F:
    """A *method* of a task whose errors name the task, on the author's line.

    An error out of the author's own code, such as an operator of theirs, stays as it is.
    """

    @functools.wraps(method)
    def named(made: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(made, *args, **kwargs)
        except TypedXComError:
            raise
        except Exception as error:
            label = f"Task {shown_name(made)!r}{of_dag(made.kwargs.get('dag'))}"
            if not _is_bare(error):
                add_note(error, f"In the call of {label[0].lower()}{label[1:]}.")
                raise
            sentence = f"{label}:"
            if str(error).startswith("Invalid arguments were passed"):
                sentence = next(_unknown_settings(made, label), sentence)
            elif not isinstance(error, ValueError):
                explained = _explained(made, label, method.__name__, args, kwargs)
                sentence = next(explained, sentence)
            raise as_refused(sentence, error) from None

    return on_the_authors_line(cast(F, named))


def _is_bare(error: Exception) -> bool:
    """Whether Airflow raised *error*, or Python because a method takes no such arguments."""
    if type(error) not in (TypeError, ValueError):
        return False
    is_of_call = error.__traceback__ is not None and error.__traceback__.tb_next is None
    return is_of_call or package_that_raised(error) in ("airflow", "inspect")


def named_error(label: str, error: Exception, sentence: str | None = None) -> Exception:
    """*error* as one that names what was called, or as it is if the author's code raised it.

    Args:
        label: What was called, as the beginning of a sentence.
        error: A TypeError or a ValueError.
        sentence: What is wrong, if we know it.
    """
    if type(error) not in (TypeError, ValueError) or passes_the_author(error):
        return error
    return as_refused(sentence or f"{label}:", error)


def as_refused(sentences: str, error: Exception) -> WiringError:
    """*error* of Airflow or Python as one of ours that says *sentences*, and ends with its words.

    Args:
        sentences: What is wrong, one sentence a line; or only a label and a colon.
        error: A TypeError or a ValueError.
    """
    words = str(error).partition(". Invalid arguments were")[0]  # which has their values
    words = " ".join(words.replace("TypedTask.", "").split()).rstrip(".")
    first, *rest = sentences.splitlines()
    first, hint, meant = first.partition(" Did you mean")
    if first.endswith(":"):
        sentence = f"{first} {words}."
    else:
        sentence = f"{first.rstrip('.')} ({words}).{hint}{meant}"
    kind = RefusedValueError if isinstance(error, ValueError) else WiringError
    return kind("\n".join([sentence, *rest]))


def shown_name(made: Any) -> str:
    """The function's name for messages, with the task groups that it is called in."""
    group = TaskGroupContext.get_current(DagContext.get_current())
    name = str(made.function.__name__)
    return name if group is None else str(group.child_id(name))  # type: ignore[no-untyped-call]


def of_dag(dag: Any = None) -> str:
    """`` of DAG 'sales'``, if a DAG is being built or *dag* is given."""
    dag = dag or DagContext.get_current()
    return "" if dag is None else f" of DAG {dag.dag_id!r}"


def _explained(
    made: Any, label: str, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Iterator[str]:
    """What is wrong with a call of a task that was refused; nothing if we do not know."""
    fixed = made.kwargs.get("op_kwargs") or {}
    if method == "__call__":
        yield from wrong_call(made.function, label, list(_required(made)), args, kwargs)
    elif args and method in ("partial", "expand"):
        name = next((one for one in _required(made) if one not in fixed), "name")
        yield f"{label} takes the arguments of .{method}() by name: write .{method}({name}=...)"
    else:
        for name in kwargs:
            if name in fixed:
                yield f"{label} is given `{name}` twice: leave one out"


def wrong_call(
    function: Any,
    label: str,
    required: Collection[str],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
) -> Iterator[str]:
    """What is wrong with a call that no function with that signature would take.

    Args:
        function: The author's function.
        label: What was called, as the beginning of a sentence.
        required: The parameters that the call must give.
        args: Its arguments by position.
        kwargs: Its arguments by name.
    """
    parameters = signature_of(function).parameters
    kinds = {one.kind for one in parameters.values()}
    places = [name for name, one in parameters.items() if one.kind in BY_POSITION]
    by_position, by_name = places[: len(args)], [*kwargs]
    if len(args) > len(places) and inspect.Parameter.VAR_POSITIONAL not in kinds:
        takes = "argument" if len(places) == 1 else "arguments"
        which = f" ({_listed(places)})" if places else ""
        yield f"{label} takes {len(places) or 'no'} {takes} by position{which}, and gets {len(args)}"
    only = {name for name in places if parameters[name].kind is inspect.Parameter.POSITIONAL_ONLY}
    if inspect.Parameter.VAR_KEYWORD in kinds:
        by_name = [name for name in by_name if name not in only]
    else:
        for name in by_name:
            if name in only:
                yield f"{label} takes `{name}` by position only: leave out `{name}=`"
            elif name not in parameters:
                yield f"{label} has no parameter `{name}`.{near(name, parameters)}"
    for name in by_name:
        if name in by_position:
            yield f"{label} is given `{name}` twice, by position and by name: leave one out"
    missing = [name for name in required if name not in {*by_position, *by_name}]
    if missing:
        call = ", ".join(name if name in only else f"{name}=..." for name in missing)
        what = "parameter" if len(missing) == 1 else "parameters"
        given = f"write {function.__name__}({call})"
        yield f"{label} is never given its {what} {_listed(missing)}: {given}"


def _required(made: Any) -> Iterator[str]:
    """The parameters that have no default and that Airflow does not fill."""
    contract = contract_of(made.function)
    filled = {*default_args(), *(made.kwargs.get("default_args") or ())}
    for name, one in signature_of(made.function).parameters.items():
        is_free = one.default is one.empty and one.kind not in VARIADIC and name not in filled
        if is_free and not (contract is not None and contract.is_injected(name)):
            yield name


def refuse_misspelt_settings(made: Any) -> None:
    """Raise WiringError if a mapped task has a setting that is nearly one of its operator.

    Airflow looks at the settings of a mapped task only when it runs.
    """
    known = settings_of(made.operator_class)
    if any(name not in known and setting_meant(name, known) for name in made.kwargs):
        label = f"Task {shown_name(made)!r}{of_dag(made.kwargs.get('dag'))}"
        refuse_wiring(next(_unknown_settings(made, label)))


def _unknown_settings(made: Any, label: str) -> Iterator[str]:
    """Settings of ``@task(...)`` and ``.override(...)`` that the operator does not have."""
    known = settings_of(made.operator_class)
    strange = [name for name in made.kwargs if name not in known]
    if strange:
        hints = (hint_at(setting_meant(name, known)) for name in strange)
        what = "setting" if len(strange) == 1 else "settings"
        yield f"{label} has no {what} {_listed(strange)}.{next(filter(None, hints), '')}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
