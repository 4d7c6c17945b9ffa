"""What a release needs is there, and says the same everywhere."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def release() -> Any:
    """The script behind ``make release``."""
    spec = importlib.util.spec_from_file_location("release", ROOT / ".ci" / "release.py")
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


def test_the_list_of_components_is_current(release):
    """The wheel's SBOM names each dependency with the version that the lock tests."""
    assert release.SBOM.read_text() == release.sbom(), "run `make sbom`"
    made = json.loads(release.SBOM.read_text())
    needs = {re.match(r"[\w-]+", str(line))[0] for line in release.project()["dependencies"]}
    assert {one["name"] for one in made["components"]} == needs


def test_versions_agree(release):
    """The package, the stubs, the citation and the changelog speak of one version."""
    version = release.project()["version"]
    assert release.project(ROOT / "stubs")["version"] == version
    assert f'__version__ = "{version}"' in (ROOT / "typedxcom" / "__init__.py").read_text()
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == version
    assert release.notes().startswith(("## Unreleased\n", f"## {version}"))


@pytest.mark.parametrize(
    ("lock", "python"), [("oldest", "3.10"), ("dev", "3.11"), ("next", "3.13")]
)
def test_it_installs_under_the_constraints_of_each_airflow(release, lock, python):
    """With its extras it resolves to the pins that each supported Airflow is tested with."""
    constraints = ROOT / "requirements" / f"{lock}.txt"
    extras = ["mypy", "pandas", "polars", "duckdb"]
    done = subprocess.run(
        [release.UV, "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--constraint",
         constraints, "--python-version", python, *(f"--extra={one}" for one in extras),
         ROOT / "pyproject.toml"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r"^([\w-]+)==(\S+)", done.stdout, re.MULTILINE))
    assert found.items() <= set(release.locked(constraints))
    named = [*release.project()["dependencies"], *extras]
    assert found.keys() >= {re.match(r"[\w-]+", one)[0] for one in named}


def test_the_support_page_names_what_is_tested(release):
    """Its bounds are those of the package's metadata and of the oldest lock."""
    page = (ROOT / "docs" / "explanation" / "support.md").read_text()
    minors = [
        line.rpartition("3.")[2]
        for line in release.project()["classifiers"]
        if re.search(r":: 3\.\d+$", line)
    ]
    assert f"| Python | 3.{minors[0]} to 3.{minors[-1]} |" in page
    [mypy] = release.project()["optional-dependencies"]["mypy"]
    assert f"| mypy | {mypy.partition('>=')[2].removesuffix('.0')} and newer |" in page
    oldest = dict(release.locked(ROOT / "requirements" / "oldest.txt"))
    assert f"| Airflow | {oldest['apache-airflow-core']} and newer |" in page


def test_workflows_run_what_people_run():
    """The jobs call the commands of CONTRIBUTING, and only publishing may ask for a token."""
    found = {
        path.name: yaml.safe_load(path.read_text())
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
    }
    assert set(found) == {"docs.yml", "release.yml", "tests.yml"}
    steps = {name: str(workflow["jobs"]) for name, workflow in found.items()}
    assert "bash .ci/run" in steps["tests.yml"]
    assert "make release" in steps["release.yml"]
    assert "make docs" in steps["docs.yml"]
    for workflow in found.values():
        assert workflow["permissions"] == {"contents": "read"}
        for name, job in workflow["jobs"].items():
            assert ("permissions" in job) == (name == "publish")
