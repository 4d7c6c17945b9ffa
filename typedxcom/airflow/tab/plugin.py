"""What Airflow loads of the tab: a description, and an app that is made at its first request.

Airflow loads plugins in every process, tasks included, so nothing of ours is imported here.
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
    """The app as ASGI has it."""
    await _made()(scope, receive, send)


@functools.cache
def _made() -> Any:
    from typedxcom.airflow.tab.app import make_app

    return make_app()


def _bundle_url() -> str:
    """The module's address from the root of the host."""
    root = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return f"{root}{_PREFIX}/tab.js"


class TypedXComPlugin(AirflowPlugin):
    """Adds the tab; where Airflow's UI knows no such tab, it adds nothing that anybody sees."""

    name = "typedxcom"
    fastapi_apps = [{"app": tab_app, "url_prefix": _PREFIX, "name": "Typed XCom"}]  # noqa: RUF012  # as Airflow declares it
    react_apps = [  # noqa: RUF012  # as Airflow declares it
        {
            "name": "Typed XCom",
            "bundle_url": _bundle_url(),
            "destination": "task_instance",
            "url_route": "typed-xcom",
        }
    ]
