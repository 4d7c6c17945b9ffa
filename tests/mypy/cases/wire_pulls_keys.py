"""Keys that somebody pulls, in a file with much around its tasks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypedDict

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, Asset, Variable
from airflow.sdk import task as plain_task
from typedxcom import task

logger = logging.getLogger(__name__)
logging.getLogger("urllib3").setLevel(logging.WARNING)
with open(__file__) as file:
    ABOUT = file.read().strip()
SQL = Path(__file__).with_suffix(".sql").as_posix()
ARGS = {"retries": 2, "retry_delay": timedelta(minutes=5)}
START = pendulum.today("UTC").add(days=-1)
ORDERS = Asset(SQL)
REGION = Variable.get("region", default="eu").lower()


class Split(TypedDict):
    train: int
    test: str


@task
def extract(ti: Any = None) -> int:
    ti.xcom_push(key="bucket", value="a")
    return 1


@task(multiple_outputs=True)
def split() -> Split:
    return {"train": 1, "test": ""}


@plain_task
def parts() -> dict:
    return {"rows": 1, "name": "x"}


@task
def quiet() -> int:
    return 1


@task
def helped(**context: Any) -> int:
    push_all(context)
    return 1


@plain_task.branch
def choose() -> str:
    return "quiet"


def push_all(context: Any) -> None:
    context["ti"].xcom_push(key="all", value=1)


def classic(ti: Any) -> int:
    ti.xcom_push(key="rows", value=1)
    return 1


@task
def right(ti: Any = None, name: str = "") -> None:
    ti.xcom_pull("extract", key="bucket")
    ti.xcom_pull("extract", key="return_value")
    ti.xcom_pull("split", key="train")
    ti.xcom_pull("parts", key="rows")
    ti.xcom_pull("helped", key="whatever")
    ti.xcom_pull("classic", key="rows")
    ti.xcom_pull("choose", key="anything")
    ti.xcom_pull("shell", key="anything")
    ti.xcom_pull("extract", key=name)
    ti.xcom_pull("extract", key="buckt", dag_id="another")
    ti.xcom_pull("extract", key="buckt", include_prior_dates=True)
    ti.xcom_pull(["extract", "split"], key="train")


@task
def wrong(ti: Any = None) -> None:
    ti.xcom_pull("extract", key="buckt")  # E: xcom_pull asks for the key "buckt" of task "extract", which pushes "bucket": did you mean "bucket"? [xcom-key]
    ti.xcom_pull(task_ids="split", key="tset")  # E: xcom_pull asks for the key "tset" of task "split", which pushes "train", "test": did you mean "test"? [xcom-key]
    ti.xcom_pull("parts", key="nmae")  # E: xcom_pull asks for the key "nmae" of task "parts", which pushes "rows", "name": did you mean "name"? [xcom-key]
    ti.xcom_pull("quiet", key="rows")  # E: xcom_pull asks for the key "rows" of task "quiet", which pushes no key beside its return value [xcom-key]
    ti.xcom_pull("classic", key="row")  # E: xcom_pull asks for the key "row" of task "classic", which pushes "rows": did you mean "rows"? [xcom-key]
    ti.xcom_pull("extrat")  # E: xcom_pull asks for "extrat", but this DAG has no such task: did you mean "extract"? [xcom-key]


with DAG("keys", start_date=datetime.now(timezone.utc) - timedelta(days=1), default_args=ARGS):
    extract(), split(), parts(), quiet(), helped(), choose(), right(), wrong()
    PythonOperator(task_id="classic", python_callable=classic)
    BashOperator(task_id="shell", bash_command="true")
