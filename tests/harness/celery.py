"""A deployment whose tasks run on Celery workers: Redis is the broker, PostgreSQL keeps results."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

from . import env
from .postgres import Postgres
from .processes import Processes, free_port
from .stack import Stack

__all__ = ["CeleryStack", "Redis", "has_redis"]


def has_redis() -> bool:
    """Whether a Redis server is installed."""
    return shutil.which("redis-server") is not None


class Redis:
    """A server that keeps everything in memory."""

    def __init__(self) -> None:
        self.folder = env.scratch("redis")
        self.processes = Processes(self.folder)
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = {"bind": "127.0.0.1", "port": str(self.port), "save": "", "appendonly": "no"}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        command: list[str | Path] = ["redis-server", *flags]
        self.processes.start("redis", command, os.environ)
        self.processes.wait("Redis", lambda: "Ready to accept" in self.processes.log("redis"))

    def stop(self) -> None:
        """Stop it."""
        self.processes.stop()


class CeleryStack(Stack):
    """A deployment with some Celery workers for each of its queues."""

    def __init__(
        self,
        postgres: Postgres,
        redis: Redis,
        name: str,
        *,
        queues: dict[str, dict[str, str]],
        workers: int = 2,
        triggerer: bool = False,
        preload: str = "",
        **settings: str,
    ) -> None:
        """Choose folders and ports.

        Args:
            postgres: The server to take a database from.
            redis: The broker.
            name: The name of the database.
            queues: The further environment variables of the workers of each queue.
            workers: How many workers listen to each queue.
            triggerer: Whether deferrable tasks are to run.
            preload: Further imports of the workers.
            settings: Further environment variables of every component.
        """
        celery = {
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CELERY__BROKER_URL": redis.url,
            "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{postgres.url(name)}",
            "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
            "AIRFLOW__CELERY__SYNC_PARALLELISM": "1",
            "AIRFLOW__CELERY__OPERATION_TIMEOUT": "30",
            # When the tasks of a killed worker are missed; a busy machine delays heartbeats too.
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "40",
        }
        options = {"triggerer": triggerer, "preload": preload}
        super().__init__(postgres, name, **options, **{**celery, **settings})
        self._queues, self._workers = queues, workers

    def start(self) -> None:
        """Start every component and wait until all are ready."""
        super().start()
        self._start_workers(*self._queues)

    def kill_workers(self, queue: str) -> None:
        """Kill the workers of a queue with all that they run, at once, and start new ones."""
        names = [f"{queue}-{number}" for number in range(self._workers)]
        self.processes.stop(*names, how=signal.SIGKILL, grace=0)
        for name in names:  # a new log says when the new worker is ready
            self.processes.file(name).unlink()
        self._start_workers(queue)

    def _start_workers(self, *queues: str) -> None:
        names = []
        for queue in queues:
            for number in range(self._workers):
                names.append(f"{queue}-{number}")
                self._start_worker(names[-1], queue)
        for name in names:
            self.processes.wait(name, lambda name=name: " ready." in self.processes.log(name))

    def _start_worker(self, name: str, queue: str) -> None:
        options = ["--queues", queue, "--celery-hostname", f"{name}@%h", "--skip-serve-logs"]
        options += [
            "--without-mingle",
            "--without-gossip",
        ]  # they cost seconds, and we need neither
        port = {"AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port())}
        settings = {**self._preloading, **port, **self._queues[queue]}
        self._start(name, "celery", "worker", *options, **settings)
