"""The golden files of mypy as programs: the parse check gives mypy's verdict of each statement.

Each DAG function of ``tests/mypy/cases`` is built without the statements that are marked as wrong,
and must be clean; then once more with each of those alone, and must be refused.
"""

from __future__ import annotations

import ast
import contextlib
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mypy.support import CASES, expected
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.cli.findings import examine

# Airflow 3.1 says so of every name that is imported only while type checking.
pytestmark = [
    pytest.mark.airflow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning"),
]

# Why a file cannot be a program here, or a right function of it is not clean.
NO_PROGRAM = {
    "wire_loops": "only Airflow 3.4 has loops; tests/e2e/test_loops.py compares it there",
    "wire_plain_subdecorators": "it needs a provider that is not here",
    "wire_subdecorators": "it needs a provider that is not here",
    "wire_decorating": "Airflow decorates no function of lru_cache",
    "wire_structure": "Airflow decorates no staticmethod",
    "wire_context_params": "Airflow refuses a default of a context key",
    "wire_generics": "the bound of a variable is BaseModel itself, which is checked when it is bound",
    "wire_newtype_annotated_literal": "a Literal of an Enum's member cannot travel",
    "wire_stdlib_types": "a Protocol cannot travel",
    "wire_pulls_dag_function": "what is wrong there is the body of a task, not the wiring",
    "wire_branches_groups": "what is wrong there is the body of a task, not the wiring",
    "wire_pulled": "what is wrong there is the body of a task, not the wiring",
    "wire_param_names": "what is wrong there is the body of a task, not the wiring",
    "wire_pulls_two_dags": "what is wrong there is the body of a task, not the wiring",
    "wire_pulls_groups": "what is wrong there is the body of a task, not the wiring",
    "wire_multi_file": "the TypedDict is imported for type checking only, so Airflow pushes no keys",
}
UNREAD = "what nobody reads of a task of Airflow's own makes no edge"
PATHS = "only one of the two ways is taken while the DAG is parsed"
BODIES = "what a lambda does is not looked at before it runs"
NAMES = "mypy's own rule of a value that stands in the code, which at run time is right"
LITERALS = "Airflow takes a literal list beside outputs"
LATER = "found when the task runs"

MYPY_ALONE = {
    UNREAD: {
        *("wire_plain_map: numbers().map(shout)", "wire_plain_map: files().map(length).map(shout)"),
        *("wire_plain_map: files().map(two)", "wire_plain_map: one().map(same)"),
        'wire_plain_multiple_outputs: parts["tran"]',
        'wire_plain_multiple_outputs: report()["totl"]',
        'wire_plain_multiple_outputs: plain_report()["total"]',
        'wire_plain_multiple_outputs: whole()["seed"]',
        'wire_plain_multiple_outputs: number()["a"]',
        'wire_plain_multiple_outputs: scalar()["a"]',
        'wire_plain_multiple_outputs: point()["z"]',
        'wire_plain_multiple_outputs: parts["train"]["x"]',
        'wire_plain_multiple_outputs: made["sed"]',
        'wire_plain_multiple_outputs: row.partial(value=parts["train"])',
        'wire_plain_reduce: counts["x"]',
        "wire_plain_zip: one().zip(sizes())",
        "wire_inferred: count.partial(value=text())",
        "wire_plain_ordering: load.partial(path=extract)",
        "wire_shadowed: use_any(plain_lock().key)",
    },
    PATHS: {
        "wire_union: on_int(number() if fast else word())",
        "wire_union: on_int(out)",
        "wire_union: on_int.expand(n=numbers() if fast else words())",
        "wire_control_flow: wrong_choice",
    },
    BODIES: {
        "wire_map: files().map(lambda n: n / 2)",
        'wire_map: square.expand(n=files().map(lambda name: name + "x"))',
        "wire_plain_map: files().map(lambda n: n / 2)",
        'wire_plain_map: square.expand(n=files().map(lambda name: name + "x"))',
    },
    NAMES: {
        *("wire_dag_function: use(text)", "wire_dag_function: show(n)"),
        "wire_parse_time_use: value: int = number()",
        "wire_parse_time_use: out != number()",
        "wire_star_args: options(\"a\", weight=number())",
        "wire_containers: total(by_name.keys())",
        'wire_nested_literals: row({"name": word(), "count": n, "extra": n})',
    },
    LITERALS: {
        'wire_concat: a().concat(["x"])',
        'wire_zip: names().zip(["a"])',
        'wire_plain_zip: names().zip(["a"])',
    },
    LATER: {
        'wire_classic_operator: BashOperator(task_id="f", bash_command=path)',
        *("wire_classic_operator: use(listing)", "wire_classic_operator: say(listing)"),
        *("wire_expand_kwargs: copy.expand_kwargs(models())",
          "wire_expand_kwargs: copy.expand_kwargs(keys())"),
        "wire_map: files().map(two)",
        *('wire_multiple_outputs: scalar()["a"]', 'wire_multiple_outputs: parts["train"]["x"]'),
        "wire_task_group: unannotated.expand(n=number())",
        "wire_plain_task_group: unannotated.expand(n=number())",
        "wire_unpacking: use.expand(n=first)",
    },
}  # fmt: skip
KNOWN = set().union(*MYPY_ALONE.values())
FILES = [file for file in sorted(CASES.glob("*.py")) if file.stem not in NO_PROGRAM]


@pytest.fixture(autouse=True)
def importing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared modules of the cases can be imported."""
    monkeypatch.syspath_prepend(str(CASES))


class Case:
    """One golden file, of which DAG functions are built one by one."""

    def __init__(self, file: Path) -> None:
        self.file, self.lines = file, file.read_text().splitlines()
        self.tree, self._marks = ast.parse(file.read_text()), set(expected(file))
        self.dags = [node for node in self.tree.body if _is_dag(node)]
        self._rest = [
            node
            for node in self.tree.body
            if node not in self.dags and not self.is_wrong(node) and not _is_call(node)
        ]

    def is_wrong(self, node: ast.stmt) -> bool:
        """Whether a message is expected on one of the lines of *node*."""
        return any(node.lineno <= mark <= (node.end_lineno or 0) for mark in self._marks)

    def name_of(self, node: ast.stmt) -> str:
        """The file and the statement, as the lists here name them."""
        return f"{self.file.stem}: {self.lines[node.lineno - 1].split('  #')[0].strip()}"

    def problems(self, function: ast.FunctionDef, wrong: ast.stmt | None) -> list[str]:
        """What building *function* says, with no wrong statement but *wrong*."""
        kept = [one for one in function.body if one is wrong or not self.is_wrong(one)]
        made = ast.FunctionDef(**{**vars(function), "body": kept or [ast.Pass()]})
        module = types.ModuleType(f"golden_{self.file.stem}")
        sys.modules[module.__name__] = module
        tree = ast.fix_missing_locations(ast.Module([*self._rest, made], []))
        with contextlib.redirect_stdout(None):
            try:
                exec(compile(tree, str(self.file), "exec"), vars(module))
                return check_dag(getattr(module, function.name)())
            except Exception as error:
                return [f"{type(error).__name__}: {error}"]
            finally:
                del sys.modules[module.__name__]


def _is_dag(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        ast.unparse(one).partition("(")[0].rpartition(".")[2] == "dag"
        for one in node.decorator_list
    )


def _is_call(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def wrong_statements(case: Case) -> Iterator[tuple[ast.FunctionDef, ast.stmt]]:
    for function in case.dags:
        for node in function.body:
            if case.is_wrong(node):
                yield function, node


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_right_statements_are_right_when_the_dag_is_parsed(file: Path):
    """No DAG function is refused for what mypy finds right."""
    case = Case(file)
    found = {
        function.name: case.problems(function, None)
        for function in case.dags
        if f"{file.stem}: {function.name}" not in KNOWN
    }
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_wrong_statements_are_refused_when_the_dag_is_parsed(file: Path):
    """Each mistake that mypy finds is found alone too, but for those that only mypy can see."""
    case = Case(file)
    passed = {
        case.name_of(node)
        for function, node in wrong_statements(case)
        if not case.problems(function, node)
    }
    assert sorted(passed - KNOWN) == []


def test_branches_are_judged_alike():
    """What mypy says of the branches of a file, the parse check says too, and no more."""
    file = CASES / "wire_branches.py"
    said = [text for texts in expected(file).values() for text in texts]
    found = [finding.message for finding in examine([file]).findings]
    branch = re.compile(r"""branches into .(\w+)., but this DAG has no such task.*mean .(\w+).\?""")
    pairs = [branch.search(text) for text in (*said, *found)]
    assert None not in pairs
    ids = [one.groups() for one in pairs if one is not None]
    assert len(said) > 5
    assert sorted(ids[: len(said)]) == sorted(ids[len(said) :])


def test_the_lists_name_what_exists():
    """No reason is left behind, and most of the mistakes are compared."""
    cases = [Case(file) for file in FILES]
    named = {case.name_of(node) for case in cases for _, node in wrong_statements(case)}
    functions = {f"{case.file.stem}: {one.name}" for case in cases for one in case.dags}
    assert sorted(KNOWN - named - functions) == []
    assert all((CASES / f"{name}.py").exists() for name in NO_PROGRAM)
    assert len(named) > 600
