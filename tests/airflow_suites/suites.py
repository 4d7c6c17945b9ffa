"""Which of Airflow's tests are run, and how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.airflow_suites.swap import swap

__all__ = ["SUITES", "Suite", "Variant", "migrate", "outcomes", "start"]

_STAND_IN = Path(__file__).parent / "stand_in"


@dataclass(frozen=True, slots=True)
class Suite:
    """The TaskFlow tests of one distribution.

    Attributes:
        name: The distribution, as its folder is called.
        files: Files and folders below its tests.
    """

    name: str
    files: tuple[str, ...]


# Left out: test_python_virtualenv and test_branch_virtualenv install packages for each of their
# tests, which takes minutes; those of docker and cncf-kubernetes need providers that are not in the
# lock; test_task_runner needs much of Airflow's own helpers, and hardly uses a task decorator.
SUITES = (
    Suite(
        "apache_airflow_task_sdk",
        (
            "task_sdk/bases/test_decorator.py",
            "task_sdk/definitions/decorators",
            "task_sdk/definitions/test_asset_decorators.py",
            "task_sdk/definitions/test_mappedoperator.py",
            "task_sdk/definitions/test_mixins.py",
            "task_sdk/definitions/test_taskgroup.py",
            "task_sdk/definitions/test_xcom_arg.py",
        ),
    ),
    Suite(
        "apache_airflow_providers_standard",
        (
            "unit/standard/decorators/test_bash.py",
            "unit/standard/decorators/test_branch_external_python.py",
            "unit/standard/decorators/test_branch_python.py",
            "unit/standard/decorators/test_external_python.py",
            "unit/standard/decorators/test_python.py",
            "unit/standard/decorators/test_sensor.py",
            "unit/standard/decorators/test_short_circuit.py",
            "unit/standard/decorators/test_stub.py",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run them.

    Attributes:
        is_ours: With our names instead of Airflow's.
        backend: The class of the XCom backend; Airflow's own where empty.
    """

    is_ours: bool
    backend: str = ""

    def __str__(self) -> str:
        whose = "ours" if self.is_ours else "stock"
        return f"{whose} on {self.backend.rpartition('.')[2] or 'the default backend'}"


def migrate(airflow_home: Path) -> None:
    """Make Airflow's home with an empty database, to be copied for each run."""
    airflow_home.mkdir()
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    env = {**os.environ, **_settings(airflow_home)}
    subprocess.run(command, env=env, check=True, capture_output=True)


def _settings(airflow_home: Path) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{airflow_home / 'airflow.db'}",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": "[]",
    }


def start(suite: Suite, variant: Variant, tests: Path, home: Path) -> subprocess.Popen[bytes]:
    """Start one suite in a process of its own.

    Args:
        suite: Which tests.
        variant: How.
        tests: The folder of the distribution's tests.
        home: A folder with Airflow's home in it, for a copy of the tests and the results.
    """
    copied = home / "tests"
    shutil.copytree(tests, copied)
    if variant.is_ours and not swap(copied):
        raise RuntimeError(f"{suite.name} imports none of the names that are to be swapped")
    (home / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    settings = {
        **_settings(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(copied),
        "PYTHONPATH": os.pathsep.join([str(copied), str(_STAND_IN), str(Path.cwd())]),
    }
    if variant.backend:
        settings["AIRFLOW__CORE__XCOM_BACKEND"] = variant.backend
    command = [
        sys.executable,
        "-m",
        "pytest",
        f"--config-file={home / 'pytest.ini'}",
        f"--rootdir={copied}",
        "--import-mode=importlib",
        "-p",
        "tests_common.pytest_plugin",
        "--quiet",
        "--tb=short",
        "-W",
        "ignore",
        f"--junit-xml={home / 'results.xml'}",
        *(str(copied / name) for name in suite.files),
    ]
    with (home / "output.txt").open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=copied,
            env={**os.environ, **settings},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def outcomes(home: Path) -> dict[str, tuple[str, str]]:
    """Test to how it ended and what it said; raises where pytest itself failed."""
    results = home / "results.xml"
    if not results.exists():
        raise RuntimeError((home / "output.txt").read_text(errors="replace")[-4000:])
    found = {}
    for case in ElementTree.parse(results).iter("testcase"):
        state, words = "passed", ""
        for child in case:
            if child.tag in ("failure", "error"):
                state, words = "failed", str(child.get("message") or "")[:300]
            elif child.tag == "skipped":
                state = "skipped"
        found[f"{case.get('classname')}::{case.get('name')}"] = (state, words)
    return found
