"""Plain Airflow: ``@task.branch`` and its kin."""

from collections.abc import Sequence
from typing import Any, Literal

from airflow.sdk import PokeReturnValue, dag
from airflow.sdk import setup, task, teardown


@task
def number() -> int:
    return 1


@task
def use(n: int) -> int:
    return n


@task
def say(text: str) -> None:
    print(text)


@task
def listed(texts: list[str]) -> None:
    print(texts)


@task.branch
def pick(n: int) -> str:
    return "use"


@task.branch
def pick_many(n: int) -> list[str]:
    return ["use"]


@task.branch()
def pick_maybe() -> Literal["use"] | None:
    return None


@task.branch
def pick_sequence() -> Sequence[str]:
    return ["use"]


@task.branch
def pick_untyped():
    return "use"


@task.short_circuit
def proceed(n: int) -> bool:
    return n > 1


@task.short_circuit(ignore_downstream_trigger_rules=False)
def proceed_any() -> int:
    return 1


@task.sensor(poke_interval=10)
def wait(n: int) -> PokeReturnValue:
    return PokeReturnValue(is_done=True, xcom_value=n)


@task.sensor
def wait_bool() -> bool:
    return True


@task.sensor(mode="poke")
def wait_either() -> bool | PokeReturnValue:
    return True


@task.bash
def shell(path: str) -> str:
    return f"ls {path}"


@task.bash(env={"A": "1"}, append_env=True)
def shell_more(n: int, *, ds: str) -> str:
    return f"echo {n} {ds}"


@task.virtualenv(requirements=["x"])
def isolated(n: int) -> list[str]:
    return []


@task.external_python(python="/usr/bin/python3")
def external(n: int) -> dict[str, int]:
    return {"a": n}


@task.branch_virtualenv(requirements=["x"])
def pick_isolated(n: int) -> str:
    return "use"


@task.branch_external_python(python="/usr/bin/python3")
def pick_external(n: int) -> list[str]:
    return ["use"]


@task.docker(image="python:3.12")
def contained(n: int) -> str:
    return str(n)


@task.kubernetes(image="python:3.12")
def podded(n: int) -> int:
    return n


@task.pyspark(conn_id="spark")
def sparked(n: int, spark: Any = None) -> int:
    return n


@task.made_up(option=1)
def custom(n: int) -> int:
    return n


@task.stub(queue="go")
def remote(n: int) -> str: ...  # type: ignore[empty-body]


@task.python(multiple_outputs=True)
def keyed() -> dict[str, int]:
    return {}


@task.run_if(lambda context: True)
@task
def sometimes(n: int) -> str:
    return ""


@task.skip_if(lambda context: True)
@task.bash
def skipped(n: int) -> str:
    return ""


@setup
def create(n: int) -> str:
    return ""


@teardown
def destroy(name: str) -> None:
    print(name)


@teardown(on_failure_fail_dagrun=True)
def destroy_hard(name: str) -> None:
    print(name)


@setup
@task
def create_task() -> int:
    return 1


@dag(schedule=None)
def right() -> None:
    n = number()
    pick(n) >> [use(n), say("x")]
    say(pick(n))
    listed(pick_many(n))
    proceed(n) >> use(n)
    use(proceed_any())
    use(wait(n))
    wait_bool() >> wait_either() >> say(shell("x"))
    say(shell_more(n))
    listed(isolated(n))
    use(external(n)["a"])
    pick_isolated(n)
    pick_external(n)
    pick_maybe()
    pick_sequence()
    pick_untyped()
    say(contained(n))
    use(podded(n))
    use(sparked(n))
    custom(n)
    say(custom(n))
    say(remote(n))
    use(keyed()["a"])
    say(sometimes(n))
    say(skipped(n))
    name = create(n)
    name >> use(1) >> destroy(name)
    destroy_hard(name)
    use(create_task())
    with name:
        use(2)


@dag(schedule=None)
def wrong() -> None:
    n = number()
    pick("x")  # E: Argument 1 to "pick" has incompatible type "str"; expected "int" [arg-type]
    pick(say("x"))  # E: Argument "n" of task "pick" takes "int", but task "say" returns "None" [xcom-arg]
    use(pick(n))  # E: Argument "n" of task "use" takes "int", but task "pick" returns "str" [xcom-arg]
    say(proceed_any())  # E: Argument "text" of task "say" takes "str", but task "proceed_any" returns "int" [xcom-arg]
    say(wait_bool())  # E: Argument "text" of task "say" takes "str", but task "wait_bool" returns "None" [xcom-arg]
    use(shell("x"))  # E: Argument "n" of task "use" takes "int", but task "shell" returns "str" [xcom-arg]
    shell(n)  # E: Argument "path" of task "shell" takes "str", but task "number" returns "int" [xcom-arg]
    shell_more(shell("x"))  # E: Argument "n" of task "shell_more" takes "int", but task "shell" returns "str" [xcom-arg]
    say(isolated(n))  # E: Argument "text" of task "say" takes "str", but task "isolated" returns "list[str]": "say.expand(text=...)" runs it for each item [xcom-arg]
    isolated(shell("x"))  # E: Argument "n" of task "isolated" takes "int", but task "shell" returns "str" [xcom-arg]
    external(n)["a"] >> say(external(n)["a"])  # E: Argument "text" of task "say" takes "str", but key "a" of task "external" is "int" [xcom-arg]
    contained(shell("x"))  # E: Argument "n" of task "contained" takes "int", but task "shell" returns "str" [xcom-arg]
    use(contained(n))  # E: Argument "n" of task "use" takes "int", but task "contained" returns "str" [xcom-arg]
    say(podded(n))  # E: Argument "text" of task "say" takes "str", but task "podded" returns "int" [xcom-arg]
    sparked("x")  # E: Argument 1 to "sparked" has incompatible type "str"; expected "int" [arg-type]
    custom(shell("x"))  # E: Argument "n" of task "custom" takes "int", but task "shell" returns "str" [xcom-arg]
    use(remote(n))  # E: Argument "n" of task "use" takes "int", but task "remote" returns "str" [xcom-arg]
    say(keyed()["a"])  # E: Argument "text" of task "say" takes "str", but key "a" of task "keyed" is "int" [xcom-arg]
    use(sometimes(n))  # E: Argument "n" of task "use" takes "int", but task "sometimes" returns "str" [xcom-arg]
    sometimes(shell("x"))  # E: Argument "n" of task "sometimes" takes "int", but task "shell" returns "str" [xcom-arg]
    use(skipped(n))  # E: Argument "n" of task "use" takes "int", but task "skipped" returns "str" [xcom-arg]
    create(shell("x"))  # E: Argument "n" of task "create" takes "int", but task "shell" returns "str" [xcom-arg]
    use(create(n))  # E: Argument "n" of task "use" takes "int", but task "create" returns "str" [xcom-arg]
    destroy(n)  # E: Argument "name" of task "destroy" takes "str", but task "number" returns "int" [xcom-arg]
    destroy_hard(n)  # E: Argument "name" of task "destroy_hard" takes "str", but task "number" returns "int" [xcom-arg]
    say(create_task())  # E: Argument "text" of task "say" takes "str", but task "create_task" returns "int" [xcom-arg]
    wait(shell("x"))  # E: Argument "n" of task "wait" takes "int", but task "shell" returns "str" [xcom-arg]
    use(say("x"))  # E: Argument "n" of task "use" takes "int", but task "say" returns "None" [xcom-arg]


@task.branch  # E: Task "wrong_branch" must return task ids: a str, a list of str, or None, not "int" [xcom-task]
def wrong_branch() -> int:
    return 1


@task.branch  # E: Task "wrong_branches" must return task ids: a str, a list of str, or None, not "list[int]" [xcom-task]
def wrong_branches() -> list[int]:
    return [1]


@task.sensor  # E: Task "wrong_sensor" must return a bool or a PokeReturnValue, not "str" [xcom-task]
def wrong_sensor() -> str:
    return ""


@task.bash  # E: Task "wrong_bash" must return the command as a str, not "list[str]" [xcom-task]
def wrong_bash() -> list[str]:
    return []


@task.bash(env={})  # E: Task "wrong_bash_too" must return the command as a str, not "None" [xcom-task]
def wrong_bash_too() -> None:
    print()


@task.branch_virtualenv(requirements=[])  # E: Task "wrong_branch_virtualenv" must return task ids: a str, a list of str, or None, not "bool" [xcom-task]
def wrong_branch_virtualenv() -> bool:
    return True
