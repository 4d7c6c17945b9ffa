"""DAG functions that other files trigger."""

from datetime import date

from pydantic import BaseModel
from typedxcom import dag, task


class Options(BaseModel):
    day: date
    limit: int = 100


@dag(schedule=None)
def taxi(day: date, limit: int = 100, note: str | None = None) -> None:
    print(day, limit, note)


@dag
def bare(limit: int) -> None:
    print(limit)


@dag(schedule=None, params=Options)
def modelled() -> None:
    @task
    def reads(params: Options) -> int:
        return params.limit

    reads()
