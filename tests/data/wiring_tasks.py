"""Tasks of many types, for the lines of ``wiring_lines.txt``."""

import asyncio
import enum
from collections.abc import Collection, Iterable, Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypeVar
from uuid import UUID

from airflow.sdk import (
    PokeReturnValue,
    task_group,
)
from pydantic import BaseModel, Field
from typing_extensions import NotRequired, TypedDict

from typedxcom import task

T = TypeVar("T")
UserId = NewType("UserId", int)
Env = Literal["dev", "prod"]
Env3 = Literal["dev", "test", "prod"]
Pos = Annotated[int, Field(gt=0)]


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1


class Word(str, enum.Enum):
    A = "a"


class Order(BaseModel):
    id: int
    total: float = 0.0


class BigOrder(Order):
    discount: float = 0.1


class Invoice(BaseModel):
    number: str


class Box(BaseModel, Generic[T]):
    item: T


@dataclass
class Point:
    x: int
    y: int = 0


@dataclass
class Point3(Point):
    z: int = 0


class Pair(NamedTuple):
    a: int
    b: str


class Opts(TypedDict):
    depth: int
    rate: float


class PartOpts(TypedDict, total=False):
    depth: int
    rate: float


class MixOpts(TypedDict):
    depth: int
    rate: NotRequired[float]


class Wide(TypedDict):
    depth: int
    rate: float
    name: str


@task
def t_int() -> int:
    return 1


@task
def t_str() -> str:
    return "a"


@task
def t_float() -> float:
    return 1.5


@task
def t_bool() -> bool:
    return True


@task
def t_none() -> None:
    print("none")


@task
def t_opt() -> int | None:
    return None


@task
def t_opt_str() -> str | None:
    return None


@task
def t_union() -> int | str:
    return 1


@task
def t_ints() -> list[int]:
    return [1, 2]


@task
def t_strs() -> list[str]:
    return ["a", "b"]


@task
def t_floats() -> list[float]:
    return [1.5]


@task
def t_seq() -> Sequence[int]:
    return [1, 2]


@task
def t_iter() -> Iterable[int]:
    return [1, 2]


@task
def t_tup() -> tuple[int, ...]:
    return (1, 2)


@task(multiple_outputs=False)
def t_map() -> Mapping[str, int]:
    return {"a": 1}


@task
def t_set() -> set[int]:
    return {1}


@task
def t_lists() -> list[list[int]]:
    return [[1]]


@task
def t_any() -> Any:
    return [1, 2]


@task
def t_bare():
    return [1, 2]


@task
def t_anys() -> list[Any]:
    return [1, 2]


@task
def t_barelist() -> list:
    return [1, 2]


@task
def t_baredict() -> dict:
    return {"a": 1}


@task
def t_dict() -> dict[str, int]:
    return {"a": 1}


@task
def t_dictany() -> dict[str, Any]:
    return {"a": 1}


@task
def t_dicts() -> list[dict[str, int]]:
    return [{"x": 1}]


@task
def t_opts() -> Opts:
    return {"depth": 1, "rate": 0.5}


@task
def t_part() -> PartOpts:
    return {"depth": 1}


@task
def t_mix() -> MixOpts:
    return {"depth": 1}


@task
def t_wide() -> Wide:
    return {"depth": 1, "rate": 0.5, "name": "n"}


@task
def t_optslist() -> list[Opts]:
    return [{"depth": 1, "rate": 0.5}]


@task
def t_order() -> Order:
    return Order(id=1)


@task
def t_big() -> BigOrder:
    return BigOrder(id=1)


@task
def t_orders() -> list[Order]:
    return [Order(id=1)]


@task
def t_bigs() -> list[BigOrder]:
    return [BigOrder(id=1)]


@task(multiple_outputs=True)
def t_mo() -> Order:
    return Order(id=1)


@task
def t_invoice() -> Invoice:
    return Invoice(number="1")


@task
def t_boxint() -> Box[int]:
    return Box[int](item=1)


@task
def t_point() -> Point:
    return Point(1)


@task
def t_point3() -> Point3:
    return Point3(1)


@task
def t_pair() -> Pair:
    return Pair(1, "a")


@task
def t_two() -> tuple[int, str]:
    return 1, "a"


@task
def t_three() -> tuple[int, tuple[str, float]]:
    return 1, ("a", 1.5)


@task
def t_dt() -> datetime:
    return datetime(2025, 1, 1, tzinfo=timezone.utc)


@task
def t_date() -> date:
    return date(2025, 1, 1)


@task
def t_dec() -> Decimal:
    return Decimal("1.5")


@task
def t_uuid() -> UUID:
    return UUID(int=1)


@task
def t_path() -> Path:
    return Path("/x")


@task
def t_delta() -> timedelta:
    return timedelta(hours=1)


@task
def t_bytes() -> bytes:
    return b"x"


@task
def t_user() -> UserId:
    return UserId(1)


@task
def t_users() -> list[UserId]:
    return [UserId(1)]


@task
def t_env() -> Env:
    return "dev"


@task
def t_env3() -> Env3:
    return "dev"


@task
def t_dev() -> Literal["dev"]:
    return "dev"


@task
def t_pos() -> Pos:
    return 1


@task
def t_color() -> Color:
    return Color.RED


@task
def t_level() -> Level:
    return Level.LOW


@task
def t_word() -> Word:
    return Word.A


@task
async def t_aint() -> int:
    return 1


@task.branch
def t_branch() -> str:
    return "u_int"


@task.sensor(poke_interval=1, timeout=5)
def t_sense() -> PokeReturnValue:
    return PokeReturnValue(is_done=True, xcom_value=1)


@task.bash
def t_bash() -> str:
    return "echo hi"


@task.short_circuit
def t_short() -> bool:
    return True


@task
def u_int(n: int) -> int:
    return n


@task
def u_str(s: str) -> str:
    return s


@task
def u_float(f: float) -> float:
    return f


@task
def u_bool(flag: bool) -> bool:
    return flag


@task
def u_opt(o: int | None) -> int:
    return o or 0


@task
def u_optd(o: int | None = None, s: str | None = None) -> int:
    return o or 0


@task
def u_union(v: int | str) -> None:
    print(v)


@task
def u_ints(ns: list[int]) -> int:
    return sum(ns)


@task
def u_seq(ns: Sequence[int]) -> int:
    return sum(ns)


@task
def u_iter(ns: Iterable[int]) -> int:
    return sum(ns)


@task
def u_coll(ns: Collection[int]) -> int:
    return sum(ns)


@task
def u_mutseq(ns: MutableSequence[int]) -> int:
    return sum(ns)


@task
def u_floats(fs: list[float]) -> float:
    return sum(fs)


@task
def u_strs(ss: list[str]) -> str:
    return "".join(ss)


@task
def u_tup(ns: tuple[int, ...]) -> int:
    return sum(ns)


@task
def u_two(pair: tuple[int, str]) -> int:
    return pair[0]


@task
def u_pair(pair: Pair) -> int:
    return pair.a


@task
def u_set(ns: set[int]) -> int:
    return sum(ns)


@task
def u_map(m: Mapping[str, int]) -> int:
    return len(m)


@task
def u_dict(d: dict[str, int]) -> int:
    return len(d)


@task
def u_dictfloat(d: dict[str, float]) -> int:
    return len(d)


@task
def u_dictany(d: dict[str, Any]) -> int:
    return len(d)


@task
def u_baredict(d: dict) -> int:
    return len(d)


@task
def u_barelist(ns: list) -> int:
    return len(ns)


@task
def u_any(x: Any) -> None:
    print(x)


@task
def u_obj(x: object) -> None:
    print(x)


@task
def u_bare(x):
    print(x)


@task
def u_anys(xs: list[Any]) -> None:
    print(xs)


@task
def u_opts(o: Opts) -> int:
    return o["depth"]


@task
def u_part(o: PartOpts) -> int:
    return o.get("depth", 1)


@task
def u_mix(o: MixOpts) -> int:
    return o["depth"]


@task
def u_optslist(os: list[Opts]) -> int:
    return len(os)


@task
def u_order(order: Order) -> int:
    return order.id


@task
def u_big(big: BigOrder) -> int:
    return big.id


@task
def u_orders(orders: list[Order]) -> int:
    return len(orders)


@task
def u_bigs(bigs: list[BigOrder]) -> int:
    return len(bigs)


@task
def u_invoice(invoice: Invoice) -> str:
    return invoice.number


@task
def u_orderinv(doc: Order | Invoice) -> None:
    print(doc)


@task
def u_boxint(box: Box[int]) -> int:
    return box.item


@task
def u_boxfloat(box: Box[float]) -> float:
    return box.item


@task
def u_boxstr(box: Box[str]) -> str:
    return box.item


@task
def u_point(p: Point) -> int:
    return p.x


@task
def u_point3(p: Point3) -> int:
    return p.x


@task
def u_dt(d: datetime) -> str:
    return str(d)


@task
def u_date(d: date) -> str:
    return str(d)


@task
def u_time(d: time) -> str:
    return str(d)


@task
def u_dec(d: Decimal) -> str:
    return str(d)


@task
def u_uuid(u: UUID) -> str:
    return str(u)


@task
def u_path(p: Path) -> str:
    return str(p)


@task
def u_delta(d: timedelta) -> str:
    return str(d)


@task
def u_bytes(b: bytes) -> int:
    return len(b)


@task
def u_user(uid: UserId) -> int:
    return uid


@task
def u_users(uids: list[UserId]) -> int:
    return len(uids)


@task
def u_env(env: Env) -> str:
    return env


@task
def u_env3(env: Env3) -> str:
    return env


@task
def u_pos(n: Pos) -> int:
    return n


@task
def u_color(c: Color) -> str:
    return c.value


@task
def u_level(lv: Level) -> int:
    return int(lv)


@task
def u_word(w: Word) -> str:
    return w.value


@task
def u_lists(ls: list[list[int]]) -> int:
    return len(ls)


@task
def u_deep(d: dict[str, list[dict[str, int]]]) -> int:
    return len(d)


@task
def two_args(a: int, b: str = "b") -> str:
    return b * a


@task
def three(a: int, b: str, c: float = 1.0) -> str:
    return b * a


@task
def kwonly(*, a: int, b: str) -> str:
    return b * a


@task
def ctx(n: int, ti, ds: str, params: dict[str, Any], **kwargs: Any) -> int:
    return n


@task
def many(*ns: int) -> int:
    return sum(ns)


@task
def ident(x: T) -> T:
    return x


@task
def first(xs: Sequence[T]) -> T:
    return xs[0]


@task
def swap(p: tuple[int, str]) -> tuple[str, int]:
    return p[1], p[0]


@task
def step(n: int) -> int:
    return n + 1


@task
def step_by(n: int, by: int) -> int:
    return n + by


@task
async def u_aint(n: int) -> float:
    await asyncio.sleep(0)
    return n / 2


@task.branch
def br(n: int) -> list[str]:
    return ["u_str"]


@task.sensor(poke_interval=1, timeout=5)
def sense(n: int) -> bool:
    return True


@task.short_circuit
def short(n: int) -> bool:
    return True


@task.bash
def bash(s: str) -> str:
    return f"echo {s}"


@task.virtualenv(requirements=[], system_site_packages=True)
def venv(n: int) -> int:
    return n


@task_group
def grp(n: int, tag: str = "x"):
    u_str(tag)
    return u_int(n)


@task_group
def grp_typed(order: Order) -> None:
    u_order(order)


def plus(n: int) -> int:
    return n + 1


def scale(n: int, by: int) -> int:
    return n * by


def shout(s: str) -> str:
    return s + "!"


def make_use(kind: type[int]):
    @task
    def made(n: int) -> int:
        return n

    return made
