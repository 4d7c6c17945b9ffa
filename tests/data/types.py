"""Every type that pydantic's and msgspec's documentation list, with a value of it.

A row is (the annotation as its author writes it, a value, what becomes of it): ``travels``, or the
beginning of the reason for which it is refused when the contract is declared.
"""

# The annotations and values are read by `eval` with the names of this module.
# ruff: noqa: F401
import collections
import collections.abc
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import os
import pathlib
import re
import typing
import uuid
import zoneinfo
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, TypeVar, Union

import annotated_types
import msgspec
import pydantic
import typing_extensions as te

__all__ = ["ROWS", "shown"]

T = TypeVar("T")


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Word(str, enum.Enum):
    YES = "yes"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Model(pydantic.BaseModel):
    x: int
    me: Optional["Model"] = None


class Root(pydantic.RootModel[list[int]]): ...


class Aliased(pydantic.BaseModel):
    total: int = pydantic.Field(alias="Total")


class Cat(pydantic.BaseModel):
    kind: Literal["cat"] = "cat"


class Dog(pydantic.BaseModel):
    kind: Literal["dog"] = "dog"


@pydantic.dataclasses.dataclass
class PydanticData:
    x: int


@dataclasses.dataclass
class Data:
    x: int
    y: tuple[int, ...] = ()


class Struct(msgspec.Struct):
    x: int


class Tagged(msgspec.Struct, tag=True):
    x: int


class Other(msgspec.Struct, tag=True):
    y: int


class Dict(te.TypedDict):
    x: int
    y: te.NotRequired[int]


class Tuple(NamedTuple):
    x: int


class Unset(msgspec.Struct):
    x: int | msgspec.UnsetType = msgspec.UNSET


class Box(msgspec.Struct, Generic[T]):
    item: T


class Page(pydantic.BaseModel, Generic[T]):
    items: list[T]


class Ratio(enum.Enum):
    HALF = 0.5


class Count(int):
    pass


@dataclasses.dataclass
class Needs:
    x: int
    scale: dataclasses.InitVar[int]


@dataclasses.dataclass
class Once:
    items: collections.abc.Iterable[int]


class Queue(msgspec.Struct):
    items: collections.deque[int]


class Loose(pydantic.BaseModel):
    x: int

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _unchecked(cls, value: Any, handler: Any) -> Any:
        return cls.model_construct(**value)


Pair = te.TypeAliasType("Pair", tuple[T, T], type_params=(T,))
Json = te.TypeAliasType(
    "Json",
    "dict[str, Json] | list[Json] | str | int | float | bool | None",
)
UserId = NewType("UserId", int)
AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
Short = Annotated[str, msgspec.Meta(pattern="^.?$")]

REFUSED = "is refused"

# How docs/reference/types.md shows what only this module defines.
SHOWN = {
    "UserId": "a `NewType`",
    "Json": "a recursive alias (`type Json = dict[str, Json] | list[Json] | str`)",
    "Pair[int]": "a generic alias (`Pair[int]`)",
    "Model": "a pydantic model",
    "Aliased": "a pydantic model with aliases",
    "Root": "a `pydantic.RootModel`",
    "PydanticData": "a pydantic dataclass",
    "Page[int]": "a generic pydantic model (`Page[int]`)",
    "Data": "a dataclass",
    "Dict": "a TypedDict",
    "Tuple": "a NamedTuple",
    "Struct": "a Struct",
    "Box[int]": "a generic Struct (`Box[int]`)",
    "Union[Tagged, Other]": "a union of tagged Structs",
    "Unset": "a Struct with `msgspec.UNSET` in its fields",
    "Color": "an `Enum`",
    "Level": "an `IntEnum`",
    "Word": "a `str` that is an `Enum`",
    "Access": "a `Flag`",
    "Union[AtLeastOne, tuple[int, int]]": "a `msgspec.Meta` limit in a union with `tuple[int, int]`",
    "Union[Short, dict[str, int]]": "a `msgspec.Meta` pattern in a union with a collection",
    "Count": "a subclass of `int`",
    "Needs": "a dataclass with an `InitVar` that has no default",
    "Once": "a dataclass with an `Iterable` field",
    "Queue": "a Struct with a `deque` field",
    "Loose": "a model with a validator that accepts anything",
}


def shown(written: str) -> str:
    """How the docs page shows an annotation."""
    full = re.sub(r"\bdt\.", "datetime.", re.sub(r"\bte\.", "typing_extensions.", written))
    return SHOWN.get(written, f"`{full}`")


ROWS: dict[str, list[tuple[str, str, str]]] = {
    "Builtins": [
        ("bool", "True", "travels"),
        ("int", "2**70", "travels"),
        ("float", "1.5", "travels"),
        ("str", "'é'", "travels"),
        ("bytes", "b'\\xff'", "travels"),
        ("bytearray", "bytearray(b'x')", "travels"),
        ("None", "None", "travels"),
        ("complex", "1j", "travels"),
        ("object", "1", "travels"),
        ("Any", "[1, {'a': None}]", "travels"),
        ("type", "int", REFUSED),
        ("slice", "slice(1)", REFUSED),
        ("range", "range(3)", REFUSED),
        ("memoryview", "memoryview(b'')", REFUSED),
    ],
    "Collections": [
        ("list[int]", "[1]", "travels"),
        ("list", "[1, 'a']", "travels"),
        ("tuple[int, str]", "(1, 'a')", "travels"),
        ("tuple[int, ...]", "(1, 2)", "travels"),
        ("set[int]", "{1}", "travels"),
        ("frozenset[str]", "frozenset('a')", "travels"),
        ("dict[str, int]", "{'b': 1, 'a': 2}", "travels"),
        ("dict[int, str]", "{1: 'a'}", "travels"),
        ("collections.deque[int]", "collections.deque([1])", "travels"),
        ("collections.OrderedDict[str, int]", "collections.OrderedDict(b=1, a=2)", "travels"),
        ("collections.abc.Sequence[int]", "[1]", "travels"),
        ("collections.abc.Mapping[str, int]", "{'a': 1}", "travels"),
        ("collections.abc.Iterable[int]", "[1]", "travels"),
        ("collections.abc.Callable[[], int]", "len", REFUSED),
        ("collections.abc.Iterator[int]", "iter([])", REFUSED),
        ("tuple[()]", "()", "travels"),
        ("tuple", "(1, 'a')", "travels"),
        ("set", "{1}", "travels"),
        ("dict", "{'b': [1], 'a': None}", "travels"),
        ("collections.defaultdict[str, int]", "collections.defaultdict(int, a=1)", "travels"),
        ("collections.Counter[str]", "collections.Counter('aab')", "travels"),
        ("dict[bool, int]", "{True: 1}", "travels"),
        ("dict[dt.date, int]", "{dt.date(2024, 1, 1): 1}", "travels"),
        ("dict[Color, int]", "{Color.RED: 1}", "travels"),
        ("dict[Level, Model]", "{Level.LOW: Model(x=1)}", "travels"),
        ("dict[Access, Model]", "{Access.READ: Model(x=1)}", REFUSED),
        ("dict[Literal[1, 2], Model]", "{1: Model(x=1)}", REFUSED),
        ("dict[tuple[int, int], int]", "{(1, 2): 1}", REFUSED),
        ("dict[Tuple, int]", "{Tuple(1): 1}", REFUSED),
        ("dict[None, int]", "{None: 1}", REFUSED),
        ("collections.abc.Set[int]", "{1}", "travels"),
        ("collections.abc.MutableSequence[int]", "[1]", "travels"),
        ("collections.abc.MutableMapping[str, int]", "{'a': 1}", "travels"),
        ("collections.abc.Collection[int]", "[1]", "travels"),
        ("collections.abc.Hashable", "1", REFUSED),
        ("collections.abc.Generator[int, None, None]", "iter([])", REFUSED),
        ("collections.Counter", "collections.Counter('aab')", "travels"),
        ("dict[pathlib.Path, int]", "{pathlib.Path('a'): 1}", "travels"),
        ("dict[ipaddress.IPv4Address, int]", "{ipaddress.IPv4Address('1.2.3.4'): 1}", "travels"),
        ("dict[Ratio, int]", "{Ratio.HALF: 1}", REFUSED),
        ("tuple[int, te.Unpack[tuple[str, ...]]]", "(1, 'a', 'b')", REFUSED),
        ("collections.ChainMap[str, int]", "collections.ChainMap()", REFUSED),
    ],
    "Typing": [
        ("Optional[int]", "None", "travels"),
        ("Union[int, str]", "'a'", "travels"),
        ("Literal['a', 1]", "1", "travels"),
        ("Annotated[int, annotated_types.Gt(0)]", "1", "travels"),
        ("Annotated[int, msgspec.Meta(gt=0)]", "1", "travels"),
        ("Annotated[Union[Cat, Dog], pydantic.Field(discriminator='kind')]", "Dog()", "travels"),
        ("UserId", "UserId(1)", "travels"),
        ("type[int]", "int", REFUSED),
        ("re.Pattern[str]", "re.compile('a')", "travels"),
        ("re.Pattern[bytes]", "re.compile(b'a')", REFUSED),
        ("Literal['\\ud800']", "'\\ud800'", REFUSED),
        ("te.LiteralString", "'a'", "travels"),
        ("Literal[Color.RED]", "Color.RED", REFUSED),
        ("Literal[b'a']", "b'a'", REFUSED),
        ("Union[AtLeastOne, tuple[int, int]]", "(1, 2)", REFUSED),
        ("Union[Short, dict[str, int]]", "{'a': 1}", REFUSED),
        ("te.Never", "1", REFUSED),
        ("Json", "{'a': [1, {}]}", "travels"),
        ("te.TypeAliasType('Ids', list[int])", "[1]", "travels"),
        ("Pair[int]", "(1, 2)", "travels"),
        ("pydantic.OnErrorOmit[int]", "1", "travels"),
        ("pydantic.InstanceOf[int]", "1", "travels"),
        ("pydantic.SkipValidation[int]", "1", "travels"),
        ("pydantic.SerializeAsAny[Model]", "Model(x=1)", "travels"),
    ],
    "Classes": [
        ("Model", "Model(x=1, me=Model(x=2))", "travels"),
        ("Aliased", "Aliased(Total=1)", "travels"),
        ("Root", "Root([1])", "travels"),
        ("PydanticData", "PydanticData(1)", "travels"),
        ("Data", "Data(1, (2,))", "travels"),
        ("Struct", "Struct(1)", "travels"),
        ("Union[Tagged, Other]", "Other(1)", "travels"),
        ("Dict", "{'x': 1}", "travels"),
        ("Tuple", "Tuple(1)", "travels"),
        ("Color", "Color.RED", "travels"),
        ("Level", "Level.LOW", "travels"),
        ("Word", "Word.YES", "travels"),
        ("Access", "Access.READ | Access.WRITE", "travels"),
        ("enum.Enum", "Color.RED", REFUSED),
        ("Count", "Count(1)", REFUSED),
        ("Needs", "Needs(1, 2)", REFUSED),
        ("Once", "Once([1])", REFUSED),
        ("Queue", "Queue(collections.deque([1]))", REFUSED),
        ("Loose", "Loose(x=1)", REFUSED),
        ("pydantic.BaseModel", "Model(x=1)", REFUSED),
        ("msgspec.Struct", "Struct(1)", REFUSED),
        ("Unset", "Unset()", "travels"),
        ("Box[int]", "Box(1)", "travels"),
        ("Page[int]", "Page[int](items=[1])", "travels"),
    ],
    "Dates and times": [
        ("dt.datetime", "dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)", "travels"),
        ("dt.date", "dt.date(2024, 1, 1)", "travels"),
        ("dt.time", "dt.time(1, 2, 3, 4)", "travels"),
        ("dt.timedelta", "dt.timedelta(days=-1, microseconds=1)", "travels"),
        ("pydantic.AwareDatetime", "dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)", "travels"),
        ("pydantic.NaiveDatetime", "dt.datetime(2024, 1, 1)", "travels"),
        ("pydantic.PastDate", "dt.date(2020, 1, 1)", "travels"),
        ("zoneinfo.ZoneInfo", "zoneinfo.ZoneInfo('Europe/Rome')", "travels"),
        ("dt.timezone", "dt.timezone.utc", REFUSED),
        ("dt.tzinfo", "dt.timezone.utc", REFUSED),
        ("pydantic.FutureDate", "dt.date(9999, 1, 1)", "travels"),
        ("pydantic.PastDatetime", "dt.datetime(2020, 1, 1)", "travels"),
        ("pydantic.FutureDatetime", "dt.datetime(9999, 1, 1)", "travels"),
        ("pydantic.condate(ge=dt.date(2020, 1, 1))", "dt.date(2024, 1, 1)", "travels"),
    ],
    "Numbers and texts": [
        ("decimal.Decimal", "decimal.Decimal('1.10')", "travels"),
        ("fractions.Fraction", "fractions.Fraction(1, 3)", "travels"),
        ("uuid.UUID", "uuid.UUID(int=1)", "travels"),
        ("pydantic.UUID4", "uuid.UUID('6f1e2f5c-5a4b-4a0e-8e1d-0a6a3c1d2b3f')", "travels"),
        ("pydantic.PositiveInt", "1", "travels"),
        ("pydantic.conint(gt=0)", "1", "travels"),
        ("pydantic.StrictInt", "1", "travels"),
        ("pydantic.FiniteFloat", "1.5", "travels"),
        ("pydantic.constr(max_length=3)", "'abc'", "travels"),
        ("pydantic.condecimal(max_digits=3)", "decimal.Decimal('1.5')", "travels"),
        ("pydantic.ByteSize", "pydantic.ByteSize(1000)", "travels"),
        ("pydantic.Base64Bytes", "b'abc'", REFUSED),
        ("pydantic.Json[list[int]]", "[1]", REFUSED),
        ("pydantic.NegativeInt", "-1", "travels"),
        ("pydantic.NonNegativeInt", "0", "travels"),
        ("pydantic.NonPositiveInt", "0", "travels"),
        ("pydantic.PositiveFloat", "0.5", "travels"),
        ("pydantic.NegativeFloat", "-0.5", "travels"),
        ("pydantic.NonNegativeFloat", "0.0", "travels"),
        ("pydantic.NonPositiveFloat", "0.0", "travels"),
        ("pydantic.StrictBool", "True", "travels"),
        ("pydantic.StrictFloat", "1.5", "travels"),
        ("pydantic.StrictStr", "'a'", "travels"),
        ("pydantic.StrictBytes", "b'\\xff'", "travels"),
        ("pydantic.confloat(gt=0)", "0.5", "travels"),
        ("pydantic.conbytes(max_length=3)", "b'\\xff'", "travels"),
        ("pydantic.conlist(int, min_length=1)", "[1]", "travels"),
        ("pydantic.conset(int, min_length=1)", "{1}", "travels"),
        ("pydantic.confrozenset(int, min_length=1)", "frozenset({1})", "travels"),
        ("pydantic.UUID1", "uuid.UUID('6f1e2f5c-5a4b-11ee-8e1d-0a6a3c1d2b3f')", "travels"),
        ("pydantic.UUID3", "uuid.UUID('6f1e2f5c-5a4b-3a0e-8e1d-0a6a3c1d2b3f')", "travels"),
        ("pydantic.UUID5", "uuid.UUID('6f1e2f5c-5a4b-5a0e-8e1d-0a6a3c1d2b3f')", "travels"),
        ("pydantic.Base64Str", "'abc'", REFUSED),
        ("pydantic.Base64UrlBytes", "b'abc'", REFUSED),
        ("pydantic.Base64UrlStr", "'abc'", REFUSED),
        ("pydantic.Json", "{}", REFUSED),
        ("Annotated[float, pydantic.AllowInfNan(False)]", "1.5", "travels"),
        ("Annotated[str, pydantic.StringConstraints(to_lower=True)]", "'a'", "travels"),
    ],
    "Paths and network": [
        ("pathlib.Path", "pathlib.Path('/a/b')", "travels"),
        ("pathlib.PurePosixPath", "pathlib.PurePosixPath('a')", "travels"),
        ("ipaddress.IPv4Address", "ipaddress.IPv4Address('1.2.3.4')", "travels"),
        ("ipaddress.IPv6Network", "ipaddress.IPv6Network('::/64')", "travels"),
        ("ipaddress.IPv4Interface", "ipaddress.IPv4Interface('1.2.3.4/24')", "travels"),
        ("pydantic.AnyUrl", "pydantic.AnyUrl('https://a.example/x')", "travels"),
        ("pydantic.HttpUrl", "pydantic.HttpUrl('https://a.example/')", "travels"),
        ("pydantic.PostgresDsn", "pydantic.PostgresDsn('postgres://u@a.example/db')", "travels"),
        ("pydantic.IPvAnyAddress", "ipaddress.IPv4Address('1.2.3.4')", "travels"),
        ("os.PathLike", "pathlib.Path('a')", REFUSED),
        ("pathlib.PureWindowsPath", "pathlib.PureWindowsPath('a')", "travels"),
        ("pydantic.FilePath", "pathlib.Path(__file__)", "travels"),
        ("pydantic.DirectoryPath", "pathlib.Path(__file__).parent", "travels"),
        ("pydantic.NewPath", "pathlib.Path(__file__).parent / 'new'", "travels"),
        ("ipaddress.IPv6Address", "ipaddress.IPv6Address('fe80::1%eth0')", "travels"),
        ("ipaddress.IPv4Network", "ipaddress.IPv4Network('10.0.0.0/8')", "travels"),
        ("ipaddress.IPv6Interface", "ipaddress.IPv6Interface('::1/64')", "travels"),
        ("pydantic.IPvAnyNetwork", "ipaddress.ip_network('10.0.0.0/8')", "travels"),
        ("pydantic.IPvAnyInterface", "ipaddress.ip_interface('10.0.0.1/8')", "travels"),
        ("pydantic.AnyHttpUrl", "pydantic.AnyHttpUrl('http://a.example/')", "travels"),
        ("pydantic.AnyWebsocketUrl", "pydantic.AnyWebsocketUrl('ws://a.example/')", "travels"),
        ("pydantic.WebsocketUrl", "pydantic.WebsocketUrl('wss://a.example/')", "travels"),
        ("pydantic.FileUrl", "pydantic.FileUrl('file:///a')", "travels"),
        ("pydantic.FtpUrl", "pydantic.FtpUrl('ftp://a.example/')", "travels"),
        (
            "pydantic.CockroachDsn",
            "pydantic.CockroachDsn('cockroachdb://u:p@a.example:1/d')",
            "travels",
        ),
        ("pydantic.AmqpDsn", "pydantic.AmqpDsn('amqp://u:p@a.example:1/')", "travels"),
        ("pydantic.RedisDsn", "pydantic.RedisDsn('redis://a.example:1/0')", "travels"),
        ("pydantic.MongoDsn", "pydantic.MongoDsn('mongodb://a.example:1/d')", "travels"),
        ("pydantic.KafkaDsn", "pydantic.KafkaDsn('kafka://a.example:1')", "travels"),
        ("pydantic.NatsDsn", "pydantic.NatsDsn('nats://a.example:1')", "travels"),
        ("pydantic.MySQLDsn", "pydantic.MySQLDsn('mysql://u:p@a.example:1/d')", "travels"),
        ("pydantic.MariaDBDsn", "pydantic.MariaDBDsn('mariadb://u:p@a.example:1/d')", "travels"),
        (
            "pydantic.ClickHouseDsn",
            "pydantic.ClickHouseDsn('clickhouse+http://u:p@a.example:1/d')",
            "travels",
        ),
        (
            "pydantic.SnowflakeDsn",
            "pydantic.SnowflakeDsn('snowflake://u:p@a.example/d')",
            "travels",
        ),
    ],
    "Secrets and the rest": [
        ("pydantic.SecretStr", "pydantic.SecretStr('x')", REFUSED),
        ("pydantic.SecretBytes", "pydantic.SecretBytes(b'x')", REFUSED),
        ("pydantic.ImportString", "'math.pi'", REFUSED),
        ("pydantic.JsonValue", "{'a': [1, None]}", "travels"),
        ("msgspec.Raw", "msgspec.Raw(b'1')", REFUSED),
        ("msgspec.UnsetType", "msgspec.UNSET", REFUSED),
        ("pydantic.Secret[int]", "pydantic.Secret[int](1)", REFUSED),
        ("msgspec.msgpack.Ext", "msgspec.msgpack.Ext(1, b'')", REFUSED),
    ],
}
