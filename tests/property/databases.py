"""What the hops of an XCom do to plain JSON, as badly as they were seen to do it.

The row goes as msgpack to the supervisor, as JSON over HTTP, into a JSON column, and back. Stock
Airflow and its databases change some values silently, and fail on others after the task's body has
run. A row form that any of these would touch is a fault of ours: `Broken` is then raised.
"""

from __future__ import annotations

import decimal
import json
import math
import sqlite3
from collections.abc import Callable
from typing import Any

__all__ = ["HOPS", "Broken", "json_text", "postgres", "sqlite"]

RESERVED = {
    "__classname__", "__version__", "__data__", "__id__", "__cache__", "__type", "__source", "__var",
}  # fmt: skip
MAX_DEPTH = 200


class Broken(AssertionError):
    """A row that no real deployment would carry."""


def json_text(row: Any) -> Any:
    """Through JSON text, as every hop does it."""
    _refuse(row, 0)
    return json.loads(json.dumps(row))


def sqlite(row: Any) -> Any:
    """Through a JSON column of SQLite, whose numeric affinity changes top-level scalars."""
    text = json.dumps(json_text(row))
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table xcom (value JSON)")
        connection.execute("insert into xcom values (?)", (text,))
        ((stored,),) = connection.execute("select value from xcom").fetchall()
    connection.close()
    return stored if isinstance(stored, (int, float)) else json.loads(stored)


def postgres(row: Any) -> Any:
    """Through a JSONB column of PostgreSQL: keys are sorted, numbers become NUMERIC."""
    return _jsonb(json_text(row))


HOPS: dict[str, Callable[[Any], Any]] = {
    "json": json_text,
    "sqlite": sqlite,
    "postgres": postgres,
}


def _jsonb(node: Any) -> Any:
    if isinstance(node, dict):
        keys = sorted(node, key=lambda key: (len(key.encode()), key.encode()))
        return {_jsonb(key): _jsonb(node[key]) for key in keys}
    if isinstance(node, list):
        return [_jsonb(item) for item in node]
    if isinstance(node, float):
        return _numeric(node)
    if isinstance(node, str) and "\x00" in node:
        raise Broken("PostgreSQL refuses NUL in JSONB")
    return node


def _numeric(number: float) -> int | float:
    exact = decimal.Decimal(repr(number))
    if abs(exact) >= decimal.Decimal("1e22"):
        raise Broken(f"the consumer fails on {number}")
    text = format(exact, "f")
    if exact == 0:
        text = text.lstrip("-")  # NUMERIC has no negative zero
    return float(text) if "." in text else int(text)


def _refuse(node: Any, depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise Broken(f"nested deeper than {MAX_DEPTH}")
    if isinstance(node, dict):
        for key, item in node.items():
            if type(key) is not str:
                raise Broken(f"the key {key!r} is no text")
            if key in RESERVED:
                raise Broken(f"the REST API refuses the key {key!r}")
            _refuse(key, depth)
            _refuse(item, depth + 1)
    elif type(node) is list:
        for item in node:
            _refuse(item, depth + 1)
    elif type(node) is str:
        try:
            node.encode()
        except UnicodeEncodeError:
            raise Broken("a lone surrogate in a row") from None
    elif type(node) is int:
        if not -(2**63) <= node < 2**64:
            raise Broken(f"msgpack has no {node}")
    elif type(node) is float:
        if not math.isfinite(node):
            raise Broken(f"the API server refuses {node}")
    elif node is not None and type(node) is not bool:
        raise Broken(f"a {type(node).__name__} is no JSON")
