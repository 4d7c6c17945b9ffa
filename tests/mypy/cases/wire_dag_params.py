"""DAG parameters: ``trigger`` is checked like a call of a task, and calls of DAG functions."""

from datetime import date

from airflow.sdk import DAG
from airflow.sdk import dag as stock_dag
from shared_tasks.dags import bare, modelled, taxi
from typedxcom import dag, task, trigger


@task
def yesterday() -> date:
    return date(2024, 1, 1)


@task
def count() -> int:
    return 1


@task
def show(text: str) -> None:
    print(text)


@stock_dag(schedule=None)
def stock(limit: int) -> None:
    show(f"{limit}")


made: DAG = taxi()
taxi(date(2024, 1, 1), limit=3)
bare()
modelled()


@dag(schedule=None)
def right() -> None:
    run = trigger(taxi, day=yesterday(), limit=count())
    trigger(taxi, day=date(2024, 1, 1), note="x")
    trigger.override(task_id="again", wait_for_completion=True)(bare, limit=1)
    trigger(modelled, day=yesterday())
    show(run)
    run >> count()


taxi(limit="x")  # E: Argument "limit" to "taxi" has incompatible type "str"; expected "int" [arg-type]
taxi(limmit=1)  # E: Unexpected keyword argument "limmit" for "taxi"; did you mean "limit"? [call-arg]
stock()  # E: Missing positional argument "limit" in call to "stock" [call-arg]


@dag(schedule=None)
def wrong_values() -> None:
    trigger(taxi, day=count())  # E: Argument "day" of trigger(taxi) takes "date", but task "count" returns "int" [xcom-arg]
    trigger(taxi, day=1)  # E: Argument "day" to "trigger(taxi)" has incompatible type "int"; expected "date" [arg-type]
    trigger(taxi, day=yesterday(), limmit=1)  # E: Unexpected keyword argument "limmit" for "trigger(taxi)"; did you mean "limit"? [call-arg]
    trigger(taxi, limit=1)  # E: Missing named argument "day" for "trigger(taxi)" [call-arg]
    trigger(modelled, day=count())  # E: Argument "day" of trigger(modelled) takes "date", but task "count" returns "int" [xcom-arg]
    trigger(modelled, day=yesterday(), limit="x")  # E: Argument "limit" to "trigger(modelled)" has incompatible type "str"; expected "int" [arg-type]


with DAG("wrong", schedule=None):
    trigger(stock, limit=1)  # E: trigger() takes a function with the decorator "@typedxcom.dag" [xcom-arg]
    trigger(count)  # E: trigger() takes a function with the decorator "@typedxcom.dag" [xcom-arg]
    wrong: int = trigger(bare, limit=1)  # E: Incompatible types in assignment (expression has type "XComArg[str]", variable has type "int") [assignment]
