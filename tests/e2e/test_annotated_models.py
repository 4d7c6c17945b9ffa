"""`typedxcom annotate --models`: the new file checks, and runs to the same values."""

from __future__ import annotations

import ast
import random

import pytest

from tests.cli.test_check import run
from tests.e2e.support import succeed
from tests.harness.dagtest import load_dag
from typedxcom.cli.findings import examine

HEAD = '''\
"""Made from a seed."""
import logging

from airflow.sdk import dag
from typedxcom import task

log = logging.getLogger(__name__)


@dag(schedule=None)
def flow():
'''
KEYS = ["a=1", "b='x'", "c=[1, 2]", "d={'in': 2}", "e=True", "f=None", "g=0.5", "h=len('ab')"]
# What a task makes, of displays: each with whether that is a list, or may be nothing. Of those with
# a mark it depends on their values whether it can be inferred what they return.
WRITERS = {
    "return {0}": "one",
    "return {0} if size else {1}": "one",
    "if size > 5:\n    return {0}\nelse:\n    return {1}": "one",
    "made = {0}\nprint(made)\nreturn made": "one",
    "made = {0}\nprint(made['{k}'])\nreturn made  # perhaps": "one",
    "if size < 0:\n    return None\nreturn {0}": "maybe",
    "return [{0}, {1}]": "many",
    "return [{0} for n in range(3)]": "many",
    "found = []\nfor n in range(2):\n    found.append({0})\nreturn found": "many",
    "found = []\nfor n in range(2):\n    one = {0}\n    found.append(one)\nreturn found  # perhaps": "many",
    "rows = [{0}]\nfor row in rows:\n    log.info('%s', row['{k}'])\nreturn rows  # perhaps": "many",
}
# What its readers do, with `data`; those with a mark cannot read a model.
READERS = {
    "one": (
        "return data['{k}']",
        'return f\'{data["{k}"]!r} and {data["{j}"]}\'',
        "return [data.get('{k}'), data.get(\"{j}\", 7)]",
        "print(data)\n    # what is left\nreturn data [ '{k}' ]",
        "again = data\nreturn (lambda: again['{k}'])()",
        "return sorted(data)  # dict",
        "return data  # dict",
        "return 'is: {}'.format(data)  # dict",
        "data['new'] = 1\nreturn data['{k}']  # dict",
        "return {**data}  # dict",
    ),
    "maybe": (
        "return data['{k}'] if data else None",
        "if not data or data['{k}'] is None:\n    return 0\nreturn data['{k}']",
        "if data is None:\n    return 0\nreturn data['{k}']",
        "return (data or {})['{k}']  # dict",
    ),
    "many": (
        "return [one['{k}'] for one in data]",
        "all = []\nfor row in data:\n    all.append(row['{k}'])\n    all.append(row[\"{j}\"])\nreturn all",
        "first = data[0]\nreturn [len(data), first['{k}'], data[-1]['{j}']]",
        "return {n: row['{k}'] for n, row in enumerate(data) if row}",
        "return [r['{k}'] for r in reversed(data[:2])] if data else []",
        "for row in data:\n    row = 3\nreturn row  # dict",
        "return data + []  # dict",
        "return [len(row) for row in data]  # dict",
    ),
}


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


class Writing:
    """A DAG file with chains of two tasks, or more where the first has several readers."""

    def __init__(self, seed: int, chains: int) -> None:
        self.chance = random.Random(seed)
        self.tasks: list[str] = []
        self.calls: list[str] = []
        self.models: list[str] = []
        self.kept: list[str] = []
        self.not_models: list[str] = []
        self.not_dicts: list[str] = []
        for number in range(chains):
            self.chain(number)

    def __str__(self) -> str:
        body = "\n".join(self.tasks) + "\n" + indented("\n".join(self.calls), 4)
        return f"{HEAD}{body}\n\nflow()\n"

    def display(self, pairs: list[str]) -> str:
        """A dict with its keys in any order, on one line or on several."""
        ordered = self.chance.sample(pairs, len(pairs))
        quote = self.chance.choice("'\"")
        parts = [f"{quote}{key}{quote}: {value}" for key, value in (p.split("=") for p in ordered)]
        if self.chance.random() < 0.3:
            return "{\n        " + ",  # a comment\n        ".join(parts) + ",\n    }"
        return "{" + ", ".join(parts) + self.chance.choice(["", ",", " "]) + "}"

    def chain(self, number: int) -> None:
        code, shape = self.chance.choice(list(WRITERS.items()))
        pairs = self.chance.sample(KEYS, self.chance.randint(1, 4))
        keys = [pair.split("=")[0] for pair in pairs]
        name = f"made_{number}"
        code = code.replace("{0}", self.display(pairs)).replace("{1}", self.display(pairs))
        is_split = shape == "one" and self.chance.random() < 0.3
        self.task(name, "size", self.filled(code, keys), "(multiple_outputs=True)" * is_split)
        is_many = shape == "one" and not is_split and self.chance.random() < 0.3
        self.calls.append(f"out_{number} = {name}" + (".expand(size=[7, 9])" if is_many else "(9)"))
        shape = "many" if is_many else shape
        if is_split:
            self.task(f"part_{number}", "data", "return [data]")
            self.calls.append(f'part_{number}(out_{number}["{keys[0]}"])')
        is_mapped = shape == "many" and self.chance.random() < 0.3
        readers = [
            self.chance.choice(READERS["one" if is_mapped else shape])
            for _ in range(self.chance.choice([0, 1, 1, 2]))
        ]
        for place, reader in enumerate(readers):
            self.task(f"read_{number}_{place}", "data", self.filled(reader, keys))
            given = f".expand(data=out_{number})" if is_mapped else f"(out_{number})"
            self.calls.append(f"read_{number}_{place}{given}")
        is_kept = any("# dict" in one for one in readers)
        if "# perhaps" not in code:
            (self.kept if is_kept else self.models).append(f"Made{number}")
        (self.not_models if is_kept else self.not_dicts).append(f"Made{number}")

    def filled(self, code: str, keys: list[str]) -> str:
        chosen = self.chance.choice(keys), self.chance.choice(keys)
        return code.replace("{k}", chosen[0]).replace("{j}", chosen[1])

    def task(self, name: str, parameter: str, code: str, options: str = "") -> None:
        self.tasks.append(f"    @task{options}\n    def {name}({parameter}):\n{indented(code, 8)}")


def annotated(folder, source: str, models: str) -> tuple[str, str]:
    """What `annotate --write --models` makes of *source*, and what it says."""
    (folder / "flow.py").write_text(source)
    done = run(folder, "annotate", "flow.py", "--write", "--models", models)
    assert done.returncode == 0, done.stderr
    return (folder / "flow.py").read_text(), done.stderr


def classes(text: str, base: str) -> set[str]:
    """The names of the new classes with a base or a decorator, without their last word."""
    return {
        node.name.removesuffix("Result").removesuffix("Row")
        for node in ast.parse(text).body
        if isinstance(node, ast.ClassDef)
        for one in (*node.bases, *node.decorator_list)
        if isinstance(one, ast.Name) and one.id == base
    }


BASES = {"pydantic": "BaseModel", "dataclass": "dataclass"}


@pytest.mark.parametrize("models", BASES)
def test_models_run_to_the_same_values(tmp_path, models):
    """A generated DAG pushes the same values before and after, from each of its tasks."""
    source = str(Writing(seed=len(models), chains=7))
    made, _ = annotated(tmp_path, source, models)
    before, after = (succeed(load_dag(text)).rows() for text in (source, made))
    assert before == after


@pytest.mark.parametrize("seed", range(3))
def test_models_are_written_where_all_readers_allow_it(tmp_path, seed):
    """Every other dict gets a TypedDict and a note; the file checks, and a second run is silent."""
    models = ("pydantic", "dataclass")[seed % 2]
    written = Writing(seed, chains=12)
    made, told = annotated(tmp_path, str(written), models)
    assert examine([tmp_path / "flow.py"]).findings == []
    found, dicts = classes(made, BASES[models]), classes(made, "TypedDict")
    assert set(written.models) <= found <= set(written.not_dicts), made + told
    assert set(written.kept) <= dicts <= set(written.not_models)
    assert told.count("keeps a TypedDict") == len(dicts)
    assert annotated(tmp_path, made, models)[0] == made
