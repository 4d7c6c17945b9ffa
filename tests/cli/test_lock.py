"""`typedxcom lock` and `typedxcom breaking`, in repositories with real branches and merges."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from typedxcom.cli import main

ROOT = Path(__file__).resolve().parents[2]
SHOP = """
import enum
from typing import Annotated
from airflow.sdk import dag
from pydantic import BaseModel, Field, field_validator
from typedxcom import Table, task

class Order(BaseModel):
    id: int
    total: int = 0

class Trip(BaseModel):
    km: float = Field(ge=0)

@task
def extract() -> list[Order]: ...

@task
def load(order: Order) -> int: ...

@task
def trips() -> Table[Trip]: ...

@task
def drive(trips: Table[Trip]) -> None: ...

@dag(schedule=None)
def shop():
    load.expand(order=extract())
    drive(trips())

shop()
"""
OTHER = """
from airflow.sdk import dag
from typedxcom import task

@task
def number() -> int: ...

@task
def show(value: int) -> None: ...

@dag(schedule=None)
def other():
    show(number())

other()
"""
Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in a repository whose main branch has two DAGs and their contracts."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, at: Path = tmp_path) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        done = subprocess.run(
            ["git", *who, *arguments], cwd=at, check=True, capture_output=True, text=True
        )
        return done.stdout

    (tmp_path / "dags").mkdir()
    write("shop", SHOP)
    write("other", OTHER)
    run("init", "--quiet", "-b", "main")
    assert main(["lock"]) == 0
    run("add", ".")
    run("commit", "--quiet", "-m", "first")
    run("checkout", "--quiet", "-b", "change")
    return run


def write(name: str, text: str) -> None:
    """Writes a DAG file of the repository."""
    (Path("dags") / f"{name}.py").write_text(text, encoding="utf-8")


def breaking(*options: str) -> int:
    """Compares with the main branch."""
    return main(["breaking", "--against", "main", *options])


def test_nothing_breaks_without_a_change(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """The contracts are current, each edge is compared, and samples are decoded."""
    assert main(["lock", "--check"]) == 0
    capsys.readouterr()
    assert breaking() == 0
    assert re.match(
        r"0 errors, 0 warnings, 0 notes at 3 edges; [1-9]\d* samples", capsys.readouterr().out
    )
    written = {str(path.relative_to("contracts")) for path in Path("contracts").rglob("*.json")}
    assert written == {
        "shop/extract.json", "shop/load.json", "shop/trips.json", "shop/drive.json",
        "other/number.json", "other/show.json",
    }  # fmt: skip


def test_a_break_is_reported_in_each_format(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """Two edges break: a model and a table. Contracts are stale until they are written."""
    write("shop", SHOP.replace("total: int = 0", "name: str").replace("ge=0", "ge=1"))
    assert main(["lock", "--check"]) == 1
    out, error = capsys.readouterr()
    assert "contracts/shop/load.json: error: the contract is stale" in out
    assert "contracts/other" not in out
    assert "run `typedxcom lock` and commit the files" in error
    assert breaking() == 1
    text = capsys.readouterr().out
    assert (
        "dags/shop.py: error: shop: load(order) cannot read what 'extract' stored before: `Order` "
        "requires `name`, which is not written - at `$.name`. Give it a default.  [required-added]"
    ) in text
    assert "`ge` is 1 - at `$.km`" in text
    breaking("--format", "json")
    tree = json.loads(capsys.readouterr().out)
    rules = sorted(one["rule"] for one in tree["changes"] if one["severity"] == "error")
    assert rules == ["constraint-tightened", "required-added"]
    breaking("--format", "github")
    assert capsys.readouterr().out.startswith("::error file=dags/shop.py,line=1,title=typedxcom ")
    breaking("--format", "gitlab")
    assert json.loads(capsys.readouterr().out)[0]["location"]["path"] == "dags/shop.py"
    breaking("--format", "junit")
    assert ElementTree.fromstring(capsys.readouterr().out).attrib["failures"] == "2"
    assert main(["lock"]) == 0
    assert breaking() == 1, "the base decides, not the files beside the DAGs"


def test_mixed_versions_fail_only_if_asked(git: Git) -> None:
    """A producer that pushes more than older workers read is a warning."""
    write("other", OTHER.replace("int", "int | None"))
    assert breaking() == 0
    assert breaking("--fail-on", "warning") == 1


def test_a_validator_that_refuses_a_sample_is_an_error(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """Samples of the version before are decoded by the readers of now."""
    check = "\n    @field_validator('id')\n    @classmethod\n    def _big(cls, v):\n        assert v > 9**9\n        return v\n"
    write("shop", SHOP.replace("    total: int = 0\n", f"    total: int = 0\n{check}"))
    assert breaking() == 1
    out = capsys.readouterr().out
    assert "warning: shop: load(order) cannot read" in out
    assert "load(order) refuses a sample of what 'extract' stored before" in out


def test_branches_that_add_neighbours_merge_clean(git: Git) -> None:
    """Two branches that add a task to the same DAG folder have no conflict in its contracts."""
    for name in ("one", "two"):
        git("checkout", "--quiet", "-b", name, "main")
        write(name, OTHER.replace("other", name))
        assert main(["lock"]) == 0
        git("add", ".")
        git("commit", "--quiet", "-m", name)
    git("merge", "--quiet", "--no-edit", "one")
    assert main(["lock", "--check"]) == 0
    assert breaking() == 0


def test_a_conflict_in_a_contract_is_named_and_mended(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two branches change one task: the command says what to run, and that mends it."""
    for name, kind in (("one", "float"), ("two", "int | None")):
        git("checkout", "--quiet", "-b", name, "main")
        write("other", OTHER.replace("value: int", f"value: {kind}"))
        main(["lock"])
        git("commit", "--quiet", "-a", "-m", name)
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "--quiet", "one")
    write("other", OTHER.replace("value: int", "value: float | None"))
    assert breaking() == 2
    assert "has merge conflicts. Run `typedxcom lock`, then git add it." in capsys.readouterr().err
    assert main(["lock"]) == 0
    assert "marks of a merge conflict" in capsys.readouterr().err
    git("add", ".")
    assert breaking() == 0


def test_allowed_breaks_have_a_reason_and_an_end(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry allows a break; one that expired or allows nothing is reported."""
    write("shop", SHOP.replace("total: int = 0", "name: str"))
    entry = '{{ rule = "required-added", dag = "sh*", task = "load", path = "$.name", reason = "new"{} }}'
    head = "[tool.typedxcom.breaking]\nallow = ["
    project = Path("pyproject.toml")
    project.write_text(head + entry.format("") + "]\n")
    assert breaking() == 0
    assert "dags/shop.py: allowed: shop: load(order)" in capsys.readouterr().out
    project.write_text(head + entry.format(", until = 2020-01-31") + "]\n")
    assert breaking() == 1
    assert (
        "allow of `required-added sh* load $.name` expired on 2020-01-31" in capsys.readouterr().out
    )
    project.write_text(head + '{ rule = "unique-added", reason = "x" }]\n')
    assert breaking() == 1
    assert "allow of `unique-added` is not needed" in capsys.readouterr().out
    for wrong in (
        '{ rule = "nothing", reason = "x" }',
        '{ rule = "key-removed" }',
        '{ ruel = "x" }',
    ):
        project.write_text(head + wrong + "]\n")
        assert breaking() == 2
    assert "an entry of allow takes" in capsys.readouterr().err
    project.write_text(head + '{ rule = "required-addd", reason = "x" }]\n')
    assert breaking() == 2
    assert "is no rule. Did you mean 'required-added'?" in capsys.readouterr().err


def test_values_that_outlive_their_run_are_errors_both_ways(git: Git) -> None:
    """The settings name them; a wider type is an error for their readers."""
    Path("pyproject.toml").write_text('[tool.typedxcom.breaking]\nbeyond = ["other.num*"]\n')
    write("other", OTHER.replace("int", "int | None"))
    assert breaking() == 1


def test_a_task_that_is_gone_loses_its_contract(git: Git) -> None:
    """Of a DAG that was looked at, and of a DAG whose file is gone; others are kept."""
    write("shop", SHOP.replace("    drive(trips())\n", ""))
    assert main(["lock", "dags/shop.py"]) == 0
    assert not Path("contracts/shop/trips.json").exists()
    assert Path("contracts/other/show.json").exists()
    Path("dags/other.py").unlink()
    assert main(["lock", "--check"]) == 1
    assert main(["lock"]) == 0
    assert not Path("contracts/other").exists()


def test_a_dag_that_cannot_be_imported_keeps_its_contracts(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its error is printed with what becomes of its contracts, and the command fails."""
    write("other", "raise ValueError('airflow dag')\n")
    before = sorted(Path("contracts").rglob("*"))
    assert main(["lock"]) == 1
    words = capsys.readouterr().err
    assert "2 contracts of dags/other.py stay as they are: it cannot be imported" in words
    assert sorted(Path("contracts").rglob("*")) == before
    assert breaking() == 1


def test_two_files_with_one_dag_id_are_refused(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their contracts would have one file, so neither command goes on."""
    write("copy", OTHER + "\n")
    before = {path: path.read_bytes() for path in Path("contracts").rglob("*.json")}
    for command in (["lock"], ["lock", "--check"], ["breaking", "--against", "HEAD"]):
        assert main(command) == 2
        words = capsys.readouterr().err
        assert "dags/copy.py and dags/other.py have a DAG 'other' each" in words
    assert {path: path.read_bytes() for path in Path("contracts").rglob("*.json")} == before


EVERY = """
from typing import Annotated
import typing_extensions as te
from airflow.sdk import dag
from pydantic import Field
from typedxcom import task

class Out(te.TypedDict):
    a: int
    b: str

@task(multiple_outputs=True)
def many() -> Out: ...

@task
def use(a: int, b: str) -> None: ...

@task.stub
def other() -> int: ...

@task
def after(n: int) -> int: ...

@task
def prior(ti=None) -> int:
    return ti.xcom_pull(task_ids="many", include_prior_dates=True)

@task
def both(xs: list[int], *args: int, **kw: Annotated[int, Field(ge=0)]) -> None: ...

@task
def loose(value):
    print(value)

@dag(schedule=None)
def every():
    m = many()
    loose(m)
    use(m["a"], m["b"])
    n = after(other())
    prior()
    both([n, 1], n, k=n)
    after.override(task_id="last").expand(n=after.override(task_id="first").expand(n=[1]))

every()
"""


def test_keys_containers_and_values_that_outlive_a_run(
    git: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each way to pass an output is locked, and nothing breaks before something changes."""
    write("every", EVERY)
    assert main(["schema", "dags/every.py"]) == 0
    assert main(["lock"]) == 0
    git("add", ".")
    git("commit", "--quiet", "-m", "every")
    git("branch", "--force", "main")
    assert breaking("--fail-on", "warning") == 0
    beyond = {
        name: json.loads(Path(f"contracts/every/{name}.json").read_text()).get("beyond")
        for name in ("other", "many", "after")
    }
    assert beyond == {"other": ["stub"], "many": ["include_prior_dates"], "after": None}
    write("every", EVERY.replace("    b: str\n", "    b: float\n").replace("b: str)", "b: float)"))
    capsys.readouterr()
    assert breaking() == 1
    rules = set(re.findall(r"use\(b\).*\[([a-z-]+)\]", capsys.readouterr().out))
    assert rules == {"type-changed"}


def test_a_missing_base_is_a_clear_error(
    git: Git, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No origin, a name that is unknown, a shallow clone, and no repository at all."""
    assert main(["breaking"]) == 2
    assert "origin/HEAD is not known here. Name the branch" in capsys.readouterr().err
    assert main(["breaking", "--against=--all"]) == 2
    assert main(["breaking", "--against", "nowhere"]) == 2
    assert "'nowhere' is no commit of this repository" in capsys.readouterr().err
    write("other", OTHER + "\n")
    git("commit", "--quiet", "-a", "-m", "change")
    git("checkout", "--quiet", "main")
    write("shop", SHOP + "\n")
    git("commit", "--quiet", "-a", "-m", "main")
    source = f"file://{tmp_path}"
    git("clone", "--quiet", "--no-single-branch", "--depth=1", source, "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    git("checkout", "--quiet", "change", at=tmp_path / "shallow")
    assert main(["breaking"]) == 2
    assert "This clone is shallow: fetch more of it" in capsys.readouterr().err
    git("fetch", "--quiet", "--unshallow", at=tmp_path / "shallow")
    assert main(["breaking"]) == 0


def test_contracts_of_a_submodule_are_compared_inside_it(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seen from the repository around it, they would have no history."""
    (tmp_path / "outer").mkdir()
    monkeypatch.chdir(tmp_path / "outer")
    git("init", "--quiet", at=tmp_path / "outer")
    file = ("-c", "protocol.file.allow=always")
    git(*file, "submodule", "--quiet", "add", str(tmp_path), "inner", at=tmp_path / "outer")
    git("commit", "--quiet", "-m", "outer", at=tmp_path / "outer")
    options = ["inner/dags", "--contracts", "inner/contracts", "--against", "HEAD"]
    assert main(["breaking", *options]) == 2
    assert "run the command there" in capsys.readouterr().err


def test_contracts_of_a_newer_typedxcom_stay(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """An older typedxcom would lose what it cannot read."""
    path = Path("contracts/shop/load.json")
    text = path.read_text(encoding="utf-8").replace('"format": 1', '"format": 99')
    path.write_text(text, encoding="utf-8")
    assert main(["lock"]) == 2
    assert "was written by a newer typedxcom (format 99)" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


def test_moved_or_new_contracts_are_named(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that was moved is an error; a base without contracts is said."""
    git("mv", "contracts", "locks")
    assert breaking("--contracts", "locks") == 2
    assert "the contracts were moved from contracts to locks" in capsys.readouterr().err
    assert breaking("--contracts", "new") == 0
    assert "there is nothing to compare with" in capsys.readouterr().err
    assert breaking("--contracts", "..") == 2


def test_a_renamed_dag_file_breaks_nothing(git: Git) -> None:
    """Tasks are compared by their ids, wherever their DAG file is."""
    git("mv", "dags/other.py", "dags/renamed.py")
    assert breaking("--fail-on", "warning") == 0
    assert main(["lock", "--check"]) == 1


def test_no_link_leads_out_of_the_folder(
    git: Git, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    """A contract is not written through a link that leads elsewhere."""
    outside = tmp_path_factory.mktemp("outside")
    for file in Path("contracts/other").iterdir():
        file.unlink()
    Path("contracts/other").rmdir()
    Path("contracts/other").symlink_to(outside)
    assert main(["lock"]) == 2
    assert "is a link that leads out" in capsys.readouterr().err
    assert not list(outside.iterdir())


def test_older_samples_stay_while_they_can_be_read(git: Git) -> None:
    """A contract keeps samples of the versions before it, until no reader reads them."""
    write("shop", SHOP.replace("total: int = 0", "total: int | None = 0"))
    assert main(["lock"]) == 0
    kept = json.loads(Path("contracts/shop/extract.json").read_text())["samples"]
    assert len(kept) == 2
    assert main(["lock", "--check"]) == 0


def test_the_hook_of_pre_commit_checks_the_contracts(git: Git) -> None:
    """Its entry is a command that fails for a stale contract, without names of files."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text()
    (entry,) = re.findall(r"entry: typedxcom (lock.*)", hook)
    assert "pass_filenames: false" in hook
    assert main(entry.split()) == 0
    write("other", OTHER.replace("int", "str"))
    assert main(entry.split()) == 1


UPCASTERS = """
class OrderBefore(BaseModel):
    id: int
    total: int = 0

class TripBefore(BaseModel):
    km: float = Field(ge=0)

@upcast
def order(old: OrderBefore) -> Order:
    return Order(id=old.id, name=f"order {old.id}")

@upcast
def trip(old: Table[TripBefore]) -> Table[Trip]:
    return old.append_column("miles", old["km"])

@task
"""


def test_upcasters_mend_what_a_change_breaks(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """A class and a table break nothing any more; their samples are decoded with the upcasters."""
    changed = SHOP.replace("total: int = 0", "name: str").replace(
        "km: float = Field(ge=0)", "km: float = Field(ge=0)\n    miles: float"
    )
    mended = changed.replace("Table, task", "Table, task, upcast").replace(
        "@task\n", UPCASTERS.lstrip(), 1
    )
    write("shop", changed)
    assert breaking() == 1
    write("shop", mended)
    capsys.readouterr()
    assert breaking() == 0, capsys.readouterr().out
    assert "0 errors, 0 warnings, 0 notes at 3 edges; 6 samples" in capsys.readouterr().out
    assert main(["lock"]) == 0
    kept = json.loads(Path("contracts/shop/load.json").read_text())["upcasters"]
    assert [one["is"] for one in kept["Order"]] == ["OrderBefore"]
    before = json.loads(Path("contracts/shop/extract.json").read_text())["samples"]
    assert len(before) == 2, "samples of the version before stay, because they can be read"
    assert main(["lock", "--check"]) == 0
    write("shop", mended.replace('f"order {old.id}"', "old.name"))
    assert breaking() == 1
    out = capsys.readouterr().out
    assert "load(order) refuses a sample of what 'extract' stored before: " in out
    assert "the upcaster `order` raised `AttributeError`" in out


def test_an_upcaster_reads_values_of_newer_workers_too(git: Git) -> None:
    """An older worker has the upcasters that its contract names, whatever the code has now."""
    both = SHOP.replace("@task\n", UPCASTERS.lstrip(), 1).replace(
        "Table, task", "Table, task, upcast"
    )
    now = both.replace("total: int = 0", "name: str", 1).replace(
        "km: float = Field(ge=0)", "km: float = Field(ge=0)\n    miles: float", 1
    )
    write("shop", now)
    assert main(["lock"]) == 0
    git("add", ".")
    git("commit", "--quiet", "-m", "upcasters")
    git("branch", "--force", "main")
    back = now.replace("-> list[Order]", "-> list[OrderBefore]")
    write("shop", back)
    assert breaking() == 1, "wiring of one version is strict: an upcaster is for stored values"
    back = back.replace("order: Order)", "order: OrderBefore)")
    write("shop", back)
    assert breaking("--fail-on", "warning") == 0, "workers of before have the upcaster"


PULLS = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from pydantic import BaseModel
from typedxcom import XComKey, task

class Order(BaseModel):
    id: int

ROWS = XComKey("rows", int)
LAST = XComKey("last", Order)

@task
def extract(ti=None) -> int:
    ROWS.push(ti, 1)
    LAST.push(ti, Order(id=1))
    ti.xcom_push(key="plain", value=1)
    return 1

@task
def load(ti=None) -> int:
    print(ti.xcom_pull(task_ids="extract", key="plain"))
    return ROWS.pull(ti, task_ids="extract")

@task
def last(ti=None) -> int:
    return LAST.pull(ti, "extract").id

@dag(schedule=None)
def pulls():
    done = extract()
    shell = BashOperator(task_id="shell", bash_command="{{ ti.xcom_pull('extract', key='plain') }}")
    done >> [load(), last(), shell]

pulls()
"""


def test_pulls_by_id_are_edges(git: Git, capsys: pytest.CaptureFixture[str]) -> None:
    """A key has the type of its `XComKey`; a plain pull names a task and a key."""
    write("pulls", PULLS)
    assert main(["lock"]) == 0
    git("add", ".")
    git("commit", "--quiet", "-m", "pulls")
    git("branch", "--force", "main")
    assert breaking("--fail-on", "warning") == 0
    kept = {
        name: json.loads(Path(f"contracts/pulls/{name}.json").read_text())
        for name in ("extract", "load", "last", "shell")
    }
    reads = {
        (one["parameter"], one["from"], one.get("key"), one["is"]) for one in kept["load"]["reads"]
    }
    assert reads == {
        ("xcom_pull", "extract", "plain", "Any"),
        ("ROWS.pull", "extract", "rows", "int"),
    }
    assert {key: one["is"] for key, one in kept["extract"]["writes"].items()} == {
        "return_value": "int", "rows": "int", "last": "Order", "plain": "Any",
    }  # fmt: skip
    assert [one["parameter"] for one in kept["shell"]["reads"]] == ["bash_command"]

    def rules(text: str) -> list[str]:
        write("pulls", text)
        capsys.readouterr()
        breaking()
        found = re.findall(
            r"(error|warning|note): pulls: (.*?) .*\[([a-z-]+)\]", capsys.readouterr().out
        )
        return [" ".join(one) for one in found]

    assert rules(PULLS.replace("    id: int\n", "    id: int\n    name: str\n")) == [
        "error last(LAST.pull) required-added"
    ]
    assert rules(PULLS.replace('    ti.xcom_push(key="plain", value=1)\n', "")) == [
        "error load(xcom_pull) key-removed",
        "error shell(bash_command) key-removed",
    ]
    assert rules(PULLS.replace('"rows"', '"count"').replace("ROWS", "COUNT")) == [
        "error load(COUNT.pull) required-added",
        "warning load(ROWS.pull) key-removed",
        "note load param-removed",
    ]
    assert rules(PULLS.replace('key="plain"', 'key="new"')) == [
        "warning load(xcom_pull) required-added",
        "warning load(xcom_pull) key-removed",
        "note load param-removed",
        "error shell(bash_command) key-removed",
    ]
    gone = PULLS.replace("    done = extract()\n", "    done = other()\n") + "\n"
    gone = gone.replace("@dag(", "@task\ndef other() -> int: ...\n\n@dag(", 1)
    assert [one for one in rules(gone) if "error" in one] == [
        "error last(LAST.pull) key-removed",
        "error load(ROWS.pull) key-removed",
        "error load(xcom_pull) key-removed",
        "error shell(bash_command) key-removed",
    ]
    opened = PULLS.replace('    ti.xcom_push(key="plain", value=1)\n', "    helper(ti)\n")
    assert rules(opened.replace("@dag(", "def helper(ti): ...\n\n@dag(", 1)) == [], "it may push it"
