"""``@upcast`` keeps the function's type, and takes functions of one parameter only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from pydantic import BaseModel
from typedxcom import Table, task, upcast

T = TypeVar("T")


class Before(BaseModel):
    id: int


class Order(BaseModel):
    id: int
    name: str


async def later_too(old: Before) -> Order:
    raise NotImplementedError


@upcast
def order(old: Before) -> Order:
    return Order(id=old.id, name="")


class Page(BaseModel, Generic[T]):
    item: T


@upcast
def page(old: Before) -> Page[int]:
    return Page(item=old.id)


@upcast
def table(old: Table[Before]) -> Table[Order]:
    return old


@task
def extract() -> Before: ...  # E: Missing return statement [empty-body]


@task
def load(value: Order) -> None: ...


def right() -> None:
    made: Order = order(Before(id=1))
    pages: Page[int] = page(Before(id=1))
    print(made, pages)


@upcast  # wrong  # E: Value of type variable "_Upcaster" of "upcast" cannot be "Callable[[], Order]" [type-var]
def none() -> Order:
    raise NotImplementedError


@upcast  # wrong  # E: Value of type variable "_Upcaster" of "upcast" cannot be "Callable[[Before, int], Order]" [type-var]
def two(old: Before, more: int) -> Order:
    raise NotImplementedError


@upcast  # wrong  # E: Upcaster "later" must return the value itself: use def, without async or yield [xcom-task]
async def later(old: Before) -> Order:
    raise NotImplementedError


@upcast  # wrong  # E: Upcaster "one_by_one" must return the value itself: use def, without async or yield [xcom-task]
def one_by_one(old: Before) -> Iterator[Order]:
    yield Order(id=1, name="")


upcast(later_too)  # wrong  # E: Upcaster "later_too" must return the value itself: use def, without async or yield [xcom-task]


def wrong() -> None:
    order(5)  # E: Argument 1 to "order" has incompatible type "int"; expected "Before" [arg-type]
    made: Before = order(Before(id=1))  # E: Incompatible types in assignment (expression has type "Order", variable has type "Before") [assignment]
    words: Page[str] = page(Before(id=1))  # E: Incompatible types in assignment (expression has type "Page[int]", variable has type "Page[str]") [assignment]
    print(made, words)
    load(extract())  # E: Argument "value" of task "load" takes "Order", but task "extract" returns "Before" [xcom-arg]


upcast(5)  # wrong  # E: Value of type variable "_Upcaster" of "upcast" cannot be "int" [type-var]
