"""Describes the tabs and overviews to Airflow, and makes their app at the first request.

Airflow loads plugins in every process, also in those of tasks. So nothing of ours is imported here.
"""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import urlsplit

from airflow import __version__
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


def _address(file: str) -> str:
    """Returns the address of one of the app's files from the root of the host."""
    root = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return f"{root}{_PREFIX}/{file}"


# Airflow 3.4 shows the tab only on typed tasks. Earlier releases do not know this key.
_TYPED_TASKS = {"task.class_ref.module_path": ["typedxcom"]}

# Parts of pages, which have no address. An Airflow that does not know one would drop all apps.
_OVERVIEWS = [
    {
        "name": "Typed XCom contract",
        "bundle_url": _address("tab.js"),
        "destination": "task_overview",
        "applies_to": _TYPED_TASKS,
    },
    {
        "name": "Typed XCom contracts",
        "bundle_url": _address("tab.js"),
        "destination": "dag_overview",
    },
]
_HAS_OVERVIEWS = tuple(map(int, __version__.split(".")[:2])) >= (3, 4)


class TypedXComPlugin(AirflowPlugin):
    """Adds the tabs and overviews. If Airflow's UI has no such places, nothing is visible."""

    name = "typedxcom"
    fastapi_apps = [{"app": tab_app, "url_prefix": _PREFIX, "name": "Typed XCom"}]  # noqa: RUF012  # as Airflow declares it
    react_apps = [  # noqa: RUF012  # as Airflow declares it
        {
            "name": "Typed XCom",
            "bundle_url": _address("tab.js"),
            "destination": "task_instance",
            "url_route": "typed-xcom",
            "icon": _address("logo.svg"),
            "applies_to": _TYPED_TASKS,
        },
        {
            "name": "Contracts",
            "bundle_url": _address("tab.js"),
            "destination": "dag",
            "url_route": "contracts",
            "icon": _address("logo.svg"),
        },
        *(_OVERVIEWS if _HAS_OVERVIEWS else ()),
    ]
