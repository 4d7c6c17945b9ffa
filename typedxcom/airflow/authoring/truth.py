"""``if extract():`` in the body of a DAG: always true, because the value does not exist yet.

Python allows it, so only the source text shows whether it is a mistake: ``if previous:`` may ask
whether there is an output at all. It is a mistake if the expression is sure to be an output: a call
of a task, or a name to which only such calls are assigned. Airflow itself and the constructors of
operators ask outputs for their truth too. They may.

An output of typedxcom refuses such a question. Airflow's own outputs are asked silently, so
`typedxcom check` listens to them while it imports a file.
"""

from __future__ import annotations

import ast
import contextlib
import linecache
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import Any

from typedxcom.airflow.authoring.sure_outputs import SureOutputs
from typedxcom.airflow.authoring.warned import refuse_wiring
from typedxcom.airflow.private import (
    AirflowXComArg,
    ConcatXComArg,
    DagContext,
    MapXComArg,
    PlainXComArg,
    ZipXComArg,
)

__all__ = ["AskedOutput", "asked_task", "listening", "refuse_comparison", "refuse_truth"]

_ALWAYS_TRUE = (
    "The output of task {!r} is always true while the DAG is parsed: its value exists only when "
    "the task has run. Decide on it with @task.branch or @task.short_circuit."
)
_NOT_COMPARED = (
    "The output of task {!r} cannot be compared while the DAG is parsed: its value exists only "
    "when the task has run. Compare it inside a task."
)
_OWN = (PlainXComArg, MapXComArg, ZipXComArg, ConcatXComArg)  # Airflow's outputs
_INNER = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")  # of Python before 3.12
# Where Airflow calls the function under @dag and under @task_group.
_CALLERS = ("airflow/sdk/definitions/dag.py", "airflow/sdk/definitions/decorators/task_group.py")
_Question = Callable[[ast.AST], Iterator[ast.expr]]


@dataclass(frozen=True)
class AskedOutput:
    """A question of a DAG's body to an output of Airflow's own.

    Attributes:
        sentence: What is wrong.
        file: Where it is asked.
        line: The line there.
        dag_id: The DAG that is being built, if there is one.
    """

    sentence: str
    file: str
    line: int
    dag_id: str | None


def refuse_truth(task_id: str | None) -> None:
    """Raise WiringError if the author's code asks whether an output is true."""
    if _place_of(_tested) is not None:
        refuse_wiring(_ALWAYS_TRUE.format(task_id))


def refuse_comparison(task_id: str | None) -> None:
    """Raise WiringError if the author's code asks whether an output equals a value."""
    if _place_of(_compared) is not None:
        refuse_wiring(_NOT_COMPARED.format(task_id))


def asked_task(output: Any) -> str | None:
    """The task of an output; of `xs.zip(ys)` the first one."""
    return next((one.task_id for one, _ in output.iter_references()), None)


@contextlib.contextmanager
def listening(heard: list[AskedOutput]) -> Iterator[None]:
    """Add to *heard* what DAG bodies ask Airflow's own outputs, which answer as ever."""
    equals = {cls: cls.__eq__ for cls in _OWN}

    def is_true(output: Any) -> bool:
        _hear(heard, output, _tested, _ALWAYS_TRUE)
        return True

    def is_equal(output: Any, other: object) -> Any:
        # An output of typedxcom has its own `==`, which asks this one.
        if type(output) in _OWN and not isinstance(other, (AirflowXComArg, type(None))):
            _hear(heard, output, _compared, _NOT_COMPARED)
        return next(equals[cls] for cls in type(output).__mro__ if cls in equals)(output, other)

    with contextlib.ExitStack() as stack:
        stack.enter_context(_replaced(AirflowXComArg, "__bool__", is_true))
        for cls in _OWN:
            stack.enter_context(_replaced(cls, "__eq__", is_equal))
        yield


@contextlib.contextmanager
def _replaced(cls: type, name: str, method: Callable[..., Any]) -> Iterator[None]:
    """Give *cls* another method for a while."""
    own = vars(cls).get(name)
    setattr(cls, name, method)
    try:
        yield
    finally:
        if own is None:
            delattr(cls, name)
        else:
            setattr(cls, name, own)


def _hear(heard: list[AskedOutput], output: Any, question: _Question, sentence: str) -> None:
    place = _place_of(question)
    task_id = asked_task(output)
    if place is None or task_id is None or place in [(one.file, one.line) for one in heard]:
        return  # a line in a loop is heard once
    dag = DagContext.get_current()
    dag_id = None if dag is None else dag.dag_id
    heard.append(AskedOutput(sentence.format(task_id), *place, dag_id))


def _place_of(question: _Question) -> tuple[str, int] | None:
    """The file and line of a DAG's body that asks *question* of what is surely an output."""
    body = _authors_body(sys._getframe(1))
    asked = None if body is None else _asked(body, question)
    return None if body is None or asked is None else (body.f_code.co_filename, asked.lineno)


def _authors_body(frame: FrameType | None) -> FrameType | None:
    """The frame of a DAG's body, if it asked."""
    while frame is not None and (frame.f_code.co_name in _INNER or _is_ours(frame)):
        frame = frame.f_back
    if frame is None:
        return None
    is_body = (
        DagContext.get_current() is not None
        if frame.f_code.co_name == "<module>"
        else _is_called_by_airflow(frame)
    )
    return frame if is_body else None


def _is_called_by_airflow(frame: FrameType) -> bool:
    """Whether it is the function under ``@dag`` or ``@task_group``, Airflow's or ours."""
    caller = frame.f_back
    while caller is not None and _is_ours(caller):
        caller = caller.f_back
    return caller is not None and caller.f_code.co_filename.replace("\\", "/").endswith(_CALLERS)


def _is_ours(frame: FrameType) -> bool:
    """Whether it is our code, or the `!=` that attrs writes into Airflow's class."""
    name = str(frame.f_globals.get("__name__", ""))
    return name.startswith("typedxcom.airflow.") or frame.f_code.co_name == "__ne__"


def _asked(frame: FrameType, question: _Question) -> ast.expr | None:
    """The sure output that the running line of *frame* asks *question* about, if there is one."""
    scope = _scope(frame)
    if scope is None:
        return None
    sure = SureOutputs(scope, {**frame.f_globals, **frame.f_locals})
    return next(
        (
            asked
            for node in sure.nodes
            for asked in question(node)
            if frame.f_lineno in _lines_of(node, asked) and sure.is_output(asked)
        ),
        None,
    )


def _lines_of(node: ast.AST, asked: ast.expr) -> range:
    """The lines that Python may name when *node* asks: of the whole expression, or of its part."""
    first, last = asked.lineno, asked.end_lineno or asked.lineno
    if isinstance(node, ast.Match):  # on the line of each case
        last = node.cases[-1].pattern.end_lineno or last
    elif isinstance(node, ast.stmt):
        first = node.lineno
    elif isinstance(node, ast.expr):
        first, last = node.lineno, node.end_lineno or last
    return range(first, last + 1)


def _scope(frame: FrameType) -> ast.AST | None:
    """The text of the function or module that *frame* runs."""
    text = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    code = frame.f_code
    if code.co_name == "<module>":
        return tree
    found = (
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name
        if min([node.lineno, *(d.lineno for d in node.decorator_list)]) == code.co_firstlineno
    )
    return next(found, None)


def _tested(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose truth *node* asks for."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        yield from _leaves(node.test)
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield from _leaves(test)
    elif isinstance(node, ast.BoolOp):
        for value in node.values[:-1]:
            yield from _leaves(value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _leaves(node.operand)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bool":
        yield from node.args


def _leaves(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _leaves(value)
    else:
        yield test


def _compared(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that *node* compares by ``==``, ``!=`` or ``match``."""
    if isinstance(node, ast.Compare):
        if any(isinstance(how, (ast.Eq, ast.NotEq)) for how in node.ops):
            yield from (node.left, *node.comparators)
    elif isinstance(node, ast.Match):
        yield node.subject
