"""The tasks. Their annotations are the contracts."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Annotated

import pandas as pd

from houses import model
from houses.contracts import House, Score, Setting
from typedxcom import File, Rows, Table, task

Houses = Annotated[pd.DataFrame, Rows(House)]


@task
def settings() -> list[Setting]:
    """All that are tried."""
    tried = itertools.product((1, 2, 4), (0.0, 0.1, 10.0))
    return [Setting(degree=degree, penalty=penalty) for degree, penalty in tried]


@task
def prepare(seed: int, houses: int) -> Table[House]:
    return model.made_up(seed, houses)


@task
def train(data: Houses, setting: Setting) -> File:
    """One model, as a file."""
    path = Path(tempfile.mkdtemp()) / "model.json"
    model.save(path, setting, model.fit(data[data["part"] == "train"], setting))
    return File(path)


@task
def score(data: Houses, model_file: File) -> Score:
    setting, weights = model.read(model_file.read_bytes())
    return Score(setting=setting, error=model.error(data[data["part"] == "test"], setting, weights))


@task
def choose(scores: list[Score], models: list[File]) -> File:
    """The file of the best model. It is passed on, not copied."""
    best = min(range(len(scores)), key=lambda at: scores[at].error)
    return models[best]
