"""A scratch Airflow home: tests must never meet a developer's own settings or database.

Airflow reads its settings while it is imported, so ``tests/conftest.py`` calls :func:`prepare`
before anything else. The database is made by :func:`migrate`, only when a test needs one.
"""

from __future__ import annotations

import atexit
import base64
import importlib.metadata
import os
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = [
    "airflow_command",
    "clean_environ",
    "home",
    "home_settings",
    "migrate",
    "new_database",
    "prepare",
    "run_command",
    "scratch",
]

_DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"

# Settings that every harness shares; the reason stands where it cannot be guessed.
SHARED = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    # Tests alter, delete and count what is in a store, and a cache would answer for it.
    "AIRFLOW__TYPEDXCOM__CACHE": "off",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    # A DAG that a test defines anew is a new version at once, not after 30 seconds.
    "AIRFLOW__CORE__MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "0",
    # Tests assert what is, and what must not be, in a task's log: "Returned value was" is INFO.
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__API__HOST": "127.0.0.1",
    "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
    "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
    "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "NO_PROXY": "127.0.0.1,localhost",
    "no_proxy": "127.0.0.1,localhost",
}


def prepare() -> Path:
    """Point this process at a fresh scratch home, removed when it exits.

    The home and the database are always ours. Other ``AIRFLOW__`` settings that the caller exported
    are kept, so that a whole session can run with, say, another XCom backend.

    Returns:
        The scratch home.

    Raises:
        RuntimeError: Airflow has read its settings already.
    """
    if (known := os.environ.get("TYPEDXCOM_TEST_HOME", "")).startswith(f"{os.getpid()}:"):
        return Path(known.partition(":")[2])
    if "airflow.configuration" in sys.modules or "airflow.sdk.configuration" in sys.modules:
        msg = "prepare() comes too late: Airflow has been imported. Call it first in tests/conftest.py."
        raise RuntimeError(msg)
    folder = scratch("home")
    os.environ.update(home_settings(folder))
    for name, value in SHARED.items():
        os.environ.setdefault(name, value)
    # The process id keeps a child (xdist, a subprocess) from taking its parent's home for its own.
    os.environ["TYPEDXCOM_TEST_HOME"] = f"{os.getpid()}:{folder}"
    return folder


def home_settings(folder: Path, database: str | None = None) -> dict[str, str]:
    """Return the settings of an Airflow home in *folder*, on its own SQLite file by default."""
    dags, sources = folder / "dags", folder / "sources"
    # dag.test() parses the whole dags folder at every run, so sources are loaded from beside it.
    for path in (dags, sources):
        path.mkdir(exist_ok=True)
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
        _DATABASE: database or f"sqlite:///{folder / 'airflow.db'}",
    }


def home() -> Path:
    """Return the scratch home of this process."""
    return Path(os.environ["AIRFLOW_HOME"])


def migrate() -> None:
    """Make the SQLite database of this home, if that is its database and there is none yet."""
    database = home() / "airflow.db"
    if os.environ[_DATABASE].startswith("sqlite") and not database.exists():
        new_database(database)


def new_database(path: Path) -> None:
    """Make an SQLite database at *path*, migrated and without rows.

    A migration takes seconds, so its result is kept under the system's temporary folder, one file
    per Airflow version, and copied. Never copy the database of a home: when a process closes any
    handle of a file, it loses all locks on it, and SQLite's connections fail after that.
    """
    template = _cache() / f"airflow-{importlib.metadata.version('apache-airflow-core')}.sqlite"
    if not template.exists():
        _make_template(template)
    shutil.copyfile(template, path)


def scratch(name: str) -> Path:
    """Make a temporary folder that is removed when this process (not a fork of it) exits."""
    folder, owner = Path(tempfile.mkdtemp(prefix=f"typedxcom-{name}-")), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder


def clean_environ(**settings: str) -> dict[str, str]:
    """Return an environment for a child: no setting of ours but the shared ones and *settings*."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)  # Every component would compile Airflow anew.
    package = __package__ or ""
    root = Path(__file__).resolve().parents[package.count(".") + 1]
    return {**kept, "PYTHONPATH": str(root), **SHARED, **settings}


def airflow_command(*args: str, environ: dict[str, str]) -> str:
    """Run one ``airflow`` command to its end; as `run_command`."""
    return run_command("-m", "airflow", *args, environ=environ)


def run_command(*args: str, environ: dict[str, str]) -> str:
    """Run Python with *args* to its end and return what it printed.

    Raises:
        RuntimeError: It failed; the message ends with its output.
    """
    done = subprocess.run(
        [sys.executable, *args],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        told = " ".join(args)[:200]
        msg = f"python {told} exited with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        raise RuntimeError(msg)
    return done.stdout


def _make_template(template: Path) -> None:
    """Migrate an empty database and put it in place at once, for sessions may run in parallel."""
    folder = scratch("migrate")
    airflow_command("db", "migrate", environ=clean_environ(**home_settings(folder)))
    partial = template.with_suffix(f".{os.getpid()}")
    shutil.copyfile(folder / "airflow.db", partial)
    partial.replace(template)


def _cache() -> Path:
    """Return a folder that only this user can write: the usual place, or else a private one."""
    folder = Path(tempfile.gettempdir()) / f"typedxcom-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
    return folder if ours else scratch("cache")
