"""What one task requires and promises: its function's annotations, read lazily and once."""

from __future__ import annotations

import collections.abc as abc
import contextlib
import inspect
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias, get_args, get_origin

import typing_extensions as te

from typedxcom.codecs import make_codec, refuse_unsupported
from typedxcom.errors import CodecError, ContractError, UnsupportedTypeError, ValidationError
from typedxcom.exchange import AnyCodec, load, parse_rendered
from typedxcom.hints import read_hints
from typedxcom.large import has_objects, object_codec
from typedxcom.objects import Objects, TableFormat
from typedxcom.rows import for_reader
from typedxcom.schema import UNKNOWN, Schema, Unknown, schema_of
from typedxcom.schema.build import is_lax
from typedxcom.schema.nodes import Record, TableOf, walk
from typedxcom.stores import verified

__all__ = ["CONTRACT", "Contract", "Promise", "contract_of"]

CONTRACT = "__typedxcom__"
_NEVER = (te.NoReturn, te.Never)
_UNPACK = (te.Unpack, getattr(typing, "Unpack", te.Unpack))
_Read: TypeAlias = Callable[[Any, "Objects | None"], Any]


@dataclass(frozen=True)
class Promise:
    """One value of a contract: a parameter, or what is returned.

    Attributes:
        annotation: What the author wrote, resolved; ``Any`` where nothing was.
        schema: The same, described.
    """

    annotation: Any = Any
    schema: Schema = UNKNOWN

    @property
    def known(self) -> bool:
        """Whether there is anything to check."""
        return not isinstance(self.schema, Unknown)

    @cached_property
    def codec(self) -> AnyCodec:
        """Reads and writes the value. Raises UnsupportedTypeError."""
        return self._make(lax=is_lax(self.annotation))

    @cached_property
    def lax_codec(self) -> AnyCodec:
        """Reads what Jinja rendered, leniently."""
        return self._make(lax=True)

    def refuse_unsupported(self) -> None:
        """Raise ContractError where such a value could not come back, or is no good table."""
        refuse_unsupported(self.schema)
        if has_objects(self.schema):
            self.codec  # noqa: B018 (it describes the rows)

    def _make(self, *, lax: bool) -> AnyCodec:
        large = object_codec(self.annotation, self.schema)
        return large or make_codec(self.annotation, self.schema, lax=lax)


@dataclass
class Contract:
    """The inputs and the output of one task function.

    Attributes:
        function: The author's function.
        injected: Names of parameters that Airflow fills from the context, never from an XCom.
        inputs: One model over all parameters, for rules between them.
        output: What is returned, where the annotation is not to decide.
        store: The name of the store for what is large; the deployment's default where None.
        format: How returned tables are stored: ``arrow`` or ``parquet``; arrow where None.
        returns: False where the function's annotation does not describe what is pushed.
        local_names: Names of the scope that the function was defined in.
    """

    function: Callable[..., Any]
    injected: frozenset[str] = frozenset()
    inputs: Any = None
    output: Any = None
    store: str | None = None
    format: TableFormat | None = None
    returns: bool = True
    local_names: Mapping[str, Any] = field(default_factory=dict)
    _promises: dict[str, Promise] = field(default_factory=dict)
    _unresolved: dict[str, str] = field(default_factory=dict)
    _complete: bool = False
    _travelling: dict[str, Promise] | None = None  # promises whose types can all travel

    @cached_property
    def signature(self) -> inspect.Signature:
        """The function's signature."""
        return inspect.signature(self.function)

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__name__", type(self.function).__name__)

    def parameter(self, name: str) -> Promise:
        """What the parameter *name* requires; ``**kwargs`` speaks for names that it takes."""
        promises = self._read()
        if name in promises:
            return promises[name]
        catch_all = self._catch_all(inspect.Parameter.VAR_KEYWORD)
        return promises.get(catch_all, Promise()) if catch_all else Promise()

    @property
    def returned(self) -> Promise:
        """What the task pushes as its return value."""
        return self._read().get("return", Promise())

    @property
    def body_returns(self) -> Promise:
        """What the function's own ``return`` gives, also where that is not what is pushed."""
        return self._read().get("body", Promise())

    def is_injected(self, name: str) -> bool:
        """Whether Airflow fills the parameter *name* from its context."""
        return name in self.injected

    def takes(self, name: str) -> bool:
        """Whether *name* can be given as a keyword."""
        parameters = self.signature.parameters
        return name in parameters or bool(self._catch_all(inspect.Parameter.VAR_KEYWORD))

    def parameter_names(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Each argument of a call with the name of the parameter that takes it."""
        positional = [
            name
            for name, parameter in self.signature.parameters.items()
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        rest = self._catch_all(inspect.Parameter.VAR_POSITIONAL)
        for index, value in enumerate(args):
            yield (positional[index] if index < len(positional) else rest or "args"), value
        yield from kwargs.items()

    def refuse_unsupported(self) -> None:
        """Raise ContractError where a value of this contract could not come back."""
        promises = self._read()
        if promises is self._travelling:
            return
        for name, promise in promises.items():
            if name == "body" or self.is_injected(name):
                continue
            place = "the return value" if name == "return" else f"the parameter `{name}`"
            self._refuse(promise, place)
        if self.inputs is not None:
            self._refuse(Promise(self.inputs, self._said("inputs", self.inputs)), "the inputs")
        if self.format is not None:
            self._refuse_format()
        if self._complete:
            self._travelling = promises

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
        self._read(importing=True)
        missing = {
            name: what for name, what in self._unresolved.items() if not self.is_injected(name)
        }
        if missing:
            name, what = next(iter(missing.items()))
            place = "the return value" if name == "return" else f"the parameter `{name}`"
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
        rendered: frozenset[str] = frozenset(),
        sources: Mapping[str, str] | None = None,
        lax: bool = False,
        objects: Objects | None = None,
    ) -> tuple[list[Any], dict[str, Any]]:
        """The arguments as the body gets them.

        Args:
            args: Positional arguments, with every XCom resolved.
            kwargs: Keyword arguments, likewise.
            task_id: Whose they are, for messages.
            rendered: Parameters whose argument was a Jinja template: read leniently.
            sources: Parameter to the task that pushed it, for messages.
            lax: Read every parameter leniently.
            objects: Where pointers lead.

        Raises:
            ValidationError, DecodeError, StoreError: As for `exchange.load`.
        """
        self.resolve()
        named = list(self.parameter_names(args, kwargs))
        subjects = {name: _subject(task_id, name, (sources or {}).get(name)) for name, _ in named}
        whole = self._load_together(dict(named), task_id, objects) if self.inputs else {}
        loaded = []
        for name, value in named:
            if name not in whole:
                reader = _reader(
                    self.parameter(name),
                    is_lax=lax,
                    is_rendered=name in rendered,
                    is_pulled=bool((sources or {}).get(name)),
                )
                value = self._load_one(name, value, subjects[name], reader, objects)
            loaded.append(whole.get(name, value))
        return loaded[: len(args)], dict(zip(kwargs, loaded[len(args) :], strict=True))

    def _load_one(
        self, name: str, value: Any, subject: str, read: _Read, objects: Objects | None
    ) -> Any:
        if self.is_injected(name):
            return value
        try:
            with verified.named(subject):
                return read(value, objects)
        except ValidationError as error:
            raise error.about(subject) from None
        except CodecError as error:
            raise type(error)(f"{subject}: {error}") from error

    def _load_together(
        self, named: dict[str, Any], task_id: str, objects: Objects | None
    ) -> dict[str, Any]:
        """Validate the arguments that ``inputs`` names as one model."""
        promise = Promise(self.inputs, schema_of(self.inputs))
        fields = promise.schema.fields if isinstance(promise.schema, Record) else {}
        subject = f"Task {task_id!r}, inputs `{self.inputs.__name__}`"
        try:
            given = {name: value for name, value in named.items() if name in fields}
            with verified.named(subject):
                model = load(given, promise.codec, objects=objects)
        except ValidationError as error:
            raise error.about(subject) from None
        return {name: getattr(model, name) for name in named if name in fields}

    def _catch_all(self, kind: Any) -> str | None:
        return next((name for name, p in self.signature.parameters.items() if p.kind is kind), None)

    def _read(self, *, importing: bool = False) -> dict[str, Promise]:
        """The promises; what could not be resolved is tried again at the next call."""
        if self._complete:
            return self._promises
        hints = read_hints(self.function, local_names=self.local_names, importing=importing)
        self._unresolved = dict(hints.missing)
        promises: dict[str, Promise] = {}
        for name, annotation in hints.found.items():
            if self.is_injected(name):
                continue
            try:
                if name == "return":
                    annotation = _result(self.function, annotation)
                for each, kind in _unpacked(name, annotation):
                    promises[each] = self._promises.get(each) or Promise(kind, schema_of(kind))
            except NameError as error:
                self._unresolved[name] = str(getattr(error, "name", None) or error)
        promises["body"] = promises.get("return", Promise())
        self._apply_overrides(promises)
        self._promises, self._complete = promises, not self._unresolved
        return promises

    def _apply_overrides(self, promises: dict[str, Promise]) -> None:
        if not self.returns:
            promises.pop("return", None)
            self._unresolved.pop("return", None)
        if self.output is not None:
            promises["return"] = Promise(self.output, self._said("output", self.output))
            self._unresolved.pop("return", None)
        if self.inputs is not None:
            schema = self._said("inputs", self.inputs)
            if not isinstance(schema, Record) or schema.style in ("typeddict", "namedtuple"):
                raise ContractError(
                    f"Task function {self.name!r}: @task(inputs=...) takes a pydantic model whose "
                    f"fields are parameters, got `{schema}`."
                )
            for name, part in schema.fields.items():
                promises[name] = Promise(Any, part.schema)
                self._unresolved.pop(name, None)

    def _said(self, keyword: str, annotation: Any) -> Schema:
        """The schema of what the decorator was given. Raises ContractError where it is a name."""
        try:
            return schema_of(annotation)
        except NameError as error:
            raise ContractError(
                f"Task function {self.name!r}: @task({keyword}=...) names what does not exist: "
                f"{error}. Give the class itself, not its name in quotes."
            ) from error


def _result(function: Callable[..., Any], annotation: Any) -> Any:
    """What the task's result is, where the annotation speaks of what the call itself gives."""
    origin, args = get_origin(annotation), get_args(annotation)
    if inspect.isgeneratorfunction(function):  # Airflow takes what it returns in the end
        return args[2] if origin is abc.Generator and len(args) == 3 else Any
    if inspect.isasyncgenfunction(function):
        return Any
    if origin in (abc.Coroutine, abc.Awaitable):
        return args[-1]
    return Any if any(annotation is one for one in _NEVER) else annotation


def _unpacked(name: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    """The names and types that an annotation speaks for: several in `**kwargs: Unpack[Options]`."""
    if get_origin(annotation) in _UNPACK:
        yield from te.get_type_hints(get_args(annotation)[0], include_extras=True).items()
    else:
        yield name, annotation


def _reader(promise: Promise, *, is_lax: bool, is_rendered: bool, is_pulled: bool) -> _Read:
    """How the argument of one parameter is read; without a type, as a task without a contract."""
    if not promise.known:
        return for_reader if is_pulled else lambda value, objects: value
    if is_rendered:
        return lambda value, objects: _load_rendered(value, promise, objects)
    return lambda value, objects: load(
        value, promise.lax_codec if is_lax else promise.codec, objects=objects
    )


def _load_rendered(value: Any, promise: Promise, objects: Objects | None) -> Any:
    """A string that Jinja made, or what holds some: first as it is, then as what it spells."""
    codecs = [promise.lax_codec] if isinstance(value, str) else [promise.codec, promise.lax_codec]
    for codec in codecs:
        with contextlib.suppress(ValidationError):
            return load(value, codec, objects=objects)
    try:
        return load(_spelled(value), promise.lax_codec, objects=objects)
    except ValidationError:  # the complaint shows what was written
        return load(value, promise.lax_codec, objects=objects)


def _spelled(value: Any) -> Any:
    if isinstance(value, str):
        found = parse_rendered(value)
        return value if isinstance(found, str) else found
    if isinstance(value, dict):
        return {key: _spelled(part) for key, part in value.items()}
    return type(value)(map(_spelled, value)) if type(value) in (list, tuple, set) else value


def _subject(task_id: str, name: str, source: str | None) -> str:
    pushed = f" (pushed by {source!r})" if source else ""
    return f"Task {task_id!r}, argument `{name}`{pushed}"


def contract_of(function: Any) -> Contract | None:
    """The contract that was left on *function*, the extension point for other decorators."""
    return getattr(function, CONTRACT, None)
