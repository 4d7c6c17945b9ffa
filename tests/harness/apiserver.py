"""Airflow's API server alone, over the database of this process: what ``dag.test()`` left.

There is no scheduler and no worker, so it starts in a fraction of the time of a `Stack`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import requests

from . import env
from .processes import Processes, free_port

__all__ = ["ApiServer"]

# Says no to one user's questions about XComs, which a role of Airflow's simple auth manager cannot.
_AUTH_MANAGER = """\
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager


class WithoutXComs(SimpleAuthManager):
    def is_authorized_dag(self, *, user, access_entity=None, **options):
        if user.get_name() == "clerk" and access_entity == DagAccessEntity.XCOM:
            return False
        return super().is_authorized_dag(user=user, access_entity=access_entity, **options)
"""


class ApiServer:
    """One server on loopback.

    Attributes:
        url: Where it is.
    """

    def __init__(self) -> None:
        self.folder = env.scratch("apiserver")
        self.processes = Processes(self.folder)
        self.url = f"http://127.0.0.1:{free_port()}"
        self._session = requests.Session()
        self._session.trust_env = False

    def start(self) -> None:
        """Start it for the users ``admin``, and ``clerk``, who may see all but XComs."""
        env.migrate()
        (self.folder / "without_xcoms.py").write_text(_AUTH_MANAGER)
        passwords = self.folder / "passwords.json"
        passwords.write_text(json.dumps({"admin": "admin", "clerk": "clerk"}))
        environ = env.clean_environ(
            **env.home_settings(env.home()),
            AIRFLOW__API__BASE_URL=self.url,
            AIRFLOW__API__PORT=self.url.rpartition(":")[2],
            AIRFLOW__API__WORKERS="1",
            AIRFLOW__CORE__AUTH_MANAGER="without_xcoms.WithoutXComs",
            AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="admin:admin,clerk:viewer",
            AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE=str(passwords),
        )
        environ["PYTHONPATH"] = f"{self.folder}:{environ['PYTHONPATH']}"
        command = [sys.executable, "-m", "airflow", "api-server"]
        self.processes.start("api-server", command, environ)
        self.processes.wait("the API server", self._answers, every=0.2)

    def stop(self) -> None:
        """Stop it."""
        self._session.close()
        self.processes.stop()

    def token(self, user: str) -> str:
        """What lets *user* in."""
        login = {"username": user, "password": user}
        answer = self._session.post(f"{self.url}/auth/token", json=login, timeout=120)
        return str(answer.json()["access_token"])

    def get(self, path: str, token: str = "", **params: Any) -> requests.Response:
        """Ask for *path*, with a user's token or without one."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.url}/{path}"
        return self._session.get(url, headers=headers, params=params, timeout=120)

    def post(self, path: str, token: str, body: Any) -> requests.Response:
        """Send *body* as JSON to *path*, with a user's token."""
        headers = {"Authorization": f"Bearer {token}"}
        return self._session.post(f"{self.url}/{path}", headers=headers, json=body, timeout=120)

    def _answers(self) -> bool:
        try:
            answer = self._session.get(f"{self.url}/api/v2/version", timeout=5)
        except requests.RequestException:
            return False
        return answer.ok
