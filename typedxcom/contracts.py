"""What one task requires and promises: its function's annotations, read lazily and once."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias, get_args

from typedxcom.codecs.serde import AirflowReader
from typedxcom.errors import (
    CodecError,
    ContractError,
    DecodeError,
    EncodeError,
    StoreError,
    UnsupportedTypeError,
    ValidationError,
)
from typedxcom.exchange import load, parse_rendered
from typedxcom.exchange.unannotated import for_body
from typedxcom.pointer import Origin
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
from typedxcom.stored.access import Stores, TableFormat
from typedxcom.stores import verified

__all__ = ["CONTRACT", "Argument", "Contract", "Forgive", "Place", "Promise", "contract_of"]

CONTRACT = "__typedxcom__"
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_BY_KEYWORD = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
Forgive: TypeAlias = "Callable[[Argument, Exception, Stores | None], Any]"
"""What gives an argument that breaks its contract, of these stores, and says so."""
_Read: TypeAlias = Callable[[Any, "Stores | None"], Any]
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


@dataclass(frozen=True, slots=True)
class _Bound:
    """The stores, for the arguments at some places: whose pointers are followed there."""

    stores: Stores | None
    origins: Mapping[Place, Sequence[Origin]]

    def of(self, *places: Place) -> Stores | None:
        """The stores for what stands at *places*."""
        if self.stores is None or not all(place in self.origins for place in places):
            return self.stores
        found = [origin for place in places for origin in self.origins[place]]
        return replace(self.stores, origins=found)


@dataclass
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
    returns: bool = True
    local_names: Mapping[str, Any] = field(default_factory=dict)
    _promises: Promises | None = None
    _settled: Promises | None = None  # the same, once every annotation has a meaning
    _given: dict[str, Promise] = field(default_factory=dict)  # of parameters that Airflow fills
    _travelling: Promises | None = None  # promises whose types can all travel

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
    def returned(self) -> Promise:
        """What the task pushes as its return value."""
        return self._read().returned

    @property
    def body_returns(self) -> Promise:
        """What the function's own ``return`` gives, also where that is not what is pushed."""
        return self._read().body

    @property
    def is_resolved(self) -> bool:
        """Whether every annotation has a meaning by now."""
        return self._read().is_complete

    def learn(self, names: Mapping[str, Any]) -> None:
        """Take more names of the scope that the function was defined in."""
        self.local_names = {**self.local_names, **names}

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
        if promises is self._travelling:
            return
        for name, place, promise in promises.places():
            is_wired = name is None or not (self.is_injected(name) or promise.is_local)
            if is_wired:
                self._refuse(promise, place)
        if self.inputs is not None:
            self._refuse(Promise(self.inputs, self._said("inputs", self.inputs)), "the inputs")
        if self.format is not None:
            self._refuse_format()
        if promises.is_complete:
            self._travelling = promises

    def forgive_unsupported(self) -> list[str]:
        """Say nothing any more of what cannot travel; what was wrong, one sentence each.

        Raises:
            ContractError: It is a secret, or the decorator was given what is wrong.
        """
        promises, said = self._read(), []

        def kept(promise: Promise, place: str) -> Promise:
            try:
                self._refuse(promise, place)
            except ContractError as error:
                if holds_secret(promise.schema):
                    raise
                said.append(str(error))
                return ANYTHING
            return promise

        parameters = {
            name: promise if promise.is_local else kept(promise, parameter_place(name))
            for name, promise in promises.parameters.items()
        }
        self._promises = self._settled = replace(
            promises,
            parameters=parameters,
            rest=kept(promises.rest, "the parameter `*args`"),
            others=kept(promises.others, "the parameter `**kwargs`"),
            returned=kept(promises.returned, RETURN_PLACE),
        )
        self.refuse_unsupported()
        return said

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
        return any(promise.is_local for promise in self._read().parameters.values())

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
        if self.format not in get_args(TableFormat):
            known = " or ".join(map(repr, get_args(TableFormat)))
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

    def load_arguments(
        self,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        *,
        task_id: str,
        rendered: Collection[Place] = frozenset(),
        sources: Mapping[Any, str] | None = None,
        origins: Mapping[Place, Sequence[Origin]] | None = None,
        only_given: bool = False,
        lax: bool = False,
        stores: Stores | None = None,
        airflow: AirflowReader | None = None,
        forgive: Forgive | None = None,
    ) -> tuple[list[Any], dict[str, Any]]:
        """The arguments as the body gets them.

        Args:
            args: Positional arguments, with every XCom resolved.
            kwargs: Keyword arguments, likewise.
            task_id: Whose they are, for messages.
            rendered: Places of arguments that were a Jinja template: read leniently.
            sources: Place of an argument to the task that pushed it, for messages.
            origins: Place of an argument to the XComs that its signed pointers may be of.
            only_given: Whether all arguments are the author's, and none is Airflow's own.
            lax: Read every parameter leniently.
            stores: Where pointers lead.
            airflow: What reads Airflow's own forms where no annotation says what they are.
            forgive: What gives an argument that breaks its contract, where that is no error.

        Raises:
            ValidationError, DecodeError, StoreError: As for `exchange.load`.
        """
        with _forgiven(forgive, self.name):
            self.resolve()
        given, sources = list(self.bind(args, kwargs)), sources or {}
        bound = _Bound(stores, origins or {})
        whole: dict[Place, Any] = {}
        with _forgiven(forgive, "inputs"):
            whole = self._load_together(given, task_id, bound, airflow) if self.inputs else {}
        loaded: list[Any] = []
        wrong: list[ValidationError | CodecError] = []
        for argument in given:
            place = argument.place
            if argument.injected and not only_given:
                loaded.append(argument.value)
                continue
            if place in whole:
                loaded.append(whole[place])
                continue
            reader = _reader(
                argument.promise,
                is_lax=lax,
                is_rendered=place in rendered,
                is_pulled=bool(sources.get(place)),
                airflow=airflow,
            )
            about = _about(task_id, argument.name, sources.get(place))
            try:
                loaded.append(self._load_one(argument, about, reader, bound.of(place)))
            except (ValidationError, CodecError, ContractError) as error:
                if forgive is not None and not isinstance(error, DecodeError):
                    loaded.append(forgive(argument, error, bound.of(place)))
                elif isinstance(error, ContractError):
                    raise
                else:
                    wrong.append(error)
            except StoreError:  # a retry may help this argument, and none that is wrong already
                if wrong:
                    break
                raise
        _raise_all(wrong)
        return loaded[: len(args)], dict(zip(kwargs, loaded[len(args) :], strict=True))

    def _load_one(self, argument: Argument, about: str, read: _Read, stores: Stores | None) -> Any:
        try:
            with verified.named(about):
                return read(argument.value, stores)
        except (ValidationError, CodecError) as error:
            raise error.about(about) from error.__cause__

    def _load_together(
        self,
        given: Sequence[Argument],
        task_id: str,
        bound: _Bound,
        airflow: AirflowReader | None,
    ) -> dict[Place, Any]:
        """Validate the arguments that ``inputs`` names as one model."""
        promise = Promise(self.inputs, schema_of(self.inputs))
        fields = promise.schema.fields if isinstance(promise.schema, Record) else {}
        together = {one.name: one for one in given if one.name in fields}
        about = f"Task {task_id!r}, inputs `{self.inputs.__name__}`"
        try:
            values = {name: argument.value for name, argument in together.items()}
            stores = bound.of(*(argument.place for argument in together.values()))
            with verified.named(about):
                model = load(values, promise.codec, stores=stores, airflow=airflow)
        except (ValidationError, CodecError) as error:
            raise error.about(about) from error.__cause__
        return {argument.place: getattr(model, name) for name, argument in together.items()}

    def _of_context(self, name: str) -> Promise:
        """What a parameter that Airflow fills requires of an argument that is given after all."""
        if name not in self._given:
            promise = self._read().parameters.get(name)
            found = context_promise(self.function, name, local_names=self.local_names)
            self._given[name] = promise or found
        return self._given[name]

    def _catch_all(self, kind: Any) -> str | None:
        return next((name for name, p in self.signature.parameters.items() if p.kind is kind), None)

    def _read(self, *, importing: bool = False) -> Promises:
        """The promises; what could not be resolved is tried again at the next call."""
        if self._settled is not None:
            return self._settled
        before = self._promises
        promises = read_promises(
            self.function,
            self.signature,
            injected=self.injected,
            local_names=self.local_names,
            importing=importing,
            before=before or Promises(),
        )
        self._promises = self._with_overrides(promises)
        if self._promises.is_complete:
            self._settled = self._promises
        return self._promises

    def _with_overrides(self, promises: Promises) -> Promises:
        """*promises* with what the decorator says where the annotation is not to decide."""
        if not self.returns:
            promises = replace(promises, returned=ANYTHING, unresolved_return=None)
        if self.output is not None:
            returned = Promise(self.output, self._said("output", self.output))
            promises = replace(promises, returned=returned, unresolved_return=None)
        if self.inputs is None:
            return promises
        schema = self._said("inputs", self.inputs)
        if not isinstance(schema, Record) or schema.style in ("typeddict", "namedtuple"):
            raise ContractError(
                f"Task function {self.name!r}: @task(inputs=...) takes a pydantic model whose "
                f"fields are parameters, got `{schema}`."
            )
        given = {name: Promise(Any, part.schema) for name, part in schema.fields.items()}
        unresolved = {n: what for n, what in promises.unresolved.items() if n not in given}
        return replace(promises, parameters={**promises.parameters, **given}, unresolved=unresolved)

    def _said(self, keyword: str, annotation: Any) -> Schema:
        """The schema of what the decorator was given. Raises ContractError where it is a name."""
        try:
            return schema_of(annotation)
        except NameError as error:
            raise ContractError(
                f"Task function {self.name!r}: @task({keyword}=...) names what does not exist: "
                f"{error}. Give the class itself, not its name in quotes."
            ) from error


@contextlib.contextmanager
def _forgiven(forgive: Forgive | None, what: str) -> Iterator[None]:
    """Let *forgive* speak of what goes wrong with all arguments together."""
    try:
        yield
    except (ValidationError, EncodeError, ContractError) as error:
        if forgive is None:
            raise
        forgive(Argument(what, what, None), error, None)


def _raise_all(wrong: list[ValidationError | CodecError]) -> None:
    """Raise what is wrong with a task's arguments as one error."""
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise ValidationError.together(wrong)


def _reader(
    promise: Promise,
    *,
    is_lax: bool,
    is_rendered: bool,
    is_pulled: bool,
    airflow: AirflowReader | None,
) -> _Read:
    """How the argument of one parameter is read; without a type, as a task without a contract."""
    if promise.is_local and not is_pulled:
        return lambda value, stores: value if promise.may_be(value) else load(value, promise.codec)
    if promise.is_open:
        return functools.partial(for_body, is_pulled=is_pulled, airflow=airflow)
    if is_rendered:
        return lambda value, stores: _load_rendered(value, promise, stores, airflow)
    return lambda value, stores: load(
        value, promise.lax_codec if is_lax else promise.codec, stores=stores, airflow=airflow
    )


def _load_rendered(
    value: Any, promise: Promise, stores: Stores | None, airflow: AirflowReader | None = None
) -> Any:
    """A string that Jinja made, or what holds some: first as it is, then as what it spells."""
    codecs = [promise.lax_codec] if isinstance(value, str) else [promise.codec, promise.lax_codec]
    for codec in codecs:
        with contextlib.suppress(ValidationError):
            return load(value, codec, stores=stores, airflow=airflow)
    try:
        return load(_spelled(value), promise.lax_codec, stores=stores, airflow=airflow)
    except ValidationError:  # the complaint shows what was written
        return load(value, promise.lax_codec, stores=stores, airflow=airflow)


def _spelled(value: Any) -> Any:
    if isinstance(value, str):
        found = parse_rendered(value)
        return value if isinstance(found, str) else found
    if isinstance(value, dict):
        return {key: _spelled(part) for key, part in value.items()}
    return type(value)(map(_spelled, value)) if type(value) in (list, tuple, set) else value


def _about(task_id: str, name: str, source: str | None) -> str:
    pushed = f" (pushed by {source!r})" if source else ""
    return f"Task {task_id!r}, argument `{name}`{pushed}"


def contract_of(function: Any) -> Contract | None:
    """The contract that was left on *function*, the extension point for other decorators."""
    return getattr(function, CONTRACT, None)
