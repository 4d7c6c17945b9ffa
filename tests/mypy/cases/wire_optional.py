"""None in outputs and in parameters."""

from typing import Optional

from airflow.sdk import dag
from typedxcom import task


@task
def find(name: str) -> str | None:
    return None


@task
def sure() -> str:
    return "x"


@task
def maybe_list() -> Optional[list[str]]:
    return None


@task
def holes() -> list[str | None]:
    return []


@task
def use(path: str) -> str:
    return path


@task
def lenient(path: str | None = None) -> str:
    return path or ""


@task
def listed(paths: list[str]) -> None:
    print(paths)


@task
def listed_holes(paths: list[str | None]) -> None:
    print(paths)


@dag(schedule=None)
def right() -> None:
    lenient(find("a"))
    lenient(sure())
    lenient(None)
    listed_holes(holes())
    listed_holes([sure(), find("a"), None])
    lenient.expand(path=holes())
    use(sure())


@dag(schedule=None)
def wrong() -> None:
    use(find("a"))  # E: Argument "path" of task "use" takes "str", but task "find" returns "str | None" [xcom-arg]
    use(use(find("a")))  # E: Argument "path" of task "use" takes "str", but task "find" returns "str | None" [xcom-arg]
    listed(holes())  # E: Argument "paths" of task "listed" takes "list[str]", but task "holes" returns "list[str | None]" [xcom-arg]
    listed(maybe_list())  # E: Argument "paths" of task "listed" takes "list[str]", but task "maybe_list" returns "list[str] | None" [xcom-arg]
    listed([sure(), find("a")])  # E: Argument "paths" of task "listed" takes "str" here, but task "find" returns "str | None" [xcom-arg]
    listed([sure(), None])  # E: Argument "paths" of task "listed" takes "str" here, but this is "None" [xcom-arg]
    use.expand(path=holes())  # E: Argument "path" of task "use" takes "str", but mapping over task "holes" gives "str | None" [xcom-map]
    use.expand(path=maybe_list())  # E: Argument "path" of task "use" cannot be mapped over task "maybe_list": it returns "list[str] | None", not a list, a tuple or a dict [xcom-map]
    use(path=find("b"))  # E: Argument "path" of task "use" takes "str", but task "find" returns "str | None" [xcom-arg]
