"""The contracts: what travels between the tasks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from typedxcom import PrimaryKey

ShopName = Annotated[str, Field(pattern=r"^[a-z]+$")]
Euros = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class Delivery(BaseModel):
    """A file that a shop delivered."""

    shop: ShopName
    day: date
    path: Path


class Sale(BaseModel):
    """One line of a receipt: a row of the tables between `read` and `load`."""

    __table_rules__ = {"nothing is sold below its cost": "price >= cost"}

    receipt: Annotated[int, PrimaryKey()]
    shop: ShopName
    article: str = Field(min_length=1)
    pieces: int = Field(ge=1)
    price: Decimal = Field(ge=0, max_digits=9, decimal_places=2)
    cost: Decimal = Field(ge=0, max_digits=9, decimal_places=2)


class Loaded(BaseModel):
    """What is in the warehouse after a load."""

    day: date
    rows: int = Field(ge=0)


class ShopTotal(BaseModel):
    """What one shop sold on one day."""

    shop: ShopName
    pieces: int = Field(ge=0)
    revenue: Euros
