"""NewType, Annotated, Literal and enums."""

from enum import Enum, IntEnum
from typing import Annotated, Literal, NewType

from pydantic import Field

from airflow.sdk import dag
from typedxcom import task

UserId = NewType("UserId", int)
OrderId = NewType("OrderId", int)
Percent = Annotated[float, Field(ge=0, le=100)]
Env = Literal["dev", "prod"]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1


@task
def user() -> UserId:
    return UserId(1)


@task
def users() -> list[UserId]:
    return []


@task
def number() -> int:
    return 1


@task
def env() -> Env:
    return "dev"


@task
def text() -> str:
    return ""


@task
def one_of() -> Literal["dev"]:
    return "dev"


@task
def colour() -> Colour:
    return Colour.RED


@task
def level() -> Level:
    return Level.LOW


@task
def percent() -> Percent:
    return 1.0


@task
def find(user: UserId) -> None:
    print(user)


@task
def find_order(order: OrderId) -> None:
    print(order)


@task
def show(n: int) -> None:
    print(n)


@task
def say(text: str) -> None:
    print(text)


@task
def deploy(env: Env) -> None:
    print(env)


@task
def paint(colour: Colour) -> None:
    print(colour)


@task
def red(colour: Literal[Colour.RED]) -> None:
    print(colour)


@task
def limit(value: Annotated[int, Field(gt=0)]) -> None:
    print(value)


@dag(schedule=None)
def right() -> None:
    find(user())
    show(user())
    find.expand(user=users())
    find(UserId(3))
    deploy(env())
    deploy(one_of())
    deploy("prod")
    say(env())
    deploy.expand(env=["dev", "prod"])
    paint(colour())
    red(Colour.RED)
    show(level())
    limit(number())
    limit(3)
    deploy("dev" if 1 > 0 else "prod")


@dag(schedule=None)
def wrong() -> None:
    find(number())  # E: Argument "user" of task "find" takes "UserId", but task "number" returns "int" [xcom-arg]
    find_order(user())  # E: Argument "order" of task "find_order" takes "OrderId", but task "user" returns "UserId" [xcom-arg]
    find(1)  # E: Argument 1 to "find" has incompatible type "int"; expected "UserId" [arg-type]
    find.expand(user=[1, 2])  # E: Argument "user" of task "find" takes "UserId", not "int" [xcom-map]
    deploy(text())  # E: Argument "env" of task "deploy" takes "Literal['dev', 'prod']", but task "text" returns "str" [xcom-arg]
    deploy("staging")  # E: Argument 1 to "deploy" has incompatible type "Literal['staging']"; expected "Literal['dev', 'prod']" [arg-type]
    deploy.expand(env=["dev", "staging"])  # E: Argument "env" of task "deploy" takes "Literal['dev', 'prod']", not "Literal['staging']" [xcom-map]
    show(env())  # E: Argument "n" of task "show" takes "int", but task "env" returns "Literal['dev', 'prod']" [xcom-arg]
    paint(text())  # E: Argument "colour" of task "paint" takes "Colour", but task "text" returns "str" [xcom-arg]
    paint("red")  # E: Argument 1 to "paint" has incompatible type "str"; expected "Colour" [arg-type]
    red(colour())  # E: Argument "colour" of task "red" takes "Literal[Colour.RED]", but task "colour" returns "Colour" [xcom-arg]
    say(colour())  # E: Argument "text" of task "say" takes "str", but task "colour" returns "Colour" [xcom-arg]
    limit(percent())  # E: Argument "value" of task "limit" takes "int", but task "percent" returns "float" [xcom-arg]
