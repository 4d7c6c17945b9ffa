"""Workers that share nothing with the scheduler or with each other: no disk, no network but HTTP.

Two edge workers store on Ceph. The third one is as a pod of the KubernetesExecutor is with
Airflow's Helm chart: each of its tasks is a new process of the command that such a pod runs, it
says that it runs the LocalExecutor, and no store is set.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deployment.conftest import PRELOAD
from tests.deployment.sites import DAGS
from tests.harness import env
from tests.harness.ceph import Ceph
from tests.harness.edge import EdgeStack
from tests.harness.fixtures import missing
from tests.harness.postgres import Postgres
from tests.harness.secluded import has_namespaces

pytestmark = [pytest.mark.services, pytest.mark.airflow]

POD = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__EXECUTE_TASKS_NEW_PYTHON_INTERPRETER": "True",
    "AIRFLOW_IS_K8S_EXECUTOR_POD": "True",
}
FAILING = {"takes", "finds", "in_pod"}


@dataclass(frozen=True)
class Run:
    """One run of the DAG, which has ended."""

    stack: EdgeStack
    run_id: str

    def state(self, task_id: str) -> tuple[str, int]:
        """The state of a task, and its tries."""
        found = self.stack.task_instances("apart", self.run_id)[task_id]
        return found["state"], found["try_number"]

    def xcom(self, task_id: str, key: str = "return_value") -> Any:
        """What a task pushed, as the database has it."""
        return self.stack.xcom("apart", self.run_id, task_id, key)

    def log(self, task_id: str, *words: str) -> str:
        """What a task wrote on its machine, once it has *words*: the worker sends the end last."""

        def probe() -> str | None:
            text = self.stack.logs("apart", self.run_id, task_id)
            return text if all(one in text for one in words) else None

        what = f"{words} in the log of {task_id}"
        return self.stack.processes.wait(what, probe, seconds=120, every=0.3)

    def events(self, task_id: str, path: str) -> list[str]:
        """The names of the events about an object that a task, which returned a value, logged."""
        events = map(json.loads, self.log(task_id, "Returned value was").splitlines())
        return [one["event"] for one in events if one.get("path") == path]

    def cached(self, queue: str) -> list[Path]:
        """What is in the cache of a machine."""
        return list((self.stack.homes[queue] / "caches").glob("typedxcom/boot-*/files/*"))


@pytest.fixture(scope="module")
def run(postgres: Postgres, ceph: Ceph) -> Iterator[Run]:
    """A deployment of its own, and the one run that all tests here look at."""
    if not has_namespaces():
        missing("this user may not have network namespaces: run as root, or allow user namespaces")
    folder = env.scratch("folder")  # each machine has one of this name
    stores = {
        "AIRFLOW__TYPEDXCOM__STORE": f"s3://ceph@{ceph.bucket('apart')}/xcom",
        "AIRFLOW__TYPEDXCOM__STORES": json.dumps({"folder": str(folder)}),
        "AIRFLOW__TYPEDXCOM__LOG_TRANSFERS": "True",
    }
    stack = EdgeStack(
        postgres,
        "apart",
        queues={"writes": stores, "reads": stores, "pod": POD},
        ports=[ceph.port],
        hide=[ceph.folder, folder],
        preload=PRELOAD,
    )
    try:
        stack.start()
        found = ceph.connection()
        body = {**found, "connection_id": "ceph", "extra": json.dumps(found["extra"])}
        stack.api("POST", "/connections", json=body)
        stack.write_dag("apart", (DAGS / "apart.py").read_text())
        files = [stack.folder / "dags" / "apart.py", ceph.folder / "ceph.conf"]
        files += [stack.homes["writes"] / "dags" / "apart.py"]
        asked = {"files": list(map(str, files)), "ports": [postgres.port, ceph.port]}
        run_id = stack.trigger("apart", conf=asked)
        stack.wait_run("apart", run_id)
        found = Run(stack, run_id)
        states = {name: one["state"] for name, one in stack.task_instances("apart", run_id).items()}
        failed = {name for name, state in states.items() if state == "failed"}
        assert failed == FAILING, "\n".join(found.log(name)[-3000:] for name in failed - FAILING)
        yield found
    finally:
        stack.stop()


def test_what_one_machine_writes_another_one_reads(run: Run, ceph: Ceph) -> None:
    """Models, a table, a pointer, and the items of a mapped task."""
    assert run.state("check") == ("success", 1), run.log("check")
    assert run.xcom("check") == {"files": [], "ports": [ceph.port]}
    assert run.xcom("orders")[0] == {"id": 1, "price": "1.10", "on": "2024-02-29"}
    paths = {f"xcom/{run.xcom(task)['path']}" for task in ("trips", "wide", "long")}
    assert paths == ceph.keys("apart", "xcom/apart/")


def test_each_machine_fetches_an_object_once(run: Run) -> None:
    """Each has a cache of its own. What was read or written there, the next task does not fetch."""
    path = run.xcom("wide")["path"]
    for task_id, event in (("first", "read"), ("second", "cache"), ("at_home", "cache")):
        assert run.state(task_id) == ("success", 1)
        assert run.events(task_id, path) == [f"typedxcom.{event}"], task_id
    assert run.xcom("first") == run.xcom("second") == run.xcom("at_home") == 200_000
    digest = run.xcom("wide")["digest"].replace(":", "-")
    for queue in ("reads", "writes"):
        assert any(digest in file.name for file in run.cached(queue)), queue
    assert run.cached("pod") == []


def test_the_log_of_an_error_comes_back(run: Run) -> None:
    """It names both tasks, the parameter and the value, and there was no retry."""
    assert run.state("takes") == ("failed", 1)
    assert run.log("takes", "argument `order` (pushed by 'wrong')", "- at `$.id`")


def test_a_folder_of_one_machine_is_missed_on_another(run: Run) -> None:
    """The error says what may be wrong with the store."""
    assert run.state("kept") == ("success", 1)
    assert run.state("finds") == ("failed", 1)
    assert run.log("finds", "is not there", "if this machine does not share the store's folder")


def test_a_pod_without_a_store_loses_nothing(run: Run) -> None:
    """Large JSON is text in the database, a table is an error, and no folder is written."""
    assert len(json.loads(run.xcom("in_pod", "lines")["json"])) == 20_000
    assert run.state("in_pod") == ("failed", 1)
    assert run.log("in_pod", "needs a store that every worker can reach, but no store is set")
    assert not (run.stack.homes["pod"] / "xcom").exists()
