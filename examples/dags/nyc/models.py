"""The contracts: rows of the four files, and the values that travel from task to task.

A field is optional exactly where the real data has holes: a cancelled flight never departed, and
some weather stations were silent for an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypedDict  # pydantic reads that of typing from Python 3.12 on

Origin = Literal["EWR", "JFK", "LGA"]
CarrierCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
AirportCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{3}$")]
Clock = Annotated[int, Field(ge=1, le=2400)]  # 1745 is a quarter to six
Correlation = Annotated[float, Field(ge=-1, le=1)]


class Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# Rows of the files --------------------------------------------------------------------------------


class Flight(Row):
    """One flight out of New York; ``None`` is what the file calls NA."""

    year: Literal[2013]
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    dep_time: Clock | None
    sched_dep_time: Clock
    dep_delay: int | None = Field(ge=-60, le=1440)  # minutes; a cancelled flight has none
    arr_time: Clock | None
    sched_arr_time: Clock
    arr_delay: int | None = Field(ge=-120, le=1440)
    carrier: CarrierCode
    flight: int = Field(gt=0)
    tailnum: str | None = Field(min_length=5, max_length=6)
    origin: Origin
    dest: AirportCode
    air_time: int | None = Field(gt=0)
    distance: int = Field(gt=0)
    hour: int = Field(ge=0, le=23)
    minute: int = Field(ge=0, le=59)
    time_hour: datetime


# What a reader asks for of a table: only these columns are read, as these types.


class Departure(BaseModel):
    month: int
    day: int
    dep_time: int | None
    dep_delay: int | None


class Destination(BaseModel):
    dest: str


class Flown(Departure):
    carrier: str
    origin: str
    dest: str
    time_hour: datetime


class Rain(BaseModel):
    origin: str
    time_hour: datetime
    precip: float


class WeatherHour(Row):
    """One hour at one of the three airports."""

    origin: Origin
    year: Literal[2013]
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)
    hour: int = Field(ge=0, le=23)
    temp: float | None = Field(ge=-40, le=130)  # Fahrenheit
    dewp: float | None = Field(ge=-60, le=130)
    humid: float | None = Field(ge=0, le=100)
    wind_dir: int | None = Field(ge=0, le=360)
    wind_speed: float | None = Field(ge=0, le=230)  # mph; the record on Earth is 253
    wind_gust: float | None = Field(ge=0, le=253)
    precip: float = Field(ge=0, le=12)  # inches
    pressure: float | None = Field(ge=870, le=1085)
    visib: float = Field(ge=0, le=10)
    time_hour: datetime


class Airport(Row):
    faa: AirportCode
    name: str = Field(min_length=1)
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    alt: int  # feet
    tz: int = Field(ge=-12, le=14)
    dst: Literal["A", "U", "N"]
    tzone: str | None


class Airline(msgspec.Struct, frozen=True):
    """A msgspec Struct is a contract as good as a pydantic model."""

    carrier: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{2}$")]
    name: Annotated[str, msgspec.Meta(min_length=1)]


# Values between tasks -----------------------------------------------------------------------------


class Source(Row):
    """One of the files."""

    path: Path
    rows: int = Field(gt=0)


class Sources(TypedDict):
    """What `extract` finds; each key is an output of its own, of its own type."""

    flights: Source
    weather: Source
    airlines: Source
    airports: Source


class Period(Row):
    """The days that a run looks at."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.first > self.last:
            raise ValueError(f"the period ends on {self.last}, before it begins on {self.first}")
        return self


class Counts(Row):
    """The totals of some flights."""

    flights: int = Field(ge=0)
    cancelled: int = Field(ge=0)
    minutes: int  # that they left late, together


@dataclass(frozen=True)
class Route:
    """From New York to somewhere; *airport* is None where airports.csv does not list it."""

    origin: Origin
    dest: str
    airport: str | None
    flights: int
    mean_delay: float


class CarrierSummary(Row):
    carrier: CarrierCode
    name: str
    flights: int = Field(ge=0)
    cancelled: int = Field(ge=0)
    mean_delay: float | None  # minutes at departure; None where nothing flew
    worst_route: Route | None
    rain: Correlation | None  # of departure delay and precipitation

    @model_validator(mode="after")
    def _not_more_cancelled_than_planned(self) -> CarrierSummary:
        if self.cancelled > self.flights:
            raise ValueError("more flights were cancelled than planned")
        return self


class Report(Row):
    period: Period
    flights: int = Field(ge=0)
    cancelled: int = Field(ge=0)
    mean_delay: float
    carriers: list[CarrierSummary] = Field(min_length=1)
