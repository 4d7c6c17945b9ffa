"""What models, sensors and state hold, each under a contract, on workers of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from airflow.sdk import PokeReturnValue
from airflow.sdk import task as plain
from pydantic import BaseModel

from typedxcom import StateKey, dag, task

DAG_ID = Path(__file__).stem


class City(BaseModel):
    name: str
    people: int
    founded: date
    area: Decimal


ANSWER = City(name="a", people=0, founded=date(2024, 1, 1), area=Decimal("0.0"))
SEEN = StateKey("seen", City)


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def answers() -> None:
    @task.llm(llm_conn_id="llm", output_type=City)
    def ask(text: str) -> str:
        return text

    @plain.llm(llm_conn_id="llm", output_type=City)
    def ask_plainly(text: str) -> str:
        return text

    @task.sensor(poke_interval=1, timeout=60, output=City)
    def arrived() -> PokeReturnValue:
        return PokeReturnValue(is_done=True, xcom_value=ANSWER)

    @task
    def check(
        each: list[City], plainly: list[City], city: City, task_state_store: Any = None
    ) -> int:
        assert each == plainly == [ANSWER, ANSWER]
        assert city == ANSWER
        SEEN.set(task_state_store, city)
        assert SEEN.get(task_state_store) == city
        return len(each)

    texts = ["one", "two"]
    plainly = ask_plainly.expand(text=texts)
    check(ask.expand(text=texts), plainly, arrived())


answers()
