"""A parameter of any name is checked by mypy too."""

from __future__ import annotations

from tests.data.words import KEYWORDS, parameter_names
from tests.mypy.support import run_mypy

HEADER = """
from airflow.sdk import DAG
from typedxcom import task

@task
def number() -> int: return 1
@task
def word() -> str: return ""
@task
def catches(**more: int) -> None: ...
"""


def test_parameters_of_any_name_get_one_verdict(tmp_path, warm_cache):
    """What fits is clean, what does not is one error on its line."""
    # For type checkers `__name` without underscores behind it can be given by position only.
    known = [name for name in parameter_names() if not name.startswith("__") or name[-1] == "_"]
    names = [name for name in known if name != "self"][::8]
    parameters = ", ".join(f"{name}: int = 0" for name in names)
    lines = [HEADER, f"@task\ndef takes({parameters}) -> None: ...\n", "with DAG('d'):"]
    lines += [f"    takes({name}=number())" for name in names]
    lines += [f"    takes({name}=word())  # wrong" for name in names]
    lines += [f"    catches(**{{{name!r}: number()}})" for name in KEYWORDS]
    lines += [f"    catches(**{{{name!r}: word()}})  # wrong" for name in KEYWORDS]
    text = "\n".join(lines)
    (tmp_path / "names.py").write_text(text)
    run = run_mypy(tmp_path, "names.py", cache=warm_cache)
    found = {line for _, line in run.by_line()}
    wrong = {line for line, shown in enumerate(text.splitlines(), 1) if shown.endswith("# wrong")}
    assert len(wrong) == len(names) + len(KEYWORDS)
    assert found == wrong, sorted(found ^ wrong)[:10]
