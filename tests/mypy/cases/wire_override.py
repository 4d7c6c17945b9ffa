"""``.override`` keeps the task's types."""

from datetime import timedelta

from airflow.sdk import dag
from typedxcom import task


@task(retries=2)
def extract(source: str) -> list[int]:
    return [1]


@task
def load(rows: list[int], limit: int = 0) -> int:
    return len(rows)


@task
def say(text: str) -> None:
    print(text)


@dag(schedule=None)
def right() -> None:
    eu = extract.override(task_id="eu", retries=5)("eu")
    load.override(task_id="a").override(retry_delay=timedelta(minutes=1))(eu)
    load.override(task_id="b").expand(rows=[[1]])
    load.override(task_id="c").partial(limit=1).expand(rows=[[1]])
    load.partial(limit=1).override(task_id="d").expand(rows=[[1]])
    again = load.override(task_id="e")
    again(eu)
    extract.override(task_id="kept", sla_miss=1, retry_left=1, image="x")  # of another operator
    extract.override(queue="x", pool="y", trigger_rule="all_done")("us")


@dag(schedule=None)
def wrong() -> None:
    extract.override(task_id="ap", retry=3)("x")  # E: override() of task "extract" has no argument "retry": did you mean "retries"? [xcom-task]
    extract.override(task_id="ap2", retrydelay=None, on_fail_callback=None)("x")  # E: override() of task "extract" has no argument "retrydelay": did you mean "retry_delay"? [xcom-task] && override() of task "extract" has no argument "on_fail_callback": did you mean "on_failure_callback"? [xcom-task]
    load.override(task_id="ap3", trigger_rules="all_done").expand(rows=[[1]])  # E: override() of task "load" has no argument "trigger_rules": did you mean "trigger_rule"? [xcom-task]
    extract.override(task_id="eu")(1)  # E: Argument 1 to "extract" has incompatible type "int"; expected "str" [arg-type]
    say.override(task_id="a")(extract("x"))  # E: Argument "text" of task "say" takes "str", but task "extract" returns "list[int]" [xcom-arg]
    say(extract.override(task_id="b")("x"))  # E: Argument "text" of task "say" takes "str", but task "extract" returns "list[int]" [xcom-arg]
    load.override(task_id="c")()  # E: Missing positional argument "rows" in call to "load" [call-arg]
    load.override(task_id="d").expand(rows=extract("x"))  # E: Argument "rows" of task "load" takes "list[int]", but mapping over task "extract" gives "int" [xcom-map]
    load.override(task_id="e").override(retries=1)(say("a"))  # E: Argument "rows" of task "load" takes "list[int]", but task "say" returns "None" [xcom-arg]
    load.override(task_id="f")(extract("a"), limits=1)  # E: Unexpected keyword argument "limits" for "load"; did you mean "limit"? [call-arg]
    again = say.override(task_id="g")
    again(load([1]))  # E: Argument "text" of task "say" takes "str", but task "load" returns "int" [xcom-arg]
