"""Ridge regression on powers of the columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from houses.contracts import Setting

_COLUMNS = ["area", "rooms", "age"]


def made_up(seed: int, houses: int) -> pd.DataFrame:
    """Sales that follow a rule, with some noise. A quarter of them is kept for the test."""
    random = np.random.default_rng(seed)
    area = random.uniform(30, 220, houses)
    age = random.uniform(0, 90, houses)
    price = 60 + 2.4 * area + 0.004 * area**2 - 1.1 * age + random.normal(0, 15, houses)
    return pd.DataFrame(
        {
            "area": area,
            "rooms": np.maximum(1, (area / 28).astype(int)),
            "age": age,
            "price": np.maximum(price, 20),
            "part": np.where(random.random(houses) < 0.25, "test", "train"),
        }
    )


def fit(frame: pd.DataFrame, setting: Setting) -> Any:
    """The weights of the powers of the columns."""
    powers = _powers(frame, setting)
    penalties = setting.penalty * np.eye(powers.shape[1])
    return np.linalg.solve(powers.T @ powers + penalties, powers.T @ frame["price"].to_numpy())


def error(frame: pd.DataFrame, setting: Setting, weights: Any) -> float:
    """The root of the mean square error."""
    difference = _powers(frame, setting) @ weights - frame["price"].to_numpy()
    return float(np.sqrt(np.mean(difference**2)))


def save(path: Path, setting: Setting, weights: Any) -> None:
    """Writes a model as JSON, which anybody can read and nobody can hide code in."""
    path.write_text(json.dumps({"setting": setting.model_dump(), "weights": weights.tolist()}))


def read(text: bytes) -> tuple[Setting, Any]:
    """What `save` wrote."""
    saved = json.loads(text)
    return Setting.model_validate(saved["setting"]), np.array(saved["weights"])


def _powers(frame: pd.DataFrame, setting: Setting) -> Any:
    values = frame[_COLUMNS].to_numpy() / [100, 5, 50]
    columns = [np.ones(len(frame))]
    columns += [column**power for power in range(1, setting.degree + 1) for column in values.T]
    return np.column_stack(columns)
