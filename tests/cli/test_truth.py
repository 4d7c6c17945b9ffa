"""Questions of a DAG's body to an output, whose value does not exist yet: ``if extract():``."""

from __future__ import annotations

import pytest

from tests.harness.dagtest import load_dags
from typedxcom.cli.findings import examine

HEAD = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, dag, task, task_group
import random

class tasks:
    @task
    def flag() -> bool:
        return True

flag = tasks.flag

@task
def numbers() -> list[int]:
    return [1, 2]

@task(multiple_outputs=True)
def parts() -> dict[str, int]:
    return {"rows": 1}

@task
def use(n=None):
    print(n)
"""
# Each is the body of a DAG function; each wrong line has a mark.
WRONG = {
    "if": "out = flag()\nif out:  # wrong\n    use(out)",
    "call": "if flag():  # wrong\n    use()",
    "not": "if not flag():  # wrong\n    use()",
    "while": "while flag():  # wrong\n    break",
    "else": "out = flag()\nuse(out if out else None)  # wrong",
    "lines": "out = flag()\nuse(\n    1\n    if out  # wrong\n    else 2\n)",
    "test": "if (\n    flag()  # wrong\n):\n    use()",
    "and": "flag() and use()  # wrong",
    "or": "out = flag()\nuse(out or 3)  # wrong",
    "assert": "assert flag()  # wrong",
    "bool": "out = flag()\nif bool(out):  # wrong\n    use()",
    "loop": "for _ in range(3):\n    out = flag()\n    if out:  # wrong\n        use(out)",
    "inside": "out = flag()\nuse([n for n in [1] if out])  # wrong",
    "walrus": "if (out := flag()):  # wrong\n    use(out)",
    "module": "if tasks.flag():  # wrong\n    use()",
    "key": 'out = parts()\nif out["rows"]:  # wrong\n    use(out)',
    "key of call": 'if parts()["rows"]:  # wrong\n    use()',
    "other name": 'out = parts()\nrows = out["rows"]\nif rows:  # wrong\n    use(rows)',
    "override": 'if flag.override(task_id="other")():  # wrong\n    use()',
    "mapped": "if use.expand(n=[1, 2]):  # wrong\n    use()",
    "map": "out = numbers()\nif out.map(str):  # wrong\n    use(out)",
    "name of map": "out = numbers().map(str)\nif not out:  # wrong\n    use(out)",
    "map of map": "if numbers().map(str).map(str):  # wrong\n    use()",
    "zip": "out = numbers().zip(numbers())\nuse(1) if out else use(2)  # wrong",
    "concat": "numbers().concat(numbers()) and use()  # wrong",
    "equals map": "out = numbers().map(str)\nif out == [3]:  # wrong\n    use(out)",
    "differs from zip": "if [3] != numbers().zip(numbers()):  # wrong\n    use()",
    "equals concat": "numbers().concat(numbers()) == [1]  # wrong",
    "both": "if random.random() > 2:\n    out = flag()\nelse:\n    out = numbers()\n"
    "if out:  # wrong\n    use(out)",
    "equals": "out = flag()\nif out == 3:  # wrong\n    use(out)",
    "equals, turned": "if 3 == flag():  # wrong\n    use()",
    "differs": "out = flag()\nif out != 3:  # wrong\n    use(out)",
    "match": "match flag():  # wrong\n    case 3:\n        use(2)",
    "group": "@task_group\ndef inner():\n    out = flag()\n    if out:  # wrong\n        use(out)\ninner()",
}
# Airflow's own outputs alone: of ours an error stands on the line that Python runs.
PLAIN_ALONE = ("lines", "test", "match")
# Outputs of classic operators, which are Airflow's own in each flavour.
CLASSIC = {
    "output": 'run = BashOperator(task_id="run", bash_command="true")\n'
    "if run.output:  # wrong\n    use(run.output)",
    "name": 'run = BashOperator(task_id="run", bash_command="true")\nout = run.output\n'
    "if out:  # wrong\n    use(out)",
    "made": 'if BashOperator(task_id="run", bash_command="true").output:  # wrong\n    use()',
}
RIGHT = {
    "none": "last = None\nfor n in range(3):\n    out = use(n)\n    if last:\n        last >> out\n"
    "    last = out",
    "is": "out = flag()\nif out is not None:\n    use(out)",
    "perhaps": "out = flag() if random.random() < 2 else None\nif out:\n    use(out)",
    "one way": "out = None\nif random.random() < 2:\n    out = flag()\nif out:\n    use(out)",
    "parameter": "def made(out=None):\n    return out or flag()\nuse(made(flag()))",
    "of a group": "@task_group\ndef inner(out=None):\n    if out:\n        use(out)\ninner(flag())",
    "nonlocal": "out = flag()\ndef forget():\n    nonlocal out\n    out = None\n"
    "if random.random() > 2:\n    forget()\nif out:\n    use(out)",
    "shadowed": "def flag():\n    return numbers() if random.random() < 2 else None\n"
    "if flag():\n    use()",
    "deleted": "out = flag()\ndel out\nout = [flag()]\nif out:\n    use(out[0])",
    "list": "outs = [flag(), flag()]\nif outs:\n    use(outs[0])",
    "items": "for out in [None, flag()]:\n    if out:\n        use(out)",
    "map is": "out = numbers().map(str)\nif out is not None and out != None:\n    use(out)",
    "map perhaps": "out = None\nif random.random() < 2:\n    out = numbers().map(str)\nif out:\n    use(out)",
    "same map": "first, other = numbers().map(str), numbers().zip(numbers())\nif first == other:\n    use(first)",
    "same": "first, other = flag(), flag()\nif first == other:\n    use(first)",
    "inside a task": "@task\ndef late(out):\n    if out:\n        print(out == 3)\nlate(flag())",
    "circle": 'a = parts()\nb = None\nfor _ in range(2):\n    if b:\n        use(b)\n    b = a["rows"]',
    "operator": 'run = None\nfor n in range(2):\n    run = run or BashOperator(task_id=f"r{n}", '
    'bash_command="true")',
    "changed operator": 'run = BashOperator(task_id="run", bash_command="true")\n'
    "run.output >> use()\nrun = None",
}
BLOCK = """
with DAG("block", schedule=None):
    out = flag()
    if out:  # wrong
        use(out)
"""


def written(body: str, *, plain: bool) -> str:
    """A file whose DAG has *body*, with Airflow's own tasks or with ours."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    text = f"{HEAD}\n@dag(schedule=None)\ndef flow():\n{lines}\nflow()\n"
    return text if plain else ours(text)


def ours(text: str) -> str:
    """*text* with our tasks instead of Airflow's."""
    own = "from airflow.sdk import DAG, dag\nfrom typedxcom import task, task_group"
    return text.replace("from airflow.sdk import DAG, dag, task, task_group", own)


def found_in(tmp_path, texts):
    """Name -> the lines on which `typedxcom check` finds something in that file."""
    names = {f"flow_{number}.py": name for number, name in enumerate(texts)}
    for file, name in names.items():
        (tmp_path / file).write_text(texts[name])
    found: dict[str, list[int]] = {name: [] for name in texts}
    for one in examine([tmp_path / file for file in names]).findings:
        assert "while the DAG is parsed" in one.message
        found[names[one.path.name]].append(one.line)
    return found


def marked(text: str) -> list[int]:
    """The lines of *text* with a mark."""
    return [number for number, line in enumerate(text.splitlines(), 1) if "# wrong" in line]


@pytest.mark.parametrize("plain", [True, False], ids=["airflow.sdk.task", "typedxcom.task"])
def test_check_finds_each_question_on_its_line(tmp_path, plain):
    """Where the code is sure to ask an output, and nowhere else."""
    texts = {name: written(body, plain=plain) for name, body in {**WRONG, **RIGHT}.items()}
    texts["block"] = f"{HEAD}\n{BLOCK}" if plain else ours(f"{HEAD}\n{BLOCK}")
    for name in () if plain else PLAIN_ALONE:
        del texts[name]
    expected = {name: marked(text) for name, text in texts.items()}
    assert found_in(tmp_path, texts) == expected


def test_check_finds_questions_to_outputs_of_operators(tmp_path):
    """``if run.output:`` for a classic operator."""
    texts = {name: written(body, plain=True) for name, body in CLASSIC.items()}
    assert found_in(tmp_path, texts) == {name: marked(text) for name, text in texts.items()}


def test_all_questions_of_a_file_are_found(tmp_path):
    """Airflow's outputs answer as ever, so the rest of the file is checked too, in each DAG."""
    body = "out = flag()\nif out:  # wrong\n    use(out)\nif out == 3:  # wrong\n    use(wrong=out)"
    text = written(body, plain=True).replace("use(wrong=out)", "use(out)")
    other = "\n@dag(schedule=None)\ndef other():\n    assert flag()  # wrong\n\nother()\n"
    found = found_in(tmp_path, {"all": text + other})
    assert found == {"all": marked(text + other)}


def test_airflows_outputs_are_as_before_afterwards(tmp_path):
    """Only `typedxcom check` listens: Airflow itself parses such a file as ever."""
    text = written(WRONG["if"], plain=True)
    found_in(tmp_path, {"if": text})
    assert list(load_dags(text)) == ["flow"]
