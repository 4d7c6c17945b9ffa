"""``.expand_kwargs``: lists of dicts, their keys and values."""

from typing import Any, NotRequired, TypedDict

from pydantic import BaseModel

from airflow.sdk import dag
from typedxcom import task


class Copy(TypedDict):
    src: str
    dst: str


class Partly(TypedDict):
    src: str
    dst: NotRequired[str]


class Wide(TypedDict):
    src: str
    dst: str
    mode: str


class Numbers(TypedDict):
    src: int
    dst: str


class Model(BaseModel):
    src: str
    dst: str


@task
def copies() -> list[Copy]:
    return []


@task
def partly() -> list[Partly]:
    return []


@task
def wide() -> list[Wide]:
    return []


@task
def numbers() -> list[Numbers]:
    return []


@task
def models() -> list[Model]:
    return []


@task
def loose() -> list[dict[str, str]]:
    return []


@task
def unknown() -> list[dict[str, Any]]:
    return []


@task
def bare() -> list[dict]:
    return []


@task
def ints() -> list[dict[str, int]]:
    return []


@task
def keys() -> list[dict[int, str]]:
    return []


@task
def one() -> Copy:
    return {"src": "a", "dst": "b"}


@task
def names() -> list[str]:
    return []


@task
def word() -> str:
    return ""


@task
def number() -> int:
    return 1


@task
def copy(src: str, dst: str, overwrite: bool = False) -> str:
    return dst


@task
def free(src: str, **options: Any) -> None:
    print(src, options)


def to_copy(name: str) -> Copy:
    return {"src": name, "dst": name}


def to_number(name: str) -> dict[str, int]:
    return {"src": 1}


@dag(schedule=None)
def right() -> None:
    copy.expand_kwargs(copies())
    copy.expand_kwargs(loose())
    copy.expand_kwargs(unknown())
    copy.expand_kwargs(bare())
    copy.expand_kwargs([{"src": "a", "dst": "b"}, {"src": word(), "dst": "c", "overwrite": True}])
    copy.expand_kwargs([one(), {"src": "a", "dst": "b"}])
    copy.partial(dst="b").expand_kwargs([{"src": "a"}])
    copy.partial(overwrite=True).expand_kwargs(copies())
    copy.expand_kwargs(names().map(to_copy))
    copy.expand_kwargs(copies(), strict=False)
    free.expand_kwargs(wide())
    copy.expand_kwargs(one.expand_kwargs([{}, {}]))


@dag(schedule=None)
def wrong() -> None:
    copy.expand_kwargs(wide())  # E: Task "copy" has no parameter "mode", which task "wide" gives to expand_kwargs() [xcom-map]
    copy.expand_kwargs(numbers())  # E: Argument "src" of task "copy" takes "str", but key "src" of task "numbers" is "int" [xcom-map]
    copy.expand_kwargs(partly())  # E: Task "copy" is never given its parameter "dst", and task "partly" does not give it [xcom-map]
    copy.expand_kwargs(models())  # E: expand_kwargs() of task "copy" takes a list of dicts, but task "models" gives items of "Model" [xcom-map]
    copy.expand_kwargs(ints())  # E: expand_kwargs() of task "copy" gets "int" for its parameters from task "ints", which fits none of them [xcom-map]
    copy.expand_kwargs(keys())  # E: expand_kwargs() of task "copy" takes dicts with str keys, not "int" [xcom-map]
    copy.expand_kwargs(one())  # E: expand_kwargs() of task "copy" takes a list of dicts, but task "one" returns "Copy" [xcom-map]
    copy.expand_kwargs(names())  # E: expand_kwargs() of task "copy" takes a list of dicts, but task "names" gives items of "str" [xcom-map]
    copy.expand_kwargs(word())  # E: expand_kwargs() of task "copy" takes a list of dicts, but task "word" returns "str" [xcom-map]
    copy.expand_kwargs([{"src": "a"}])  # E: Task "copy" is never given its parameter "dst" [xcom-map]
    copy.expand_kwargs([{"src": "a", "dst": 1}])  # E: Argument "dst" of task "copy" takes "str", not "int" [xcom-map]
    copy.expand_kwargs([{"src": "a", "dst": number()}])  # E: Argument "dst" of task "copy" takes "str", but task "number" returns "int" [xcom-map]
    copy.expand_kwargs([{"src": "a", "dst": "b", "mode": "x"}])  # E: Task "copy" has no parameter "mode" [xcom-map]
    copy.expand_kwargs({"src": "a", "dst": "b"})  # E: expand_kwargs() of task "copy" takes a list of dicts, but this is "dict[str, str]" [xcom-map]
    copy.partial(dst="b").expand_kwargs(copies())  # E: Argument "dst" of task "copy" comes from task "copies", but partial() gives it already [xcom-map]
    copy.partial(dst="b").expand_kwargs([{"src": "a", "dst": "c"}])  # E: Argument "dst" of task "copy" comes from expand_kwargs(), but partial() gives it already [xcom-map]
    copy.partial(dst=number()).expand_kwargs([{"src": "a"}])  # E: Argument "dst" of task "copy" takes "str", but task "number" returns "int" [xcom-arg]
    copy.expand_kwargs(names().map(to_number))  # E: expand_kwargs() of task "copy" gets "int" for its parameters from task "names", which fits none of them [xcom-map]
    copy.expand_kwargs([names()])  # E: expand_kwargs() of task "copy" takes a list of dicts, but task "names" gives items of "list[str]" [xcom-map]
    copy.expand_kwargs(["a"])  # E: expand_kwargs() of task "copy" takes a list of dicts, but this gives items of "str" [xcom-map]
    copy.expand_kwargs([{"src": "a", "dst": "b", "ti": 1}])  # E: Argument "ti" of task "copy" cannot be given to expand_kwargs(): Airflow injects "ti" [xcom-map]
