"""Tasks with type variables."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from airflow.sdk import dag
from typedxcom import task

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
N = TypeVar("N", int, float)
B = TypeVar("B", bound=BaseModel)


class Order(BaseModel):
    id: int


class Page(BaseModel, Generic[T]):
    items: list[T]


@task
def number() -> int:
    return 1


@task
def numbers() -> list[int]:
    return [1]


@task
def words() -> list[str]:
    return []


@task
def order() -> Order:
    return Order(id=1)


@task
def same(value: T) -> T:
    return value


@task
def first(values: Sequence[T]) -> T:
    return values[0]


@task
def pair(a: K, b: V) -> tuple[K, V]:
    return a, b


@task
def invert(values: dict[K, V]) -> dict[V, K]:
    return {}


@task
def double(n: N) -> N:
    return n


@task
def save(model: B) -> B:
    return model


@task
def page(values: list[T]) -> Page[T]:
    return Page(items=values)


@task
def largest(a: T, b: T) -> list[T]:
    return [a, b]


@task
def table() -> dict[str, int]:
    return {}


@task
def show(n: int) -> None:
    print(n)


@task
def say(text: str) -> None:
    print(text)


@task
def take(pair: tuple[int, str]) -> None:
    print(pair)


@task
def store(order: Order) -> None:
    print(order)


@task
def orders(page: Page[int]) -> None:
    print(page)


@task
def lookup(table: dict[int, str]) -> None:
    print(table)


@task
def total(values: Iterable[int]) -> None:
    print(values)


@task
async def later(value: T) -> T:
    return value


@task
def wrap(value: T) -> Page[T]:
    return Page(items=[value])


@task
def both(a: T, b: V) -> dict[str, T | V]:
    return {"a": a, "b": b}


@task
def maybe(n: int | None) -> None:
    print(n)


@task
def choose(answer: Literal["yes", "no"]) -> None:
    print(answer)


@task
def choose_all(answers: list[Literal["yes", "no"]]) -> None:
    print(answers)


@task
def pages(pages: list[Page[int]]) -> None:
    print(pages)


@task
def lists(values: list[list[int | str]]) -> None:
    print(values)


@task
def texts(table: list[dict[str, str]]) -> None:
    print(table)


@dag(schedule=None)
def right() -> None:
    show(same(number()))
    show(first(numbers()))
    say(first(words()))
    take(pair(number(), "x"))
    take(pair(number(), first(words())))
    lookup(invert(table()))
    show(double(number()))
    store(save(order()))
    orders(page(numbers()))
    show(first([number(), number()]))
    show(same(same(same(number()))))
    total(largest(number(), 2))
    show.expand(n=same(numbers()))
    show.expand(n=same.expand(value=numbers()))
    same.expand(value=[1, "a"])
    double.expand(n=numbers())
    pair.partial(b=number()).expand(a=words())
    same.expand_kwargs([{"value": number()}])
    say(first(["a", "b"]))
    show.expand(n=later.expand(value=[number(), 2]))
    show.expand(n=same.expand(value=(number(), 2)))
    show.expand(n=same.expand(value=same.expand(value=numbers())))
    say.expand(text=same.expand(value=numbers().map(str)))
    maybe.expand(n=same.expand(value=[1, None]))
    take.expand(pair=pair.expand_kwargs([{"a": 1, "b": "x"}, {"a": number(), "b": "y"}]))
    take.expand(pair=invert.expand(values=[{"a": 1}]).map(lambda found: (1, "a")))
    orders.expand(page=wrap.expand(value=[1, 2]))
    pages(wrap.expand(value=numbers()))
    texts(both.partial(b=1).expand(a=["x"]))
    lists(largest.partial(b="x").expand(a=numbers()))
    choose(same("yes"))
    choose_all(same(["yes"]))
    choose_all([same("yes"), "no"])
    choose.expand(answer=same.expand(value=["yes", "no"]))
    choose_all(same.expand(value=["yes", "no"]))
    answer = same("yes")
    choose(answer)
    answers = same.expand(value=["yes", "no"])
    choose.expand(answer=answers)
    choose_all(answers)
    show.expand(n=same.expand(value=[]))
    show.expand(n=same.expand(value=[*[1, 2], number()]))
    say.expand(text=same.expand(value=[1, "a"]).map(str))


@dag(schedule=None)
def wrong() -> None:
    say(same(number()))  # E: Argument "text" of task "say" takes "str", but task "same" returns "int" [xcom-arg]
    say(first(numbers()))  # E: Argument "text" of task "say" takes "str", but task "first" returns "int" [xcom-arg]
    double.expand(n=words())  # E: Argument "n" of task "double" takes "int | float", but mapping over task "words" gives "str" [xcom-map]
    pair.expand(a=words())  # E: Task "pair" is never given its parameter "b" [xcom-map]
    first(number())  # E: Argument "values" of task "first" takes "Sequence[T]", but task "number" returns "int" [xcom-arg]
    take(pair("x", number()))  # E: Argument "pair" of task "take" takes "tuple[int, str]", but task "pair" returns "tuple[str, int]" [xcom-arg]
    lookup(table())  # E: Argument "table" of task "lookup" takes "dict[int, str]", but task "table" returns "dict[str, int]" [xcom-arg]
    invert(numbers())  # E: Argument "values" of task "invert" takes "dict[K, V]", but task "numbers" returns "list[int]" [xcom-arg]
    double(words())  # E: Argument "n" of task "double" takes "N", but task "words" returns "list[str]" [xcom-arg]
    save(number())  # E: Argument "model" of task "save" takes "B", but task "number" returns "int" [xcom-arg]
    show(save(order()))  # E: Argument "n" of task "show" takes "int", but task "save" returns "Order" [xcom-arg]
    orders(page(words()))  # E: Argument "page" of task "orders" takes "Page[int]", but task "page" returns "Page[str]" [xcom-arg]
    say(first([number(), number()]))  # E: Argument "text" of task "say" takes "str", but task "first" returns "int" [xcom-arg]
    total(largest("a", "b"))  # E: Argument "values" of task "total" takes "Iterable[int]", but task "largest" returns "list[str]" [xcom-arg]
    page(number())  # E: Argument "values" of task "page" takes "list[T]", but task "number" returns "int" [xcom-arg]
    show.expand(n=later.expand(value=words()))  # E: Argument "n" of task "show" takes "int", but mapping over mapped task "later" gives "str" [xcom-map]
    show.expand(n=same.expand(value=[number(), "a"]))  # E: Argument "n" of task "show" takes "int", but mapping over mapped task "same" gives "int | str" [xcom-map]
    show.expand(n=same.expand(value=same.expand(value=words())))  # E: Argument "n" of task "show" takes "int", but mapping over mapped task "same" gives "str" [xcom-map]
    show.expand(n=same.expand(value=numbers().map(str)))  # E: Argument "n" of task "show" takes "int", but mapping over mapped task "same" gives "str" [xcom-map]
    total(same.expand(value=["a"]))  # E: Argument "values" of task "total" takes "Iterable[int]", but mapped task "same" returns "list[str]" [xcom-arg]
    take.expand(pair=pair.expand_kwargs([{"a": "x", "b": 1}]))  # E: Argument "pair" of task "take" takes "tuple[int, str]", but mapping over mapped task "pair" gives "tuple[str, int]" [xcom-map]
    orders.expand(page=wrap.expand(value=["a"]))  # E: Argument "page" of task "orders" takes "Page[int]", but mapping over mapped task "wrap" gives "Page[str]" [xcom-map]
    pages(wrap.expand(value=words()))  # E: Argument "pages" of task "pages" takes "list[Page[int]]", but mapped task "wrap" returns "list[Page[str]]" [xcom-arg]
    texts(both.partial(b=1).expand(a=numbers()))  # E: Argument "table" of task "texts" takes "list[dict[str, str]]", but mapped task "both" returns "list[dict[str, int | Any]]" [xcom-arg]
    choose(same("maybe"))  # E: Argument "answer" of task "choose" takes "Literal['yes', 'no']", but task "same" returns "str" [xcom-arg]
    choose_all(same(["maybe"]))  # E: Argument "answers" of task "choose_all" takes "list[Literal['yes', 'no']]", but task "same" returns "list[str]" [xcom-arg]
    choose.expand(answer=same.expand(value=["yes", "maybe"]))  # E: Argument "answer" of task "choose" takes "Literal['yes', 'no']", but mapping over mapped task "same" gives "str" [xcom-map]
    choose_all(same.expand(value=words()))  # E: Argument "answers" of task "choose_all" takes "list[Literal['yes', 'no']]", but mapped task "same" returns "list[str]" [xcom-arg]
    answers = same.expand(value=["yes", "maybe"])
    choose.expand(answer=answers)  # E: Argument "answer" of task "choose" takes "Literal['yes', 'no']", but mapping over mapped task "same" gives "str" [xcom-map]
    choose_all(answers)  # E: Argument "answers" of task "choose_all" takes "list[Literal['yes', 'no']]", but mapped task "same" returns "list[str]" [xcom-arg]
