from typedxcom import Task, XComArg, task


@task
def _store(value: float) -> str:
    return str(value)


def build(value: XComArg[float]) -> XComArg[str]:
    return _store(value)


def make_task(name: str) -> Task[[int], str]:
    @task(task_id=name)
    def made(n: int) -> str:
        return str(n)

    return made
