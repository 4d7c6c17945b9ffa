"""One file of the user's. Hooks use it to look up classes, infer types and report errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from mypy.errorcodes import ErrorCode
from mypy.indirection import TypeIndirectionVisitor
from mypy.messages import format_type_distinctly
from mypy.nodes import (
    Block,
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    MypyFile,
    NameExpr,
    TypeInfo,
    Var,
)
from mypy.server.subexpr import get_subexpressions
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
from typedxcom.mypy.types.silent import may_be_silent

__all__ = [
    "LIBRARIES",
    "Classes",
    "Site",
    "afresh",
    "inferred",
    "unknown",
]

# Names that do not change while mypy or its daemon runs.
LIBRARIES: Final = ("airflow.sdk.", "builtins.", f"{names.PUBLIC}.")


class Classes(dict[str, TypeInfo | None]):
    """Full name -> class of this build, or None where nobody has imported its module.

    It is a dict, because hooks ask it several times at each call in the user's code.

    Attributes:
        modules: Class of a library -> the modules that it depends on, once known.
    """

    def __init__(self, find: Callable[[str], TypeInfo | None]) -> None:
        self._find = find
        self.modules: dict[TypeInfo, set[str]] = {}

    def clear(self) -> None:
        """Starts a new build."""
        super().clear()
        self.modules.clear()

    def __missing__(self, fullname: str) -> TypeInfo | None:
        found = self._find(fullname)
        if found is not None and fullname.startswith(LIBRARIES):
            self[fullname] = found
        return found


def unknown() -> AnyType:
    """Returns the type for what nobody annotated."""
    return _UNKNOWN


_UNKNOWN: Final = AnyType(TypeOfAny.special_form)


# `Table[Row]` as the stub spells it.
_TABLE: Final = r"Table(?:Of)?\[([^\[\]]*)\](?: \| Any)?"


class _Inferred:
    """Types of argument expressions, kept while one outermost hook runs.

    Quiet inference evaluates nested calls again. Without this a chain of n calls costs 2**n.

    Attributes:
        depth: How many quiet inferences run inside one another, each with hooks of its own.
        types: The types that they found.
    """

    __slots__ = ("depth", "types")

    def __init__(self) -> None:
        self.depth = 0
        self.types: dict[Expression, ProperType] = {}


inferred: Final = _Inferred()  # one checker runs at a time


@contextmanager
def afresh() -> Iterator[None]:
    """Forgets known types while a whole body is checked: its loops infer some more than once."""
    saved = inferred.depth, inferred.types
    inferred.depth, inferred.types = 0, {}
    try:
        yield
    finally:
        inferred.depth, inferred.types = saved


class Site:
    """mypy's checker of one file.

    Attributes:
        api: The checker itself.
        classes: The classes of this build.
        config: The options.
        given_by_task: Returns the output of a task's usual call, or None for any other call.
        make_group: Returns the type of a task group, whose body it checks.
        sees_airflow: Whether the file imports anything that outputs come from.
        needs: What the code of functions needs of their parameters, by both, once known.
        may_be_silent: Whether mypy's options let it say nothing about a body that it skips, and
            nobody wants the types in it.
        pulls: The calls of ``xcom_pull`` in the file's tasks, once known.
        questions: Where the module's own code needs the value of an output, by call, once known.
        task_calls: The calls of tasks in a body that mypy skips. Of mypy's own errors in the
            body, only those at such a call or one of its arguments are reported.
        task_ids: The ids of the file's tasks, once known.
        callbacks_push: Whether callbacks of the file's tasks may push, once known.
        has_checked_branches: Whether the file's branches were looked at.
        passing: Functions of tasks whose result depends on a parameter without annotation.
        rebound: Task whose name an output has taken -> the type of that output.
        helpers: Functions without annotations that were called -> the last pass of mypy's
            that checked them; False for those that make no task.
        is_async: Whether mypy may be checking the function of a DAG that can ``await``.
    """

    __slots__ = (
        "_asks_for_context",
        "_lines",
        "_parts",
        "_text",
        "api",
        "callbacks_push",
        "classes",
        "config",
        "given_by_task",
        "has_checked_branches",
        "helpers",
        "is_async",
        "make_group",
        "may_be_silent",
        "needs",
        "passing",
        "pulls",
        "questions",
        "rebound",
        "sees_airflow",
        "task_calls",
        "task_ids",
    )

    def __init__(
        self,
        api: Any,
        classes: Classes,
        config: Config,
        given_by_task: Callable[[Site, CallExpr], Type | None],
        make_group: Callable[[Site, Decorator, CallableType], Type],
    ) -> None:
        self.api = api
        self.classes = classes
        self.config = config
        self.given_by_task = given_by_task
        self.make_group = make_group
        self.sees_airflow = sees_airflow(api.tree)
        # mypy before 2 checks a body before its decorator: each body may be one that awaits.
        self.is_async = bool(getattr(api, "recurse_into_functions", True))
        self.helpers: dict[FuncDef, object] = {}
        self.passing: set[FuncDef] = set()
        self.may_be_silent = may_be_silent(api.options)
        self.needs: dict[tuple[Any, str], Any] = {}
        self.task_ids: Any = None
        self.callbacks_push: bool | None = None
        self.has_checked_branches = False
        self.pulls: dict[CallExpr, Any] | None = None
        self.questions: dict[Expression, list[Any]] | None = None
        self.rebound: dict[Any, Type] = {}
        self.task_calls: list[CallExpr] | None = None
        self._asks_for_context: bool | None = None
        self._parts: dict[Block | MypyFile, list[Expression]] = {}
        self._text: bytes | None = None
        self._lines: list[bytes] | None = None

    @property
    def asks_for_context(self) -> bool:
        """Whether a task's body may get its context without a parameter for it."""
        if self._asks_for_context is None:
            self._asks_for_context = asks_for_context(self.api.tree)
        return self._asks_for_context

    def parts_of(self, body: Block | MypyFile) -> list[Expression]:
        """Returns the expressions in a body or a file, at any depth. Nobody changes the list."""
        found = self._parts.get(body)
        if found is None:
            found = self._parts[body] = get_subexpressions(body)
        return found

    def modules_of(self, types: Iterable[Type]) -> set[str]:
        """Returns the modules that types depend on. It knows those of library classes already."""
        known = self.classes.modules
        found: set[str] = set()
        others: list[Type] = []
        todo = list(types)
        for one in todo:  # the list grows meanwhile
            if type(one) is not Instance:
                if type(one) is not AnyType:
                    others.append(one)
            elif (modules := known.get(one.type)) is not None:
                found |= modules
                todo += one.args
            elif one.type.fullname.startswith(LIBRARIES):
                known[one.type] = TypeIndirectionVisitor().find_modules([Instance(one.type, [])])
                todo.append(one)
            else:
                others.append(one)
        return found | TypeIndirectionVisitor().find_modules(others)

    def mentions(self, word: bytes) -> bool:
        """Whether the text of the file has a word. It is quick to look, and few files have one."""
        text = self._read()
        return text is None or word in text

    @property
    def lines(self) -> list[bytes]:
        """Returns the lines of the file, with their ends; none if it cannot be read."""
        if self._lines is None:
            self._lines = (self._read() or b"").splitlines(keepends=True)
        return self._lines

    def _read(self) -> bytes | None:
        if self._text is None:
            try:
                with open(self.api.tree.path, "rb", buffering=0) as file:
                    self._text = file.read()
            except OSError:  # `mypy -c` has no file
                return None
        return self._text

    def defines(self, func: FuncDef) -> bool:
        """Whether a function is in this file. mypy's cache keeps no code of other files."""
        name: str = self.api.tree.fullname
        # For a function inside another one, mypy's full name is only the bare name.
        return "." not in func.fullname or func.fullname.startswith(f"{name}.")

    def fail(self, message: str, where: Context, code: ErrorCode) -> None:
        """Reports one sentence."""
        self.api.fail(message, where, code=code)

    def instance(self, fullname: str, args: list[Type] | None = None) -> Instance | None:
        """Returns an instance of a class of this build, or None if nobody imported its module."""
        info = self.classes[fullname]
        return None if info is None else Instance(info, args or [])

    def builtin(self, name: str, args: list[Type] | None = None) -> Instance:
        """Returns an instance of a class of builtins."""
        found: Instance = self.api.named_generic_type(f"builtins.{name}", args or [])
        return found

    def text_note(self, text: str) -> LiteralType:
        """Returns a string as a type, because mypy's cache keeps only types."""
        text_type = self.classes["builtins.str"]
        fallback = self.builtin("str") if text_type is None else Instance(text_type, [])
        return LiteralType(text, fallback)

    def describe(self, *types: Type) -> tuple[str, ...]:
        """Returns types as people read them. Classes of the same name get their module too."""
        texts = format_type_distinctly(*types, options=self.api.options, bare=True)
        return tuple(re.sub(_TABLE, r"Table[\1]", text) for text in texts)

    def note_call(self, call: CallExpr) -> None:
        """Remembers where a task is called."""
        if self.task_calls is not None:
            self.task_calls.append(call)

    def depend_on(self, found: Type) -> None:
        """Makes mypy check this place again if the fields of a class change.

        mypy's daemon sees only what the code itself names, not the base class of a model.
        """
        proper = get_proper_type(found)
        for info in proper.type.mro if isinstance(proper, Instance) else []:
            deps = self.api.tree.plugin_deps.setdefault(f"<{info.fullname}[wildcard]>", set())
            deps.add(self.api.tscope.current_target())

    @contextmanager
    def in_function(self, func: FuncDef) -> Iterator[None]:
        """Notes that the body of a DAG's function is being checked."""
        outer, self.is_async = self.is_async, self.is_async or func.is_coroutine
        try:
            yield
        finally:
            self.is_async = outer

    def type_of(self, expr: Expression) -> ProperType:
        """Returns the type of *expr* without reporting anything."""
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
        """Returns the type that a variable or a decorated function has at this place, if known."""
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
        """Returns an output under its task's name, without the class that fits anything."""
        proper = get_proper_type(found)
        if isinstance(proper, TupleType):
            proper = proper.partial_fallback
        is_output = isinstance(proper, Instance) and proper.type.fullname in names.OPEN
        return self.rebound[name.node] if is_output else found

    def quietly(self, infer: Callable[[], Type]) -> ProperType:
        """Infers a type, keeping neither errors nor the types of sub-expressions."""
        found: Type = self.has_errors(infer)[0]
        return get_proper_type(found)

    def has_errors(self, infer: Callable[[], Any]) -> tuple[Any, bool]:
        """Returns what *infer* returns, and whether mypy would have reported an error in it."""
        inferred.depth += 1
        try:
            with self.api.msg.filter_errors() as watch, self.api.local_type_map:
                found = infer()
        finally:
            inferred.depth -= 1
        return found, bool(watch.has_new_errors())

    def _from_callee(self, expr: Expression) -> ProperType | None:
        """Returns the result of a call of known type, whose arguments need no inference."""
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
