"""Models: nominal, with inheritance, generics, unions, aliases and TypedDicts beside them."""

from typing import Annotated, Any, Generic, Literal, TypeVar, Union

from pydantic import BaseModel, Field, RootModel

from airflow.sdk import dag
from typedxcom import task

T = TypeVar("T")


class Order(BaseModel):
    id: int


class Refund(BaseModel):
    id: int


class Gift(Order):
    note: str = ""


class Csv(BaseModel):
    kind: Literal["csv"] = "csv"


class Api(BaseModel):
    kind: Literal["api"] = "api"


class Page(BaseModel, Generic[T]):
    items: list[T]


class Ids(RootModel[list[int]]):
    pass


class Tree(BaseModel):
    children: list["Tree"] = []


Source = Annotated[Union[Csv, Api], Field(discriminator="kind")]


@task
def order() -> Order:
    return Order(id=1)


@task
def gift() -> Gift:
    return Gift(id=1)


@task
def refund() -> Refund:
    return Refund(id=1)


@task
def orders() -> list[Order]:
    return []


@task
def source() -> Source:
    return Csv()


@task
def csv() -> Csv:
    return Csv()


@task
def page() -> Page[Order]:
    return Page(items=[])


@task
def tree() -> Tree:
    return Tree()


@task
def as_dict() -> dict[str, Any]:
    return {}


@task
def ids() -> Ids:
    return Ids([1])


@task
def on_order(order: Order) -> None:
    print(order)


@task
def on_gift(gift: Gift) -> None:
    print(gift)


@task
def on_source(source: Source) -> None:
    print(source)


@task
def on_csv(source: Csv) -> None:
    print(source)


@task
def on_page(page: Page[Refund]) -> None:
    print(page)


@task
def on_orders(page: Page[Order]) -> None:
    print(page)


@task
def on_tree(tree: Tree) -> None:
    print(tree)


@task
def on_list(ids: list[int]) -> None:
    print(ids)


@task
def on_dict(data: dict[str, Any]) -> None:
    print(data)


@dag(schedule=None)
def right() -> None:
    on_order(order())
    on_order(gift())
    on_order(Order(id=2))
    on_order.expand(order=orders())
    on_order.expand(order=[Order(id=1), order()])
    on_source(csv())
    on_source(source())
    on_orders(page())
    on_tree(tree())


@dag(schedule=None)
def wrong() -> None:
    on_gift(order())  # E: Argument "gift" of task "on_gift" takes "Gift", but task "order" returns "Order" [xcom-arg]
    on_order(refund())  # E: Argument "order" of task "on_order" takes "Order", but task "refund" returns "Refund" [xcom-arg]
    on_order(orders())  # E: Argument "order" of task "on_order" takes "Order", but task "orders" returns "list[Order]": "on_order.expand(order=...)" runs it for each item [xcom-arg]
    on_order.expand(order=order())  # E: Argument "order" of task "on_order" cannot be mapped over task "order": it returns "Order", not a list, a tuple or a dict [xcom-map]
    on_csv(source())  # E: Argument "source" of task "on_csv" takes "Csv", but task "source" returns "Csv | Api" [xcom-arg]
    on_page(page())  # E: Argument "page" of task "on_page" takes "Page[Refund]", but task "page" returns "Page[Order]" [xcom-arg]
    on_tree(order())  # E: Argument "tree" of task "on_tree" takes "Tree", but task "order" returns "Order" [xcom-arg]
    on_order(as_dict())  # E: Argument "order" of task "on_order" takes "Order", but task "as_dict" returns "dict[str, Any]": it promises no keys. Annotate "as_dict" with a model or a TypedDict [xcom-arg]
    on_dict(order())  # E: Argument "data" of task "on_dict" takes "dict[str, Any]", but task "order" returns "Order" [xcom-arg]
    on_list(ids())  # E: Argument "ids" of task "on_list" takes "list[int]", but task "ids" returns "Ids" [xcom-arg]
    on_order({"id": 1})  # E: Argument 1 to "on_order" has incompatible type "dict[str, int]"; expected "Order" [arg-type]
    on_order(Order(id=order()))  # E: Argument "id" to "Order" has incompatible type "XComArg[Order]"; expected "int" [arg-type]
    on_order(Refund(id=1))  # E: Argument 1 to "on_order" has incompatible type "Refund"; expected "Order" [arg-type]
    on_gift.expand(gift=orders())  # E: Argument "gift" of task "on_gift" takes "Gift", but mapping over task "orders" gives "Order" [xcom-map]
