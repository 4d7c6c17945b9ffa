"""The numeric tower, as mypy has it."""

from decimal import Decimal
from fractions import Fraction

from airflow.sdk import dag
from typedxcom import task


@task
def integer() -> int:
    return 1


@task
def real() -> float:
    return 1.0


@task
def flag() -> bool:
    return True


@task
def exact() -> Decimal:
    return Decimal(1)


@task
def integers() -> list[int]:
    return []


@task
def on_int(n: int) -> None:
    print(n)


@task
def on_float(x: float) -> None:
    print(x)


@task
def on_complex(z: complex) -> None:
    print(z)


@task
def on_bool(b: bool) -> None:
    print(b)


@task
def on_decimal(d: Decimal) -> None:
    print(d)


@task
def on_fraction(f: Fraction) -> None:
    print(f)


@dag(schedule=None)
def right() -> None:
    on_int(integer())
    on_int(flag())
    on_float(integer())
    on_float(flag())
    on_complex(real())
    on_decimal(exact())
    on_float.expand(x=integers())
    on_float.expand(x=[1, 2.5, integer()])


@dag(schedule=None)
def wrong() -> None:
    on_int(real())  # E: Argument "n" of task "on_int" takes "int", but task "real" returns "float" [xcom-arg]
    on_bool(integer())  # E: Argument "b" of task "on_bool" takes "bool", but task "integer" returns "int" [xcom-arg]
    on_decimal(real())  # E: Argument "d" of task "on_decimal" takes "Decimal", but task "real" returns "float" [xcom-arg]
    on_decimal(integer())  # E: Argument "d" of task "on_decimal" takes "Decimal", but task "integer" returns "int" [xcom-arg]
    on_float(exact())  # E: Argument "x" of task "on_float" takes "float", but task "exact" returns "Decimal" [xcom-arg]
    on_int(exact())  # E: Argument "n" of task "on_int" takes "int", but task "exact" returns "Decimal" [xcom-arg]
    on_fraction(integer())  # E: Argument "f" of task "on_fraction" takes "Fraction", but task "integer" returns "int" [xcom-arg]
    on_int.expand(n=[1, 2.5])  # E: Argument "n" of task "on_int" takes "int", not "float" [xcom-map]
    on_bool.expand(b=integers())  # E: Argument "b" of task "on_bool" takes "bool", but mapping over task "integers" gives "int" [xcom-map]
