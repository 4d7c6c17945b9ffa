from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from typedxcom import task


@task
def join(lines: list[str]) -> str:
    return "".join(lines)


@task
def shout(line: str) -> str:
    return line.upper()


@dag(schedule=None)
def classic() -> None:
    partial = BashOperator.partial(task_id="shell", append_env=True)
    mapped = partial.expand(bash_command=["echo a", "echo b"])
    join(mapped.output)
    join(shout.expand(line=mapped.output))
    join(mapped.output.map(str.upper))
    named = BashOperator.partial(task_id="named").expand_kwargs([{"bash_command": "echo"}])
    join(named.output)
    named.output >> join.override(task_id="last")(["a"])


classic()
