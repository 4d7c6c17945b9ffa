"""Which of Airflow's tests are run, and how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.airflow_suites.fetch import Fetched
from tests.airflow_suites.swap import swap

__all__ = ["SUITES", "Suite", "Variant", "migrate", "outcomes", "start"]

_STAND_IN = Path(__file__).parent / "stand_in"


@dataclass(frozen=True, slots=True)
class Suite:
    """TaskFlow tests that one pytest runs.

    Attributes:
        name: What they are called in reports.
        distributions: The distributions that they are from, as their folders are called.
        tests: Files, folders and single tests below the tests of those.
        left_out: Single tests among them that are not run; the comment says why.
    """

    name: str
    distributions: tuple[str, ...]
    tests: tuple[str, ...]
    left_out: tuple[str, ...] = ()


_RUNNER = "task_sdk/execution_time/test_task_runner.py"
_PULL = f"{_RUNNER}::TestRuntimeTaskInstance::test_xcom_pull"
_PULLED = ("string", "json", "tuple_int", "list_int", "boolean", "dataframe")

_DECORATORS = "unit/standard/decorators"
_VIRTUALENV = f"{_DECORATORS}/test_python_virtualenv.py::TestPythonVirtualenvDecorator"
_DOCKER = "unit/docker/decorators/test_docker.py::TestDockerDecorator"
_KUBERNETES = "unit/cncf/kubernetes/decorators"

# Each of these makes a virtual environment, which takes a second or more. `pickle` is the default,
# which is run; dill works in the child process, which gets no code of ours. The two kinds of
# requirements are installed in test_branch_virtualenv.
_SAME_AS_DEFAULT = tuple(
    f"{_VIRTUALENV}::{name}[{serializer}]"
    for name in (
        "test_fail",
        "test_python_3",
        "test_unpinned_requirements",
        "test_with_args",
        "test_with_requirements_file",
        "test_with_requirements_pinned",
    )
    for serializer in ("pickle", "dill")
)
_SAME_AS_OTHERS = tuple(
    f"{_VIRTUALENV}::{name}"
    for name in (
        "test_add_dill",
        "test_marking_virtualenv_python_task_as_teardown_with_on_failure_fail[False]",
        "test_marking_virtualenv_python_task_as_teardown_with_on_failure_fail[True]",
        "test_no_system_site_packages[dill]",
        "test_python_3[default]",
        "test_system_site_packages[dill]",
        "test_unpinned_requirements[default]",
        "test_with_requirements_file[default]",
        "test_with_requirements_pinned[default]",
    )
)
# They run a container, and need Docker's daemon.
_IN_CONTAINERS = tuple(
    f"{_DOCKER}::{name}"
    for name in (
        "test_basic_docker_operator",
        "test_basic_docker_operator_multiple_output",
        "test_basic_docker_operator_with_param",
        "test_failing_task",
        "test_no_return",
        "test_skip_docker_operator",
    )
)

# Of test_task_runner only the tests of XComs and TaskFlow: the others run classic operators, and
# need much more of Airflow's helpers. test_xcom_pull has 270 rows; these differ in what they pull.
SUITES = (
    Suite(
        "the task SDK",
        ("apache_airflow_task_sdk",),
        (
            "task_sdk/bases/test_decorator.py",
            "task_sdk/definitions/decorators",
            "task_sdk/definitions/test_asset_decorators.py",
            "task_sdk/definitions/test_mappedoperator.py",
            "task_sdk/definitions/test_mixins.py",
            "task_sdk/definitions/test_taskgroup.py",
            "task_sdk/definitions/test_xcom_arg.py",
            f"{_RUNNER}::TestDagParamRuntime",
            f"{_RUNNER}::TestXComAfterTaskExecution",
            f"{_RUNNER}::TestRuntimeTaskInstance::test_taskflow_dict_return_with_slash_key",
            f"{_RUNNER}::TestRuntimeTaskInstance::test_xcom_push_pull_with_slash_in_key",
            *(f"{_PULL}[{value}_value-single_task-index_not_set]" for value in _PULLED),
            *(f"{_PULL}[{value}_value-single_task-single_map_index]" for value in _PULLED),
        ),
    ),
    Suite(
        "the providers",
        (
            "apache_airflow_providers_standard",
            "apache_airflow_providers_docker",
            "apache_airflow_providers_cncf_kubernetes",
        ),
        (_DECORATORS, "unit/docker/decorators", _KUBERNETES),
        (*_SAME_AS_DEFAULT, *_SAME_AS_OTHERS, *_IN_CONTAINERS),
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


def start(suite: Suite, variant: Variant, fetched: Fetched, home: Path) -> subprocess.Popen[bytes]:
    """Start one suite in a process of its own.

    Args:
        suite: Which tests.
        variant: How.
        fetched: Airflow's tests.
        home: A folder with Airflow's home in it, for a copy of the tests and the results.
    """
    copied = home / "tests"
    for distribution in suite.distributions:
        shutil.copytree(fetched.tests[distribution], copied, dirs_exist_ok=True)
    if variant.is_ours and not swap(copied):
        raise RuntimeError(f"{suite.name} imports none of the names that are to be swapped")
    (home / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    settings = {
        **_settings(home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(copied),
        "PYTHONPATH": os.pathsep.join(map(str, (copied, _STAND_IN, Path.cwd(), fetched.libraries))),
        # uv is there, and makes virtual environments.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
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
        *(f"--deselect={name}" for name in suite.left_out),
        *(str(copied / name) for name in suite.tests),
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
