"""What we rely on of Airflow's private names: a release that moves one of them fails here."""

from __future__ import annotations

import inspect
import os
import types
from typing import Any

import pytest

from tests.e2e.support import AIRFLOW
from typedxcom.airflow import private

pytestmark = pytest.mark.airflow


def parameters(function: object) -> set[str]:
    """The parameter names of *function*."""
    return set(inspect.signature(function).parameters)  # type: ignore[arg-type]


def test_every_private_name_is_listed() -> None:
    """The module exports what it imports, so that nothing private is used unseen."""
    assert private.__all__ == sorted(private.__all__, key=lambda name: (name != name.upper(), name))
    for name in private.__all__:
        assert getattr(private, name) is not None


def test_the_task_decorator_is_made_of_these_fields() -> None:
    """`_adopt` builds a TypedTask from the fields of Airflow's own decorator."""
    wanted = {"function", "operator_class", "multiple_outputs", "kwargs", "decorator_name"}
    assert wanted <= parameters(private.TaskDecoratorType)
    assert {"__call__", "expand", "expand_kwargs", "partial", "override"} <= set(
        dir(private.TaskDecoratorType)
    )


def test_a_task_is_mapped_in_one_last_step() -> None:
    """`_rehearsing` replaces that step, so that Airflow refuses arguments and makes no task."""
    assert "_expand" in dir(private.TaskDecoratorType)
    assert parameters(private.ensure_xcomarg_return_value) == {"arg"}


def test_an_output_is_an_operator_and_a_key() -> None:
    """`XComArg` is made from, and resolved as, Airflow's plain reference."""
    assert parameters(private.PlainXComArg) >= {"operator", "key"}
    assert parameters(private.PlainXComArg.resolve) >= {"context"}


@pytest.mark.parametrize(
    ("cls", "fields"),
    [
        (private.MapXComArg, {"arg", "callables"}),
        (private.ZipXComArg, {"args", "fillvalue"}),
        (private.ConcatXComArg, {"args"}),
        (private.DictOfListsExpandInput, {"value"}),
        (private.ListOfDictsExpandInput, {"value"}),
        (private.MappedArgument, {"input", "key"}),
    ],
)
def test_mapping_keeps_its_inputs(cls: type, fields: set[str]) -> None:
    """The wiring check reads what map, zip, concat and expand were made from."""
    assert fields <= parameters(cls)


def test_operators_can_be_asked_for_what_maps_over_them() -> None:
    """A list that is mapped over keeps its length in the row."""
    from airflow.sdk import BaseOperator

    assert callable(BaseOperator.iter_mapped_dependants)
    assert callable(private.MappedOperator._get_specified_expand_input)
    assert callable(BaseOperator.get_closest_mapped_task_group)


def test_the_context_names_its_keys() -> None:
    """Parameters with these names are filled by Airflow."""
    assert {"ti", "params", "logical_date", "dag_run"} <= private.INJECTED_KEYS
    assert {"exception", "reason", "try_number"} <= private.CALLBACK_KEYS


def test_decorated_operators_have_the_hooks_that_the_mixin_overrides() -> None:
    """The mixin stands before these methods, one of them on each kind of operator."""
    from airflow.providers.standard.decorators.python import _PythonDecoratedOperator

    hooks = {"execute", "resume_execution", "execute_callable", "get_python_source"}
    assert hooks <= set(dir(_PythonDecoratedOperator))
    assert _PythonDecoratedOperator.custom_operator_name == "@task"
    assert any(base.__name__ == "PythonOperator" for base in _PythonDecoratedOperator.__mro__)


def test_connections_come_from_the_database_where_it_is_said(monkeypatch: Any) -> None:
    """A command of ours reads the connections that a task would read, and only meanwhile."""
    from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded

    monkeypatch.delenv("_AIRFLOW_PROCESS_CONTEXT", raising=False)

    def looks_in_database() -> bool:
        names = [type(one).__name__ for one in ensure_secrets_backend_loaded()]
        return "MetastoreBackend" in names

    before = looks_in_database()
    with private.own_connections():
        assert looks_in_database()
    assert looks_in_database() == before
    assert "_AIRFLOW_PROCESS_CONTEXT" not in os.environ


def test_rows_reach_a_reader_through_one_method() -> None:
    """While a typed task's arguments are pulled, `deserialize_value` gives rows as they lie."""
    from airflow.sdk.bases.xcom import BaseXCom

    from typedxcom.airflow import raw

    raw.keep_entries()
    row = types.SimpleNamespace(value={"__classname__": "no.Such", "__version__": 1})
    with raw.raw_entries():
        assert BaseXCom.deserialize_value(row) == row.value
    with pytest.raises(ImportError, match=r"no\.Such"):
        BaseXCom.deserialize_value(row)


def test_arguments_are_rendered_and_expanded_where_we_hook_in() -> None:
    """Containers are rendered by `render_template`, and `_expand` gets what is mapped over."""
    from airflow.providers.standard.operators.python import PythonOperator

    assert "content" in parameters(PythonOperator.render_template)
    rendering = parameters(PythonOperator._do_render_template_fields)
    assert rendering >= {"parent", "template_fields"}
    assert parameters(private.TaskDecoratorType._expand) >= {"expand_input", "strict"}
    assert parameters(private.DictOfListsExpandInput.resolve) >= {"context"}
    assert parameters(private.ListOfDictsExpandInput.resolve) >= {"context"}


def test_requests_of_two_threads_wait_for_each_other() -> None:
    """A lock in what sends them says so, but not in Airflow 3.1."""
    import attrs
    from airflow.sdk.execution_time.comms import CommsDecoder

    has_lock = "_thread_lock" in {one.name for one in attrs.fields(CommsDecoder)}
    assert has_lock == (AIRFLOW > (3, 1))


def test_who_pickles_arguments_can_be_told() -> None:
    """An operator that runs a function in another interpreter keeps the library that it uses."""
    from airflow.providers.standard.operators.python import ExternalPythonOperator, PythonOperator

    made = ExternalPythonOperator(task_id="a", python="python3", python_callable=_nothing)
    assert hasattr(made, "pickling_library")
    assert not hasattr(PythonOperator(task_id="b", python_callable=_nothing), "pickling_library")


def _nothing() -> None: ...


def test_what_people_answer_lies_in_one_row() -> None:
    """`resume_asked` writes it there, and resumes the task where no trigger looks for the row."""
    from airflow.models.hitl import HITLDetail

    columns = {"ti_id", "options", "multiple", "responded_at", "responded_by"}
    columns |= {"chosen_options", "params_input"}
    assert columns <= set(HITLDetail.__table__.columns.keys())
    if AIRFLOW >= (3, 3):
        from airflow.models.trigger import handle_event_submit

        assert callable(HITLDetail.as_resume_event_payload)
        assert {"event", "task_instance", "session"} <= parameters(handle_event_submit)
    else:
        from airflow.providers.standard.triggers import hitl

        assert parameters(hitl.get_hitl_detail_content_detail) == {"ti_id"}


KINDS = ("", ".short_circuit", ".branch", ".bash", ".sensor")
DEFAULTS: tuple[dict[str, Any], ...] = (
    {},
    {"retries": 3, "owner": "me"},
    {"retries": 3, "day": "today"},
    {"op_kwargs": {}},
)
FIELDS = ("retries", "owner", "op_args", "op_kwargs", "task_id", "upstream_task_ids", "params")


def built(task: Any, kind: str, defaults: dict[str, Any]) -> list[dict[str, str]]:
    """What three calls of a task make in a DAG with *defaults*."""
    from airflow.sdk import DAG, TaskGroup

    decorator = task if not kind else getattr(task, kind[1:])

    @decorator
    def work(day: str = "", *, ds: Any = None) -> Any:
        return day

    with DAG("built", schedule=None, default_args=defaults) as dag:
        first = work()
        work.override(retries=5, params={"limit": 1})(day=first)
        with TaskGroup("inner", default_args={"owner": "they"}):
            work(day="tomorrow")
    shown = []
    for operator in dag.tasks:
        given = {name: str(one) for name, one in operator._BaseOperator__init_kwargs.items()}
        for name in ("python_callable", "dag", "task_group", "kwargs_to_upstream"):
            given.pop(name, None)
        shown.append({name: str(getattr(operator, name, None)) for name in FIELDS} | given)
    return shown


@pytest.mark.parametrize("kind", KINDS)
def test_an_operator_is_built_as_airflow_builds_its_own(kind: str) -> None:
    """`TypedOperator` leaves out work that Airflow does again for each class, and no result."""
    import airflow.sdk

    import typedxcom

    for defaults in DEFAULTS:
        made = built(typedxcom.task, kind, defaults)
        assert made == built(airflow.sdk.task, kind, defaults)
        assert len(made) == 3


def test_defaults_of_a_dag_are_merged_once_for_each_class() -> None:
    """A typed operator has classes more, but none with an initializer that Airflow would wrap."""
    import airflow.sdk

    import typedxcom

    def merged(task: Any) -> int:
        """How many classes of its operator merge defaults."""
        return sum("__init__" in vars(cls) for cls in task(_nothing).operator_class.__mro__)

    assert merged(typedxcom.task) == merged(airflow.sdk.task)
