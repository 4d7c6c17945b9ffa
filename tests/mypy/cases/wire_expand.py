"""``.expand``: element types, cross products, literals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from pydantic import BaseModel

from airflow.sdk import dag
from typedxcom import task


class Order(BaseModel):
    id: int


class Pair(NamedTuple):
    a: int
    b: int


class Sizes(TypedDict):
    small: int
    large: int


@task
def numbers() -> list[int]:
    return [1]


@task
def words() -> Sequence[str]:
    return ["x"]


@task
def fixed() -> tuple[int, int]:
    return (1, 2)


@task
def named() -> Pair:
    return Pair(1, 2)


@task
def sizes() -> Sizes:
    return {"small": 1, "large": 2}


@task
def by_name() -> dict[str, int]:
    return {}


@task
def abstract() -> Mapping[str, int]:
    return {}


@task
def orders() -> dict[str, Order]:
    return {}


@task
def matrix() -> list[list[int]]:
    return [[1]]


@task
def maybe() -> list[int | None]:
    return [None]


@task
def none() -> list[int] | None:
    return None


@task
def either() -> list[int] | tuple[int, ...]:
    return []


@task
def one() -> int:
    return 1


@task
def text() -> str:
    return "abc"


@task
def raw() -> bytes:
    return b""


@task
def unique() -> set[int]:
    return {1}


@task
def lazily() -> Iterator[int]:
    return iter([1])


@task
def iterable() -> Iterable[int]:
    return [1]


@task
def order() -> Order:
    return Order(id=1)


@task
def unknown() -> Any:
    return [1]


@task
def add(x: int, y: int = 0) -> int:
    return x + y


@task
def say(word: str) -> str:
    return word


@task
def pairs(item: tuple[str, int]) -> None:
    print(item)


@task
def order_pairs(item: tuple[str, Order]) -> None:
    print(item)


@task
def many(xs: list[int]) -> int:
    return len(xs)


@task
def nullable(x: int | None) -> None:
    print(x)


@dag(schedule=None)
def right() -> None:
    add.expand(x=numbers())
    add.expand(x=numbers(), y=numbers())
    add.expand(x=numbers(), y=[1, 2])
    add.expand(x=(1, 2, 3))
    add.expand(x=range(3))
    add.expand(x=fixed())
    add.expand(x=named())
    add.expand(x=either())
    add.expand(x=unknown())
    add.expand(x=[one(), one(), 3])
    say.expand(word=words())
    pairs.expand(item=by_name())
    pairs.expand(item=abstract())
    pairs.expand(item=sizes())
    pairs.expand(item={"a": 1})
    order_pairs.expand(item=orders())
    many.expand(xs=matrix())
    many.expand(xs=[[1], [2, 3]])
    many.expand(xs=[numbers(), [one(), 2]])
    nullable.expand(x=maybe())
    nullable.expand(x=numbers())
    add.expand(x=add.expand(x=numbers()))
    names = ["a", "b"]
    say.expand(word=names)
    add.partial(y=one()).expand(x=numbers())
    add.expand(x=[])


@dag(schedule=None)
def wrong() -> None:
    add.expand(x=words())  # E: Argument "x" of task "add" takes "int", but mapping over task "words" gives "str" [xcom-map]
    add.expand(x=numbers(), y=words())  # E: Argument "y" of task "add" takes "int", but mapping over task "words" gives "str" [xcom-map]
    add.expand(x=["a", 1])  # E: Argument "x" of task "add" takes "int", not "str" [xcom-map]
    add.expand(x=[text(), 1])  # E: Argument "x" of task "add" takes "int", but task "text" returns "str" [xcom-map]
    add.expand(x=one())  # E: Argument "x" of task "add" cannot be mapped over task "one": it returns "int", not a list, a tuple or a dict [xcom-map]
    add.expand(x=1)  # E: Argument "x" of task "add" cannot be mapped over a value of type "int": only over a list, a tuple or a dict [xcom-map]
    say.expand(word=text())  # E: Argument "word" of task "say" cannot be mapped over task "text": it returns "str", not a list, a tuple or a dict [xcom-map]
    say.expand(word="abc")  # E: Argument "word" of task "say" cannot be mapped over a value of type "str": only over a list, a tuple or a dict [xcom-map]
    add.expand(x=raw())  # E: Argument "x" of task "add" cannot be mapped over task "raw": it returns "bytes", not a list, a tuple or a dict [xcom-map]
    add.expand(x=unique())  # E: Argument "x" of task "add" cannot be mapped over task "unique": it returns "set[int]", not a list, a tuple or a dict [xcom-map]
    add.expand(x={1, 2})  # E: Argument "x" of task "add" cannot be mapped over a set: only over a list, a tuple or a dict [xcom-map]
    add.expand(x=lazily())  # E: Argument "x" of task "add" cannot be mapped over task "lazily": it returns "Iterator[int]", not a list, a tuple or a dict [xcom-map]
    add.expand(x=iterable())  # E: Argument "x" of task "add" cannot be mapped over task "iterable": it returns "Iterable[int]", not a list, a tuple or a dict [xcom-map]
    add.expand(x=none())  # E: Argument "x" of task "add" cannot be mapped over task "none": it returns "list[int] | None", not a list, a tuple or a dict [xcom-map]
    add.expand(x=maybe())  # E: Argument "x" of task "add" takes "int", but mapping over task "maybe" gives "int | None" [xcom-map]
    add.expand(x=by_name())  # E: Argument "x" of task "add" takes "int", but mapping over task "by_name" gives "tuple[str, int]" [xcom-map]
    add.expand(x=sizes())  # E: Argument "x" of task "add" takes "int", but mapping over task "sizes" gives "tuple[str, int]" [xcom-map]
    order_pairs.expand(item=by_name())  # E: Argument "item" of task "order_pairs" takes "tuple[str, Order]", but mapping over task "by_name" gives "tuple[str, int]" [xcom-map]
    add.expand(x=order())  # E: Argument "x" of task "add" cannot be mapped over task "order": it returns "Order", not a list, a tuple or a dict [xcom-map]
    add.expand(x=matrix())  # E: Argument "x" of task "add" takes "int", but mapping over task "matrix" gives "list[int]" [xcom-map]
    add.expand(z=numbers())  # E: Task "add" has no parameter "z" [xcom-map]
    add.expand(y=numbers())  # E: Task "add" is never given its parameter "x" [xcom-map]
    add.expand()  # E: expand() of task "add" needs an argument to map over [xcom-map]
    add.expand(numbers())  # E: Too many arguments for "expand" of "Task" [call-arg]
    add.expand(x=add.expand(x=words()))  # E: Argument "x" of task "add" takes "int", but mapping over task "words" gives "str" [xcom-map]
    say.expand(word=add.expand(x=numbers()))  # E: Argument "word" of task "say" takes "str", but mapping over mapped task "add" gives "int" [xcom-map]
    many.expand(xs=numbers())  # E: Argument "xs" of task "many" takes "list[int]", but mapping over task "numbers" gives "int" [xcom-map]
    add.expand(x=numbers)  # E: Argument "x" of task "add" takes a value, but task "numbers" itself is passed: call it, "numbers()" [xcom-map]
    add.expand(x=(n for n in [1]))  # E: Argument "x" of task "add" cannot be mapped over a value of type "Generator[int, None, None]": only over a list, a tuple or a dict [xcom-map]
    names = ["a"]
    add.expand(x=names)  # E: Argument "x" of task "add" takes "int", but mapping over this gives "str" [xcom-map]
    add.expand(
        x=numbers(),
        y=words(),  # E: Argument "y" of task "add" takes "int", but mapping over task "words" gives "str" [xcom-map]
    )
    add.expand(x=add)  # E: Argument "x" of task "add" takes a value, but task "add" itself is passed: call it, "add()" [xcom-map]
    outs = [one(), one()]
    say.expand(word=outs)  # E: Argument "word" of task "say" takes "str", but mapping over this gives "int" [xcom-map]
