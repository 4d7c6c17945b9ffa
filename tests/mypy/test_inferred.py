"""What the code of a function says, for mypy: the same cases as for the parse check."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.data.inferred import CASES, EDGES, HEADER, KEYS, PROMISED
from tests.data.needed import NEEDS
from tests.data.passed import PASSED
from tests.mypy.support import Run, run_mypy

# Notes what is inferred of each function at its line.
SPY = """
    from typedxcom.mypy.features import decorators
    from typedxcom.mypy.types.unions import without_constants
    from typedxcom.mypy.types.site import unknown

    def spy(site, func, inferred=decorators.return_in_code):
        found = inferred(site, func)
        (shown,) = site.describe(without_constants(found or unknown()))
        site.api.note(f"returns {shown}", func)
        return found

    decorators.return_in_code = spy
"""
PROBE = """
    from mypy.subtypes import is_subtype
    import typedxcom.mypy
    from typedxcom.mypy.types.inferred import type_in_code
    from typedxcom.mypy.types.relation import fits

    class Probe(typedxcom.mypy.TypedXComPlugin):
        '''Compares what the code says with what mypy infers, at each call of ``probe``.

        An XCom is a copy, so lists are covariant; a join of unlike items is ``object`` to mypy.
        '''

        def __init__(self, options):
            super().__init__(options)
            usual = self.answers.get_function_hook
            self.answers.get_function_hook = lambda fullname: (
                self.compare if fullname.endswith(".probe") else usual(fullname)
            )

        def compare(self, ctx):
            site, expr = self.answers.site_of(ctx.api), ctx.args[0][0]
            ours = type_in_code(site, ctx.api.scope.top_level_function(), expr)
            accept = ctx.api.expr_checker.accept
            plain, is_wrong = site.has_errors(lambda: accept(expr))
            if is_wrong:
                return ctx.default_return_type
            found, failed = site.has_errors(lambda: accept(expr, type_context=ours))
            found = plain if failed else found
            (mypys, shown) = site.describe(found, ours)
            joined = any(word in mypys for word in ("object", "Sequence[", "Collection[", "Never"))
            # Where a union is expected, mypy calls a display a plain dict.
            joined = joined or ("dict[" in mypys and "TypedDict" in shown and "|" in shown)
            if not (joined or is_subtype(found, ours) or fits(found, ours)):
                ctx.api.fail(f"mypy says {mypys}, the code {shown}", expr)
            ctx.api.note(f"found {shown}", expr)
            return ctx.default_return_type

    typedxcom.mypy.TypedXComPlugin = Probe
"""
IMPORTS = "from airflow.sdk import DAG\nfrom {} import task\n"


def written(file: Path, sources: Iterable[str], package: str = "airflow.sdk") -> list[int]:
    """Write functions that are all called ``made``, and return the lines on which each stands."""
    text, lines = IMPORTS.format(package) + HEADER, []
    for number, source in enumerate(sources):
        text += "\n\n"
        lines.append(text.count("\n") + 1)
        text += re.sub(r"\b(made|take|read|passed)\b", rf"\1_{number}", source)
    file.write_text(text)
    return lines


def within(lines: list[int], number: int) -> int:
    """The index of the function in whose source a line stands."""
    return sum(line <= number for line in lines) - 1


@pytest.fixture
def check(tmp_path, warm_cache) -> Callable[..., Run]:
    """A function that runs mypy on the file ``cases.py``."""

    def run(first: str = "") -> Run:
        found = run_mypy(tmp_path, "cases.py", cache=warm_cache, first=first)
        assert "xcom-internal" not in found.output
        return found

    return run


def words(shown: str) -> str:
    """mypy's text for a type as the table has it."""
    while (changed := re.sub(r"TypedDict\((\{[^()]*\})\)", r"\1", shown)) != shown:
        shown = changed
    return "unknown" if shown == "Any" else shown


def members(shown: str) -> list[str]:
    """The members of a union: mypy writes ``None`` last."""
    return sorted(shown.split(" | "))


def test_what_is_inferred_is_what_the_table_says(check, tmp_path):
    """Each function of the table returns the type that stands there, or nothing is known."""
    cases = [one for one in CASES if "def made" in one.source]
    lines = written(tmp_path / "cases.py", (f"@task\n{one.source}" for one in cases))
    found = {}
    for note in check(SPY).notes:
        if note.text.startswith("returns "):
            found[within(lines, note.line)] = words(note.text.removeprefix("returns "))
    wrong = [
        f"{case.source}-> {found.get(number, 'unknown')}, not {case.returns}"
        for number, case in enumerate(cases)
        if members(found.get(number, "unknown")) != members(case.returns) and not case.is_static
    ]
    assert wrong == []


@pytest.mark.parametrize("edges", [EDGES, PROMISED], ids=["unannotated", "vague"])
def test_edges_are_judged_as_the_table_says(check, tmp_path, edges):
    """An un-annotated task is refused where no value of it can fit, and only there.

    Where an annotation is vague, the code says more.
    """
    sources = [
        f"@task\n{one.source}\n@task\ndef take(value: {one.reader}) -> None: ...\n"
        f"with DAG('d'):\n    take(made())\n"
        for one in edges
    ]
    lines = written(tmp_path / "cases.py", sources)
    errors = [one for one in check().errors if "xcom-" in one.text]
    found = {within(lines, error.line): error.text for error in errors}
    wrong = [
        f"{edge}: {found.get(number, 'nothing is said')}"
        for number, edge in enumerate(edges)
        if (number in found) is edge.is_right
    ]
    assert wrong == []


@pytest.mark.parametrize("package", ["typedxcom", "airflow.sdk"])
def test_what_is_passed_on_is_judged_as_the_table_says(check, tmp_path, package):
    """The type that reaches a task without annotations is that of what it returns, as JSON."""
    sources = [f"{one.source}\nwith DAG('d'):\n    {one.use}\n" for one in PASSED]
    lines = written(tmp_path / "cases.py", sources, package)
    errors = [one for one in check().errors if "xcom-" in one.text]
    found = {within(lines, error.line): error.text for error in errors}
    wrong = [
        f"{case}: {found.get(number, 'nothing is said')}"
        for number, case in enumerate(PASSED)
        if (number in found) is case.is_right
    ]
    assert wrong == []


def test_keys_are_judged_as_the_table_says(check, tmp_path):
    """A key that no return has is an error that names the keys there are, or the cure."""
    sources = [f"{one.source}\nwith DAG('d'):\n    made()[{one.key!r}]\n" for one in KEYS]
    lines = written(tmp_path / "cases.py", sources)
    errors = [one for one in check().errors if "xcom-" in one.text]
    found = {within(lines, error.line): error.text for error in errors}
    wrong = [
        f"{case}: {found.get(number, 'nothing is said')}"
        for number, case in enumerate(KEYS)
        if bool(case.told) != (number in found) or case.told not in found.get(number, "")
    ]
    assert wrong == []


ATOMS = (
    *("1", "-2", "1.5", "'a'", "True", "None", "b'x'", "[]", "{}", "n", "s", "xs", "d", "o"),
    *("Color.RED", "Order(id=1)", "Decimal(1)", "count()", "orders()", "datetime.now()"),
)
FORMS = (
    *("[{}, {}]", "[{}]", "({}, {})", "{{'a': {}, 'b': {}}}", "{{'a': {}}}", "{{1: {}, 2: {}}}"),
    *("{} if n else {}", "{} or {}", "{} and {}", "not {}", "{} is {}", "{} + {}", "{} == {}"),
    *("{} * {}", "{} / {}", "-{}", "f'{{{}}}'", "str({})", "'%s' % {}", "{}[0]", "{}['a']"),
    *("[{} for one in xs]", "{{one: {} for one in xs}}", "{}.total", "{}.strip()", "{}.copy()"),
    *(
        "[] if n else {}",
        "{} or []",
        "[{}, []]",
        "os.path.join({}, 'x')",
        "os.listdir({})",
        "list()",
    ),
    *("[one for one in {}]", "[(k, v) for k, v in {}.items()]", "list(range({}))", "set({})"),
    *("[v for v in {}.values()]", "[i for i, one in enumerate({})]", "[b for a, b in zip({}, {})]"),
    *("{{one for one in {}}}", "{{k: v for k, v in {}.items()}}", "[b for a in {} for b in a]"),
    *("{}.upper().split(',')", "sorted({})", "len({})", "dict(a={})", "list({})", "{}.isoformat()"),
)


def expressions(number: int) -> list[str]:
    """Some expressions of all kinds, always the same."""
    chance = random.Random(number)

    def one(depth: int) -> str:
        if not depth or chance.random() < 0.2:
            return chance.choice(ATOMS)
        form = chance.choice(FORMS)
        inner = [f"({one(depth - 1)})" for _ in range(form.count("{}"))]
        return form.format(*inner)

    return [made for made in (one(3) for _ in range(number)) if is_python(made)]


def is_python(expression: str) -> bool:
    """Whether this Python takes it: before 3.12 f-strings hold no text in quotes of their own."""
    try:
        ast.parse(expression)
    except SyntaxError:
        return False
    return True


def test_what_is_inferred_never_contradicts_mypy(tmp_path, warm_cache):
    """The type that code says is the one that mypy infers for the expression, or a wider one."""
    given = "n: int, s: str, xs: list[str], d: dict[str, int], o: Order"
    text = f"{HEADER}\n\ndef probe(value: object) -> None: ...\n"
    for place, expression in enumerate(expressions(1500)):
        text += f"\n\ndef made_{place}({given}):\n    probe({expression})\n"
    (tmp_path / "cases.py").write_text(text)
    run = run_mypy(tmp_path, "cases.py", cache=warm_cache, first=PROBE)
    lines = text.splitlines()
    assert "INTERNAL ERROR" not in run.output
    assert [
        f"{lines[one.line - 1]}: {one.text}" for one in run.errors if "mypy says" in one.text
    ] == []
    known = [one.text for one in run.notes if one.text.startswith("found ")]
    assert sum(not text.endswith("Any") for text in known) > 200


@pytest.mark.parametrize("package", ["typedxcom", "airflow.sdk"])
def test_what_readers_need_is_judged_as_the_table_says(check, tmp_path, package):
    """A reader without annotations is refused where its code can use no value, and only there."""
    extra = "logger: Any = None\n\n\ndef fill(order: Any) -> None: ...\n"
    sources = [f"{one.source}\nwith DAG('d'):\n    {one.use}\n" for one in NEEDS]
    lines = written(tmp_path / "cases.py", [extra, *sources], package)
    errors = [one for one in check().errors if "xcom-" in one.text]
    found = {within(lines, error.line) - 1: error.text for error in errors}
    wrong = [
        f"{case}: {found.get(number, 'nothing is said')}"
        for number, case in enumerate(NEEDS)
        for told in [case.told_of(package)]
        if bool(told) != (number in found)
        or (told and f'"x" of task "read_{number + 1}" is used as "{told}"' not in found[number])
        or (told and case.cure and f": write {case.cure} [" not in found[number])
    ]
    assert wrong == []
