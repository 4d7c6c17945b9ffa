"""A deployment whose workers share nothing with it: the Edge executor, whose workers talk HTTP.

Each worker is `secluded`. It has a folder, a dags folder and settings of its own, and reaches the
API server and the ports that the test names, and nothing else.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from . import env
from .postgres import Postgres
from .secluded import secluded
from .stack import WORKER, Stack

__all__ = ["EdgeStack"]

_EXECUTOR = "airflow.providers.edge3.executors.EdgeExecutor"
_NEW_PROCESS = "AIRFLOW__CORE__EXECUTE_TASKS_NEW_PYTHON_INTERPRETER"
_SECRETS = ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API__SECRET_KEY")


class EdgeStack(Stack):
    """A deployment with one edge worker for each of its queues.

    Attributes:
        homes: The AIRFLOW_HOME of each worker, by its queue.
    """

    def __init__(
        self,
        postgres: Postgres,
        name: str,
        *,
        queues: dict[str, dict[str, str]],
        ports: Sequence[int],
        hide: Sequence[Path],
        preload: str = "",
        **settings: str,
    ) -> None:
        """Choose folders and ports.

        Args:
            postgres: The server to take a database from.
            name: The name of the database.
            queues: The environment variables of the worker of each queue.
            ports: What workers reach beside the API server.
            hide: Folders that workers do not see, beside those of the deployment.
            preload: Further imports of the workers that fork their tasks.
            settings: Further environment variables of the other components.
        """
        super().__init__(postgres, name, preload=preload, **settings)
        edge = {
            "AIRFLOW__EDGE__API_ENABLED": "True",
            "AIRFLOW__EDGE__API_URL": f"{self.url}/edge_worker/v1/rpcapi",
            "AIRFLOW__EDGE__JOB_POLL_INTERVAL": "1",
            "AIRFLOW__CORE__EXECUTOR": _EXECUTOR,
            # How long the token of one call lasts: on a busy machine calls wait longer than that.
            "AIRFLOW__API_AUTH__JWT_LEEWAY": "600",
            # Each call of a worker holds a connection; there they pile up, and others get none.
            "AIRFLOW__DATABASE__SQL_ALCHEMY_POOL_SIZE": "40",
        }
        self._settings = {**edge, **settings}
        self._worker_settings = {**edge, **WORKER}
        self._queues, self._ports = queues, [int(self.url.rpartition(":")[2]), *ports]
        self._hide = [self.folder, postgres.folder, *hide]
        self.homes = {queue: env.scratch(f"{name}-{queue}") for queue in queues}

    def start(self) -> None:
        """Start every component, wait until all are ready, and start the workers."""
        super().start()
        for queue in self._queues:
            self._start_worker(queue)

    def stop(self) -> None:
        """Stop every component; workers at once, for they would wait for the API server."""
        if workers := [name for name in self.processes.running if name in self._queues]:
            self.processes.stop(*workers, how=signal.SIGKILL, grace=0)
        super().stop()

    def write_dag(self, name: str, source: str) -> None:
        """Write or replace a DAG file, here and on each worker."""
        super().write_dag(name, source)
        for home in self.homes.values():
            (home / "dags" / f"{name}.py").write_text(source, encoding="utf-8")

    def _start_worker(self, queue: str) -> None:
        home = self.homes[queue]
        if _NEW_PROCESS not in self._queues[queue]:
            (home / "airflow_local_settings.py").write_text(self._preload)
        own = {
            **env.home_settings(home),
            "AIRFLOW__TYPEDXCOM__CACHE": "",  # as it is by default, in the home of that machine
            "XDG_CACHE_HOME": str(home / "caches"),
            **self._worker_settings,
            **self._queues[queue],
        }
        environ = env.clean_environ(**own)
        environ = {key: value for key, value in environ.items() if key not in _SECRETS}
        environ["PYTHONPATH"] = f"{home}:{environ['PYTHONPATH']}"
        worker = ["edge", "worker", "--queues", queue, "--edge-hostname", queue]
        others = [folder for name, folder in self.homes.items() if name != queue]
        command = secluded(
            [sys.executable, "-m", "airflow", *worker],
            hide=[*self._hide, *others],
            ports=self._ports,
        )
        self.processes.start(queue, command, environ)
