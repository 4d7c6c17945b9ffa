"""A scratch Airflow, made and removed by the demo: the user's own is neither read nor written."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[1]
DAGS = EXAMPLES / "dags"


def prepare() -> Path:
    """Point this process at an empty Airflow home, before Airflow is imported."""
    home = Path(tempfile.mkdtemp(prefix="typedxcom-demo-"))
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(home, ignore_errors=True))
    for name in [name for name in os.environ if name.startswith("AIRFLOW_")]:
        del os.environ[name]
    os.environ.update({
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "CRITICAL",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    })  # fmt: skip
    warnings.simplefilter("ignore")  # Airflow's own, about its own names
    sys.path.insert(0, str(DAGS))  # as Airflow does for its dags folder
    return home


def migrate() -> None:
    """Make the database."""
    command = [sys.executable, "-W", "ignore", "-m", "airflow", "db", "migrate"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"airflow db migrate failed:\n{done.stdout}\n{done.stderr}")
