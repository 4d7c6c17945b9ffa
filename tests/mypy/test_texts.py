"""An output in a text is a note, which fails no run."""

from __future__ import annotations

from pathlib import Path

from tests.mypy.support import run_mypy

SOURCE = """
from airflow.sdk import DAG, dag
from airflow.sdk import task as plain_task
from typedxcom import task

@task
def slow() -> str: return "x"

@plain_task
def plain() -> str: return "x"

@task
def path(p: str) -> str:
    number = 3
    return f"{p}!" + str(number) + "%s" % p + format(number) + str(p)

@task
def many() -> list[str]: return []

with DAG("texts", schedule=None):
    out = slow()
    path(f"a/{slow()}.csv")  # note
    path(f"a/{out}")  # note
    path("a/{}".format(plain()))  # note
    path(f"{slow.override(task_id='b')():>5}")  # note
    path(str(out))  # note
    path(format(slow()))  # note
    path(f"{str(plain())}")  # note
    path("%s" % out)  # note
    path("%s/%d" % (slow(), 1))  # note
    path("%(a)s" % {"a": plain()})  # note
    path(" ".join(str(one) for one in [out]))  # note
    path(repr(out))
    path("%s" % 3 + str([1]))
    path(f"a/{out}")  # type: ignore[xcom-text]
    path(f"a/{slow.__name__}/{1 + 1}")
    out >> path(out)

@dag(schedule=None)
def flow() -> None:
    out = slow()
    path("%s" % out)  # note
    path("a/%s/b" % plain())  # note
    path(str(out))  # note
    path("%s" % len("x"))
"""
WANTED = [number for number, line in enumerate(SOURCE.splitlines(), 1) if "# note" in line]


def test_an_output_in_a_text_is_a_note(tmp_path: Path, warm_cache: Path) -> None:
    """It names the task and the cure, and the run succeeds; its code silences it."""
    (tmp_path / "texts.py").write_text(SOURCE)
    run = run_mypy(tmp_path, "texts.py", cache=warm_cache)
    assert [note.line for note in run.notes] == WANTED, run.output
    assert all("no dependency on it" in note.text for note in run.notes)
    assert 'task "slow"' in run.notes[0].text
    assert 'task "plain"' in run.notes[2].text
    assert (run.errors, run.code) == ([], 0)
