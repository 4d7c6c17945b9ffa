"""`dag`, a drop-in for Airflow's: the annotations of a DAG function are its contract.

Airflow's own decorator still makes the DAG. Ours gives it a function with another signature, which
turns arguments and defaults into JSON, and sets the DAG's Params once the DAG exists.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from airflow.sdk import Param
from airflow.sdk import dag as airflow_dag

from typedxcom.airflow.authoring.error_lines import on_the_authors_line
from typedxcom.airflow.authoring.refused import as_refused, wrong_call
from typedxcom.airflow.modes import warns
from typedxcom.airflow.params import DAG_ID
from typedxcom.airflow.private import NOTSET, DagContext
from typedxcom.annotations import signature_of
from typedxcom.errors import CodecError, ContractError, ValidationError, as_sentence
from typedxcom.params import NO_DEFAULT, PARAMS, DagParams, TypedParam, read_params
from typedxcom.scopes import local_names, settle

__all__ = ["dag"]


def dag(dag_id_or_func: Any = None, **options: Any) -> Any:
    """Make a DAG factory, as Airflow's ``@dag`` does, whose parameters have types.

    Args:
        dag_id_or_func: The function, or the id of the DAG.
        **options: What Airflow's ``@dag`` takes. ``params`` may also be a model, whose fields are
            the parameters.
    """
    if callable(dag_id_or_func) and not isinstance(dag_id_or_func, str):
        return _decorate(dag_id_or_func, (), options)
    given = () if dag_id_or_func is None else (dag_id_or_func,)
    return lambda function: _decorate(function, given, dict(options))


def _decorate(function: Any, given: tuple[Any, ...], options: dict[str, Any]) -> Any:
    author = _Author(function, options)
    dag_id = str(options.get("dag_id") or (given[0] if given else "") or function.__name__)

    @functools.cache
    def read() -> DagParams | None:
        """The parameters, read at the first call: a class may be defined after the function."""
        try:
            return author.read()
        except ContractError as error:
            if error.is_grave or not warns(dag_id):
                raise
            return None  # a DAG that only warns keeps Airflow's own parameters

    @functools.wraps(function)
    def build(**arguments: Any) -> Any:
        params, made = read(), DagContext.get_current()
        if params and made is not None:
            author.set_params(made, params)
        return function(**arguments)

    build.__signature__ = _Signature(author, read)  # type: ignore[attr-defined]
    factory: Any = airflow_dag(*given, **options)(build)  # type: ignore[no-untyped-call]
    setattr(factory, PARAMS, read)
    setattr(factory, DAG_ID, dag_id)
    return factory


class _Author:
    """What the author of a DAG wrote: the function, its defaults, a model, Params of Airflow's."""

    def __init__(self, function: Any, options: dict[str, Any]) -> None:
        given = options.get("params")
        self.function = function
        self.names = local_names(function)
        self.signature = signature_of(function)
        self.model = given if isinstance(given, type) else None
        if self.model is not None:
            settle([self.model])
            options["params"] = None
        self.stock: Mapping[str, Any] = {} if self.model is not None else given or {}

    def read(self) -> DagParams:
        """Read the types. Raises ContractError."""
        parameters = self.signature.parameters
        return read_params(
            self.function,
            model=self.model,
            local_names=self.names,
            defaults={name: self._default(name) for name in parameters},
            stock=[name for name in self.stock if name not in parameters],
        )

    def own(self, name: str) -> Any:
        """The Param of Airflow's that the author wrote for a parameter, if there is one."""
        parameter = self.signature.parameters.get(name)
        if parameter is not None and isinstance(parameter.default, Param):
            return parameter.default
        given = self.stock
        found = given.get_param(name) if name in given and hasattr(given, "get_param") else None
        return found if found is not None else given.get(name)

    def _default(self, name: str) -> Any:
        default, own = self.signature.parameters[name].default, self.own(name)
        if isinstance(own, Param) and (isinstance(default, Param) or default is NO_DEFAULT):
            return NO_DEFAULT if own.value is NOTSET else own.value
        return own if own is not None and default is NO_DEFAULT else default

    def set_params(self, made: Any, params: DagParams) -> None:
        """Give the DAG that is being built its Params, in the order of the signature."""
        known = {name: made.params.get_param(name) for name in made.params}
        found: dict[str, Any] = {}
        for name in (*self.signature.parameters, *params.params):
            if name in params.params:
                found[name] = self._param(params.params[name], known.get(name))
            elif name in known:
                found[name] = known[name]
        made.params = {**found, **{n: one for n, one in known.items() if n not in found}}
        setattr(made, PARAMS, params)

    def _param(self, typed: TypedParam, known: Any) -> Any:
        """A Param of Airflow's; what the author says in a Param of their own counts more."""
        schema, own = dict(typed.schema), self.own(typed.name)
        value = NOTSET if typed.default is NO_DEFAULT else typed.default
        if known is not None and not isinstance(known.value, Param) and known.value is not NOTSET:
            value = known.value  # an argument of the call
        if isinstance(own, Param):
            schema.update(own.schema)
        text = getattr(own, "description", None) or schema.pop("description", None)
        return Param(value, text, schema=schema)


class _Signature(inspect.Signature):
    """The signature of a DAG function, as Airflow's decorator binds the arguments of a call."""

    def __init__(self, author: _Author, read: Callable[[], DagParams | None]) -> None:
        super().__init__(list(author.signature.parameters.values()))
        self._author, self._read_params = author, read

    @on_the_authors_line
    def bind(self, /, *args: Any, **kwargs: Any) -> inspect.BoundArguments:
        """Bind a call. Its arguments become JSON, and parameters without a value may be missing."""
        params = self._read_params()
        if not params:
            return self._bound(inspect.Signature(list(self.parameters.values())), args, kwargs)
        opened = inspect.Signature(
            [_opened(one, params) for one in self.parameters.values()],
            __validate_parameters__=False,
        )
        bound = self._bound(opened, args, kwargs)
        for name, value in bound.arguments.items():
            if name in params.params and value is not NOTSET:
                bound.arguments[name] = _as_json(params, name, value)
        return bound

    def _bound(self, opened: inspect.Signature, args: Any, kwargs: Any) -> inspect.BoundArguments:
        """Bind a call to *opened*. Raises WiringError, which names the function."""
        try:
            return opened.bind(*args, **kwargs)
        except TypeError as error:
            function = self._author.function
            label = f"DAG function {function.__name__!r}"
            empty = inspect.Parameter.empty
            required = [name for name, one in opened.parameters.items() if one.default is empty]
            sentences = wrong_call(function, label, required, args, kwargs)
            raise as_refused(next(sentences, f"{label}:"), error) from None


def _opened(parameter: inspect.Parameter, params: DagParams) -> inspect.Parameter:
    typed = params.params.get(parameter.name)
    if typed is None:
        return parameter
    default = NOTSET if typed.default is NO_DEFAULT else typed.default
    return parameter.replace(default=default)


def _as_json(params: DagParams, name: str, value: Any) -> Any:
    if isinstance(value, Param):
        return NOTSET if value.value is NOTSET else _as_json(params, name, value.value)
    try:
        return params.params[name].as_json(value)
    except (ValidationError, CodecError) as error:
        raise ContractError(as_sentence(str(error.about(f"{params.dag}({name})")))) from None
