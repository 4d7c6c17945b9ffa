from __future__ import annotations

from typing import TypedDict

from pydantic import BaseModel


class Base(BaseModel):
    id: int


class Order(Base):
    total: float


class Summary(TypedDict):
    count: int
    name: str
