"""What is inferred of a function is true of what it returns: random functions are run."""

from __future__ import annotations

import copy
import itertools
import random
import textwrap
import types
from typing import Any

import pytest

from tests.data.inferred import names_of
from typedxcom.inference import returned_by
from typedxcom.schema import Schema
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    MappingOf,
    NoItem,
    Record,
    Scalar,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
)

PARAMETERS = (
    "n: int, s: str, xs: list[str], ms: list[int], d: dict[str, int], rows: list[dict[str, int]], u"
)
ARGUMENTS = [
    (3, "a.csv", ["a.csv", "b"], [1, 2], {"a": 1}, [{"a": 1}, {"b": 2}], [1, "x"]),
    (0, "", [], [], {}, [], {}),
    (1, "b", ["c"], [5], {"b": 2, "c": 3}, [{"a": 3}], "text"),
    (2, "b", ["c"], [5], {"a": 2}, [{"a": 3}], [["a", 1]]),
]
NAMES = ("x", "y", "z", "v")
ATOMS = (
    "1",
    "2.5",
    "'a'",
    "True",
    "None",
    "[]",
    "{}",
    "n",
    "s",
    "xs",
    "ms",
    "d",
    "rows",
    "u",
    *NAMES,
)
FORMS = (
    *("[{}, {}]", "[{}]", "({}, {})", "{{'a': {}, 'b': {}}}", "{{{}: {}}}", "{} if n else {}"),
    *("{} + {}", "{} - {}", "{} * 2", "{} / {}", "-{}", "{} or {}", "{} and {}", "not {}"),
    *("{} > {}", "{} in {}", "{} % {}", "{} // {}", "{} | {}", "{} & {}", "f'{{{}}}'", "str({})"),
    *("{}[0]", "{}['a']", "{}[1:]", "{}.get('a')", "{}.copy()", "{}.items()", "len({})"),
    *("list({})", "set({})", "tuple({})", "sorted({})", "sum({})", "max({})", "min({})"),
    *("list({}.values())", "list({}.items())", "sum({}.values())", "list(range({}))"),
    *("list(enumerate({}))", "list(zip({}, {}))", "list(reversed({}))", "dict({})"),
    *("[one for one in {}]", "[one for one in {} if one]", "[(k, v) for k, v in {}.items()]"),
    *("[one for one in {} if one.endswith('v')]", "{{one for one in {}}}", "[x for x in {}]"),
    *("{{k: v for k, v in {}.items()}}", "[i for i, one in enumerate({})]", "[{} for x in {}]"),
    *("[b for a in {} for b in a]", "[b for a, *b in {}]", "[y := one for one in {}]"),
    *("[b for a, b in zip({}, {})]", "[one for one in {}.values()]", "round({})", "{}.split('.')"),
    *("{}.encode()", "{}.encode().decode()", "','.join({})", "[{} for k in range({})]"),
)
STATEMENTS = (
    *("{name} = {one}", "{name} = {one}", "{name} = {one}", "{name} += {one}", "{name} -= {one}"),
    *("{name} = []", "{name} = {{}}", "{name} = 0", "{name} = ''"),
    *("{name}.append({one})", "{name}.extend({one})", "{name}[{one}] = {two}", "{name}.sort()"),
    *(
        "{name}.sort(key=lambda one: str(one))",
        "{name}.reverse()",
        "{name}.clear()",
        "del {name}[0]",
    ),
    *("{name}.update({one})", "{name}.pop()", "{name}.insert(0, {one})", "{name}['a'] = {one}"),
    *("{name}[0].append({one})", "{name}['a'] += {one}", "{name}.setdefault('a', {one})"),
)
BLOCKS = (
    *("for {name} in {one}:", "for {name}, {other} in {one}:", "for {name} in {one}.values():"),
    *("for {name}, {other} in {one}.items():", "for {name}, {other} in enumerate({one}):"),
    *("for {name}, {other} in zip({one}, {two}):", "if {one}:", "for *{name}, {other} in {one}:"),
)


class Writer:
    """Writes functions by chance.

    Args:
        seed: The same one gives the same functions.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def expression(self, depth: int) -> str:
        if not depth or self.chance.random() < 0.3:
            return self.chance.choice(ATOMS)
        form = self.chance.choice(FORMS)
        return form.format(*(f"({self.expression(depth - 1)})" for _ in range(form.count("{}"))))

    def filled(self, form: str) -> str:
        name, other = self.chance.sample(NAMES, 2)
        one, two = self.expression(2), self.expression(1)
        return form.format(name=name, other=other, one=f"({one})", two=f"({two})")

    def statement(self, depth: int) -> str:
        if depth and self.chance.random() < 0.4:
            head = self.filled(self.chance.choice(BLOCKS))
            body = [self.statement(depth - 1) for _ in range(self.chance.randint(1, 2))]
            return f"{head}\n    count()\n{textwrap.indent(chr(10).join(body), '    ')}"
        return self.filled(self.chance.choice(STATEMENTS))

    def function(self) -> str:
        """Returns a function that works for some arguments: what always fails is left out."""
        body = f"{self.chance.choice(NAMES)} = {self.chance.choice(ATOMS[: -len(NAMES)])}"
        for _ in range(8):
            longer = f"{body}\n{self.statement(2)}"
            body = longer if works(longer) else body
        for _ in range(20):
            whole = f"{body}\nreturn {self.expression(1)}"
            if works(whole):
                return written(whole)
        return written(body)


def written(body: str) -> str:
    """The function with this body."""
    return f"def made({PARAMETERS}):\n{textwrap.indent(body, '    ')}\n"


def works(body: str) -> bool:
    """Whether a body runs to its end for some arguments."""
    names: dict[str, Any] = {}
    try:
        exec(written(body), names)
    except SyntaxError:
        return False
    return bool(results(names["made"]))


def holds(value: Any, schema: Schema) -> bool:
    """Whether *schema* is true of *value*."""
    match schema:
        case Unknown():
            return not isinstance(schema, NoItem)
        case Inferred(inner=inner):
            return holds(value, inner)
        case UnionOf(members=members):
            return any(holds(value, one) for one in members)
        case LiteralOf(values=values):
            return any(type(value) is type(one) and value == one for one in values)
        case Scalar(type=kind):
            return isinstance(value, kind)
        case TupleOf(items=items):
            same = isinstance(value, tuple) and len(value) == len(items)
            return same and all(map(holds, value, items))
        case SequenceOf(type=kind, item=item):
            return isinstance(value, kind) and all(holds(one, item) for one in value)
        case MappingOf(key=key, value=inner):
            return isinstance(value, dict) and all(
                holds(one, key) and holds(other, inner) for one, other in value.items()
            )
        case Record(fields=fields):
            return (
                isinstance(value, dict)
                and value.keys() == fields.keys()
                and all(holds(one, fields[name].schema) for name, one in value.items())
            )
    raise AssertionError(f"an unexpected schema: {schema!r}")


def results(made: types.FunctionType) -> list[object]:
    """What a function returns for the arguments that it can work with, in a few rounds of loops."""
    found = []
    for arguments in ARGUMENTS:
        rounds = itertools.count()
        made.__globals__["count"] = lambda rounds=rounds: 1 / (12 - next(rounds))
        try:
            found.append(made(*copy.deepcopy(arguments)))
        except Exception:  # most random code fails
            continue
    return found


@pytest.mark.parametrize("seed", range(6))
def test_what_is_inferred_is_true_of_what_the_code_returns(seed):
    """Every value that a random function returns has the type that its code showed."""
    writer, known, ran = Writer(seed), 0, 0
    for _ in range(300):
        source = writer.function()
        made = names_of(source)["made"]
        shown = returned_by(made)
        values = results(made)
        ran += bool(values)
        known += bool(values) and not isinstance(shown, Unknown)
        wrong = [value for value in values if not holds(value, shown)]
        assert not wrong, f"{source}\nsays {shown}, returns {wrong[0]!r}"
    assert ran > 100
    assert known > ran / 4
