"""The contract of one task: what it requires and promises, read lazily from its annotations.

A contract is a frozen value. A separate object caches what it has read so far.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from typedxcom.annotations import BY_POSITION, VARIADIC, signature_of
from typedxcom.errors import ContractError, UnsupportedTypeError
from typedxcom.promises import (
    ANYTHING,
    RETURN_PLACE,
    Promise,
    Promises,
    context_promise,
    parameter_place,
    read_promises,
)
from typedxcom.schema import Schema, schema_of
from typedxcom.schema.nodes import Record, TableOf, walk
from typedxcom.stored import TABLE_FORMATS
from typedxcom.stored.access import TableFormat

__all__ = ["CONTRACT", "Argument", "Contract", "Place", "Promise", "contract_of"]

CONTRACT = "__typedxcom__"
_BY_KEYWORD = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_NOTHING_READ = Promises()
Place: TypeAlias = int | str
"""The place of an argument in a call: its position, or its keyword."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, and the parameter that takes it.

    Attributes:
        place: Its position or its keyword. No other argument of the call has the same place.
        name: The parameter's name in messages, for example ``*args``.
        value: The argument itself.
        promise: The parameter's promise.
        injected: Whether Airflow fills the parameter from its context.
    """

    place: Place
    name: str
    value: Any
    promise: Promise = ANYTHING
    injected: bool = False


@dataclass(slots=True)
class ContractReading:
    """The part of a function's annotations that was read so far, so that nothing is read twice.

    Attributes:
        promises: The newest reading. It may contain names that have no meaning yet.
        travelling: A reading that was checked: XComs can carry all of its types.
        context: The promises of parameters that Airflow fills, for arguments that the author
            gives anyway.
    """

    promises: Promises = _NOTHING_READ
    is_complete: bool = False
    travelling: Promises | None = None
    context: dict[str, Promise] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """The inputs and the output of one task function.

    Attributes:
        function: The author's function.
        injected: Names of parameters that Airflow fills from the context, unless they are given.
        reserved: Whether the task fails if one of these gets an argument by position.
        inputs: One model over all parameters, for rules between them.
        output: The type of the result. It overrides the return annotation.
        store: The name of the store for large values; None for the deployment's default.
        format: How returned tables are stored: ``arrow`` or ``parquet``; None for arrow.
        preview: How many rows of a stored value the UI shows; None for the deployment's setting,
            False for no preview.
        returns: False if the function's annotation does not describe what the task pushes.
        local_names: Names of the scope in which the function was defined.
    """

    function: Callable[..., Any]
    injected: frozenset[str] = frozenset()
    reserved: bool = True
    inputs: Any = None
    output: Any = None
    store: str | None = None
    format: TableFormat | None = None
    preview: int | None = None
    returns: bool = True
    local_names: Mapping[str, Any] = field(default_factory=dict)
    _reading: ContractReading = field(
        default_factory=ContractReading, init=False, repr=False, compare=False
    )

    @cached_property
    def signature(self) -> inspect.Signature:
        """The function's signature."""
        return signature_of(self.function)

    @cached_property
    def _positional(self) -> list[str]:
        """The parameters that take arguments by position, in their order."""
        return [
            name
            for name, parameter in self.signature.parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def parameter(self, name: str) -> Promise:
        """Returns the promise for an argument with the keyword *name*."""
        promises, parameter = self._read(), self.signature.parameters.get(name)
        is_taken = name in promises.parameters
        if parameter is not None and parameter.kind is parameter.POSITIONAL_ONLY:
            is_taken = is_taken and not self._catch_all(inspect.Parameter.VAR_KEYWORD)
        if is_taken:
            return promises.parameters[name]
        is_own = parameter is not None and parameter.kind in _BY_KEYWORD
        return ANYTHING if is_own else promises.others

    @property
    def parameters(self) -> Mapping[str, Promise]:
        """The promise of each parameter that has an annotation."""
        return self._read().parameters

    @property
    def returned(self) -> Promise:
        """The promise of what the task pushes as its return value."""
        return self._read().returned

    @property
    def body(self) -> Promise:
        """The promise of the function's own ``return``, even if the task pushes something else."""
        return self._read().body

    @property
    def loops(self) -> Mapping[str, Promise]:
        """The promise of the state of the loop, for each parameter annotated ``Loop[T]``."""
        return self._read().loops

    @property
    def is_resolved(self) -> bool:
        """Whether every name in the annotations can be resolved by now."""
        return self._read().is_complete

    def knowing(self, names: Mapping[str, Any]) -> Contract:
        """Returns the same contract with more names of the scope that defined the function."""
        return replace(self, local_names={**self.local_names, **names})

    def is_injected(self, name: str) -> bool:
        """Whether Airflow fills the parameter *name* from its context."""
        return name in self.injected or name in self._read().loops

    def takes(self, name: str) -> bool:
        """Whether the function takes the keyword *name*."""
        parameter = self.signature.parameters.get(name)
        is_own = parameter is not None and parameter.kind not in VARIADIC
        return is_own or bool(self._catch_all(inspect.Parameter.VAR_KEYWORD))

    def takes_positions(self, count: int) -> bool:
        """Whether the function takes *count* arguments by position."""
        kinds = [one.kind for one in self.signature.parameters.values()]
        is_open = inspect.Parameter.VAR_POSITIONAL in kinds
        return is_open or count <= sum(kind in BY_POSITION for kind in kinds)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Argument]:
        """Yields each argument of a call with the parameter that takes it."""
        promises = self._read()
        positional = self._positional if args else []
        for index, value in enumerate(args):
            if index >= len(positional):
                rest = self._catch_all(inspect.Parameter.VAR_POSITIONAL)
                yield Argument(index, f"*{rest or 'args'}", value, promises.rest)
                continue
            name = positional[index]
            promise = promises.parameters.get(name, ANYTHING)
            injected = name in self.injected or name in promises.loops
            yield Argument(index, name, value, promise, injected)
        for name, value in kwargs.items():
            injected = name in self.injected or name in promises.loops
            promise = self.of_context(name) if injected else self.parameter(name)
            yield Argument(name, name, value, promise, injected)

    def says_nothing_somewhere(self) -> bool:
        """Whether some parameter has no type, so that it takes any value."""
        promises = self._read()
        for name, parameter in self.signature.parameters.items():
            promise = promises.parameters.get(name, ANYTHING)
            if parameter.kind is parameter.VAR_POSITIONAL:
                promise = promises.rest
            elif parameter.kind is parameter.VAR_KEYWORD:
                promise = promises.others
            if promise.is_open and not self.is_injected(name):
                return True
        return False

    def says_nothing_of(self, argument: Argument) -> bool:
        """Whether *argument* goes to a parameter without a type, now and later."""
        if argument.injected or not argument.promise.is_open:
            return False
        unresolved = self._read().unresolved
        is_own = argument.name in self.signature.parameters
        return argument.name not in unresolved if is_own else not unresolved

    def refuse_unsupported(self) -> None:
        """Raises ContractError if a value of this contract could not come back.

        If no XCom can hold a parameter's values, such as a function, only `refuse_wired` rejects
        the parameter: when an output is wired into it.
        """
        promises = self._read()
        if promises is self._reading.travelling:
            return
        for name, place, promise in promises.doubtful():
            is_wired = name is None or not (self.is_injected(name) or promise.is_local)
            if is_wired:
                self._refuse(promise, place)
        if self.inputs is not None:
            self._refuse(
                Promise(self.inputs, self._schema_given("inputs", self.inputs)), "the inputs"
            )
        if self.format is not None:
            self._refuse_format()
        if promises.is_complete:
            self._reading.travelling = promises

    def forgiving(self) -> tuple[Contract, list[str]]:
        """Returns the same contract without the types that cannot travel, and why they cannot.

        There is one sentence for each of these types.

        Raises:
            ContractError: A type holds a secret, or an argument of the decorator is wrong.
        """
        promises, sentences = self._read(), []

        def kept(promise: Promise, place: str) -> Promise:
            try:
                self._refuse(promise, place)
            except ContractError as error:
                if error.is_grave:
                    raise
                sentences.append(str(error))
                return ANYTHING
            return promise

        parameters = {
            name: promise if promise.is_local else kept(promise, parameter_place(name))
            for name, promise in promises.parameters.items()
        }
        made = replace(self)
        made._reading.is_complete = True
        made._reading.promises = replace(
            promises,
            parameters=parameters,
            rest=kept(promises.rest, "the parameter `*args`"),
            others=kept(promises.others, "the parameter `**kwargs`"),
            returned=kept(promises.returned, RETURN_PLACE),
        )
        made.refuse_unsupported()
        return made, sentences

    def refuse_wired(self, arguments: Iterable[Argument]) -> None:
        """Raises UnsupportedTypeError if an output goes to a parameter that XComs cannot fill.

        Args:
            arguments: The arguments that hold outputs.
        """
        for argument in arguments:
            if argument.promise.is_local and not argument.injected:
                self._refuse(argument.promise, parameter_place(argument.name))

    @property
    def has_local(self) -> bool:
        """Whether some parameter takes values that only the DAG file itself can give."""
        return any(promise.is_local for promise in self.parameters.values())

    def _refuse(self, promise: Promise, place: str) -> None:
        try:
            promise.refuse_unsupported()
        except ContractError as error:
            msg = f"Task function {self.name!r}, {place}: {error}"
            if isinstance(error, UnsupportedTypeError):
                raise UnsupportedTypeError(
                    msg, annotation=error.annotation, is_grave=error.is_grave
                ) from None
            raise ContractError(msg, is_grave=error.is_grave) from None

    def _refuse_format(self) -> None:
        """Raises ContractError if the task returns no table, or the format is unknown."""
        if self.format not in TABLE_FORMATS:
            known = " or ".join(map(repr, TABLE_FORMATS))
            raise ContractError(f"Task function {self.name!r}: format is {self.format!r}: {known}.")
        whole = self.returned.schema
        if not any(isinstance(node, TableOf) for _, node in walk(whole, into_models=False)):
            raise ContractError(
                f"Task function {self.name!r}: format={self.format!r} says how a table is stored, "
                f"but it returns `{whole}`. Return Table[Row], or leave the format out."
            )

    def resolve(self) -> None:
        """Resolves every annotation now, and imports what is imported only for type checking.

        Raises:
            ContractError: A name in an annotation has no meaning at run time either.
        """
        promises = self._read(importing=True)
        missing = [
            (parameter_place(name), what)
            for name, what in promises.unresolved.items()
            if not self.is_injected(name)
        ]
        if promises.unresolved_return is not None:
            missing.append((RETURN_PLACE, promises.unresolved_return))
        if missing:
            place, what = missing[0]
            raise ContractError(
                f"Task function {self.name!r}: the annotation of {place} names `{what}`, which does "
                "not exist at run time. Import it at run time, or give the type with "
                "@task(output=...) or @task(inputs=...)."
            )

    def of_context(self, name: str) -> Promise:
        """Returns the promise of a parameter that Airflow fills, if the author fills it anyway."""
        known = self._reading.context
        if name not in known:
            promise = self.parameters.get(name)
            found = context_promise(self.function, name, local_names=self.local_names)
            known[name] = promise or found
        return known[name]

    def _catch_all(self, kind: Any) -> str | None:
        return next((name for name, p in self.signature.parameters.items() if p.kind is kind), None)

    def _read(self, *, importing: bool = False) -> Promises:
        """Returns the promises. Names that cannot be resolved are tried again at the next call."""
        reading = self._reading
        if not reading.is_complete:
            found = read_promises(
                self.function,
                self.signature,
                injected=self.injected,
                local_names=self.local_names,
                importing=importing,
                before=reading.promises,
            )
            reading.promises = self._with_overrides(found)
            reading.is_complete = reading.promises.is_complete
        return reading.promises

    def _with_overrides(self, promises: Promises) -> Promises:
        """Replaces the parts of *promises* that the decorator's arguments override."""
        if not self.returns:
            promises = replace(promises, returned=ANYTHING, unresolved_return=None)
        if self.output is not None:
            returned = Promise(self.output, self._schema_given("output", self.output))
            promises = replace(promises, returned=returned, unresolved_return=None)
        if self.inputs is None:
            return promises
        schema = self._schema_given("inputs", self.inputs)
        if not isinstance(schema, Record) or schema.style in ("typeddict", "namedtuple"):
            raise ContractError(
                f"Task function {self.name!r}: @task(inputs=...) takes a pydantic model whose "
                f"fields are parameters, got `{schema}`."
            )
        given = {name: Promise(Any, part.schema) for name, part in schema.fields.items()}
        unresolved = {n: what for n, what in promises.unresolved.items() if n not in given}
        return replace(promises, parameters={**promises.parameters, **given}, unresolved=unresolved)

    def _schema_given(self, keyword: str, annotation: Any) -> Schema:
        """Returns the schema of a decorator's argument. Raises ContractError for a quoted name."""
        try:
            return schema_of(annotation)
        except NameError as error:
            raise ContractError(
                f"Task function {self.name!r}: @task({keyword}=...) names something that does not "
                "exist: "
                f"{error}. Give the class itself, not its name in quotes."
            ) from error


def contract_of(function: Any) -> Contract | None:
    """Returns the contract attached to *function*. Other decorators can attach one as well."""
    return getattr(function, CONTRACT, None)
