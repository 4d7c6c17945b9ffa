"""What travels between the tasks."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class House(BaseModel):
    """One sale, a row of the table."""

    area: float = Field(gt=0, le=2000)  # square metres
    rooms: int = Field(ge=1, le=30)
    age: float = Field(ge=0)  # years
    price: float = Field(gt=0)  # thousands of euros
    part: Literal["train", "test"]


class Setting(BaseModel):
    """What may differ between two models."""

    degree: int = Field(ge=1, le=4)
    penalty: float = Field(ge=0)


class Score(BaseModel):
    """How good a model is on houses that it has not seen."""

    setting: Setting
    error: float = Field(ge=0)  # root of the mean square, in thousands of euros
