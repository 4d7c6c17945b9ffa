"""Trains a model of house prices for each setting, and keeps the best one.

Airflow looks only into files that name it, and this sentence does.
"""

from __future__ import annotations

from typing import Annotated

from houses.tasks import choose, prepare, score, settings, train
from pydantic import Field

from typedxcom import dag


@dag(schedule=None)
def train_houses(seed: int = 7, houses: Annotated[int, Field(ge=50, le=100_000)] = 400) -> None:
    data = prepare(seed, houses)
    models = train.partial(data=data).expand(setting=settings())
    choose(score.partial(data=data).expand(model_file=models), models)


train_houses_dag = train_houses()
