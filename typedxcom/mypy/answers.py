"""Answers mypy's questions: a table from full names to functions.

Every hook is guarded: a fault in it is reported once and never ends the user's run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeVar

from mypy.nodes import FuncDef, MypyFile, OverloadedFuncDef, TypeInfo
from mypy.plugin import (
    AnalyzeTypeContext,
    AttributeContext,
    ClassDefContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
    Plugin,
)
from mypy.types import FunctionLike, Type

from typedxcom.mypy import names
from typedxcom.mypy.config import Config
from typedxcom.mypy.features import decorators, operators, uses
from typedxcom.mypy.features.dags import relax_dag, relax_task_group
from typedxcom.mypy.features.groups import decorated_group
from typedxcom.mypy.features.settings import decorator_signature
from typedxcom.mypy.features.texts import MAKE_TEXT, formatted
from typedxcom.mypy.guard import guarded, report, reset
from typedxcom.mypy.hooks import RETURNS, SIGNATURES, infer_unannotated
from typedxcom.mypy.types import bases
from typedxcom.mypy.types.imports import is_library
from typedxcom.mypy.types.passed import given_by_task
from typedxcom.mypy.types.site import LIBRARIES, Classes, Site, inferred
from typedxcom.mypy.types.tables import table_or_any
from typedxcom.mypy.types.tasks import forget

__all__ = ["Answers"]

_Context = TypeVar("_Context")
_Result = TypeVar("_Result")
_SignatureHook = Callable[[Any], FunctionLike]  # of a function or a method, as in `hooks`
_ReturnHook = Callable[[Any], Type]
_AttributeHook = Callable[[AttributeContext], Type]


class Answers:
    """The hooks by full name, for the questions of one plugin.

    Attributes:
        classes: The classes of the build.
    """

    def __init__(self, plugin: Plugin, config: Config) -> None:
        self._plugin = plugin
        self.config = config
        self.classes = Classes(self._find)
        self._sites = _Sites(self)
        reset()
        self.begin()
        self._functions = self._guarded(RETURNS, names.SDK, _default_return)
        self._infer = self._guard(infer_unannotated, _default_return)
        self._plain_call = self._guard(uses.plain_call, _default_signature)
        self._computing = self._guard(uses.computing_call, _default_signature)
        self._formatted = self._guard(formatted, _default_signature)
        # mypy asks at each call and each attribute, mostly for the same few: a dict is fast.
        signatures = self._guarded(SIGNATURES, names.SDK_TASKS, _default_signature)
        for question, hooks in (
            ("get_method_signature_hook", _Hooks(signatures, self._method_signature_hook)),
            ("get_method_hook", _Hooks(self._functions, self._method_hook)),
            ("get_attribute_hook", _Hooks({}, self._attribute_hook)),
        ):
            setattr(self, question, hooks.__getitem__)

    def begin(self) -> None:
        """Starts a new build and forgets what was found in the last one."""
        forget()
        self.classes.clear()
        self._sites.clear()
        self._others: set[str] = set()  # names of libraries that mypy has asked for
        self._to_mend = dict(_MENDED)

    def site_of(self, api: Any) -> Site:
        """Returns the site of the file that a checker of mypy's works on."""
        return self._sites[api]

    # What mypy asks ------------------------------------------------------------------------------

    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        """Removes the ``Any`` base of outputs, which other checkers see, and adds one to tables."""
        if fullname == names.TABLE:
            return bases.make_open
        if fullname not in names.OUTPUTS or fullname in names.OPEN:
            return None
        return guarded(bases.make_strict, bases.leave)

    def get_type_analyze_hook(self, fullname: str) -> Callable[[AnalyzeTypeContext], Type] | None:
        """Lets ``Table[Row]`` stand for any library's table."""
        return table_or_any if fullname in (names.TABLE, names.PUBLIC_TABLE) else None

    def get_base_class_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """Gives Airflow's own ``XComArg`` keys, because it does not declare that it has them."""
        return guarded(bases.add_keys, bases.leave) if fullname == names.SDK_DEPENDENCY else None

    def _method_signature_hook(self, fullname: str) -> _SignatureHook | None:
        """Returns the hook that judges the arguments of a method's call."""
        owner, _, method = fullname.rpartition(".")
        if fullname == "builtins.str.format":
            return self._formatted
        if owner in names.OUTPUTS and method in uses.REFUSED:
            return self._guard(partial(uses.refuse, method=method), _default_signature)
        if owner == names.SDK_DECORATORS and method not in _CONDITIONS:
            if not self.config.check_plain_airflow:
                return None
            return self._guard(partial(decorator_signature, kind=method), _default_signature)
        if self.config.check_plain_calls and self._is_users(fullname):
            return self._plain_call
        return None

    def _method_hook(self, fullname: str) -> _ReturnHook | None:
        """Returns the hook that decides what a method's call returns."""
        owner, _, method = fullname.rpartition(".")
        if not self.config.check_plain_airflow and fullname.startswith(names.SDK):
            return None
        if owner in (names.DECORATORS, names.SDK_DECORATORS):
            return self._decorator(method, plain=owner == names.SDK_DECORATORS)
        if method == "partial" and self.config.check_operators and self._operator(owner):
            return self._guard(operators.partial_operator, _default_return)
        return None

    def _decorator(self, method: str, *, plain: bool) -> _ReturnHook:
        """Returns the hook of ``@task`` or ``@task.branch``."""
        if method in _CONDITIONS:
            return self._guard(decorators.condition, _default_return)
        kind = "python" if method == "__call__" else method
        hook = partial(decorators.decorate_task, kind=kind, plain=plain)
        return self._guard(hook, _default_return)

    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        """Returns the hook of a classic operator, or of one of the user's own functions."""
        if self._to_mend:
            self._mend()
        if fullname in uses.COMPUTING:
            return self._computing
        if fullname in MAKE_TEXT:
            return self._formatted
        if self.config.check_operators and self._operator(fullname):
            return self._guard(operators.construct, _default_signature)
        if self.config.check_plain_calls and self._is_users(fullname):
            return self._plain_call
        return None

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Returns the hook of a decorator function, or of a function without annotations."""
        if self._to_mend:
            self._mend()
        if fullname in self._functions:
            return self._functions[fullname]
        if self._is_users(fullname):
            return self._infer
        return None

    def _attribute_hook(self, fullname: str) -> _AttributeHook | None:
        """Returns the hook of an output's attribute, or of ``task.docker``."""
        owner, _, name = fullname.rpartition(".")
        if owner == names.REFUSED:
            return self._guard(partial(uses.attribute, name=name), _default_attribute)
        if owner in (names.SDK_XCOMARG, names.SDK_DEPENDENCY):
            hook = partial(uses.shadowed_attribute, name=name)
            return self._guard(hook, _default_attribute)
        if owner in (names.DECORATORS, names.SDK_DECORATORS):
            hook = partial(decorators.sub_decorator, kind=name)
            return self._guard(hook, _default_attribute)
        if name == "output" and owner.startswith(names.SDK):
            return self._guard(operators.output, _default_attribute)
        return None

    # Helpers -------------------------------------------------------------------------------------

    def _guard(
        self, hook: Callable[[Site, _Context], _Result], default: Callable[[_Context], _Result]
    ) -> Callable[[_Context], _Result]:
        sites = self._sites

        # All in one function, because it runs at each call in the user's code.
        def run(ctx: Any) -> _Result:
            try:
                return hook(sites[ctx.api], ctx)
            except Exception as fault:  # whatever the fault is, the user's run goes on
                report(ctx, fault)
                return default(ctx)
            finally:
                if inferred.types and not inferred.depth:
                    inferred.types.clear()

        return run

    def _guarded(
        self,
        hooks: dict[str, Callable[[Site, Any], _Result]],
        plain: str | tuple[str, ...],
        default: Callable[[Any], _Result],
    ) -> dict[str, Callable[[Any], _Result] | None]:
        """Guards the hooks of a table. Leaves out those of *plain* Airflow unless asked for."""
        return {
            name: self._guard(hook, default)
            for name, hook in hooks.items()
            if self.config.check_plain_airflow or not name.startswith(plain)
        }

    def _find(self, fullname: str) -> TypeInfo | None:
        found = self._plugin.lookup_fully_qualified(fullname)
        return found.node if found is not None and isinstance(found.node, TypeInfo) else None

    def _operator(self, fullname: str) -> bool:
        info = self.classes[fullname] if "." in fullname else None
        return info is not None and operators.is_operator(info)

    def _is_users(self, fullname: str) -> bool:
        """Whether a function is not from the standard library, a stub or Airflow."""
        if "." not in fullname:
            return not fullname.startswith("<")  # "<list>" is mypy's name for a display
        if fullname.startswith(
            ("builtins.", "typing.", "airflow.", "typedxcom.", f"{names.PUBLIC}.")
        ):
            return False
        if fullname in self._others:
            return False
        found = self._plugin.lookup_fully_qualified(fullname)
        if found is None:
            return False
        module = self._module_of(fullname)
        if module is not None and (module.is_stub or is_library(module.path)):
            self._others.add(fullname)
            return False
        return module is not None and isinstance(found.node, (FuncDef, OverloadedFuncDef))

    def _module_of(self, fullname: str) -> MypyFile | None:
        modules = self._plugin._modules or {}
        head = fullname
        while "." in head:
            head = head.rpartition(".")[0]
            if head in modules:
                return modules[head]
        return None

    def _mend(self) -> None:
        """Mends two of Airflow's signatures as soon as their modules are in the build."""
        for fullname, mend in list(self._to_mend.items()):
            symbol = self._plugin.lookup_fully_qualified(fullname)
            if symbol is not None and mend(symbol.node):
                del self._to_mend[fullname]


class _Sites(dict[Any, Site]):
    """Keeps the site of the last file only."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def __missing__(self, api: Any) -> Site:
        self.clear()
        self[api] = made = Site(
            api, self._answers.classes, self._answers.config, given_by_task, decorated_group
        )
        return made


class _Hooks(dict[str, Any]):
    """Full name -> hook or None. It keeps the names of libraries once mypy has asked for them."""

    def __init__(self, known: dict[str, Any], find: Callable[[str], Any]) -> None:
        super().__init__(known)
        self._find = find

    def __missing__(self, fullname: str) -> Any:
        found = self._find(fullname)
        if fullname.startswith(LIBRARIES):
            self[fullname] = found
        return found


_CONDITIONS: Final = ("run_if", "skip_if")
_MENDED: Final = {
    names.SDK_DAG_FUNCTION: relax_dag,
    names.SDK_GROUP_FUNCTION: relax_task_group,
}


def _default_signature(ctx: FunctionSigContext | MethodSigContext) -> FunctionLike:
    return ctx.default_signature


def _default_return(ctx: FunctionContext | MethodContext) -> Type:
    return ctx.default_return_type


def _default_attribute(ctx: AttributeContext) -> Type:
    return ctx.default_attr_type
