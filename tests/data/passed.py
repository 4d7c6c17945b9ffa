"""What a task passes on that nobody annotated, for the parse check and mypy alike.

Each case is what ``made`` returns, the body of ``passed``, which gets that as ``x``, and the
annotation of the parameter of ``read``, which gets what ``passed`` returns. All of it goes through
JSON: a float may arrive as an int, and an object of a class as its JSON, so nothing is known of it.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

__all__ = ["PASSED", "PassedCase"]


@dataclass(frozen=True)
class PassedCase:
    """A chain of three tasks.

    Attributes:
        made: The body of ``made``, or its return statement.
        passed: The body of ``passed``.
        reader: The annotation of the parameter of ``read``.
        is_right: Whether nothing may be said.
        returns: The return annotation of ``made``, if it has one.
        use: How they are wired.
    """

    made: str
    passed: str
    reader: str
    is_right: bool
    returns: str = ""
    use: str = "read(passed(made()))"

    def __str__(self) -> str:
        return f"{self.made} -> {self.passed} -> {self.reader}, {self.use}"

    @property
    def source(self) -> str:
        """The three tasks."""
        arrow = f" -> {self.returns}" if self.returns else ""
        return (
            f"@task\ndef made(n=1){arrow}:\n{_indented(self.made)}\n\n"
            f"@task\ndef passed(x, other=None):\n{_indented(self.passed)}\n\n"
            f"@task\ndef read(value: {self.reader}) -> None: ...\n"
        )


def _indented(body: str) -> str:
    return textwrap.indent(body, "    ")


_DICT = "return {'id': 1, 'name': f'{n}'}"
_ROWS = "return [{'id': 1, 'tags': ['a']}]"


def _pairs(made: str, passed: str, right: str, wrong: str) -> list[PassedCase]:
    return [PassedCase(made, passed, right, True), PassedCase(made, passed, wrong, False)]


PASSED = [
    *_pairs("return 1", "return x", "int", "str"),
    *_pairs("return 1", "print(x)\nreturn x", "float", "list[int]"),
    *_pairs("return f'{n}'", "return x.upper()", "str", "int"),
    *_pairs("return 1", "return [x, x]", "list[int]", "list[str]"),
    *_pairs("return 1", "return {'id': x}", "dict[str, int]", "dict[str, str]"),
    *_pairs("return 1", "return x + 1", "int", "str"),
    *_pairs(_DICT, "return x", "Order", "Point"),
    *_pairs(_DICT, "return x['id']", "int", "str"),
    *_pairs(_DICT, "return {'id': x['id']}", "Order", "Tick"),
    *_pairs(_ROWS, "return x", "list[Order]", "list[Point]"),
    *_pairs(_ROWS, "return x[0]", "Order", "int"),
    *_pairs(_ROWS, "for one in x:\n    print(one['id'])\nreturn x", "list", "dict"),
    *_pairs("if n:\n    return []\nreturn [1]", "return x", "list[int]", "list[str]"),
    *_pairs("return n in (1, 2)", "return x", "bool", "str"),
    # A float may be an int by then, and a key is a text.
    *_pairs("return 1.5", "return x", "float | int", "str"),
    *_pairs("return {n: 'a'}", "return x", "dict[str, str]", "list"),
    # What may come as another class.
    *(PassedCase("return Order(id=1)", "return x", reader, True) for reader in ("Order", "int")),
    PassedCase("return Order(id=1)", "return x", "int", True, returns="Order"),
    PassedCase("return datetime.now()", "return x", "list[int]", True),
    PassedCase("return 1, 2", "return x", "int", True),
    PassedCase("return {1, 2}", "return x", "int", True),
    # What is not known, or has changed.
    PassedCase("return n", "return x", "int", True),
    PassedCase("return 1", "return other", "str", True),
    PassedCase(_DICT, "y = x\nreturn y['name']", "int", True),
    PassedCase("return 1", "x = other\nreturn x", "str", True),
    PassedCase(_DICT, "x['x'] = 2\nreturn x", "Point", True),
    PassedCase(_DICT, "x.update(other)\nreturn x", "Point", True),
    PassedCase(_DICT, "other(x)\nreturn x", "Point", True),
    PassedCase(_ROWS, "x[0]['x'] = 1\nreturn x", "list[Point]", True),
    PassedCase(_ROWS, "for one in x:\n    one['x'] = 1\nreturn x", "list[Point]", True),
    PassedCase(_ROWS, "x.append({'x': 1})\nreturn x", "list[Point]", True),
    # Annotated writers, and mapping.
    PassedCase("return n", "return x", "int", True, returns="int"),
    PassedCase("return n", "return x", "str", False, returns="int"),
    PassedCase("return n", "return x", "list[str]", True, returns="list[str]"),
    PassedCase("return n", "return x", "list[int]", False, returns="list[str]"),
    PassedCase("return [1]", "return x", "int", True, use="passed.expand(x=made())"),
    PassedCase("return [1]", "return x", "list[int]", True, use="read(passed.expand(x=made()))"),
    PassedCase("return [1]", "return x", "list[str]", False, use="read(passed.expand(x=made()))"),
    PassedCase("return 1", "return x", "str", True, use="read(passed(x=1, other=made()))"),
    PassedCase("return 1", "return other", "str", False, use="read(passed(2, other=made()))"),
    PassedCase("return 1", "return x", "str", False, use="read(passed(passed(made())))"),
    PassedCase("return 1", "return x", "int", True, use="read(passed([made()]))"),
]
