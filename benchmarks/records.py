"""Records of five shapes, as pydantic models and as msgspec Structs; some are the real flights."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, Field, field_validator, model_validator

sys.path.append(str(Path(__file__).parents[1] / "examples" / "dags"))

from nyc.files import data_folder, read
from nyc.models import Flight

__all__ = ["SHAPES", "STRUCTS", "records"]

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Reading(BaseModel):
    sensor: str
    number: int
    value: float
    is_valid: bool
    note: str | None = None


class Address(BaseModel):
    street: str
    city: str
    postcode: str


class Line(BaseModel):
    sku: str
    quantity: int
    price: Decimal


class Order(BaseModel):
    id: int
    customer: str
    placed: datetime
    address: Address
    lines: list[Line]
    tags: dict[str, str]


class Booking(BaseModel):
    code: str
    start: datetime
    end: datetime

    @field_validator("code")
    @classmethod
    def _upper(cls, value: str) -> str:
        return value.upper()

    @model_validator(mode="after")
    def _ordered(self) -> Booking:
        if self.end < self.start:
            raise ValueError("it ends before it starts")
        return self


class Card(BaseModel):
    kind: Literal["card"] = "card"
    number: str
    amount: Decimal


class Transfer(BaseModel):
    kind: Literal["transfer"] = "transfer"
    iban: str
    amount: Decimal


Payment = Annotated[Card | Transfer, Field(discriminator="kind")]


class ReadingStruct(msgspec.Struct):
    sensor: str
    number: int
    value: float
    is_valid: bool
    note: str | None = None


class AddressStruct(msgspec.Struct):
    street: str
    city: str
    postcode: str


class LineStruct(msgspec.Struct):
    sku: str
    quantity: int
    price: Decimal


class OrderStruct(msgspec.Struct):
    id: int
    customer: str
    placed: datetime
    address: AddressStruct
    lines: list[LineStruct]
    tags: dict[str, str]


class BookingStruct(msgspec.Struct):
    code: str
    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        self.code = self.code.upper()
        if self.end < self.start:
            raise ValueError("it ends before it starts")


class CardStruct(msgspec.Struct, tag_field="kind", tag="card"):
    number: str
    amount: Decimal


class TransferStruct(msgspec.Struct, tag_field="kind", tag="transfer"):
    iban: str
    amount: Decimal


_Meta = msgspec.Meta
_Clock = Annotated[int, _Meta(ge=1, le=2400)]
_Airport = Annotated[str, _Meta(pattern="^[A-Z0-9]{3}$")]


class FlightStruct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    year: Literal[2013]
    month: Annotated[int, _Meta(ge=1, le=12)]
    day: Annotated[int, _Meta(ge=1, le=31)]
    dep_time: _Clock | None
    sched_dep_time: _Clock
    dep_delay: Annotated[int, _Meta(ge=-60, le=1440)] | None
    arr_time: _Clock | None
    sched_arr_time: _Clock
    arr_delay: Annotated[int, _Meta(ge=-120, le=1440)] | None
    carrier: Annotated[str, _Meta(pattern="^[A-Z0-9]{2}$")]
    flight: Annotated[int, _Meta(gt=0)]
    tailnum: Annotated[str, _Meta(min_length=5, max_length=6)] | None
    origin: Literal["EWR", "JFK", "LGA"]
    dest: _Airport
    air_time: Annotated[int, _Meta(gt=0)] | None
    distance: Annotated[int, _Meta(gt=0)]
    hour: Annotated[int, _Meta(ge=0, le=23)]
    minute: Annotated[int, _Meta(ge=0, le=59)]
    time_hour: datetime


SHAPES: dict[str, Any] = {
    "flat": Reading,
    "nested": Order,
    "constrained": Flight,
    "validators": Booking,
    "union": Payment,
}
STRUCTS: dict[str, Any] = {
    "flat": ReadingStruct,
    "nested": OrderStruct,
    "constrained": FlightStruct,
    "validators": BookingStruct,
    "union": CardStruct | TransferStruct,
}


def records(shape: str, count: int) -> list[dict[str, Any]]:
    """The content of *count* records, as Python dicts."""
    if shape == "constrained":
        table = read(data_folder() / "flights.csv.zip").slice(0, count)
        return list(table.to_pylist())
    make = {"flat": _reading, "nested": _order, "validators": _booking, "union": _payment}[shape]
    return [make(number) for number in range(count)]


def _reading(number: int) -> dict[str, Any]:
    note = None if number % 3 else f"reading {number} was taken by hand"
    return {
        "sensor": f"sensor-{number % 97}", "number": number, "value": number / 7,
        "is_valid": number % 11 > 0, "note": note,
    }  # fmt: skip


def _order(number: int) -> dict[str, Any]:
    lines = [
        {
            "sku": f"sku-{number + at}",
            "quantity": at + 1,
            "price": Decimal(number % 999 + at) / 100,
        }
        for at in range(3)
    ]
    return {
        "id": number, "customer": f"customer {number % 1000}",
        "placed": START + timedelta(seconds=number), "lines": lines,
        "address": {"street": f"Road {number}", "city": "Utrecht", "postcode": f"{number % 9999}"},
        "tags": {"channel": "web", "currency": "EUR"},
    }  # fmt: skip


def _booking(number: int) -> dict[str, Any]:
    start = START + timedelta(hours=number)
    return {"code": f"B{number}", "start": start, "end": start + timedelta(hours=1)}


def _payment(number: int) -> dict[str, Any]:
    amount = Decimal(number) / 100
    if number % 2:
        return {"kind": "card", "number": f"{number:016}", "amount": amount}
    return {"kind": "transfer", "iban": f"NL{number:016}", "amount": amount}
