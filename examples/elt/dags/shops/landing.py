"""The files that the shops deliver: ``landing/<day>/<shop>.json``, one JSON object on each line."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import json

from shops.models import Delivery

_PRICES = ("price", "cost")


def folder() -> Path:
    """Where the files are: the folder of this project, unless LANDING says otherwise."""
    return Path(os.environ.get("LANDING", Path(__file__).parents[2] / "landing"))


def deliveries(day: date) -> list[Delivery]:
    """The files of one day, by the name of the shop."""
    files = sorted((folder() / day.isoformat()).glob("*.json"))
    return [Delivery(shop=file.stem, day=day, path=file) for file in files]


def rows(delivery: Delivery) -> pa.Table:
    """The rows of one file. Prices are decimals: as floats, cents would get lost."""
    read = json.read_json(delivery.path)
    for name in _PRICES:
        at = read.schema.get_field_index(name)
        cents = pc.cast(read[name], pa.decimal128(9, 2))
        read = read.set_column(at, name, cents)
    shop = pa.repeat(delivery.shop, read.num_rows)
    return read.append_column("shop", shop)
