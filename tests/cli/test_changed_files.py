"""`typedxcom check FILE…` as a hook calls it: changed files, and the DAGs that import them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_check import run

ROOT = Path(__file__).resolve().parents[2]
FLOW = """
from airflow.sdk import dag
{imports}
from typedxcom import task

@task
def extract() -> Order:
    return Order(id=1)

@task
def load(n: {wants}) -> None: ...

@dag(schedule=None, dag_id="{name}")
def flow():
    load(extract())

flow()
"""
MODELS = "from pydantic import BaseModel\n\nclass Order(BaseModel):\n    id: int\n"


def flow(name: str, imports: str, wants: str = "Order") -> str:
    """A DAG file."""
    return FLOW.format(name=name, imports=imports, wants=wants)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A DAGs folder with a package of shared modules and one DAG for each way of importing."""
    dags = tmp_path / "dags"
    files = {
        "shop/__init__": "",
        "shop/models": MODELS,
        "shop/again": "from .models import *\n",
        "shop/deep/__init__": "from ..again import Order\n",
        "shop/unused": "from .nowhere import missing\n",
        "loops": "import typing\nif typing.TYPE_CHECKING:\n    import loops_too\nORDER = 1\n",
        "loops_too": "import loops\n",
        "direct": flow("direct", "from shop.models import Order"),
        "module": flow("module", "import shop.models\nOrder = shop.models.Order"),
        "through": flow("through", "from shop import deep\nOrder = deep.Order"),
        "by_name": flow(
            "by_name", "import importlib\nOrder = importlib.import_module('shop.models').Order"
        ),
        "other": flow("other", "import loops\nfrom collections import namedtuple")
        .replace("Order", "int")
        .replace("int(id=1)", "1"),
    }
    for name, text in files.items():
        path = dags / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def dags_of(output: str) -> set[str]:
    """The DAGs in a report."""
    return set(re.findall(r"^(\w+) \(", output, re.M))


def test_each_dag_that_imports_a_changed_file_is_checked(project: Path) -> None:
    """Directly, through other modules, with relative names and stars, or by `import_module`."""
    done = run(project, "check", "dags/shop/models.py")
    assert done.returncode == 0, done.stdout
    assert dags_of(done.stdout) == {"direct", "module", "through", "by_name"}
    assert dags_of(run(project, "check", "dags/shop/again.py").stdout) == {"through"}
    assert dags_of(run(project, "check", "dags/shop/__init__.py").stdout) == {
        "direct",
        "module",
        "through",
        "by_name",
    }
    assert dags_of(run(project, "check", "dags/loops_too.py").stdout) == {"other"}  # a ring
    assert dags_of(run(project, "check", "dags/direct.py").stdout) == {"direct"}


def test_a_shared_module_that_breaks_a_dag_fails_on_the_line_of_the_dag(project: Path) -> None:
    """The changed file alone is named, and the error stands where the DAG is wired."""
    (project / "dags" / "direct.py").write_text(
        flow("direct", "from shop.models import Order\nfrom shop.models import Wanted", "Wanted")
    )
    shared = project / "dags" / "shop" / "models.py"
    shared.write_text(MODELS + "\nclass Wanted(Order):\n    total: int\n")
    done = run(project, "check", "dags/shop/models.py")
    assert done.returncode == 1
    lines = (project / "dags" / "direct.py").read_text().splitlines()
    line = lines.index("    load(extract())") + 1
    assert f"dags/direct.py:{line}: error: load(n) expects `Wanted`" in done.stdout
    assert dags_of(done.stdout) == {"module", "through", "by_name"}


def test_a_module_that_no_dag_imports_is_fine(project: Path) -> None:
    """It is not imported on its own, where its relative imports would fail; nor run."""
    done = run(project, "check", "dags/shop/unused.py")
    assert done.returncode == 0
    assert done.stdout == "0 errors, 0 edges (0 untyped) in 0 DAGs of 1 files\n"
    assert run(project, "check", "dags").returncode == 0  # nor with the whole folder


def test_a_file_that_is_named_twice_is_checked_once(project: Path) -> None:
    """On its own and in its folder, which is not empty then."""
    (project / "alone" / "dags").mkdir(parents=True)
    (project / "alone" / "dags" / "flow.py").write_text(
        (project / "dags" / "other.py").read_text().replace("import loops", "")
    )
    done = run(project, "check", "alone/dags/flow.py", "alone/dags", "./alone/dags/flow.py")
    assert (done.returncode, done.stdout.count("other (")) == (0, 1), done


@pytest.mark.parametrize("name", ["dags/shop/models.py", "dags/direct.py"])
def test_files_import_from_the_dags_folder_wherever_check_runs(project: Path, name: str) -> None:
    """From above the folder, from inside of a package, or by an absolute path."""
    for place, path in (
        (project, name),
        (project / "dags" / "shop", os.path.relpath(project / name, project / "dags" / "shop")),
        (project.parent, str(project / name)),
    ):
        done = run(place, "check", path)
        assert (done.returncode, "direct" in dags_of(done.stdout)) == (0, True), done.stdout


def test_the_dags_folder_can_be_named_or_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--dags-folder` counts before `[core] dags_folder`; a wrong one is named in the error."""
    flows = tmp_path / "flows"
    (flows / "team").mkdir(parents=True)
    (flows / "named_models.py").write_text(MODELS)
    (flows / "team" / "flow.py").write_text(flow("team", "from named_models import Order"))
    done = run(tmp_path, "check", "flows/team/flow.py")
    assert done.returncode == 1
    assert f"(DAGs import from {flows / 'team'}; --dags-folder names another folder)" in done.stdout
    assert run(tmp_path, "check", "--dags-folder", "flows", "flows/team/flow.py").returncode == 0
    monkeypatch.setenv("AIRFLOW__CORE__DAGS_FOLDER", str(flows))
    assert dags_of(run(tmp_path, "check", "flows/named_models.py").stdout) == {"team"}


def test_two_dags_folders_may_have_modules_of_one_name(tmp_path: Path) -> None:
    """Each file gets its own folder's module."""
    for team, wants in (("a", "Order"), ("b", "Order")):
        folder = tmp_path / team / "dags"
        folder.mkdir(parents=True)
        (folder / "twin_models.py").write_text(
            MODELS.replace("id: int", f"id: int\n    {team}: int = 0")
        )
        (folder / "flow.py").write_text(
            flow(team, f"from twin_models import Order\nOrder.{team}_", wants).replace(
                f"Order.{team}_", f"assert '{team}' in Order.model_fields"
            )
        )
    done = run(tmp_path, "check", "a/dags/flow.py", "b/dags/flow.py")
    assert (done.returncode, dags_of(done.stdout)) == (0, {"a", "b"}), done.stdout


# Airflow's own reader of globs uses a name that pathspec has deprecated.
@pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")
def test_an_ignored_importer_is_left_out(project: Path) -> None:
    """A DAG that Airflow does not look at is not checked for a change of its module."""
    (project / "dags" / ".airflowignore").write_text("direct.py\nmodule.py\n")
    done = run(project, "check", "dags/shop/models.py")
    assert dags_of(done.stdout) == {"through", "by_name"}


def test_the_hook_of_pre_commit_finds_a_broken_dag_among_forty_files(tmp_path: Path) -> None:
    """Its entry runs on the files that git has staged, all Python files of a repository of 40."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text()
    entry = re.findall(r"entry: typedxcom (.*)", hook)[0].split()
    assert "require_serial: true" in hook
    dags = tmp_path / "dags"
    (dags / "lib").mkdir(parents=True)
    (dags / "lib" / "__init__.py").write_text("")
    for number in range(19):
        (dags / "lib" / f"hook_models_{number}.py").write_text(MODELS)
        text = flow(f"flow_{number}", f"from lib.hook_models_{number} import Order")
        (dags / f"flow_{number}.py").write_text(text)
    (tmp_path / "setup.py").write_text("raise SystemExit('not to be run')\n")

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        return subprocess.run(
            ["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    def staged() -> list[str]:
        return [
            name for name in git("diff", "--cached", "--name-only").split() if name[-3:] == ".py"
        ]

    git("init", "--quiet")
    git("add", ".")
    assert len(staged()) == 40
    assert run(tmp_path, *entry, *staged()).returncode == 0
    git("commit", "--quiet", "-m", "all")
    (dags / "lib" / "hook_models_3.py").write_text(MODELS.replace("id: int", "id: str"))
    git("add", ".")
    assert staged() == ["dags/lib/hook_models_3.py"]
    assert dags_of(run(tmp_path, *entry, *staged()).stdout) == {"flow_3"}
    (dags / "lib" / "hook_models_3.py").write_text(MODELS.replace("Order", "Invoice"))
    git("add", ".")
    done = run(tmp_path, *entry, *staged())
    assert done.returncode == 1
    assert "dags/flow_3.py:3: error: ImportError: cannot import name 'Order'" in done.stdout
