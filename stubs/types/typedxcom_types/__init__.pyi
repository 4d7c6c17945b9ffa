"""The types that type checkers see of tasks and their outputs. Nothing of it is there at run time.

It is a package of its own, so that a checker need not read typedxcom itself, with the table
libraries, for files that import only Airflow.

One rule holds for every type here: no checker may report an error on right code. If typing alone
cannot express something, it is ``Any``. A call of a task takes anything and returns an `XComArg`,
which derives from ``Any`` and so is accepted wherever a value is. The mypy plugin is strict.
"""

# mypy: disable-error-code="misc, overload-overlap, unreachable"

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, Protocol, TypeVar, overload

from airflow.sdk.bases.decorator import Task as _AirflowTask
from airflow.sdk.definitions.dag import DAG
from airflow.sdk.definitions.taskgroup import TaskGroup
from airflow.sdk.definitions.xcom_arg import XComArg as _AirflowXComArg
from typing_extensions import Never, ParamSpec, Self, TypedDict

_P = ParamSpec("_P")
_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")
_U = TypeVar("_U")
_T_co = TypeVar("_T_co", covariant=True)
_R_co = TypeVar("_R_co", covariant=True)

# Values ------------------------------------------------------------------------------------------

class Refused:
    """The operations that an output refuses while the DAG is parsed.

    Only the plugin makes this class a base of outputs. No call can give the parameter ``now``; it
    keeps outputs from being an ``Iterable``.
    """

    def __add__(self, other: Any, *, now: Never) -> Any: ...
    def __radd__(self, other: Any, *, now: Never) -> Any: ...
    def __sub__(self, other: Any, *, now: Never) -> Any: ...
    def __rsub__(self, other: Any, *, now: Never) -> Any: ...
    def __mul__(self, other: Any, *, now: Never) -> Any: ...
    def __rmul__(self, other: Any, *, now: Never) -> Any: ...
    def __truediv__(self, other: Any, *, now: Never) -> Any: ...
    def __rtruediv__(self, other: Any, *, now: Never) -> Any: ...
    def __floordiv__(self, other: Any, *, now: Never) -> Any: ...
    def __rfloordiv__(self, other: Any, *, now: Never) -> Any: ...
    def __mod__(self, other: Any, *, now: Never) -> Any: ...
    def __rmod__(self, other: Any, *, now: Never) -> Any: ...
    def __pow__(self, other: Any, *, now: Never) -> Any: ...
    def __rpow__(self, other: Any, *, now: Never) -> Any: ...
    def __matmul__(self, other: Any, *, now: Never) -> Any: ...
    def __rmatmul__(self, other: Any, *, now: Never) -> Any: ...
    def __and__(self, other: Any, *, now: Never) -> Any: ...
    def __rand__(self, other: Any, *, now: Never) -> Any: ...
    def __or__(self, other: Any, *, now: Never) -> Any: ...
    def __ror__(self, other: Any, *, now: Never) -> Any: ...
    def __xor__(self, other: Any, *, now: Never) -> Any: ...
    def __rxor__(self, other: Any, *, now: Never) -> Any: ...
    def __divmod__(self, other: Any, *, now: Never) -> Any: ...
    def __rdivmod__(self, other: Any, *, now: Never) -> Any: ...
    def __lt__(self, other: Any, *, now: Never) -> Any: ...
    def __le__(self, other: Any, *, now: Never) -> Any: ...
    def __gt__(self, other: Any, *, now: Never) -> Any: ...
    def __ge__(self, other: Any, *, now: Never) -> Any: ...
    def __neg__(self, *, now: Never) -> Any: ...
    def __pos__(self, *, now: Never) -> Any: ...
    def __invert__(self, *, now: Never) -> Any: ...
    def __iter__(self, *, now: Never) -> Any: ...
    def __contains__(self, item: Any, *, now: Never) -> bool: ...
    def __call__(self, *args: Any, now: Never, **kwargs: Any) -> Any: ...
    def __getattr__(self, name: str) -> Any: ...

class RefusedAwait:
    """The ``__await__`` of an output, as the plugin declares it."""

    def __call__(self) -> Generator[Any, Any, Any]: ...

class XComArg(_AirflowXComArg, Any, Generic[_T_co]):
    """The output of a task while the DAG is parsed: a promise of a ``T``."""

    def __getitem__(self, key: str | int) -> XComArg[Any]: ...
    def map(self, f: Callable[[Any], _U]) -> XComArg[list[_U]]: ...
    def zip(self, *others: Any, fillvalue: Any = ...) -> XComArg[list[tuple[Any, ...]]]: ...
    def concat(self, *others: Any) -> XComArg[list[Any]]: ...
    def batches(self, *, rows: int) -> XComArg[list[_T_co]]: ...
    def as_setup(self) -> Self: ...
    def as_teardown(
        self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None
    ) -> Self: ...

class MappedXComArg(XComArg[list[_T_co]], Generic[_T_co]):
    """The outputs of all instances of a mapped task. Only the plugin uses it."""

class DerivedXComArg(XComArg[_T_co], Generic[_T_co]):
    """The result of ``map``, ``zip`` or ``concat``: it has no keys. Only the plugin uses it."""

class KeyedXComArg(XComArg[_T_co], Generic[_T_co]):
    """One key of an output: you cannot map over it. Only the plugin uses it."""

class RenamedXComArg(XComArg[_T_co], Any, Generic[_T_co]):
    """An output that has taken the name of its task. Only the plugin uses it."""

class RenamedMappedXComArg(MappedXComArg[_T_co], Any, Generic[_T_co]):
    """The same for a mapped task. Only the plugin uses it."""

class XComKey(Generic[_T]):
    """A typed name for an XCom that tasks push and pull by hand."""

    name: str
    @overload
    def __init__(self, name: str, type: type[_T]) -> None: ...
    @overload
    def __init__(self, name: str, type: Any) -> None: ...
    def push(self, ti: Any, value: _T) -> None: ...
    def pull(self, ti: Any, task_ids: Any = ..., **kwargs: Any) -> _T: ...

class StateKey(Generic[_T]):
    """A typed name for state of a task or an asset."""

    name: str
    @overload
    def __init__(self, name: str, type: type[_T]) -> None: ...
    @overload
    def __init__(self, name: str, type: Any) -> None: ...
    def set(self, state: Any, value: _T, *, retention: timedelta | None = ...) -> None: ...
    def get(self, state: Any, *, default: _T = ...) -> _T: ...
    def delete(self, state: Any) -> None: ...

# Tasks -------------------------------------------------------------------------------------------

class Task(_AirflowTask[_P, _R_co], Generic[_P, _R_co]):  # type: ignore[type-var]
    """A function with the decorator ``@task``.

    Its parameters are not checked without the plugin: outputs are passed in the place of values,
    and Airflow injects context parameters.
    """

    function: Callable[_P, Any]
    @property
    def __wrapped__(self) -> Callable[_P, Any]: ...
    __name__: str
    __qualname__: str
    operator_class: Any
    multiple_outputs: bool
    is_setup: bool
    is_teardown: bool
    on_failure_fail_dagrun: bool
    kwargs: dict[str, Any]

    def __call__(self, *args: Any, **kwargs: Any) -> XComArg[_R_co]: ...
    def partial(self, **kwargs: Any) -> Task[_P, _R_co]: ...
    def expand(self, **kwargs: Any) -> XComArg[list[_R_co]]: ...
    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> XComArg[list[_R_co]]: ...
    def override(self, **kwargs: Any) -> Task[_P, _R_co]: ...

class TaskDecorator:
    """``@task`` and its sub-decorators, bare or with arguments."""

    @overload
    def __call__(self, python_callable: Callable[..., _T], /) -> Task[..., _T]: ...
    @overload
    def __call__(
        self,
        *,
        multiple_outputs: bool | None = None,
        inputs: Any = None,
        output: Any = None,
        preview: int | None = None,
        **kwargs: Any,
    ) -> TaskDecorator: ...
    def override(self, **kwargs: Any) -> TaskDecorator: ...

class Condition:
    """``@task.run_if(...)`` and ``@task.skip_if(...)``."""

    def __call__(self, decorated: _F, /) -> _F: ...

class TaskDecoratorCollection(TaskDecorator):
    """``task``: a decorator that has one attribute for each kind of task."""

    python: TaskDecorator
    branch: TaskDecorator
    short_circuit: TaskDecorator
    sensor: TaskDecorator
    bash: TaskDecorator
    virtualenv: TaskDecorator
    external_python: TaskDecorator
    branch_virtualenv: TaskDecorator
    branch_external_python: TaskDecorator
    stub: TaskDecorator

    def run_if(self, condition: Any, skip_message: str | None = None) -> Condition: ...
    def skip_if(self, condition: Any, skip_message: str | None = None) -> Condition: ...
    def __getattr__(self, name: str) -> TaskDecorator: ...

task: TaskDecoratorCollection

class TypedDecorator:
    """``@typed(output=..., preview=...)``."""

    def __call__(self, decorated: _F, /) -> _F: ...

@overload
def typed(decorated: _F) -> _F: ...
@overload
def typed(
    *,
    inputs: Any = None,
    output: Any = None,
    store: str | None = None,
    format: Literal["arrow", "parquet"] | None = None,
    preview: int | None = None,
) -> TypedDecorator: ...

class ContractDecorator:
    """``@contract(inputs=..., output=...)``."""

    def __call__(self, function: _F, /) -> _F: ...

@overload
def contract(function: _F, /) -> _F: ...
@overload
def contract(*, inputs: Any = None, output: Any = None) -> ContractDecorator: ...

class TaskMark:
    """``@setup`` and ``@teardown``: they take a function or a task."""

    @overload
    def __call__(self, function: Task[_P, _T], /) -> Task[_P, _T]: ...
    @overload
    def __call__(self, function: Callable[..., _T], /) -> Task[..., _T]: ...
    @overload
    def __call__(self, *, on_failure_fail_dagrun: bool = False) -> TaskMark: ...

setup: TaskMark
teardown: TaskMark

def result(t: _F) -> _F: ...
@overload
def typed_output(operator: Any, type: type[_T], /) -> XComArg[_T]: ...
@overload
def typed_output(operator: Any, type: Any, /) -> XComArg[Any]: ...

# Groups and DAGs ---------------------------------------------------------------------------------

class Decision(Protocol):
    """Airflow's ``LoopDecision``, which releases before 3.4 do not have."""

    @property
    def stop(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...

class TaskGroupFactory(Generic[_P, _R_co]):
    """A function with the decorator ``@task_group``."""

    @property
    def function(self) -> Callable[_P, Any]: ...
    __name__: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def partial(self, **kwargs: Any) -> TaskGroupFactory[_P, _R_co]: ...
    def expand(self, **kwargs: Any) -> Any: ...
    def expand_kwargs(self, kwargs: Any) -> Any: ...
    def override(self, **kwargs: Any) -> TaskGroupFactory[_P, _R_co]: ...
    def loop(
        self, *, max_iterations: int, until: Callable[..., bool | Decision] | None = None
    ) -> TaskGroup: ...

class TaskGroupDecorator:
    """``@task_group(...)``."""

    def __call__(self, function: Callable[..., _T], /) -> TaskGroupFactory[..., _T]: ...

@overload
def task_group(function: Callable[..., _T], /) -> TaskGroupFactory[..., _T]: ...
@overload
def task_group(
    group_id: str | None = None,
    prefix_group_id: bool = True,
    parent_group: Any = None,
    dag: DAG | None = None,
    default_args: dict[str, Any] | None = None,
    tooltip: str = "",
    **kwargs: Any,
) -> TaskGroupDecorator: ...

class DagFunction(Generic[_P]):
    """A function with the decorator ``@dag``.

    Parameters without a default may be missing in its call: then each run must give them.
    """

    __name__: str
    @property
    def __wrapped__(self) -> Callable[_P, Any]: ...
    def __call__(self, *args: Any, **kwargs: Any) -> DAG: ...

class DagDecorator:
    """``@dag(...)``."""

    def __call__(self, function: Callable[_P, Any], /) -> DagFunction[_P]: ...

class PlainDagDecorator(DagDecorator):
    """The same of Airflow's own ``dag``. Only the plugin uses it."""

@overload
def dag(function: Callable[_P, Any], /) -> DagFunction[_P]: ...
@overload
def dag(
    dag_id: str = "",
    *,
    description: str | None = None,
    schedule: Any = None,
    start_date: datetime | None = None,
    end_date: datetime | None = None,
    template_searchpath: str | Iterable[str] | None = None,
    default_args: Mapping[str, Any] | None = None,
    max_active_tasks: int = ...,
    max_active_runs: int = ...,
    dagrun_timeout: timedelta | None = None,
    catchup: bool = ...,
    doc_md: str | None = None,
    params: Any = None,
    render_template_as_native_obj: bool = False,
    tags: Collection[str] | None = None,
    **kwargs: Any,
) -> DagDecorator: ...

class Trigger:
    """``trigger(dag_function, ...)``."""

    def __call__(self, dag_function: Any, /, **values: Any) -> XComArg[str]: ...
    def override(self, **options: Any) -> Trigger: ...

trigger: Trigger

# Forms -------------------------------------------------------------------------------------------

class FormAnswer(TypedDict, Generic[_T]):
    """What a form with options gives."""

    chosen_options: list[Any]
    params_input: _T
    responded_at: datetime
    responded_by_user: dict[str, Any] | None

class FormPartial(Generic[_T]):
    """``Form[Model].partial(...)``."""

    def expand(self, **kwargs: Any) -> XComArg[list[_T]]: ...
    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> XComArg[list[_T]]: ...

class ModelForm(Generic[_T]):
    """``Form[Model]``."""

    @overload
    def __call__(
        self, *, task_id: str, subject: str, options: Any, **kwargs: Any
    ) -> XComArg[FormAnswer[_T]]: ...
    @overload
    def __call__(
        self, operator: Any, /, *, task_id: str, subject: str, options: Any, **kwargs: Any
    ) -> XComArg[Any]: ...
    @overload
    def __call__(
        self, operator: Any = ..., /, *, task_id: str, subject: str, **kwargs: Any
    ) -> XComArg[_T]: ...
    @overload
    def partial(
        self, *, task_id: str, options: Any, **kwargs: Any
    ) -> FormPartial[FormAnswer[_T]]: ...
    @overload
    def partial(
        self, operator: Any, /, *, task_id: str, options: Any, **kwargs: Any
    ) -> FormPartial[Any]: ...
    @overload
    def partial(
        self, operator: Any = ..., /, *, task_id: str, **kwargs: Any
    ) -> FormPartial[_T]: ...

class FormFactory:
    """``Form``."""

    @overload
    def __getitem__(self, model: type[_T], /) -> ModelForm[_T]: ...
    @overload
    def __getitem__(self, model: Any, /) -> ModelForm[Any]: ...

Form: FormFactory
