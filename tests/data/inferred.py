"""What the code of a function without a return annotation says, for the parse check and mypy alike.

`CASES` are functions and what they return; `EDGES` are such functions and a reader's annotation;
those in `PROMISED` have a return annotation that leaves something open.
Both judges have one law: what is inferred refuses only what cannot work whatever happens. So

- a value with several possible types (branches, ``or``, a ``None`` at the end of the body) fits a
  reader that takes one of them;
- an un-annotated task pushes JSON, or Airflow's own form of a class, and a reader opens either by
  its own annotation: a list fits a ``tuple`` or a ``set``, a dict with the right keys fits a model,
  and a text fits whatever is written as text (a date, a Decimal, an Enum). Only a constant shows
  that it is no member of a ``Literal``;
- an empty list beside another list says nothing of its own: ``return []`` in one branch does not
  make ``return [1]`` fit a ``list[str]``;
- numbers and texts do not fit each other, containers do not fit scalars, dicts do not fit lists;
- a name counts where it is bound once, by a loop too, or where only ``+=`` follows.
  ``x.append(value)`` and ``x[key] = value`` put the types of these into it. What may change a
  container otherwise (a call that gets it, another name for it) leaves its kind alone:
  ``list[Any]``;
- everything else is ``unknown``, and an unknown type fits.

A row marked ``static`` is one where mypy may know more, since it reads stubs and other bodies.
"""

from __future__ import annotations

import functools
import linecache
import sys
import textwrap
import types
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = [
    "CASES",
    "EDGES",
    "HEADER",
    "KEYS",
    "PROMISED",
    "Case",
    "EdgeCase",
    "KeyCase",
    "names_of",
]

HEADER = """\
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, NewType, Optional, TypeVar, Union
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field
from typing_extensions import NotRequired, TypedDict

T = TypeVar("T")
UserId = NewType("UserId", str)
LIMIT = 10


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Order(BaseModel):
    id: int
    total: float = 0.0


class Renamed(BaseModel):
    order_id: int = Field(alias="id")


@dataclass
class Point:
    x: int
    y: int = 0


class Tick(msgspec.Struct):
    symbol: str


class Pair(NamedTuple):
    left: int
    right: str


class Row(TypedDict):
    id: int
    name: NotRequired[str]


class Box(TypedDict):
    order: Row


class Counted(TypedDict):
    order: int


class Client:
    def fetch(self):
        return []


def count() -> int:
    return 1


def orders(n: int = 1) -> list[Order]:
    return [Order(id=1)] * n


def bare():
    return 1


async def later() -> int:
    return 1


def same(value: T) -> T:
    return value


def loud(function):
    @wraps(function)
    def call(*args, **kwargs):
        return str(function(*args, **kwargs))

    return call


@loud
def wrapped() -> int:
    return 1


@lru_cache
def kept() -> int:
    return 1
"""


@functools.cache
def _header() -> types.ModuleType:
    """A module of `HEADER` alone, made once."""
    module = types.ModuleType("inferred_cases")
    sys.modules[module.__name__] = module
    exec(compile(HEADER, "/inferred/header.py", "exec"), vars(module))
    return module


def names_of(source: str) -> dict[str, Any]:
    """The names of a module of `HEADER` and *source*, which can be read as from a file."""
    file = "/inferred/case.py"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = dict(vars(_header()))
    exec(compile(source, file, "exec"), names)
    return names


@dataclass(frozen=True)
class Case:
    """A function called ``made``, and what it returns.

    Attributes:
        source: Its source; `HEADER` stands above it.
        returns: The type in words, or ``unknown``.
        is_static: Whether mypy may know more.
    """

    source: str
    returns: str
    is_static: bool = False

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True)
class EdgeCase:
    """A function called ``made`` whose output goes to a parameter.

    Attributes:
        source: As for `Case`.
        reader: The annotation of the parameter.
        is_right: Whether nothing may be said.
    """

    source: str
    reader: str
    is_right: bool

    def __str__(self) -> str:
        return f"{self.source} -> {self.reader}"


@dataclass(frozen=True)
class KeyCase:
    """A task called ``made``, of which ``made()[key]`` is read.

    Attributes:
        source: As for `Case`, with its decorator.
        key: The key.
        told: What the message must name: the key that was meant, or the cure; nothing where the
            key is right.
    """

    source: str
    key: str
    told: str = ""

    def __str__(self) -> str:
        return f"{self.source} [{self.key}]"


def _made(body: str, parameters: str = "") -> str:
    return f"def made({parameters}):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"


def _case(body: str, returns: str, parameters: str = "", *, static: bool = False) -> Case:
    return Case(_made(body, parameters), returns, static)


CASES = [
    # Constants and what is always of one type.
    _case("return 1", "int"),
    _case("return 'a'", "str"),
    _case("return True", "bool"),
    _case("return 1.5", "float"),
    _case("return None", "None"),
    _case("return", "None"),
    _case("pass", "None"),
    _case("...", "unknown"),
    _case("'only words'", "unknown"),
    _case("raise NotImplementedError", "unknown"),
    _case("print('x')", "None"),
    _case("return f'{n}.csv'", "str", "n"),
    _case("return b'x'", "bytes"),
    _case("return not n", "bool", "n"),
    _case("return n in (1, 2)", "bool", "n"),
    _case("return n is None", "bool", "n"),
    _case("return -1", "int"),
    # Displays.
    _case("return [1, 2]", "list[int]"),
    _case("return []", "list[Any]"),
    _case("return [1, 'a']", "list[int | str]"),
    _case("return {1, 2}", "set[int]"),
    _case("return 1, 'a'", "tuple[int, str]"),
    _case("return {'id': 1, 'name': 'a'}", "{'id': int, 'name': str}"),
    _case("return {'id': n}", "{'id': Any}", "n"),
    _case("return {'$typedxcom': 1}", "unknown", static=True),  # a pointer
    _case("return {'__classname__': 'datetime.datetime'}", "unknown", static=True),
    _case("return {'at': {'x': 1}}", "{'at': {'x': int}}"),
    _case("return {}", "{}"),
    _case("return {1: 'a'}", "dict[int, str]"),
    _case("return {n: 1}", "dict[Any, int]", "n"),
    _case("return {**n, 'a': 1}", "dict[Any, Any]", "n"),
    _case("return [*n, 1]", "list[Any]", "n"),
    _case("return (*n, 1)", "tuple[Any, ...]", "n"),
    _case("return [{'id': 1}]", "list[{'id': int}]"),
    # Comprehensions.
    _case("return [str(one) for one in n]", "list[str]", "n"),
    _case("return [one for one in n]", "list[Any]", "n"),
    _case("return {one: 1 for one in n}", "dict[Any, int]", "n"),
    _case("return {str(one) for one in n}", "set[str]", "n"),
    _case("return (one for one in n)", "unknown", "n", static=True),
    _case("return [n for n in m]", "list[Any]", "n: int, m=()"),
    # Classes and functions.
    _case("return Order(id=1)", "Order"),
    _case("return [Order(id=1)]", "list[Order]"),
    _case("return Point(1)", "Point"),
    _case("return Tick('A')", "Tick"),
    _case("return Decimal('1')", "Decimal"),
    _case("return Path('x')", "Path"),
    _case("return Color.RED", "Color"),
    _case("return Color('red')", "Color"),
    _case("return str(n)", "str", "n"),
    _case("return int(n)", "int", "n"),
    _case("return float(n)", "float", "n"),
    _case("return bool(n)", "bool", "n"),
    _case("return len(n)", "int", "n"),
    _case("return sorted(n)", "list[Any]", "n"),
    _case("return list(n)", "list[Any]", "n"),
    _case("return json.dumps(n)", "str", "n"),
    _case("return datetime.now().isoformat()", "str"),
    _case("return datetime.now()", "datetime"),
    _case("return ','.join(n)", "str", "n"),
    _case("return 'a,b'.split(',')", "list[str]"),
    _case("return count()", "int"),
    _case("return orders()", "list[Order]"),
    _case("return orders()[0]", "Order"),
    _case("return {'n': count(), 'all': orders()}", "{'n': int, 'all': list[Order]}"),
    _case("return bare()", "unknown", static=True),
    _case("return wrapped()", "unknown", static=True),
    _case("return kept()", "unknown", static=True),
    _case("return later()", "unknown"),
    _case("return same(1)", "unknown", static=True),
    _case("return Client()", "unknown", static=True),
    _case("return Client().fetch()", "unknown", static=True),
    _case("return json.loads(n)", "unknown", "n"),
    _case("return n.get('a')", "unknown", "n"),
    _case("return n()", "unknown", "n"),
    # Operators.
    _case("return 1 + 2", "int"),
    _case("return 1 / 2", "float"),
    _case("return 'a' + 'b'", "str"),
    _case("return 'a%s' % n", "str", "n"),
    _case("return len(n) * 2", "int", "n"),
    _case("return n + 1", "unknown", "n"),
    _case("return n > 1", "unknown", "n"),
    _case("return len(n) > 1", "bool", "n"),
    _case("return [1] + [2]", "list[int]"),
    _case("return [1] + n", "unknown", "n", static=True),
    # Parameters.
    _case("return n", "int", "n: int"),
    _case("return n", "unknown", "n"),
    _case("return n", "int | None", "n: int = None", static=True),
    _case("return n", "list[str]", "n: list[str]"),
    _case("return n[0]", "str", "n: list[str]"),
    _case("return n['a']", "int", "n: dict[str, int]"),
    _case("return n.total", "float", "n: Order"),
    _case("return [n.id, 1]", "list[int]", "n: Order"),
    _case("n = n + 1\nreturn n", "unknown", "n: int", static=True),
    _case("return n", "unknown", "*n: int", static=True),
    _case("return n", "unknown", "**n: int", static=True),
    _case("return n", "unknown", "n: T", static=True),
    # Names that are bound once.
    _case("x = 1\nreturn x", "int"),
    _case("x = {'a': 1}\nreturn x", "{'a': int}"),
    _case("x = {'a': 1}\nprint(x)\nreturn x", "{'a': int}"),
    _case(
        "x = [float(one) for one in n]\nreturn max(x), sum(x)",
        "tuple[float, float | int]",
        "n",
        static=True,
    ),
    _case("x = y = 'a'\nreturn x", "str"),
    _case("x: int = n['a']\nreturn x", "int", "n"),
    _case("if n:\n    x = 1\nreturn x", "int", "n"),
    _case("with open(n) as f:\n    x = str(f)\nreturn x", "str", "n"),
    _case("import json as j\nreturn j.dumps(1)", "str"),
    _case("from decimal import Decimal as D\nreturn D(1)", "Decimal"),
    _case("x = 1\nx = 'a'\nreturn x", "unknown", static=True),
    _case("x = 0\nfor one in n:\n    x += one\nreturn x", "unknown", "n", static=True),
    _case("for x in n:\n    pass\nreturn x", "unknown", "n"),
    _case("with open(n) as x:\n    return x", "unknown", "n", static=True),
    _case("a, b = 1, 2\nreturn a", "unknown", static=True),
    _case("if (x := len(n)) > 1:\n    return x\nreturn 0", "int", "n"),
    _case("def x():\n    return 1\nreturn x()", "unknown", static=True),
    _case("x = 1\ndef f():\n    nonlocal x\n    x = 'a'\nf()\nreturn x", "unknown", static=True),
    _case("global LIMIT\nLIMIT = 1\nreturn LIMIT", "unknown", static=True),
    _case("return LIMIT", "unknown", static=True),
    _case("Order = str\nreturn Order(1)", "unknown", static=True),
    _case("str = n\nreturn str(1)", "unknown", "n"),
    _case("x = 1\nexec(n)\nreturn x", "unknown", "n", static=True),
    _case("x = x\nreturn x", "unknown", static=True),
    # Containers that change afterwards.
    _case("x = []\nfor one in n:\n    x.append(one)\nreturn x", "list[Any]", "n"),
    _case("x = {'a': 1}\nx['b'] = 2\nreturn x", "{'a': int, 'b': int}"),
    _case("x = {'a': 1}\nx['a'] = 'b'\nreturn x", "{'a': int | str}"),
    _case("x = dict()\nx['a'] = 1\nreturn x", "{'a': int}", static=True),
    _case("x = {}\nif n:\n    x['a'] = 1\nreturn x", "{'a': int}", "n"),
    _case("x = {}\nx['a'] = 1\nx[n] = 2\nreturn x", "dict[Any, int]", "n", static=True),
    _case("x = {}\nx['a'] = 1\nx.pop('a')\nreturn x", "dict[Any, Any]", static=True),
    _case("x = {}\nx['$typedxcom'] = 1\nreturn x", "unknown", static=True),
    _case(
        "x = []\nfor one in n:\n    y = {'a': 1}\n    y['b'] = 'c'\n    x.append(y)\nreturn x",
        "list[dict[Any, Any]]",
        "n",
        static=True,
    ),
    _case("x = []\nfor one in n:\n    x.append(str(one))\nreturn x", "list[str]", "n"),
    _case("x = [1]\nx.append('a')\nreturn x", "list[str | int]", static=True),
    _case("x = list()\nx.append({'a': 1})\nreturn x", "list[{'a': int}]"),
    _case("x = []\nx.append(1)\nx.extend(n)\nreturn x", "list[Any]", "n", static=True),
    _case("x = []\nx.append(x)\nreturn x", "list[Any]", static=True),
    _case("x = n\nx.append(1)\nreturn x", "unknown", "n", static=True),
    _case(
        "x = {}\nfor one in n:\n    x[str(one)] = 1\nreturn x", "dict[str, int]", "n", static=True
    ),
    _case("x = {}\nx['a'] = n\nreturn x", "{'a': Any}", "n", static=True),
    _case("x = {}\nx['a'] = 1\nx['b'] += 'c'\nreturn x", "{'a': int, 'b': Any}", static=True),
    _case("x = {'a': 1}\nx.setdefault('b', 2)\nreturn x", "dict[Any, Any]", static=True),
    _case("x = {'a': 1}\nx.update(n)\nreturn x", "dict[Any, Any]", "n", static=True),
    _case("x = {'a': 1}\nn(x)\nreturn x", "dict[Any, Any]", "n", static=True),
    _case("x = {'a': 1}\ndel x['a']\nreturn x", "dict[Any, Any]", static=True),
    _case("x = {'a': 1}\ny = x\ny['b'] = 2\nreturn x", "dict[Any, Any]", static=True),
    _case("x = {'a': []}\nx['a'].append(1)\nreturn x", "{'a': list[Any]}", static=True),
    _case(
        "x = [{'a': 1}]\nfor one in x:\n    one['b'] = 2\nreturn x",
        "list[dict[Any, Any]]",
        static=True,
    ),
    _case("x = {'a': 1}\ndef f():\n    x['b'] = 1\nf()\nreturn x", "dict[Any, Any]", static=True),
    _case(
        "x = []\nfor one in n:\n    x.append({'a': 1})\nx.sort(key=lambda one: one['a'])\nreturn x",
        "list[{'a': int}]",
        "n",
        static=True,
    ),
    _case("x = [{'a': 1}]\nx.sort(key=n)\nreturn x", "list[Any]", "n", static=True),
    _case("x = [1]\nx.extend(range(3))\nreturn x", "list[int]", static=True),
    _case("x = []\nx.extend(['a'])\nx.append(1)\nreturn x", "list[str | int]", static=True),
    # Names of loops.
    _case("return [one for one in range(n)]", "list[int]", "n"),
    _case("return list(range(n))", "list[int]", "n"),
    _case("return [one * 2 for one in m]", "list[int]", "m: list[int]"),
    _case("return [one for one in m]", "list[str]", "m: dict[str, int]"),
    _case("return {k: v for k, v in m.items()}", "dict[str, int]", "m: dict[str, int]"),
    _case("return [one for one in m.values()]", "list[int]", "m: dict[str, int]"),
    _case(
        "return [(i, one) for i, one in enumerate(m)]",
        "list[tuple[int, str]]",
        "m: list[str]",
    ),
    _case("return [b for a, b in zip(n, m)]", "list[str]", "n, m: list[str]"),
    _case("return [b for a in m for b in a]", "list[Any]", "m: list[list[int]]", static=True),
    _case("return [one for one in n if one.endswith('.csv')]", "list[str]", "n", static=True),
    _case("return [one for one in n if one.endswith(m)]", "list[Any]", "n, m", static=True),
    _case("return [one for one in n if not one.endswith('x')]", "list[Any]", "n", static=True),
    _case(
        "x = []\nfor one in m:\n    x.append(one)\nreturn x",
        "list[int]",
        "m: list[int]",
    ),
    _case(
        "x = {}\nfor k, v in m.items():\n    x[k] = v\nreturn x",
        "dict[str, int]",
        "m: dict[str, int]",
        static=True,
    ),
    _case("for one in m:\n    one = 'a'\nreturn one", "unknown", "m: list[int]", static=True),
    _case("return sorted(set(m) - set(n))", "list[str]", "n, m: list[str]", static=True),
    _case("return sorted(set(n) | set(m))", "list[Any]", "n, m: list[str]", static=True),
    _case("one = 1\nx = one\nreturn [x for one in ['a']]", "list[int]"),
    _case("one = 1\nreturn [x := one for one in ['a']], x", "tuple[list[str], Any]", static=True),
    _case("return [one for one in n.items()]", "list[Any]", "n"),
    _case("for one, (two, three) in n:\n    pass\nreturn two", "unknown", "n", static=True),
    _case(
        "for *one, two in m:\n    pass\nreturn two", "unknown", "m: list[list[int]]", static=True
    ),
    _case("return [two for *one, two in m]", "list[Any]", "m: list[tuple[int, str]]", static=True),
    # Sums.
    _case("x = 0\nfor one in m:\n    x += one\nreturn x", "int", "m: list[int]", static=True),
    _case(
        "x = 0\nfor one in m:\n    x += one\nreturn x", "float | int", "m: list[float]", static=True
    ),
    _case("x = ''\nfor one in n:\n    x += str(one)\nreturn x", "str", "n", static=True),
    _case("x = 0\nx += 1\nx = 'a'\nreturn x", "unknown", static=True),
    _case("x = 1\nx /= n\nreturn x", "unknown", "n", static=True),
    _case("x = 0\nx += x\nreturn x", "unknown", static=True),
    _case("x = [1]\nx += ['a']\nreturn x", "unknown", static=True),
    _case("return sum(m.values())", "int", "m: dict[str, int]", static=True),
    _case("import math\nreturn math.ceil(len(n) / 2) * 2", "int", "n", static=True),
    _case("return datetime.now() - timedelta(days=1)", "datetime", static=True),
    _case("return (datetime.now() - datetime.now()).total_seconds()", "float", static=True),
    _case("return str(n).encode().decode()", "str", "n", static=True),
    # Every return counts.
    _case("if n:\n    return 1\nreturn 'a'", "int | str", "n"),
    _case("if n:\n    return 1", "int | None", "n"),
    _case("if n:\n    return None\nreturn [1]", "None | list[int]", "n"),
    _case("if n:\n    return n\nreturn 1", "unknown", "n"),
    _case("return 1 if n else 'a'", "int | str", "n"),
    _case("return n or 'a'", "unknown", "n"),
    _case("return count() or 'a'", "int | str"),
    _case("if n:\n    return {'a': 1}\nelse:\n    return {'a': 2}", "{'a': int}", "n"),
    _case("if n:\n    return {'a': 1}\nreturn {'b': 2}", "{'a': int} | {'b': int}", "n"),
    _case("try:\n    return 1\nexcept ValueError:\n    raise", "int"),
    _case("try:\n    return 1\nexcept ValueError:\n    print(1)", "int | None"),
    _case("try:\n    return 1\nfinally:\n    print(1)", "int"),
    _case("while True:\n    return 1", "int"),
    _case("while True:\n    if n:\n        break\n    return 1", "int | None", "n"),
    _case("raise ValueError", "unknown"),
    _case("if n:\n    raise ValueError\nreturn 1", "int", "n"),
    _case("for one in n:\n    return one.x\nreturn 1", "unknown", "n"),
    # Functions that return text for text, and bytes for bytes.
    _case("return os.path.join('a', n)", "str", "n"),
    _case("return os.path.join(n, m)", "unknown", "n, m"),
    _case("return os.path.basename(str(n))", "str", "n"),
    _case("return os.path.dirname(n)", "unknown", "n"),
    _case("return os.path.abspath(b'x')", "unknown", static=True),
    _case("return os.listdir('a')", "list[str]"),
    _case("return os.listdir()", "list[str]"),
    _case("return os.listdir(n)", "unknown", "n", static=True),
    _case("return [os.path.join('a', one) for one in n]", "list[str]", "n"),
    # An empty list is one of any other list.
    _case("if n:\n    return []\nreturn [1]", "list[int]", "n"),
    _case("if n:\n    return list()\nreturn ['a']", "list[str]", "n"),
    _case("return [1] if n else []", "list[int]", "n"),
    _case("return ['a'] or []", "list[str]"),
    _case("return [[], [1]]", "list[list[int]]"),
    _case("if n:\n    return []\nreturn list(n)", "list[Any]", "n"),
    _case("if n:\n    return []\nreturn n", "unknown", "n"),
    _case("if n:\n    return []\nreturn {'a': 1}", "list[Any] | {'a': int}", "n"),
    _case("if n:\n    return []\nreturn (1,)", "list[Any] | tuple[int]", "n"),
    _case(
        "if n:\n    return []\nx = []\nx.append(str(n))\nreturn x", "list[str]", "n", static=True
    ),
    # Other functions, and other kinds of functions.
    _case("def inner():\n    return 'a'\nreturn 1", "int"),
    _case("x = lambda: 'a'\nreturn 1", "int"),
    _case("return lambda: 1", "unknown", static=True),
    _case("yield 1\nreturn 2", "int"),
    _case("yield 1", "None"),
    _case("if n:\n    return [1]\nyield 1", "list[int] | None", "n"),
    Case("async def made():\n    yield 1\n", "unknown"),
    Case("async def made():\n    return 1\n", "int"),
    Case("async def made():\n    return await later()\n", "unknown", True),
    Case("made = lambda: 1\n", "int"),
    Case("made, other = lambda: 1, lambda: 'a'\n", "unknown"),
    Case("made, other = lambda: 1, lambda n: 'a'\n", "int"),
    Case("made = (\n    lambda n=(): {\n        'a': len(n)\n    }\n)\n", "{'a': int}"),
    Case("@loud\ndef made():\n    return 1\n", "unknown", True),
]


def _edge(body: str, reader: str, *, right: bool, parameters: str = "") -> EdgeCase:
    return EdgeCase(_made(body, parameters), reader, right)


def _right(body: str, *readers: str, parameters: str = "n=()") -> list[EdgeCase]:
    return [_edge(body, one, right=True, parameters=parameters) for one in readers]


def _wrong(body: str, *readers: str, parameters: str = "n=()") -> list[EdgeCase]:
    return [_edge(body, one, right=False, parameters=parameters) for one in readers]


def _promised(
    promise: str, body: str, right: Iterable[str], wrong: Iterable[str]
) -> list[EdgeCase]:
    """Edges of a function whose annotation leaves something open. What is in its code decides."""
    source = f"def made(n=()) -> {promise}:\n    return {body}\n"
    return [
        *(EdgeCase(source, one, True) for one in right),
        *(EdgeCase(source, one, False) for one in wrong),
    ]


_DICTS = ("Order", "Row", "dict", "dict[str, Any]", "Order | None"), ("Point", "int", "list[Order]")
_LISTS = (
    ("list[Order]", "list[Row]", "list", "list[dict[str, Any]]"),
    ("list[Point]", "Order", "int"),
)
_MAYBE = (
    ("Order | None", "Row | None", "dict | None", "Any"),
    ("Order", "dict", "Point | None", "int | None"),
)
_MANY = (
    ("list[Order] | None", "list[Row] | None", "list | None"),
    ("list[Order]", "list[Point] | None", "Order | None"),
)
_BOX = (
    ("Box", "dict[str, Row]", "dict[str, Order]", "dict[str, dict[str, int]]", "dict"),
    ("Row", "dict[str, Point]", "dict[str, int]", "list[Box]"),
)
_BOXES = (
    tuple(f"list[{one}]" for one in _BOX[0]),
    (*(f"list[{one}]" for one in _BOX[1]), "Box", "dict", "list[list[Box]]"),
)
_BY_NAME = (
    ("dict[str, list[Order]]", "dict[str, list[Row]]", "dict[str, list]", "dict"),
    ("dict[str, list[Point]]", "dict[str, Order]", "list[list[Order]]"),
)
_ROW, _NESTED = "{'id': 1}", "{'order': {'id': 1}}"

PROMISED = [
    *_promised("dict", _ROW, *_DICTS),
    *_promised("dict[str, Any]", _ROW, *_DICTS),
    *_promised("list[dict[str, Any]]", f"[{_ROW}]", *_LISTS),
    *_promised("list[dict]", f"[{_ROW}, {{'id': 2}}]", *_LISTS),
    *_promised("list", f"[{_ROW}]", *_LISTS),
    *_promised("list[Any]", f"[{_ROW}]", *_LISTS),
    *_promised("list", "[1]", ("list[int]", "list[float]", "list"), ("list[str]", "int")),
    *_promised("list[dict]", "[]", ("list[dict]", "list"), ("dict", "list[list]")),
    *_promised("dict", "{n: 1}", ("dict[str, int]",), ("dict[str, list]", "list[int]")),
    *_promised("dict | None", f"{_ROW} if n else None", _MAYBE[0], _MAYBE[1][:2]),
    *_promised("Optional[dict[str, Any]]", _ROW, *_MAYBE),
    *_promised("list[dict] | None", f"[{_ROW}]", *_MANY),
    *_promised("Optional[list[dict]]", f"[{_ROW}] if n else None", _MANY[0], _MANY[1][:1]),
    *_promised(
        "list[Optional[dict]]",
        f"[{_ROW}, None]",
        ("list[Order | None]", "list[Row | None]", "list"),
        ("list[Order]", "list[Row]", "Order"),
    ),
    *_promised("dict | list", _ROW, ("Order | list", "dict | list"), ("Order", "Point | list")),
    *_promised("dict[str, dict]", _NESTED, *_BOX),
    *_promised("dict[str, Any]", _NESTED, *_BOX),
    *_promised("dict[str, dict[str, Any]]", _NESTED, *_BOX),
    *_promised("Mapping[str, dict]", _NESTED, ("Mapping[str, Row]",), ("Mapping[str, Point]",)),
    *_promised(
        "dict[str, dict | int]", "{'order': {'id': 1}, 'n': 1}", ("Box", "dict"), ("Row", "list")
    ),
    *_promised("list[dict[str, dict]]", f"[{_NESTED}]", *_BOXES),
    *_promised("list[dict[str, dict]]", f"[{_NESTED} for one in n]", *_BOXES),
    *_promised("list[dict[str, dict]]", "[{'order': n}]", _BOXES[0], _BOXES[1][:1]),
    *_promised("list[dict[str, dict]]", "[{'order': n}]", (), ("list[Counted]",)),
    *_promised("list[dict[str, dict]]", "n", ("list[dict]",), ("list[Box]", "list[Row]")),
    *_promised("Sequence[dict]", f"[{_ROW}]", ("Sequence[Order]",), ("Sequence[Point]", "int")),
    *_promised(
        "list[list[dict]]",
        f"[[{_ROW}]]",
        ("list[list[Order]]", "list[list]", "list"),
        ("list[list[Point]]", "list[Order]"),
    ),
    *_promised("dict[str, list[dict]]", f"{{'a': [{_ROW}]}}", *_BY_NAME),
    *_promised("dict[str, list[dict]]", f"{{n: [{_ROW}]}}", *_BY_NAME),
    *_promised(
        "tuple[dict, ...]",
        f"({_ROW}, {{'id': 2}})",
        ("tuple[Order, ...]", "tuple[Row, ...]", "tuple[dict, ...]"),
        ("tuple[Point, ...]", "tuple[int, ...]", "Order"),
    ),
    *_promised(
        "tuple[dict, int]",
        f"({_ROW}, 2)",
        ("tuple[Order, int]", "tuple[dict, int]"),
        ("tuple[Point, int]", "tuple[Order, str]", "tuple[Order]"),
    ),
]

EDGES = [
    *_right("return 1", "int", "float", "Any", "object", "int | None", "Decimal"),
    *_wrong("return 1", "str", "list[int]", "dict", "Order", "Row"),
    *_right("return 'a'", "str", "str | None", "UserId", "Literal['a', 'b']", "Path"),
    *_wrong("return 'a'", "int", "float", "bool", "list[str]", "dict[str, Any]", "Order", "None"),
    *_wrong("return 'c'", "Literal['a', 'b']"),
    *_right("return 'red'", "Color"),
    *_right("return f'{n}'", "Literal['a']", "Color", "datetime", "UUID", "Decimal", "str"),
    *_wrong("return f'{n}'", "int", "list[str]", "dict[str, int]", "Point"),
    *_right("return True", "bool", "int", "float"),
    *_wrong("return True", "str", "list[bool]"),
    *_right("return 1.5", "float", "Decimal"),
    *_wrong("return 1.5", "str", "int", "list"),
    *_right("return [1, 2]", "list[int]", "list", "tuple[int, ...]", "set[int]", "Sequence[int]"),
    *_right("return [1, 2]", "list[float]", "Iterable[int]", "tuple[int, int]", "list[Any]"),
    *_wrong("return [1, 2]", "list[str]", "int", "str", "dict[str, int]", "Order"),
    *_right("return []", "list[int]", "list[Order]"),
    *_wrong("return []", "int", "dict[str, int]"),
    *_right("return [1, 'a']", "list[int | str]"),
    *_right("return 1, 'a'", "tuple[int, str]", "Pair", "list[int | str]", "list"),
    *_wrong("return 1, 'a'", "tuple[int, str, int]", "tuple[str, str]", "int"),
    *_right("return {'id': 1}", "dict", "dict[str, int]", "Order", "Row", "Point | Order"),
    *_right("return {'id': 1}", "Renamed", "Mapping[str, Any]", "dict[str, float]"),
    *_wrong("return {'id': 1}", "list[int]", "str", "int", "dict[str, str]", "Point", "Tick"),
    *_wrong("return {'id': 'x'}", "Order", "Row"),
    *_right("return {'id': '1'}", "Order"),  # pydantic's own mode is lax
    *_right("return {'id': f'{n}'}", "Order"),
    *_wrong("return {'id': f'{n}'}", "Row"),
    *_wrong("return {'total': 1.5}", "Order", "Row"),
    *_right("return {'id': 1, 'more': 2}", "Order", "Row"),
    *_right("return {'id': n}", "Order", "Row", "dict[str, str]"),
    *_right("return [{'id': 1}]", "list[Order]", "list[dict]", "list[dict[str, Any]]"),
    *_wrong("return [{'x': 1}]", "list[Order]", "Order", "dict"),
    *_right("return Order(id=1)", "Order", "dict[str, Any]", "Order | None"),
    *_wrong("return Order(id=1)", "int", "str", "list[Order]", "Point"),
    *_right("return datetime.now()", "datetime", "str", "date"),
    *_wrong("return datetime.now()", "list[str]", "dict", "bool"),
    *_right("return None", "None", "int | None", "Optional[str]"),
    *_wrong("return None", "int", "str", "list[int]", "Order"),
    *_right("if n:\n    return None\nreturn [1]", "list[int]", "list[int] | None", "tuple"),
    *_wrong("if n:\n    return None\nreturn [1]", "str", "list[str]"),
    *_right("if n:\n    return 1", "int", "None"),
    *_right("if n:\n    return []\nreturn [1]", "list[int]", "tuple", "list[float]"),
    *_wrong("if n:\n    return []\nreturn [1]", "list[str]", "dict", "int"),
    *_right("if n:\n    return []\nreturn [{'id': 1}]", "list[Order]", "list[dict]"),
    *_wrong("if n:\n    return []\nreturn [{'x': 1}]", "list[Order]"),
    *_right("return {'id': 1 if n else None}", "Order"),
    *_wrong("return {'id': 'a' if n else None}", "Order"),
    *_right("x = {'a': 1}\nx['id'] = 2\nreturn x", "Order", "dict[str, int]"),
    *_wrong("x = {'a': 1}\nx['id'] = 2\nreturn x", "Point", "list[int]", "str"),
    *_right("x = {}\nif n:\n    return x\nx['x'] = 2\nreturn x", "Point", "dict[str, int]"),
    *_right("return count()", "int", "float"),
    *_wrong("return count()", "str"),
    *_right("return orders()", "list[Order]", "list"),
    *_wrong("return orders()", "Order", "list[int]", "dict[str, Any]"),
    *_right("return bare()", "str", "int"),
    *_right("return n", "str", "int"),
    *_right("yield {'id': 1}", "None", "Order | None", "Any"),
    *_wrong("yield {'id': 1}", "Order", "dict", "list[dict]", "int"),
    *_right("yield 1\nreturn {'id': 1}", "Order", "dict[str, int]"),
    *_wrong("yield 1\nreturn {'id': 1}", "int", "Point"),
]

_KEYS = "def made(n=()):\n    return {'rows': 1, 'path': f'{n}'}\n"
_NONE = "def made(n=()):\n    if n:\n        return None\n    return {'rows': 1}\n"
_TWO = "def made(n=()):\n    if n:\n        return {'rows': 1}\n    return {'path': 'x'}\n"
_OPEN = "def made(n=()):\n    if n:\n        return n\n    return {'rows': 1}\n"
_GROWS = "def made(n=()):\n    out = {'rows': 1}\n    out['path'] = n\n    return out\n"
_MULTIPLE = "@task(multiple_outputs=True)\n"
_DICT = "@task\n" + _KEYS.replace("(n=())", "(n=()) -> dict")
_DICT_ANY = "@task\n" + _KEYS.replace("(n=())", "(n=()) -> dict[str, Any]")

_EMPTY = "def made(n=()):\n    return {}\n"

KEYS = [
    KeyCase(_MULTIPLE + _EMPTY, "rows"),  # to be filled one day
    *(KeyCase(_MULTIPLE + _KEYS, key) for key in ("rows", "path")),
    KeyCase(_MULTIPLE + _KEYS, "row", told="rows"),
    *(KeyCase(_DICT, key) for key in ("rows", "path")),
    KeyCase(_DICT, "paths", told="path"),
    *(KeyCase(_DICT_ANY, key) for key in ("rows", "path")),
    KeyCase(_DICT_ANY, "paht", told="path"),
    KeyCase(_MULTIPLE + _NONE, "rows"),
    KeyCase(_MULTIPLE + _NONE, "rowz", told="rows"),
    *(KeyCase(_MULTIPLE + _TWO, key) for key in ("rows", "path")),
    KeyCase(_MULTIPLE + _TWO, "paths", told="path"),
    *(KeyCase(_MULTIPLE + _OPEN, key) for key in ("rows", "other")),
    *(KeyCase(_MULTIPLE + _GROWS, key) for key in ("rows", "path")),
    KeyCase(_MULTIPLE + _GROWS, "paths", told="path"),
    KeyCase("@task\n" + _KEYS, "rows", told="multiple_outputs=True"),  # one XCom, and no key
    KeyCase("@task(multiple_outputs=False)\n" + _KEYS, "rows", told="multiple_outputs=True"),
    KeyCase("@task\n" + _OPEN, "rows"),
    KeyCase(_MULTIPLE + _KEYS.replace("(n=())", "(n=()) -> Any"), "row"),
]
