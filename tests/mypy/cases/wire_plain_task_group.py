"""Plain Airflow: Task groups: parameters, returns, mapping, nesting."""

from __future__ import annotations

from airflow.sdk import XComArg, dag, task_group
from typedxcom import XComArg as Output
from airflow.sdk import task
from typedxcom import task_group as own_group


@task
def number() -> int:
    return 1


@task
def numbers() -> list[int]:
    return []


@task
def word() -> str:
    return ""


@task
def use(n: int) -> int:
    return n


@task
def say(text: str) -> str:
    return text


@task
def total(values: list[int]) -> int:
    return 1


@task
def texts(values: list[str]) -> None:
    print(values)


@task_group
def unannotated(n: int):
    return use(n)


@task_group
def annotated(n: int) -> XComArg:
    return use(n)


@task_group
def typed(n: int) -> Output[int]:
    return use(n)


@task_group
def nothing(n: int, text: str = "") -> None:
    use(n)
    say(text)


@task_group
def pair(n: int):
    return use(n), say("x")


@task_group
def several(n: int):
    return {"n": use(n), "text": say("x")}


@task_group(group_id="named", tooltip="x")
def named(n: int):
    return say("x")


@task_group(prefix_group_id=False)
def outer(n: int):
    inner = unannotated(n)
    return use(inner)


@task_group
def takes_output(out: Output[int]):
    return use(out)


@own_group
def own(n: int):
    return use(n)


@own_group(group_id="own")
def own_named(n: int, text: str):
    say(text)
    return use(n)


@task_group
def chosen(n: int, flag: bool = True):
    if flag:
        return use(n)
    return number()


@task_group
def no_parameters():
    return use(number())


@dag(schedule=None)
def right() -> None:
    use(unannotated(number()))
    use(annotated(number()))
    use(typed(number()))
    nothing(number()) >> use(1)
    nothing(number(), text=word())
    n, text = pair(number())
    use(n)
    say(text)
    use(several(1)["n"])
    say(named(number()))
    use(outer(number()))
    takes_output(number())
    use(own(number()))
    own_named(1, word())
    use(chosen(number()))
    unannotated.expand(n=numbers())
    unannotated.expand(n=[1, 2])
    total(unannotated.expand(n=numbers()))
    nothing.partial(text="x").expand(n=numbers())
    nothing.expand_kwargs([{"n": 1, "text": "a"}])
    nothing.override(group_id="other")(number())
    use(unannotated.override(group_id="third")(number()))
    number() >> nothing(1) >> word()
    no_parameters()


@dag(schedule=None)
def wrong() -> None:
    unannotated(word())  # E: Argument "n" of task group "unannotated" takes "int", but task "word" returns "str" [xcom-arg]
    say(unannotated(number()))  # E: Argument "text" of task "say" takes "str", but task "use" returns "int" [xcom-arg]
    say(typed(number()))  # E: Argument "text" of task "say" takes "str", but an upstream task returns "int" [xcom-arg]
    nothing()  # E: Missing positional argument "n" in call to "nothing" [call-arg]
    nothing(number(), number())  # E: Argument "text" of task group "nothing" takes "str", but task "number" returns "int" [xcom-arg]
    nothing(n=number(), txt=word())  # E: Unexpected keyword argument "txt" for "nothing"; did you mean "text"? [call-arg]
    n, text = pair(number())
    say(n)  # E: Argument "text" of task "say" takes "str", but task "use" returns "int" [xcom-arg]
    use(text)  # E: Argument "n" of task "use" takes "int", but task "say" returns "str" [xcom-arg]
    say(annotated(number()))  # E: Argument "text" of task "say" takes "str", but task "use" returns "int" [xcom-arg]
    use(named(number()))  # E: Argument "n" of task "use" takes "int", but task "say" returns "str" [xcom-arg]
    say(outer(number()))  # E: Argument "text" of task "say" takes "str", but task "use" returns "int" [xcom-arg]
    outer(word())  # E: Argument "n" of task group "outer" takes "int", but task "word" returns "str" [xcom-arg]
    takes_output(word())  # E: Argument "out" of task group "takes_output" takes "XComArg[int]", but task "word" returns "str" [xcom-arg]
    say(own(number()))  # E: Argument "text" of task "say" takes "str", but task "use" returns "int" [xcom-arg]
    own(word())  # E: Argument "n" of task group "own" takes "int", but task "word" returns "str" [xcom-arg]
    own_named(1, number())  # E: Argument "text" of task group "own_named" takes "str", but task "number" returns "int" [xcom-arg]
    say(chosen(number()))  # E: Argument "text" of task "say" takes "str", but an upstream task returns "int" [xcom-arg]
    unannotated.expand(n=number())  # E: Argument "n" of task group "unannotated" cannot be mapped over task "number": it returns "int", not a list, a tuple or a dict [xcom-map]
    unannotated.expand(n=["a"])  # E: Argument "n" of task group "unannotated" takes "int", not "str" [xcom-map]
    unannotated.expand(m=numbers())  # E: Task group "unannotated" has no parameter "m" [xcom-map]
    use(unannotated.expand(n=numbers()))  # E: Argument "n" of task "use" takes "int", but mapped task "use" returns "list[int]": "use.expand(n=...)" runs it for each item [xcom-arg]
    texts(unannotated.expand(n=numbers()))  # E: Argument "values" of task "texts" takes "list[str]", but mapped task "use" returns "list[int]" [xcom-arg]
    nothing.partial(text=number()).expand(n=numbers())  # E: Argument "text" of task group "nothing" takes "str", but task "number" returns "int" [xcom-arg]
    nothing.partial(text="x").expand(text=["y"])  # E: Task group "nothing" is never given its parameter "n" [xcom-map] && Argument "text" of task group "nothing" is mapped over, but partial() gives it already [xcom-map]
    nothing.expand_kwargs([{"n": "x"}])  # E: Argument "n" of task group "nothing" takes "int", not "str" [xcom-map]
    nothing.override(group_id="other")(word())  # E: Argument "n" of task group "nothing" takes "int", but task "word" returns "str" [xcom-arg]
    unannotated(numbers)  # E: Argument "n" of task group "unannotated" takes a value, but task "numbers" itself is passed: call it, "numbers()" [xcom-arg]
    unannotated([number()])  # E: Argument "n" of task group "unannotated" takes "int", but gets "list[int]" from task "number" [xcom-arg]


@task_group
def wrong_inside(n: int, text: str):
    say(n)  # E: Argument 1 to "say" has incompatible type "int"; expected "str" [arg-type]
    use(text)  # E: Argument 1 to "use" has incompatible type "str"; expected "int" [arg-type]
    return use(say(text))  # E: Argument "n" of task "use" takes "int", but task "say" returns "str" [xcom-arg]
