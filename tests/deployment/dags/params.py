"""Parameters with types: whoever starts the run, each value arrives as its type."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

from airflow.sdk import Asset
from pydantic import BaseModel, Field

from typedxcom import dag, task, trigger

DAG_ID = Path(__file__).stem


class Region(Enum):
    EU = "eu"
    US = "us"


class Options(BaseModel):
    day: date
    limit: int


def typed(
    day: date = date(2024, 1, 2),
    limit: Annotated[int, Field(ge=1)] = 5,
    region: Region = Region.EU,
) -> None:
    @task
    def reads(params: Options, day: date, region: Region) -> str:
        assert params.day == day
        return f"{day:%d.%m.%Y} {params.limit} {region.name}"

    reads(day=day, region=region)


params = dag(DAG_ID, schedule="@daily", start_date=datetime(2024, 1, 1), catchup=False)(typed)
on_asset = dag(f"{DAG_ID}_on_asset", schedule=[Asset(DAG_ID)])(typed)


@dag(f"{DAG_ID}_starter", schedule=None)
def starter() -> None:
    @task
    def yesterday() -> date:
        return date(2025, 5, 6)

    trigger.override(task_id="start", wait_for_completion=True, poke_interval=1)(
        params, day=yesterday(), region=Region.US
    )


params()
on_asset()
starter()
