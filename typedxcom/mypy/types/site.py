"""One file of the user's, with what every hook needs in it: look up, infer, report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from mypy.errorcodes import ErrorCode
from mypy.messages import format_type_distinctly
from mypy.nodes import (
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    NameExpr,
    StrExpr,
    TypeInfo,
    Var,
)
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    PartialType,
    ProperType,
    TupleType,
    Type,
    TypeOfAny,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.config import Config
from typedxcom.mypy.types.imports import asks_for_context, sees_airflow

__all__ = [
    "LIBRARIES",
    "Classes",
    "Site",
    "afresh",
    "inferred",
    "unknown",
]

# Names that do not change while mypy runs, or its daemon.
LIBRARIES: Final = ("airflow.sdk.", "builtins.", f"{names.PUBLIC}.")


class Classes(dict[str, TypeInfo | None]):
    """Full name -> class of this build, or None where nobody has imported its module.

    A dict, because it is asked several times at each call in the user's code.
    """

    def __init__(self, find: Callable[[str], TypeInfo | None]) -> None:
        self._find = find

    def __missing__(self, fullname: str) -> TypeInfo | None:
        found = self._find(fullname)
        if found is not None and fullname.startswith(LIBRARIES):
            self[fullname] = found
        return found


def unknown() -> AnyType:
    """The type of what nobody annotated."""
    return _UNKNOWN


_UNKNOWN: Final = AnyType(TypeOfAny.special_form)


# `Table[Row]` as the stub spells it.
_TABLE: Final = r"Table(?:Of)?\[([^\[\]]*)\](?: \| Any)?"


class _Inferred:
    """Types of argument expressions, kept while one outermost hook runs.

    Quiet inference evaluates nested calls again; without this a chain of n calls costs 2**n.

    Attributes:
        depth: How many quiet inferences run inside one another, each with hooks of its own.
        types: What they have found.
    """

    __slots__ = ("depth", "types")

    def __init__(self) -> None:
        self.depth = 0
        self.types: dict[Expression, ProperType] = {}


inferred: Final = _Inferred()  # one checker runs at a time


@contextmanager
def afresh() -> Iterator[None]:
    """Forget known types while a whole body is checked: its loops give them more than once."""
    saved = inferred.depth, inferred.types
    inferred.depth, inferred.types = 0, {}
    try:
        yield
    finally:
        inferred.depth, inferred.types = saved


def _is_template(arg: Expression) -> bool:
    """Whether Jinja will put something else in the place of a text."""
    return isinstance(arg, StrExpr) and "{{" in arg.value


class Site:
    """mypy's checker of one file.

    Attributes:
        api: The checker itself.
        classes: The classes of this build.
        config: The options.
        given_by_task: What the usual call of a task gives; None for any other call.
        sees_airflow: Whether the file imports anything that outputs come from.
        questions: What the module's own code asks of outputs, by call, once that is known.
        task_calls: Where tasks are called in a body that mypy skips, and with what: of all errors
            of mypy's own there, those at these places are reported.
        rebound: Task whose name an output has taken -> the type of that output.
        is_async: Whether what is being checked may be the function of a DAG that can ``await``.
    """

    __slots__ = (
        "_asks_for_context",
        "api",
        "classes",
        "config",
        "given_by_task",
        "is_async",
        "questions",
        "rebound",
        "sees_airflow",
        "task_calls",
    )

    def __init__(
        self,
        api: Any,
        classes: Classes,
        config: Config,
        given_by_task: Callable[[Site, CallExpr], Type | None],
    ) -> None:
        self.api = api
        self.classes = classes
        self.config = config
        self.given_by_task = given_by_task
        self.sees_airflow = sees_airflow(api.tree)
        # mypy before 2 checks a body before its decorator: each may be one that awaits.
        self.is_async = bool(getattr(api, "recurse_into_functions", True))
        self.questions: dict[Expression, list[Any]] | None = None
        self.rebound: dict[Any, Type] = {}
        self.task_calls: set[tuple[int, int]] | None = None
        self._asks_for_context: bool | None = None

    @property
    def asks_for_context(self) -> bool:
        """Whether a task's body may get at its context without a parameter for it."""
        if self._asks_for_context is None:
            self._asks_for_context = asks_for_context(self.api.tree)
        return self._asks_for_context

    def defines(self, func: FuncDef) -> bool:
        """Whether a function is in this file: of others mypy's cache keeps no code."""
        name: str = self.api.tree.fullname
        # mypy names a function inside another one by its bare name.
        return "." not in func.fullname or func.fullname.startswith(f"{name}.")

    def fail(self, message: str, where: Context, code: ErrorCode) -> None:
        """Report one sentence."""
        self.api.fail(message, where, code=code)

    def instance(self, fullname: str, args: list[Type] | None = None) -> Instance | None:
        """An instance of a class of this build, or None where nobody imported its module."""
        info = self.classes[fullname]
        return None if info is None else Instance(info, args or [])

    def builtin(self, name: str, args: list[Type] | None = None) -> Instance:
        """An instance of a class of builtins."""
        found: Instance = self.api.named_generic_type(f"builtins.{name}", args or [])
        return found

    def text_note(self, text: str) -> LiteralType:
        """A string as a type, which is all that mypy's cache keeps."""
        text_type = self.classes["builtins.str"]
        fallback = self.builtin("str") if text_type is None else Instance(text_type, [])
        return LiteralType(text, fallback)

    def describe(self, *types: Type) -> tuple[str, ...]:
        """Types for people; classes of the same name get their module's."""
        texts = format_type_distinctly(*types, options=self.api.options, bare=True)
        return tuple(re.sub(_TABLE, r"Table[\1]", text) for text in texts)

    def note_call(self, call: CallExpr) -> None:
        """Remember where a task is called."""
        if self.task_calls is not None:
            self.task_calls.add((call.line, call.column))
            given = (arg for arg in call.args if not _is_template(arg))
            self.task_calls.update((arg.line, arg.column) for arg in given)

    def depend_on(self, found: Type) -> None:
        """Check this place again when a class changes whose fields were read.

        mypy's daemon sees only what the code itself names, not the base class of a model.
        """
        proper = get_proper_type(found)
        for info in proper.type.mro if isinstance(proper, Instance) else []:
            deps = self.api.tree.plugin_deps.setdefault(f"<{info.fullname}[wildcard]>", set())
            deps.add(self.api.tscope.current_target())

    @contextmanager
    def in_function(self, func: FuncDef) -> Iterator[None]:
        """While the body of a DAG's function is checked."""
        outer, self.is_async = self.is_async, self.is_async or func.is_coroutine
        try:
            yield
        finally:
            self.is_async = outer

    def type_of(self, expr: Expression) -> ProperType:
        """The type of *expr* without reporting anything."""
        if type(expr) is NameExpr and (held := self.held(expr)) is not None:
            return held
        found = inferred.types.get(expr)
        if found is None:
            found = self._from_callee(expr)
            if found is None:
                found = self.quietly(lambda: self.api.expr_checker.accept(expr))
            inferred.types[expr] = found
        return found

    def held(self, name: NameExpr) -> ProperType | None:
        """The type that a variable or a decorated function has at this place, if that is known."""
        node = name.node
        found: Type | None = None
        if type(node) is Var:
            found = self.api.binder.get(name) or node.type
            if self.rebound and node in self.rebound:
                found = self._rebound(name, found)
        elif type(node) is Decorator:
            found = node.var.type
            if self.rebound and node in self.rebound:
                found = self._rebound(name, self.api.binder.get(name) or found)
        proper = get_proper_type(found)
        return None if isinstance(proper, PartialType) else proper

    def _rebound(self, name: NameExpr, found: Type | None) -> Type | None:
        """The output of a task under the task's name, without what makes it fit anything."""
        proper = get_proper_type(found)
        if isinstance(proper, TupleType):
            proper = proper.partial_fallback
        is_output = isinstance(proper, Instance) and proper.type.fullname in names.OPEN
        return self.rebound[name.node] if is_output else found

    def quietly(self, infer: Callable[[], Type]) -> ProperType:
        """Infer a type, keeping neither errors nor the types of sub-expressions."""
        found: Type = self.has_errors(infer)[0]
        return get_proper_type(found)

    def has_errors(self, infer: Callable[[], Any]) -> tuple[Any, bool]:
        """What *infer* returns, and whether mypy would have reported an error in it."""
        inferred.depth += 1
        try:
            with self.api.msg.filter_errors() as watch, self.api.local_type_map:
                found = infer()
        finally:
            inferred.depth -= 1
        return found, bool(watch.has_new_errors())

    def _from_callee(self, expr: Expression) -> ProperType | None:
        """What a call of known type returns: its arguments need no inference."""
        if not (isinstance(expr, CallExpr) and isinstance(expr.callee, NameExpr)):
            return None
        if (given := self.given_by_task(self, expr)) is not None:
            return get_proper_type(given)
        node = expr.callee.node
        if not isinstance(node, FuncDef):
            return None
        signature = node.type
        if not isinstance(signature, CallableType) or signature.variables:
            return None
        if node.is_coroutine or node.is_generator:
            return None
        found = get_proper_type(signature.ret_type)
        return None if isinstance(found, AnyType) else found
