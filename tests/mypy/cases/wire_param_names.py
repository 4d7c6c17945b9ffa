"""Parameters that a typed DAG does not have, in the code of its tasks and in templates."""

from dataclasses import dataclass
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Context, get_current_context
from airflow.sdk import dag as stock_dag
from airflow.sdk import task as stock_task
from pydantic import BaseModel, ConfigDict, Field
from shared_tasks.dags import Options
from typedxcom import dag, task, task_group
from typing_extensions import TypedDict


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limit: int = 5
    day: str = "x"


class Wider(BaseModel):
    limit: float | None
    day: str | int
    more: str = ""


class Missing(BaseModel):
    limmit: int


@dataclass
class Other:
    limit: str
    day: int | None


class Renamed(BaseModel):
    limit: int = Field(5, alias="limits")


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=str.upper)
    limit: int = 5


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    limit: int = 5


class Keys(TypedDict):
    limit: int


def helper(params: dict[str, Any]) -> Any:
    return params["anything"]


@dag(schedule=None, default_args={"retries": 1})
def right(limit: int = 5, day: str = "x") -> None:
    @task
    def reads(params: dict[str, Any], dag_run: Any, **context: Any) -> str:
        found = [params["limit"], context["params"]["day"], params.get("debug"), helper(params)]
        if "extra" in params:
            found.append(params["extra"])
        name = "limmit"
        params["more"] = params[name]
        return f"{found} {dag_run.conf.get('note')} {dag_run.run_id} {context['ti']['limmit']}"

    @task
    def caught(**context: Any) -> Any:
        params = context["params"]
        try:
            return params["extra"]
        except KeyError:
            return params["limit"]

    @task
    def other(options: dict[str, Any]) -> Any:
        params = {"other": 1}
        return params["other"], options["limmit"], get_current_context()["dag_run"].conf

    @task
    def typed(params: Model) -> int:
        return params.limit

    @task
    def text(value: str) -> None:
        print(value)

    text("{{ params.limit }} {{ params['day'] }} {{ params.get('debug') }} {{ params | tojson }}")
    text("{% set params = {} %}{{ params.other }}")
    text("{{ var.value.limmit }} {{ conf.limmit }} {# params.limmit #} params.limmit")
    text("{{ params.extra | default(1) }} {% if params.extra is defined %}{% endif %}")
    BashOperator(task_id="a", bash_command="{{ params.limit }}", doc_md="{{ params.limmit }}")
    print("{{ params.limmit }}")
    @task
    def wider(params: Wider) -> None:
        print(params)

    @task
    def given(params: Missing) -> None:
        print(params)

    @stock_task
    def stocked(params: Missing) -> None:
        print(params)

    reads(), caught(), other({}), typed(), wider(), given(params=Missing(limmit=1)), stocked()


@dag(schedule=None, params={"own": 1})
def mixed(limit: int = 5) -> None:
    BashOperator(task_id="a", bash_command="{{ params.own }} {{ params.more }}", params={"more": 1})


@dag(schedule=None, params=Renamed)
def renamed() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["limits"]

    reads()


@dag(schedule=None, params=Camel)
def camel() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["LIMIT"]

    reads()


@dag(schedule=None, params=Open)
def opened() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["anything"]

    reads()


@stock_dag(schedule=None)
def stock() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["limmit"]

    reads()


@dag(schedule=None)
def untyped(limit=5):  # type: ignore[no-untyped-def]
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["limmit"]

    reads()


with DAG("classic", schedule=None, params={"limmit": 1}):
    BashOperator(task_id="a", bash_command="{{ params.limmit }}")


@dag(schedule=None)
def wrong(limit: int = 5, day: str = "x") -> None:
    @task
    def reads(params: dict[str, Any], dag_run: Any, **context: Any) -> None:
        print(params["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
        print(params["other"])  # E: DAG "wrong" has no parameter "other": it has "day", "limit" [xcom-param]
        print(dag_run.conf["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
        print(context["params"]["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
        print(context["dag_run"].conf["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
        print(params.get("limmit"))  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
        found = context["params"]
        print(found["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]

    @stock_task
    def stock_reads() -> None:
        print(get_current_context()["params"]["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
        context: Context = get_current_context()
        print(context["params"]["limmit"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]

    @task
    def bare(params, **context):  # type: ignore[no-untyped-def]
        return params["limmit"]  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]

    @task
    def text(value: str, more: list[str] = []) -> None:  # noqa: B006
        print(value)

    @task_group
    def inner() -> None:
        @task
        def grouped(params: dict[str, Any]) -> Any:
            return params["limmit"]  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]

        grouped()
        text("{{ params.limmit }}")  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]

    text("{{ params['limmit'] }}")  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
    text("{{ dag_run.conf['other'] }}")  # E: DAG "wrong" has no parameter "other": it has "day", "limit" [xcom-param]
    text("{{ params.limmit | default(1) }}")  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
    text("{% if params.get('limmit') %}x{% endif %}")  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
    text("x", ["{{ params.limmit }}"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
    text.partial(more=[]).expand(value=["{{ params.limmit }}"])  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
    BashOperator(task_id="a", bash_command="{{ params.limmit }}")  # E: DAG "wrong" has no parameter "limmit": did you mean "limit"? [xcom-param]
    reads(), stock_reads(), bare(), inner()


@dag(schedule=None, params=Model)
def wrong_model() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["limmit"], params["other"]  # E: DAG "wrong_model" has no parameter "limmit": did you mean "limit"? [xcom-param] && DAG "wrong_model" has no parameter "other": it has "day", "limit" [xcom-param]

    reads()


@dag(schedule=None, params=Options)
def wrong_far_model() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["limmit"], params["limit"], params["other"]  # E: DAG "wrong_far_model" has no parameter "limmit": did you mean "limit"? [xcom-param]

    reads()


@dag(schedule=None, params=Keys)
def wrong_keys() -> None:
    @task
    def reads(params: dict[str, Any]) -> Any:
        return params["limmit"]  # E: DAG "wrong_keys" has no parameter "limmit": did you mean "limit"? [xcom-param]

    reads()


@dag(schedule=None, params=Model)
def wrong_bare():  # type: ignore[no-untyped-def]
    @task
    def reads(params, **context):
        first = params["limmit"]  # E: DAG "wrong_bare" has no parameter "limmit": did you mean "limit"? [xcom-param]
        return first, context["dag_run"].conf["limmit"]  # E: DAG "wrong_bare" has no parameter "limmit": did you mean "limit"? [xcom-param]

    reads()


@dag(schedule=None)
def wrong_models(limit: int = 5, day: str = "x") -> None:
    @task
    def missing(params: Missing) -> None:  # E: Task "missing" reads "limmit" of "Missing", but DAG "wrong_models" has no such parameter: did you mean "limit"? [xcom-param]
        print(params)

    @task
    def other(params: Other) -> None:  # E: Task "other" reads "limit" of "Other" as "str", but the parameter of DAG "wrong_models" is "int" [xcom-param] && Task "other" reads "day" of "Other" as "int | None", but the parameter of DAG "wrong_models" is "str" [xcom-param]
        print(params)

    missing(), other()
