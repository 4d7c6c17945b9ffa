"""What the code of a reader without annotations needs, for the parse check and mypy alike.

Each case is what a task returns, and the body of a task with the parameter ``x`` that reads it.
Both judges have one law: an edge is wrong only where every run of the body, whatever else happens,
comes to a use that cannot work with any value which the writer may return. So

- uses in branches, `try` and lambdas say nothing, and neither does what comes after a ``return`` or
  ``raise`` in one of them, or after a call that may stand for one, such as ``exit()``;
- so do keys, unless a key is like one that the dicts have: then it is misspelt, wherever it stands.
  It is not where the code looks for that key first, awaits that it is missing, or may set it;
- a loop or comprehension over the value uses each item, and an edge is wrong where no item works;
- after ``if not x: return``, and below ``if x:``, uses count for each value that is not false.
  Then it does not matter whether None may come as well.
  After ``if not x["a"]: return``, only uses of that part do;
- a name that is set once to the value, or to a part of it, is read like the value;
- once other code gets the value, nothing that follows counts: that code may change the value, or
  end the task. Other code that gets a part may change what is in that part;
- of an annotation such as ``dict``, only what it leaves open is compared;
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
        takes: The annotation of ``x``, if it has one.
    """

    made: str
    read: str
    told: str = ""
    returns: str = ""
    mapped: bool = False
    exact: bool = False
    cure: str = ""
    takes: str = ""

    def told_of(self, package: str) -> str:
        """The use that the message names where `task` of *package* made both tasks."""
        return "" if self.exact and package != "typedxcom" else self.told

    def __str__(self) -> str:
        return f"{self.made} -> {self.read}"

    @property
    def source(self) -> str:
        """Both tasks."""
        arrow = f" -> {self.returns}" if self.returns else ""
        takes = f": {self.takes}" if self.takes else ""
        return (
            f"@task\ndef made(n=1){arrow}:\n{_indented(self.made)}\n\n"
            f"@task\ndef read(x{takes}, other=None):\n{_indented(self.read)}\n"
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
_ROWS = "return [{'id': n, 'tags': ['a']}]"
_DEEP = "return {'rows': [{'id': 1}], 'at': {'day': f'{n}'}, 'more': n}"

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
    *_right(_DICT, "if 'total' not in x:\n    fail(other)\nreturn x['total']"),
    *_right(_DICT, "import sys\nsys.exit(0)\nreturn x['total']", "exit()\nreturn x['total']"),
    *_right(_ROWS, "for row in x:\n    if other:\n        fail(row['id'])\nreturn x[0]['total']"),
    *_wrong(_DICT, ("if other:\n    print(other)\nreturn x['total']", "x['total']")),
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
    # Whether a part is true says nothing of the whole.
    *_right(_DICT, "if x['id']:\n    print(x['total'])", "if x.get('id'):\n    print(x['total'])"),
    *_right(_DICT, "if not x['id']:\n    return 0\nreturn x['total']"),
    *_right(_DICT, "found = x['id']\nif found:\n    print(x['total'])"),
    *_right(_ROWS, "for one in x:\n    if one['id']:\n        print(one['total'])"),
    *_wrong(_DICT, ("if not x:\n    return 0\nreturn x['total']", "x['total']")),
    *_wrong(
        _ROWS,
        (
            "for one in x:\n    if one['tags']:\n        for tag in one['tags']:\n            print(tag['a'])",
            "tag['a'] for tag in one['tags'] for one in x",
        ),
    ),
    # Keys that are misspelt, where not every run comes.
    *_wrong(
        _DICT,
        *(
            (body, "x['nmae']")
            for body in (
                "if other:\n    print(x['nmae'])",
                "for one in other:\n    print(x['nmae'])",
                "return x['nmae'] if other else 0",
                "return [x['nmae'] for one in other]",
                "with other:\n    return x['nmae']",
                "while other:\n    print(x['nmae'])",
                "try:\n    return x['nmae']\nexcept ValueError:\n    return 0",
                "if other:\n    return 0\nprint(x['nmae'])\nreturn x['total']",
            )
        ),
    ),
    *_wrong(
        _ROWS,
        ("for one in x:\n    if other:\n        print(one['tagz'])", "one['tagz'] for one in x"),
    ),
    *_wrong(_DEEP, ("if other:\n    print(x['rowz'])", "x['rowz']")),
    *_right(
        _DICT,
        *(
            "if other == 'nmae':\n    print(x['total'])",
            "if 'nmae' in x:\n    print(x['nmae'])",
            "if x.get('nmae'):\n    print(x['nmae'])",
            "if other:\n    print(x['game'])",
            "try:\n    return x['nmae']\nexcept KeyError:\n    return 0",
            "try:\n    return x['nmae']\nexcept (ValueError, LookupError):\n    return 0",
            "try:\n    return x['nmae']\nexcept Exception:\n    return 0",
            "with suppress(KeyError):\n    print(x['nmae'])",
            "fill(x)\nif other:\n    print(x['nmae'])",
            "for one in other:\n    if one:\n        print(x['nmae'])\n    x['nmae'] = 1",
            "for one in other:\n    if one:\n        print(x['nmae'])\n    fill(x)",
            "while other:\n    if other():\n        print(x['nmae'])\n    fill(x)",
        ),
    ),
    *_right("if n:\n    return {'name': 1}\nreturn {'nmae': 1}", "if other:\n    x['nmae']"),
    *_right("return {'start_date': 1}", "if other:\n    x['end_date']"),
    *_right("return {'decoded': 1}", "if other:\n    x['encoded']"),
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
    *_right(_LIST, "json.dumps(x)", "logger.info('%s', x)", "for one in x:\n    one + 1"),
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
    # Items.
    *_right(_ROWS, "for one in x:\n    print(one['id'])", "return [one['tags'][0] for one in x]"),
    *_right(_ROWS, "for one in x:\n    if other:\n        print(one['total'])"),
    *_right(_ROWS, "for one in x:\n    if not other:\n        continue\n    print(one['total'])"),
    *_right(_ROWS, "for one in x:\n    one['total'] = 1\n    print(one['total'])"),
    *_right(_ROWS, "for one in x:\n    fill(one)\n    print(one['total'])"),
    *_right(_ROWS, "for one in x:\n    fill(one)\nfor two in x:\n    print(two['total'])"),
    *_right(_ROWS, "for one in x:\n    one = fill(one)\n    print(one['total'])"),
    *_right(_ROWS, "for one in other:\n    x.append(one)\nfor one in x:\n    print(one['total'])"),
    *_right(_ROWS, "y = list(x)\nfor one in y:\n    fill(one)\nfor one in x:\n    one['total']"),
    *_right(_ROWS, "y = x[0:1]\nfill(y[0])\nfor one in x:\n    print(one['total'])"),
    *_right(_ROWS, "a, *b = x\nfill(a)\nfor one in x:\n    print(one['total'])"),
    *_right(_ROWS, "y = x + [other]\nfill(y[0])\nfor one in x:\n    print(one['total'])"),
    *_right(_ROWS, "for one in x:\n    for two in other:\n        print(one['total'])"),
    *_right(_ROWS, "for one in other:\n    for two in x:\n        print(two['total'])"),
    *_right(
        _ROWS, "for one in x:\n    try:\n        one['total']\n    except KeyError:\n        pass"
    ),
    *_right(_ROWS, "return [one['total'] for one in x if other]", "return [x for one in x]"),
    *_right(_ROWS, "return (one['total'] for one in x)", "x.sort()\nx.clear()\nx.append(other)"),
    *_right(_ROWS, "for one in x:\n    pass\none = other\nprint(one['total'])"),
    *_right(_ROWS, "for n, one in enumerate(x):\n    print(n['id'])", "for a, b in x:\n    a['c']"),
    *_right(
        _ROWS, "for one in [{'total': 1}]:\n    pass\nfor one in x:\n    pass\nprint(one['total'])"
    ),
    *_right(
        _ROWS,
        "for a in x:\n    pass\nfor a in other:\n    pass\nfor b in x:\n    fill(b)\nx[0]['c']",
    ),
    *_right(_ROWS, "for one in x:\n    return one['id']\nreturn x['total']"),
    *_right("return []", "for one in x:\n    print(one['total'])"),
    *_right("return [{'id': 1}, n]", "for one in x:\n    print(one['total'])"),
    *_right("return [{'id': 1}, {'total': 1}]", "for one in x:\n    print(one['total'])"),
    *_wrong(_LIST, ("for one in x:\n    one['id']", "one['id'] for one in x")),
    *_wrong(_ROWS, ("for one in x:\n    print(one['total'])", "one['total'] for one in x")),
    *_wrong(_ROWS, ("return [one['total'] for one in x]", "one['total'] for one in x")),
    *_wrong(_ROWS, ("return {one['total']: 1 for one in x}", "one['total'] for one in x")),
    *_wrong(
        "return ['a']",
        ("sum(x)", "sum(x)"),
        ("return sum(x) / len(x)", "sum(x)"),
        ("if not x:\n    return 0\nreturn sum(x)", "sum(x)"),
    ),
    *_wrong("return [1]", ("return ', '.join(x)", ".join(x)"), ("print(','.join(x))", ".join(x)")),
    *_wrong("return {'a': [1]}", ("return ','.join(x['a'])", ".join(x['a'])")),
    *_right("return [1, 'a']", "sum(x)", "','.join(x)"),
    *_right("return []", "sum(x)", "','.join(x)"),
    *_right("return [1.5]", "sum(x)", "sum(x, 0)", "other.join(x)", "os.path.join(*x)"),
    *_right("return [[1]]", "sum(x, [])", "sum(x, start=[])"),
    *_right("return ['a']", "','.join(x)", "for one in x:\n    sum(other)"),
    *_right("return 'abc'", "','.join(x)"),
    *_right("return {'a': 1}", "','.join(x)"),
    *_wrong(_ROWS, ("return sum(one['total'] for one in x)", "one['total'] for one in x")),
    *_wrong(_ROWS, ("return ','.join(one['total'] for one in x)", "one['total'] for one in x")),
    *_wrong(
        _ROWS, ("for one in x:\n    print(one)\n    one['total']", "one['total'] for one in x")
    ),
    *_wrong(
        _ROWS,
        ("for n, one in enumerate(x):\n    one['total']", "one['total'] for one in x"),
        ("for one in sorted(x):\n    one['total']", "one['total'] for one in x"),
        ("for one in x[0:5]:\n    one['total']", "one['total'] for one in x"),
        ("for one in x or []:\n    one['total']", "one['total'] for one in x"),
        ("if other:\n    print(1)\nfor one in x:\n    one['total']", "one['total'] for one in x"),
        ("return x[0]['total']", "x[0]['total']"),
        ("return x[-1]['total']", "x[-1]['total']"),
        (
            "for one in x:\n    for tag in one['tags']:\n        tag['a']",
            "tag['a'] for tag in one['tags'] for one in x",
        ),
        ("for one in x:\n    one['id']\nfor one in x:\n    one['b']", "one['b'] for one in x"),
    ),
    # Parts of dicts.
    *_right(_DEEP, "return x['rows'][0]['id'], x['at']['day'].upper(), x['more']['any'][0]"),
    *_right(_DEEP, "fill(x['at'])\nreturn x['at']['total']", "return x.get('rowz', {})['total']"),
    *_right(_DEEP, "y = x.copy()\nfill(y['at'])\nreturn x['at']['total']"),
    *_right(_DEEP, "for k, v in x.items():\n    fill(v)\nreturn x['at']['total']"),
    *_right(_DEEP, "x['at'] = other\nreturn x['at']['total']"),
    *_right(_DEEP, "y = x[other]\nfill(y)\nreturn x['at']['total']"),
    *_right(_DEEP, "y = x['at']\nif other:\n    y = {'total': 1}\nreturn y['total']"),
    *_right(_DEEP, "def inner(y):\n    return y['total']\nreturn inner(x['at'])"),
    *_wrong(
        _DEEP,
        ("return x['at']['total']", "x['at']['total']"),
        ("return x['rows'][0]['total']", "x['rows'][0]['total']"),
        ("return [one['total'] for one in x['rows']]", "one['total'] for one in x['rows']"),
        ("for one in x['rows']:\n    one['total']", "one['total'] for one in x['rows']"),
        (
            "for one in x.get('rows', []):\n    one['total']",
            "one['total'] for one in x.get('rows')",
        ),
        ("y = x['at']\nreturn y['total']", "x['at']['total']"),
        (
            "rows = x['rows']\nfor one in rows:\n    one['total']",
            "one['total'] for one in x['rows']",
        ),
        ("y: dict = x['at']\nprint(y['total'])", "x['at']['total']"),
        ("return x['at']['day']['hour']", "x['at']['day']['hour']"),
        ("y = x\nreturn y['total']", "x['total']"),
    ),
    # Names that are set again.
    *_right(_DICT, "x = {'total': 1}\nreturn x['total']", "x = fill(x)\nreturn x['total']"),
    *_right(_DICT, "if other:\n    x = {'total': 1}\nreturn x['total']"),
    *_right(_DICT, "x += other\nx = x\nreturn x['total']"),
    *_right(_NONE, "x = x or {}\nreturn x['total']", "y = x or []\nfor one in y:\n    one['a']"),
    *_right(_DICT, "x = x or {}\nreturn x['id']"),
    *_wrong(
        _DICT,
        ("x = x['total']\nreturn x", "x['total']"),
        ("y = x['id']\nx = {}\nreturn y['day']", "x['id']['day']"),
        ("x = x\nreturn x['total']", "x['total']"),
        ("x = x or {}\nreturn x['total']", "x['total']"),
    ),
    *_wrong(_ROWS, ("x = {one['total'] for one in x}\nreturn x", "one['total'] for one in x")),
    # Errors after which the task fails, and functions that take a text.
    *_wrong(
        _DICT,
        ("try:\n    x['total']\nexcept Exception as e:\n    print(e)\n    raise", "x['total']"),
        ("try:\n    x['total']\nexcept KeyError:\n    raise ValueError('no')", "x['total']"),
        ("try:\n    print(other)\nexcept ValueError:\n    raise\nx['total']", "x['total']"),
        ("try:\n    print(other)\nfinally:\n    x['total']", "x['total']"),
        ("os.path.join(x, 'a')", "os.path.join(x)"),
    ),
    *_right(_DICT, "try:\n    x['total']\nexcept KeyError:\n    raise SystemExit(0)"),
    *_right(_ROWS, "return enumerate(one['total'] for one in x)"),
    *_right(_DICT, "try:\n    x['total']\nexcept KeyError:\n    raise other('skip')"),
    *_right(
        _DICT, "try:\n    x['total']\nexcept KeyError:\n    if other:\n        return\n    raise"
    ),
    *_right(
        _DICT, "try:\n    x['total']\nexcept KeyError:\n    pass\nexcept ValueError:\n    raise"
    ),
    *_right(_DICT, "try:\n    x['total']\nfinally:\n    return 1"),
    *_right(_TEXT, "os.path.join(x, 'a')", "os.path.basename(x)"),
    *_right(_NUMBER, "os = other\nos.path.join(x, 'a')"),
    # Tests of whether there is anything.
    *_right(_DICT, "if not x:\n    return None\nreturn x['id']", "if x:\n    return x['id']"),
    *_right(_DICT, "if x:\n    pass\nelse:\n    x['total']", "if not x:\n    x['total']"),
    *_right(_DICT, "if not x or other:\n    return None\nreturn x['total']"),
    *_right(_DICT, "if x and other:\n    return x['total']"),
    *_right(_DICT, "if x:\n    return None\nreturn x['total']"),
    *_right(_NONE, "if not x:\n    return None\nreturn x['total']", "if x:\n    x['id']"),
    *_right("return {}", "if not x:\n    return None\nreturn x['total']"),
    *_right("return ''", "if x:\n    x['total']"),
    *_right(_LIST, "if not x:\n    return None\nreturn len(x)"),
    *_wrong(
        _DICT,
        ("if not x:\n    return None\nreturn x['total']", "x['total']"),
        ("if x is None:\n    raise other\nreturn x['total']", "x['total']"),
        ("if len(x) == 0:\n    return None\nreturn x['total']", "x['total']"),
        ("if x:\n    return x['total']\nreturn 0", "x['total']"),
        ("if not x:\n    return None\nelse:\n    print(x['total'])", "x['total']"),
        ("if not x:\n    print(1)\nelse:\n    print(x['total'])", "x['total']"),
        ("if x:\n    print(1)\nprint(x['total'])", "x['total']"),
    ),
    *_wrong(
        _ROWS,
        ("if not x:\n    return []\nfor one in x:\n    one['total']", "one['total'] for one in x"),
        ("for one in x:\n    if not one:\n        continue\n    one['a']", "one['a'] for one in x"),
    ),
    *_wrong(_LIST, ("if not x:\n    return None\nreturn x['total']", "x['total']")),
    *_wrong(
        "if n:\n    return None\nreturn {'id': 1}",
        ("if x is None:\n    return None\nreturn x['total']", "x['total']"),
        ("if not x:\n    return None\nreturn x['total']", "x['total']"),
    ),
    *_right(
        "if n:\n    return None\nreturn {'id': 1}",
        *("if x is None:\n    return None\nreturn x['id']", "if x is None:\n    x['total']"),
        "if isinstance(x, dict):\n    return x['total']",
    ),
    *_right(
        "if n:\n    return {'total': 1}\nif n == 2:\n    return None\nreturn {'id': 1}",
        "if not x:\n    return None\nreturn x['total']",
    ),
    # Annotations that leave something open.
    *(
        NeedCase(_DICT, "return x['total']", "x['total']", takes=takes)
        for takes in ("dict", "dict[str, Any]", "Mapping[str, Any]", "dict | None", "dict | list")
    ),
    NeedCase(_DICT, "return x['id']", takes="dict"),
    NeedCase(_DICT, "return x['total']", returns="dict[str, Any]", told="x['total']", takes="dict"),
    NeedCase("return n", "return x['total']", returns="dict[str, Any]", takes="dict"),
    NeedCase("return n", "return x['total']", returns="Row", takes="dict"),
    NeedCase("return Order(id=1)", "return x['totl']", takes="dict"),
    NeedCase(_ROWS, "for one in x:\n    one['total']", "one['total'] for one in x", takes="list"),
    NeedCase(_ROWS, "return x[0]['total']", "x[0]['total']", takes="list[dict]"),
    NeedCase(_ROWS, "return x['total']", "x['total']", takes="dict", mapped=True),
    NeedCase(_ROWS, "return x['id']", takes="dict", mapped=True),
    NeedCase(_TEXT, "return x['total']", takes="Any", told=""),
    NeedCase(_DICT, "if isinstance(x, dict):\n    return x['total']", takes="dict | str"),
]
