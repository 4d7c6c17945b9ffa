"""What an import costs: the CPU time of a new interpreter, less that of one that imports nothing.

"task" is what a DAG file imports: `from airflow.sdk import dag, task`, compared with
`from typedxcom import dag, task`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from benchmarks.running import Case, Found

TITLE = "Imports"
METRICS = [
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "airflow.sdk"},
    {"key": "memory", "title": "memory", "unit": "B", "beside": "airflow.sdk"},
]
_LINES = {
    "package": {"typedxcom": "import typedxcom", "airflow.sdk": "import airflow.sdk"},
    "task": {
        "typedxcom": "from typedxcom import dag, task",
        "airflow.sdk": "from airflow.sdk import dag, task",
    },
    "XCom backend": {
        "typedxcom": "import typedxcom.backend",
        "airflow.sdk": "import airflow.sdk.bases.xcom",
        "common.io": "import airflow.providers.common.io.xcom.backend",
    },
}


def cases(size: str) -> list[Case]:
    """Each of them in new processes."""
    rounds = 7 if size == "full" else 1
    names = {"full": list(_LINES), "quick": ["package", "task"], "tiny": ["package"]}[size]
    return [
        Case(name, {"name": name}, tuple(_LINES[name]), rounds=rounds, least=0, warm=size == "full")
        for name in names
    ]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One new process that imports, and one that does not."""
    line = _LINES[params["name"]][contender]
    folder = tempfile.mkdtemp()
    environ = {**os.environ, "AIRFLOW_HOME": folder}

    def run() -> Found:
        cpu, memory = _spent(line, environ)
        none, bare = _spent("pass", environ)
        return Found(cpu=cpu - none, memory=memory - bare)

    return run


def _spent(line: str, environ: dict[str, str]) -> tuple[float, int]:
    """CPU seconds and bytes of one interpreter that runs *line*."""
    process = subprocess.Popen(
        [sys.executable, "-c", line],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise RuntimeError(f"{line!r} failed")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024
