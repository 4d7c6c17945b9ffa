"""``.zip`` on outputs."""

from airflow.sdk import dag
from typedxcom import task


@task
def names() -> list[str]:
    return ["a"]


@task
def sizes() -> list[int]:
    return [1]


@task
def one() -> int:
    return 1


@task
def show(pair: tuple[str, int]) -> str:
    return ""


@task
def show3(triple: tuple[str, int, str]) -> None:
    print(triple)


@task
def loose(pair: tuple[str | None, int | None]) -> None:
    print(pair)


@task
def filled(pair: tuple[str, int | str]) -> None:
    print(pair)


@task
def listed(pairs: list[tuple[str, int]]) -> None:
    print(pairs)


def width(pair: tuple[str, int]) -> int:
    return pair[1]


@task
def square(n: int) -> int:
    return n * n


@dag(schedule=None)
def right() -> None:
    show.expand(pair=names().zip(sizes()))
    show3.expand(triple=names().zip(sizes(), names()))
    loose.expand(pair=names().zip(sizes(), fillvalue=None))
    filled.expand(pair=names().zip(sizes(), fillvalue=""))
    listed(names().zip(sizes()))
    square.expand(n=names().zip(sizes()).map(width))
    show.expand(pair=names().zip(square.expand(n=sizes())))
    show.expand(pair=names().map(str.upper).zip(sizes()))


@dag(schedule=None)
def wrong() -> None:
    show.expand(pair=sizes().zip(names()))  # E: Argument "pair" of task "show" takes "tuple[str, int]", but mapping over task "sizes" gives "tuple[int, str]" [xcom-map]
    show.expand(pair=names().zip(names()))  # E: Argument "pair" of task "show" takes "tuple[str, int]", but mapping over task "names" gives "tuple[str, str]" [xcom-map]
    show.expand(pair=names().zip(sizes(), names()))  # E: Argument "pair" of task "show" takes "tuple[str, int]", but mapping over task "names" gives "tuple[str, int, str]" [xcom-map]
    show.expand(pair=names().zip(sizes(), fillvalue=None))  # E: Argument "pair" of task "show" takes "tuple[str, int]", but mapping over task "names" gives "tuple[str | None, int | None]" [xcom-map]
    show3.expand(triple=names().zip(sizes()))  # E: Argument "triple" of task "show3" takes "tuple[str, int, str]", but mapping over task "names" gives "tuple[str, int]" [xcom-map]
    show.expand(pair=names().zip(one()))  # E: Task "one" returns "int", which cannot be zipped: it needs a list or a tuple [xcom-map]
    names().zip(["a"])  # E: Only outputs can be zipped, not a value of type "list[str]" [xcom-map]
    show(names().zip(sizes()))  # E: Argument "pair" of task "show" takes "tuple[str, int]", but task "names" returns "list[tuple[str, int]]": "show.expand(pair=...)" runs it for each item [xcom-arg]
    show.expand(pair=names().zip(sizes()).zip(sizes()))  # E: Argument "pair" of task "show" takes "tuple[str, int]", but mapping over task "names" gives "tuple[tuple[str, int], int]" [xcom-map]
    square.expand(n=sizes().zip(names()).map(width))  # E: Function "width" takes "tuple[str, int]", but task "sizes" gives "tuple[int, str]" to map() [xcom-map]
    one().zip(sizes())  # E: Task "one" returns "int", which cannot be zipped: it needs a list or a tuple [xcom-map]
