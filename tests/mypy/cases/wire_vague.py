"""Annotations that leave keys open somewhere inside, and the code that shows them."""

from typing import Any, Optional

from airflow.sdk import dag
from pydantic import BaseModel
from typedxcom import task
from typing_extensions import TypedDict


class Order(BaseModel):
    id: int


class Row(TypedDict):
    id: int


class Box(TypedDict):
    order: Row


class Crate(TypedDict):
    order: list[int]


@task
def boxes() -> list[dict[str, dict]]:
    return [{"order": {"id": 1}}]


@task
def by_name() -> dict[str, list[dict]]:
    return {"rows": [{"id": 1}]}


@task
def maybe(n: int = 1) -> Optional[list[dict[str, Any]]]:
    return [{"id": n}] if n else None


@task
def fixed() -> tuple[dict, ...]:
    return ({"id": 1}, {"id": 2})


@task
def numbers() -> list:
    return [1, 2]


@task
def of_each(n: int) -> dict[str, dict]:
    return {"order": {"id": n}}


@task
def take_boxes(boxes: list[Box]) -> None: ...


@task
def take_box(box: Box) -> None: ...


@task
def take_crate(crate: Crate) -> None: ...


@task
def take_crates(crates: list[Crate]) -> None: ...


@task
def take_rows(rows: list[Row]) -> None: ...


@task
def take_maybe(rows: list[Order] | None) -> None: ...


@task
def take_fixed(rows: tuple[Order, ...]) -> None: ...


@task
def take_row(row: Row) -> None: ...


@task
def take_texts(texts: list[str]) -> None: ...


@task
def take_text(text: str) -> None: ...


@task
def take_any(value: Any) -> None: ...


@dag(schedule=None)
def right() -> None:
    take_boxes(boxes())
    take_box.expand(box=boxes())
    take_rows(by_name()["rows"])
    take_any(by_name()["rows"])
    take_maybe(maybe())
    take_fixed(fixed())
    take_row.expand(row=fixed())
    take_any.expand(value=numbers())
    take_boxes(of_each.expand(n=[1, 2]))
    take_box.expand(box=of_each.expand(n=[1, 2]))
    take_box(of_each(1))


@dag(schedule=None)
def wrong() -> None:
    take_rows(boxes())  # E: Argument "rows" of task "take_rows" takes "list[Row]", but task "boxes" returns "list[TypedDict({'order': TypedDict({'id': int})})]": missing "id" - at "$[0].id" [xcom-arg]
    take_crates(boxes())  # E: Argument "crates" of task "take_crates" takes "list[Crate]", but task "boxes" returns "list[TypedDict({'order': TypedDict({'id': int})})]": "TypedDict({'id': int})" is not "list[int]" - at "$[0].order" [xcom-arg]
    take_crate.expand(crate=boxes())  # E: Argument "crate" of task "take_crate" takes "Crate", but mapping over task "boxes" gives "TypedDict({'order': TypedDict({'id': int})})": "TypedDict({'id': int})" is not "list[int]" - at "$.order" [xcom-map]
    take_rows(by_name()["row"])  # E: Task "by_name" has no output key "row": "TypedDict({'rows': list[TypedDict({'id': int})]})" has "rows" [xcom-key]
    take_boxes(by_name()["rows"])  # E: Argument "boxes" of task "take_boxes" takes "list[Box]", but key "rows" of task "by_name" is "list[TypedDict({'id': int})]": missing "order" - at "$[0].order" [xcom-arg]
    take_rows(maybe())  # E: Argument "rows" of task "take_rows" takes "list[Row]", but task "maybe" returns "list[dict[str, Any]] | None" [xcom-arg]
    take_fixed(numbers())  # E: Argument "rows" of task "take_fixed" takes "tuple[Order, ...]", but task "numbers" returns "list[int]" [xcom-arg]
    take_crate.expand(crate=fixed())  # E: Argument "crate" of task "take_crate" takes "Crate", but mapping over task "fixed" gives "TypedDict({'id': int})": missing "order" - at "$.order" [xcom-map]
    take_texts(numbers())  # E: Argument "texts" of task "take_texts" takes "list[str]", but task "numbers" returns "list[int]" [xcom-arg]
    take_text.expand(text=numbers())  # E: Argument "text" of task "take_text" takes "str", but mapping over task "numbers" gives "int" [xcom-map]
    take_rows(of_each.expand(n=[1, 2]))  # E: Argument "rows" of task "take_rows" takes "list[Row]", but mapped task "of_each" returns "list[TypedDict({'order': TypedDict({'id': int})})]": missing "id" - at "$[0].id" [xcom-arg]
    take_crate.expand(crate=of_each.expand(n=[1, 2]))  # E: Argument "crate" of task "take_crate" takes "Crate", but mapping over mapped task "of_each" gives "TypedDict({'order': TypedDict({'id': int})})": "TypedDict({'id': int})" is not "list[int]" - at "$.order" [xcom-map]
    take_crate(of_each(1))  # E: Argument "crate" of task "take_crate" takes "Crate", but task "of_each" returns "TypedDict({'order': TypedDict({'id': int})})": "TypedDict({'id': int})" is not "list[int]" - at "$.order" [xcom-arg]
