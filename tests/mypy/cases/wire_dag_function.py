"""``@dag`` functions: any return, parameters with defaults."""

from airflow.sdk import DAG, Param, dag, result
from typedxcom import dag as typed_dag
from typedxcom import result as typed_result
from typedxcom import task


@task
def one() -> int:
    return 1


@task
def show(text: str) -> None:
    print(text)


@task
def use(n: int) -> int:
    return n


@dag
def bare() -> None:
    use(one())


@dag()
def called(n: int = 3, text: str = "x") -> None:
    use(n)
    show(text)


@dag(dag_id="named", schedule="@daily", tags=["a"], catchup=False, default_args={"retries": 1})
def returning():
    return use(one())


@dag(schedule=None)
def with_param(n: int = Param(3, type="integer")) -> None:  # type: ignore[assignment,unused-ignore]
    use(n)


@dag(schedule=None, params={"n": Param(1), "m": 2})
def with_params() -> None:
    use(one())


@typed_dag
def own_bare() -> None:
    use(one())


@typed_dag(schedule=None)
def own(n: int = 1) -> int:
    return n


@result
@task
def answer() -> int:
    return 42


@typed_result
@task
def other() -> int:
    return 42


@dag(schedule=None)
def with_result():
    use(other())
    return answer()


bare()
called()
called(4, text="y")
own(3)
made: DAG = own_bare()
returning()

with DAG("context", schedule=None) as context_dag:
    use(one())
    use(answer())


@dag
def bare_wrong() -> None:
    show(one())  # E: Argument "text" of task "show" takes "str", but task "one" returns "int" [xcom-arg]


@dag(schedule=None)
def called_wrong(n: int = 3, text: str = "x") -> None:
    use(text)  # E: Argument 1 to "use" has incompatible type "str"; expected "int" [arg-type]
    show(n)  # E: Argument 1 to "show" has incompatible type "int"; expected "str" [arg-type]
    show(answer())  # E: Argument "text" of task "show" takes "str", but task "answer" returns "int" [xcom-arg]
    show(other())  # E: Argument "text" of task "show" takes "str", but task "other" returns "int" [xcom-arg]


@typed_dag(schedule=None)
def own_wrong(n: int = 1) -> None:
    show(n)  # E: Argument 1 to "show" has incompatible type "int"; expected "str" [arg-type]
    show(one())  # E: Argument "text" of task "show" takes "str", but task "one" returns "int" [xcom-arg]


called("x")  # E: Argument 1 to "called" has incompatible type "str"; expected "int" [arg-type]
called(m=1)  # E: Unexpected keyword argument "m" for "called" [call-arg]
own(n="x")  # E: Argument "n" to "own" has incompatible type "str"; expected "int" [arg-type]

with DAG("wrong", schedule=None):
    show(one())  # E: Argument "text" of task "show" takes "str", but task "one" returns "int" [xcom-arg]
    show(answer())  # E: Argument "text" of task "show" takes "str", but task "answer" returns "int" [xcom-arg]
