"""`typedxcom graph --format svg` and `--format html`: what they draw, and where it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.test_check import run
from typedxcom.cli.drawn.layout import Box, lay_out
from typedxcom.cli.drawn.page import html
from typedxcom.cli.drawn.picture import Line, Picture, Task
from typedxcom.cli.drawn.svg import svg

ROOT = Path(__file__).parents[2]
NAME = "{http://www.w3.org/2000/svg}"

DAGS = """
from airflow.sdk import dag, task as plain, task_group
from airflow.providers.standard.operators.bash import BashOperator
from typedxcom import task

@task
def extract(n: int) -> list[int]:
    return list(range(n))

@task
def total(values: list[int]) -> int:
    return sum(values)

@task
def label(name: str, n: int) -> str:
    return name * n

@plain
def untyped(value):
    return dict(value=value)["value"]

@task_group
def clean(values):
    @task
    def drop(values: list[int]) -> list[int]:
        return values

    @task
    def name(values: list[str]) -> list[int]:
        return []

    return name(drop(values))

@dag(schedule=None)
def drawn():
    found = clean(extract(3))
    counted = total(found)
    label(name=counted, n=untyped(counted))
    total.expand(values=[[1]])
    BashOperator(task_id="run", bash_command=extract.override(task_id="commands")(2))
    BashOperator(task_id="done", bash_command="true") << counted

@dag(schedule=None)
def other():
    total(extract(3))

drawn()
other()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DAGs folder with one file of two DAGs, one of which is wrong in three places."""
    made = tmp_path_factory.mktemp("drawn")
    (made / "dags").mkdir()
    (made / "dags" / "drawn.py").write_text(DAGS)
    return made


def test_edges_are_drawn_by_what_is_known_of_them(folder: Path) -> None:
    """A wrong DAG is drawn too: its errors are red, and their sentence is the edge's title."""
    done = run(folder, "graph", "dags", "--format", "svg", "--dag-id", "drawn")
    assert done.returncode == 0, done.stderr
    drawn = ElementTree.fromstring(done.stdout)
    parts: dict[str, list[str]] = {}
    for part in drawn.iter(f"{NAME}g"):
        title, label = part.find(f"{NAME}title"), part.find(f"{NAME}text")
        told = label.text if title is None else title.text
        parts.setdefault(str(part.get("class")), []).append(str(told))
    assert parts.pop("wrong") == [
        "clean.name(values) expects `list[str]`, but upstream 'clean.drop' returns `list[int]`: `int` is not `str` - at `$[0]`.",
        "label(name) expects `str`, but upstream 'total' returns `int`.",
        "BashOperator(bash_command) of task 'run' expects `str`, but upstream 'commands' returns `list[int]`.",
    ]
    assert parts.pop("typed") == [
        "extract -> clean.drop.values: list[int]",
        "clean.name -> total.values: list[int]",
    ]
    assert parts.pop("untyped") == [
        "total -> untyped.value: int as Any",
        "untyped -> label.n: Any as int",
    ]
    assert parts.pop("order") == ["total runs before done"]
    assert parts.pop("group") == ["clean"]
    assert "total__1 (mapped)" in parts.pop("task")
    assert parts == {}


def test_an_svg_shows_one_dag_and_a_page_all(folder: Path) -> None:
    """The page lists the errors of each below its name, and says what its colours mean."""
    done = run(folder, "graph", "dags", "--format", "svg")
    assert done.returncode == 2
    assert "Choose it with --dag-id: " in done.stderr
    page = run(folder, "graph", "dags", "--format", "html").stdout
    assert sorted(re.findall("<h1>(.*)</h1>", page)) == ["drawn", "other"]
    assert page.count('<li class="error">') == 3
    assert "Edges: 2 typed (blue), 2 untyped (dotted), 3 wrong (red), 1 without a value" in page


def test_wrong_edges_are_red_in_mermaid(folder: Path) -> None:
    """By their number, as Mermaid wants it."""
    lines = run(folder, "graph", "dags", "--dag-id", "drawn").stdout.splitlines()
    edges = [line for line in lines if "|" in line]
    styled = [int(line.split()[1]) for line in lines if line.strip().startswith("linkStyle")]
    assert [re.findall('"(.*?):', edges[at])[0] for at in styled] == [
        "values",
        "name",
        "bash_command",
    ]


def test_nothing_in_a_name_or_type_becomes_markup() -> None:
    """Pages load nothing and run nothing; control characters and bidi marks are escaped."""
    hostile = '</title><script>alert(1)</script>"\x1b\u202e&amp;\x00'
    task = Task(hostile, (hostile,), hostile, True, frozenset())
    line = Line(hostile, "b", "wrong", hostile, hostile)
    picture = Picture(
        hostile, [task, replace(task, task_id="b")], [line], [hostile], {hostile: hostile}
    )
    page = html([picture])
    assert "<script" not in page
    assert page.isprintable() or not set(page) & set("\x1b\u202e\x00")
    assert "default-src 'none'" in page
    assert set(re.findall(r"https?://[^\s\"']+", page)) == {"http://www.w3.org/2000/svg"}
    ElementTree.fromstring(svg(picture))


@st.composite
def dags(draw: st.DrawFn) -> tuple[list[tuple[str, ...]], list[tuple[int, int]]]:
    """The groups of each task, and edges between tasks that make no ring."""
    groups = [(), ("g",), ("g", "h"), ("g", "i"), ("k",)]
    tasks = draw(st.lists(st.sampled_from(groups), min_size=1, max_size=12))
    pair = st.tuples(st.integers(0, len(tasks) - 1), st.integers(0, len(tasks) - 1))
    edges = (
        draw(st.lists(pair.filter(lambda ends: ends[0] < ends[1]), max_size=20))
        if tasks[1:]
        else []
    )
    return tasks, edges


def boxes_of(tasks: list[tuple[str, ...]]) -> tuple[Box, dict[str, Box]]:
    """Tasks of different sizes in their groups."""
    root, found = Box(""), {}
    for number, groups in enumerate(tasks):
        outer = root
        for at in range(len(groups)):
            name = ".".join(groups[: at + 1])
            if name not in found:
                found[name] = Box(name)
                outer.parts.append(found[name])
            outer = found[name]
        found[str(number)] = Box(str(number), 50.0 + 10 * number, 30.0 + 5 * number)
        outer.parts.append(found[str(number)])
    return root, found


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@settings(max_examples=150)
@given(dags())
def test_boxes_never_overlap_and_edges_run_between_them(
    dag: tuple[list[tuple[str, ...]], list[tuple[int, int]]],
) -> None:
    """Groups hold their parts, tasks stand apart, and where an edge is level it meets no task."""
    tasks, edges = dag
    root, found = boxes_of(tasks)
    ways = lay_out(root, [(str(start), str(end)) for start, end in edges])
    for box in [root, *found.values()]:
        for part in box.parts:
            assert box.x < part.x
            assert box.y < part.y
            assert part.x + part.width < box.x + box.width + 0.01
            assert part.y + part.height < box.y + box.height
        assert not any(overlap(*pair) for pair in combinations(box.parts, 2))
    leaves = [found[str(number)] for number in range(len(tasks))]
    for way in ways:
        for (x, y), (to_x, to_y) in zip(way[::2], way[1::2], strict=False):
            level = Box("", to_x - x, 0.0, x=x, y=y)
            assert y != to_y or not any(overlap(level, leaf) for leaf in leaves)


def test_a_task_stands_right_of_what_it_waits_for() -> None:
    """Also through groups, as long as the groups make no ring."""
    root, found = boxes_of([(), ("g",), ("g", "h"), (), ("k",)])
    lay_out(root, [("0", "1"), ("1", "2"), ("2", "3"), ("3", "4"), ("0", "4")])
    places = [found[str(number)] for number in range(5)]
    assert all(one.x + one.width < other.x for one, other in pairwise(places))


def test_groups_that_wait_for_each_other_are_drawn() -> None:
    """Airflow allows it between their tasks, so a ring of groups must end."""
    root, found = boxes_of([("g",), ("k",), ("g",), ("k",)])
    ways = lay_out(root, [("0", "1"), ("1", "2"), ("2", "3")])
    assert not overlap(found["g"], found["k"])
    assert all(ways)


def test_hundreds_of_tasks_are_drawn() -> None:
    """Layer by layer, whatever the size."""
    tasks = [Task(f"t{n}", (f"g{n % 9}",), f"t{n}", False, frozenset()) for n in range(300)]
    lines = [
        Line(f"t{n}", f"t{n + step}", "typed", "x: int") for n in range(280) for step in (7, 20)
    ]
    drawn = ElementTree.fromstring(svg(Picture("large", tasks, lines, [], {})))
    assert len([part for part in drawn.iter(f"{NAME}g") if part.get("class") == "task"]) == 300


def test_the_picture_in_the_docs_is_up_to_date() -> None:
    """`make pictures` draws it."""
    done = run(ROOT, "graph", "examples/dags/flights_2013.py", "--format", "svg")
    assert done.returncode == 0, done.stderr
    assert (ROOT / "docs" / "flights.svg").read_text() == done.stdout, "run: make pictures"
