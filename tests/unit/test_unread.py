"""What a codec could be built for, and no value come back by, is refused when it is declared."""

from __future__ import annotations

import collections
import collections.abc as abc
import dataclasses
import enum
import sys
import typing
from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Generic, Literal, NewType, TypeVar, Union

import msgspec
import pydantic
import pytest
import typing_extensions as te
from pydantic_core import core_schema

from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.codecs.unreadable import _knows_extras
from typedxcom.errors import EncodeError, UnsupportedTypeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.schema.canonical import fingerprint
from typedxcom.settings import Settings

T = TypeVar("T")


class Item(pydantic.BaseModel):
    n: int = 0


class Number(enum.Enum):
    ONE = 1


class Text(enum.Enum):
    ONE = "one"


class Both(enum.Enum):
    ONE = 1
    TWO = "two"


class Level(enum.IntEnum):
    ONE = 1


class Access(enum.Flag):
    ONE = 1
    TWO = 2


def codec(annotation: Any) -> Any:
    return make_codec(annotation, schema_of(annotation))


def travels(annotation: Any, value: Any) -> bool:
    """Whether *value* comes back; False where its type is refused. Anything else is a fault."""
    try:
        made = codec(annotation)
    except UnsupportedTypeError as error:
        assert "Instead" in str(error) or "Use one" in str(error)  # noqa: PT017
        return False
    back = load(dump(value, made, settings=Settings()), made)
    assert same(value, back), back
    return True


def dataclass(kind: Any) -> Any:
    return dataclasses.make_dataclass("Data", [("f", kind)])


CLASSES: dict[str, Callable[[Any], Any]] = {
    "dataclass": dataclass,
    "TypedDict": lambda kind: te.TypedDict("Row", {"f": kind}),  # type: ignore[misc]
    "NamedTuple": lambda kind: typing.NamedTuple("Point", [("f", kind)]),  # type: ignore[misc]
    "Struct": lambda kind: msgspec.defstruct("Record", [("f", kind)]),
    "model": lambda kind: pydantic.create_model("Model", f=(kind, ...)),
    "pydantic dataclass": lambda kind: pydantic.dataclasses.dataclass(dataclass(kind)),
}
FIELDS: list[tuple[Any, Any]] = [
    (abc.Iterable[int], [1]), (typing.Iterable[int], [1]), (abc.Iterable, [1]),
    (abc.Iterable[int] | None, [1]), (list[abc.Iterable[int]], [[1]]),
    (Annotated[abc.Iterable[int], pydantic.Field(min_length=1)], [1]),
    (NewType("Ids", abc.Iterable[int]), [1]), (te.TypeAliasType("Ids", abc.Iterable[int]), [1]),
    (abc.Sequence[int], [1]), (abc.MutableSequence[int], [1]), (abc.Set[int], {1}),
    (abc.MutableSet[int], {1}), (abc.Mapping[str, int], {"a": 1}), (abc.Collection[int], [1]),
    (abc.Set, {1}), (abc.Sequence, [1]), (abc.Sized, [1]), (abc.Reversible[int], [1]),
    (te.LiteralString, "a"), (collections.deque[int], collections.deque([1])),
    (collections.Counter[str], collections.Counter("a")), (complex, 1j),
    (collections.OrderedDict[str, int], collections.OrderedDict(a=1)),
    (collections.defaultdict[str, int], collections.defaultdict(int, a=1)),
    (pydantic.HttpUrl, pydantic.HttpUrl("https://a.example/")),
]  # fmt: skip
KEYS: list[tuple[Any, Any]] = [
    (Literal[1, 2], 1), (Literal["a"], "a"), (Literal[1, "a"], "a"), (Literal[True], True),
    (Literal[1] | None, 1), (NewType("One", Literal[1]), 1), (Number, Number.ONE),
    (Text, Text.ONE), (Both, Both.TWO), (Both, Both.ONE), (Level, Level.ONE),
    (Access, Access.ONE), (int, 1), (bool, True), (NewType("Id", int), 1),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*shadows an attribute")
@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize(("kind", "value"), FIELDS, ids=str)
def test_a_field_travels_or_its_class_is_refused(name: str, kind: Any, value: Any) -> None:
    """Whatever a field is annotated with, and whichever library reads it, no value fails later."""
    try:
        made = CLASSES[name](kind)
        one = {"f": value} if name == "TypedDict" else made(f=value)
    except pydantic.errors.PydanticSchemaGenerationError:
        return  # pydantic refuses the class itself
    beside = () if name == "Struct" else ((tuple[made, Item], (one, Item())),)
    for annotation, whole in ((made, one), *beside):
        travels(annotation, whole)


@pytest.mark.parametrize(("kind", "key"), KEYS, ids=str)
def test_a_key_travels_or_its_dict_is_refused(kind: Any, key: Any) -> None:
    """Keys are texts in JSON; pydantic does not read every number there, and is not asked to."""
    assert kind is Both or travels(dict[kind, int], {key: 1})
    of_models = travels(dict[kind, Item], {key: Item(n=1)})
    holder = CLASSES["model"](dict[kind, int])
    in_model = travels(holder, holder(f={key: 1}))
    data = CLASSES["dataclass"](dict[kind, int])
    beside = travels(tuple[data, Item], (data({key: 1}), Item()))
    assert of_models == in_model == beside


class Unchecked(pydantic.BaseModel):
    """As SQLModel's table models: its making validates nothing."""

    id: int
    name: str = ""

    def __init__(self, **values: Any) -> None:
        empty = type(self).model_construct()
        for name in ("__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__"):
            object.__setattr__(self, name, getattr(empty, name))
        self.__dict__.update(values)


class Wrapped(pydantic.BaseModel):
    id: int

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _any(cls, value: Any, handler: Any) -> Any:
        return cls.model_construct(**value) if isinstance(value, dict) else value


class Mapped(pydantic.BaseModel):
    """As a class that SQLAlchemy maps to a table."""

    __mapper__: ClassVar[Any] = object()
    id: int


class Anything:
    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.any_schema()


class OwnMaking(pydantic.BaseModel):
    id: int

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class OwnWrap(pydantic.BaseModel):
    id: int

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _same(cls, value: Any, handler: Any) -> Any:
        return handler(value)


class Holder:
    """Takes any JSON, and keeps it."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Holder) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls(value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.value),
        )


@pytest.mark.parametrize("kind", [Unchecked, Wrapped, Mapped, Anything])
def test_a_class_that_accepts_anything_is_refused(kind: Any) -> None:
    """A contract of it would promise nothing: refused wherever it stands, with what to use."""
    for annotation in (kind, list[kind], dict[str, kind | None], CLASSES["model"](kind)):
        with pytest.raises(UnsupportedTypeError, match="Instead: "):
            codec(annotation)


@pytest.mark.parametrize(
    "value", [OwnMaking(id=1), OwnWrap(id=1), Holder([1])], ids=lambda value: type(value).__name__
)
def test_code_of_the_authors_that_validates_is_none_of_those(value: Any) -> None:
    """A model with an __init__ or wrapping validator of its own travels, and so does a holder."""
    assert travels(type(value), value)


class Generics(pydantic.BaseModel, Generic[T]):
    v: T


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Generics[int], Generics(v=1)),
        (Generics, Generics[int](v=1)),
        (Generics[int], Generics[bool](v=True)),
    ],
    ids=str,
)
def test_another_class_of_a_generic_model_is_refused_with_the_cure(
    annotation: Any, value: Any
) -> None:
    """`Box(v=1)` is no `Box[int]`; the error says how to write it."""
    for kind, one in ((annotation, value), (list[annotation], [value])):
        with pytest.raises(EncodeError, match=rf"write `{annotation.__name__}".replace("[", r"\[")):
            dump(one, codec(kind), settings=Settings())


class Closed(te.TypedDict, closed=True):  # type: ignore[call-arg]
    x: int


class More(te.TypedDict, extra_items=int):  # type: ignore[call-arg]
    x: str


class Heir(More):
    y: int


class Secrets(te.TypedDict, extra_items=pydantic.SecretStr):  # type: ignore[call-arg]
    x: int


def test_a_typed_dict_that_says_what_other_keys_it_has_is_obeyed() -> None:
    """`closed` forbids further keys and `extra_items` types them (PEP 728), also in fields."""
    if not _knows_extras():  # an older pydantic
        with pytest.raises(UnsupportedTypeError, match="upgrade pydantic"):
            codec(list[Closed])
        return
    data, model = CLASSES["dataclass"](More), CLASSES["model"](Heir)
    assert travels(Closed, {"x": 1})
    assert travels(list[More], [{"x": "a", "y": 2, "zé": 3}])
    assert travels(Heir, {"x": "a", "y": 1, "z": 3})
    assert travels(data, data({"x": "a", "b": 2}))
    assert travels(model, model(f={"x": "a", "y": 1, "b": 2}))
    for annotation, entry in (
        (Closed, {"x": 1, "y": 2}), (More, {"x": "a", "y": "b"}),
        (Heir, {"x": "a", "y": 1, "z": "b"}),
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            load(entry, codec(annotation))
        with pytest.raises(ValidationError):
            dump(entry, codec(annotation), settings=Settings())
    with pytest.raises(UnsupportedTypeError, match="Connection"):
        codec(Secrets)
    assert fingerprint(schema_of(More)) != fingerprint(schema_of(Secrets))


def aliases() -> dict[str, tuple[Any, Any]]:
    """Aliases in each spelling that this Python has, with a value."""
    names: dict[str, Any] = {"te": te, "T": T, "Union": Union, "dataclasses": dataclasses}
    old = """
J = te.TypeAliasType("J", "dict[str, J] | list[J] | str | int | None")
Tree = te.TypeAliasType("Tree", "tuple[int, list[Tree]]")
Pair = te.TypeAliasType("Pair", tuple[T, T], type_params=(T,))
Maybe = te.TypeAliasType("Maybe", Union[T, None], type_params=(T,))
Nest = te.TypeAliasType("Nest", "list[Nest[T]] | T", type_params=(T,))
"""
    new = """
type J = dict[str, J] | list[J] | str | int | None
type Tree = tuple[int, list[Tree]]
type Pair[T] = tuple[T, T]
type Maybe[T] = T | None
type Nest[T] = list[Nest[T]] | T
"""
    made = {}
    for spelling in [old, new] if sys.version_info >= (3, 12) else [old]:
        module = type(sys)(f"aliases_{len(made)}")
        sys.modules[module.__name__] = module
        module.__dict__.update(names)
        exec(spelling, module.__dict__)
        J, Tree, Pair, Maybe, Nest = (vars(module)[one] for one in ("J", "Tree", "Pair", "Maybe", "Nest"))  # fmt: skip
        data = dataclasses.make_dataclass("Data", [("j", J)])
        model = pydantic.create_model("Model", pair=(Pair[int], ...))
        for name, case in {
            "recursive": (J, {"a": [1, None, {"b": "c"}]}),
            "tree": (Tree, (1, [(2, []), (3, [(4, [])])])),
            "inside": (list[J], [1, {"a": None}]),
            "in a dataclass": (data, data({"a": [1]})),
            "generic": (Pair[int], (1, 2)),
            "two of one": (tuple[Pair[int], Pair[str]], ((1, 2), ("a", "b"))),
            "optional": (dict[str, Maybe[int]], {"a": 3, "b": None}),
            "of models": (Pair[Item], (Item(n=1), Item(n=2))),
            "in a model": (model, model(pair=(1, 2))),
            "both": (tuple[Nest[int], Nest[str]], ([1, [2]], ["a", ["b"]])),
        }.items():
            made[f"{name} {'new' if spelling is new else 'old'}"] = case
    return made


ALIASES = aliases()


@pytest.mark.parametrize("name", ALIASES)
def test_aliases_travel(name: str) -> None:
    """A `type` alias may contain itself, and have parameters: its values come back."""
    assert travels(*ALIASES[name])
