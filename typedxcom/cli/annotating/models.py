"""Decides which dicts become models, for `typedxcom annotate --models`.

A model is no dict: ``row["total"]`` fails on one. So a dict becomes a model together with all code
that reads it, or stays a dict with a TypedDict. It must be so for each task of a DAG that gets the
value: its code reads only keys, the value comes from nowhere else, and no other code may pull it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from typedxcom.airflow.decorator_kinds import is_typed, kind_of
from typedxcom.airflow.wiring.edges import arguments_of, outputs_in
from typedxcom.airflow.wiring.flows import RETURN_KEY, operator_contract
from typedxcom.airflow.wiring.readers import read_in
from typedxcom.cli.annotating.displays import as_attributes, as_calls, displays_of
from typedxcom.cli.annotating.edits import Source, parameters_of
from typedxcom.cli.annotating.variables import KeptDict, Shape, Variables
from typedxcom.cli.annotating.wishes import NewDict, Wish, file_of, function_of, given_type
from typedxcom.cli.spelling import Spelling
from typedxcom.inference.source import FunctionNode
from typedxcom.schema import Schema
from typedxcom.schema.nodes import Inferred, Record, Scalar, SequenceOf, Written, members_of

__all__ = ["KINDS", "ModelKind", "ModelPlan", "Models"]

_NONE = Scalar(type(None))


@dataclass(frozen=True)
class ModelKind:
    """How a class of models is written.

    Attributes:
        needed: What it imports.
        head: The lines above its fields.
    """

    needed: Spelling
    head: str


KINDS = {
    "typeddict": ModelKind(Spelling("TypedDict"), "class {}(TypedDict):"),
    "pydantic": ModelKind(Spelling("BaseModel", {"BaseModel": BaseModel}), "class {}(BaseModel):"),
    "dataclass": ModelKind(
        Spelling("dataclass", {"dataclass": dataclass}), "@dataclass\nclass {}:"
    ),
}


@dataclass
class ModelPlan:
    """The changes that make the dicts of one task models, beside its own annotation.

    Attributes:
        edits: As in `Source`.
        parameters: The parameters of its readers: with their default, and their annotation.
    """

    edits: list[tuple[int, int, str]] = field(default_factory=list)
    parameters: list[tuple[ast.arg, ast.expr | None, str]] = field(default_factory=list)


class Models:
    """Plans models for the tasks of one file.

    Args:
        dags: The DAGs that have its tasks.
        path: The file; a resolved path.
        is_imported: Whether other files import it.
        source: Its text.
        names: The names of its module.
        definition: Finds the definition of a function in it.
    """

    def __init__(
        self,
        dags: Collection[Any],
        path: Path,
        is_imported: Callable[[], bool],
        source: Source,
        names: dict[str, Any],
        definition: Callable[[Any], FunctionNode | None],
    ) -> None:
        self._operators = [operator for dag in dags for operator in dag.tasks]
        self._path, self._is_imported = path, is_imported
        self._source, self._names, self._definition = source, names, definition

    def plan(self, wish: Wish, node: FunctionNode, kind: ModelKind) -> ModelPlan:
        """Returns how the dicts that a task returns become models of the class in its wish.

        Raises:
            KeptDict: They cannot, or not surely.
        """
        new, plan = wish.dicts[0], ModelPlan()
        self._refuse_file(kind)
        _refuse_fields(new, kind)
        for operator in wish.operators:
            _refuse_kind(operator, node.name)
        own = Variables(node, new.fields, self._names)
        found = displays_of(node, own)
        own.finish()
        for display in found:
            keys = [getattr(key, "value", None) for key in display.keys]
            if keys != list(dict.fromkeys(keys)) or set(keys) != set(new.fields):
                raise KeptDict("its dicts do not all show the same keys")
        plan.edits += [
            *as_calls(self._source, found, new.name),
            *as_attributes(self._source, own),
        ]
        for reader, parameters in self._readers(wish, node.name).items():
            for name, given in parameters.items():
                self._plan_reader(plan, new, reader, name, given)
        return plan

    def _refuse_file(self, kind: ModelKind) -> None:
        for name, what in kind.needed.names.items():
            if self._names.get(name, what) is not what:
                raise KeptDict(f"the file has another `{name}`")
        if self._is_pulled:
            raise KeptDict("it may be read by an xcom_pull or through .function")
        if self._is_imported():
            raise KeptDict("other files import this one")

    @cached_property
    def _is_pulled(self) -> bool:
        """Whether some code may read a value without an argument for it."""
        words = {getattr(node, "attr", "") for node in ast.walk(self._source.tree)}
        functions = filter(None, map(function_of, self._operators))
        words.update(name for one in functions for name in one.__code__.co_names)
        return not words.isdisjoint({"xcom_pull", "function"})

    def _readers(self, wish: Wish, name: str) -> dict[Any, dict[str, list[Schema]]]:
        """Returns the functions that read what *wish* returns: parameter -> what it gets."""
        readers: dict[Any, dict[str, list[Schema]]] = {}
        for operator in self._operators:
            with read_in(operator.task_group):
                for argument, is_mapped in arguments_of(operator, operator_contract(operator)):
                    if not self._comes_from(argument.value, wish):
                        continue
                    function = self._reader(operator, argument, is_mapped=is_mapped)
                    given = given_type(argument.value, is_mapped=is_mapped)
                    readers.setdefault(function, {}).setdefault(argument.name, []).append(given)
        for function, parameters in readers.items():
            self._refuse_other_sources(wish, function, parameters, name)
        return readers

    def _comes_from(self, value: Any, wish: Wish) -> bool:
        """Whether an argument holds what the tasks of *wish* return."""
        code = wish.function.__code__
        return any(
            getattr(function_of(source), "__code__", None) is code and key == RETURN_KEY
            for output in outputs_in(value)
            for source, key in output.iter_references()
        )

    def _reader(self, operator: Any, argument: Any, *, is_mapped: bool) -> Any:
        """Returns the function of a task that gets the value just as it is."""
        what = f"{operator.task_id}({argument.name})"
        function = function_of(operator)
        if function is None or argument.name == "**" or not _is_output(argument.value):
            raise KeptDict(f"{what} does not read it as it is")
        if file_of(function) != self._path:
            raise KeptDict(f"{what} is in another file")
        _refuse_kind(operator, operator.task_id)
        return function

    def _refuse_other_sources(
        self, wish: Wish, function: Any, parameters: Collection[str], name: str
    ) -> None:
        code = function.__code__
        for operator in self._operators:
            own = function_of(operator)
            if own is None or own.__code__ is not code:
                continue
            with read_in(operator.task_group):
                for argument, _ in arguments_of(operator, operator_contract(operator)):
                    is_read = argument.name in parameters
                    if is_read and not self._comes_from(argument.value, wish):
                        what = f"{operator.task_id}({argument.name})"
                        raise KeptDict(f"{what} gets other values than those of {name}()")

    def _plan_reader(
        self, plan: ModelPlan, new: NewDict, function: Any, name: str, given: list[Schema]
    ) -> None:
        node = self._definition(function)
        pair = None if node is None else _parameter(node, name)
        what = f"{function.__name__}({name})"
        if node is None or pair is None:
            raise KeptDict(f"{what} is no plain parameter of this file")
        arg, default = pair
        if arg.annotation is not None:
            raise KeptDict(f"{what} has an annotation")
        if default is not None and getattr(default, "value", default) is not None:
            raise KeptDict(f"{what} has a default")
        shapes = {_shape(one) for one in given}
        shape = shapes.pop()
        if shapes or shape is None:
            raise KeptDict(f"{what} gets `{given[0]}`")
        variables = Variables(node, new.fields, self._names)
        try:
            variables.follow(name, shape, node.args)
            variables.finish()
            plan.edits += as_attributes(self._source, variables)
        except KeptDict as error:
            raise KeptDict(f"in {function.__name__}(), {error}") from None
        may_lack = default is not None or any(_NONE in members_of(one) for one in given)
        text = new.name if shape == "one" else f"list[{new.name}]"
        plan.parameters.append((arg, default, f"{text} | None" if may_lack else text))


def _refuse_fields(new: NewDict, kind: ModelKind) -> None:
    if new.optional:
        raise KeptDict("its dicts do not all have the same keys")
    for name in new.fields:
        is_taken = BaseModel in kind.needed.names.values() and (
            hasattr(BaseModel, name) or name[:6] == "model_"
        )
        if is_taken or name.startswith("_") or name == "self":
            raise KeptDict(f"no field can be called {name!r}")


def _refuse_kind(operator: Any, name: str) -> None:
    if not is_typed(operator):
        raise KeptDict(
            f"{name} is a task of Airflow's own, which would store the name of the class. Import "
            "`task` from typedxcom first"
        )
    if kind_of(getattr(operator, "operator_class", type(operator))).place != "worker":
        raise KeptDict(f"{name} runs where the class is not known")


def _is_output(value: Any) -> bool:
    """Whether *value* is the whole output of one task."""
    from typedxcom.airflow.authoring.outputs import XComArg

    return type(value) is XComArg and value.key == RETURN_KEY


def _shape(schema: Schema) -> Shape | None:
    members = [one for one in members_of(_bare(schema)) if one != _NONE]
    if members and all(map(_is_display, members)):
        return "one"
    match members:
        case [SequenceOf(type=kind, item=item)] if kind is list:
            return "many" if all(map(_is_display, members_of(_bare(item)))) else None
    return None


def _is_display(schema: Schema) -> bool:
    inner = _bare(schema)
    return isinstance(inner, Record) and inner.type is dict


def _bare(schema: Schema) -> Schema:
    """Returns a type without the mark of where it comes from. Items of mapped tasks have one."""
    return schema.inner if isinstance(schema, (Inferred, Written)) else schema


def _parameter(node: FunctionNode, name: str) -> tuple[ast.arg, ast.expr | None] | None:
    return next((pair for pair in parameters_of(node) if pair[0].arg == name), None)
