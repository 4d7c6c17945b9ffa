"""What an output cannot do while the DAG is parsed."""

import json
from datetime import datetime

from pydantic import BaseModel

from airflow.sdk import DAG, dag
from typedxcom import task


class Order(BaseModel):
    id: int
    lines: list[str] = []

    def price(self) -> int:
        return 1


@task
def order() -> Order:
    return Order(id=1)


@task
def number() -> int:
    return 1


@task
def numbers() -> list[int]:
    return []


@task
def text() -> str:
    return ""


@task
def flag() -> bool:
    return True


@task
def table() -> dict[str, int]:
    return {}


@task
def use(n: int) -> int:
    return n


def double(n: int) -> int:
    return n * 2


def wire(n: int) -> None:
    use(n)


def wired(n: int):
    return use(n)


@dag(schedule=None)
def right() -> None:
    out = number()
    print(out)
    print(f"{out} {text()!s:>10}", "%s" % out, str(out), repr(out))
    wire(out)
    wire(3)
    wired(out)
    if out is not None:
        use(out)
    mapped = numbers().map(double)
    if mapped is not None:
        use.expand(n=mapped)
    isinstance(out, str)
    out.operator.doc = "x"
    name = out.operator.task_id
    use.override(task_id=name)(out)
    pair = (out, number())
    use(pair[0])
    [out, number()] + [number()]
    double(3)
    cleanup = use(1).as_teardown(setups=number().as_setup())
    use(cleanup)
    with number().as_setup():
        use(2)


@dag(schedule=None)
def wrong() -> None:
    out = number()
    order().id  # E: The output of task "order" has no attribute "id" while the DAG is parsed: read it inside a task, or as ["id"] of a task with multiple_outputs=True [xcom-use]
    order().lines.append("x")  # E: The output of task "order" has no attribute "lines" while the DAG is parsed: read it inside a task, or as ["lines"] of a task with multiple_outputs=True [xcom-use]
    order().price()  # E: The output of task "order" has no attribute "price" while the DAG is parsed: read it inside a task, or as ["price"] of a task with multiple_outputs=True [xcom-use]
    text().upper()  # E: The output of task "text" has no attribute "upper" while the DAG is parsed: read it inside a task, or as ["upper"] of a task with multiple_outputs=True [xcom-use]
    table().items()  # E: The output of task "table" has no attribute "items" while the DAG is parsed: read it inside a task, or as ["items"] of a task with multiple_outputs=True [xcom-use]
    numbers().append(1)  # E: The output of task "numbers" has no attribute "append" while the DAG is parsed: read it inside a task, or as ["append"] of a task with multiple_outputs=True [xcom-use]
    use(order().id)  # E: The output of task "order" has no attribute "id" while the DAG is parsed: read it inside a task, or as ["id"] of a task with multiple_outputs=True [xcom-use]
    use(out + 1)  # E: The output of task "number" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    use(1 + out)  # E: The output of task "number" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    use(-out)  # E: The output of task "number" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    out - out  # E: The output of task "number" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    text() + "suffix"  # E: The output of task "text" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    text() % 3  # E: The output of task "text" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    out < 3  # E: The output of task "number" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    out == 3  # E: The output of task "number" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    3 == out  # E: The output of task "number" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    out != number()  # E: The output of task "number" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    1 in numbers()  # E: The output of task "numbers" cannot be searched while the DAG is parsed: do it inside a task [xcom-use]
    "a" not in table()  # E: The output of task "table" cannot be searched while the DAG is parsed: do it inside a task [xcom-use]
    for n in numbers():  # E: The output of task "numbers" cannot be iterated over while the DAG is parsed: do it inside a task, or map over it with expand() [xcom-use]
        use(n)
    [use(n) for n in numbers()]  # E: The output of task "numbers" cannot be iterated over while the DAG is parsed: do it inside a task, or map over it with expand() [xcom-use]
    len(numbers())  # E: "len" runs while the DAG is parsed, when the output of task "numbers" has no value yet: do it inside a task [xcom-use]
    sum(numbers())  # E: "sum" runs while the DAG is parsed, when the output of task "numbers" has no value yet: do it inside a task [xcom-use]
    range(out)  # E: "range" runs while the DAG is parsed, when the output of task "number" has no value yet: do it inside a task [xcom-use]
    int(out)  # E: "int" runs while the DAG is parsed, when the output of task "number" has no value yet: do it inside a task [xcom-use]
    sorted(numbers())  # E: "sorted" runs while the DAG is parsed, when the output of task "numbers" has no value yet: do it inside a task [xcom-use]
    max(numbers())  # E: "max" runs while the DAG is parsed, when the output of task "numbers" has no value yet: do it inside a task [xcom-use]
    list(numbers())  # E: "list" runs while the DAG is parsed, when the output of task "numbers" has no value yet: do it inside a task [xcom-use]
    set(numbers())  # E: "set" runs while the DAG is parsed, when the output of task "numbers" has no value yet: do it inside a task [xcom-use]
    dict(table())  # E: Argument 1 to "dict" has incompatible type "XComArg[dict[str, int]]"; expected "SupportsKeysAndGetItem[Never, Never]" [arg-type]
    ",".join(text())  # E: Argument 1 to "join" of "str" has incompatible type "XComArg[str]"; expected "Iterable[str]" [arg-type]
    json.loads(text())  # E: Argument 1 to "loads" has incompatible type "XComArg[str]"; expected "str | bytes | bytearray" [arg-type]
    open(text())  # E: "open" runs while the DAG is parsed, when the output of task "text" has no value yet: do it inside a task [xcom-use]
    numbers()[0]  # E: A key of the output of task "numbers" is a str: an output cannot be indexed [xcom-key]
    numbers()[1:]  # E: A key of the output of task "numbers" is a str: an output cannot be indexed [xcom-key]
    use(*numbers())  # E: Expected iterable as variadic argument [misc] && * cannot unpack the output of task "numbers" while the DAG is parsed: its value is not known yet [xcom-use]
    use(**table())  # E: Argument after ** must be a mapping, not "XComArg[dict[str, int]]" [arg-type] && ** cannot unpack the output of task "table" while the DAG is parsed: its value is not known yet [xcom-use]
    a, b = numbers()  # E: "XComArg[list[int]]" object is not iterable [misc] && The output of task "numbers" cannot be unpacked while the DAG is parsed: only a tuple of known length can, from a task of typedxcom [xcom-use]
    double(out)  # E: Function "double" runs while the DAG is parsed, when the output of task "number" has no value yet: make "double" a task [xcom-use]
    use(double(out))  # E: Function "double" runs while the DAG is parsed, when the output of task "number" has no value yet: make "double" a task [xcom-use]
    out()  # E: The output of task "number" cannot be called while the DAG is parsed: do it inside a task [xcom-use]
    if flag():  # E: The output of task "flag" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
        use(1)
    if not flag():  # E: The output of task "flag" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
        use(1)
    while flag():  # E: The output of task "flag" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
        use(1)
    use(1) if flag() else use(2)  # E: The output of task "flag" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    n = 1 if out else 2  # E: The output of task "number" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    flag() and use(1)  # E: The output of task "flag" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    assert flag()  # E: The output of task "flag" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    mapped = numbers().map(double)
    if mapped:  # E: The output of task "numbers" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
        use(1)
    if numbers().map(double).map(double):  # E: The output of task "numbers" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
        use(1)
    assert not numbers().zip(numbers())  # E: The output of task "numbers" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    n = 1 if numbers().concat(numbers()) else 2  # E: The output of task "numbers" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    mapped and use(1)  # E: The output of task "numbers" is always true while the DAG is parsed: use @task.branch or @task.short_circuit to decide on its value [xcom-use]
    mapped == [3]  # E: The output of task "numbers" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    mapped != [3]  # E: The output of task "numbers" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    mapped < [3]  # E: The output of task "numbers" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
    mapped + [1]  # E: The output of task "numbers" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
    3 in mapped  # E: The output of task "numbers" cannot be searched while the DAG is parsed: do it inside a task [xcom-use]
    if out > 3:  # E: The output of task "number" cannot be compared while the DAG is parsed: do it inside a task [xcom-use]
        use(1)
    abs(out)  # E: "abs" runs while the DAG is parsed, when the output of task "number" has no value yet: do it inside a task [xcom-use]
    round(out)  # E: "round" runs while the DAG is parsed, when the output of task "number" has no value yet: do it inside a task [xcom-use]
    sum([number(), number()])  # E: List item 0 has incompatible type "XComArg[int]"; expected "bool" [list-item] && List item 1 has incompatible type "XComArg[int]"; expected "bool" [list-item]
    wire(text())  # E: Argument "n" of function "wire" takes "int", but task "text" returns "str" [xcom-arg]
    datetime.fromisoformat(text())  # E: Argument 1 to "fromisoformat" of "date" has incompatible type "XComArg[str]"; expected "str" [arg-type]
    value: int = number()  # E: Incompatible types in assignment (expression has type "XComArg[int]", variable has type "int") [assignment]


with DAG("with_statement", schedule=None):
    use(numbers().index(1))  # E: The output of task "numbers" has no attribute "index" while the DAG is parsed: read it inside a task, or as ["index"] of a task with multiple_outputs=True [xcom-use]
    for item in numbers():  # E: The output of task "numbers" cannot be iterated over while the DAG is parsed: do it inside a task, or map over it with expand() [xcom-use]
        use(item)
    use(number() * 2)  # E: The output of task "number" cannot be computed with while the DAG is parsed: do it inside a task [xcom-use]
