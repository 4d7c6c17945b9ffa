from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from typedxcom import task


@task
def add(numbers: list[int]) -> int:
    return sum(numbers)


@dag(schedule=None)
def classic() -> None:
    counted = BashOperator.partial(task_id="counted").expand(bash_command=["wc -l a"])
    add(counted.output)  # E: counted -> add.numbers: list[str] is not list[int]


classic()
