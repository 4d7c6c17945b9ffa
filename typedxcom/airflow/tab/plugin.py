"""Describes the tabs to Airflow, and makes their app at the first request.

Airflow loads plugins in every process, also in those of tasks. So nothing of ours is imported here.
"""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

__all__ = ["TypedXComPlugin"]

_PREFIX = "/typedxcom"


async def tab_app(scope: Any, receive: Any, send: Any) -> None:
    """Calls the app, as ASGI does."""
    await _made()(scope, receive, send)


@functools.cache
def _made() -> Any:
    from typedxcom.airflow.tab.app import make_app

    return make_app()


def _bundle_url() -> str:
    """Returns the module's address from the root of the host."""
    root = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return f"{root}{_PREFIX}/tab.js"


class TypedXComPlugin(AirflowPlugin):
    """Adds the tabs. If Airflow's UI has no such tabs, nothing is visible."""

    name = "typedxcom"
    fastapi_apps = [{"app": tab_app, "url_prefix": _PREFIX, "name": "Typed XCom"}]  # noqa: RUF012  # as Airflow declares it
    react_apps = [  # noqa: RUF012  # as Airflow declares it
        {
            "name": "Typed XCom",
            "bundle_url": _bundle_url(),
            "destination": "task_instance",
            "url_route": "typed-xcom",
            # Since Airflow 3.4, only on typed tasks; earlier releases do not know this key.
            "applies_to": {"task.class_ref.module_path": ["typedxcom"]},
        },
        {
            "name": "Contracts",
            "bundle_url": _bundle_url(),
            "destination": "dag",
            "url_route": "contracts",
        },
    ]
