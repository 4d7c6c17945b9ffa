"""What one task requires and promises: its function's annotations, read lazily and once.

A contract is a frozen value. What it has read so far is kept beside it, in an object of its own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from typedxcom.errors import ContractError, UnsupportedTypeError
from typedxcom.promises import (
    ANYTHING,
    RETURN_PLACE,
    Promise,
    Promises,
    context_promise,
    holds_secret,
    parameter_place,
    read_promises,
)
from typedxcom.schema import Schema, schema_of
from typedxcom.schema.nodes import Record, TableOf, walk
from typedxcom.stored import TABLE_FORMATS
from typedxcom.stored.access import TableFormat

__all__ = ["CONTRACT", "Argument", "Contract", "Place", "Promise", "contract_of"]

CONTRACT = "__typedxcom__"
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_BY_KEYWORD = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
Place: TypeAlias = int | str
"""Where an argument stands in a call: its position, or its keyword."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, and what takes it.

    Attributes:
        place: Its position or its keyword, which no other argument of the call has.
        name: The parameter that takes it, for people: ``*args`` where that one does.
        value: What is given.
        promise: What the parameter requires.
        injected: Whether Airflow fills the parameter from its context.
    """

    place: Place
    name: str
    value: Any
    promise: Promise = ANYTHING
    injected: bool = False


@dataclass(slots=True)
class ContractReading:
    """What was read of a function's annotations so far: nothing is asked for twice.

    Attributes:
        promises: The newest reading; a name in it may have no meaning yet.
        travelling: A reading whose types were found to travel, all of them.
        context: What parameters that Airflow fills require of an argument that is given after all.
    """

    promises: Promises = field(default_factory=Promises)
    is_complete: bool = False
    travelling: Promises | None = None
    context: dict[str, Promise] = field(default_factory=dict)


@dataclass(frozen=True)
class Contract:
    """The inputs and the output of one task function.

    Attributes:
        function: The author's function.
        injected: Names of parameters that Airflow fills from the context, unless they are given.
        reserved: Whether an argument that is given by position to one of these fails the task.
        inputs: One model over all parameters, for rules between them.
        output: What is returned, where the annotation is not to decide.
        store: The name of the store for what is large; the deployment's default where None.
        format: How returned tables are stored: ``arrow`` or ``parquet``; arrow where None.
        preview: How many rows of what is stored are shown in the UI; the deployment's setting where
            None, and no preview where False.
        returns: False where the function's annotation does not describe what is pushed.
        local_names: Names of the scope that the function was defined in.
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
        return inspect.signature(self.function)

    @cached_property
    def _positional(self) -> list[str]:
        """The parameters that can be given by position, in their order."""
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
        """What an argument that is given by the keyword *name* must be."""
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
        """What each parameter requires that has an annotation."""
        return self._read().parameters

    @property
    def returned(self) -> Promise:
        """What the task pushes as its return value."""
        return self._read().returned

    @property
    def body(self) -> Promise:
        """What the function's own ``return`` gives, also where that is not what is pushed."""
        return self._read().body

    @property
    def is_resolved(self) -> bool:
        """Whether every annotation has a meaning by now."""
        return self._read().is_complete

    def knowing(self, names: Mapping[str, Any]) -> Contract:
        """The same contract with more names of the scope that the function was defined in."""
        return replace(self, local_names={**self.local_names, **names})

    def is_injected(self, name: str) -> bool:
        """Whether Airflow fills the parameter *name* from its context."""
        return name in self.injected

    def takes(self, name: str) -> bool:
        """Whether *name* can be given as a keyword."""
        parameter = self.signature.parameters.get(name)
        is_own = parameter is not None and parameter.kind not in _VARIADIC
        return is_own or bool(self._catch_all(inspect.Parameter.VAR_KEYWORD))

    def takes_positions(self, count: int) -> bool:
        """Whether *count* arguments can be given by position."""
        kinds = [one.kind for one in self.signature.parameters.values()]
        is_open = inspect.Parameter.VAR_POSITIONAL in kinds
        return is_open or count <= sum(kind in _BY_POSITION for kind in kinds)

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[Argument]:
        """Each argument of a call with the parameter that takes it."""
        promises = self._read()
        positional = self._positional if args else []
        for index, value in enumerate(args):
            if index >= len(positional):
                rest = self._catch_all(inspect.Parameter.VAR_POSITIONAL)
                yield Argument(index, f"*{rest or 'args'}", value, promises.rest)
                continue
            name = positional[index]
            promise = promises.parameters.get(name, ANYTHING)
            yield Argument(index, name, value, promise, self.is_injected(name))
        for name, value in kwargs.items():
            injected = self.is_injected(name)
            promise = self._of_context(name) if injected else self.parameter(name)
            yield Argument(name, name, value, promise, injected)

    def says_nothing_somewhere(self) -> bool:
        """Whether there is any parameter of which nothing is said."""
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
        """Whether *argument* goes to a parameter of which nothing is said, now or later."""
        if argument.injected or not argument.promise.is_open:
            return False
        unresolved = self._read().unresolved
        is_own = argument.name in self.signature.parameters
        return argument.name not in unresolved if is_own else not unresolved

    def refuse_unsupported(self) -> None:
        """Raise ContractError where a value of this contract could not come back.

        A parameter that no XCom can serve is refused by `refuse_wired` alone, where an output is
        wired into it.
        """
        promises = self._read()
        if promises is self._reading.travelling:
            return
        for name, place, promise in promises.places():
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
        """The same contract without what cannot travel; and what was wrong, one sentence each.

        Raises:
            ContractError: It is a secret, or the decorator was given what is wrong.
        """
        promises, sentences = self._read(), []

        def kept(promise: Promise, place: str) -> Promise:
            try:
                self._refuse(promise, place)
            except ContractError as error:
                if holds_secret(promise.schema):
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
        """Raise UnsupportedTypeError where an output goes to a parameter that no XCom can serve.

        Args:
            arguments: Those that hold outputs.
        """
        for argument in arguments:
            if argument.promise.is_local and not argument.injected:
                self._refuse(argument.promise, parameter_place(argument.name))

    @property
    def has_local(self) -> bool:
        """Whether some parameter takes what only the DAG file itself can give."""
        return any(promise.is_local for promise in self.parameters.values())

    def _refuse(self, promise: Promise, place: str) -> None:
        try:
            promise.refuse_unsupported()
        except ContractError as error:
            msg = f"Task function {self.name!r}, {place}: {error}"
            if isinstance(error, UnsupportedTypeError):
                raise UnsupportedTypeError(msg, annotation=error.annotation) from None
            raise ContractError(msg) from None

    def _refuse_format(self) -> None:
        """Raise ContractError where no table is written, or not in that format."""
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
        """Resolve every annotation now, importing what is imported only for type checking.

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

    def _of_context(self, name: str) -> Promise:
        """What a parameter that Airflow fills requires of an argument that is given after all."""
        known = self._reading.context
        if name not in known:
            promise = self.parameters.get(name)
            found = context_promise(self.function, name, local_names=self.local_names)
            known[name] = promise or found
        return known[name]

    def _catch_all(self, kind: Any) -> str | None:
        return next((name for name, p in self.signature.parameters.items() if p.kind is kind), None)

    def _read(self, *, importing: bool = False) -> Promises:
        """The promises; what could not be resolved is tried again at the next call."""
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
        """*promises* with what the decorator says where the annotation is not to decide."""
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
        """The schema of what the decorator was given. Raises ContractError where it is a name."""
        try:
            return schema_of(annotation)
        except NameError as error:
            raise ContractError(
                f"Task function {self.name!r}: @task({keyword}=...) names what does not exist: "
                f"{error}. Give the class itself, not its name in quotes."
            ) from error


def contract_of(function: Any) -> Contract | None:
    """The contract that was left on *function*, the extension point for other decorators."""
    return getattr(function, CONTRACT, None)
