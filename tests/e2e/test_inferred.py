"""Tasks that nobody annotated: their code is read where an edge asks for it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.data.inferred import EDGES, KEYS, PROMISED, names_of
from tests.data.needed import NEEDS
from tests.data.passed import PASSED
from tests.e2e.support import succeed
from tests.harness.dagtest import load_dag
from typedxcom import TypedXComError
from typedxcom.airflow.config import settings
from typedxcom.airflow.private import DagContext
from typedxcom.airflow.wiring.dag import check_dag, check_tasks

TASKS = pytest.mark.parametrize("package", ["typedxcom", "airflow.sdk"])


PUSHES = """
@task(multiple_outputs=True)
def made(ti=None):
    ti.xcom_push('own', 1)
    return {'a': 1}
"""


def parse(source: str, package: str) -> str:
    """Parse a DAG file; what the calls and the whole-DAG check say of it."""
    imports = f"from airflow.sdk import dag\nfrom {package} import task\n"
    DagContext.autoregistered_dags.clear()
    DagContext.current_autoregister_module_name = __name__
    try:
        names_of(f"{imports}\n{source}")
        found = [dag for dag, _ in DagContext.autoregistered_dags]
    except TypedXComError as error:
        return str(error)
    finally:
        DagContext.current_autoregister_module_name = None
        DagContext.autoregistered_dags.clear()
    assert len(found) == 1
    return "\n".join(check_dag(found[0]))


def wired(source: str, use: str) -> str:
    """A DAG with the task ``made`` and one line that uses it."""
    return f"{source}\n\n@dag(schedule=None)\ndef flow():\n    {use}\n\nflow()\n"


@TASKS
@pytest.mark.parametrize("case", EDGES, ids=str)
def test_a_value_that_code_shows_is_compared_with_its_reader(package, case):
    """What cannot work is refused with both tasks and the parameter; all else passes."""
    read = f"\n@task\ndef read(value: {case.reader}):\n    pass\n"
    told = parse(wired(f"@task\n{case.source}{read}", "read(made())"), package)
    if case.is_right:
        assert told == ""
    else:
        assert "read(value) expects" in told
        assert "the code of upstream 'made' returns" in told


@TASKS
@pytest.mark.parametrize("case", PROMISED, ids=str)
def test_what_an_annotation_leaves_open_is_seen_in_the_code(package, case):
    """The code shows the keys of ``-> list[dict]``, and the annotation all the rest."""
    read = f"\n@task\ndef read(value: {case.reader}):\n    pass\n"
    told = parse(wired(f"@task\n{case.source}{read}", "read(made())"), package)
    assert ("read(value) expects" in told, told == "") == (not case.is_right, case.is_right)


@TASKS
@pytest.mark.parametrize("case", PASSED, ids=str)
def test_what_a_task_passes_on_is_known_from_its_upstream(package, case):
    """The type that reaches a task without annotations is that of what it returns, as JSON."""
    told = parse(wired(case.source, case.use), package)
    assert ("read(value) expects" in told, told == "") == (not case.is_right, case.is_right)


@TASKS
@pytest.mark.parametrize("case", KEYS, ids=str)
def test_a_key_that_code_never_gives_is_refused(package, case):
    """A misspelt key is an error that names the near one; nothing is said where code is open."""
    read = "\n@task\ndef read(value):\n    pass\n"
    told = parse(wired(f"{case.source}{read}", f"read(made()[{case.key!r}])"), package)
    assert (told == "") == (case.told == "")
    assert case.told in told


@TASKS
@pytest.mark.parametrize(
    ("source", "use", "words"),
    [
        (
            "@task\ndef made():\n    return 1\n",
            "read.expand(value=made())",
            "cannot be mapped over",
        ),
        ("@task\ndef made():\n    return ['a']\n", "read.expand(value=made())", "gives items of"),
        ("@task\ndef made():\n    return [1]\n", "read.expand(value=made())", ""),
        ("@task\ndef made(n=1):\n    return [1] if n else None\n", "read.expand(value=made())", ""),
        (
            "@task\ndef made(n=1):\n    return 'a'\n",
            "read(made.expand(n=[1]))",
            "returns `list[str]`",
        ),
        (
            "@task(multiple_outputs=True)\ndef made():\n    return {'a': 1, 'b': 'x'}\n",
            "read(made()['b'])",
            "key 'b' of the code of upstream 'made' is `str`",
        ),
        (
            "@task\ndef made() -> dict:\n    return {'a': 1, 'b': 'x'}\n",
            "read(made()['b'])",
            "is `str`",
        ),
        ("@task\ndef made() -> dict[str, Any]:\n    return {'a': 1}\n", "read(made()['a'])", ""),
        ("@task\ndef made():\n    return [{'value': 1}]\n", "read.expand_kwargs(made())", ""),
        (
            "@task\ndef made():\n    return [{'value': 'a'}]\n",
            "read.expand_kwargs(made())",
            "gives items of `str`",
        ),
        ("@task\ndef made():\n    return [{'n': 1}]\n", "read.expand_kwargs(made())", "`n`"),
        ("@task\ndef made():\n    return [1]\n", "read.expand_kwargs(made())", "needs dicts"),
        (
            "@task\ndef made(n=1):\n    return [{'n': 1}] if n else [{'value': 1}]\n",
            "read.expand_kwargs(made())",
            "",
        ),
        ("@task\ndef made():\n    return {'a': 1}\n", "read(made().map(str))", "by number"),
        (
            "def double(n):\n    return [n]\n@task\ndef made():\n    return [1]\n",
            "read.expand(value=made().map(double))",
            "gives items of",
        ),
        ("@task\ndef made() -> Any:\n    return 'a'\n", "read(made())", ""),
        ("@task.branch\ndef made():\n    return 'read'\n", "read(made())", ""),
        ("@task.bash\ndef made():\n    return 'true'\n", "read(made())", "returns `str`"),
        (
            PUSHES,
            "read(made()['own'])",
            "",
        ),
    ],
)
def test_code_is_read_for_each_kind_of_wiring(package, source, use, words):
    """Mapping, keys, `-> dict` and other decorators."""
    read = "\n@task\ndef read(value: int):\n    pass\n"
    told = parse(wired(source + read, use), package)
    assert (told == "") == (words == ""), told
    assert words in told


def test_lenient_reading_refuses_nothing_by_code(monkeypatch):
    """With `strict = False` a text may be read as a number, so only the run can tell."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STRICT", "False")
    settings.cache_clear()
    read = "@task\ndef made():\n    return '1'\n\n@task\ndef read(value: int):\n    pass\n"
    try:
        assert parse(wired(read, "read(made())"), "typedxcom") == ""
    finally:
        settings.cache_clear()


@TASKS
def test_what_was_only_seen_never_decodes_a_value(package):
    """An un-annotated task pushes and reads as Airflow does, whatever its code shows."""
    dag = load_dag(f"""
from airflow.sdk import dag
from {package} import task

@task
def made():
    return {{"pair": (1, 2), "at": "2024-01-01"}}

@task
def show(value):
    assert type(value) is dict, value
    assert type(value["at"]) is str, value
    return type(value["pair"]).__name__

@dag(schedule=None)
def seen():
    show(made())

seen()
""")
    result: Any = succeed(dag)
    assert result.xcom("show") in ("tuple", "list")


@TASKS
def test_a_value_that_the_code_of_its_reader_cannot_use_is_refused(package):
    """A reader without annotations shows what it needs, where every run of it needs that."""
    source = "logger = None\n\ndef fill(order):\n    order['total'] = 1\n\nsaid = {}\n"
    flow = "\n@dag(schedule=None)\ndef flow():\n"
    for number, case in enumerate(NEEDS):
        source += re.sub(r"\b(made|read)\b", rf"\1_{number}", case.source)
        use = re.sub(r"\b(made|read)\b", rf"\1_{number}", case.use)
        flow += f"    try:\n        {use}\n    except TypedXComError as error:\n"
        flow += f"        said['read_{number}'] = str(error)\n"
    names = names_of(
        f"from airflow.sdk import dag\nfrom {package} import task\n"
        f"from typedxcom import TypedXComError\n{source}{flow}\nmade_dag = flow()\n"
    )
    said = {**names["said"], **dict(check_tasks(names["made_dag"]))}
    wrong = []
    for number, case in enumerate(NEEDS):
        found = said.get(f"read_{number}", "")
        told = case.told_of(package)
        is_told = f"read_{number}(x) is used as `{told}`, but" in found
        is_told = is_told and (not case.cure or found.endswith(f": write {case.cure}."))
        if bool(found) != bool(told) or (told and not is_told):
            wrong.append(f"{case}: {found or 'nothing is said'}")
    assert wrong == []
