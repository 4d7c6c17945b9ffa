"""DAG files in the style of public ones, from a seed, each right or with one mistake.

Of 679 public DAG functions 13 have an annotation, of the tasks a third says what it returns, of the
parameters two thirds. Most values are dicts and lists that stand in the code of a task, texts, and
what an untyped library gives. Of the parameters without annotation, some third goes to other code,
such as a hook, a third is used in a way that shows its kind, and the rest is only printed or passed
on. So are these files: DAG functions without annotations, dict displays, imported tasks, loops,
groups and mapping.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["LIBRARY", "DagFile", "generate"]

# Tasks that other files import, as `shared_tasks.py`.
LIBRARY = '''"""Tasks that several DAGs use."""

from airflow.sdk import task


@task
def notify(channel: str, text: str = "") -> None:
    print(channel, text)


@task
def today() -> str:
    return "2026-01-01"


@task
def sizes() -> list[int]:
    return [1, 2, 3]
'''

_HEAD = '''"""{title}"""

import json
import os
from datetime import datetime, timedelta

from airflow.sdk import {names}

from shared_tasks import notify, sizes, today

BUCKET = os.environ.get("BUCKET", "raw")
default_args = {{"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=5)}}


def publish(value, table="rows"):
    print(table, json.dumps(value))


@dag(
    dag_id="{dag}",
    schedule="@daily",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    default_args=default_args,
    tags=["example"],
)
def {dag}():
'''


@dataclass(frozen=True)
class DagFile:
    """One file.

    Attributes:
        name: Its name, with the suffix.
        text: Its source.
        mistake: What is wrong with it, in a word; empty for a right file.
        line: The line of the mistake, from 1 on; 0 for a right file.
    """

    name: str
    text: str
    mistake: str = ""
    line: int = 0


@dataclass(frozen=True)
class _Value:
    """What a task returns: its annotation, its return statement, and who may read it."""

    annotation: str
    code: str
    reader: str
    wrong_reader: str
    is_list: bool = False


_VALUES = (
    _Value("str", 'return f"s3://{BUCKET}/part.csv"', "str", "int"),
    _Value("str", 'return "/tmp/data.json"', "str", "list"),
    _Value("int", "return len(BUCKET)", "int", "str"),
    _Value("int", "rows = 10\n        return rows", "int", "dict"),
    _Value("float", "return 0.5", "float", "str"),
    _Value("bool", "return os.path.exists(BUCKET)", "bool", "list"),
    _Value("dict", 'return {"rows": 3, "path": "a.csv"}', "dict", "list"),
    _Value(
        "dict[str, int]", 'return {"good": 3, "bad": len(BUCKET)}', "dict[str, int]", "list[int]"
    ),
    _Value("list[str]", 'return ["a", "b", "c"]', "list[str]", "str", is_list=True),
    _Value("list[int]", "return [1, 2, 3]", "list[int]", "dict", is_list=True),
    _Value(
        "list[dict]",
        'found = [{"id": n, "name": str(n)} for n in range(3)]\n        return found',
        "list[dict]",
        "str",
        is_list=True,
    ),
    _Value("list", "return [one.strip() for one in BUCKET]", "list", "int", is_list=True),
)
# What no annotation and no code says.
_UNKNOWN = (
    "return json.loads(BUCKET)",
    'with open(BUCKET) as file:\n            return json.load(file)["data"]',
    'response = json.loads(BUCKET)\n        return response["items"]',
)
# What shows the kind of a parameter without annotation, by the annotation that it could have.
_USES = {
    "str": "print({0}.upper())",
    "int": "print({0} + 1)",
    "float": "print({0} / 2)",
    "bool": "print(not {0})",
    "dict": "for key, value in {0}.items():\n            print(key, value)",
    "dict[str, int]": 'print({0}["good"])',
    "list": "for one in {0}:\n            print(one)",
    "list[str]": "for one in {0}:\n            print(one.upper())",
    "list[int]": "print(sum({0}))",
    "list[dict]": 'print([one["id"] for one in {0}])',
}
_WRONG_USE = "print(data.total_of_all())"  # no value has it
_MISTAKES = (
    "type",
    "used",
    "key",
    "name",
    "missing",
    "uncalled",
    "computed",
    "tested",
    "looped",
    "mapped",
)


def generate(seed: int, files: int, *, wrong: bool) -> list[DagFile]:
    """Make *files* files, all right, or each with one mistake."""
    chance = random.Random(f"{seed} {wrong}")
    return [_made(chance, number, wrong=wrong) for number in range(files)]


def _made(chance: random.Random, number: int, *, wrong: bool) -> DagFile:
    dag = f"pipeline_{number}"
    mistake = _MISTAKES[number % len(_MISTAKES)] if wrong else ""
    writer = _Writer(chance, mistake)
    # Where a chain can have the mistake that is wanted, one of them gets it.
    chains = [writer.chain] * chance.randint(1, 3) + [writer.keys, writer.mapped, writer.imported]
    chance.shuffle(chains)
    for chain in [*chains, writer.group, writer.loop]:
        chain()
    text = _HEAD.format(title=f"Loads {number} every day.", names="dag, task, task_group", dag=dag)
    text += "\n".join(writer.tasks) + "\n"
    before = text.count("\n")
    text += "".join(f"    {line}\n" for line in writer.wiring) + f"\n\n{dag}()\n"
    line = before + 1 + writer.wrong if mistake else 0
    return DagFile(f"{dag}.py", text, mistake, line)


class _Writer:
    """The body of one DAG function.

    Attributes:
        tasks: The source of its tasks.
        wiring: The lines behind them.
        wrong: The place in `wiring` of the line that is wrong.
    """

    def __init__(self, chance: random.Random, mistake: str) -> None:
        self.chance = chance
        self.left = mistake
        self.tasks: list[str] = []
        self.wiring: list[str] = []
        self.wrong = 0
        self._count = 0

    def _name(self, noun: str) -> str:
        self._count += 1
        return f"{noun}_{self._count}"

    def _task(
        self, noun: str, parameters: str, returns: str, body: str, decorator: str = ""
    ) -> str:
        name = self._name(noun)
        arrow = f" -> {returns}" if returns else ""
        self.tasks.append(
            f"    @task{decorator}\n    def {name}({parameters}){arrow}:\n        {body}\n"
        )
        return name

    def _producer(self, value: _Value) -> str:
        returns = value.annotation if self.chance.random() < 0.35 else ""
        return self._task("extract", "", returns, value.code)

    def _consumer(self, parameter: str, reader: str) -> str:
        kind = reader if self.left in _SAYS or self.chance.random() < 0.69 else ""
        shown = f"{parameter}: {kind}" if kind else parameter
        return self._task("load", shown, "", self._body(parameter, reader))

    def _body(self, parameter: str, reader: str) -> str:
        """What a reader does, whether it is annotated or not."""
        ways = (f"publish({parameter})", _USES[reader].format(parameter), f"print({parameter})")
        return self.chance.choice(ways)

    def _line(self, text: str, mistake: str = "") -> None:
        if mistake:
            self.left, self.wrong = "", len(self.wiring)
        self.wiring.append(text)

    def chain(self) -> None:
        """One task after another."""
        if not self.left and self.chance.random() < 0.25:
            source = self._task("fetch", "", "", self.chance.choice(_UNKNOWN))
            self._line(f"data_{source} = {source}()")
            self._line(f"{self._consumer('data', 'dict')}(data_{source})")
            return
        value = self.chance.choice(_VALUES)
        source, mistake = self._producer(value), self.left
        reader = value.wrong_reader if mistake == "type" else value.reader
        if mistake == "used":
            target = self._task("load", "data", "", _WRONG_USE)
        else:
            target = self._consumer("data", reader)
        out = f"out_{source}"
        self._line(f"{out} = {source}()")
        if mistake == "name":
            self._line(f"{target}(dta={out})", mistake)
        elif mistake == "missing":
            self._line(f"{target}()", mistake)
        elif mistake == "uncalled":
            self._line(f"{target}({source})", mistake)
        elif mistake == "computed":
            self._line(f"{target}({out} + 1)", mistake)
        elif mistake == "tested":
            self._line(f"{target}({out} if {out} else None)", mistake)
        elif mistake == "looped":
            self._line(f"for one in {out}: {target}(one)", mistake)
        else:
            self._line(f"{target}({out})", mistake if mistake in ("type", "used") else "")

    def keys(self) -> None:
        """A task of several outputs."""
        decorator, returns = self.chance.choice(
            [("(multiple_outputs=True)", ""), ("", "dict"), ("", "dict[str, int]")]
        )
        body = 'return {"rows": 3, "errors": len(BUCKET)}'
        source = self._task("split", "", returns, body, decorator)
        target, mistake = self._consumer("rows", "int"), self.left == "key"
        self._line(f"parts_{source} = {source}()")
        key = "row" if mistake else "rows"
        self._line(f'{target}(parts_{source}["{key}"])', "key" if mistake else "")

    def mapped(self) -> None:
        """A task for each item of a list."""
        mistake = self.left == "mapped"
        values = [one for one in _VALUES if one.is_list is not mistake and "dict" not in one.reader]
        source = self._producer(self.chance.choice(values))
        target = self._task("work", "item, factor=1", "", self._body("item", "bool"))
        self._line(f"{target}.partial(factor=2).expand(item={source}())", "mapped" * mistake)

    def imported(self) -> None:
        """Tasks of another file."""
        self._line('notify("data", text=today())')
        self._line(f"{self._consumer('numbers', 'list[int]')}(sizes())")

    def group(self) -> None:
        """A task group."""
        inner = self._task("step", "value", "", 'return {"value": value}')
        name = self._name("group")
        self.tasks.append(
            f"    @task_group\n    def {name}(value):\n"
            f"        first = {inner}(value)\n        return {inner}(first)\n"
        )
        self._line(f"{name}(today())")

    def loop(self) -> None:
        """The same task for several names."""
        target = self._task("copy", "table: str, day: str", "", 'return f"{table}/{day}"')
        self._line('for table in ["users", "orders"]:')
        self._line(f"    {target}(table, today())")


# Mistakes that only a reader with an annotation shows.
_SAYS = ("type",)
