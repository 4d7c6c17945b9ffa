"""What the code of a reader without annotations needs, for the parse check and mypy alike.

Each case is what a task returns, and the body of a task with the parameter ``x`` that reads it.
Both judges have one law: an edge is wrong only where every run of the body, whatever else happens,
comes to a use that cannot work with any value which the writer may return. So

- uses in branches, loops, `try`, comprehensions and lambdas say nothing, and neither does what
  comes after a ``return`` or ``raise`` in one of them;
- once other code gets the value, or a name of its own, nothing that follows counts: that code may
  change the value, or end the task;
- a key is missing only where the writer's code shows all keys, and the reader added none;
- a value of a type that is not plain JSON may have anything, unless an annotation promises a model,
  a dataclass or a Struct: these have attributes and no keys.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

__all__ = ["NEEDS", "NeedCase"]


@dataclass(frozen=True)
class NeedCase:
    """A task called ``made`` whose output goes to the parameter ``x`` of a task called ``read``.

    Attributes:
        made: The return statement of ``made``, or its body.
        read: The body of ``read``.
        told: The use that the message names; nothing where the edge is right.
        returns: The return annotation of ``made``, if it has one.
        mapped: Whether ``read`` is mapped over it.
        exact: Whether it is wrong only of the very class that an annotation promises. Plain Airflow
            may pass on a subclass.
        cure: What the message says to write instead.
    """

    made: str
    read: str
    told: str = ""
    returns: str = ""
    mapped: bool = False
    exact: bool = False
    cure: str = ""

    def told_of(self, package: str) -> str:
        """The use that the message names where `task` of *package* made both tasks."""
        return "" if self.exact and package != "typedxcom" else self.told

    def __str__(self) -> str:
        return f"{self.made} -> {self.read}"

    @property
    def source(self) -> str:
        """Both tasks."""
        arrow = f" -> {self.returns}" if self.returns else ""
        return (
            f"@task\ndef made(n=1){arrow}:\n{_indented(self.made)}\n\n"
            f"@task\ndef read(x, other=None):\n{_indented(self.read)}\n"
        )

    @property
    def use(self) -> str:
        """The line that wires them."""
        return "read.expand(x=made())" if self.mapped else "read(made())"


def _indented(body: str) -> str:
    return textwrap.indent(body, "    ")


def _right(made: str, *bodies: str) -> list[NeedCase]:
    return [NeedCase(made, one) for one in bodies]


def _wrong(made: str, *pairs: tuple[str, str]) -> list[NeedCase]:
    return [NeedCase(made, body, told) for body, told in pairs]


_DICT = "return {'id': 1, 'name': 'x'}"
_TEXT = "return f'{n}.csv'"
_LIST = "return [1, 2]"
_NUMBER = "return 5"
_NONE = "print(n)"

NEEDS = [
    # Keys.
    *_right(_DICT, "return x['id']", "return x['id'] + 1", "x['total'] = 1\nreturn x['total']"),
    *_right(_DICT, "x.setdefault('total', 0)\nreturn x['total']", "return x.get('total')"),
    *_right(_DICT, "x.update(other)\nreturn x['total']", "x = other\nreturn x['total']"),
    *_right(_DICT, "fill(x)\nreturn x['total']", "y = x\ny['total'] = 1\nreturn x['total']"),
    *_right(_DICT, "return x['total'] if other else 0", "return other and x['total']"),
    *_right(_DICT, "if 'total' in x:\n    print(x['total'])"),
    *_right(_DICT, "if 'total' not in x:\n    return None\nreturn x['total']"),
    *_right(_DICT, "if 'total' not in x:\n    x['total'] = 0\nreturn x['total']"),
    *_right(_DICT, "if 'total' not in x:\n    raise other\nreturn x['total']"),
    *_right(_DICT, "for one in other:\n    print(x['total'])"),
    *_right(_DICT, "try:\n    return x['total']\nexcept KeyError:\n    return 0"),
    *_right(_DICT, "with other:\n    return x['total']", "return lambda: x['total']"),
    *_right(_DICT, "return [x['total'] for one in other]", "del x\nx = {}\nreturn x['total']"),
    *_right(_DICT, "def inner():\n    return x['total']\nreturn inner", "yield x['total']"),
    *_right(_DICT, "return x[other]", "exec('x = {}')\nreturn x['total']"),
    *_right(_DICT, "if (x := other):\n    pass\nreturn x['total']"),
    *_right(_DICT, "for x in other:\n    print(x['total'])", "return [x['total'] for x in other]"),
    *_wrong(_DICT, ("return x['total']", "x['total']"), ("print(x['total'])", "x['total']")),
    *_wrong(_DICT, ("y = x['id']\nreturn x['total']", "x['total']")),
    *_wrong(_DICT, ("if other:\n    print(1)\nreturn f\"{x['total']}\"", "x['total']")),
    *_wrong(_DICT, ("for one in x['rows']:\n    print(one)", "x['rows']")),
    *_wrong(_DICT, ("with open(x['path']) as file:\n    return file.read()", "x['path']")),
    *_wrong(_DICT, ("with open('a') as file:\n    return x['path']", "x['path']")),
    *_wrong(_DICT, ("x.pop('id')\nreturn x[0:1]", "x[...]")),
    *_wrong("if n:\n    return {'id': 1}\nreturn {'name': 1}", ("x['total']", "x['total']")),
    *_right("if n:\n    return {'id': 1}\nreturn {'total': 1}", "x['total']"),
    *_right("if n:\n    return n\nreturn {'id': 1}", "x['total']"),
    *_right("out = {'id': 1}\nout['total'] = n\nreturn out", "x['total']"),
    *_right("return {**n}", "x['total']"),
    # Kinds.
    *_wrong(_TEXT, ("x['id']", "x['id']"), ("x.items()", "x.items"), ("x - 1", "x - 1")),
    *_wrong(
        _TEXT, ("x.to_csv('a')", "x.to_csv"), ("1 + x", "1 + x"), ("x > 5", "x compared with 5")
    ),
    *_wrong(_TEXT, ("x['id'] = 1", "x['id'] = ..."), ("-x", "-x")),
    *_right(_TEXT, "x.upper()", "x + 'a'", "x * 2", "x % 2", "len(x)", "x[0]", "x[1:]", "int(x)"),
    *_right(_TEXT, "for one in x:\n    print(one)", "x == 5", "'a' in x", "json.loads(x)"),
    *_right(_TEXT, "open(x)", "print(x)", "return x", "f'{x:>5}'", "f'{x}'", "'a%s' % x"),
    *_right(_TEXT, "x.isoformat() if other else x", "with other as x:\n    x.read()"),
    *_wrong(_NUMBER, ("for one in x:\n    print(one)", "for ... in x"), ("len(x)", "len(x)")),
    *_wrong(_NUMBER, ("x.append(1)", "x.append"), ("a, b = x", "*x"), ("x[0]", "x[0]")),
    *_wrong(
        _NUMBER, ("x + 'a'", "x + 'a'"), ("f'a' + x", "... + x"), ("json.loads(x)", "json.loads(x)")
    ),
    *_wrong(_NUMBER, ("return [one for one in x]", "for ... in x"), ("1 in x", "... in x")),
    *_wrong(_NUMBER, ("return sorted(x, key=other)", "sorted(x)")),
    *_right(_NUMBER, "x + 1", "x / 2", "x > 1", "str(x)", "float(x)", "range(x)", "-x", "abs(x)"),
    *_right(_NUMBER, "max(x, 1)", "x.bit_length()", "return {'x': x}", "len = other\nlen(x)"),
    *_right(
        _NUMBER, "def len(y):\n    return y\nlen(x)", "list = other\nlist(x)", "other(x)\nx[0]"
    ),
    *_wrong(_LIST, ("x['id']", "x['id']"), ("x.items()", "x.items"), ("x.split()", "x.split")),
    *_wrong(_LIST, ("int(x)", "int(x)"), ("json.loads(x)", "json.loads(x)"), ("x + 1", "x + 1")),
    *_right(_LIST, "x[0]", "x[0:1]", "x.append(1)", "sum(x)", "x + [1]", "1 in x", "a, *b = x"),
    *_right(_LIST, "json.dumps(x)", "logger.info('%s', x)", "for one in x:\n    one['id']"),
    *_wrong(_NONE, ("x['id']", "x['id']"), ("x[0]", "x[0]"), ("x + 1", "x + 1")),
    *_right(_NONE, "if x is None:\n    return 1\nreturn x['id']", "print(x)", "x == 1"),
    *_right("if n:\n    return {'id': 1}", "x['id']"),
    *_wrong("return 1, 'a'", ("x['id']", "x['id']"), ("x.items()", "x.items")),
    *_right("return 1, 'a'", "x.append(1)", "a, b = x", "x.count(1)"),
    *_wrong("return 1.5", ("x.items()", "x.items")),
    *_right("return 1.5", "x.is_integer()", "x.bit_length()"),
    # Values that may have anything.
    *_right("return Order(id=1)", "x.total", "x['id']", "x.anything()", "len(x)"),
    *_right("return datetime.now()", "x.isoformat()", "x['id']"),
    *_right("return Color.RED", "x.value", "x['id']"),
    *_right("return n", "x['id']"),
    # Annotated writers.
    NeedCase("return n", "x['id']", "x['id']", returns="str"),
    NeedCase("return n", "x['id']", "x['id']", returns="list[dict[str, Any]]"),
    NeedCase("return n", "x['id']", "x['id']", returns="int | None"),
    NeedCase("return n", "x['id']", returns="dict[str, int]"),
    NeedCase("return n", "x['total']", returns="Row"),
    NeedCase("return n", "x[0:1]", "x[...]", returns="Row"),
    NeedCase("return n", "x['id']", returns="Any"),
    NeedCase("return n", "x['id']", returns="str | dict[str, int]"),
    NeedCase("return n", "x.year", returns="datetime"),
    # Models that an annotation promises.
    *(
        NeedCase("return n", read, read, returns=returns, exact=True)
        for returns in ("Order", "Point", "Tick", "Renamed", "Order | None")
        for read in ("x['id']", "x[0]")
    ),
    NeedCase("return n", "x['id'] = 1", "x['id'] = ...", returns="Order", exact=True),
    NeedCase("return n", "return x.totl", "x.totl", returns="Order", exact=True, cure=".total"),
    NeedCase("return n", "return x.z", "x.z", returns="Point", exact=True),
    NeedCase(
        "return n", "return x['total']", "x['total']", returns="Order", exact=True, cure=".total"
    ),
    NeedCase("return n", "return x.symbl", "x.symbl", returns="Tick", exact=True, cure=".symbol"),
    NeedCase("return n", "return x.id", "x.id", returns="Renamed", exact=True),
    NeedCase("return n", "return x.total, x.model_dump()", returns="Order"),
    NeedCase("return n", "return x.order_id", returns="Renamed"),
    NeedCase("return n", "return x.x + x.y", returns="Point"),
    NeedCase("return n", "return x.symbol", returns="Tick"),
    NeedCase("return n", "for one in x:\n    print(one)", returns="Order"),
    NeedCase("return n", "return dict(x), len(x), x + 1, -x", returns="Order"),
    NeedCase("return n", "x.totl = 1\nreturn x.totl", returns="Order"),
    NeedCase("return n", "fill(x)\nreturn x['id']", returns="Order"),
    NeedCase("return n", "if isinstance(x, dict):\n    return x['id']", returns="Order"),
    NeedCase("return n", "return x['id']", returns="Order | dict[str, int]"),
    NeedCase("return n", "return x.total", returns="Order | None"),
    NeedCase(
        "return n", "return x['id']", "x['id']", returns="list[Order]", mapped=True, exact=True
    ),
    NeedCase("return n", "return x.id", returns="list[Order]", mapped=True),
    # Mapping.
    NeedCase("return [{'id': 1}]", "x['id']", mapped=True),
    NeedCase("return [{'id': 1}]", "x['total']", "x['total']", mapped=True),
    NeedCase("return [1, 2]", "x['total']", "x['total']", mapped=True),
    NeedCase("return n", "x['total']", "x['total']", returns="list[str]", mapped=True),
    NeedCase("return [1, 2]", "x + 1", mapped=True),
    NeedCase("return [{'id': 1}, n]", "x['total']", mapped=True),
    NeedCase("return {'a': 1}", "k, v = x", mapped=True),
    NeedCase("return {'a': 1}", "x['a']", "x['a']", mapped=True),
]
