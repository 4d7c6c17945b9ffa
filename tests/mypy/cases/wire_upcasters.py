"""``@upcast`` keeps the function's type, and takes functions of one parameter only."""

from __future__ import annotations

from pydantic import BaseModel
from typedxcom import Table, task, upcast


class Before(BaseModel):
    id: int


class Order(BaseModel):
    id: int
    name: str


@upcast
def order(old: Before) -> Order:
    return Order(id=old.id, name="")


@upcast
def table(old: Table[Before]) -> Table[Order]:
    return old


@task
def extract() -> Before: ...  # E: Missing return statement [empty-body]


@task
def load(value: Order) -> None: ...


def right() -> None:
    made: Order = order(Before(id=1))
    print(made)


@upcast  # wrong  # E: Value of type variable "_Upcaster" of "upcast" cannot be "Callable[[], Order]" [type-var]
def none() -> Order:
    raise NotImplementedError


@upcast  # wrong  # E: Value of type variable "_Upcaster" of "upcast" cannot be "Callable[[Before, int], Order]" [type-var]
def two(old: Before, more: int) -> Order:
    raise NotImplementedError


def wrong() -> None:
    order(5)  # E: Argument 1 to "order" has incompatible type "int"; expected "Before" [arg-type]
    made: Before = order(Before(id=1))  # E: Incompatible types in assignment (expression has type "Order", variable has type "Before") [assignment]
    print(made)
    load(extract())  # E: Argument "value" of task "load" takes "Order", but task "extract" returns "Before" [xcom-arg]


upcast(5)  # wrong  # E: Value of type variable "_Upcaster" of "upcast" cannot be "int" [type-var]
