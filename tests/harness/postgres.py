"""A PostgreSQL server of our own: fresh, on loopback, without fsync, gone afterwards."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from . import env
from .processes import Processes, free_port

__all__ = ["Postgres", "find_postgres"]


def find_postgres() -> Path | None:
    """Return the folder of the newest PostgreSQL server installed here, if there is one."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    candidates = sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    candidates += [Path(folder) for folder in os.get_exec_path()]
    needed = ("initdb", "postgres")
    return next((path for path in candidates if all((path / one).exists() for one in needed)), None)


class Postgres:
    """One server; each user of it takes a database, which may be a migrated Airflow one."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = env.scratch("postgres")
        self.port = free_port()
        self.processes = Processes(self.folder)

    def start(self) -> None:
        """Make the data folder and start the server."""
        data = self._data
        data.mkdir()
        if os.getuid() == 0:
            self.folder.chmod(0o711)  # The server's user passes through.
            shutil.chown(data, "postgres", "postgres")
        init: list[str | Path] = [
            "-D",
            data,
            "-U",
            "airflow",
            "-A",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(self._command("initdb", *init), check=True, capture_output=True, cwd="/")
        self.serve()

    def serve(self) -> None:
        """Start the server, which may have been stopped before, on the same port."""
        speed = (
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=200",
        )
        options = (
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            *speed,
        )
        flags = [flag for option in options for flag in ("-c", option)]
        self.processes.start(
            "postgres", self._command("postgres", "-D", self._data, *flags), os.environ
        )
        self.processes.wait("PostgreSQL", self._answers)

    def stop(self) -> None:
        """Stop the server without waiting for its clients."""
        self.processes.stop(how=signal.SIGINT)

    def url(self, database: str, driver: str = "postgresql+psycopg2") -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"{driver}://airflow@127.0.0.1:{self.port}/{database}"

    def sql(self, database: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement on its own connection and return its rows, if it has any."""
        import psycopg2

        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="airflow", dbname=database
        )
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def airflow_database(self, name: str) -> str:
        """Make a migrated Airflow database and return its URL; the first one takes seconds."""
        self.sql("postgres", f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        return self.url(name)

    @functools.cached_property
    def _template(self) -> str:
        self.sql("postgres", "CREATE DATABASE template_airflow")
        settings = env.home_settings(env.scratch("migrate"), self.url("template_airflow"))
        env.airflow_command("db", "migrate", environ=env.clean_environ(**settings))
        return "template_airflow"

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _command(self, program: str, *args: str | Path) -> list[str | Path]:
        """Return a command that runs as an ordinary user: the server refuses root."""
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return [*(user if os.getuid() == 0 else []), self.binaries / program, *args]

    def _answers(self) -> bool:
        import psycopg2

        try:
            return bool(self.sql("postgres", "SELECT 1"))
        except psycopg2.OperationalError:
            return False
