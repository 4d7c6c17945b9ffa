"""Loops, branches and helpers that wire tasks."""

from airflow.sdk import XComArg, dag
from typedxcom import XComArg as Output
from typedxcom import task

REGIONS = ["eu", "us"]


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return ""


@task
def rows(region: str) -> list[int]:
    return []


@task
def use(n: int) -> int:
    return n


@task
def say(text: str) -> None:
    print(text)


@task
def total(values: list[int]) -> int:
    return 1


def annotated(out: Output[int]) -> Output[int]:
    return use(out)


def bare(out: XComArg) -> XComArg:
    use(out)
    return out


def unannotated(out, flag: bool = True):
    if flag:
        return use(out)
    return number()


def several(region: str):
    return number(), rows(region)


def mapping() -> dict[str, Output[int]]:
    return {"a": number()}


@dag(schedule=None)
def right(flag: bool = True) -> None:
    use(annotated(number()))
    use(bare(number()))
    use(unannotated(1))
    n, values = several("eu")
    use(n)
    total(values)
    use(mapping()["a"])
    for region in REGIONS:
        total(rows(region))
    current = use(0)
    while flag:
        current = use(current)
        break
    if flag:
        out = number()
    else:
        out = use(1)
    use(out)
    try:
        use(number())
    finally:
        say(word())
    tasks = [use(i) for i in range(3)]
    for before, after in zip(tasks, tasks[1:]):
        before >> after
    for index, step in enumerate(tasks):
        use.override(task_id=f"after_{index}")(step)
    if (found := number()) is not None:
        use(found)
    lambda_out = (lambda: number())()
    use(lambda_out)
    match flag:
        case True:
            use(number())
        case _:
            say(word())


@dag(schedule=None)
def wrong(flag: bool = True) -> None:
    say(annotated(number()))  # E: Argument "text" of task "say" takes "str", but an upstream task returns "int" [xcom-arg]
    annotated(word())  # E: Argument "out" of function "annotated" takes "XComArg[int]", but task "word" returns "str" [xcom-arg]
    say(unannotated(1))  # E: Argument "text" of task "say" takes "str", but an upstream task returns "int" [xcom-arg]
    n, values = several("eu")
    say(n)  # E: Argument "text" of task "say" takes "str", but task "number" returns "int" [xcom-arg]
    use(values)  # E: Argument "n" of task "use" takes "int", but task "rows" returns "list[int]": "use.expand(n=...)" runs it for each item [xcom-arg]
    say(mapping()["a"])  # E: Argument "text" of task "say" takes "str", but an upstream task returns "int" [xcom-arg]
    for region in REGIONS:
        use(rows(region))  # E: Argument "n" of task "use" takes "int", but task "rows" returns "list[int]": "use.expand(n=...)" runs it for each item [xcom-arg]
    results = []
    for region in REGIONS:
        results.append(rows(region))
    total(results)  # E: Argument "values" of task "total" takes "list[int]", but gets "list[list[int]]" from task "rows" [xcom-arg]
    for result in results:
        use(result)  # E: Argument "n" of task "use" takes "int", but task "rows" returns "list[int]": "use.expand(n=...)" runs it for each item [xcom-arg]
    if flag:
        use(word())  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    out = number()
    for _ in range(2):
        say(out)  # E: Argument "text" of task "say" takes "str", but task "number" returns "int" [xcom-arg]
    by_region = {region: rows(region) for region in REGIONS}
    use(by_region["eu"])  # E: Argument "n" of task "use" takes "int", but task "rows" returns "list[int]": "use.expand(n=...)" runs it for each item [xcom-arg]
    for name, item in by_region.items():
        say(item)  # E: Argument "text" of task "say" takes "str", but task "rows" returns "list[int]" [xcom-arg]
    if (found := word()) is not None:
        use(found)  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    tasks = [word() for _ in range(3)]
    use(tasks[-1])  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    for index, step in enumerate(tasks):
        use(step)  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    for left, right_ in zip(tasks, tasks):
        use(left)  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    last = None
    for _ in range(2):
        last = word()
    use(last)  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]


@dag(schedule=None)
def right_choice(flag: bool = True) -> None:
    chosen = use if flag else total
    chosen(number())
    use(number())
    total(rows("eu"))
    use.expand(n=rows("eu"))


@dag(schedule=None)
def wrong_choice(flag: bool = True) -> None:
    chosen = use if flag else total
    chosen(word())
    use(word())  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    total(number())  # E: Argument "values" of task "total" takes "list[int]", but task "number" returns "int" [xcom-arg]
    say(use(number()))  # E: Argument "text" of task "say" takes "str", but task "use" returns "int" [xcom-arg]
    use.expand(n=word())  # E: Argument "n" of task "use" cannot be mapped over task "word": it returns "str", not a list, a tuple or a dict [xcom-map]
    use.partial(n=word())  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
    use.override(task_id="again")(word())  # E: Argument "n" of task "use" takes "int", but task "word" returns "str" [xcom-arg]
