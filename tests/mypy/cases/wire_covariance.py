"""An XCom is a copy, so containers are covariant."""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel

from airflow.sdk import dag
from typedxcom import task

T = TypeVar("T")


class Event(BaseModel):
    at: str


class Click(Event):
    url: str


class Box(BaseModel, Generic[T]):
    value: T


@task
def click() -> Click:
    return Click(at="", url="")


@task
def event() -> Event:
    return Event(at="")


@task
def clicks() -> list[Click]:
    return []


@task
def events() -> list[Event]:
    return []


@task
def by_name() -> dict[str, Click]:
    return {}


@task
def flags() -> list[bool]:
    return []


@task
def ints() -> list[int]:
    return []


@task
def nested() -> dict[str, list[Click]]:
    return {}


@task
def box() -> Box[Click]:
    return Box(value=Click(at="", url=""))


@task
def on_event(event: Event) -> None:
    print(event)


@task
def on_click(click: Click) -> None:
    print(click)


@task
def on_events(events: list[Event]) -> None:
    print(events)


@task
def on_clicks(clicks: list[Click]) -> None:
    print(clicks)


@task
def on_names(events: dict[str, Event]) -> None:
    print(events)


@task
def on_mapping(events: Mapping[str, Sequence[Event]]) -> None:
    print(events)


@task
def on_nested(events: dict[str, list[Event]]) -> None:
    print(events)


@task
def on_floats(values: list[float]) -> None:
    print(values)


@task
def on_optional(values: list[int | None]) -> None:
    print(values)


@task
def on_strings(values: list[str]) -> None:
    print(values)


@task
def on_box(box: Box[Event]) -> None:
    print(box)


@task
def on_int_box(box: Box[int]) -> None:
    print(box)


@dag(schedule=None)
def right() -> None:
    on_event(click())
    on_events(clicks())
    on_names(by_name())
    on_mapping(nested())
    on_nested(nested())
    on_floats(ints())
    on_floats(flags())
    on_optional(ints())
    on_events([click(), event()])
    on_event.expand(event=clicks())
    on_box(box())


@dag(schedule=None)
def wrong() -> None:
    on_click(event())  # E: Argument "click" of task "on_click" takes "Click", but task "event" returns "Event" [xcom-arg]
    on_clicks(events())  # E: Argument "clicks" of task "on_clicks" takes "list[Click]", but task "events" returns "list[Event]" [xcom-arg]
    on_click.expand(click=events())  # E: Argument "click" of task "on_click" takes "Click", but mapping over task "events" gives "Event" [xcom-map]
    on_clicks([click(), event()])  # E: Argument "clicks" of task "on_clicks" takes "Click" here, but task "event" returns "Event" [xcom-arg]
    on_strings(ints())  # E: Argument "values" of task "on_strings" takes "list[str]", but task "ints" returns "list[int]" [xcom-arg]
    on_names(nested())  # E: Argument "events" of task "on_names" takes "dict[str, Event]", but task "nested" returns "dict[str, list[Click]]" [xcom-arg]
    on_int_box(box())  # E: Argument "box" of task "on_int_box" takes "Box[int]", but task "box" returns "Box[Click]" [xcom-arg]
