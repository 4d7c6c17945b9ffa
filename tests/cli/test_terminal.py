"""What people see on a terminal, and that programs still read plain text."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests.harness.terminal import Seen, on_terminal
from typedxcom.cli import main, terminal
from typedxcom.cli.edges import ShownEdge
from typedxcom.cli.findings import CheckedDag, CheckReport, Finding
from typedxcom.cli.shown.tables import ShownTable
from typedxcom.cli.shown.trees import ShownTree
from typedxcom.cli.terminal import checked, lines, opened

pytestmark = pytest.mark.airflow

FLOW = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from typedxcom import task

print("[red]flow is imported")

@task
def commands() -> list[str]:
    return ["true"]

@task
def read(a):
    print("[bold]", a)

@dag(schedule=None)
def flow():
    out = commands()
    BashOperator(task_id="run", bash_command=out)
    read(out)

flow()
"""
PLAIN = """flow (dags/flow.py)
  commands -> run.bash_command: list[str] as str
  commands -> read.a: list[str] as Any (any value)
dags/flow.py:19: error: BashOperator(bash_command) of task 'run' expects `str`, but upstream \
'commands' returns `list[str]`.  [wiring]
1 errors, 2 edges (0 untyped) in 1 DAGs of 1 files
coverage: 100 % of edges typed at both ends, 50 % precisely, 50 % by the reader's code
"""
HOSTILE = "[bold]\x1b[2J\x07\u202e:smile: [/] [link=x]"
SAFE = "[bold]\\u001b[2J\\u0007\\u202e:smile: [/] [link=x]"


class Terminal(io.StringIO):
    """The output of a person."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "flow.py").write_text(FLOW)
    return tmp_path


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


def piped(*args: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a command whose outputs a program reads."""
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-m", "typedxcom", *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": root, "TERM": "xterm-256color", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def joined(text: str) -> str:
    """The text without blanks, so that it does not matter where a line was wrapped."""
    return "".join(text.split())


def test_people_see_tables_and_the_code_of_an_error(folder: Path) -> None:
    """In colours, with a link to each file, and the line that is wrong."""
    seen = on_terminal("check", cwd=folder)
    assert seen.code == 1
    assert "  commands  run.bash_command  list[str] as str" in seen.text
    assert "  from      to                type" in seen.text
    assert '❱ 19     BashOperator(task_id="run", bash_command=out)' in seen.text
    assert joined(PLAIN.splitlines()[3]) in joined(seen.text)
    assert seen.links == {(folder / "dags" / "flow.py").as_uri()}
    assert seen.is_coloured


def test_what_a_dag_file_prints_stands_above_the_bar(folder: Path) -> None:
    """As whole lines, also from other processes; and the cursor is there again at the end."""
    for name in ("two", "three", "four"):
        (folder / "dags" / f"{name}.py").write_text(FLOW)
    seen = on_terminal("check", "--jobs", "2", cwd=folder)
    printed = [line for line in seen.text.splitlines() if "is imported" in line]
    assert len(printed) == 4
    assert all(line.endswith("[red]flow is imported") for line in printed)
    assert "4 of 4" in seen.text
    assert seen.raw.rindex("\x1b[?25h") > seen.raw.rindex("\x1b[?25l")


def test_a_program_reads_plain_text(folder: Path) -> None:
    """Whatever the terminal of the shell can do; and where only standard error is one."""
    done = piped("check", cwd=folder)
    assert (done.returncode, done.stdout) == (1, PLAIN)
    assert done.stderr.endswith("[red]flow is imported\n")  # the oldest Airflow logs before it
    assert not on_terminal("check", cwd=folder, keep=["stderr", "stdout"]).raw


@pytest.mark.parametrize("form", ["json", "github", "junit"])
def test_formats_for_programs_are_never_drawn(folder: Path, form: str) -> None:
    """Not even on a terminal."""
    seen = on_terminal("check", "--format", form, cwd=folder, keep=["stderr"])
    assert seen.text == piped("check", "--format", form, cwd=folder).stdout
    assert "\x1b" not in seen.raw


def test_a_dumb_terminal_gets_plain_text(folder: Path) -> None:
    """TERM=dumb: no colours, no bar, nothing that moves."""
    seen = on_terminal("check", cwd=folder, TERM="dumb")
    assert seen.raw.replace("\r\n", "\n").endswith(f"[red]flow is imported\n{PLAIN}")
    assert "\x1b" not in seen.raw


def test_no_color_is_obeyed(folder: Path) -> None:
    """Tables and links stay."""
    seen = on_terminal("check", cwd=folder, NO_COLOR="1")
    assert not seen.is_coloured
    assert seen.links
    assert "  from      to                type" in seen.text
    assert not Seen(0, piped("check", cwd=folder, NO_COLOR="1", FORCE_COLOR="1").stdout).raw.count(
        "\x1b"
    )


def test_force_color_colours_a_pipe(folder: Path) -> None:
    """For CI systems that show colours. There is no bar."""
    done = piped("check", cwd=folder, FORCE_COLOR="1")
    seen = Seen(done.returncode, done.stdout)
    assert seen.is_coloured
    assert "❱ 19" in seen.text
    assert "\x1b[?25l" not in done.stdout + done.stderr


@pytest.mark.parametrize(("columns", "environ"), [(24, {}), (100, {"COLUMNS": "36"})])
def test_a_narrow_terminal_wraps(folder: Path, columns: int, environ: dict[str, str]) -> None:
    """No line is longer than the terminal, and no word is lost."""
    seen = on_terminal("check", cwd=folder, columns=columns, keep=["stderr"], **environ)
    width = int(environ.get("COLUMNS", columns))
    assert max(map(len, seen.text.splitlines())) <= width
    for line in PLAIN.splitlines()[3:]:
        assert joined(line) in joined(seen.text)


def test_help_is_drawn_for_people_only(tmp_path: Path) -> None:
    """In which square brackets are no markup."""
    seen = on_terminal("check", "--help", cwd=tmp_path)
    assert seen.is_coloured
    assert "Default:[core]dags_folder" in joined(seen.text)
    assert "\x1b" not in piped("check", "--help", cwd=tmp_path).stdout


def test_a_diff_is_coloured_and_whole(folder: Path) -> None:
    """Programs read a diff that `patch` takes."""
    seen = on_terminal("annotate", cwd=folder, keep=["stderr"])
    assert seen.is_coloured
    done = piped("annotate", cwd=folder)
    assert "\n+def read(a: list[str]) -> None:\n" in done.stdout
    assert [line.rstrip() for line in seen.text.splitlines()] == [
        line.rstrip() for line in done.stdout.splitlines()
    ]


@pytest.mark.parametrize("command", ["check", "annotate", "graph", "schema"])
def test_the_folder_dags_is_the_default(
    command: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Callable
) -> None:
    """Without it, one sentence says what to name."""
    monkeypatch.chdir(folder)
    assert main([command]) in (0, 1)
    assert "flow" in capsys.readouterr().out
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert main([command]) == 2
    assert capsys.readouterr().err == (
        f"typedxcom: there is no folder dags in {tmp_path / 'elsewhere'}. Name your DAG files or "
        f"folders: `typedxcom {command} path/to/dags`\n"
    )


def test_nothing_hostile_is_obeyed(screen: Terminal, tmp_path: Path) -> None:
    """Neither in names, types and messages of a report, nor in a line of code."""
    file = tmp_path / f"{HOSTILE.replace('/', '')}.py"
    file.write_text(f"first = 1\nx = '''{HOSTILE}'''\n")
    edge = ShownEdge(*[HOSTILE] * 5, False, (), True, False, f"a -> b: {HOSTILE}")
    report = CheckReport(1, [CheckedDag(HOSTILE, file, [edge], [HOSTILE])] * 2)
    report.findings.append(Finding(file, 2, f"{HOSTILE}\n{HOSTILE}", "wiring"))
    checked.draw(report, [HOSTILE], screen)
    lines.words(HOSTILE, screen)
    lines.about_file(file, 2, "note", HOSTILE, screen)
    lines.diff(f"+{HOSTILE}\n", screen)
    opened.draw(
        [HOSTILE], ShownTree({HOSTILE: [HOSTILE]}).parts(rows=1, width=80), screen, is_json=True
    )
    table = pa.table({HOSTILE: [HOSTILE]})
    opened.draw(
        [], ShownTable(1, 1, table.to_reader).parts(rows=1, width=200), screen, is_json=False
    )
    seen = Seen(0, screen.getvalue())
    assert seen.links == {file.as_uri()}
    assert all(line.isprintable() for line in seen.text.split("\n"))
    assert "\x07" not in seen.raw
    assert joined(seen.text).count(joined(SAFE)) >= 14


def test_a_value_is_shown_in_colours(screen: Terminal) -> None:
    """JSON with its strings and numbers; a table with its columns."""
    opened.draw(["a run"], ShownTree({"a": ["é", 1]}).parts(rows=5, width=80), screen, is_json=True)
    rows = ShownTable(2, 9, pa.table({"id": [1, 2], "字": ["x", None]}).to_reader)
    opened.draw([], rows.parts(rows=5, width=80), screen, is_json=False)
    seen = Seen(0, screen.getvalue())
    assert seen.is_coloured
    assert '{\n  "a": [\n    "é",\n    1\n  ]\n}\n' in seen.text
    found = [line.split() for line in seen.text.splitlines()]
    for line in rows.lines(rows=5, width=80):
        assert line.split() in found


def test_without_rich_people_get_plain_text(
    folder: Path, screen: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task SDK alone does not bring it."""
    monkeypatch.setattr(terminal.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.chdir(folder)
    assert main(["check"]) == 1
    assert screen.getvalue() == PLAIN


def test_a_pipe_never_waits_for_rich(tmp_path: Path) -> None:
    """Neither to start a command, nor for its help."""
    code = (
        "import sys\n"
        "from typedxcom.cli import main\n"
        "try: main(['check', '--help'])\n"
        "except SystemExit: pass\n"
        "print([one for one in sys.modules if one.partition('.')[0] in ('rich', 'rich_argparse')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_only_what_stands_out_is_bold(screen: Terminal) -> None:
    """The place of an error and its kind, and not the sentence after them."""
    lines.about_file(Path("flow.py"), 3, "error", "a sentence", screen)
    bold = "".join(part.split("\x1b[0m")[0] for part in screen.getvalue().split("\x1b[1")[1:])
    assert "flow.py:3" in bold
    assert "sentence" not in bold
