"""A whole Airflow deployment on loopback: PostgreSQL, API server, scheduler, LocalExecutor.

::

    stack.write_dag("orders", source)          # a file of its dags folder; name it as its DAG
    stack.write_module("models", source)       # importable by DAGs and workers alike
    run = stack.trigger("orders", conf={...})  # waits until the DAG is known
    assert stack.wait_run("orders", run) == "success", stack.logs("orders", run, "load")
    stack.xcom("orders", run, "load")          # as the REST API shows it
    stack.task_instances("orders", run)        # {"load[0]": {"state": "success", ...}}
    stack.clear("orders", run, "load")         # then wait_run again
    stack.import_errors()                      # {file name: traceback}
    stack.sql("SELECT ...", value)             # straight from the database
    stack.api("GET", "/dags/orders")           # any other call
"""

from __future__ import annotations

import json
import sys
from typing import Any

import requests

from . import env
from .postgres import Postgres
from .processes import Processes, free_port
from .recorder import label

__all__ = ["WORKER", "ApiError", "Stack"]

_FINISHED = ("success", "failed")
# What nearly every task imports. Processes that fork tasks import it before, which halves what a
# task costs; Airflow imports a module of the name airflow_local_settings in each of its processes.
_PRELOAD = """\
import airflow.sdk.execution_time.task_runner
import pyarrow.compute
import typedxcom.airflow.running.stores
import typedxcom.backend
"""
# What a process that runs tasks needs beside the scheduler's settings.
WORKER = {
    # Otherwise the end of a task is noticed only at its next heartbeat, five seconds apart.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    # On a busy machine the first answer takes long, and a task fails that does not wait for it.
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "120",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
}
_SETTINGS = {
    **WORKER,
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "4",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__API__EXPOSE_STACKTRACE": "True",  # in the answers, for its log goes with the test
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "150",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
    "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
}


class ApiError(RuntimeError):
    """The REST API refused a call."""


class Stack:
    """One deployment on a database of its own.

    Attributes:
        folder: Its AIRFLOW_HOME.
        environ: The environment of its components.
        url, token: Where the API server is, and what lets one in.
    """

    def __init__(
        self,
        postgres: Postgres,
        name: str = "stack",
        *,
        triggerer: bool = False,
        preload: str = "",
        **settings: str,
    ) -> None:
        """Choose folders and ports.

        Args:
            postgres: The server to take a database from.
            name: The name of that database.
            triggerer: Whether deferrable tasks are to run.
            preload: Further imports of the processes that fork tasks.
            settings: Further environment variables, such as ``AIRFLOW__CORE__XCOM_BACKEND``.
        """
        self.folder = env.scratch(name)
        self.processes = Processes(self.folder)
        self._postgres, self._name, self._settings = postgres, name, settings
        self._preload = _PRELOAD + preload
        self._components = ["api-server", "scheduler", "dag-processor"]
        self._components += ["triggerer"] if triggerer else []
        self.environ: dict[str, str] = {}
        self.token = ""
        self.url = f"http://127.0.0.1:{free_port()}"
        self._session = requests.Session()
        self._session.trust_env = False

    def start(self) -> None:
        """Start every component and wait until all report that they are healthy."""
        self.environ = self._environ(self._postgres.airflow_database(self._name))
        for component in self._components:
            self._start_component(component)
        self.processes.wait("a healthy deployment", self._healthy, every=0.2)
        login = {"username": "admin", "password": "admin"}
        answer = self._session.post(f"{self.url}/auth/token", json=login, timeout=120)
        self.token = answer.json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {self.token}"

    def stop(self) -> None:
        """Stop every component."""
        self._session.close()
        self.processes.stop()

    def restart(self, component: str, **settings: str) -> None:
        """Stop a component and start it with further environment variables."""
        self.processes.stop(component)
        self._start_component(component, **settings)
        self.processes.wait("a healthy deployment", self._healthy, every=0.2)

    def _start_component(self, component: str, **settings: str) -> None:
        # A log server would bind every interface.
        quiet = ["--skip-serve-logs"] if component in ("scheduler", "triggerer") else []
        if component == "scheduler":  # whose LocalExecutor forks the tasks
            settings = {**self._preloading, **settings}
        self._start(component, component, *quiet, **settings)

    @property
    def _preloading(self) -> dict[str, str]:
        """What lets a process preload; the others would start later for it."""
        return {"PYTHONPATH": f"{self.folder / 'preload'}:{self.environ['PYTHONPATH']}"}

    def _start(self, name: str, *args: str, **settings: str) -> None:
        """Start ``airflow`` *args* as a component, with further environment variables."""
        command = [sys.executable, "-m", "airflow", *args]
        self.processes.start(name, command, {**self.environ, **settings})

    def write_dag(self, name: str, source: str) -> None:
        """Write or replace a DAG file."""
        (self.folder / "dags" / f"{name}.py").write_text(source, encoding="utf-8")

    def write_module(self, name: str, source: str) -> None:
        """Write a module that DAG files can import."""
        path = self.folder / "modules" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")

    def api(self, method: str, path: str, **options: Any) -> Any:
        """Call the REST API.

        Args:
            method: ``GET``, ``POST``, ...
            path: What follows ``/api/v2``.
            options: Further arguments of ``requests``, such as ``json`` and ``params``.

        Returns:
            The JSON of the answer.

        Raises:
            ApiError: The status is not one of success.
        """
        answer = self._session.request(method, f"{self.url}/api/v2{path}", timeout=180, **options)
        if not answer.ok:
            msg = f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
            raise ApiError(msg)
        return answer.json() if answer.content else None

    def trigger(self, dag_id: str, *, conf: dict[str, Any] | None = None) -> str:
        """Start a run, as soon as the DAG processor has seen the DAG, and return its id.

        Raises:
            ApiError: The DAG file ``<dag_id>.py`` has an import error; the text is its traceback.
        """
        self.processes.wait(f"DAG {dag_id}", lambda: self._knows(dag_id), every=0.3)
        body = {"logical_date": None, "conf": conf or {}}
        run = self.api("POST", f"/dags/{dag_id}/dagRuns", json=body)
        return str(run["dag_run_id"])

    def wait_run(self, dag_id: str, run_id: str, *, seconds: float = 300) -> str:
        """Wait until a run has ended and return its state."""

        def probe() -> str | None:
            state: str = self.api("GET", f"/dags/{dag_id}/dagRuns/{run_id}")["state"]
            return state if state in _FINISHED else None

        return self.processes.wait(f"{dag_id} {run_id}", probe, seconds=seconds, every=0.3)

    def xcom(
        self, dag_id: str, run_id: str, task_id: str, key: str = "return_value", map_index: int = -1
    ) -> Any:
        """Return an XCom entry as the REST API shows it, which calls no backend."""
        path = f"{self._task(dag_id, run_id, task_id)}/xcomEntries/{key}"
        options = {"map_index": map_index, "stringify": "false"}
        return self.api("GET", path, params=options)["value"]

    def task_instances(self, dag_id: str, run_id: str) -> dict[str, dict[str, Any]]:
        """Return the task instances of a run by name, as ``load`` or ``load[0]``."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found = self.api("GET", path, params={"limit": 1000})["task_instances"]
        return {label(one["task_id"], one["map_index"]): one for one in found}

    def logs(
        self, dag_id: str, run_id: str, task_id: str, *, attempt: int = 1, map_index: int = -1
    ) -> str:
        """Return the log of one try of a task, one JSON event a line."""
        path = f"{self._task(dag_id, run_id, task_id)}/logs/{attempt}"
        options = {"map_index": map_index, "full_content": "true"}
        events = self.api("GET", path, params=options)["content"]
        return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in events)

    def import_errors(self) -> dict[str, str]:
        """Return the traceback of every DAG file that could not be imported, by file name."""
        errors = self.api("GET", "/importErrors")["import_errors"]
        return {error["filename"]: error["stack_trace"] for error in errors}

    def clear(self, dag_id: str, run_id: str, *task_ids: str) -> None:
        """Clear tasks of a run, so that they run again."""
        body = {"dry_run": False, "dag_run_id": run_id, "only_failed": False}
        path = f"/dags/{dag_id}/clearTaskInstances"
        self.api("POST", path, json={**body, "task_ids": list(task_ids)})

    def delete_xcom(
        self, dag_id: str, run_id: str, task_id: str, key: str = "return_value"
    ) -> None:
        """Delete one XCom, as the button of the UI does."""
        self.api("DELETE", f"{self._task(dag_id, run_id, task_id)}/xcomEntries/{key}")

    def delete_run(self, dag_id: str, run_id: str) -> None:
        """Delete a run with all that the database has of it."""
        self.api("DELETE", f"/dags/{dag_id}/dagRuns/{run_id}")

    def delete_dag(self, dag_id: str) -> None:
        """Delete a DAG with its file, so that it stays away.

        The DAG processor dies of a DAG that goes while it notes that the file has gone.
        """
        (self.folder / "dags" / f"{dag_id}.py").unlink()
        self.processes.wait(f"{dag_id} to be stale", lambda: self._is_stale(dag_id), every=0.3)
        self.api("DELETE", f"/dags/{dag_id}")

    def airflow(self, *args: str, **settings: str) -> str:
        """Run one ``airflow`` command of this deployment and return what it printed."""
        return env.airflow_command(*args, environ={**self.environ, **settings})

    def python(self, script: str, *args: str, **settings: str) -> str:
        """Run a script where a command of this deployment would run; return what it printed."""
        return env.run_command("-c", script, *args, environ={**self.environ, **settings})

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one SQL statement on the deployment's database."""
        return self._postgres.sql(self._name, statement, *values)

    def _environ(self, database: str) -> dict[str, str]:
        """Return the environment of every component."""
        modules, passwords = self.folder / "modules", self.folder / "passwords.json"
        modules.mkdir()
        (self.folder / "preload").mkdir()
        (self.folder / "preload" / "airflow_local_settings.py").write_text(self._preload)
        passwords.write_text(json.dumps({"admin": "admin"}))
        addresses = {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": database.replace("psycopg2", "asyncpg"),
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
            "AIRFLOW__API__BASE_URL": self.url,
            "AIRFLOW__API__PORT": self.url.rpartition(":")[2],
        }
        settings = {**env.home_settings(self.folder, database), **_SETTINGS, **addresses}
        environ = env.clean_environ(**{**settings, **self._settings})
        return {**environ, "PYTHONPATH": f"{modules}:{environ['PYTHONPATH']}"}

    def _healthy(self) -> bool:
        """Whether every component has said so; the others start before the API server answers."""
        try:
            answer = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=5)
        except requests.RequestException:
            return False
        names = {"api-server": "metadatabase", "dag-processor": "dag_processor"}
        health = answer.json() if answer.ok else {}
        reports = [health.get(names.get(one, one)) or {} for one in self._components]
        return all(report.get("status") == "healthy" for report in reports)

    def _knows(self, dag_id: str) -> bool:
        """Whether a DAG has been parsed.

        Raises:
            ApiError: No, and the file of its name cannot be imported.
        """
        if error := self.import_errors().get(f"{dag_id}.py"):
            raise ApiError(error)
        found = self.api("GET", "/dags", params={"dag_id_pattern": dag_id, "limit": 1000})["dags"]
        return dag_id in {one["dag_id"] for one in found if not one.get("is_stale")}

    def _is_stale(self, dag_id: str) -> bool:
        return bool(self.api("GET", f"/dags/{dag_id}")["is_stale"])

    @staticmethod
    def _task(dag_id: str, run_id: str, task_id: str) -> str:
        return f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}"
