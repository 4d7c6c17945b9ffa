"""Keys of outputs: TypedDicts, models, dicts; with and without ``multiple_outputs``."""

from dataclasses import dataclass
from typing import Any, Final, Literal, NotRequired, TypedDict

from pydantic import BaseModel

from airflow.sdk import dag
from typedxcom import task


class Split(TypedDict):
    train: list[int]
    seed: int
    note: NotRequired[str]


class Report(BaseModel):
    total: int
    names: list[str] = []


@dataclass
class Point:
    x: int
    y: float


KEY: Final = "seed"


@task
def split() -> Split:
    return {"train": [], "seed": 1}


@task(multiple_outputs=True)
def report() -> Report:
    return Report(total=1)


@task
def plain_report() -> Report:
    return Report(total=1)


@task(multiple_outputs=False)
def whole() -> Split:
    return {"train": [], "seed": 1}


@task(multiple_outputs=True)
def point() -> Point:
    return Point(1, 2.0)


@task
def loose() -> dict[str, int]:
    return {}


@task
def unknown() -> dict[str, Any]:
    return {}


@task
def bare(value=None):
    return value


@task
def number() -> int:
    return 1


@task(multiple_outputs=True)
def scalar() -> int:
    return 1


@task
def maybe() -> Split | None:
    return None


@task
def use(n: int) -> None:
    print(n)


@task
def say(text: str) -> None:
    print(text)


@task
def rows(values: list[int]) -> None:
    print(values)


@task
def row(value: int) -> int:
    return value


@task
def everything(split: Split) -> None:
    print(split)


@task
def lists(values: list[list[int]]) -> None:
    print(values)


@task
def make(n: int) -> Split:
    return {"train": [], "seed": n}


def choose() -> Literal["train", "seed"]:
    return "train"


@dag(schedule=None)
def right() -> None:
    parts = split()
    rows(parts["train"])
    use(parts["seed"])
    use(parts[KEY])
    say(parts["note"])
    everything(parts)
    use(report()["total"])
    use(point()["x"])
    use(loose()["anything"])
    use(unknown()["x"])
    say(unknown()["x"])
    use(bare()["a"])
    rows([parts["seed"], parts["seed"]])
    made = make.expand(n=[1, 2])
    rows(made["seed"])
    lists(made["train"])
    name = choose()
    parts[name]


@dag(schedule=None)
def wrong() -> None:
    parts = split()
    parts["tran"]  # E: Task "split" has no output key "tran": "Split" has "train", "seed", "note" [xcom-key]
    use(parts["tran"])  # E: Task "split" has no output key "tran": "Split" has "train", "seed", "note" [xcom-key]
    use(parts["train"])  # E: Argument "n" of task "use" takes "int", but key "train" of task "split" is "list[int]" [xcom-arg]
    say(parts["seed"])  # E: Argument "text" of task "say" takes "str", but key "seed" of task "split" is "int" [xcom-arg]
    report()["totl"]  # E: Task "report" has no output key "totl": "Report" has "total", "names" [xcom-key]
    say(report()["total"])  # E: Argument "text" of task "say" takes "str", but key "total" of task "report" is "int" [xcom-arg]
    plain_report()["total"]  # E: Task "plain_report" pushes no key "total": it needs multiple_outputs=True [xcom-key]
    whole()["seed"]  # E: Task "whole" pushes no key "seed": it needs multiple_outputs=True [xcom-key]
    number()["a"]  # E: Task "number" pushes no key "a": it needs multiple_outputs=True [xcom-key]
    scalar()["a"]  # E: Task "scalar" has no output keys: it returns "int" [xcom-key]
    say(point()["x"])  # E: Argument "text" of task "say" takes "str", but key "x" of task "point" is "int" [xcom-arg]
    point()["z"]  # E: Task "point" has no output key "z": "Point" has "x", "y" [xcom-key]
    say(loose()["x"])  # E: Argument "text" of task "say" takes "str", but key "x" of task "loose" is "int" [xcom-arg]
    parts[0]  # E: A key of the output of task "split" is a str: an output cannot be indexed [xcom-key]
    parts["train"]["x"]  # E: Task "split": key "train" has no keys of its own [xcom-key]
    row.expand(value=parts["train"])  # E: Argument "value" of task "row" cannot be mapped over key "train" of task "split": only over all of it [xcom-map]
    rows(parts)  # E: Argument "values" of task "rows" takes "list[int]", but task "split" returns "Split" [xcom-arg]
    made = make.expand(n=[1, 2])
    use(made["seed"])  # E: Argument "n" of task "use" takes "int", but key "seed" of task "make" is "list[int]" [xcom-arg]
    made["sed"]  # E: Mapped task "make" has no output key "sed": "Split" has "train", "seed", "note" [xcom-key]
    say(parts[KEY])  # E: Argument "text" of task "say" takes "str", but key "seed" of task "split" is "int" [xcom-arg]
    row.partial(value=parts["train"])  # E: Argument "value" of task "row" takes "int", but key "train" of task "split" is "list[int]" [xcom-arg]


Asked = TypedDict("Asked", {"ok": int, "ok?": int})


@task  # E: Key "ok?" of task "asked_wrong" cannot name an XCom: the URL ends at `?` [xcom-key]
def asked_wrong() -> Asked:
    return {"ok": 1, "ok?": 2}


@task(multiple_outputs=False)
def asked_as_one() -> Asked:
    return {"ok": 1, "ok?": 2}


@task
def counted() -> dict[str, int]:
    return {key: 1 for key in "ab"}


@task  # E: Key "b#" of task "literal_keys_wrong" cannot name an XCom: the URL ends at `#` [xcom-key]
def literal_keys_wrong() -> dict[Literal["a", "b#"], int]:
    return {"a": 1}


@task
def numbered(n: int) -> None: ...


@dag(schedule=None)
def wrong_key_names() -> None:
    numbered(counted()["a?"])  # E: Key "a?" of task "counted" cannot name an XCom: the URL ends at `?` [xcom-key]
    numbered(counted()["../x"])  # E: Key "../x" of task "counted" cannot name an XCom: `.` and `..` lead to another address [xcom-key]
    numbered(counted()["%41"])  # E: Key "%41" of task "counted" cannot name an XCom: `%41` in a URL stands for another character [xcom-key]
    numbered(counted()["a/b c"])
    numbered(counted()["50%"])
